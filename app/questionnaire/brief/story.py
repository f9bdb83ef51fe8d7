"""The story in the order a specialist asks for it, from the patient's answers; ages and times come from rules."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .. import dates
from ..wording import State
from .fitting import Item, items
from .form import Form, derived, line
from .medicines import DASH, anticoagulants, tried
from .model import Line, Said

STORY, TREATMENTS, HEALTH, IMAGING, VISIT = "story", "treatments", "health", "imaging", "visit"


def story(form: Form, *, places: bool) -> list[Item]:
    """How it began and how it is now; with `places`, where it twitches. A plain no stands among the negatives."""
    parts: Sequence[tuple[int, list[Line]]] = (
        (90, _onset(form)),
        (84, line("both_pattern", "Both sides", form.told("both_pattern"), _bare(form.told("both_sync")))),
        (87, _now(form)),
        (76, line("spread", "Places", form.told("spread")) if places else []),
        (
            83,
            line("eye_closes", "Eye", form.told("eye_closes"), form.told("vision_interferes", "in the way of seeing ")),
        ),
        (83, _behavior(form)),
        (40, line("triggers", "Worse with", form.told("triggers"))),
        (38, line("relief", "Better with", form.told("relief"))),
        (78, line("assoc", "Same side", form.told("assoc"), form.told("pain_kind", "pain: "))),
        (82, line("neuro", "Last year", form.told("neuro"))),
        (85, _before(form)),
        (45, line("symptoms_note", "Adds", form.told("symptoms_note"))),
    )
    return [one for matters, lines in parts for one in items(STORY, lines, matters)]


def age_at(form: Form, partial: str) -> str:
    """The age on a partial date, in completed years: 54, or 39 to 40 when the date leaves it open."""
    born = form.text("dob")
    if not born:
        return ""
    least, most = (dates.completed_years(dates.earliest(born), end(partial)) for end in (dates.earliest, dates.latest))
    return str(least) if least == most else f"{least} to {most}"


def _onset(form: Form) -> list[Line]:
    """What the first block does not say of it: age, speed, course."""
    told = form.text("onset_date")
    age = age_at(form, told) if told else ""
    return line(
        "onset",
        "Onset",
        (derived(f"at age {age}", "age_at_onset", ("onset_date", "dob")),) if age else (),
        form.told("onset_speed"),
        _bare(form.told("course"), "since then "),
    )


def _bare(said: tuple[Said, ...], before: str = "") -> tuple[Said, ...]:
    """An answer without the words that only make it a sentence."""
    return tuple(replace(one, text=before + re.sub(r"^(it is|it|yes,|no,|I) ", "", one.text)) for one in said)


def _now(form: Form) -> list[Line]:
    worst = form.number("severity")
    return line(
        "frequency",
        "Now",
        form.told("frequency"),
        (Said(text=f"worst {worst} of 10", questions=("severity",)),) if worst is not None else (),
        form.told("duration", "each "),
        form.told("type"),
    )


def _behavior(form: Form) -> list[Line]:
    held = {"yes": "can be held back", "urge": "can be held back, with a rising urge"}.get(form.text("suppress"))
    return line(
        "sleep",
        "Behavior",
        (Said(text="also in sleep", questions=("sleep",)),) if form.kept.get("sleep") == "yes" else (),
        (Said(text=held, questions=("suppress",)),) if held else (),
        form.told("linked_move", "linked movement "),
        (Said(text="face pulled to one side at rest", questions=("asymmetry",)),)
        if form.kept.get("asymmetry") == "yes"
        else (),
    )


def _before(form: Form) -> list[Line]:
    palsy = (Said(text="face weak on that side", questions=("palsy_before",)),)
    family = (Said(text="a close relative has it too", questions=("family",)),)
    return line(
        "palsy_before",
        "Before it",
        palsy if form.kept.get("palsy_before") == "yes" else (),
        form.told("palsy_date"),
        form.any("palsy_recovery", "recovered: "),
        form.told("prior_event"),
        family if form.kept.get("family") == "yes" else (),
    )


def treatments(form: Form) -> list[Item]:
    """Operations, medicines tried and what they did, what is taken now; anticoagulants first among medicines."""
    none_tried = form.state("drugs") is State.NO
    no_drug = (Said(text="no medicine by mouth", questions=("drugs",)),) if none_tried else form.gap("drugs")
    return [
        *items(TREATMENTS, _operations(form), 91),
        *items(TREATMENTS, anticoagulants(form), 84),
        *items(TREATMENTS, tried(form), 80),
        *items(TREATMENTS, [] if tried(form) else line("drugs", "Tried", no_drug), 70),
        *items(TREATMENTS, line("other_tx", "Other care", form.told("other_tx"), form.told("other_tx_note")), 62),
        *items(TREATMENTS, line("meds", "Takes", form.told("meds")), 58),
    ]


def _operations(form: Form) -> list[Line]:
    if form.kept.get("mvd_ever") != "yes":
        return []
    rows = form.entries("mvd_rows")
    if not rows:
        return line("mvd_ever", "MVD", (Said(text="yes, not described", questions=("mvd_ever",)),))
    return [
        Line(
            id=f"mvd_{number}",
            label="MVD",
            said=(
                *form.item("mvd_rows", row, "date"),
                *form.item("mvd_rows", row, "side"),
                *form.item("mvd_rows", row, "result"),
                *form.item("mvd_rows", row, "result_note"),
                *form.item("mvd_rows", row, "complications", "after it: "),
                *form.item("mvd_rows", row, "surgeon", "surgeon "),
                *form.item("mvd_rows", row, "hospital"),
            ),
            join=DASH,
        )
        for number, row in enumerate(rows, start=1)
    ]


def health(form: Form) -> list[Item]:
    """What bears on shots, medicines and surgery."""
    return [
        *items(HEALTH, line("allergies", "Allergies", form.told("allergies"), form.told("allergies_note")), 81),
        *items(HEALTH, line("conditions", "Conditions", form.told("conditions"), form.told("conditions_note")), 74),
        *items(HEALTH, line("pregnancy", "Pregnancy", form.told("pregnancy")), 71),
        *items(HEALTH, line("surgery_planned", "Surgery planned", form.told("surgery_planned")), 55),
    ]


def imaging(form: Form) -> list[Item]:
    """Scans and tests as the patient was told of them; "none" is worth a line, since it changes the next step."""
    tests = line(
        "emg",
        "Tests",
        *(
            (Said(text=words, questions=(key,)),)
            for key, words in (("emg", "EMG done"), ("hearing_test", "hearing test done"))
            if form.kept.get(key) == "yes"
        ),
    )
    return [
        *_scan(form),
        *items(IMAGING, line("mri_safe", "MRI safety", form.told("mri_safe")), 77),
        *items(IMAGING, tests, 50),
    ]


def _scan(form: Form) -> Iterator[Item]:
    """What was scanned, when, and what the patient was told of it; where and how well gives way before that does."""
    none = form.state("imaging") is State.NO
    said = (Said(text="no scan", questions=("imaging",)),) if none else form.told("imaging") or form.gap("imaging")
    result = (said, form.told("imaging_date"), form.any("imaging_result", "told: "))
    thin = {"yes": "thin-slice", "no": "not thin-slice"}.get(form.text("imaging_thin"))
    brings = {"yes": "will bring it", "will_try": "will try to bring it", "no": "cannot bring it"}
    bring = brings.get(form.text("imaging_bring"))
    rest = (
        (Said(text=thin, questions=("imaging_thin",)),) if thin else (),
        form.told("imaging_where"),
        (Said(text=bring, questions=("imaging_bring",)),) if bring else (),
    )
    whole = line("imaging", "Scan", *result, *rest)
    for full, short in zip(whole, line("imaging", "Scan", *result) or whole, strict=True):
        shorter = ((79, full),) if full != short else ()
        yield Item(IMAGING, (*shorter, (85, short), (100, None)))


def visit(form: Form) -> list[Item]:
    """What to get ready, and how the days are: access needs, video, driving, work."""
    eye = {"yes": "a spasm has shut the eye at the wheel", "unsure": "not sure whether the eye shut at the wheel"}
    said = eye.get(form.text("drive_eye"))
    wheel = (Said(text=said, questions=("drive_eye",)),) if said else ()
    video = {"yes": "will bring one", "will_try": "will try", "no": "no"}.get(form.text("video"))
    return [
        *items(VISIT, line("driving", "Drives", _bare(form.any("driving")), wheel), 86),
        *items(
            VISIT,
            line("access_needs", "Needs", form.told("access_needs"), form.told("interpreter", "interpreter ")),
            76,
        ),
        *items(VISIT, line("job", "Work", form.told("job")), 44),
        *items(VISIT, line("video", "Video", (Said(text=video, questions=("video",)),) if video else ()), 30),
        *items(VISIT, line("referred_by", "Referred by", form.told("referred_by")), 35),
    ]
