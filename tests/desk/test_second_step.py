"""The second step: an app's code once, a recovery code, and nobody gets past it with a password alone."""

import re
from datetime import timedelta

import pytest
from pyotp.totp import TOTP
from sqlalchemy import func, select

from app.desk import apps, second_step
from app.desk.enrolling import CODE_WRONG
from app.parts import Parts
from app.records import factors, models, staff, staff_sessions
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import APP_SECRET, NAME, PASSWORD, Staff

INSIDE = "No form has been sent yet"
OTHER = "dr.okafor@clinic.example"


def id_of(parts: Parts, name: str = NAME) -> str:
    with parts.store.reading() as connection:
        account = staff.find(connection, name)
    assert account
    return account.id


def has_recovery_codes(parts: Parts, name: str = NAME) -> list[str]:
    with parts.store.writing() as connection:
        return list(factors.make_codes(connection, parts.server_key, id_of(parts, name)))


def test_a_password_alone_opens_nothing(parts: Parts, stranger: Staff) -> None:
    listed = send(parts)
    stranger.has_an_account().gives_the_password().sees("Second step", NAME)
    for path in ("/desk/", f"/desk/submissions/{listed.id}", "/desk/export", "/desk/account", "/desk/accounts"):
        stranger.opens(path).sees("Second step").does_not_see("VEGA")
    stranger.presses("Go on", {"code": stranger.code_of()}).sees("VEGA")


def test_a_half_way_sign_in_ends_after_half_an_hour(stranger: Staff, clock: FakeClock) -> None:
    stranger.has_an_account().gives_the_password()
    clock.passes(minutes=30)
    stranger.presses("Go on", {"code": TOTP(APP_SECRET).at(clock.at)}).sees("Account name")


def test_a_code_works_once(stranger: Staff) -> None:
    stranger.has_an_account()
    code = TOTP(APP_SECRET).at(stranger.parts.now())
    stranger.gives_the_password().presses("Go on", {"code": code}).sees(INSIDE)
    for again in (code, f" {code[:3]} {code[3:]} "):
        other = stranger.another_browser().gives_the_password()
        assert other.presses("Go on", {"code": again}).sees(second_step.WRONG).status == 422


@pytest.mark.parametrize("away", [-1, 0, 1])
def test_a_phone_may_be_half_a_minute_wrong(stranger: Staff, away: int) -> None:
    stranger.has_an_account().gives_the_password()
    code = TOTP(APP_SECRET).at(stranger.parts.now() + away * apps.STEP)
    stranger.presses("Go on", {"code": f"{code[:3]} {code[3:]}"}).sees(INSIDE)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "000 000", "-12345", "\x00" * 6])
def test_what_is_no_code_is_refused(stranger: Staff, code: str) -> None:
    stranger.has_an_account().gives_the_password()
    assert stranger.presses("Go on", {"code": code}).sees(second_step.WRONG).status == 422


def test_a_code_of_another_moment_or_account_is_refused(stranger: Staff) -> None:
    stranger.has_an_account().gives_the_password()
    for away in (-2, 2):
        stranger.presses("Go on", {"code": TOTP(APP_SECRET).at(stranger.parts.now() + away * apps.STEP)})
        stranger.sees(second_step.WRONG)
    stranger.presses("Go on", {"code": TOTP(apps.new_secret()).at(stranger.parts.now())}).sees(second_step.WRONG)


def test_wrong_codes_are_counted_and_wait(stranger: Staff, clock: FakeClock) -> None:
    stranger.has_an_account().gives_the_password()
    for _ in range(5):
        stranger.presses("Go on", {"code": "000000"})
    stranger.sees("Try again at 10:01 AM EST")
    assert stranger.presses("Go on", {"code": stranger.code_of()}).sees("Try again at").status == 429
    clock.passes(minutes=1)
    stranger.presses("Go on", {"code": stranger.code_of()}).sees(INSIDE)


