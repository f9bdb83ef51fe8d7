"""`previsit database-roles`: what each room may do in the database."""

import click

import config as configuration

from ..records import roles
from ..records.roles import RolesRefused
from ..records.store import Store


@click.command()
@click.option("--intake", default="previsit_intake", show_default=True, help="The role of the patients' room.")
@click.option("--desk", default="previsit_desk", show_default=True, help="The role of the staff room.")
@click.option("--apply", "is_applied", is_flag=True, help="Run the SQL, as the owner that DATABASE_URL names.")
def database_roles(intake: str, desk: str, is_applied: bool) -> None:
    """Write the SQL that limits what each room may do in a PostgreSQL database.

    Run it again after every upgrade. Roles that are missing are created without a password and cannot log in: give
    each its own with \\password in psql, then ALTER ROLE ... LOGIN.
    """
    store = Store(configuration.from_environment().database_url)
    try:
        if store.is_sqlite:
            raise click.ClickException(roles.NO_ROLES)
        if is_applied:
            _apply(store, intake, desk)
        else:
            _print(intake, desk)
    except RolesRefused as error:
        raise click.ClickException(str(error)) from error
    finally:
        store.close()


def _print(intake: str, desk: str) -> None:
    click.echo("-- Run this as the owner of the tables, or let `previsit database-roles --apply` do it.")
    for line in ("BEGIN", *roles.statements(intake, desk), "COMMIT"):
        click.echo(f"{line};")


def _apply(store: Store, intake: str, desk: str) -> None:
    without_login = roles.apply(store, intake, desk)
    click.echo(f"Applied: {intake} serves patients, {desk} serves staff, and neither can do more than that.")
    for name in without_login:
        click.echo(f"{name} cannot log in yet. In psql: \\password {name}, then ALTER ROLE {name} LOGIN;")
