"""The receipt: that it was sent, when, under which reference, what happens next, and a full copy to keep."""

from contextlib import suppress
from datetime import date

from flask import Blueprint, redirect, render_template, url_for

from ..questionnaire import flags, journey, versions
from ..questionnaire.kinds import Definition
from ..questionnaire.wording import is_helper, read_back
from ..records import receipts, wordings
from ..records.store import StoreUnavailable
from . import coming
from .coming import Answer
from .showing import place_of
from .visit import Visit

blueprint = Blueprint("receipt", __name__)


@blueprint.get("/intake/<draft_id>/receipt")
def show(draft_id: str) -> Answer:
    """The receipt of a form that was sent; the copy of the answers waits for the birth date after a while."""
    here = coming.open_here(draft_id)
    sent = here.draft.sent
    if sent is None:
        return redirect(place_of(here, here.next_page()))
    definition = _as_sent(here, sent.wording)
    kept = dict(sent.document["answers"])
    path = journey.walk(definition, kept, sent.document["settings"])
    reached = frozenset(sent.document["continued"])
    locked = here.is_locked
    return render_template(
        "intake/receipt.html",
        draft_id=here.id,
        sent=sent,
        read_on=_read_on(here, sent.reference),
        locked=locked,
        expires_at=here.opened.expires_at,
        sections=[] if locked else list(read_back(definition, kept, path.asked, reached)),
        helper=is_helper(kept),
        states=definition.states,
        notices=[] if locked else flags.notices(definition, kept),
        unlock=coming.ask_birth_field() if locked else None,
        back=url_for("receipt.show", draft_id=here.id),
    )


def _read_on(here: Visit, reference: str) -> date | None:
    """The day on which the team had read the form. One that cannot be asked for keeps nobody from their receipt."""
    with suppress(StoreUnavailable), here.room.parts.store.reading() as connection:
        return receipts.read_on(connection, reference)
    return None


def _as_sent(here: Visit, digest: str) -> Definition:
    """The definition in the words it was sent in."""
    current = here.room.definition
    if versions.digest_of(current) == digest:
        return current
    with here.room.parts.store.reading() as connection:
        return wordings.load(connection, digest)
