"""Accounts: by invitation only, looked after by administrators who never learn a password."""

import re

import pytest
from sqlalchemy import select

from app.desk import accounts
from app.parts import Parts
from app.records import models
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import NAME, PASSWORD, Staff
from tests.hosts import count
from tests.operator import Operator

INSIDE = "No form has been sent yet"
PAGE = "/desk/accounts"
NEW = "new.colleague@clinic.example"
SECOND = "second.admin@clinic.example"
CHOSEN = "seven slow otters dive"


@pytest.fixture
def administrator(stranger: Staff) -> Staff:
    """An administrator who is signed in, and reads no answers."""
    return stranger.has_an_account("administrator").signs_in()


def link_on(person: Staff) -> str:
    """The one-time link that the page shows."""
    found = re.search(r"http://localhost:8000(/desk/setup/[0-9A-Z-]{34})", person.page.html)
    assert found, person.page.text
    return found[1]


def invites(person: Staff, name: str = NEW, *roles: str) -> str:
    """Invite somebody; the link."""
    person.opens(PAGE).presses("Make the link", {"account": name, "roles": list(roles or ("staff",))})
    return link_on(person.sees(f"Link for {name}", "for 72 hours"))


def joins(person: Staff, link: str) -> Staff:
    """Take an invitation up."""
    person.opens(link).presses("Go on to the second step", {"password": CHOSEN}).sets_up_an_app()
    person.follows("I have kept them. Go on")
    return person


def test_an_invitation_leads_into_an_account_once(parts: Parts, administrator: Staff) -> None:
    link = invites(administrator)
    administrator.opens(PAGE).sees(NEW, "Invited, link open until")
    colleague = administrator.another_browser().opens(link).sees(f"You are invited as {NEW}.")
    joins(colleague, link).sees(INSIDE, NEW)
    assert administrator.another_browser().opens(link).status == 404
    administrator.opens(PAGE).follows(NEW).sees("Open", "App")


def test_nobody_gets_in_without_an_invitation(stranger: Staff, parts: Parts) -> None:
    stranger.has_an_account()
    for path in ("/desk/setup/" + "-".join(["0000"] * 7), "/desk/setup/nonsense", "/desk/setup/" + "Z" * 300):
        assert stranger.opens(path).sees("This link does not open anything").status == 404
        assert stranger.posts(path, {"csrf_token": "", "password": CHOSEN}).status in (400, 404)
    assert count(parts.store, models.Staff) == 1


def test_an_account_that_was_not_taken_up_cannot_be_signed_in_to(administrator: Staff) -> None:
    invites(administrator)
    administrator.another_browser().gives_the_password(NEW, "").sees("Enter your password.")
    administrator.another_browser().gives_the_password(NEW, CHOSEN).sees("do not belong together")


def test_an_invitation_runs_out_and_can_be_renewed(administrator: Staff, clock: FakeClock) -> None:
    link = invites(administrator)
    clock.passes(hours=72)
    administrator.another_browser().opens(link).sees("This link does not open anything")
    administrator.signs_in().opens(PAGE).sees("Invited, link over").follows(NEW).presses("Make a new link")
    fresh = link_on(administrator)
    older = administrator.another_browser()
    administrator.opens(PAGE).follows(NEW).presses("Make a new link")
    older.opens(fresh).sees("This link does not open anything")
    joins(older, link_on(administrator)).sees(INSIDE)


def test_an_invitation_can_be_taken_back(administrator: Staff, parts: Parts) -> None:
    link = invites(administrator)
    administrator.opens(PAGE).follows(NEW).presses("Take the invitation back").sees("The invitation is taken back.")
    administrator.another_browser().opens(link).sees("This link does not open anything")
    assert count(parts.store, models.Staff) == 1
    invites(administrator)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"account": NAME.upper(), "roles": ["staff"]}, accounts.TAKEN),
        ({"account": "two words", "roles": ["staff"]}, "Use a name without spaces"),
        ({"account": "", "roles": ["staff"]}, "Enter an account name"),
        ({"account": NEW, "roles": []}, "Choose at least one role."),
        ({"account": NEW, "roles": ["owner"]}, "Choose only from the roles on this page."),
        ({"account": NEW, "roles": ["staff"], "csrf_token": "stale"}, "This page was open for too long."),
    ],
)
def test_a_poor_invitation_keeps_what_was_typed(
    administrator: Staff, parts: Parts, changes: dict[str, object], sentence: str
) -> None:
    administrator.opens(PAGE).presses("Make the link", changes).sees(sentence).does_not_see("owner")
    assert administrator.value_of("account") == changes["account"]
    assert count(parts.store, models.Staff) == 1


