"""The call list: forms that need information, what to ask their patients, and what they said on the phone."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from ..records import acts, audit, audit_lines, submissions, work
from ..records.submissions import Listed, Opened
from . import words
from .access import needs
from .context import desk, me
from .words import Person
from .work_page import Call, calls_of

blueprint = Blueprint("calls", __name__)

MOST = 50


@dataclass(frozen=True)
class ToCall:
    """A form whose patient is to be called. `person` is None when it does not open with the key of this desk."""

    listed: Listed
    calls: list[Call]
    person: Person | None = None
    phone: str = ""

    @property
    def open(self) -> bool:
        """Whether something is still to be asked, or to be written down first."""
        return not self.calls or any(not call.replies for call in self.calls)


@blueprint.get("/calls")
@needs("answers")
def show() -> ResponseReturnValue:
    """The list. Every look writes one audit line, which tells how many were shown and not whose.

    It has no pages: who was called leaves it, and those behind come up.
    """
    parts = desk().parts
    with parts.store.reading() as connection:
        rows = work.to_call(connection, MOST + 1)
        shown, private = rows[:MOST], parts.keyring.private_keys
        opened = submissions.open_what_opens(connection, shown, private)
        written = work.written(connection, [row.id for row in shown], private)
        names = dict(audit_lines.accounts(connection))
    with parts.store.writing() as connection:
        record = acts.counted(len(shown), "form")
        audit.note(connection, at=parts.now(), room="desk", who=me().id, act="list", record=record)
    every = [_to_call(row, calls_of(written[row.id]), opened.get(row.id)) for row in shown]
    return render_template("desk/calls.html", every=every, names=names, more=len(rows) > MOST)


def _to_call(listed: Listed, calls: list[Call], opened: Opened | None) -> ToCall:
    if opened is None:
        return ToCall(listed, calls)
    answers = opened.document["answers"]
    return ToCall(listed, calls, words.person(answers, desk().parts.today()), words.phone(answers))
