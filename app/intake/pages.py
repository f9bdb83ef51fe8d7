"""Question pages: show a page, take what was typed, say what is wrong, save, go on."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, abort, g, redirect, render_template, request, url_for

from .. import logs
from ..forgery import keeps_answers
from ..questionnaire import draft as drafting
from ..questionnaire import journey
from ..questionnaire.checking import Demand, problems_of, warnings_on
from ..questionnaire.draft import Draft
from ..questionnaire.journey import Path
from ..questionnaire.kinds import Page, Question, Repeat
from ..questionnaire.reading import Raw
from ..questionnaire.wording import is_helper, say
from ..records.store import StoreUnavailable
from . import coming, sheets
from .coming import Answer
from .forms import Answers
from .sheets import Sheet
from .visit import Visit, room, visit

blueprint = Blueprint("pages", __name__)

NOT_SURE_OF_PAGE = "We could not be sure that this came from your page, so it is not saved yet. Press the button again."
BUSY = "We could not save this just now. Nothing you typed is lost. Wait a minute, then press the button again."
NOT_OPEN = (
    "This form is not open on this device any more, so this page is not saved. Open your link or type your code in a "
    "new window. Then come back here and press the button again."
)
CHANGED = "These answers were changed in another window. What you typed is below. Press the button to keep it."


class Conflict(Exception):
    """The answers of this page were changed elsewhere, to something other than what is posted."""


class AlreadySent(Exception):
    """The form was sent meanwhile."""


@blueprint.get("/intake/<draft_id>/")
def come_back(draft_id: str) -> Answer:
    """Where the patient left off."""
    here = visit(draft_id)
    if here is None:
        return coming.not_open()
    return redirect(place_of(here, here.next_page()))


@blueprint.get("/intake/<draft_id>/<page_id>")
def show(draft_id: str, page_id: str) -> Answer:
    """A question page as it stands now."""
    here = visit(draft_id)
    if here is None:
        return coming.not_open()
    page = room().definition.page_by_id.get(page_id)
    if page is None or not page.questions:
        abort(404)
    if here.draft.sent:
        return redirect(url_for("receipt.show", draft_id=here.id))
    if here.is_locked:
        return coming.ask_birth_date(here, request.path)
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
    except AlreadySent:
        return redirect(url_for("receipt.show", draft_id=draft_id))


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
    sheet = what_is_wrong(here, changed, questions, answers, demand)
    if sheet is not None:
        return draw(here, path, page, sheet, 422)
    try:
        saved = here.change(lambda draft: applied(here, draft, page, questions, answers, action))
    except Conflict:
        return draw(here, path, page, conflict_sheet(here.again(), questions, answers), 409)
    here.stay()
    return redirect(after(saved, page, action))


def applied(
    here: Visit, draft: Draft, page: Page, questions: tuple[Question, ...], answers: Answers, action: str
) -> Draft:
    """The draft with this page's answers. Raises Conflict or AlreadySent instead of overwriting."""
    if draft.sent:
        raise AlreadySent
    definition = here.room.definition
    ids = [q.id for q in questions if not isinstance(q, Repeat)]
    drawn = request.form.get("base")
    stored_now = drafting.digest_of(draft.answers, ids)
    if drawn and drawn != stored_now and stored_now != drafting.digest_of(answers.values, ids):
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
    base = request.form.get("base") or drafting.digest_of(here.draft.answers, ids)
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
            warnings=tuple(r.warning.text for r in asked),
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


def conflict_sheet(theirs: Visit, questions: tuple[Question, ...], answers: Answers) -> Sheet:
    """Both versions: what was typed here in the boxes, what another window saved above them."""
    stored = theirs.draft.answers
    helper = is_helper(stored)
    other = tuple(
        (q.text, say(q, stored[q.id], helper=helper) if q.id in stored else (theirs.room.definition.states.skipped,))
        for q in questions
        if not isinstance(q, Repeat) and stored.get(q.id) != answers.values.get(q.id)
    )
    return Sheet(
        "",
        "",
        sheets.fields_of(questions, stored, answers.raw, {}, helper=helper),
        notes=(CHANGED,),
        theirs=() if theirs.is_locked else other,
        base=drafting.digest_of(stored, [q.id for q in questions if not isinstance(q, Repeat)]),
    )


def stored_sheet(here: Visit, path: Path, page: Page) -> Sheet:
    """The page with what is stored, or with what was saved unchecked, and what has become wrong with it since."""
    stop = path.stop(page.id)
    questions = stop.questions if stop else ()
    typed: Mapping[str, Raw] | None = None
    if page.id in here.draft.typed:
        typed = {key: tuple(raw) for key, raw in here.draft.typed[page.id].items()}
    problems: dict[str, str] = {}
    if typed is None and stop and journey.counts(stop, here.draft.progress, here.now):
        found = problems_of(here.room.definition, questions, path.kept, here.today, Demand.CONTINUE, stored=True)
        problems = sheets.by_question(found)
    fields = sheets.fields_of(questions, path.kept, typed, problems, helper=is_helper(path.kept))
    return Sheet(
        "",
        "",
        fields,
        summary=sheets.summary_of(fields),
        base=drafting.digest_of(path.kept, [q.id for q in questions if not isinstance(q, Repeat)]),
    )