def test_a_changed_role_holds_at_once(parts: Parts, administrator: Staff) -> None:
    send(parts)
    colleague = joins(administrator.another_browser(), invites(administrator, NEW, "read-only")).sees("VEGA")
    administrator.opens(PAGE).follows(NEW).presses("Save the roles", {"roles": ["privacy-officer"]})
    administrator.sees("They hold from now on.")
    assert colleague.opens("/desk/").does_not_see("VEGA").status == 403
    administrator.presses("Save the roles", {"roles": ["specialist"]})
    colleague.opens("/desk/").sees("VEGA")
    administrator.presses("Save the roles", {"roles": []}).sees("Choose at least one role.")


def test_disabling_ends_every_sign_in_and_closes_every_link(administrator: Staff) -> None:
    colleague = joins(administrator.another_browser(), invites(administrator))
    administrator.opens(PAGE).follows(NEW).presses("Make a link for a new password")
    link = link_on(administrator)
    administrator.opens(PAGE).follows(NEW).presses("Disable the account").sees("The account is disabled")
    colleague.opens("/desk/").sees("Account name").gives_the_password(NEW, CHOSEN).sees("do not belong together")
    colleague.opens(link).sees("This link does not open anything")
    administrator.sees("Disabled since").presses("Open the account again").sees("The account is open again.")
    colleague.gives_the_password(NEW, CHOSEN).sees("Second step")


def test_every_sign_in_of_an_account_can_be_ended(administrator: Staff) -> None:
    colleague = joins(administrator.another_browser(), invites(administrator))
    administrator.opens(PAGE).follows(NEW).presses("End every sign-in").sees("Every sign-in of this account is ended.")
    colleague.opens("/desk/").sees("Account name")


def test_a_reset_is_carried_out_by_the_person_and_keeps_the_second_factor(administrator: Staff) -> None:
    colleague = joins(administrator.another_browser(), invites(administrator))
    administrator.opens(PAGE).follows(NEW).presses("Make a link for a new password").sees("for 24 hours")
    link = link_on(administrator)
    colleague.opens("/desk/").sees(INSIDE)
    other = colleague.another_browser()
    other.app_secret = colleague.app_secret
    other.opens(link).sees(f"For {NEW}", "Your second step stays as it is.")
    other.presses("Set the password", {"password": "eleven bold geese land"})
    other.sees("Your new password is set. Sign in with it.")
    colleague.opens("/desk/").sees("Account name").gives_the_password(NEW, CHOSEN).sees("do not belong together")
    other.gives_the_password(NEW, "eleven bold geese land").sees("Second step")
    other.presses("Go on", {"code": other.code_of(NEW)}).sees(INSIDE)
    assert other.opens(link).status == 404


def test_a_reset_link_signs_nobody_in_and_a_poor_password_does_not_use_it_up(administrator: Staff) -> None:
    joins(administrator.another_browser(), invites(administrator))
    administrator.opens(PAGE).follows(NEW).presses("Make a link for a new password")
    person = administrator.another_browser().opens(link_on(administrator))
    assert person.presses("Set the password", {"password": "short"}).sees("Use 15 characters or more").status == 422
    person.presses("Set the password", {"password": "eleven bold geese land"}).opens("/desk/").sees("Account name")


def test_a_lost_second_factor_takes_two_administrators(administrator: Staff, clock: FakeClock) -> None:
    joins(administrator.another_browser(), invites(administrator))
    administrator.opens(PAGE).follows(NEW).presses("Ask for a new second step").sees("Another administrator has to")
    administrator.sees("You asked.").does_not_see("Agree, and make the link")
    page = administrator.path
    token = {"csrf_token": str(administrator.value_of("csrf_token"))}
    administrator.posts(f"{page}/restart", token).sees("Another administrator has to agree")
    second = administrator.another_browser().has_an_account("administrator", name=SECOND).signs_in(SECOND)
    second.opens(page).sees(f"{NAME} asked that {NEW}").presses("Agree, and make the link")
    person = administrator.another_browser().opens(link_on(second)).sees("Set up your account again")
    person.presses("Go on to the second step", {"password": "eleven bold geese land"}).sets_up_an_app()
    person.follows("I have kept them. Go on").sees(INSIDE)
    person.another_browser().gives_the_password(NEW, CHOSEN).sees("do not belong together")


