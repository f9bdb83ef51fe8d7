"""Single sign-on, against a provider that is run here: who gets in, with what roles, and what is refused."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import select

from app.desk import doors
from app.parts import Parts
from app.records import models, setup_links, staff
from tests.conftest import FakeClock
from tests.desk import provider
from tests.desk.authenticator import Authenticator
from tests.desk.people import NAME, PASSWORD, Staff, mounted
from tests.desk.provider import Hospital
from tests.desk.test_passkeys import adds, touches

EMERGENCY = "break.glass"
VERAS = "vera.moss@hospital.example"
LINK = "Sign in with your hospital account"
NOT_IN = "You are not signed in"
sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def hospital(clock: FakeClock) -> Iterator[Hospital]:
    """The clinic's provider."""
    with provider.running(clock) as running:
        yield running


@pytest.fixture
def environ(environ: dict[str, str], hospital: Hospital, tmp_path: Path, request: Any) -> dict[str, str]:
    """Single sign-on is on; a test may add settings of its own by `settings`."""
    secret = tmp_path / "client.secret"
    secret.write_text(f"{provider.SECRET}\n")
    extra = (request.node.get_closest_marker("parametrize") and request.node.callspec.params.get("settings")) or {}
    return environ | {
        "DESK_URL": "http://127.0.0.1:8000",
        "OIDC_ISSUER": hospital.issuer,
        "OIDC_CLIENT_ID": provider.CLIENT,
        "OIDC_CLIENT_SECRET_FILE": str(secret),
        "OIDC_GROUPS": "hfs-specialists=specialist | hfs-office=staff | hfs-admins=administrator",
        **extra,
    }


def with_settings(**settings: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("settings", [settings], ids=[""])


EMERGENCY_ONLY = with_settings(LOCAL_SIGN_IN="off", BREAK_GLASS="Break.Glass")


@pytest.fixture
def settings() -> dict[str, str]:
    return {}


def goes(person: Staff, path: str = "/desk/sso") -> str:
    """Go to the provider, be signed in there; returns the address that leads back."""
    away = person.client.get(path, **person._always)
    assert away.status_code == 303, away.get_data(as_text=True)
    answer = requests.get(away.location, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("http://127.0.0.1:8000")


def signs_in(person: Staff) -> Staff:
    """By the hospital's sign-in, from the sign-in page."""
    person.opens("/desk/sign-in").sees(LINK)
    return person.opens(goes(person))


def lines(parts: Parts) -> list[tuple[str, str]]:
    """Who did what, from the audit."""
    with parts.store.reading() as connection:
        rows = connection.execute(select(models.Audit.who, models.Audit.act).order_by(models.Audit.id))
        return [(row.who, row.act) for row in rows]


def account(parts: Parts, name: str = VERAS) -> staff.Account | None:
    with parts.store.reading() as connection:
        return staff.find(connection, name)


def is_signed_in(person: Staff) -> bool:
    return person.client.get("/desk/account", **person._always).status_code == 200


def is_refused(person: Staff, status: int, sentence: str) -> None:
    """The page says so, nobody is signed in, and it is on record, once."""
    assert person.status == status
    person.sees(NOT_IN, sentence)
    assert not is_signed_in(person)
    assert [act for _, act in lines(person.parts)][-1] == "sign in refused"


# Who gets in


def test_the_first_sign_in_makes_an_account_with_the_roles_of_the_groups(stranger: Staff, hospital: Hospital) -> None:
    signs_in(stranger).sees("No form has been sent yet", VERAS)
    made = account(stranger.parts)
    assert made
    assert (made.subject, made.roles) == (f"{hospital.issuer}|248289761001", ("specialist",))
    assert made.password_hash is None
    assert lines(stranger.parts)[:2] == [(made.id, "sign in"), ("provider", "account by sign-on")]
    again = signs_in(stranger.another_browser())
    assert account(again.parts) == made
    assert again.opens("/desk/account").page.text.count("Single sign-on") == 2


def test_two_first_sign_ins_at_once_make_one_account(stranger: Staff) -> None:
    browsers = [stranger.another_browser() for _ in range(4)]
    addresses = [goes(browser) for browser in browsers]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda browser, address: browser.opens(address), browsers, addresses))
    assert [browser.status for browser in browsers] == [200] * 4
    assert all(is_signed_in(browser) for browser in browsers)


