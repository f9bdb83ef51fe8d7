"""What a form's page shows of the work on it: where it stands, who looks at it, what was written beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ..records import statuses, work
from ..records.store import Connection
from ..records.submissions import Listed
from ..records.work import Written
from .context import desk, me

RECENT = timedelta(minutes=15)
"""So long somebody else who opened a form is taken to be still reading it."""
MOVES = {
    statuses.RECEIVED: "Back to received",
    statuses.IN_REVIEW: "In review",
    statuses.NEEDS_INFO: "Needs information",
    statuses.REVIEWED: "Reviewed",
    statuses.ARCHIVED: "Archive",
}
"""What the button says that moves a form there."""
MEASURES = {
    "smc": ("SMC grade", 0, 4),
    "jankovic_severity": ("Jankovic severity", 0, 4),
    "jankovic_frequency": ("Jankovic frequency", 0, 4),
    "hfs7": ("HFS-7 total", 0, 28),
}
"""Grades and scores that a clinician enters: what each is called, and its least and greatest number.

SMC: Samsung Medical Center grading. Jankovic: severity and frequency. HFS-7: seven items of 0 to 4. They are noted,
never worked out.
"""


@dataclass(frozen=True)
class Call:
    """Something to ask the patient on the phone, and what they said."""

    question: Written
    replies: tuple[Written, ...]


def shown(
    connection: Connection, listed: Listed, phone: str, written: Sequence[Written], names: Mapping[str, str]
) -> dict[str, Any]:
    """What templates/desk/work.html draws: `written` beside the form, `names` of accounts by id."""
    others = work.others_looking(connection, listed.id, me().id, desk().parts.now() - RECENT)
    calls = calls_of(written)
    return {
        "notes": [note for note in written if note.kind in ("note", "acknowledged", "measure")],
        "calls": calls,
        "names": names,
        "others": sorted(names[one] for one in others if one in names),
        "steps": work.steps(connection, listed.id),
        "owner": names.get(listed.owner or "", ""),
        "next_steps": work.STEPS.get(listed.status, ()),
        "move_words": MOVES,
        "measures": MEASURES,
        "phone": phone,
        "unanswered": sum(not call.replies for call in calls),
    }


def calls_of(written: Sequence[Written]) -> list[Call]:
    """Questions with their answers, the oldest first."""
    replies = [note for note in written if note.kind == "reply"]
    return [
        Call(note, tuple(reply for reply in replies if reply.words.get("question") == note.id))
        for note in written
        if note.kind == "question"
    ]