def test_a_recovery_code_stands_in_once(stranger: Staff) -> None:
    stranger.has_an_account()
    codes = has_recovery_codes(stranger.parts)
    assert len(set(codes)) == factors.CODES
    stranger.gives_the_password().presses("Go on", {"recovery": codes[0].lower().replace("-", " ")})
    stranger.sees(INSIDE, "You used a recovery code; 9 are left.")
    other = stranger.another_browser().gives_the_password()
    other.presses("Go on", {"recovery": codes[0]}).sees(second_step.RECOVERY_WRONG)
    other.presses("Go on", {"recovery": codes[1]}).sees(INSIDE)


def test_recovery_codes_of_another_account_are_worth_nothing(stranger: Staff) -> None:
    stranger.has_an_account().has_an_account(name=OTHER)
    (code, *_) = has_recovery_codes(stranger.parts, OTHER)
    stranger.gives_the_password().presses("Go on", {"recovery": code}).sees(second_step.RECOVERY_WRONG)


def test_whoever_has_no_second_factor_sets_one_up_before_anything_opens(stranger: Staff) -> None:
    stranger.has_an_account(app=False).gives_the_password().sees("Set up your second step")
    stranger.opens("/desk/").sees("Set up your second step")
    stranger.presses("Go on", {"code": "000000"}).sees(CODE_WRONG)
    stranger.sets_up_an_app().sees("Your recovery codes", "They are shown this once.")
    codes = re.findall(r"(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}", stranger.page.text)
    assert len(codes) == factors.CODES
    stranger.follows("I have kept them. Go on").sees(INSIDE)
    other = stranger.another_browser().gives_the_password().sees("Second step")
    other.presses("Go on", {"recovery": codes[3]}).sees(INSIDE)


def test_a_password_alone_adds_no_factor_to_an_account_that_has_one(stranger: Staff) -> None:
    stranger.has_an_account().gives_the_password()
    assert stranger.opens("/desk/second-step/set-up").status == 403
    stranger.opens("/desk/second-step")
    hidden = apps.hide(stranger.parts.server_key, id_of(stranger.parts), APP_SECRET)
    data = {"csrf_token": str(stranger.value_of("csrf_token")), "secret": hidden, "code": stranger.code_of()}
    assert stranger.posts("/desk/second-step/set-up/app", data).status == 403


def test_the_key_of_an_app_fits_the_account_it_was_shown_to(stranger: Staff) -> None:
    """Somebody cannot plant an app of their own into another person's account."""
    stranger.has_an_account(app=False).has_an_account(name=OTHER, app=False).gives_the_password()
    mine = apps.hide(stranger.parts.server_key, id_of(stranger.parts, OTHER), APP_SECRET)
    code = TOTP(APP_SECRET).at(stranger.parts.now())
    stranger.presses("Go on", {"secret": mine, "code": code}).sees(CODE_WRONG)
    stranger.presses("Go on", {"secret": "no secret", "code": code}).sees(CODE_WRONG)
    stranger.sets_up_an_app().sees("Your recovery codes")


def test_the_secret_of_an_app_is_sealed_to_its_account(parts: Parts, stranger: Staff) -> None:
    stranger.has_an_account().has_an_account(name=OTHER)
    with parts.store.reading() as connection:
        rows = {row.name: row.totp for row in connection.execute(select(models.Staff.name, models.Staff.totp))}
    assert all(blob and APP_SECRET.encode() not in blob for blob in rows.values())
    assert apps.unseal(parts.server_key, id_of(parts), rows[NAME] or b"") == APP_SECRET
    assert apps.unseal(parts.server_key, id_of(parts), rows[OTHER] or b"") is None


def test_signing_in_renews_the_token_at_each_step(stranger: Staff) -> None:
    stranger.has_an_account().gives_the_password()
    half = stranger.client.get_cookie("desk-session", domain="127.0.0.1")
    stranger.presses("Go on", {"code": stranger.code_of()})
    full = stranger.client.get_cookie("desk-session", domain="127.0.0.1")
    assert half
    assert full
    assert half.value != full.value
    thief = stranger.another_browser()
    thief.client.set_cookie("desk-session", half.value, domain="127.0.0.1")
    thief.opens("/desk/").sees("Account name")
    with stranger.parts.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(models.StaffSession)).scalar_one() == 1