@sqlite
def test_somebody_is_known_by_issuer_and_sub_whatever_they_are_called(stranger: Staff, hospital: Hospital) -> None:
    signs_in(stranger)
    hospital.person |= {"preferred_username": "vera.stone@hospital.example", "email": "new@mail.example"}
    signs_in(stranger.another_browser()).sees(VERAS)


@sqlite
def test_after_signing_in_one_is_on_the_page_that_was_asked_for(stranger: Staff, hospital: Hospital) -> None:
    stranger.opens("/desk/search").sees("Sign in")
    signs_in(stranger)
    assert stranger.path == "/desk/search"


def test_roles_follow_the_groups_at_every_sign_in(stranger: Staff, hospital: Hospital) -> None:
    signs_in(stranger)
    hospital.person["groups"] = ["hfs-office", "hfs-admins"]
    other = signs_in(stranger.another_browser())
    made = account(other.parts)
    assert made
    assert made.roles == ("administrator", "staff")
    assert lines(other.parts)[-3:][0] == (made.id, "sign in")
    assert ("provider", "roles changed") in lines(other.parts)


@sqlite
def test_a_group_that_was_taken_away_keeps_out_and_ends_every_sign_in(stranger: Staff, hospital: Hospital) -> None:
    signs_in(stranger)
    hospital.person["groups"] = ["everybody"]
    other = signs_in(stranger.another_browser())
    is_refused(other, 403, "in no group that opens this service")
    assert not is_signed_in(stranger)
    found = account(other.parts)
    assert found
    assert found.roles == ()


@sqlite
@pytest.mark.parametrize("groups", [None, [], "everybody", {"hfs-specialists": True}, [["hfs-specialists"], 7]])
def test_without_a_group_of_ours_there_is_no_account(stranger: Staff, hospital: Hospital, groups: object) -> None:
    hospital.changed["groups"] = groups
    is_refused(signs_in(stranger), 403, "in no group that opens this service")
    assert account(stranger.parts) is None


@sqlite
@with_settings(OIDC_GROUPS_CLAIM="roles", OIDC_GROUPS="CN=Desk,DC=example=staff | CN=Desk,DC=example=read-only")
def test_the_claim_of_the_groups_is_a_setting_and_one_group_may_give_two_roles(
    stranger: Staff, hospital: Hospital, settings: dict[str, str]
) -> None:
    hospital.person["roles"] = "CN=Desk,DC=example"
    signs_in(stranger)
    made = account(stranger.parts)
    assert made
    assert made.roles == ("staff", "read-only")


@sqlite
def test_a_disabled_account_is_refused_in_words(stranger: Staff) -> None:
    made = account(signs_in(stranger).parts)
    assert made
    with stranger.parts.store.writing() as connection:
        staff.disable(connection, made.id, by="operator", now=stranger.parts.now())
    is_refused(signs_in(stranger.another_browser()), 403, "Your account for this service is disabled")


@sqlite
def test_accounts_are_never_joined_by_their_names(stranger: Staff) -> None:
    stranger.has_an_account("administrator", name=VERAS)
    is_refused(signs_in(stranger), 403, "There is another account of your name here")
    found = account(stranger.parts)
    assert found
    assert found.subject is None


