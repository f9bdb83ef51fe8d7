"""My account: everybody looks after their own password, factors, sign-ins and roles."""

import re

import pytest
from pyotp.totp import TOTP
from sqlalchemy import select

from app.desk import account, proof
from app.desk.enrolling import CODE_WRONG
from app.parts import Parts
from app.records import models
from tests.conftest import FakeClock
from tests.desk.authenticator import Authenticator
from tests.desk.people import NAME, PASSWORD, Staff
from tests.desk.test_passkeys import adds, asks, posts, touches
from tests.hosts import count

INSIDE = "No form has been sent yet"
NEW = "seven slow otters dive"
PAGE = "/desk/account"
OTHER = "dr.okafor@clinic.example"


def test_a_new_password_needs_the_old_one_and_ends_the_other_sign_ins(specialist: Staff) -> None:
    other = specialist.another_browser().signs_in()
    specialist.opens(PAGE).presses("Change the password", {"current": "not this one, no", "password": NEW})
    assert specialist.sees(account.WRONG).status == 422
    specialist.presses("Change the password", {"current": PASSWORD, "password": "password12345678"})
    specialist.sees("close to passwords that many people use")
    other.opens(PAGE).sees("My account")
    specialist.presses("Change the password", {"current": PASSWORD, "password": PASSWORD}).sees(account.SAME)
    specialist.presses("Change the password", {"current": PASSWORD, "password": NEW})
    specialist.sees("Your new password is set. One other sign-in was ended.")
    other.opens(PAGE).sees("Account name").does_not_see("My account")
    other.gives_the_password().sees("do not belong together")
    other.gives_the_password(password=NEW).sees("Second step")


def test_the_old_password_cannot_be_guessed_from_a_session_left_open(specialist: Staff) -> None:
    specialist.opens(PAGE)
    for _ in range(5):
        specialist.presses("Change the password", {"current": "wrong", "password": NEW})
    assert specialist.presses("Change the password", {"current": PASSWORD, "password": NEW}).status == 429
    specialist.sees("Try again at")


def test_another_app_takes_the_place_of_the_first(specialist: Staff, clock: FakeClock) -> None:
    specialist.opens(PAGE).follows("Set up another authenticator app in its place")
    first = specialist.app_secret
    specialist.presses("Go on", {"code": "123456"}).sees(CODE_WRONG)
    specialist.sets_up_an_app().sees("Your authenticator app is set up.")
    other = specialist.another_browser().gives_the_password()
    clock.passes(minutes=1)
    other.presses("Go on", {"code": TOTP(first).at(clock.at)}).sees("That code is not right")
    other.presses("Go on", {"code": TOTP(specialist.app_secret).at(clock.at)}).sees(INSIDE)


def test_new_recovery_codes_end_the_old_ones(specialist: Staff) -> None:
    specialist.opens(PAGE).sees("0 left").presses("Make ten new ones").sees("Your recovery codes")
    old = re.findall(r"(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}", specialist.page.text)
    specialist.opens(PAGE).sees("10 left").presses("Make ten new ones")
    specialist.another_browser().gives_the_password().presses("Go on", {"recovery": old[0]}).sees("not one of your")


