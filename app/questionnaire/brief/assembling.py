"""A brief put together: every section built, fitted to the page, and the rest gathered in the appendix."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from .. import dates, wording
from ..kinds import Definition
from . import changed, concerns, first, form, gaps, impact, others, story, timeline, toxin
from .fitting import APPENDIX_LABEL, Item, fit, gathered
from .form import Form
from .measuring import room
from .model import Banner, Brief, Line, Said, Section, Timeline
from .rules import DRAFT, VERSION, rule_texts

FIRST_LIMIT = 60
"""Words of the first block: what can be read in ten seconds."""
PAGE_LIMIT = 350
"""Words of the page below it, headings, labels and table rows included."""

TITLES = {
    first.WANTS: "Wants",
    concerns.SECTION: "Flags",
    changed.SECTION: "Changed since the last form",
    story.STORY: "Story",
    gaps.NEGATIVES_SECTION: "Negatives",
    toxin.SECTION: "Toxin",
    story.TREATMENTS: "Other treatments",
    timeline.SECTION: "Timeline",
    story.IMAGING: "Imaging",
    story.HEALTH: "Health",
    impact.SECTION: "Impact",
    story.VISIT: "Visit",
    others.SECTION: "Also said",
    gaps.MISSING: "Missing",
}
"""The sections in their fixed order."""
NOT_KNOWN = "Not known"


def brief(
    definition: Definition,
    document: Mapping[str, Any],
    as_of: date,
    sent_on: date,
    previous: Mapping[str, Any] | None = None,
) -> Brief:
    """The brief of a sent document for the day looked at.

    `document` and `previous` (the person's form before) are sent documents; `as_of` is usually the visit date and
    `sent_on` the clinic's day of sending. Nothing is cut: what the page has no room for is in the appendix.
    """
    told = form.read(definition, document, as_of, sent_on)
    found = concerns.in_order(told)
    top = first.lines(told, found)
    top_lines = fit(top, FIRST_LIMIT, {first.SECTION: 0})
    line = timeline.timeline(told)
    profile = impact.impact(told)
    page = [
        *first.wants(told, {it.full.id for it, ln in zip(top, top_lines, strict=True) if ln != it.full}),
        *concerns.lines(found),
        *changed.lines(told, previous),
        *story.story(told, places=not _says_places(top_lines)),
        *gaps.negatives(told),
        *toxin.lines(told),
        *story.treatments(told),
        *(timeline.items(line) if line else []),
        *story.imaging(told),
        *story.health(told),
        *impact.lines(profile),
        *impact.mood(told),
        *story.visit(told),
        *gaps.missing(told),
    ]
    page += others.lines(told, [one.full for one in (*top, *page)])
    page_lines = fit(page, PAGE_LIMIT, {key: room(title) for key, title in _heads().items()}, APPENDIX_LABEL)
    on_page = gathered(TITLES, page, page_lines)
    appendix = _appendix(page, page_lines)
    sections = (*on_page, *_pointer(appendix))
    return Brief(
        banner=_banner(told),
        draft="" if definition.review.reviewed_by else DRAFT,
        versions={"brief": VERSION, "flags": definition.flags_version},
        first=Section(first.SECTION, "", tuple(ln for ln in top_lines if ln is not None)),
        sections=sections,
        timeline=_with_rows(line, page, page_lines) if line else None,
        impact=replace(profile, on_page=_has_line(on_page, impact.SECTION)) if profile else None,
        appendix=appendix,
        rules=tuple(rule_texts(definition, ["age", *_rules_used((*sections, *appendix), top_lines)])),
    )


def _has_line(sections: Sequence[Section], key: str) -> bool:
    return any(line.id == key for section in sections for line in section.lines)


def _says_places(top: Sequence[Line | None]) -> bool:
    return any("spread" in said.questions for ln in top if ln is not None for said in ln.said)


def _heads() -> dict[str, str]:
    """What stands at the head of each section: its title; for the timeline also the heads of its table."""
    return {**TITLES, timeline.SECTION: " ".join((TITLES[timeline.SECTION], *timeline.HEADS))}


def _appendix(page: Sequence[Item], lines: Sequence[Line | None]) -> tuple[Section, ...]:
    """The whole of every line that is shorter on the page or not on it."""
    moved = [it.full if ln != it.full else None for it, ln in zip(page, lines, strict=True)]
    return gathered(TITLES, page, moved)


def _pointer(appendix: tuple[Section, ...]) -> tuple[Section, ...]:
    """What the brief says about its appendix; nothing when there is none."""
    if not appendix:
        return ()
    said = tuple(Said(text=section.title, kind="derived", rule="fitted") for section in appendix)
    return (Section("appendix", "", (Line(id="appendix", label=APPENDIX_LABEL, said=said, join=", "),)),)


def _with_rows(line: Timeline, page: Sequence[Item], lines: Sequence[Line | None]) -> Timeline:
    fitted = [ln for it, ln in zip(page, lines, strict=True) if it.section == timeline.SECTION]
    rows = (replace(row, on_page=ln is not None) for row, ln in zip(line.rows, fitted, strict=True))
    return replace(line, rows=tuple(rows))


def _rules_used(sections: tuple[Section, ...], top: Sequence[Line | None]) -> list[str]:
    every = [ln for section in sections for ln in section.lines] + [ln for ln in top if ln is not None]
    return [said.rule for ln in every for said in ln.said if said.rule]


def _banner(told: Form) -> Banner:
    given, family, preferred = (
        " ".join(told.text(key).split()) for key in ("first_name", "last_name", "preferred_name")
    )
    name = ", ".join(part for part in (family.upper(), given) if part) or NOT_KNOWN
    born = told.text("dob")
    age = dates.completed_years(dates.earliest(born), told.as_of) if born else 0
    return Banner(
        name=f"{name} ({preferred})" if preferred else name,
        born=f"{wording.staff_date(born)} ({age})" if born else NOT_KNOWN,
        filled_in_by=_filled_in_by(told),
        sent_on=wording.staff_date(told.sent_on.isoformat()),
        as_of=wording.staff_date(told.as_of.isoformat()),
        early=bool(told.document["not_reached"]),
    )


def _filled_in_by(told: Form) -> str:
    """Like: helper (husband, wife, or partner) “Sam Testpatient”. Nothing when nobody said."""
    relation = "".join(f"({said.text})" for said in told.any("helper_relation"))
    name = "".join(said.text for said in told.any("helper_name"))
    return " ".join(part for part in (*(said.text for said in told.any("filled_by")), relation, name) if part)