@sqlite
@pytest.mark.parametrize(
    ("names", "made"),
    [
        ({"preferred_username": "Vera Moss"}, "vera.moss@mail.example"),
        ({"preferred_username": None}, "vera.moss@mail.example"),
        ({"preferred_username": "Vera Moss", "email": None}, None),
        ({"preferred_username": "v\x00m" * 40, "email": 7}, None),
        ({"preferred_username": "x" * 255, "email": ""}, None),
    ],
)
def test_a_name_that_cannot_be_one_makes_no_account(
    stranger: Staff, hospital: Hospital, names: dict[str, object], made: str | None
) -> None:
    hospital.changed |= names
    signs_in(stranger)
    if made:
        assert account(stranger.parts, made)
    else:
        is_refused(stranger, 403, "gave no name that this service can use")


# What is refused


def hours_away(hospital: Hospital, hours: int) -> int:
    return int(hospital.clock().timestamp()) + hours * 3600


WRONG_TOKENS: dict[str, Callable[[Hospital], dict[str, object]]] = {
    "nonce": lambda _: {"nonce": "of another request"},
    "no nonce": lambda _: {"nonce": None},
    "audience": lambda _: {"aud": "another service"},
    "no audience": lambda _: {"aud": None},
    "two audiences and no party": lambda _: {"aud": [provider.CLIENT, "another service"]},
    "another party": lambda _: {"azp": "another service"},
    "issuer": lambda _: {"iss": "https://another.example"},
    "no issuer": lambda _: {"iss": None},
    "a slash at the end of the issuer": lambda h: {"iss": f"{h.issuer}/"},
    "expired": lambda h: {"exp": hours_away(h, -1)},
    "no end": lambda _: {"exp": None},
    "an end in words": lambda _: {"exp": "tomorrow"},
    "made tomorrow": lambda h: {"iat": hours_away(h, 24)},
    "never made": lambda _: {"iat": None},
    "not yet": lambda h: {"nbf": hours_away(h, 1)},
    "nobody": lambda _: {"sub": None},
    "empty": lambda _: {"sub": ""},
    "a number": lambda _: {"sub": 7},
    "a long name": lambda _: {"sub": "x" * 256},
}


@sqlite
@pytest.mark.parametrize("wrong", list(WRONG_TOKENS))
def test_a_token_with_a_wrong_claim_signs_nobody_in(stranger: Staff, hospital: Hospital, wrong: str) -> None:
    hospital.changed = WRONG_TOKENS[wrong](hospital)
    is_refused(signs_in(stranger), 403, "could not be accepted")
    assert account(stranger.parts) is None


@sqlite
@pytest.mark.parametrize(
    "signs",
    [
        provider.signed_by_nobody,
        provider.signed_by_another,
        provider.signed_with_its_own_key,
        provider.signed_by_the_public_half,
        lambda claims: f"{provider.signed(claims)[:-8]}AAAAAAAA",
        lambda claims: provider.signed(claims).rpartition(".")[0] + ".",
        lambda claims: "no token",
        lambda claims: "e30.e30.e30",
    ],
    ids=["none", "another", "brought along", "public half", "changed", "cut off", "text", "empty"],
)
def test_a_token_that_the_issuer_did_not_sign_signs_nobody_in(stranger: Staff, hospital: Hospital, signs: Any) -> None:
    hospital.signs = signs
    is_refused(signs_in(stranger), 403, "could not be accepted")


@sqlite
def test_an_answer_counts_once_whatever_the_browser_remembers(stranger: Staff) -> None:
    stranger.opens("/desk/sign-in")
    address = goes(stranger)
    held = [(c.decoded_key, c.decoded_value) for c in stranger.cookies if c.decoded_key == "previsit-desk"]
    stranger.opens(address).sees(VERAS)
    other = stranger.another_browser()
    for name, value in held:
        other.client.set_cookie(name, value, domain="127.0.0.1")
    is_refused(other.opens(address), 400, "it was used already")
    assert stranger.opens(address).status == 400


@sqlite
def test_a_code_in_another_browser_signs_nobody_in(stranger: Staff) -> None:
    address, other = goes(stranger), stranger.another_browser()
    other.opens(address).sees(NOT_IN, "not begun in this browser")
    assert not is_signed_in(other)
    goes(other)
    is_refused(other.opens(address), 400, "not begun in this browser")
    assert stranger.opens(address).sees(VERAS)