def test_sign_ins_are_listed_and_can_be_ended(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    phone = specialist.another_browser()
    phone.agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Safari/604.1"
    clock.passes(minutes=1)
    phone.signs_in()
    specialist.opens(PAGE).sees("Safari on iPhone", "This one")
    specialist.presses("End it: Safari on iPhone, 02-Mar-2026, 10:01 AM EST").sees("That sign-in is ended.")
    phone.opens("/desk/").sees("Account name")
    specialist.does_not_see("Safari on iPhone")


def test_every_other_sign_in_ends_at_once(specialist: Staff) -> None:
    others = [specialist.another_browser().signs_in() for _ in range(2)]
    specialist.opens(PAGE).presses("End every other sign-in").sees("2 other sign-ins were ended.")
    for other in others:
        other.opens("/desk/").sees("Account name")
    specialist.opens("/desk/").sees("Forms").opens(PAGE)
    specialist.presses("End every other sign-in").sees("There was no other sign-in.")


def test_a_sign_in_of_somebody_else_cannot_be_ended_here(parts: Parts, specialist: Staff) -> None:
    other = specialist.another_browser().has_an_account(name=OTHER).signs_in(OTHER)
    with parts.store.reading() as connection:
        ids = connection.execute(
            select(models.StaffSession.id).join(models.Staff, models.Staff.id == models.StaffSession.staff).where(
                models.Staff.name == OTHER
            )
        ).scalars()  # fmt: skip
        (theirs,) = ids
    token = {"csrf_token": str(specialist.opens(PAGE).value_of("csrf_token"))}
    assert specialist.posts(f"{PAGE}/sign-ins/{theirs}/end", token).status == 404
    other.opens("/desk/").sees("Forms")


def test_the_first_account_gives_a_role_up_but_not_the_last_administrator(specialist: Staff) -> None:
    specialist.opens(PAGE).presses("Give up the role of administrator").sees("Nobody else could look after accounts")
    specialist.has_an_account("administrator", name=OTHER)
    specialist.presses("Give up the role of administrator").sees("You gave that role up.")
    assert specialist.opens("/desk/accounts").status == 403
    specialist.opens(PAGE).does_not_see("Give up the role")
    specialist.opens("/desk/").sees("Forms")


def test_a_role_that_nobody_may_give_up_by_themselves_is_no_address(specialist: Staff) -> None:
    token = {"csrf_token": str(specialist.opens(PAGE).value_of("csrf_token"))}
    for role in ("staff", "privacy-officer", "nonsense"):
        assert specialist.posts(f"{PAGE}/roles/{role}/give-up", token).status == 404


# Asking again


def test_a_sign_in_that_is_no_longer_young_is_asked_again_before_an_export(specialist: Staff, clock: FakeClock) -> None:
    clock.passes(minutes=10)
    specialist.opens("/desk/export").presses("For a spreadsheet (Excel)").sees("Is it still you?")
    assert specialist.status == 403
    specialist.presses("Go on", {"proof-password": "wrong"}).sees(proof.WRONG)
    specialist.presses("Go on", {"proof-password": PASSWORD})
    assert specialist.response is not None
    assert specialist.response.mimetype == "application/zip"
    assert "spreadsheet" in specialist.response.headers["Content-Disposition"]
    specialist.opens("/desk/export").presses("For software (plain CSV)")
    assert specialist.response.mimetype == "application/zip"


def test_a_young_sign_in_is_not_asked(specialist: Staff, clock: FakeClock) -> None:
    clock.passes(minutes=9, seconds=59)
    specialist.opens("/desk/export").presses("For a spreadsheet (Excel)")
    assert specialist.response is not None
    assert specialist.response.mimetype == "application/zip"


def test_a_touch_proves_it_too_and_what_was_entered_is_kept(specialist: Staff, clock: FakeClock) -> None:
    phone = Authenticator()
    adds(specialist, phone)
    clock.passes(minutes=12)
    invited = {"account": "new.colleague@clinic.example", "roles": ["staff", "read-only"]}
    specialist.opens("/desk/accounts").presses("Make the link", invited).sees("Is it still you?")
    assert specialist.value_of("account") == "new.colleague@clinic.example"
    specialist.presses("Go on with a passkey", {"proof-passkey": "{}"}).sees(proof.NOT_PROVED)
    specialist.presses("Go on with a passkey", {"proof-passkey": phone.signs(asks(specialist))})
    specialist.sees("Link for new.colleague@clinic.example")
    specialist.opens("/desk/accounts").follows("new.colleague@clinic.example")
    assert specialist.value_of("roles") == ["staff", "read-only"]


def test_a_passkey_of_somebody_else_proves_nothing(specialist: Staff, clock: FakeClock) -> None:
    theirs = Authenticator()
    other = specialist.another_browser().has_an_account(name=OTHER).signs_in(OTHER)
    adds(other, theirs)
    adds(specialist, Authenticator())
    clock.passes(minutes=12)
    specialist.opens("/desk/export").presses("For a spreadsheet (Excel)")
    specialist.presses("Go on with a passkey", {"proof-passkey": theirs.signs(asks(specialist))}).sees(proof.NOT_PROVED)


def test_the_proof_cannot_be_guessed(specialist: Staff, clock: FakeClock) -> None:
    clock.passes(minutes=12)
    specialist.opens("/desk/export").presses("For a spreadsheet (Excel)")
    for _ in range(5):
        specialist.presses("Go on", {"proof-password": "wrong"})
    assert specialist.presses("Go on", {"proof-password": PASSWORD}).sees("Try again at").status == 429


def test_a_forged_act_asks_nobody_anything(specialist: Staff, clock: FakeClock) -> None:
    clock.passes(minutes=12)
    specialist.opens("/desk/export")
    data = {"for": "software", "proof-password": PASSWORD, "csrf_token": "forged"}
    assert specialist.posts("/desk/export", data).status == 400


def test_what_happens_to_an_account_is_on_record(parts: Parts, stranger: Staff) -> None:
    specialist = stranger.has_an_account().signs_in()
    phone = Authenticator()
    adds(specialist, phone)
    specialist.presses("Make ten new ones")
    specialist.opens(PAGE).presses("Take away: passkey My phone")
    specialist.presses("Change the password", {"current": PASSWORD, "password": NEW})
    specialist.presses("End every other sign-in")
    touches(specialist.another_browser(), phone)
    with parts.store.reading() as connection:
        acts = connection.execute(select(models.Audit.act).order_by(models.Audit.id)).scalars().all()
    assert [act for act in acts if act != "list"] == [
        "sign in", "passkey added", "recovery codes made", "passkey removed", "password changed", "sign-ins ended",
        "sign in refused",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/account/app", "/account/passkeys", "/account/recovery-codes"])
def test_new_factors_want_proof(specialist: Staff, clock: FakeClock, parts: Parts, path: str) -> None:
    """A session left open adds no way in for somebody else."""
    clock.passes(minutes=11)
    specialist.opens(PAGE)
    posts(specialist, f"/desk{path}", "x").sees("Is it still you?")
    assert count(parts.store, models.RecoveryCode) == count(parts.store, models.Passkey) == 0


def test_the_name_on_the_page_is_ones_own(specialist: Staff) -> None:
    specialist.opens(PAGE).sees(NAME, "Administrator, Specialist")
