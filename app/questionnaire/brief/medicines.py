"""Medicine lines: generic, BRAND, then dose, whether it is taken and what it did, parts joined by dashes.

Anticoagulants come first. Numbers are written safely: 0.5, never .5 or 0.50; 5,000; "units" spelled out.
"""

import re
from collections.abc import Iterator

from ..kinds import Choice, Choices, Entry
from .form import Form, derived, option_words, quoted
from .model import Line, Said

DASH = " — "
ANTICOAGULANTS = ("warfarin", "doac", "antiplatelet", "other", "aspirin")
_NAMED = re.compile(r"(?P<first>[^(]+?)\s*\((?P<second>[^)]+)\)")
_UNIT = r"(?:mg|mcg|g|mL|ml|units?)\b"


def names(label: str, *, brand_first: bool = False) -> tuple[str, str]:
    """Generic and BRAND of a label like "Carbamazepine (Tegretol)"; the brand is empty when there is none.

    Toxins are listed by their brand: "Botox (onabotulinumtoxinA)".
    """
    found = _NAMED.fullmatch(label.strip())
    if found is None:
        return (label[:1].lower() + label[1:], "")
    first, second = found["first"], found["second"]
    return (second, first.upper()) if brand_first else (first.lower(), second.upper())


def named(label: str, keys: tuple[str, ...], *, brand_first: bool = False) -> tuple[Said, ...]:
    """Both names as statements of the patient, who chose them from a list."""
    generic, brand = names(label, brand_first=brand_first)
    said = (Said(text=generic, role="generic", questions=keys),)
    return (*said, Said(text=brand, role="brand", questions=keys)) if brand else said


def safely_written(dose: str) -> str:
    """A typed dose with numbers that cannot be misread; other words stay as they are."""
    text = re.sub(r"(?<![\d.,])\.(?=\d)", "0.", dose)
    text = re.sub(r"(?<![\d.])(\d+)\.0+(?![\d.])", r"\1", text)
    text = re.sub(r"(?<![\d.])(\d+\.\d*[1-9])0+(?![\d.])", r"\1", text)
    text = re.sub(r"(?<=\d)\s*(?:IU|U|u)\b", " units", text)
    return re.sub(rf"(?<![\d.,])(\d{{4,9}})(?=\s*{_UNIT})", lambda m: f"{int(m[1]):,}", text)


def dose(typed: str, keys: tuple[str, ...]) -> tuple[Said, ...]:
    """A dose as typed; where it could be misread, written safely by rule with what was typed beside it."""
    typed = " ".join(typed.split())
    safe = safely_written(typed)
    if safe == typed:
        return (Said(text=quoted(typed), role="quote", questions=keys),)
    return (
        derived(safe, "dose_as_written", keys),
        Said(text=f"typed {quoted(typed)}", role="quote", questions=keys),
    )


def anticoagulants(form: Form) -> list[Line]:
    """What thins the blood, strongest first, each a line; "not sure" is said as such."""
    question = form.definition.questions.get("blood_thinner")
    if not isinstance(question, Choices):
        return []
    chosen = form.codes("blood_thinner")
    order = [code for code in ANTICOAGULANTS if code in chosen]
    order += [code for code in chosen if code not in order and code not in (question.exclusive, "unsure")]
    labels = {option.code: option.label for option in question.options}
    return [
        Line(id=f"blood_thinner_{code}", label="Blood thinner", said=_thinner(labels.get(code, code), code), join=DASH)
        for code in order
    ]


def _thinner(label: str, code: str) -> tuple[Said, ...]:
    keys = ("blood_thinner",)
    if code in ("doac", "antiplatelet"):
        return (Said(text=f"one of {label.upper().replace(' OR ', ' or ')}", role="brand", questions=keys),)
    if code == "other":
        return (Said(text="another one, name not asked", questions=keys),)
    return named(label, keys)


def tried(form: Form) -> list[Line]:
    """One line for each medicine tried for the spasm, with dose, whether it is still taken, and what it did."""
    rows = form.entries("drug_rows")
    listed = {str(row.get("name")) for row in rows}
    bare: list[Entry] = [{"name": code} for code in form.codes("drugs") if code not in listed and code != "none"]
    return [
        Line(id=f"drug_{number}", label="Tried", said=tuple(_tried(form, row)), join=DASH)
        for number, row in enumerate([*rows, *bare], start=1)
    ]


def _tried(form: Form, row: Entry) -> Iterator[Said]:
    group = "drug_rows" if "_id" in row or len(row) > 1 else "drugs"
    yield from named(drug_label(form, str(row.get("name"))), tuple(dict.fromkeys((group, "drugs"))))
    if "dose" in row:
        yield from dose(str(row["dose"]), (group,))
    if row.get("still") == "yes":
        yield Said(text="still taken", questions=(group,))
    if row.get("still") == "no":
        yield Said(text="stopped", questions=(group,))
    yield from form.item("drug_rows", row, "why_stopped", "why: ")
    yield from form.item("drug_rows", row, "helped", "benefit: ")


def drug_label(form: Form, code: str) -> str:
    """The label of a medicine; an unknown code as it is."""
    for question in (form.items("drug_rows").get("name"), form.definition.questions.get("drugs")):
        if isinstance(question, Choice | Choices):
            option = next((o for o in question.options if o.code == code), None)
            if option is not None:
                return option.brief or option.label
    return code


def toxin_label(form: Form, code: str) -> str:
    """The label of a toxin brand; an unknown code as it is, "name not known" when the patient did not know."""
    question = form.definition.questions.get("toxin_last_product")
    if code == "unsure" or not isinstance(question, Choice):
        return "toxin of unknown name"
    option = next((o for o in question.options if o.code == code), None)
    if code == "other":
        return "another toxin brand"
    return option.label if option else code


def brand(form: Form, code: str) -> str:
    """The shortest name of a toxin: BOTOX, or words where there is no brand."""
    generic, name = names(toxin_label(form, code), brand_first=True)
    return name or generic


def brands_words(form: Form, key: str) -> str:
    """Several brands in a row."""
    question = form.definition.questions.get(key)
    options = question.options if isinstance(question, Choices) else ()
    known = {"other", "unsure"}
    return ", ".join(option_words(options, c) if c in known else brand(form, c) for c in form.codes(key))
