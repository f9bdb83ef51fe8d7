"""Measure the brief of a form: its value, its page, its text and its PDF, in CPU of this process.

Typst remembers what it worked out for the last PDFs, block by block. So each PDF here is of a brief in words that none
had before; only labels and headings are those of every brief.
"""

import random
import statistics
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, islice
from typing import Any

from werkzeug.test import Client

from app.outputs.brief_pdf import brief_pdf
from app.outputs.brief_sheet import BriefSheet
from app.questionnaire.brief.model import Section
from bench.hello import application as hello
from bench.house import cpu, house
from tests.briefs import ALL_ON, SENT, brief_of, long_treated
from tests.cases import TYPICAL
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.outputs.documents import document

ROUNDS, TIMES = 5, 10
QUIET = 88
"""Microseconds that a hello takes on the machine that the aims were set on, with nothing else running."""
ALIKE = ("aceovxz", "123456789", "BCEFLPRST")
"""Signs of about one width, which leave a date a date and a dose a dose."""
CASES: dict[str, dict[str, Any]] = {
    "never treated": {**TYPICAL},
    "treated for years": {**TYPICAL, "answers": long_treated(), "settings": ALL_ON},
}


def main() -> None:
    """Print milliseconds of CPU, medians of five rounds, and as many requests of a hello-world."""
    with house() as parts:
        staff = Staff.of(parts).has_an_account().signs_in()
        for name, case in CASES.items():
            print(f"\n{name}")
            form, sent = send(parts, case).id, document(case["answers"])
            report("the brief as a value", lambda sent=sent: brief_of(sent))
            for way, at_most in (("brief", 10), ("text", 0)):
                get = getter(staff, f"/desk/submissions/{form}/{way}")
                report(f"/{way}, with its audit line", get, at_most)
            sheets = others(sheet_of(sent))
            one = iter(list(islice(sheets, ROUNDS * TIMES + 1)))
            report("one PDF, not made before", lambda one=one: pdf([next(one)]), 30)
            days = iter([list(islice(sheets, 30)) for _ in range(ROUNDS + 1)])
            report("thirty in one PDF", lambda days=days: pdf(next(days)), times=1)


def pdf(sheets: list[BriefSheet]) -> bytes:
    return brief_pdf(sheets, "Clinic", "today")


def others(sheet: BriefSheet) -> Iterator[BriefSheet]:
    """Briefs of the same length, each in other words: letters and figures change places."""
    for number in count():
        chance = random.Random(number)  # noqa: S311 (nothing secret)
        changed = ("".join(chance.sample(alike, len(alike))) for alike in ALIKE)
        letters = str.maketrans("".join(ALIKE), "".join(changed))
        yield reworded(sheet, lambda text, letters=letters: text.translate(letters))


def reworded(sheet: BriefSheet, change: Callable[[str], str]) -> BriefSheet:
    """The sheet with everything in it changed that was told or worked out."""
    brief = sheet.brief

    def said(section: Section) -> Section:
        lines = (replace(one, said=tuple(replace(s, text=change(s.text)) for s in one.said)) for one in section.lines)
        return replace(section, lines=tuple(lines))

    timeline = brief.timeline and replace(
        brief.timeline,
        events=tuple(replace(event, title=change(event.title)) for event in brief.timeline.events),
        rows=tuple(replace(row, cells=tuple(map(change, row.cells))) for row in brief.timeline.rows),
    )
    other = replace(
        brief,
        banner=replace(brief.banner, name=change(brief.banner.name), born=change(brief.banner.born)),
        first=said(brief.first),
        sections=tuple(map(said, brief.sections)),
        timeline=timeline,
        appendix=tuple(map(said, brief.appendix)),
    )
    return replace(sheet, brief=other, reference=change(sheet.reference))


def sheet_of(sent: dict[str, Any]) -> BriefSheet:
    """A brief as the desk draws it."""
    day = SENT.strftime("%d-%b-%Y")
    return BriefSheet(
        brief=brief_of(sent), reference="A2CD-E3GH", chart="", visit=day, received=day, status="Received"
    )  # fmt: skip


def report(name: str, act: Callable[[], object], at_most: int = 0, times: int = TIMES) -> None:
    """`at_most` is the aim in milliseconds, on a machine that is as fast as `QUIET` says; 0 for none."""
    client = Client(hello())
    act()
    rounds = [(cpu(act, times), cpu(lambda: client.get("/"), 200)) for _ in range(ROUNDS)]
    seen = statistics.median(own for own, _floor in rounds) * 1000
    ratio = statistics.median(own / floor for own, floor in rounds)
    aim = f"   (aim: {at_most} ms, {at_most * 1000 / QUIET:.0f} x hello)" if at_most else ""
    print(f"{name:34}{seen:8.2f} ms {ratio:6.0f} x hello{aim}")


def getter(staff: Staff, path: str) -> Callable[[], None]:
    def get() -> None:
        assert staff.client.get(path, base_url=staff.base_url).status_code == 200, path

    return get