@sqlite
def test_a_code_that_was_put_into_ones_own_answer_is_worth_nothing(stranger: Staff, hospital: Hospital) -> None:
    """PKCE: the code belongs to the verifier of the browser that asked for it."""
    stolen = parse_qs(urlsplit(goes(stranger)).query)["code"][0]
    other = stranger.another_browser()
    state = parse_qs(urlsplit(goes(other)).query)["state"][0]
    is_refused(other.opens(f"/desk/sso/back?code={stolen}&state={state}"), 503, "answered with something")


@sqlite
def test_an_answer_that_comes_late_or_from_another_issuer_is_refused(stranger: Staff, clock: FakeClock) -> None:
    address = goes(stranger)
    is_refused(stranger.opens(address.replace("iss=http", "iss=https")), 400, "not begun in this browser")
    address = goes(stranger)
    clock.passes(minutes=11)
    is_refused(stranger.opens(address), 400, "it took too long")


@sqlite
@with_settings(OIDC_ACR="phr | mfa")
def test_a_sign_in_that_is_weaker_than_asked_for_is_refused(
    stranger: Staff, hospital: Hospital, settings: dict[str, str]
) -> None:
    for said in ("password", None, ["mfa"], "phr mfa"):
        hospital.changed["acr"] = said
        is_refused(signs_in(stranger), 403, "without the second step that is needed")
    hospital.changed = {}
    signs_in(stranger).sees(VERAS)
    assert hospital.asked["acr_values"] == "phr mfa"


# When the provider fails


@sqlite
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (("", 500), 503),
        (("", 204), 503),
        (("no json", 200), 503),
        (("[1]", 200), 503),
        (("no gzip", 200, {"Content-Encoding": "gzip"}), 503),
        (("cut off", 200, {"Content-Length": "700"}), 503),
        (("[" * 200_000, 200), 503),
        (('{"id_token": 7}', 200), 503),
        (('{"id_token": ""}', 200), 403),
        (("x" * 300_000, 200), 503),
        (("", 302, {"Location": "http://127.0.0.1:8000/desk/"}), 503),
        (("", 307, {"Location": "http://127.0.0.1:8000/desk/"}), 503),
    ],
)
def test_a_token_endpoint_that_fails_gives_a_plain_page(
    stranger: Staff, hospital: Hospital, answer: Any, status: int
) -> None:
    hospital.token_answer = answer
    is_refused(signs_in(stranger), status, "hospital’s sign-in")
    hospital.token_answer = None
    signs_in(stranger).sees(VERAS)


@sqlite
@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://another.example"},
        {"authorization_endpoint": "http://login.example.org/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "https://somebody@login.example.org/"},
    ],
)
def test_a_description_that_is_not_the_issuers_leads_nowhere(
    stranger: Staff, hospital: Hospital, metadata: dict[str, Any]
) -> None:
    hospital.metadata = metadata
    is_refused(stranger.opens("/desk/sso"), 503, "cannot take")


@sqlite
@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri"])
def test_nothing_is_asked_at_an_address_that_is_not_guarded(stranger: Staff, hospital: Hospital, name: str) -> None:
    hospital.metadata = {name: "http://192.0.2.1/"}
    is_refused(signs_in(stranger), 503, "cannot take")


@sqlite
@pytest.mark.parametrize("name", ["token", "keys"])
def test_no_redirect_of_the_provider_is_followed(stranger: Staff, hospital: Hospital, name: str) -> None:
    field = {"token": "token_endpoint", "keys": "jwks_uri"}[name]
    hospital.metadata = {field: f"{hospital.issuer}/moved/{name}"}
    is_refused(signs_in(stranger), 503, "cannot take")
    assert (len(hospital.codes), len(hospital.given)) == ((1, 1) if name == "token" else (0, 3))