def keep_unchecked(here: Visit, page: Page) -> Visit:
    """Save what was typed as it is, for a button that is not Continue (light or dark, pause, leave)."""
    stop = here.draft.path(here.room.definition, here.now).stop(page.id)
    questions = stop.questions if stop else page.questions
    raw = here.room.forms.answers(page.id, questions, request.form).raw
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


def place_of(here: Visit, page: Page) -> str:
    """The address of a page of this draft."""
    if here.draft.sent:
        return url_for("receipt.show", draft_id=here.id)
    if page.summary:
        return url_for("sending.check", draft_id=here.id)
    return url_for("pages.show", draft_id=here.id, page_id=page.id)


def may_visit(here: Visit, path: Path, page: Page) -> bool:
    """Whether the patient may open this page now."""
    return journey.may_visit(here.room.definition, path, here.draft.progress, page.id, here.now, here.today)


def draw(here: Visit, path: Path, page: Page, sheet: Sheet, status: int = 200) -> Answer:
    """Draw a question page."""
    definition = here.room.definition
    helper = is_helper(path.kept)
    order = [stop.page.id for stop in path.stops]
    index = order.index(page.id) if page.id in order else 0
    last = bool(path.stops) and path.stops[-1].page.id == page.id
    early = not last and journey.may_send_early(definition, path, here.draft.progress, here.now, here.today)
    html = render_template(
        "intake/page.html",
        **group_words(here, page),
        draft_id=here.id,
        page=page,
        part=definition.part_of_page[page.id],
        parts=len(definition.parts),
        sheet=replace(
            sheet,
            intro=sheets.page_intro(page, helper=helper),
            notices=sheets.panels_on(definition, here.draft, path, page),
            asked=" ".join(field.id for field in sheet.fields),
        ),
        back=place_of(here, path.stops[index - 1].page) if index else url_for("coming.start"),
        saved=bool(here.draft.continued),
        early=early and not (page.id == definition.early_after and page.id not in here.draft.continued),
        sends=last,
        reached_check=any(p.summary and p.id in here.draft.continued for p in definition.pages),
    )
    return html if status == 200 else (html, status)


def group_words(here: Visit, page: Page) -> dict[str, str]:
    """What a list of entries says around its entries: the id of the next one, its name, and that it is full."""
    group = next((q for q in page.questions if isinstance(q, Repeat)), None)
    if group is None:
        return {"new_row": "", "entry_name": "", "full": ""}
    count = len(drafting.entries_of(here.draft, group))
    full = here.room.definition.messages.too_many_entries.format(max=group.max_entries)
    return {
        "new_row": drafting.new_entry_id(),
        "entry_name": group.entry_name,
        "full": full if count >= group.max_entries else "",
    }


def show_again(page: Page, note: str, status: int) -> Answer:
    """The page with all that was typed, drawn without the draft: when it could not be read or must not be."""
    here = room()
    asked = set(request.form.get("asked", "").split())
    settings = here.parts.config.questionnaire_settings
    questions = tuple(q for q in page.questions if (q.id in asked if asked else journey.is_on(q, settings)))
    raw = here.forms.answers(page.id, questions, request.form).raw
    fields = sheets.fields_of(questions, {}, raw, {}, helper=False)
    sheet = Sheet("", page.intro, fields, notes=(note,), base=request.form.get("base", ""), asked=" ".join(asked))
    html = render_template(
        "intake/page.html",
        new_row="",
        entry_name="",
        full=" ",
        draft_id=request.view_args["draft_id"] if request.view_args else "",
        page=page,
        part=here.definition.part_of_page[page.id],
        parts=len(here.definition.parts),
        sheet=sheet,
        back="",
        saved=False,
        early=False,
        sends=page is here.definition.pages[-1],
        reached_check=False,
    )
    return html, status


def sent_meanwhile(here: Visit, page: Page) -> Answer:
    """A late post to a form that was sent: what was typed, when it was sent, and how to reach the clinic."""
    sent = here.draft.sent
    if sent is None:
        return redirect(place_of(here, here.next_page()))
    path = here.draft.path(here.room.definition, here.now)
    stop = path.stop(page.id)
    questions = stop.questions if stop else page.questions
    answers = here.room.forms.answers(page.id, questions, request.form)
    if page is here.room.definition.pages[-1]:
        return redirect(url_for("receipt.show", draft_id=here.id))
    typed = [
        (q.text, say(q, answers.values[q.id]))
        for q in questions
        if not isinstance(q, Repeat) and q.id in answers.values
    ]
    html = render_template("intake/late.html", sent=sent, typed=typed, draft_id=here.id)
    return html, 409
