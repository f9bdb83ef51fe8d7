"""`make bench`: the patients' pages, sealing and the export, finding, the desk. Or one of them by its name."""

import sys

from bench import briefs, desk, pages, sealing, search

PARTS = {"pages": pages.main, "sealing": sealing.main, "search": search.main, "desk": desk.main, "briefs": briefs.main}


def main() -> None:
    """Run the parts that are named, or all."""
    for name in sys.argv[1:] or PARTS:
        print(f"\n{name}\n{'-' * len(name)}")
        PARTS[name]()


if __name__ == "__main__":
    main()