@sqlite
@with_settings(OIDC_ISSUER="http://127.0.0.1:1", LOCAL_SIGN_IN="off", BREAK_GLASS=EMERGENCY)
def test_a_provider_that_is_away_is_said_with_what_to_do(stranger: Staff, settings: dict[str, str]) -> None:
    is_refused(stranger.opens("/desk/sso"), 503, "cannot be reached at the moment")
    stranger.sees("Try again in a few minutes", "emergency account")


@sqlite
def test_what_the_person_was_refused_at_the_provider_is_said(stranger: Staff) -> None:
    state = parse_qs(urlsplit(goes(stranger)).query)["state"][0]
    stranger.opens(f"/desk/sso/back?state={state}&error=access_denied&error_description=<b>secret</b>")
    is_refused(stranger, 403, "did not let you through")
    stranger.does_not_see("access_denied", "secret")


@sqlite
def test_no_code_and_no_token_gets_into_a_log_a_page_a_cookie_or_the_database(
    stranger: Staff, hospital: Hospital, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "previsit")
    signs_in(stranger)
    held = [c.decoded_value for c in stranger.cookies]
    page = stranger.page.html
    hospital.changed["nonce"] = "wrong"
    other = signs_in(stranger.another_browser())
    logged = " ".join(f"{r.getMessage()} {r.__dict__.get('facts')}" for r in caplog.records if r.name == "previsit")
    assert "sso_refused {'cause': 'token'}" in logged
    stored = ""
    with stranger.parts.store.reading() as connection:
        for table in models.Base.metadata.sorted_tables:
            stored += str(connection.execute(select(table)).all())
    assert len(hospital.given) == 6
    for secret in (*hospital.given, provider.SECRET):
        for place in (logged, page, other.page.html, stored, *held):
            assert secret not in place
    assert provider.SECRET not in repr(stranger.parts.config)


# What is sent to the provider


@sqlite
def test_what_is_asked_is_bound_to_this_request_and_goes_to_the_issuer(stranger: Staff, hospital: Hospital) -> None:
    for _ in range(2):
        away = stranger.client.get("/desk/sso", **stranger._always)
        assert away.location.startswith(f"{hospital.issuer}/authorize?")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(away.location).query).items()}
        assert asked["redirect_uri"] == "http://127.0.0.1:8000/desk/sso/back"
        assert asked["code_challenge_method"] == "S256"
        for name in ("state", "nonce", "code_challenge"):
            assert len(asked[name]) == 43
            assert asked[name] not in hospital.given
            hospital.given.append(asked[name])
        assert {"prompt", "max_age", "acr_values"} & set(asked) == set()


@sqlite
def test_the_client_shows_its_secret_as_the_provider_wants_it(stranger: Staff, hospital: Hospital) -> None:
    hospital.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    signs_in(stranger).sees(VERAS)


@sqlite
def test_a_link_on_another_site_signs_nobody_in(stranger: Staff) -> None:
    answer = stranger.client.get("/desk/sso", headers={"Sec-Fetch-Site": "cross-site"}, base_url=stranger.base_url)
    assert (answer.status_code, answer.location) == (303, "/desk/sign-in")


# The emergency account


@EMERGENCY_ONLY
def test_with_local_sign_in_off_only_the_emergency_account_passes(
    stranger: Staff, settings: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "previsit")
    stranger.has_an_account("specialist").has_an_account("administrator", name=EMERGENCY)
    stranger.gives_the_password(NAME, PASSWORD)
    assert stranger.status == 422
    refused = stranger.page.text
    assert stranger.gives_the_password(EMERGENCY, "not the password at all").page.text.replace(EMERGENCY, "") == (
        refused.replace(NAME, "")
    )
    stranger.signs_in(EMERGENCY).sees("Accounts")
    passed = account(stranger.parts, EMERGENCY)
    assert passed
    assert (passed.id, "break glass") in lines(stranger.parts)
    assert "break_glass" in [record.getMessage() for record in caplog.records]


