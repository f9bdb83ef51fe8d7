"""Reading everything back, and sending it: once, whatever is pressed how often."""

from dataclasses import replace

from flask import Blueprint, g, redirect, render_template, request

from .. import logs
from ..forgery import keeps_answers
from ..questionnaire import draft as drafting
from ..questionnaire import flags, journey
from ..questionnaire.checking import Demand
from ..questionnaire.draft import Draft
from ..questionnaire.kinds import Page
from ..questionnaire.wording import is_helper, read_back
from ..records import drafts, submissions
from ..records.store import StoreUnavailable
from . import coming, pages, sheets, traps
from .coming import Answer
from .sheets import Sheet
from .showing import (
    BUSY,
    NOT_OPEN,
    NOT_SURE_OF_PAGE,
    draw,
    may_visit,
    not_taken,
    place_of,
    show_again,
    too_much,
)
from .visit import Visit, room, visit

blueprint = Blueprint("sending", __name__)


def check_page() -> Page:
    """The check-your-answers page of the definition."""
    return next(page for page in room().definition.pages if page.summary)


def sign_page() -> Page:
    """The last page: agree and send."""
    return room().definition.pages[-1]


@blueprint.get("/intake/<draft_id>/check")
def check(draft_id: str) -> Answer:
    """Everything read back, by part, with links to change it. Not sent yet."""
    here = coming.in_progress(draft_id)
    path = here.draft.path(here.room.definition, here.now)
    if not may_visit(here, path, check_page()):
        return redirect(place_of(here, here.next_page()))
    return _draw_check(here, "")


def _draw_check(here: Visit, note: str, status: int = 200) -> Answer:
    definition = here.room.definition
    path = here.draft.path(definition, here.now)
    left = journey.not_reached(path, here.draft.progress, here.now)
    reached = frozenset(stop.page.id for stop in path.stops if stop.page not in left)
    page = check_page()
    before = frozenset(q.id for stop in path.stops for q in stop.questions if stop.page is not sign_page())
    html = render_template(
        "intake/check.html",
        draft_id=here.id,
        page=page,
        part=definition.part_of_page[page.id],
        parts=len(definition.parts),
        intro=sheets.page_intro(page, helper=is_helper(path.kept)),
        sections=list(read_back(definition, path.kept, before, reached)),
        helper=is_helper(path.kept),
        states=definition.states,
        notices=flags.notices(definition, path.kept),
        early=bool(left),
        note=note,
        back=place_of(here, path.stops[[s.page.id for s in path.stops].index(page.id) - 1].page),
    )
    return html, status


@blueprint.post("/intake/<draft_id>/check")
@keeps_answers
def go_on(draft_id: str) -> Answer:
    """The answers were read: on to signing, or back to the parts that are still open."""
    here = coming.in_progress(draft_id)
    action = request.form.get("action", "continue")
    if g.too_much:
        return _draw_check(here, too_much(), 429)
    if g.forged:
        return _draw_check(here, NOT_SURE_OF_PAGE, 400)
    if action in pages.UNCHECKED:
        here.stay()
        return pages.UNCHECKED[action](here)
    if not may_visit(here, here.draft.path(here.room.definition, here.now), check_page()):
        return redirect(place_of(here, here.next_page()))
    try:
        saved = here.change(lambda draft: _read(here, draft, action))
    except StoreUnavailable:
        return _draw_check(here, BUSY, 503)
    here.stay()
    return redirect(place_of(saved, saved.next_page()))


def _read(here: Visit, draft: Draft, action: str) -> Draft:
    if draft.sent:
        raise pages.AlreadySent
    if action == "go_on":
        return replace(draft, early=False)
    path = draft.path(here.room.definition, here.now)
    early = bool(journey.not_reached(path, draft.progress, here.now))
    return replace(drafting.continued_from(draft, here.room.definition, check_page(), here.now), early=early)


class _Refused(Exception):
    """The form cannot go as it is: this page has something wrong."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.id)
        self.page = page


@blueprint.get("/intake/<draft_id>/sign")
def sign(draft_id: str) -> Answer:
    """The consents and the signature."""
    return pages.show(draft_id, sign_page().id)


@blueprint.post("/intake/<draft_id>/sign")
@keeps_answers
def send(draft_id: str) -> Answer:
    """Send the form: everything is checked again for today, sealed and stored, and only then is it "sent"."""
    page = sign_page()
    if refused := not_taken(page):
        return refused
    try:
        here = visit(draft_id)
        if here is None:
            return show_again(page, NOT_OPEN, 403)
        if here.draft.sent:
            return coming.to_receipt(here.id)
        if g.forged:
            return show_again(page, NOT_SURE_OF_PAGE, 400)
        return _take(here, page)
    except StoreUnavailable as error:
        logs.event("not_sent", cause=str(error))
        return show_again(page, BUSY, 503)


def _take(here: Visit, page: Page) -> Answer:
    action = request.form.get("action", "continue")
    if action in pages.UNCHECKED:
        return pages.UNCHECKED[action](pages.keep_unchecked(here, page))
    definition = here.room.definition
    path = here.draft.path(definition, here.now)
    answers = here.room.forms.answers(page.id, page.questions, request.form)
    changed = drafting.with_answers(here.draft, page.questions, answers.values)
    sheet = pages.what_is_wrong(here, changed, page.questions, answers, Demand.CONTINUE)
    if sheet is not None:
        return draw(here, path, page, sheet, 422)
    if not may_visit(here, path, page):
        kept = here.change(lambda draft: _signed(here, draft, page, dict(answers.values), continued=False))
        return redirect(place_of(here, kept.next_page()))
    if traps.asks():
        fields = sheets.fields_of(page.questions, path.kept, answers.raw, {}, helper=is_helper(path.kept))
        base = request.form.get("base", "")
        return draw(here, path, page, Sheet("", "", fields, notes=(traps.ASK,), base=base, once_more=True))
    try:
        _send(here, page, dict(answers.values))
    except _Refused as refused:
        here.change(lambda draft: _signed(here, draft, page, dict(answers.values), continued=False))
        return redirect(place_of(here, refused.page))
    here.stay()
    return coming.to_receipt(here.id)


def _signed(here: Visit, draft: Draft, page: Page, values: dict[str, drafting.Value], *, continued: bool) -> Draft:
    if draft.sent:
        raise pages.AlreadySent
    signed = drafting.with_answers(draft, page.questions, values)
    return drafting.continued_from(signed, here.room.definition, page, here.now) if continued else signed


def _send(here: Visit, page: Page, values: dict[str, drafting.Value]) -> None:
    """One transaction, tried again when another tab was faster. Raises _Refused or AlreadySent."""
    definition = here.room.definition
    parts = here.room.parts
    for _ in range(6):
        draft = _signed(here, here.draft, page, values, continued=True)
        wrong = drafting.problems_on_sending(definition, draft, here.now, here.today)
        if wrong:
            raise _Refused(wrong[0])
        document = drafting.sent_document(definition, draft, here.id, here.now, here.today)
        try:
            with parts.store.writing() as connection:
                submissions.send(
                    connection,
                    parts.server_key,
                    parts.keyring.recipients,
                    here.opened,
                    draft,
                    definition,
                    document,
                    here.now,
                )
        except drafts.Changed:
            here = here.again()
            continue
        logs.event("sent", wording=definition.version)
        return
    raise drafts.Changed
