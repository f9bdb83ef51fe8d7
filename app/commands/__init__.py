"""`previsit`: the commands an operator needs. Each says what it did, or what is wrong and what to do."""

import os
from typing import Any

import click

from config import ConfigError

from ..erased import ErasedUnreadable
from ..keys import KeyProblem
from ..records.backup_file import BackupProblem
from ..records.store import StoreBehind, StoreMisconfigured, StoreRefused, StoreUnavailable


class Commands(click.Group):
    """A group whose commands end with a plain sentence when a setting, a key or the database is not as it must be."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for. Raises ClickException instead of our own exceptions."""
        try:
            return super().invoke(ctx)
        except (ConfigError, KeyProblem, BackupProblem, ErasedUnreadable) as error:
            raise click.ClickException(str(error)) from error
        except StoreRefused as error:
            raise click.ClickException(
                f"{error}: run this with the DATABASE_URL of the tables' owner, or have the owner run "
                "`previsit prepare` and `previsit database-roles --apply`"
            ) from error
        except StoreMisconfigured as error:
            raise click.ClickException(f"{error}: set it back on the database server") from error
        except StoreBehind as error:
            raise click.ClickException(
                "the database has no tables for this release: run `previsit prepare` first, or see DATABASE_URL"
            ) from error
        except StoreUnavailable as error:
            raise click.ClickException(f"the database does not answer ({_reason(error)}): see DATABASE_URL") from error


def _reason(error: StoreUnavailable) -> str:
    """What the driver says, in a line: a wrong password and a server that is away need different things."""
    cause = error.__cause__
    said = str(getattr(cause, "orig", None) or cause or error).strip()
    return said.splitlines()[0] if said else str(error)


@click.group(cls=Commands)
def main() -> None:
    """Patient intake for a clinic. Settings are environment variables; the README lists them all."""
    os.umask(0o077)  # what is made is this user's alone, also in a data folder that others may look into


def _assemble() -> None:
    from . import accounts, auditing, backups, database, doctoring, keeping, key_pairs, serving

    for command in (
        *(serving.prepare, serving.serve, serving.work, serving.run),
        *(key_pairs.keys, database.database_roles, accounts.accounts),
        *(keeping.retention, keeping.hold, keeping.erase, keeping.scrub, keeping.reindex),
        *(backups.backup, backups.restore, doctoring.doctor, auditing.audit),
    ):
        main.add_command(command)


_assemble()
