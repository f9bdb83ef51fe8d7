"""Which forms are of one person: staff say so, and can take it back. No form is merged or changed by it.

What was said is sealed, beside both forms, so that each finds the other. The audit tells that somebody decided about
a form, and not what: its lines stand in clear. What was said counts only with its line: whoever has taken the patients'
host can seal anything to the clinic's key, and adds no line to the desk's chain.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from ..sealing import PrivateKey, PublicKey
from . import audit, work
from .models import Audit

_MOST = 50
"""Forms of one person that are looked for by way of others."""


@dataclass(frozen=True)
class Decision:
    """What somebody said about this form and another: `same` is None when it was taken back."""

    form: str
    same: bool | None
    who: str
    at: datetime


@dataclass(frozen=True)
class Said:
    """What holds for one form: the decisions about it by the other form's id, and every form of the same person.

    `same` also holds forms that are only known by way of another one.
    """

    decisions: Mapping[str, Decision]
    same: frozenset[str]

    @property
    def different(self) -> frozenset[str]:
        """The forms of which staff said that they are of somebody else."""
        return frozenset(form for form, decision in self.decisions.items() if decision.same is False)


def decide(
    connection: Connection,
    recipients: Sequence[PublicKey],
    pair: tuple[str, str],
    same: bool | None,
    *,
    who: str,
    now: datetime,
) -> None:
    """Say whether two forms are of the same person; None takes back what was said before."""
    for form, other in (pair, pair[::-1]):
        work.put(connection, recipients, form, work.PERSON, {"form": other, "same": same}, who=who, now=now)
    for form in pair:
        audit.note(connection, at=now, room="desk", who=who, act="person", record=form)


def said_of(connection: Connection, form: str, keys: Sequence[PrivateKey]) -> Said:
    """What staff said about this form and others. What they said about the form itself goes before what follows."""
    decisions = _decisions(connection, [form], keys)
    said = Said(decisions.get(form, {}), frozenset())
    found: set[str] = set()
    fresh = _same(decisions)
    while fresh and len(found) < _MOST:
        found |= fresh
        fresh = _same(_decisions(connection, fresh, keys)) - found - said.different - {form}
    return Said(said.decisions, frozenset(found))


def _same(decisions: Mapping[str, Mapping[str, Decision]]) -> set[str]:
    return {other for about in decisions.values() for other, decision in about.items() if decision.same}


def _decisions(
    connection: Connection, forms: Collection[str], keys: Sequence[PrivateKey]
) -> dict[str, dict[str, Decision]]:
    """The decision that holds, which is the latest, by form and by other form."""
    written = work.written(connection, list(forms), keys, kinds=[work.PERSON])
    noted = _noted(connection, [form for form, notes in written.items() if notes])
    return {
        form: {
            note.words["form"]: Decision(note.words["form"], note.words["same"], note.who, note.at)
            for note in notes
            if (form, note.who, note.at) in noted
        }
        for form, notes in written.items()
    }


def _noted(connection: Connection, forms: Collection[str]) -> set[tuple[str, str, datetime]]:
    """Who decided about which of these forms and when, as the desk's chain has it."""
    if not forms:
        return set()
    lines = select(Audit.record, Audit.who, Audit.at).where(
        Audit.record.in_(forms), Audit.act == "person", Audit.chain.startswith("desk-")
    )
    return {(line.record, line.who, line.at) for line in connection.execute(lines)}