@sqlite
def test_with_local_sign_in_on_passwords_go_on_and_nothing_is_an_emergency(specialist: Staff) -> None:
    specialist.sees("No form has been sent yet")
    assert "break glass" not in [act for _, act in lines(specialist.parts)]


@sqlite
def test_sign_ins_from_before_end_when_local_sign_in_is_switched_off(specialist: Staff) -> None:
    parts, half = specialist.parts, specialist.another_browser().has_an_account(name="half").gives_the_password("half")
    by_hospital = signs_in(specialist.another_browser())
    assert parts.config.single_sign_on
    off = replace(parts.config.single_sign_on, local_sign_in=False, break_glass=EMERGENCY)
    room = mounted(replace(parts, config=replace(parts.config, single_sign_on=off)))
    for person in (specialist, half, by_hospital):
        person.client.application = room
    assert not is_signed_in(specialist)
    assert half.opens("/desk/second-step").path == "/desk/sign-in"
    assert is_signed_in(by_hospital)


@sqlite
@EMERGENCY_ONLY
def test_no_link_leads_into_another_account_then(stranger: Staff, settings: dict[str, str]) -> None:
    parts = stranger.parts
    stranger.has_an_account("administrator", name=EMERGENCY).has_an_account("staff")
    with parts.store.writing() as connection:
        secret = setup_links.invite(connection, parts.server_key, "old", ["staff"], by="operator", now=parts.now())
    assert stranger.another_browser().opens(f"/desk/setup/{secret}").status == 404
    stranger.signs_in(EMERGENCY).opens("/desk/accounts").sees("at their first sign-in with the hospital account")
    stranger.presses("Make the link", {"account": "new@clinic.example", "roles": ["staff"]})
    stranger.sees("Nobody signs in by a link here")
    assert account(parts, "new@clinic.example") is None
    stranger.opens("/desk/accounts").follows(NAME).does_not_see("Make a link for a new password")
    token = stranger.value_of("csrf_token")
    for act in ("link", "restart"):
        answer = stranger.client.post(f"{stranger.path}/{act}", data={"csrf_token": token}, **stranger._always)
        assert answer.status_code == 404


@sqlite
@EMERGENCY_ONLY
def test_the_first_account_is_the_emergency_account_then(stranger: Staff, settings: dict[str, str]) -> None:
    link = stranger.has_a_link()
    stranger.opens(link).presses("Make the account and go on", {"account": NAME, "password": PASSWORD})
    stranger.sees("only the emergency account has a password")
    stranger.presses("Make the account and go on", {"account": EMERGENCY, "password": PASSWORD}).sets_up_an_app()
    stranger.sees("Your recovery codes")


@sqlite
@EMERGENCY_ONLY
def test_nobody_takes_the_name_of_the_emergency_account(
    stranger: Staff, hospital: Hospital, settings: dict[str, str]
) -> None:
    hospital.person["preferred_username"] = "BREAK.GLASS"
    is_refused(signs_in(stranger), 403, "There is another account of your name here")


# Accounts by single sign-on


@sqlite
def test_an_administrator_cannot_change_their_roles_but_ends_and_disables(stranger: Staff) -> None:
    other = signs_in(stranger.another_browser())
    stranger.has_an_account("administrator").signs_in().opens("/desk/accounts").follows(VERAS)
    stranger.sees("follow its groups at the hospital").does_not_see("Save the roles", "Make a link for a new password")
    page, token = stranger.path, stranger.value_of("csrf_token")
    answer = stranger.posts(f"{page}/roles", {"csrf_token": token, "roles": ["administrator"]})
    assert answer.sees("They are changed there").status == 422
    found = account(stranger.parts)
    assert found
    assert found.roles == ("specialist",)
    stranger.opens(page).presses("End every sign-in")
    assert not is_signed_in(other)
    signs_in(other)
    stranger.opens(page).presses("Disable the account")
    assert not is_signed_in(other)


