"""Passkeys: one touch signs in, and no answer works that is forged, old, replayed, or another desk's."""

import json
from typing import Any

import pytest

from app.desk import doors, second_step
from app.desk.enrolling import NOT_MADE
from app.parts import Parts
from app.records import models
from tests.conftest import FakeClock
from tests.desk.authenticator import Authenticator
from tests.desk.people import NAME, Staff
from tests.hosts import count

INSIDE = "No form has been sent yet"
OTHER = "dr.okafor@clinic.example"


def asks(person: Staff, path: str = "/desk/passkey-questions") -> dict[str, Any]:
    """What the desk asks a browser for a passkey."""
    response = person.client.get(path, base_url=person.base_url)
    assert response.status_code == 200, response.data
    return dict(response.get_json())


def posts(person: Staff, path: str, answer: str, **more: str) -> Staff:
    """What the script does: fill the answer into the form, and send it."""
    token = str(person.value_of("csrf_token"))
    person.posts(path, {"csrf_token": token, "passkey": answer, **more})
    return person


def adds(person: Staff, device: Authenticator, label: str = "My phone") -> Staff:
    """Add a passkey under My account."""
    person.opens("/desk/account")
    answer = device.makes(asks(person, "/desk/account/passkey-questions"))
    return posts(person, "/desk/account/passkeys", answer, label=label)


def touches(person: Staff, device: Authenticator, answer: str | None = None) -> Staff:
    """Sign in with one touch."""
    person.opens("/desk/sign-in")
    return posts(person, "/desk/sign-in/passkey", answer or device.signs(asks(person)))


@pytest.fixture
def phone(stranger: Staff) -> Authenticator:
    """A phone with a passkey of the account."""
    device = Authenticator()
    adds(stranger.has_an_account().signs_in(), device).sees("Your passkey is added", "Passkey: My phone")
    return device


def test_one_touch_signs_in(stranger: Staff, phone: Authenticator) -> None:
    touches(stranger.another_browser(), phone).sees(INSIDE, NAME)
    stranger.opens("/desk/account").sees("Passkey", "Password and app")


def test_the_name_of_a_passkey_holds_what_can_be_read(stranger: Staff) -> None:
    adds(stranger.has_an_account().signs_in(), Authenticator(), "My\x00 pho\u202ene" + "x" * 60)
    stranger.sees("Passkey: My pho ne" + "x" * 31)


def test_a_touch_is_the_second_step_too(stranger: Staff, phone: Authenticator) -> None:
    other = stranger.another_browser().gives_the_password().sees("Second step")
    posts(other, "/desk/second-step/passkey", phone.signs(asks(other))).sees(INSIDE)


def test_the_second_step_takes_only_a_passkey_of_the_same_account(stranger: Staff, phone: Authenticator) -> None:
    other = stranger.another_browser().has_an_account(name=OTHER).gives_the_password(OTHER)
    posts(other, "/desk/second-step/passkey", phone.signs(asks(other))).sees(second_step.PASSKEY_WRONG)


def test_an_answer_works_once(stranger: Staff, phone: Authenticator) -> None:
    answer = phone.signs(asks(stranger))
    touches(stranger.another_browser(), phone, answer).sees(INSIDE)
    assert touches(stranger.another_browser(), phone, answer).sees(doors.PASSKEY_WRONG).status == 422


def test_a_question_is_good_for_five_minutes(stranger: Staff, phone: Authenticator, clock: FakeClock) -> None:
    answer = phone.signs(asks(stranger))
    clock.passes(minutes=5, seconds=1)
    touches(stranger.another_browser(), phone, answer).sees(doors.PASSKEY_WRONG)
    touches(stranger.another_browser(), phone).sees(INSIDE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("origin", "http://localhost:9000"),
        ("origin", "https://evil.example"),
        ("host", "evil.example"),
        ("verified", False),
        ("credential", b"x" * 32),
        ("key", Authenticator().key),
        ("count", -1),
    ],
)
def test_an_answer_that_does_not_hold_is_refused(
    stranger: Staff, phone: Authenticator, name: str, value: object
) -> None:
    """Another address, another site, an owner who was not checked, another key, a copy that was used less often."""
    for _ in range(2):
        touches(stranger.another_browser(), phone).sees(INSIDE)
    setattr(phone, name, value)
    touches(stranger.another_browser(), phone).sees(doors.PASSKEY_WRONG)


