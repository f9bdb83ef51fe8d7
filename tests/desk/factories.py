"""Forms that were sent, made by the real functions from the example patients."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.parts import Parts
from app.questionnaire import draft as drafting
from app.questionnaire.draft import Draft
from app.records import drafts, erasing, submissions
from app.records.submissions import Listed
from tests.cases import TYPICAL


def send(
    parts: Parts,
    case: Mapping[str, Any] = TYPICAL,
    *,
    until: str = "sign",
    confirmed: bool = False,
    raised: Sequence[str] = (),
    **answers: Any,
) -> Listed:
    """A form sent now: this example patient, with these answers in place of theirs (None takes one away).

    `until` is the last page continued from before a form is sent early; `confirmed` confirms every warning;
    `raised` are flags of sending that today's rules would not raise again.
    """
    now, today, definition = parts.now(), parts.today(), parts.definition
    given = {key: value for key, value in {**case["answers"], **answers}.items() if value is not None}
    draft = Draft(settings=case["settings"], language=definition.language, answers=given)
    with parts.store.writing() as connection:
        opened = drafts.begin(connection, parts.server_key, draft, now.replace(year=now.year + 1))
        for stop in draft.path(definition, now).stops:
            draft = drafting.continued_from(draft, definition, stop.page, now)
            if stop.page.id == until:
                break
        if confirmed:
            path = draft.path(definition, now)
            asked = [question for stop in path.stops for question in stop.questions]
            draft = drafting.confirm(draft, drafting.warnings_on(definition, asked, path.kept, today))
        document = drafting.sent_document(definition, draft, opened.id, now, today)
        document["flags"]["ids"] += raised
        closed = submissions.send(
            connection, parts.server_key, parts.keyring.recipients, opened, draft, definition, document, now
        )
        assert closed.draft.sent
        (listed,) = erasing.revisions(connection, closed.draft.sent.reference)
    return listed
