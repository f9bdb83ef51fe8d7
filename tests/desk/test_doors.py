"""The first account, signing in, signing out, and who may open what."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import desk
from app.desk import doors, passwords
from app.desk.access import RIGHTS
from app.desk.signing_in import NOBODY
from app.keyring import Keyring
from app.parts import Parts
from app.records import models, setup_links
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import INSECURE_BUT_FAST, NAME, PASSWORD, Staff, mounted
from tests.people import Browser

ACCOUNT = {"account": " Dr.Rivera@Clinic.example ", "password": PASSWORD}
MAKE = "Make the account and go on"
HOST = "127.0.0.1"


def count(parts: Parts, model: type[models.Base]) -> int:
    with parts.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


def test_the_link_makes_the_first_account_once(stranger: Staff) -> None:
    link = stranger.has_a_link()
    stranger.opens(link).presses(MAKE, ACCOUNT).sets_up_an_app().sees("Your recovery codes")
    stranger.follows("I have kept them. Go on").sees("No form has been sent yet", NAME)
    stranger.another_browser().opens("/desk/sign-in").presses("Sign in", ACCOUNT).sees("Second step")
    assert stranger.another_browser().opens(link).status == 404
    with stranger.parts.store.writing() as connection:
        now = stranger.parts.now()
        assert setup_links.for_first_account(connection, stranger.parts.server_key, now) is None


def test_a_link_cannot_be_posted_twice_by_two_who_both_opened_it(stranger: Staff) -> None:
    link, other = stranger.has_a_link(), stranger.another_browser()
    other.opens(link)
    stranger.opens(link).presses(MAKE, ACCOUNT)
    other.presses(MAKE, {"account": "mallory", "password": PASSWORD}).sees("This link does not open anything")
    assert count(stranger.parts, models.Staff) == 1


def test_looking_at_the_link_does_not_use_it_up(stranger: Staff) -> None:
    link = stranger.has_a_link()
    for _ in range(5):
        assert stranger.another_browser().opens(link).status == 200
    stranger.opens(link.lower()).presses(MAKE, ACCOUNT).sees("Set up your second step")


def test_a_link_ends_after_a_day_and_when_a_newer_one_is_made(stranger: Staff, clock: FakeClock) -> None:
    older = stranger.has_a_link()
    newer = stranger.has_a_link()
    assert stranger.opens(older).status == 404
    assert stranger.opens(newer).status == 200
    clock.passes(hours=24)
    assert stranger.opens(newer).status == 404


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("fourteen chars", "Use 15 characters or more"),
        ("ab" * 129, "Use 256 characters or fewer"),
        ("abcabcabcabcabcabc", "at least 5 different characters"),
        ("my facial recognition", "Leave out “Facial”"),
        ("we love manhattan in spring", "Leave out “Manhattan”"),
        ("Password12345678", "close to passwords that many people use"),
        ("qwertyuiopasdfgh", "close to passwords that many people use"),
        ("i am dr.rivera and i know it", "Leave out your account name"),
    ],
)
def test_a_password_that_strangers_would_try_is_refused(stranger: Staff, password: str, sentence: str) -> None:
    link = stranger.has_a_link()
    stranger.opens(link).presses(MAKE, {**ACCOUNT, "password": password}).sees(sentence)
    stranger.does_not_see(password)
    assert stranger.status == 422
    assert count(stranger.parts, models.Staff) == 0


def test_any_characters_make_a_password_and_none_is_cut_off() -> None:
    kept = passwords.Passwords(INSECURE_BUT_FAST)
    long = "пароль 密码 🔑\x00 " * 19
    assert len(long) <= passwords.LONGEST
    assert passwords.problem_with(long, account="someone", clinic=["New York Facial Paralysis"]) is None
    assert kept.fits(kept.keep(long), long)
    assert not kept.fits(kept.keep(long), long[:-1])


def test_an_account_name_has_no_spaces_inside(stranger: Staff) -> None:
    link = stranger.has_a_link()
    stranger.opens(link).presses(MAKE, {**ACCOUNT, "account": "dr rivera"}).sees("Use a name without spaces")


def test_a_wrong_password_and_an_unknown_account_hear_the_same(stranger: Staff) -> None:
    stranger.has_an_account()
    stranger.signs_in(password="not the one, sorry").sees(doors.WRONG)
    known = stranger.page.text
    stranger.signs_in(name="nobody@clinic.example", password="not the one, sorry").sees(doors.WRONG)
    assert stranger.page.text == known
    assert stranger.signs_in(name="no\x00body").sees(doors.WRONG).status == 422


def test_every_way_through_the_door_is_on_record_without_what_was_typed(stranger: Staff) -> None:
    stranger.opens(stranger.has_a_link()).presses(MAKE, ACCOUNT).sets_up_an_app()
    stranger.follows("I have kept them. Go on").presses("Sign out")
    stranger.signs_in(password="wrong")
    stranger.signs_in(name="my password by mistake")
    with stranger.parts.store.reading() as connection:
        me = connection.execute(select(models.Staff.id)).scalar_one()
        rows = connection.execute(select(models.Audit.act, models.Audit.who).order_by(models.Audit.id)).all()
    assert [tuple(row) for row in rows] == [
        ("first account", me), ("sign in", me), ("app set up", me), ("list", me), ("sign out", me),
        ("sign in refused", me), ("sign in refused", NOBODY),
    ]  # fmt: skip


def test_signing_in_again_ends_the_session_before(specialist: Staff) -> None:
    page = specialist.another_browser().opens("/desk/sign-in")
    cookie = specialist.client.get_cookie("desk-session", domain=HOST)
    assert cookie
    page.client.set_cookie("desk-session", cookie.value, domain=HOST)
    page.presses("Sign in", {"account": NAME, "password": PASSWORD}).sees("Second step")
    assert count(specialist.parts, models.StaffSession) == 1
    page.presses("Go on", {"code": page.code_of()}).sees("No form has been sent yet")
    assert count(specialist.parts, models.StaffSession) == 1


def test_somebody_who_sees_no_answers_begins_where_their_work_is(stranger: Staff) -> None:
    stranger.has_an_account("administrator").signs_in().sees("Everybody with an account").does_not_see("Forms")
    officer = stranger.another_browser().has_an_account("privacy-officer", name="officer")
    officer.signs_in("officer").does_not_see("Forms")


@pytest.mark.parametrize("name", [NAME, "nobody@clinic.example"])
def test_after_five_wrong_tries_one_waits_known_or_not(stranger: Staff, clock: FakeClock, name: str) -> None:
    stranger.has_an_account()
    for _ in range(4):
        stranger.signs_in(name, "wrong").does_not_see("Try again at")
    stranger.signs_in(name, "wrong").sees(doors.WRONG, "Try again at 10:01 AM EST")
    assert stranger.signs_in(name).sees("Try again at 10:01 AM EST").status == 429
    clock.passes(seconds=59)
    stranger.signs_in(name).sees("Try again at 10:01 AM EST")
    clock.passes(seconds=1)
    stranger.signs_in(name).sees("No form has been sent yet" if name == NAME else doors.WRONG)


def test_the_right_password_forgets_the_wrong_ones(stranger: Staff) -> None:
    stranger.has_an_account()
    for _ in range(2):
        for _ in range(4):
            stranger.signs_in(password="wrong")
        stranger.signs_in().presses("Sign out")
    stranger.signs_in().sees("No form has been sent yet")


def test_signing_out_makes_the_old_cookie_worthless(specialist: Staff) -> None:
    cookie = specialist.client.get_cookie("desk-session", domain=HOST)
    assert cookie
    specialist.presses("Sign out").sees("You are signed out.")
    thief = specialist.another_browser()
    thief.client.set_cookie("desk-session", cookie.value, domain=HOST)
    thief.opens("/desk/").sees("Account name").does_not_see("Forms")
    assert count(specialist.parts, models.StaffSession) == 0


def test_every_sign_in_has_a_fresh_token(specialist: Staff) -> None:
    first = specialist.client.get_cookie("desk-session", domain=HOST)
    specialist.presses("Sign out")
    specialist.signs_in()
    second = specialist.client.get_cookie("desk-session", domain=HOST)
    assert first
    assert second
    assert first.value != second.value
    assert second.http_only
    assert second.same_site == "Lax"


def test_a_session_ends_when_it_is_idle_and_after_a_working_day(specialist: Staff, clock: FakeClock) -> None:
    clock.passes(minutes=14)
    specialist.opens("/desk/").sees("Forms")
    clock.passes(minutes=15)
    specialist.opens("/desk/").sees("Account name", "You were signed out. That happens after 15 minutes without use")
    specialist.opens("/desk/").sees("Account name").does_not_see("You were signed out")
    specialist.signs_in()
    for _ in range(48):
        specialist.opens("/desk/").sees("Forms")
        clock.passes(minutes=14, seconds=59)
    clock.passes(seconds=48)
    specialist.opens("/desk/").sees("Account name")


def test_a_look_around_writes_a_last_seen_time_at_most_once_a_minute(specialist: Staff, clock: FakeClock) -> None:
    def last_seen() -> object:
        with specialist.parts.store.reading() as connection:
            return connection.execute(select(models.StaffSession.last_seen_at)).scalar_one()

    before = last_seen()
    clock.passes(seconds=59)
    specialist.opens("/desk/")
    assert last_seen() == before
    clock.passes(seconds=1)
    specialist.opens("/desk/")
    assert last_seen() == clock.at


def test_a_disabled_account_is_out_at_once_and_stays_out(specialist: Staff) -> None:
    with specialist.parts.store.writing() as connection:
        connection.execute(models.Staff.__table__.update().values(disabled_at=specialist.parts.now()))  # type: ignore[attr-defined]
    specialist.opens("/desk/").sees("Account name")
    specialist.signs_in().sees(doors.WRONG)


def test_a_stale_page_asks_again_and_keeps_the_name(stranger: Staff) -> None:
    stranger.has_an_account().opens("/desk/sign-in")
    stranger.presses("Sign in", {"account": NAME, "password": PASSWORD, "csrf_token": "stale"})
    assert stranger.sees(doors.STALE).status == 400
    assert stranger.value_of("account") == NAME
    assert count(stranger.parts, models.StaffSession) == 0


def test_without_a_session_every_page_leads_to_the_sign_in(parts: Parts, stranger: Staff) -> None:
    listed = send(parts)
    for path in ("/desk/", f"/desk/submissions/{listed.id}", "/desk/link", "/desk/export"):
        stranger.opens(path).sees("Account name").does_not_see("Marisol")
    stranger.posts("/desk/export", {"for": "software", **token(stranger)}).sees("Account name")


def test_a_view_without_a_declaration_opens_to_nobody(parts: Parts) -> None:
    app = desk.create_room(parts, hasher=INSECURE_BUT_FAST)
    app.add_url_rule("/forgotten", view_func=lambda: "secrets")
    staff = Staff.of(parts, app).has_an_account()
    assert staff.opens("/forgotten").does_not_see("secrets").status == 403
    staff.opens("/sign-in").presses("Sign in", {"account": NAME, "password": PASSWORD})
    staff.presses("Go on", {"code": staff.code_of()}).sees("Sign out")
    assert staff.opens("/forgotten").does_not_see("secrets").status == 403


def test_every_view_says_what_it_needs(parts: Parts) -> None:
    app: Flask = desk.create_room(parts, hasher=INSECURE_BUT_FAST)
    open_to_all = {"static", "doors.sign_in", "joining.open_link", "doors.passkey_questions", "sso.begin", "sso.back"}
    browser = Browser(app)
    for rule in app.url_map.iter_rules():
        if rule.endpoint in open_to_all or "GET" not in (rule.methods or set()):
            continue
        path = rule.rule.replace("<submission_id>", "0" * 32)
        response = browser.client.get(path)
        if rule.endpoint == "queue.count_new":  # a page asks it by itself, and follows nowhere
            assert response.status_code == 403, rule
            continue
        assert response.status_code == 303, rule
        assert response.location.endswith("/sign-in"), rule


@pytest.mark.parametrize("role", [*RIGHTS, "unheard-of"])
def test_a_role_opens_its_rooms_and_no_other(parts: Parts, stranger: Staff, role: str) -> None:
    listed = send(parts, urgent_now=["speech"])
    stranger.has_an_account(role).signs_in()
    rights = RIGHTS.get(role, frozenset())
    needed = {"/desk/": "answers", f"/desk/submissions/{listed.id}": "answers", "/desk/export": "export"}
    needed["/desk/audit"] = "audit"
    for path, right in needed.items():
        assert stranger.opens(path).status == (200 if right in rights else 403), path
    stranger.opens("/desk/link")
    stranger.posts(f"/desk/submissions/{listed.id}/acknowledge", token(stranger))
    assert (stranger.status != 403) is ("review" in rights)


def test_a_refusal_is_on_record(parts: Parts, stranger: Staff) -> None:
    stranger.has_an_account("read-only").signs_in()
    assert stranger.opens("/desk/accounts").status == 403
    with parts.store.reading() as connection:
        lines = connection.execute(select(models.Audit.record).where(models.Audit.act == "refused")).scalars().all()
    assert lines == ["accounts.show"]


def test_the_cookies_of_a_desk_on_https_are_secure(environ: dict[str, str], request: pytest.FixtureRequest) -> None:
    environ["PUBLIC_URL"] = "https://forms.example.org"
    staff = Staff.of(request.getfixturevalue("parts")).has_an_account().signs_in()
    cookie = staff.client.get_cookie("__Host-desk-session", domain="forms.example.org")
    assert cookie
    assert cookie.secure
    assert cookie.path == "/"
    assert not staff.client.get_cookie("desk-session", domain="forms.example.org")


def test_desk_pages_send_the_security_headers_and_are_never_stored(parts: Parts, specialist: Staff) -> None:
    listed = send(parts)
    for path in ("/desk/", f"/desk/submissions/{listed.id}", "/desk/link", "/desk/export", "/desk/sign-in", "/desk/no"):
        response = specialist.client.get(path)
        assert "default-src 'none'" in response.headers["Content-Security-Policy"], path
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["Cache-Control"] == "no-store", path


def test_the_desk_does_not_run_without_the_private_key(parts: Parts) -> None:
    with pytest.raises(desk.KeyProblem):
        mounted(replace(parts, keyring=Keyring(parts.config.key_dir, opens=False)))


def token(browser: Browser) -> dict[str, str]:
    """The form token of the page that is open."""
    return {"csrf_token": str(browser.value_of("csrf_token"))}
