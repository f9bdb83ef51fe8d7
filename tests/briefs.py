"""Briefs for tests: of the example patients and of some who stretch it, and a plain drawing of a whole brief."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.questionnaire.brief import Brief, as_text, brief
from app.questionnaire.brief.model import Line, Section, Timeline
from app.questionnaire.flags import as_of_day
from app.questionnaire.hemifacial_spasm import DEFINITION
from tests.cases import BELLS, BILATERAL, TYPICAL
from tests.outputs.documents import answers_of, case_document, document

SENT = date(2026, 3, 9)
ALL_ON = {"extra_questions": True, "phq2": True}


def brief_of(sent: Mapping[str, Any], sent_on: date = SENT, previous: Mapping[str, Any] | None = None) -> Brief:
    """The brief of a sent document for its visit day."""
    return brief(DEFINITION, sent, as_of_day(sent["answers"], sent_on), sent_on, previous)


def shots(count: int) -> list[dict[str, Any]]:
    """So many earlier shots, newest first, twelve weeks apart and told by the month."""
    months = [(2025 - number // 4, 12 - 3 * (number % 4)) for number in range(count)]
    return [
        {
            "_id": f"shot{number:04}",
            "date": f"{year}-{month:02}",
            "product": "botox" if number % 3 else "xeomin",
            "units": 25 + number,
            "sites": ["around_eye", "cheek"],
            "benefit": "most",
            "onset_days": 4,
            "duration_weeks": 11,
            "side_effects": ["ptosis"] if number % 5 == 0 else ["none"],
            "clinic": "Sample Neurology, Albany",
        }
        for number, (year, month) in enumerate(months)
    ]


def long_treated(count: int = 9) -> dict[str, Any]:
    """Somebody treated for years: many shots, an operation after which it came back, a blood thinner."""
    return {
        **answers_of(TYPICAL),
        "first_name": "Ruth",
        "last_name": "Testpatient-Adler",
        "dob": "1951-07-02",
        "onset_date": "2009",
        "visit_date": "2026-04-02",
        "eye_closes": "long",
        "goals": ["better_toxin", "surgery"],
        "goals_note": "Read with my granddaughter for half an hour without my eye shutting.",
        "toxin_ever": "yes",
        "toxin_last": "2026-02-11",
        "toxin_last_product": "xeomin",
        "toxin_units": 120,
        "toxin_sites": ["around_eye", "cheek", "mouth"],
        "toxin_benefit": "half",
        "toxin_clinic": "Sample Neurology, Albany",
        "toxin_count": "gt20",
        "toxin_onset_days": 4,
        "toxin_duration_weeks": 8,
        "toxin_se": ["ptosis", "no_close"],
        "toxin_se_note": "Lid drooped for two weeks in November.",
        "toxin_first": "2011",
        "toxin_products": ["botox", "dysport"],
        "toxin_trend": "less",
        "toxin_interval": 12,
        "toxin_records": "yes",
        "toxin_rounds": shots(count),
        "drugs": ["carbamazepine", "clonazepam"],
        "drug_rows": [
            {"_id": "drugaaaa", "name": "carbamazepine", "dose": ".5 tablet, 1000 mg a day", "still": "no",
             "helped": "little", "why_stopped": "dizzy"},
            {"_id": "drugbbbb", "name": "clonazepam", "dose": "0.50 mg", "still": "yes", "helped": "half"},
        ],
        "mvd_ever": "yes",
        "mvd_rows": [
            {"_id": "mvdaaaaa", "date": "2014-06", "side": "left", "surgeon": "Dr. Sample",
             "hospital": "Sample Hospital", "result": "came_back", "result_note": "Gone for three years.",
             "complications": ["hearing_loss"]},
        ],
        "imaging": ["mri", "mra"],
        "imaging_date": "2025",
        "imaging_where": "Sample Imaging, Albany",
        "imaging_result": ["vessel"],
        "imaging_bring": "yes",
        "blood_thinner": ["aspirin", "doac"],
        "drive_eye": "unsure",
    }  # fmt: skip


def whole_examples() -> dict[str, Brief]:
    """The briefs kept as golden texts, by the name of their file."""
    early = document(answers_up_to("treatments", long_treated(2)), stopped_at="treatments")
    before = document(answers_of(TYPICAL))
    again = {**answers_of(TYPICAL), "severity": 8, "spread": ["cheek", "chin"], "toxin_other_use": "unsure"}
    sudden = {**answers_of(TYPICAL), "urgent_now": ["face_droop", "speech"], "visit_date": "2026-09-01"}
    return {
        **{case["id"]: brief_of(case_document(case), _sent(case)) for case in (TYPICAL, BELLS, BILATERAL)},
        "long_treated": brief_of(document(long_treated())),
        "sent_early": brief_of(early),
        "second_form": brief_of(document(again), previous=before),
        "sudden_signs": brief_of(document(sudden)),
    }


def _sent(case: Mapping[str, Any]) -> date:
    return date.fromisoformat(case["submitted"])


def answers_up_to(page_id: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of the pages before this one, and of the last pages, as somebody leaves them who sends early."""
    pages = [page.id for page in DEFINITION.pages]
    kept = {*pages[: pages.index(page_id)], "sign"}
    return {key: value for key, value in answers.items() if DEFINITION.page_of_question[key].id in kept}


def drawn(shown: Brief) -> str:
    """A whole brief as a reviewer reads it: the page, its appendix, the timeline's data, the copied text.

    Derived statements stand in [brackets], so that a change from what patients say to what rules say is seen.
    """
    banner = shown.banner
    sent = f"sent {banner.sent_on}{' EARLY' if banner.early else ''}, as of {banner.as_of}"
    parts = [
        f"{banner.name}  Born {banner.born}  {sent}",
        banner.filled_in_by,
        "",
        *map(_line, shown.first.lines),
        "",
        *_sections(shown.sections),
    ]
    parts += ["", "APPENDIX", *_sections(shown.appendix)] if shown.appendix else []
    parts += ["", "TIMELINE", *_timeline(shown.timeline)] if shown.timeline else []
    parts += ["", "COPIED AS TEXT", as_text(shown)]
    return "\n".join(parts)


def _sections(sections: tuple[Section, ...]) -> list[str]:
    return [text for section in sections for text in (f"-- {section.title}", *map(_line, section.lines))]


def _line(line: Line) -> str:
    said = "".join(
        between + (said.text if said.kind == "patient" else f"[{said.text}]") for between, said in line.parts
    )
    return f"{line.label} | {said}"


def _timeline(timeline: Timeline) -> list[str]:
    ticks = ", ".join(f"{tick.day} {tick.label}" for tick in timeline.ticks)
    lines = [f"from {timeline.first_day}, {timeline.days} days, today at {timeline.today}; {ticks}"]
    for event in timeline.events:
        days = f"{event.days.first}..{event.days.last}" if event.days else "no date"
        effect = f", effect {event.effect.first}..{event.effect.last}" if event.effect else ""
        benefit = f", {event.benefit} %" if event.benefit is not None else ""
        lines.append(
            f"{event.lane} {days}{'' if event.exact or not event.days else ' (bar)'}: {event.title}{benefit}{effect}"
        )
    return lines