def test_somebody_elses_guessing_never_keeps_a_known_browser_waiting(stranger: Staff) -> None:
    stranger.has_an_account().signs_in().presses("Sign out")
    attacker = stranger.another_browser()
    for _ in range(8):
        attacker.gives_the_password(password="wrong")
    attacker.gives_the_password().sees("Try again at")
    stranger.signs_in().sees(INSIDE)


def test_a_known_browser_has_its_own_count(stranger: Staff) -> None:
    stranger.has_an_account().has_an_account(name=OTHER).signs_in().presses("Sign out")
    for _ in range(5):
        stranger.gives_the_password(password="wrong")
    stranger.gives_the_password().sees("Try again at")
    stranger.another_browser().signs_in().sees(INSIDE)
    for _ in range(5):
        stranger.gives_the_password(OTHER, "wrong")
    stranger.another_browser().gives_the_password(OTHER).sees("Try again at")


def test_a_trusted_computer_stays_signed_in_over_lunch(stranger: Staff, clock: FakeClock) -> None:
    stranger.has_an_account().gives_the_password().sees("for up to 4 hours without use")
    stranger.presses("Go on", {"code": stranger.code_of(), "trusted": "1"})
    clock.passes(hours=3, minutes=59)
    stranger.opens("/desk/").sees("Forms")
    clock.passes(hours=4)
    stranger.opens("/desk/").sees("Account name")
    stranger.gives_the_password()
    assert stranger.value_of("trusted") == ["1"]


def test_a_clinic_may_have_no_trusted_computers(
    environ: dict[str, str], request: pytest.FixtureRequest, clock: FakeClock
) -> None:
    environ["TRUSTED_IDLE_MINUTES"] = "0"
    person = Staff.of(request.getfixturevalue("parts")).has_an_account().gives_the_password()
    person.does_not_see("clinic’s own computer")
    person.presses("Go on", {"code": person.code_of(), "trusted": "1"}).sees(INSIDE)
    clock.passes(minutes=16)
    person.opens("/desk/").sees("Account name")


def test_after_signing_in_again_one_is_back_on_the_page_one_came_from(
    parts: Parts, stranger: Staff, clock: FakeClock
) -> None:
    listed = send(parts)
    stranger.has_an_account().signs_in().opens(f"/desk/submissions/{listed.id}?all=1")
    clock.passes(minutes=16)
    stranger.opens(f"/desk/submissions/{listed.id}?all=1").sees("You were signed out")
    stranger.presses("Sign in", {"account": NAME, "password": PASSWORD})
    stranger.presses("Go on", {"code": stranger.code_of()}).sees("All questions of this form are shown")
    clock.passes(hours=13)
    stranger.opens("/desk/accounts").sees("Account name")
    stranger.has_an_account("read-only", name=OTHER)
    stranger.presses("Sign in", {"account": OTHER, "password": PASSWORD})
    stranger.presses("Go on", {"code": stranger.code_of(OTHER)}).sees("Forms").does_not_see("not open to you")


def test_a_dated_hash_is_renewed_when_its_password_comes(parts: Parts, stranger: Staff) -> None:
    from argon2 import PasswordHasher

    stranger.has_an_account()
    dated = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    with parts.store.writing() as connection:
        staff.set_password(connection, id_of(parts), dated)
    stranger.signs_in().sees(INSIDE)
    with parts.store.reading() as connection:
        kept = connection.execute(select(models.Staff.password_hash)).scalar_one()
    assert kept
    assert "t=1," in kept


def test_what_was_used_once_is_forgotten_when_it_is_too_old_to_matter(parts: Parts, stranger: Staff) -> None:
    from app.records import spent

    stranger.has_an_account().signs_in()
    with parts.store.writing() as connection:
        assert spent.purge(connection, parts.now()) == 0
        assert spent.purge(connection, parts.now() + timedelta(minutes=3)) == 1
        assert staff_sessions.purge(connection, parts.now() + timedelta(hours=13), _idle(parts)) == 1


def _idle(parts: Parts) -> staff_sessions.Idle:
    return staff_sessions.Idle(timedelta(minutes=15), timedelta(hours=4))
