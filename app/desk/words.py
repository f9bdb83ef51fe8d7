"""How the desk says things: names, birth dates, times and statuses, in staff's own short forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask, request

from ..parts import Parts
from ..questionnaire import dates
from ..questionnaire.brief.rules import DRAFT
from ..questionnaire.direction import unturned
from ..questionnaire.kinds import Answers, Choice, Definition, Value
from ..questionnaire.wording import MONTHS
from ..records import statuses
from ..room import clock_words

STATUSES: Mapping[str, str] = {
    statuses.ATTENTION: "Needs attention",
    statuses.RECEIVED: "Received",
    statuses.IN_REVIEW: "In review",
    statuses.NEEDS_INFO: "Needs information",
    statuses.REVIEWED: "Reviewed",
    statuses.ARCHIVED: "Archived",
}
ROLES: Mapping[str, tuple[str, str]] = {
    "specialist": ("Specialist", "Reads every answer, reviews, exports."),
    "staff": ("Office staff", "Reads answers, exports, gives chart numbers."),
    "read-only": ("Read only", "Reads answers, and changes nothing."),
    "administrator": ("Administrator", "Looks after accounts, and reads no answers."),
    "privacy-officer": ("Privacy officer", "Reads who did what, and no answers."),
}
"""What a role is called, and what it opens, in a sentence."""
WAYS: Mapping[str, str] = {
    "app": "Password and app",
    "passkey": "Passkey",
    "recovery": "Password and recovery code",
    "sso": "Single sign-on",
}
NOT_KNOWN = "Not known"
DOES_NOT_OPEN = "This form does not open with the key this desk holds"


@dataclass(frozen=True)
class Person:
    """Who a form is about, as staff name them."""

    name: str
    born: str


def person(answers: Mapping[str, Value], today: date) -> Person:
    """LAST, First (preferred) and 14-Aug-1969 (56): family name in capitals, age in completed years."""
    first, last, preferred = (
        unturned(str(answers.get(key) or "")) for key in ("first_name", "last_name", "preferred_name")
    )
    name = ", ".join(part for part in (last.upper(), first) if part) or NOT_KNOWN
    born = answers.get("dob")
    return Person(f"{name} ({preferred})" if preferred else name, _born(born, today))


def phone(answers: Mapping[str, Value]) -> str:
    """The number to call, its digits in the order in which they were typed; empty when none was given."""
    return unturned(str(answers.get("phone") or ""))


def _born(born: Value | None, today: date) -> str:
    if not isinstance(born, str):
        return NOT_KNOWN
    day = dates.earliest(born)
    return f"{short_day(day)} ({dates.completed_years(day, today)})"


def side(definition: Definition, answers: Answers) -> str:
    """The side in staff's words; nothing when it was not answered."""
    question = definition.questions.get("side")
    chosen = answers.get("side")
    if not isinstance(question, Choice) or chosen is None:
        return ""
    option = next((o for o in question.options if o.code == chosen), None)
    return (option.brief or option.label.removesuffix(" side")) if option else str(chosen)


def short_day(day: date) -> str:
    """A day as staff read it: 14-Aug-1969."""
    return f"{day.day:02}-{MONTHS[day.month - 1][:3]}-{day.year}"


def short_moment(local: datetime) -> str:
    """A moment in the clinic's zone as staff read it: 14-Aug-2026, 9:05 AM EST."""
    return f"{short_day(local.date())}, {clock_words(local)}"


def day_of(text: str) -> str:
    """A stored day (ISO) as staff read it."""
    return short_day(date.fromisoformat(text))


def span(minutes: int) -> str:
    """A span of minutes as people say it: 15 minutes, 4 hours."""
    count, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def own_path(full_path: str) -> str:
    """The address of this request within the whole house, as a form posts to it again."""
    return request.script_root + full_path.rstrip("?")


def flag_rules(definition: Definition) -> str:
    """What must stand beside every flag until a physician has approved the rules; nothing afterwards."""
    return "" if definition.review.reviewed_by else DRAFT


def init_app(app: Flask, parts: Parts) -> None:
    """Give the templates of this room their filters."""
    app.jinja_env.filters.update(
        short_day=short_day,
        short_moment=lambda at: short_moment(parts.local(at)),
        span=span,
        own_path=own_path,
        day_of=day_of,
        status=lambda code: STATUSES.get(code, code),
        role=lambda code: ROLES[code][0] if code in ROLES else code,
        way=lambda code: WAYS.get(code, code),
    )
    app.jinja_env.globals.update(
        role_choices=[(code, *said) for code, said in ROLES.items()], trusted_minutes=parts.config.trusted_idle_minutes
    )
