"""Entries of a repeating group, each a small form of its own; and the page that says: call 911 now."""

from dataclasses import replace

from flask import Blueprint, abort, g, redirect, render_template, request, url_for

from .. import logs
from ..forgery import keeps_answers
from ..questionnaire import draft as drafting
from ..questionnaire import flags
from ..questionnaire.checking import entry_problems, entry_warnings
from ..questionnaire.draft import Draft
from ..questionnaire.kinds import Entry, Page, Repeat
from ..questionnaire.wording import entry_title, is_helper
from ..records.store import StoreUnavailable
from . import coming, pages, sheets
from .coming import Answer
from .forms import Answers
from .pages import AlreadySent, Conflict
from .sheets import Sheet
from .showing import BUSY, CHANGED, NOT_OPEN, NOT_SURE_OF_PAGE, may_visit, place_of, too_much
from .visit import Visit, room, visit

blueprint = Blueprint("entries", __name__)


def _group(group_id: str) -> tuple[Repeat, Page]:
    question = room().definition.questions.get(group_id)
    if not isinstance(question, Repeat):
        abort(404)
    return question, room().definition.page_of_question[group_id]


def _at(draft_id: str, page: Page) -> Visit:
    """The form, when its patient may be at this page's entries now; else the request ends elsewhere."""
    here = coming.in_progress(draft_id, url_for("pages.show", draft_id=draft_id, page_id=page.id))
    if not may_visit(here, here.draft.path(here.room.definition, here.now), page):
        abort(redirect(place_of(here, here.next_page())))
    return here


@blueprint.get("/intake/<draft_id>/<group_id>/<row>")
def show(draft_id: str, group_id: str, row: str) -> Answer:
    """The form of one entry; blank when there is no entry with this id yet."""
    group, page = _group(group_id)
    here = _at(draft_id, page)
    entry = drafting.entry(here.draft, group, row)
    if entry is None and len(drafting.entries_of(here.draft, group)) >= group.max_entries:
        return redirect(place_of(here, page))
    stored: Entry = entry or {}
    fields = sheets.fields_of(group.items, stored, None, {}, helper=is_helper(here.draft.answers))
    return draw(here, group, page, row, Sheet("", "", fields, base=_digest(here, here.draft, group, row)))


@blueprint.post("/intake/<draft_id>/<group_id>/<row>")
@keeps_answers
def save(draft_id: str, group_id: str, row: str) -> Answer:
    """Save one entry at once. Posting it twice changes the same entry, never adds another."""
    group, page = _group(group_id)
    if not drafting.is_entry_id(row):
        abort(404)
    if g.too_much:
        return show_again(group, page, row, too_much(), 429)
    try:
        here = visit(draft_id)
        if here is None:
            return show_again(group, page, row, NOT_OPEN, 403)
        if here.draft.sent:
            return coming.to_receipt(here.id)
        if g.forged:
            return show_again(group, page, row, NOT_SURE_OF_PAGE, 400)
        return take(here, group, page, row)
    except StoreUnavailable as error:
        logs.event("not_saved", cause=str(error))
        return show_again(group, page, row, BUSY, 503)


def take(here: Visit, group: Repeat, page: Page, row: str) -> Answer:
    """Check one entry and save it, or show it again."""
    answers = here.room.forms.answers(group.id, group.items, request.form)
    sheet = what_is_wrong(here, group, row, answers)
    if sheet is not None:
        return draw(here, group, page, row, sheet, 422)
    confirmed = pages.confirmed_now()

    def apply(draft: Draft) -> Draft:
        if draft.sent:
            raise AlreadySent
        stored = drafting.entry(draft, group, row)
        drawn = request.form.get("base")
        if drawn and drawn != _digest(here, draft, group, row) and stored != {"_id": row, **answers.values}:
            raise Conflict
        if stored is None and len(drafting.entries_of(draft, group)) >= group.max_entries:
            return draft
        changed = drafting.with_entry(draft, group, row, answers.values)
        entry = drafting.entry(changed, group, row) or {}
        raised = entry_warnings(group, entry, changed.answers, here.today)
        seen = [r for r in raised if f"{r.warning.id}:{sheets.fingerprint(r)}" in confirmed]
        return drafting.changed_on(drafting.confirm(changed, seen), here.room.definition, page)

    try:
        here.change(apply)
    except Conflict:
        theirs = here.again()
        fields = sheets.fields_of(group.items, {}, answers.raw, {}, helper=is_helper(theirs.draft.answers))
        base = _digest(theirs, theirs.draft, group, row)
        return draw(here, group, page, row, Sheet("", "", fields, notes=(CHANGED,), base=base), 409)
    here.stay()
    return redirect(place_of(here, page))


