"""Two forms side by side, each question with both answers: for staff who decide whether they are of one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from ..likeness import Known, reasons
from ..questionnaire.differences import Difference, changes, differences
from ..questionnaire.kinds import Definition, Part
from ..questionnaire.wording import is_helper
from ..records import audit, audit_lines, persons, submissions
from ..records.submissions import Listed, Opened
from . import people
from .access import needs
from .context import desk, me
from .reading import state_word
from .words import Person

blueprint = Blueprint("beside", __name__)


@dataclass(frozen=True)
class Head:
    """One of the two forms: what stands above its answers. `person` is None when it does not open."""

    label: str
    listed: Listed
    person: Person | None
    chart: str


@dataclass(frozen=True)
class Chapter:
    """One part of the form, with those of its questions that are shown."""

    part: Part
    rows: tuple[Difference, ...]


@blueprint.get("/submissions/<submission_id>/beside/<other_id>")
@needs("answers")
def show(submission_id: str, other_id: str) -> ResponseReturnValue:
    """What changed between two forms; with `?all=1` what did not as well. It is a look at both, and each is noted."""
    parts = desk().parts
    keys = parts.keyring.private_keys
    with parts.store.reading() as connection:
        rows = people.pair(connection, submission_id, other_id)
        opened = submissions.open_what_opens(connection, rows, keys)
        known = people.known_of(connection, opened)
        said = persons.said_of(connection, submission_id, keys)
        names = dict(audit_lines.accounts(connection))
    with parts.store.writing() as connection:
        for row in rows:
            audit.note(connection, at=parts.now(), room="desk", who=me().id, act="look", record=row.id)
    definition = opened[rows[1].id].definition if rows[1].id in opened else parts.definition
    found = _compared(definition, [opened[row.id] for row in rows if row.id in opened])
    changed = changes(found)
    everything = request.args.get("all") == "1"
    return render_template(
        "desk/beside.html",
        this=submission_id,
        other=other_id,
        heads=[_head(label, row, known.get(row.id)) for label, row in zip(("Earlier", "Later"), rows, strict=True)],
        why=reasons(*known.values()) if len(known) == 2 else (),
        same=other_id in said.same,
        decision=said.decisions.get(other_id),
        names=names,
        asked=len(found),
        changed=len(changed),
        everything=everything,
        chapters=_chapters(definition, found if everything else changed),
        helper=rows[1].id in known and is_helper(known[rows[1].id].answers),
        state_word=lambda state: state_word(definition, state),
    )


def _head(label: str, listed: Listed, known: Known | None) -> Head:
    return Head(label, listed, people.person_of(known), known.chart if known else "")


def _compared(definition: Definition, both: Sequence[Opened]) -> tuple[Difference, ...]:
    """Nothing when one of them does not open."""
    return differences(definition, *(one.document for one in both)) if len(both) == 2 else ()


def _chapters(definition: Definition, rows: Sequence[Difference]) -> list[Chapter]:
    def part_of(row: Difference) -> Part:
        return definition.part_of_page[definition.page_of_question[row.question.id].id]

    return [Chapter(part, tuple(group)) for part, group in groupby(rows, key=part_of)]