def test_an_asked_restart_is_forgotten_after_a_day(administrator: Staff, clock: FakeClock) -> None:
    joins(administrator.another_browser(), invites(administrator))
    administrator.opens(PAGE).follows(NEW).presses("Ask for a new second step")
    page = administrator.path
    clock.passes(hours=24)
    second = administrator.another_browser().has_an_account("administrator", name=SECOND).signs_in(SECOND)
    second.opens(page).presses("Ask for a new second step").sees("You asked.")


def test_nobody_changes_their_own_account_here(administrator: Staff, parts: Parts) -> None:
    administrator.opens(PAGE).follows(NAME).sees("This is your own account.").does_not_see("Save the roles")
    token = {"csrf_token": str(administrator.value_of("csrf_token")), "roles": ["specialist"]}
    page = administrator.path
    for act in ("roles", "disable", "enable", "end-sign-ins", "withdraw", "link", "restart"):
        assert administrator.posts(f"{page}/{act}", token).status == 403, act
    assert administrator.opens("/desk/").status == 403
    for act in ("", "/roles", "/disable", "/link", "/restart"):
        path = f"{PAGE}/{'0' * 32}{act}"
        assert (administrator.posts(path, token) if act else administrator.opens(path)).status == 404


def test_the_last_administrator_cannot_be_lost(administrator: Staff) -> None:
    second = administrator.another_browser().has_an_account("administrator", name=SECOND).signs_in(SECOND)
    second.opens(PAGE).follows(NAME).presses("Disable the account").sees("The account is disabled")
    assert administrator.opens(PAGE).sees("Account name").status == 200
    second.opens(f"{PAGE}").follows(NAME).presses("Open the account again")
    administrator.signs_in().opens(PAGE).follows(SECOND).presses("Save the roles", {"roles": ["staff"]})
    assert second.opens(PAGE).status == 403
    second.opens("/desk/account").does_not_see("Give up the role")


def test_what_administrators_do_is_on_record_and_no_link_is(parts: Parts, administrator: Staff) -> None:
    link = invites(administrator)
    joins(administrator.another_browser(), link)
    administrator.opens(PAGE).follows(NEW).presses("Save the roles", {"roles": ["specialist"]})
    administrator.presses("Make a link for a new password")
    administrator.opens(PAGE).follows(NEW).presses("Ask for a new second step").presses("Disable the account")
    with parts.store.reading() as connection:
        lines = connection.execute(select(models.Audit).order_by(models.Audit.id)).all()
    assert [line.act for line in lines if line.act != "list"] == [
        "sign in", "invited", "account made", "sign in", "app set up", "roles changed", "reset started",
        "restart asked for", "account disabled",
    ]  # fmt: skip
    assert link.rsplit("/", 1)[-1] not in str(lines)


def test_an_operator_looks_after_accounts_when_nobody_else_can(
    parts: Parts, operator: Operator, stranger: Staff
) -> None:
    assert "works once, for 72 hours" in operator.runs("accounts", "invite", NEW, "--role", "administrator")
    assert NEW in operator.runs("accounts", "list")
    assert "is taken" in operator.is_refused("accounts", "invite", NEW.upper(), "--role", "staff")
    said = operator.runs("accounts", "reset", NEW)
    link = re.search(r"/desk/setup/\S+", said)
    assert link
    joins(stranger, link[0]).sees("Everybody with an account")
    assert "last administrator" in operator.is_refused("accounts", "disable", NEW)
    said = operator.runs("accounts", "restart", NEW, "--yes")
    link = re.search(r"/desk/setup/\S+", said)
    assert link
    again = stranger.another_browser().opens(link[0]).presses("Go on to the second step", {"password": PASSWORD})
    again.sets_up_an_app()
    stranger.opens(PAGE).sees("Account name")
    operator.runs("accounts", "invite", SECOND, "--role", "administrator")
    assert "last administrator" in operator.is_refused("accounts", "disable", NEW)
    assert "invited" in operator.runs("accounts", "list")
    assert "no open account" in operator.is_refused("accounts", "reset", "nobody")
    operator.runs("accounts", "disable", SECOND)
    assert "disabled" in operator.runs("accounts", "list")
    assert "is open" in operator.runs("accounts", "enable", SECOND)
