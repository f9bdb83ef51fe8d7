"""Briefs of forms, ready to draw: each form opened, read for the day of its visit, with what staff wrote beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..outputs.brief_sheet import BriefSheet
from ..questionnaire.brief import brief
from ..questionnaire.brief.model import Line, Said
from ..questionnaire.flags import as_of_day
from ..records import audit_lines, charts, persons, submissions, work
from ..records.statuses import ATTENTION
from ..records.store import Connection
from ..records.submissions import Listed, Opened
from ..records.work import Written
from . import people, words
from .context import desk
from .work_page import calls_of

_LABELS = {"acknowledged": "Acknowledged", "note": "Note"}


@dataclass(frozen=True)
class Ready:
    """A brief ready to draw, the answers it was made from, and what staff wrote and said about its form.

    `names` are those of all accounts by id.
    """

    sheet: BriefSheet
    answers: Mapping[str, Any]
    written: Sequence[Written]
    said: persons.Said
    names: Mapping[str, str]


def of(connection: Connection, rows: Sequence[Listed]) -> dict[str, Ready]:
    """The briefs of these submissions by id; a form that does not open with the key of this desk is left out."""
    keys, ids = desk().parts.keyring.private_keys, [row.id for row in rows]
    said = {row.id: people.said_of(connection, row) for row in rows}
    before = {row.id: form for row in rows if (form := people.last_form_of(connection, row, said[row.id]))}
    opened = submissions.open_what_opens(connection, [*rows, *before.values()], keys)
    earlier = {key: opened[form.id] for key, form in before.items() if form.id in opened}
    numbers = charts.numbers(connection, ids, keys)
    written = work.written(connection, ids, keys)
    names = dict(audit_lines.accounts(connection))
    return {
        row.id: Ready(
            _sheet(
                opened[row.id],
                earlier.get(row.id),
                numbers.get(row.id, ""),
                tuple(_staff(written[row.id], names)),
            ),
            opened[row.id].document["answers"],
            written[row.id],
            said[row.id],
            names,
        )
        for row in rows
        if row.id in opened
    }


def _sheet(opened: Opened, earlier: Opened | None, chart: str, staff: tuple[Line, ...]) -> BriefSheet:
    listed, document = opened.listed, opened.document
    previous = earlier.document if earlier else None
    sent_on = desk().parts.local(listed.received_at).date()
    as_of = as_of_day(document["answers"], sent_on)
    return BriefSheet(
        brief=brief(opened.definition, document, as_of, sent_on, previous),
        reference=listed.reference,
        chart=chart,
        visit=words.short_day(listed.visit_date) if listed.visit_date else "",
        received=words.short_moment(desk().parts.local(listed.received_at)),
        status=words.STATUSES[listed.status],
        phone=words.phone(document["answers"]),
        staff=staff,
        unseen=listed.status == ATTENTION,
    )


def _staff(written: Sequence[Written], names: Mapping[str, str]) -> Iterator[Line]:
    """What staff wrote beside a form as lines of kind `staff`, the oldest first, calls behind the rest."""
    for note in written:
        if note.kind in _LABELS:
            yield _line(note, _LABELS[note.kind], note.words["text"], names)
        elif note.kind == "measure":
            on = words.day_of(note.words["on"])
            yield _line(note, note.words["text"], f"{note.words['value']} on {on}", names)
    for call in calls_of(written):
        yield _line(call.question, "Asked", call.question.words["text"], names)
        for reply in call.replies:
            yield _line(reply, "Answered on the phone", reply.words["text"], names)


def _line(note: Written, label: str, text: str, names: Mapping[str, str]) -> Line:
    by = f"{names.get(note.who, note.who)}, {words.short_moment(desk().parts.local(note.at))}"
    said = (Said(text=" ".join(text.split()), kind="staff"), Said(text=by, kind="staff", joined=" — "))
    return Line(id=note.id, label=label, said=said)
