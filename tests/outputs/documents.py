"""Sent documents for the tests of outputs: the three invented patients, and whatever a test varies."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.outputs.archive import stream
from app.outputs.table import ExportRow
from app.questionnaire import journey, versions
from app.questionnaire.draft import Draft, sent_document
from app.questionnaire.hemifacial_spasm import DEFINITION
from app.questionnaire.kinds import Definition, Page, Question

ZONE = "America/New_York"
NOON = datetime(2026, 3, 9, 12, 0, tzinfo=ZoneInfo(ZONE))
DIGEST = versions.digest(versions.canonical_json(DEFINITION))


def answers_of(case: Mapping[str, Any]) -> dict[str, Any]:
    """A case's answers, with ids for its entries."""
    answers: dict[str, Any] = json.loads(json.dumps(case["answers"]))
    for value in answers.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for number, entry in enumerate(value):
                entry["_id"] = f"entry{number:03}"
    return answers


def document(
    answers: Mapping[str, Any],
    *,
    settings: Mapping[str, bool] | None = None,
    stopped_at: str = "",
    sent_on: date = date(2026, 3, 9),
    definition: Definition = DEFINITION,
) -> dict[str, Any]:
    """What is sent with these answers; with `stopped_at`, early: that page and the rest before `check` not reached."""
    on = settings or {"extra_questions": False, "phq2": False}
    stops = journey.walk(definition, dict(answers), on).stops
    ids = [stop.page.id for stop in stops]
    left = ids[ids.index(stopped_at) : ids.index("check")] if stopped_at else []
    continued = {stop.page.id: tuple(q.id for q in stop.questions) for stop in stops if stop.page.id not in left}
    draft = Draft(settings=on, language=definition.language, answers=dict(answers), continued=continued)
    return sent_document(definition, draft, "draft-1", datetime(2026, 3, 9, 16, 0, tzinfo=UTC), sent_on)


def case_document(case: Mapping[str, Any]) -> dict[str, Any]:
    """What one of the three patients sent."""
    return document(answers_of(case), settings=case["settings"], sent_on=date.fromisoformat(case["submitted"]))


def export_row(sent: Mapping[str, Any], number: int = 1, *, wording: str = DIGEST) -> ExportRow:
    """A submission of this document."""
    visit = sent["answers"].get("visit_date")
    return ExportRow(
        id=f"{number:032x}",
        reference="AAAA-BBBB",
        received_at=NOON,
        status="received",
        visit_date=date.fromisoformat(visit) if visit else None,
        revision=1,
        wording=wording,
        document=sent,
    )


def export(
    submissions: Iterable[ExportRow],
    *,
    guarded: bool = False,
    wordings: Sequence[tuple[str, Definition]] = ((DIGEST, DEFINITION),),
    current: Definition = DEFINITION,
) -> bytes:
    """The whole zip."""
    return b"".join(stream(wordings, current, submissions, guarded=guarded, exported_at=NOON, zone=ZONE))


def with_page(definition: Definition, page_id: str, questions: Sequence[Question]) -> Definition:
    """The definition with other questions on one page."""

    def changed(page: Page) -> Page:
        return replace(page, questions=tuple(questions)) if page.id == page_id else page

    parts = tuple(replace(part, pages=tuple(changed(page) for page in part.pages)) for part in definition.parts)
    return replace(definition, parts=parts)


def digest_of(definition: Definition) -> str:
    """The digest of a definition."""
    return versions.digest(versions.canonical_json(definition))
