"""`make bench`: the patients' pages, sealing and the export, finding, the queue, the desk. Or one by its name."""

import sys

from bench import briefs, desk, pages, queue, sealing, search

PARTS = {
    "pages": pages.main,
    "sealing": sealing.main,
    "search": search.main,
    "queue": queue.main,
    "desk": desk.main,
    "briefs": briefs.main,
}


def main() -> None:
    """Run the parts that are named, or all."""
    for name in sys.argv[1:] or PARTS:
        print(f"\n{name}\n{'-' * len(name)}")
        PARTS[name]()


if __name__ == "__main__":
    main()
