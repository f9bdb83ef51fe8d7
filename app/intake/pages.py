"""Question pages: show a page, take what was typed, say what is wrong, save, go on."""

from dataclasses import replace

from flask import Blueprint, abort, g, redirect, request, url_for

from .. import logs
from ..forgery import keeps_answers
from ..questionnaire import draft as drafting
from ..questionnaire.checking import Demand, problems_of, warnings_on
from ..questionnaire.draft import Draft
from ..questionnaire.kinds import Page, Question, Repeat
from ..questionnaire.wording import is_helper, say
from ..records.store import StoreUnavailable
from . import coming, sheets
from .coming import Answer
from .forms import Answers
from .sheets import Sheet
from .showing import (
    BUSY,
    NOT_OPEN,
    NOT_SURE_OF_PAGE,
    conflict_sheet,
    draw,
    may_visit,
    not_taken,
    place_of,
    sent_meanwhile,
    show_again,
    stored_sheet,
)
from .visit import Visit, room, visit

blueprint = Blueprint("pages", __name__)


class Conflict(Exception):
    """The answers of this page were changed elsewhere, to something other than what is posted."""


class AlreadySent(Exception):
    """The form was sent meanwhile."""


@blueprint.get("/intake/<draft_id>/")
def come_back(draft_id: str) -> Answer:
    """Where the patient left off."""
    here = coming.open_here(draft_id)
    return redirect(place_of(here, here.next_page()))


@blueprint.get("/intake/<draft_id>/<page_id>")
def show(draft_id: str, page_id: str) -> Answer:
    """A question page as it stands now."""
    page = room().definition.page_by_id.get(page_id)
    if page is None or not page.questions:
        abort(404)
    here = coming.in_progress(draft_id)
    path = here.draft.path(here.room.definition, here.now)
    if not may_visit(here, path, page):
        return redirect(place_of(here, here.next_page()))
    return draw(here, path, page, stored_sheet(here, path, page))


@blueprint.post("/intake/<draft_id>/<page_id>")
@keeps_answers
def save(draft_id: str, page_id: str) -> Answer:
    """Take what was typed on a page: whatever happens, it is saved or shown again."""
    page = room().definition.page_by_id.get(page_id)
    if page is None or not page.questions:
        abort(404)
    if refused := not_taken(page):
        return refused
    try:
        here = visit(draft_id)
        if here is None:
            return show_again(page, NOT_OPEN, 403)
        if here.draft.sent:
            return sent_meanwhile(here, page)
        if g.forged:
            return show_again(page, NOT_SURE_OF_PAGE, 400)
        return take(here, page)
    except StoreUnavailable as error:
        logs.event("not_saved", cause=str(error))
        return show_again(page, BUSY, 503)


def take(here: Visit, page: Page) -> Answer:
    """Do what the pressed button says."""
    action = request.form.get("action", "continue")
    if action in UNCHECKED:
        return UNCHECKED[action](keep_unchecked(here, page))
    path = here.draft.path(here.room.definition, here.now)
    stop = path.stop(page.id)
    questions = stop.questions if stop else page.questions
    answers = here.room.forms.answers(page.id, questions, request.form)
    demand = Demand.EARLY if action == "early" else Demand.CONTINUE
    changed = drafting.with_answers(here.draft, questions, answers.values)
    if here.is_locked and must_wait(here, changed, questions):
        return redirect(place_of(keep_unchecked(here, page), page))
    sheet = what_is_wrong(here, changed, questions, answers, demand)
    if sheet is not None:
        return draw(here, path, page, sheet, 422)
    try:
        saved = here.change(lambda draft: applied(here, draft, page, questions, answers, action))
    except Conflict:
        return draw(here, path, page, conflict_sheet(here.again(), questions, answers), 409)
    here.stay()
    return redirect(after(saved, page, action))


def must_wait(here: Visit, changed: Draft, questions: tuple[Question, ...]) -> bool:
    """Whether a late post, saved unchecked, has to wait for the birth date that is stored.

    A new birth date must not open what the old one guards; and asking what to do with entries would tell of them.
    """
    return changed.answers.get("dob") != here.draft.answers.get("dob") or bool(
        removal_sentences(here, changed, questions)
    )


