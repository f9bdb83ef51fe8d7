"""Shows question pages: as stored, as typed, with what is wrong, in conflict, or too late. Decides nothing."""

from collections.abc import Mapping
from dataclasses import replace

from flask import g, redirect, render_template, request, url_for

from .. import floods
from ..questionnaire import draft as drafting
from ..questionnaire import journey
from ..questionnaire.checking import Demand, problems_of
from ..questionnaire.journey import Path
from ..questionnaire.kinds import Page, Question, Repeat
from ..questionnaire.reading import Raw
from ..questionnaire.wording import is_helper, say
from . import sheets
from .coming import Answer, to_receipt
from .forms import Answers
from .sheets import Sheet
from .visit import Visit, room

NOT_SURE_OF_PAGE = "We could not be sure that this came from your page, so it is not saved yet. Press the button again."
BUSY = "We could not save this just now. Nothing you typed is lost. Wait a minute, then press the button again."
NOT_OPEN = (
    "This form is not open on this device any more, so this page is not saved. Open your link or type your code in a "
    "new window. Then come back here and press the button again."
)
CHANGED = "These answers were changed in another window. What you typed is below. Press the button to keep it."


TOO_MUCH = (
    "Too much came from your network at once, so this page is not saved yet. What you typed is below. {try_again} "
    "You can also phone the clinic at {phone}."
)


def too_much() -> str:
    """What is said beside what was typed when more came than may come at once (`g.too_much`)."""
    parts = room().parts
    return TOO_MUCH.format(try_again=floods.try_again(parts), phone=parts.config.clinic.phone)


def conflict_sheet(theirs: Visit, questions: tuple[Question, ...], answers: Answers) -> Sheet:
    """Both versions: what was typed here in the boxes, what another window saved above them."""
    stored = theirs.draft.lasting(theirs.room.definition, theirs.now)
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
        base=theirs.drawn_with(stored, [q.id for q in questions if not isinstance(q, Repeat)]),
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
        base=here.drawn_with(path.kept, [q.id for q in questions if not isinstance(q, Repeat)]),
    )


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
            notices=() if here.is_locked else sheets.panels_on(definition, here.draft, path, page),
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
    asked = set(" ".join(request.form.getlist("asked")).split())
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


def not_taken(page: Page) -> Answer | None:
    """The page with all that was typed when too much came at once; nothing is looked up for it. Else None."""
    return show_again(page, too_much(), 429) if g.too_much else None


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
        return to_receipt(here.id)
    typed = [
        (q.text, say(q, answers.values[q.id]))
        for q in questions
        if not isinstance(q, Repeat) and q.id in answers.values
    ]
    html = render_template("intake/late.html", sent=sent, typed=typed, draft_id=here.id)
    return html, 409
