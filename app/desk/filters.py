"""What the list of forms is narrowed to: statuses, days of visits, whose. It stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ..records import statuses
from ..records.queue import EVERY, OPEN, Wanted
from . import words

CHOICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    **{status: (words.STATUSES[status], (status,)) for status in EVERY},
    statuses.ATTENTION: (words.STATUSES[statuses.ATTENTION], ()),
    "all": ("Every status", EVERY),
}
"""What may be chosen in place of what waits for review: how it is called, and its statuses."""
NO_DAY = "This is no day. Write it like 2026-03-02."
TURNED_ROUND = "The last day comes before the first."
_DAYS = {"visit_from": "Visits from", "visit_to": "Visits up to"}


@dataclass(frozen=True)
class Filters:
    """What was chosen, as an address says it and as the queue is asked; what is wrong with it, by the name of its box.

    `chips` are the chosen ones in words: name, words, and the choice without it.
    """

    typed: Mapping[str, str]
    chosen: Mapping[str, str]
    wanted: Wanted
    problems: Mapping[str, str]

    @property
    def chips(self) -> list[tuple[str, Mapping[str, str]]]:
        """Each choice in words, with the address of the list without it."""
        return [
            (self._said(name, value), {other: text for other, text in self.chosen.items() if other != name})
            for name, value in self.chosen.items()
        ]

    def _said(self, name: str, value: str) -> str:
        if name in _DAYS:
            return f"{_DAYS[name]} {words.short_day(date.fromisoformat(value))}"
        return {"owner": "Mine", "order": "Newest first"}.get(name) or CHOICES[value][0]


def read(given: Mapping[str, str], me: str) -> Filters:
    """What an address chooses; `me` is who asks. A choice that no list of the page offers chooses nothing."""
    typed = {name: given.get(name, "").strip() for name in ("status", "visit_from", "visit_to", "owner", "order")}
    days = {name: _day(typed[name]) for name in _DAYS}
    problems = {name: NO_DAY for name, day in days.items() if typed[name] and day is None}
    first, last = days["visit_from"], days["visit_to"]
    if first and last and last < first:
        problems["visit_to"] = TURNED_ROUND
    chosen = {name: day.isoformat() for name, day in days.items() if day and not problems}
    if typed["owner"] == "me":
        chosen["owner"] = "me"
    if typed["order"] == "received" and not chosen:  # what is narrowed is sorted by visit: it is read from an index
        chosen["order"] = "received"
    if typed["status"] in CHOICES:
        chosen["status"] = typed["status"]
    wanted = Wanted(
        statuses=CHOICES[chosen["status"]][1] if "status" in chosen else OPEN,
        visit_from=first if "visit_from" in chosen else None,
        visit_to=last if "visit_to" in chosen else None,
        owner=me if "owner" in chosen else None,
        by_received="order" in chosen,
    )
    return Filters(typed, chosen, wanted, problems)


def windows(today: date) -> list[tuple[str, dict[str, str]]]:
    """The spans of visits that are looked at most, and what chooses them."""
    spans = (("Today", today, today), ("Next 7 days", today, today + timedelta(days=6)))
    near = [(said, {"visit_from": first.isoformat(), "visit_to": last.isoformat()}) for said, first, last in spans]
    return [*near, ("Past", {"visit_to": (today - timedelta(days=1)).isoformat()})]


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
