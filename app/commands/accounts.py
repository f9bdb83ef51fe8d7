"""`previsit accounts`: what an operator can do for the staff when nobody at the desk can. Each act is on record."""

import click

from ..parts import Parts
from ..records import factors, setup_links, staff
from ..records.audit import OPERATOR
from ..records.setup_links import Purpose
from ..records.staff import Account, LastAdministrator
from ..records.store import Connection
from .service import service

_ROLES = ("administrator", "specialist", "staff", "read-only", "privacy-officer")


@click.group()
def accounts() -> None:
    """The staff's accounts: list them, invite, reset, disable. Runs where the desk runs."""


@accounts.command("list")
def list_accounts() -> None:
    """Every account, what it may do, and where it stands."""
    with service() as parts, parts.store.reading() as connection:
        guarded = factors.with_second(connection)
        for account in staff.everybody(connection):
            click.echo(f"{account.name:<40} {' '.join(account.roles):<26} {_state(account, account.id in guarded)}")


@accounts.command()
@click.argument("name")
@click.option("--role", "roles", type=click.Choice(_ROLES), multiple=True, required=True, help="May be repeated.")
def invite(name: str, roles: tuple[str, ...]) -> None:
    """Make an account for NAME, and print the link that leads into it."""
    with service() as parts:
        with parts.store.writing() as connection:
            if staff.is_taken(connection, name) or any(c.isspace() for c in staff.normalised(name)):
                raise click.ClickException(f"{name!r} is taken, or has a space in it: use another name")
            wanted = tuple(role for role in _ROLES if role in roles)
            secret = setup_links.invite(
                connection, parts.server_key, name, wanted, by=OPERATOR, now=parts.now()
            )  # fmt: skip
        _print_link(parts, "join", secret)


@accounts.command()
@click.argument("name")
def reset(name: str) -> None:
    """Print a link with which NAME sets a new password. The second factor stays."""
    with service() as parts:
        with parts.store.writing() as connection:
            account = _open_account(connection, name)
            purpose: Purpose = "reset" if account.has_joined else "join"
            secret = setup_links.renew(
                connection, parts.server_key, account.id, purpose, by=OPERATOR, now=parts.now()
            )  # fmt: skip
        _print_link(parts, purpose, secret)


@accounts.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def restart(name: str, yes: bool) -> None:
    """Print a link with which NAME sets a new password and a new second factor, when the old one is lost."""
    with service() as parts:
        with parts.store.reading() as connection:
            _open_account(connection, name)
        if not yes:
            click.confirm(f"Are you sure that it is really {name} who lost the second factor?", abort=True)
        with parts.store.writing() as connection:
            account = _open_account(connection, name)
            secret = setup_links.renew(
                connection, parts.server_key, account.id, "restart", by=OPERATOR, now=parts.now()
            )  # fmt: skip
        _print_link(parts, "restart", secret)


@accounts.command()
@click.argument("name")
def disable(name: str) -> None:
    """Shut the account of NAME: every sign-in of it ends at once."""
    with service() as parts:
        try:
            with parts.store.writing() as connection:
                staff.disable(connection, _open_account(connection, name).id, by=OPERATOR, now=parts.now())
        except LastAdministrator as error:
            raise click.ClickException(
                "this is the last administrator: invite another first (previsit accounts invite)"
            ) from error
        click.echo(f"{staff.normalised(name)} is disabled.")


@accounts.command()
@click.argument("name")
def enable(name: str) -> None:
    """Open the account of NAME again, with the password and the factors it had."""
    with service() as parts:
        with parts.store.writing() as connection:
            shut = [one for one in staff.everybody(connection) if one.name == staff.normalised(name)]
            if not shut:
                raise click.ClickException(f"there is no account {name!r}: see `previsit accounts list`")
            staff.enable(connection, shut[0].id, by=OPERATOR, now=parts.now())
        click.echo(f"{shut[0].name} is open.")


def _open_account(connection: Connection, name: str) -> Account:
    account = staff.find(connection, name)
    if account is None:
        raise click.ClickException(f"there is no open account {name!r}: see `previsit accounts list`")
    return account


def _state(account: Account, guarded: bool) -> str:
    if account.disabled_at:
        return "disabled"
    if not account.has_joined:
        return "invited"
    return "open" if guarded or account.subject else "open, no second factor yet"


def _print_link(parts: Parts, purpose: Purpose, secret: str) -> None:
    hours = int(setup_links.LASTS[purpose].total_seconds()) // 3600
    click.echo(f"This link works once, for {hours} hours:\n{parts.config.desk_url}/desk/setup/{secret}")
