"""The first block: what a specialist must know in ten seconds, in at most sixty words."""

from dataclasses import replace

from ..evidence import RaisedFlag
from ..kinds import Repeat
from ..wording import State
from .fitting import Item, Variant, by_length, items
from .form import Form, derived, line, since
from .medicines import brand
from .model import Line, Said
from .toxin import amount, last_of, no_brand, weeks, when

SECTION, WANTS = "first", "wants"


def lines(form: Form, found: tuple[RaisedFlag, ...]) -> list[Item]:
    """Flags first where one is urgent; else why they come, what they want, the spasm, toxin, then flags."""
    flags = _flags(found)
    rest = [*_reason(form), *_words(form), _spasm(form), _toxin(form)]
    urgent = any(one.flag.level == "urgent" for one in found)
    return [flags, *rest] if urgent else [*rest, flags]


def wants(form: Form, shortened: set[str]) -> list[Item]:
    """The reason for coming and the patient's words in full, where the first block has no room for all of one."""
    reason = line("goals", "Reason", form.told("goals")) if "goals" in shortened else []
    words = line("goals_note", "In their words", form.told("goals_note")) if "goals_note" in shortened else []
    return [*items(WANTS, reason, 63), *items(WANTS, words, 63)]


def _reason(form: Form) -> list[Item]:
    said = form.told("goals") or form.gap("goals")
    full = line("goals", "Reason", said, join=", ")
    if not full:
        return []
    codes = form.codes("goals")
    parts = [full[0]]
    for count in (2, 1):
        if len(codes) > count:
            said = _choices(form, codes[:count], f", +{len(codes) - count} more")
            parts.append(Line(id="goals", label="Reason", said=said))
    matters = {1: (90,), 2: (64, 90), 3: (46, 60, 90)}[len(parts)]  # one of two goals matters more than a third flag
    return [Item(SECTION, (*zip(matters, parts, strict=True), (100, None)))]


def _choices(form: Form, codes: list[str], after: str) -> tuple[Said, ...]:
    question = form.definition.questions["goals"]
    return () if isinstance(question, Repeat) else (form.said(question, codes, ("goals",), after=after),)


def _words(form: Form) -> list[Item]:
    full = line("goals_note", "Wants", form.told("goals_note"))
    if not full:
        return []
    forms = by_length(full[0], ((30, 40), (18, 50), (12, 56), (6, 78)), 98)
    return [Item(SECTION, (*forms, (100, None)))]


def _spasm(form: Form) -> Item:
    told = form.text("onset_date")
    core = (
        *(form.told("side") or form.gap("side", "side ")),
        *(form.told("onset_date", "since ") or form.gap("onset_date", "onset ")),
        *((since(form, told, ("onset_date",)),) if told else ()),
        *(form.told("first_site", "began: ") or form.gap("first_site", "first site ")),
    )
    spread = form.told("spread", "now ")
    forms: list[Variant] = []
    if spread:
        forms.append((30, Line(id="spasm", label="Spasm", said=(*core, *spread))))
    forms.append((99, Line(id="spasm", label="Spasm", said=core)))
    return Item(SECTION, (*forms, (100, None)))


def _toxin(form: Form) -> Item:
    if form.kept.get("toxin_ever") != "yes":
        never = (Said(text="never", questions=("toxin_ever",)),)
        said = never if form.state("toxin_ever") is State.NO else form.gap("toxin_ever")
        return Item(SECTION, ((99, Line(id="toxin", label="Toxin", said=said)), (100, None)))
    shot = last_of(form)
    keys = shot.keys("toxin_last_product")
    name = Said(text=brand(form, shot.product), role="brand", questions=keys)
    lasts = shot.duration_weeks
    said = (
        *((name,) if shot.product else no_brand(form, shot)),
        *(replace(one, joined=" ") for one in amount(shot)),
        *when(form, shot, " before visit" if form.text("visit_date") == form.as_of.isoformat() else " before"),
        *((Said(text=f"{weeks(lasts)} of benefit", questions=("toxin_duration_weeks",)),) if lasts is not None else ()),
        *(form.told("toxin_benefit") if lasts is None else ()),
    )
    short = tuple(one for one in said if one.rule != "time_since")
    forms = ((86, said), (99, short)) if short != said else ((99, said),)
    lines = tuple((matters, Line(id="toxin", label="Toxin", said=parts, join=", ")) for matters, parts in forms)
    return Item(SECTION, (*lines, (100, None)))


def _flags(found: tuple[RaisedFlag, ...]) -> Item:
    if not found:
        none = derived("none raised by the rules", "no_flags")
        return Item(SECTION, ((99, Line(id="flags", label="Flags", said=(none,))), (100, None)))
    urgent = sum(one.flag.level == "urgent" for one in found)
    counts = sorted({min(n, len(found)) for n in (6, 5, 4, 3, 2, 1) if n >= urgent} or {urgent}, reverse=True)
    matters = {6: 35, 5: 42, 4: 48, 3: 62, 2: 85}
    forms = tuple((99 if n == counts[-1] else matters.get(n, 99), _top(found, n)) for n in counts)
    return Item(SECTION, (*forms, (100, None)))


def _top(found: tuple[RaisedFlag, ...], count: int) -> Line:
    said = [
        derived(("URGENT " if one.flag.level == "urgent" else "") + one.flag.brief, one.flag.id, _keys(one))
        for one in found[:count]
    ]
    if count < len(found):
        said.append(derived(f"+{len(found) - count} more", "flag_order"))
    return Line(id="flags", label="Flags", said=tuple(said), level=found[0].flag.level)


def _keys(one: RaisedFlag) -> tuple[str, ...]:
    return tuple(dict.fromkeys(shown.place.question for shown in one.answers))
