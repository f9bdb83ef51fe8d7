"""Forms that may be of the same person: shown beside a form with the reason why. Staff decide; nothing is merged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from ..finding import CHART, NAME, Term, chart_form, terms_of
from ..likeness import Known, reasons
from ..records import charts, lookups, persons, submissions
from ..records.persons import Decision, Said
from ..records.store import Connection
from ..records.submissions import Listed, Opened
from . import words
from .access import needs
from .context import desk, me
from .return_to import form_page
from .words import Person

blueprint = Blueprint("people", __name__)

MOST = 10
"""Forms that are offered beside one."""
FRESH = 50
"""Forms just received or changed that are looked through one by one, since they cannot be found yet."""
SAYS: dict[str, tuple[bool | None, str]] = {
    "yes": (True, "Kept: both forms are of the same person."),
    "no": (False, "Kept: the forms are of two persons."),
    "undo": (None, "Taken back: it is open again whether both forms are of the same person."),
}
"""What can be said about two forms: how it is kept, and what its reader is told."""


@dataclass(frozen=True)
class Other:
    """Another form beside the one that is read. `person` is None when it does not open with the key of this desk.

    `decision` is what staff said of these two; None when they said nothing, or know it by way of another form.
    """

    listed: Listed
    person: Person | None
    why: tuple[str, ...] = ()
    decision: Decision | None = None


def shown(connection: Connection, listed: Listed, known: Known, said: Said) -> dict[str, Any]:
    """What templates/desk/people.html draws: forms that may be of this person, those that are, those that are not."""
    decided = _decided(connection, said)
    return {
        "possible": _possible(connection, known, {listed.id, *said.same, *said.different}),
        "same": [other for other in decided if other.listed.id in said.same],
        "different": [other for other in decided if other.listed.id in said.different],
    }


def said_of(connection: Connection, listed: Listed) -> Said:
    """What staff said about this form and others."""
    return persons.said_of(connection, listed.id, desk().parts.keyring.private_keys)


def last_form_of(connection: Connection, listed: Listed, said: Said) -> Listed | None:
    """The newest form received before this one that staff say is of the same person; None when there is none."""
    before = (listed.received_at, listed.id)
    return next(
        (row for row in submissions.these(connection, said.same) if (row.received_at, row.id) < before),
        None,
    )


@blueprint.post("/submissions/<submission_id>/beside/<other_id>")
@needs("chart")
def decide(submission_id: str, other_id: str) -> ResponseReturnValue:
    """Say whether two forms are of the same person, or take back what was said."""
    parts = desk().parts
    with parts.store.writing() as connection:
        pair(connection, submission_id, other_id)
        if request.form.get("same") not in SAYS:
            abort(400)
        same, told = SAYS[request.form["same"]]
        persons.decide(
            connection, parts.keyring.recipients, (submission_id, other_id), same, who=me().id, now=parts.now()
        )
    flash(told)
    return redirect(form_page(submission_id, "people"), 303)


def pair(connection: Connection, submission_id: str, other_id: str) -> tuple[Listed, Listed]:
    """Two different forms, the one received earlier first. 404 when one of them is not here."""
    one, other = submissions.find(connection, submission_id), submissions.find(connection, other_id)
    if one is None or other is None or one == other:
        abort(404)
    return (one, other) if (one.received_at, one.id) < (other.received_at, other.id) else (other, one)


def known_of(connection: Connection, opened: Mapping[str, Opened]) -> dict[str, Known]:
    """What is known of the persons of these forms, by id of the form."""
    numbers = charts.numbers(connection, list(opened), desk().parts.keyring.private_keys)
    return {key: Known(one.document["answers"], numbers.get(key, "")) for key, one in opened.items()}


def person_of(known: Known | None) -> Person | None:
    """Who that is, as staff name them; None when the form does not open."""
    return words.person(known.answers, desk().parts.today()) if known else None


def of_chart(connection: Connection, listed: Listed, number: str) -> list[Listed]:
    """Other forms with this chart number, the newest two; none where the desk holds no key to look for them."""
    key, chart = desk().parts.index_key, chart_form(number)
    if key is None or not chart:
        return []
    fresh = charts.numbers(connection, lookups.waiting(connection, FRESH), desk().parts.keyring.private_keys)
    not_found_yet = {form for form, other in fresh.items() if chart_form(other) == chart} - {listed.id}
    found = lookups.sharing(connection, key, [Term(CHART, chart)], besides=[listed.id, *fresh], limit=2)
    return [*submissions.these(connection, not_found_yet), *found][:2]


def _known(connection: Connection, rows: Sequence[Listed]) -> dict[str, Known]:
    if not rows:  # as with most forms: nothing is asked for then
        return {}
    return known_of(connection, submissions.open_what_opens(connection, rows, desk().parts.keyring.private_keys))


def _possible(connection: Connection, known: Known, besides: set[str]) -> list[Other]:
    """Forms with a reason to be of this person. One that does not open could not be compared, and is left out."""
    key = desk().parts.index_key
    if key is None:
        return []
    terms = [term for term in terms_of(known.answers, known.chart) if term.kind != NAME]
    rows = lookups.sharing(connection, key, terms, besides=besides, limit=MOST)
    found = _known(connection, rows)
    why = {row.id: reasons(known, found[row.id]) for row in rows if row.id in found}
    return [Other(row, person_of(found[row.id]), why=why[row.id]) for row in rows if why.get(row.id)][:MOST]


def _decided(connection: Connection, said: Said) -> list[Other]:
    rows = submissions.these(connection, said.same | said.different)
    found = _known(connection, rows)
    return [Other(row, person_of(found.get(row.id)), decision=said.decisions.get(row.id)) for row in rows]
