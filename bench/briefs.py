"""Measure the brief of a form: its value, its page, its text and its PDF, in CPU of this process."""

import statistics
from collections.abc import Callable
from typing import Any

from app.outputs.brief_pdf import brief_pdf
from app.outputs.brief_sheet import BriefSheet
from bench.house import cpu, house
from tests.briefs import ALL_ON, SENT, brief_of, long_treated
from tests.cases import TYPICAL
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.outputs.documents import document

ROUNDS = 5
CASES: dict[str, dict[str, Any]] = {
    "never treated": {**TYPICAL},
    "treated for years": {**TYPICAL, "answers": long_treated(), "settings": ALL_ON},
}


def main() -> None:
    """Print milliseconds of CPU, medians of five rounds."""
    with house() as parts:
        staff = Staff.of(parts).has_an_account().signs_in()
        for name, case in CASES.items():
            print(f"\n{name}")
            form, sent = send(parts, case).id, document(case["answers"])
            report("the brief as a value", lambda sent=sent: brief_of(sent))
            for way, at_most in (("brief", "10 ms"), ("text", "")):
                report(f"/{way}, with its audit line", getter(staff, f"/desk/submissions/{form}/{way}"), at_most)
            sheet = sheet_of(sent)
            report("one PDF, warm", lambda sheet=sheet: brief_pdf([sheet], "Clinic", "today"), "30 ms")
            report("thirty in one PDF", lambda sheet=sheet: brief_pdf([sheet] * 30, "Clinic", "today"))


def sheet_of(sent: dict[str, Any]) -> BriefSheet:
    """A brief as the desk draws it."""
    day = SENT.strftime("%d-%b-%Y")
    return BriefSheet(
        brief=brief_of(sent), reference="ABCD-EFGH", chart="", visit=day, received=day, status="Received"
    )  # fmt: skip


def report(name: str, act: Callable[[], object], at_most: str = "") -> None:
    act()
    seen = statistics.median(cpu(act, 10) for _ in range(ROUNDS)) * 1000
    print(f"{name:34}{seen:8.2f} ms{f'   (aim: {at_most})' if at_most else ''}")


def getter(staff: Staff, path: str) -> Callable[[], None]:
    def get() -> None:
        assert staff.client.get(path, base_url=staff.base_url).status_code == 200, path

    return get