def what_is_wrong(here: Visit, group: Repeat, row: str, answers: Answers) -> Sheet | None:
    """The entry shown again when something is wrong, or unlikely and not confirmed; else None."""
    definition = here.room.definition
    changed = drafting.with_entry(here.draft, group, row, answers.values)
    kept = {**changed.path(definition, here.now).kept, group.id: changed.answers[group.id]}
    entry = drafting.entry(changed, group, row) or {}
    found = entry_problems(definition, group, entry, kept, here.today)
    problems = {**sheets.by_question(found, group.id), **answers.problems}
    helper = is_helper(kept)
    base = request.form.get("base") or _digest(here, here.draft, group, row)
    fields = sheets.fields_of(group.items, {}, answers.raw, problems, helper=helper)
    sheet = Sheet("", "", fields, base=base)
    if problems:
        return replace(sheet, summary=sheets.summary_of(fields))
    raised = drafting.unconfirmed(here.draft, entry_warnings(group, entry, kept, here.today))
    posted = pages.confirmed_now()
    asked = [r for r in raised if f"{r.warning.id}:{sheets.fingerprint(r)}" not in posted]
    if not asked:
        return None
    return replace(sheet, warnings=sheets.unlikely(asked, fields), confirm=sheets.confirmations(raised))


@blueprint.get("/intake/<draft_id>/<group_id>/<row>/remove")
def ask_to_remove(draft_id: str, group_id: str, row: str) -> Answer:
    """Ask before an entry goes."""
    group, page = _group(group_id)
    here = _at(draft_id, page)
    entry = drafting.entry(here.draft, group, row)
    if entry is None:
        return redirect(place_of(here, page))
    title = entry_title(group, entry, helper=is_helper(here.draft.answers))
    return render_template(
        "intake/remove.html", draft_id=here.id, group=group, page=page, row=row, entry=title, back=place_of(here, page)
    )


@blueprint.post("/intake/<draft_id>/<group_id>/<row>/remove")
def remove(draft_id: str, group_id: str, row: str) -> Answer:
    """Remove one entry; doing it twice is no fault."""
    group, page = _group(group_id)
    here = coming.open_here(draft_id)

    def apply(draft: Draft) -> Draft:
        if draft.sent:
            raise AlreadySent
        return drafting.changed_on(drafting.without_entry(draft, group, row), here.room.definition, page)

    if request.form.get("action") == "remove":
        here.change(apply)
    here.stay()
    return redirect(place_of(here, page))


@blueprint.get("/intake/<draft_id>/stop/<notice_id>")
def stop(draft_id: str, notice_id: str) -> Answer:
    """A notice that has a page of its own: call 911 now. The form stays open; an own step leads back to it."""
    here = coming.in_progress(draft_id)
    path = here.draft.path(here.room.definition, here.now)
    notice = next((n for n in flags.notices(here.room.definition, path.kept) if n.id == notice_id), None)
    if notice is None:
        return redirect(place_of(here, here.next_page()))
    page = here.room.definition.page_by_id[notice.after_page]
    return render_template("intake/stop.html", draft_id=here.id, notice=notice, back=place_of(here, page))


@blueprint.post("/intake/<draft_id>/stop/<notice_id>")
def go_on(draft_id: str, notice_id: str) -> Answer:
    """The patient has read it and goes on with the form."""
    here = coming.open_here(draft_id)
    here.stay()
    return redirect(place_of(here, here.next_page()))


def draw(here: Visit, group: Repeat, page: Page, row: str, sheet: Sheet, status: int = 200) -> Answer:
    """Draw the form of one entry."""
    is_new = drafting.entry(here.draft, group, row) is None
    return _drawn(here.id, group, page, row, sheet, is_new=is_new), status


def show_again(group: Repeat, page: Page, row: str, note: str, status: int) -> Answer:
    """The entry with all that was typed, drawn without the draft."""
    raw = room().forms.answers(group.id, group.items, request.form).raw
    fields = sheets.fields_of(group.items, {}, raw, {}, helper=False)
    draft_id = str((request.view_args or {}).get("draft_id", ""))
    sheet = Sheet("", "", fields, notes=(note,), base=request.form.get("base", ""))
    return _drawn(draft_id, group, page, row, sheet, is_new=True), status


def _drawn(draft_id: str, group: Repeat, page: Page, row: str, sheet: Sheet, *, is_new: bool) -> str:
    definition = room().definition
    return render_template(
        "intake/entry.html",
        draft_id=draft_id,
        group=group,
        page=page,
        part=definition.part_of_page[page.id],
        parts=len(definition.parts),
        row=row,
        sheet=sheet,
        is_new=is_new,
        back=url_for("pages.show", draft_id=draft_id, page_id=page.id),
    )


def _digest(here: Visit, draft: Draft, group: Repeat, row: str) -> str:
    entry = drafting.entry(draft, group, row)
    return here.drawn_with({row: [entry]} if entry else {}, [row])