@sqlite
def test_they_give_no_role_up_that_they_would_hold_again(stranger: Staff, hospital: Hospital) -> None:
    hospital.person["groups"] = ["hfs-specialists", "hfs-admins"]
    signs_in(stranger).opens("/desk/account").does_not_see("Give up the role")
    token = stranger.value_of("csrf_token")
    assert stranger.posts("/desk/account/roles/specialist/give-up", {"csrf_token": token}).status == 404


@sqlite
def test_a_passkey_of_theirs_does_not_sign_in_but_proves_again(stranger: Staff, clock: FakeClock) -> None:
    """An account that ends at the hospital has no other way in here."""
    device = Authenticator("http://127.0.0.1:8000", "127.0.0.1")
    adds(signs_in(stranger), device).sees("shows that it is you").does_not_see("Make ten new ones")
    touches(stranger.another_browser(), device).sees(doors.PASSKEY_WRONG)
    clock.passes(minutes=11)
    stranger.opens("/desk/export").presses("For a spreadsheet (Excel)").sees("Is it still you?", "Go on with a passkey")


@sqlite
def test_asked_again_they_prove_at_the_hospital_and_are_back_on_the_page(
    stranger: Staff, hospital: Hospital, clock: FakeClock
) -> None:
    hospital.person["groups"] = ["hfs-admins"]
    signs_in(stranger).has_an_account("staff", name="colleague").opens("/desk/accounts").follows("colleague")
    page = stranger.path
    clock.passes(minutes=11)
    stranger.presses("Disable the account").sees("Is it still you?").does_not_see("What you entered is kept")
    stranger.opens(goes(stranger, "/desk/sso?again"))
    assert (hospital.asked["prompt"], hospital.asked["max_age"]) == ("login", "0")
    assert stranger.path == page
    assert lines(stranger.parts)[-1][1] == "proved again"
    stranger.presses("Disable the account").sees("The account is disabled")
    assert stranger.opens("/desk/sso").path == "/desk/accounts"


@sqlite
@pytest.mark.parametrize(
    "changed", [{"sub": "somebody else"}, {"auth_time": -3600}, {"auth_time": "now"}, {"auth_time": None}]
)
def test_a_proof_of_somebody_else_or_of_an_hour_ago_is_none(
    stranger: Staff, hospital: Hospital, clock: FakeClock, changed: dict[str, Any]
) -> None:
    hospital.person["groups"] = ["hfs-admins"]
    signs_in(stranger).has_an_account("staff", name="colleague").opens("/desk/accounts").follows("colleague")
    page = stranger.path
    clock.passes(minutes=11)
    if changed.get("auth_time") == -3600:
        changed = {"auth_time": hours_away(hospital, -1)}
    hospital.changed = changed
    stranger.presses("Disable the account").opens(goes(stranger, "/desk/sso?again"))
    assert stranger.status == 403
    assert lines(stranger.parts)[-1][1] in ("proof refused", "sign in refused")
    stranger.opens(page).presses("Disable the account").sees("Is it still you?")


@sqlite
def test_signing_in_by_the_hospital_has_the_limits_of_every_sign_in(stranger: Staff, clock: FakeClock) -> None:
    signs_in(stranger)
    clock.passes(minutes=16)
    stranger.opens("/desk/").sees("You were signed out")
    signs_in(stranger).presses("Sign out").sees("You are signed out")
    assert not is_signed_in(stranger)


@sqlite
def test_without_the_setting_there_is_nothing_of_it(stranger: Staff, parts: Parts) -> None:
    off = Staff.of(replace(parts, config=replace(parts.config, single_sign_on=None)))
    off.opens("/desk/sign-in").does_not_see(LINK)
    for path in ("/desk/sso", "/desk/sso?again", "/desk/sso/back?code=a&state=b"):
        assert off.opens(path).status == 404
