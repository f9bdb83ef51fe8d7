"""Why two forms may be of one person, in words for staff; and when a shared phone or email is no reason."""

from typing import Any

import pytest

from app.likeness import Known, reasons

ANA = {
    "first_name": "Ana María",
    "last_name": "Vega",
    "dob": "1970-03-28",
    "email": "ana@example.com",
    "phone": "(917) 555-0163",
}


def why(chart: str = "", **answers: Any) -> tuple[str, ...]:
    """The reasons for Ana's form and another, which differs in these answers."""
    other = {key: value for key, value in {**ANA, **answers}.items() if value is not None}
    found = reasons(Known(ANA, "MRN 7"), Known(other, chart))
    assert found == reasons(Known(other, chart), Known(ANA, "MRN 7")), "whichever comes first"
    return found


NO_CONTACT = {"email": None, "phone": None}


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"email": None, "phone": None}, ("same name and date of birth",)),
        ({"first_name": "ANA", "last_name": "véga", **NO_CONTACT}, ("same name and date of birth",)),
        ({"last_name": "Moreno", **NO_CONTACT}, ("same first name and date of birth",)),
        ({"first_name": "Luz", **NO_CONTACT}, ("same last name and date of birth",)),
        ({"first_name": "Vega", "last_name": "Ana", **NO_CONTACT}, ("same part of a name and date of birth",)),
        ({"first_name": "Annie", "preferred_name": "Ana", **NO_CONTACT}, ("same name and date of birth",)),
        ({"email": "ANA@example.com", "phone": "1-917-555-0163"},
         ("same name and date of birth", "same email", "same phone")),
        ({"first_name": "Bo", "last_name": "Li", "email": None}, ("same phone", "same date of birth")),
        ({"dob": None, "first_name": "Bo", "last_name": "Li", "phone": None}, ("same email",)),
        ({"dob": "1970-03-29", "phone": None}, ("same email", "but another date of birth")),
        ({"dob": "1970-03-29", **NO_CONTACT}, ()),
        ({"first_name": "Bo", "last_name": "Li", **NO_CONTACT}, ()),
    ],
)  # fmt: skip
def test_the_reason_is_said_in_words(answers: dict[str, Any], said: tuple[str, ...]) -> None:
    assert why(**answers) == said


def test_a_couple_at_one_phone_and_email_is_no_one_person() -> None:
    assert why(first_name="Luis", dob="1968-01-02") == ()
    chart = why(first_name="Luis", dob="1968-01-02", chart="mrn-7")
    assert chart == ("same chart number", "same email", "same phone", "but another date of birth")


def test_empty_answers_are_nothing_in_common() -> None:
    assert reasons(Known({}), Known({})) == ()
    assert reasons(Known({"first_name": "Ana"}), Known({"first_name": "Ana"})) == ()
