"""What happened when, for the timeline: shots, medicines, operations, scans. A date stays as exact as it was told."""

from collections.abc import Iterator
from datetime import date, timedelta

from .. import dates, wording
from ..kinds import Entry, Value
from ..wording import State
from .form import Form, staff_words
from .medicines import brand, drug_label, names
from .model import Event, Lane, Span
from .story import age_at

BENEFIT = {"none": 0, "little": 25, "half": 50, "most": 75, "nearly_all": 90}
"""Percent, as the answers say it."""


def days_of(form: Form, partial: str) -> tuple[date, date]:
    """The first and the last possible day; what was told on the day of sending cannot have happened later."""
    first = dates.earliest(partial)
    return first, max(min(dates.latest(partial), form.sent_on), first)


def all_events(form: Form, origin: date, end: date) -> list[Event]:
    """Every event, in the order of the form. Days count from `origin`; a band of effect ends at `end` at the latest."""
    return [
        *_began(form, origin),
        *_shots(form, origin, end),
        *_operations(form, origin),
        *_scans(form, origin),
        *_drugs(form),
    ]


def all_dates(form: Form) -> list[str]:
    """Every date that the timeline shows."""
    keys = ("onset_date", "palsy_date", "toxin_first", "toxin_last", "imaging_date")
    rows = [row.get("date") for group in ("toxin_rounds", "mvd_rows") for row in form.entries(group)]
    return [told for told in (*(form.text(key) for key in keys), *rows) if isinstance(told, str) and told]


def _event(form: Form, origin: date, lane: Lane, told: str, title: str, question: str, entry: int = 0) -> Event:
    if not told:
        when = _no_date(form, question)
        return Event(lane=lane, when=when, days=None, exact=False, title=title, question=question, entry=entry)
    first, last = days_of(form, told)
    return Event(
        lane=lane,
        when=wording.staff_date(told),
        days=Span((first - origin).days, (last - origin).days),
        exact=dates.precision(told) == "day",
        title=title,
        question=question,
        entry=entry,
    )


def _no_date(form: Form, question: str) -> str:
    """The word for a date that is not there: its state, or that the form does not ask for one."""
    words = {State.SKIPPED: form.definition.states.skipped, State.NOT_REACHED: form.definition.states.not_reached}
    return words.get(form.state(question), "date not asked")


def _began(form: Form, origin: date) -> Iterator[Event]:
    if form.text("palsy_date"):
        yield _event(form, origin, "onset", form.text("palsy_date"), "face weak on that side", "palsy_date")
    if form.text("onset_date"):
        age = age_at(form, form.text("onset_date"))
        title = f"twitching began, age {age}" if age else "twitching began"
        yield _event(form, origin, "onset", form.text("onset_date"), title, "onset_date")


def _shots(form: Form, origin: date, end: date) -> Iterator[Event]:
    if form.kept.get("toxin_ever") != "yes":
        return
    rows = form.entries("toxin_rounds")
    last: Entry = {
        key: value
        for key, value in {
            "date": form.text("toxin_last"),
            "product": form.text("toxin_last_product"),
            "units": form.number("toxin_units"),
            "benefit": form.text("toxin_benefit"),
            "duration_weeks": form.number("toxin_duration_weeks"),
        }.items()
        if value not in (None, "")
    }
    yield _shot(form, origin, end, last, 0)
    for number, row in enumerate(rows, start=1):
        yield _shot(form, origin, end, row, number)
    first = form.text("toxin_first")
    if first and first not in {str(row.get("date")) for row in (last, *rows)}:
        yield _event(form, origin, "toxin", first, "first shot", "toxin_first")


def _shot(form: Form, origin: date, end: date, row: Entry, number: int) -> Event:
    question = "toxin_rounds" if number else "toxin_last"
    told, units, weeks = str(row.get("date", "")), row.get("units"), row.get("duration_weeks")
    name = brand(form, str(row["product"])) if "product" in row else "brand not told"
    plain = _event(form, origin, "toxin", told, name, question, number)
    benefit = str(row.get("benefit", ""))
    effect = None
    if plain.days is not None and isinstance(weeks, int):
        until = dates.latest(told) if dates.precision(told) == "day" else origin + timedelta(plain.days.last)
        effect = Span(plain.days.first, min((until + timedelta(weeks=weeks) - origin).days, (end - origin).days))
    return Event(
        lane="toxin",
        when=plain.when,
        days=plain.days,
        exact=plain.exact,
        title=name,
        product=str(row.get("product", "")),
        units=units if isinstance(units, int) else None,
        benefit=BENEFIT.get(benefit),
        benefit_words=_benefit_words(form, benefit),
        worse=benefit == "worse",
        duration_weeks=weeks if isinstance(weeks, int) else None,
        effect=effect,
        question=question,
        entry=number,
    )


def _benefit_words(form: Form, code: str) -> str:
    question = form.items("toxin_rounds").get("benefit") or form.items("drug_rows").get("helped")
    return staff_words(question, code, helper=form.helper) if code and question is not None else ""


def _operations(form: Form, origin: date) -> Iterator[Event]:
    if form.kept.get("mvd_ever") == "yes":
        rows = form.entries("mvd_rows")
        if not rows:
            yield _event(form, origin, "surgery", "", "MVD", "mvd_rows")
        items = form.items("mvd_rows")
        for number, row in enumerate(rows, start=1):
            words = [
                staff_words(items[key], _value(row, key)) for key in ("side", "result") if key in row and key in items
            ]
            title = ", ".join(("MVD", *words))
            yield _event(form, origin, "surgery", str(row.get("date", "")), title, "mvd_rows", number)
    for code, title in (("eyelid_surgery", "eyelid or muscle surgery"), ("nerve_ablation", "nerve block or cutting")):
        if code in form.codes("other_tx"):
            yield _event(form, origin, "surgery", "", title, "other_tx")


def _scans(form: Form, origin: date) -> Iterator[Event]:
    if form.state("imaging") is not State.ANSWERED:
        return
    title = ", ".join(said.text for said in form.told("imaging"))
    yield _event(form, origin, "scan", form.text("imaging_date"), title, "imaging_date")


def _drugs(form: Form) -> Iterator[Event]:
    rows = form.entries("drug_rows")
    listed = {str(row.get("name")) for row in rows}
    bare: list[Entry] = [{"name": c} for c in form.codes("drugs") if c not in listed and c != "none"]
    for number, row in enumerate([*rows, *bare], start=1):
        generic, name = names(drug_label(form, str(row.get("name"))))
        benefit = str(row.get("helped", ""))
        yield Event(
            lane="medicine",
            when="date not asked",
            days=None,
            exact=False,
            title=f"{generic} {name}".strip(),
            product=str(row.get("name")),
            benefit=BENEFIT.get(benefit),
            benefit_words=_benefit_words(form, benefit),
            worse=benefit == "worse",
            question="drug_rows" if number <= len(rows) else "drugs",
            entry=number if number <= len(rows) else 0,
        )


def _value(row: Entry, key: str) -> Value:
    value = row[key]
    return [str(code) for code in value] if isinstance(value, list) else value