def test_a_question_of_ones_own_making_is_refused(stranger: Staff, phone: Authenticator) -> None:
    for challenge in ("", "AAAA", "A" * 54, "A" * 4000):
        touches(stranger.another_browser(), phone, phone.signs({"challenge": challenge})).sees(doors.PASSKEY_WRONG)
    asked = asks(stranger, "/desk/account/passkey-questions")
    touches(stranger.another_browser(), phone, phone.signs(asked)).sees(doors.PASSKEY_WRONG)


@pytest.mark.parametrize(
    "answer",
    [
        "", "null", "[]", "{}", '"x"', "{" * 500, '{"rawId": 1, "response": {"clientDataJSON": 2}}',
        '{"rawId": "AA", "response": {"clientDataJSON": "AA"}}', "x" * 30_000, "\x00", '{"response": []}',
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused_in_words(stranger: Staff, answer: str) -> None:
    stranger.opens("/desk/sign-in")
    assert posts(stranger, "/desk/sign-in/passkey", answer).sees(doors.PASSKEY_WRONG).status == 422


def test_a_changed_answer_is_refused(stranger: Staff, phone: Authenticator) -> None:
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        answer = json.loads(phone.signs(asks(stranger)))
        for value in ("", "AAAA", None, 5, answer["response"][part][:-4] + "AAAA"):
            answer["response"][part] = value
            touches(stranger.another_browser(), phone, json.dumps(answer)).sees(doors.PASSKEY_WRONG)
        del answer["response"][part]
        touches(stranger.another_browser(), phone, json.dumps(answer)).sees(doors.PASSKEY_WRONG)


def test_a_passkey_of_a_disabled_account_opens_nothing(stranger: Staff, phone: Authenticator, parts: Parts) -> None:
    with parts.store.writing() as connection:
        connection.execute(models.Staff.__table__.update().values(disabled_at=parts.now()))  # type: ignore[attr-defined]
    touches(stranger.another_browser(), phone).sees(doors.PASSKEY_WRONG)


def test_guessing_at_an_account_never_keeps_its_passkey_out(stranger: Staff, phone: Authenticator) -> None:
    attacker = stranger.another_browser()
    for _ in range(7):
        attacker.gives_the_password(password="wrong")
    touches(stranger.another_browser(), phone).sees(INSIDE)


def test_a_passkey_is_made_for_the_account_that_asked(stranger: Staff, parts: Parts) -> None:
    stranger.has_an_account().has_an_account(name=OTHER).signs_in()
    asked = asks(stranger, "/desk/account/passkey-questions")
    other = stranger.another_browser().signs_in(OTHER).opens("/desk/account")
    posts(other, "/desk/account/passkeys", Authenticator().makes(asked)).sees(NOT_MADE)
    unchecked = Authenticator(verified=False)
    adds(stranger, unchecked).sees(NOT_MADE)
    assert count(parts.store, models.Passkey) == 0


def test_the_same_passkey_is_not_added_twice_nor_to_another_account(
    stranger: Staff, phone: Authenticator, parts: Parts
) -> None:
    adds(stranger, phone).sees(NOT_MADE)
    other = stranger.another_browser().has_an_account(name=OTHER).signs_in(OTHER)
    adds(other, phone).sees(NOT_MADE)
    assert count(parts.store, models.Passkey) == 1


def test_the_first_second_factor_may_be_a_passkey(stranger: Staff) -> None:
    stranger.has_an_account(app=False).gives_the_password().sees("Make a passkey")
    device = Authenticator()
    answer = device.makes(asks(stranger, "/desk/second-step/passkey-questions"))
    posts(stranger, "/desk/second-step/set-up/passkey", answer).sees("Your recovery codes")
    touches(stranger.another_browser(), device).sees(INSIDE)
    stranger.another_browser().gives_the_password().sees("Use a recovery code")


def test_the_last_second_factor_is_never_taken_away(stranger: Staff, phone: Authenticator) -> None:
    stranger.opens("/desk/account").presses("Take away: the authenticator app").sees("is taken away")
    stranger.presses("Take away: passkey My phone").sees("That is your only second factor.")
    adds(stranger, Authenticator(), "Key ring").presses("Take away: passkey My phone").sees("The passkey is taken away")
    touches(stranger.another_browser(), phone).sees(doors.PASSKEY_WRONG)


def test_nothing_is_stored_when_a_browser_only_asks(stranger: Staff, parts: Parts) -> None:
    first = asks(stranger)
    assert first != asks(stranger)
    assert count(parts.store, models.Spent) == 0
    assert first["userVerification"] == "required"
    assert first["rpId"] == "localhost"
