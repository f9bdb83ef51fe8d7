"""What no question can have is shown as such, and stops nobody's export."""

import pytest

from tests.cases import TYPICAL
from tests.outputs.documents import case_document, export, export_row
from tests.outputs.unpack import members, table


@pytest.mark.parametrize(
    ("question", "value", "cell"),
    [("side", ["left"], "?['left']"), ("severity", True, "?True"), ("meds", "a\ud800b", "a\\ud800b")],
)
def test_a_value_that_no_question_can_have_does_not_stop_the_export(question: str, value: object, cell: str) -> None:
    sent = case_document(TYPICAL)
    sent["answers"] = {**sent["answers"], question: value}
    (row,) = table(members(export([export_row(sent)]))["submissions.csv"])
    assert row[question] == cell
