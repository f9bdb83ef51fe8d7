"""Two forms of one person side by side: old and new words of each question, and what changed."""

from typing import Any

from app.questionnaire.differences import Difference, changes, differences
from app.questionnaire.hemifacial_spasm import DEFINITION
from app.questionnaire.wording import State
from tests.cases import BELLS, CASES, TYPICAL
from tests.outputs.documents import answers_of, document


def between(earlier: dict[str, Any], later: dict[str, Any], **more: Any) -> dict[str, Difference]:
    found = differences(DEFINITION, document(earlier), document(later, **more))
    return {difference.question.id: difference for difference in found}


def test_a_form_does_not_differ_from_itself() -> None:
    for case in CASES:
        sent = document(answers_of(case), settings=case["settings"])
        found = differences(DEFINITION, sent, sent)
        assert found
        assert not changes(found)
        assert all(difference.earlier == difference.later for difference in found)


def test_old_and_new_words_stand_side_by_side() -> None:
    old = answers_of(TYPICAL)
    found = between(old, {**old, "severity": 8, "spread": ["cheek", "chin"], "onset_date": "2024"})
    assert [key for key, difference in found.items() if difference.changed] == ["spread", "onset_date", "severity"]
    assert (found["severity"].earlier.words, found["severity"].later.words) == (("6",), ("8",))
    assert found["spread"].later.words == ("Cheek", "Chin")
    assert (found["onset_date"].earlier.words, found["onset_date"].later.words) == (("May 2024",), ("2024",))


def test_the_order_of_choices_and_the_ids_of_entries_change_nothing() -> None:
    old = answers_of(BELLS)
    new = answers_of(BELLS)
    new["spread"] = list(reversed(new["spread"]))
    new["toxin_rounds"][0]["_id"] = "zzzzzzzz"
    assert not [key for key, difference in between(old, new).items() if difference.changed]


def test_an_entry_that_was_added_changes_its_group() -> None:
    old, new = answers_of(BELLS), answers_of(BELLS)
    new["toxin_rounds"].append({"_id": "bbbbbbbb", "date": "2025-05", "product": "xeomin"})
    group = between(old, new)["toxin_rounds"]
    assert group.changed
    assert len(group.later.words) == 2
    assert "Xeomin (incobotulinumtoxinA)" in group.later.words[1]


def test_five_states_stay_distinct_side_by_side() -> None:
    old = answers_of(TYPICAL)
    new = {**old, "toxin_ever": "unsure", "palsy_before": "unsure"}
    del new["meds"]
    found = between(old, new, stopped_at="impact")
    assert found["palsy_before"].earlier.state is State.NO
    assert found["palsy_before"].later.state is State.NOT_SURE
    assert found["meds"].later.state is State.SKIPPED
    assert found["meds"].changed
    gone = {key: value for key, value in old.items() if not key.startswith("impact")}
    early = between(old, gone, stopped_at="impact")["impact_mood"]
    assert (early.later.state, early.later.words, early.changed) == (State.NOT_REACHED, (), True)


def test_a_question_that_only_one_form_asked_stands_there_too() -> None:
    old = answers_of(TYPICAL)
    found = between(old, {**old, "palsy_before": "yes", "palsy_date": "2020"})
    assert found["palsy_date"].earlier.state is State.NOT_ASKED
    assert found["palsy_date"].changed
    assert found["palsy_recovery"].earlier.state is State.NOT_ASKED
    assert not found["palsy_recovery"].changed, "asked now and left blank: there is nothing new to read"


def test_consents_and_the_signature_are_no_differences() -> None:
    old = answers_of(TYPICAL)
    assert not {"signature", "consent_truth"} & set(between(old, {**old, "signature": "M. Vega"}))
