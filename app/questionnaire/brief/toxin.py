"""Botulinum toxin: the last shot, what shots did, and what a payer's prior authorization asks for. No diagnosis."""

from dataclasses import dataclass, replace
from datetime import date

from .. import dates, wording
from ..kinds import Entry
from ..wording import State
from .fitting import Item, item, items
from .form import Form, derived, line, since
from .medicines import DASH, brands_words, named, toxin_label
from .model import Line, Said

SECTION = "toxin"
WEEKS_UP_TO = 52
"""The time since the last shot is said in weeks for so long, since intervals are counted in weeks."""
LABEL = "For prior authorization"
PAYER_LINE = "payer"
PAYER = (
    ("toxin_last_product", "product"),
    ("toxin_units", "units"),
    ("toxin_sites", "sites"),
    ("toxin_last", "last date"),
    ("toxin_count", "number of sessions"),
    ("toxin_interval", "interval"),
    ("toxin_benefit", "response"),
    ("toxin_duration_weeks", "duration"),
    ("toxin_se", "side effects"),
    ("drugs", "medicines tried"),
)
"""The questions that tell what payers ask, and the word for it. The interval is not asked after a single session."""


def lines(form: Form) -> list[Item]:
    """The toxin section. That somebody had none, or did not say, stands in the first block."""
    other = [*form.told("toxin_other_use"), *_unsure(form, "toxin_other_use")]
    other_use = line("toxin_other_use", "Other toxin, last 4 months", tuple(other))
    if form.kept.get("toxin_ever") != "yes":
        return items(SECTION, other_use, 75)
    return [
        *_last(form),
        *items(SECTION, _response(form), 88),
        *items(SECTION, _course(form), 84),
        *items(SECTION, _side_effects(form), 80),
        *items(SECTION, line("toxin_stop", "Stopped", form.told("toxin_stop")), 60),
        *items(SECTION, other_use, 75),
        *items(SECTION, line("toxin_clinic", "Given by", form.told("toxin_clinic")), 40),
        *items(SECTION, payer(form), 82),
        *items(SECTION, earlier(form), 26),
    ]


@dataclass(frozen=True)
class Shot:
    """One shot: its entry (empty for the one told as the last), and the questions of its parts."""

    number: int
    entry: Entry
    product: str
    date: str
    units: int | None
    duration_weeks: int | None
    group: str = "toxin_rounds"

    def keys(self, question: str) -> tuple[str, ...]:
        """The question that told a part of this shot."""
        return (self.group,) if self.number else (question,)


def told_as_last(form: Form) -> Shot:
    """The shot that the patient told as the last one; its weeks of benefit are the usual ones."""
    units, lasts = form.number("toxin_units"), form.number("toxin_duration_weeks")
    return Shot(0, {}, form.text("toxin_last_product"), form.text("toxin_last"), units, lasts)


def last_of(form: Form) -> Shot:
    """The last shot: the one told as the last, unless that has no date or an entry has a later one."""
    best = told_as_last(form)
    lasts = best.duration_weeks
    latest = min(dates.latest(best.date), form.sent_on) if best.date else date.min
    for number, row in enumerate(form.entries("toxin_rounds"), start=1):
        listed = str(row.get("date", ""))
        if listed and dates.earliest(listed) > latest:
            latest = min(dates.latest(listed), form.sent_on)
            units, entry_weeks = row.get("units"), row.get("duration_weeks")
            best = Shot(
                number,
                row,
                str(row.get("product", "")),
                listed,
                units if isinstance(units, int) else None,
                entry_weeks if isinstance(entry_weeks, int) else lasts,
            )
    return best


def when(form: Form, shot: Shot, after: str) -> tuple[Said, ...]:
    """The date of a shot and how long before the day looked at it lies."""
    if not shot.date:
        return form.gap("toxin_last", "date ")
    keys = shot.keys("toxin_last")
    return (Said(text=wording.staff_date(shot.date), questions=keys), since(form, shot.date, keys, after, WEEKS_UP_TO))


def amount(shot: Shot) -> tuple[Said, ...]:
    """The total units of a shot; nothing when they were not told."""
    if not shot.units:
        return ()
    words = f"{shot.units:,} {'unit' if shot.units == 1 else 'units'}"
    return (Said(text=words, questions=shot.keys("toxin_units")),)


def no_brand(form: Form, shot: Shot) -> tuple[Said, ...]:
    """What stands for a brand that was not told."""
    if shot.number:
        return (Said(text="brand not told", questions=("toxin_ever", "toxin_rounds")),)
    return tuple(
        replace(one, questions=("toxin_ever", *one.questions)) for one in form.gap("toxin_last_product", "brand ")
    )