def applied(
    here: Visit, draft: Draft, page: Page, questions: tuple[Question, ...], answers: Answers, action: str
) -> Draft:
    """The draft with this page's answers. Raises Conflict or AlreadySent instead of overwriting."""
    if draft.sent:
        raise AlreadySent
    definition = here.room.definition
    ids = [q.id for q in questions if not isinstance(q, Repeat)]
    drawn = request.form.get("base")
    stored_now = {here.drawn_with(known, ids) for known in (draft.answers, draft.lasting(definition, here.now))}
    if drawn and not {drawn, here.drawn_with(answers.values, ids)} & stored_now:
        raise Conflict
    changed = drafting.with_answers(draft, questions, answers.values)
    for group in drafting.prefilled_groups(definition, questions):
        if request.form.get("removal") == "keep":
            changed = drafting.ticked_again(changed, group, definition)
        changed = drafting.prefill(changed, group, definition)
    confirmed = confirmed_now()
    raised = warnings_on(definition, questions, changed.answers, here.today)
    seen = [r for r in raised if f"{r.warning.id}:{sheets.fingerprint(r)}" in confirmed]
    changed = drafting.confirm(changed, seen) if seen else changed
    if action == "early":
        return replace(drafting.changed_on(changed, definition, page), early=True)
    return drafting.continued_from(changed, definition, page, here.now)


def what_is_wrong(
    here: Visit, changed: Draft, questions: tuple[Question, ...], answers: Answers, demand: Demand
) -> Sheet | None:
    """The page shown again when something is wrong, unlikely and not confirmed, or about to be removed; else None."""
    definition = here.room.definition
    path = changed.path(definition, here.now)
    kept = {**path.kept, **{q.id: changed.answers[q.id] for q in questions if q.id in changed.answers}}
    problems = dict(answers.problems)
    for problem in problems_of(definition, questions, kept, here.today, demand):
        problems.setdefault(problem.question, problem.sentence)
    helper = is_helper(kept)
    ids = [q.id for q in questions]
    base = request.form.get("base") or here.drawn_with(here.draft.lasting(definition, here.now), ids)
    sheet = Sheet("", "", (), base=base)
    if problems:
        fields = sheets.fields_of(questions, kept, answers.raw, problems, helper=helper)
        return replace(sheet, fields=fields, summary=sheets.summary_of(fields))
    fields = sheets.fields_of(questions, kept, answers.raw, {}, helper=helper)
    raised = drafting.unconfirmed(here.draft, warnings_on(definition, questions, kept, here.today))
    posted = confirmed_now()
    asked = [r for r in raised if f"{r.warning.id}:{sheets.fingerprint(r)}" not in posted]
    if asked and demand is Demand.CONTINUE:
        return replace(
            sheet,
            fields=fields,
            warnings=sheets.unlikely(asked, fields),
            confirm=sheets.confirmations(raised),
        )
    removals = removal_sentences(here, changed, questions)
    if removals and request.form.get("removal") not in ("keep", "remove"):
        return replace(sheet, fields=fields, removals=removals, confirm=tuple(posted))
    return None


def confirmed_now() -> set[str]:
    """The warnings that the pressed button confirms, each with the fingerprint of the values it was shown for."""
    return set(" ".join(request.form.getlist("confirmed")).split())


def removal_sentences(here: Visit, changed: Draft, questions: tuple[Question, ...]) -> tuple[str, ...]:
    """What would be lost with entries whose answer was taken back."""
    definition = here.room.definition
    helper = is_helper(changed.answers)
    return tuple(
        definition.messages.remove_entry.format(entry=say(item, entry[item.id], helper=helper)[0])
        for group in drafting.prefilled_groups(definition, questions)
        for entry in drafting.entries_to_remove(changed, group, definition)
        for item in group.items
        if item.id == group.prefill_item
    )


def keep_unchecked(here: Visit, page: Page) -> Visit:
    """Save what was typed as it is, for a button that is not Continue (light or dark, pause, leave)."""
    stop = here.draft.path(here.room.definition, here.now).stop(page.id)
    questions = stop.questions if stop else page.questions
    raw = here.room.forms.answers(page.id, questions, request.form).clear
    typed = {key: list(values) for key, values in raw.items()}

    def keep(draft: Draft) -> Draft:
        if draft.sent:
            raise AlreadySent
        return replace(draft, typed={**draft.typed, page.id: typed})

    saved = here.change(keep) if typed else here
    here.stay()
    return saved


UNCHECKED = {
    "light": lambda here: coming.in_theme(redirect(request.path), "light"),
    "dark": lambda here: coming.in_theme(redirect(request.path), "dark"),
    "pause": lambda here: redirect(url_for("coming.pause", draft_id=here.id)),
    "leave": coming.left,
}


def after(here: Visit, page: Page, action: str) -> str:
    """The address to go to after a page was saved: its stop page, the check page, or the next one."""
    definition = here.room.definition
    path = here.draft.path(definition, here.now)
    if action == "early":
        return place_of(here, next(p for p in definition.pages if p.summary))
    for notice in sheets.flags.notices(definition, path.kept):
        if notice.stop_page and notice.after_page == page.id:
            return url_for("entries.stop", draft_id=here.id, notice_id=notice.id)
    return place_of(here, here.next_page())