def described(form: Form, shot: Shot) -> tuple[Said, ...]:
    """A shot: both names, units, sites, date, and how long before the day looked at."""
    keys = shot.keys("toxin_last_product")
    label = toxin_label(form, shot.product)
    listed = (derived(f"listed as earlier shot {shot.number}", "last_toxin", keys),) if shot.number else ()
    no_units = () if shot.number else form.gap("toxin_units", "units ")
    return (
        *(named(label, ("toxin_ever", *keys), brand_first=True) if shot.product else no_brand(form, shot)),
        *(amount(shot) or no_units),
        *(form.item("toxin_rounds", shot.entry, "sites") if shot.number else form.told("toxin_sites")),
        *when(form, shot, " before"),
        *listed,
    )


def _last(form: Form) -> list[Item]:
    """The last shot; where the list holds a later one, also the one that was told as the last."""
    shot = last_of(form)
    found = [item(SECTION, Line(id="toxin_last", label="Last", said=described(form, shot), join=DASH), 94)]
    if shot.number:
        told = Line(id="told_as_last", label="Told as last", said=described(form, told_as_last(form)), join=DASH)
        found.append(item(SECTION, told, 83))
    return found


def earlier(form: Form) -> list[Line]:
    """What was told of each earlier shot beyond the timeline: sites, days to effect, side effects, by whom."""
    found: list[Line] = []
    for number, row in enumerate(form.entries("toxin_rounds"), start=1):
        days = row.get("onset_days")
        found += line(
            f"round_{number}",
            f"Earlier shot {number}, {wording.staff_date(str(row['date']))}"
            if "date" in row
            else f"Earlier shot {number}",
            form.item("toxin_rounds", row, "sites"),
            (Said(text=f"began after {days} days", questions=("toxin_rounds",)),) if isinstance(days, int) else (),
            form.item("toxin_rounds", row, "side_effects", "side effects: "),
            form.item("toxin_rounds", row, "clinic", "by "),
        )
    return found


def weeks(count: int) -> str:
    """A number of weeks in words."""
    return f"{count} week" if count == 1 else f"{count} weeks"


def _unsure(form: Form, key: str) -> tuple[Said, ...]:
    return form.gap(key) if form.state(key) is State.NOT_SURE else ()


def _response(form: Form) -> list[Line]:
    lasts, starts = form.number("toxin_duration_weeks"), form.number("toxin_onset_days")
    days = "day" if starts == 1 else "days"
    return line(
        "toxin_benefit",
        "Response",
        form.told("toxin_benefit", "at best "),
        (Said(text=f"begins after {starts} {days}", questions=("toxin_onset_days",)),) if starts is not None else (),
        (Said(text=f"lasts {weeks(lasts)}", questions=("toxin_duration_weeks",)),) if lasts is not None else (),
        form.told("toxin_trend", "over time "),
    )


def _course(form: Form) -> list[Line]:
    interval = form.number("toxin_interval")
    listed = f"{len(form.entries('toxin_rounds'))} earlier listed"
    record = {"yes": listed, "bring": "will bring the record"}.get(form.text("toxin_records"))
    others = brands_words(form, "toxin_products") if form.state("toxin_products") is State.ANSWERED else ""
    return line(
        "toxin_count",
        "Sessions",
        form.told("toxin_count"),
        form.told("toxin_first", "first "),
        (Said(text=f"{weeks(interval)} apart", questions=("toxin_interval",)),) if interval else (),
        (Said(text=f"other brands {others}", questions=("toxin_products",)),) if others else (),
        (Said(text=record, questions=("toxin_records",)),) if record else (),
    )


def _side_effects(form: Form) -> list[Line]:
    none = form.state("toxin_se") is State.NO
    said = (Said(text="none of those asked", questions=("toxin_se",)),) if none else form.told("toxin_se")
    return line("toxin_se", "Side effects", said, form.told("toxin_se_note"))


def payer(form: Form) -> list[Line]:
    """Which of the things that payers commonly ask this form tells, and which it does not."""
    once = form.kept.get("toxin_count") == "1"
    wanted = [(key, word) for key, word in PAYER if not (once and key == "toxin_interval")]
    told = tuple((key, word) for key, word in wanted if form.state(key) in (State.ANSWERED, State.NO))
    rest = tuple(said for key, word in wanted if (key, word) not in told for said in form.gap(key, f"{word} "))
    if not rest:
        every = tuple(key for key, _word in wanted)
        return line(PAYER_LINE, LABEL, (derived("all told here; earlier shots in the timeline", "payer_list", every),))
    words = ", ".join(word for _key, word in told) or "nothing"
    known = derived(f"told: {words}", "payer_list", tuple(key for key, _word in told))
    return line(PAYER_LINE, LABEL, (known,), tuple(replace(one, rule="payer_list") for one in rest))
