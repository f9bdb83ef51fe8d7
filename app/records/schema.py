"""The schema, by Alembic's migrations: brought up to date, taken back, compared with the models."""

import os
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from .models import Base
from .store import Store, StoreUnavailable

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


_LAST_WITHOUT_OVERWRITING = "0001"
"""Until then SQLite did not overwrite what was deleted, so remains of it lie in the file."""


def upgrade(store: Store, revision: str = "head") -> None:
    """Bring the schema to this revision, creating whatever is missing. Safe to run again."""
    if store.file is not None:
        try:  # SQLite would make a file that others on this host can read
            os.close(os.open(store.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            pass
        except OSError as error:
            raise StoreUnavailable(str(error)) from error
    with store.writing() as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(_alembic(connection), revision)
    if store.is_sqlite and before == _LAST_WITHOUT_OVERWRITING:
        store.compact()


def downgrade(store: Store, revision: str) -> None:
    """Take the schema back to this revision (`base` is an empty database)."""
    with store.writing() as connection:
        command.downgrade(_alembic(connection), revision)


def is_current(connection: Connection) -> bool:
    """Whether the database stands at the newest migration."""
    return revision_of(connection) == newest()


def newest() -> str | None:
    """The newest migration that this program has."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def revision_of(connection: Connection) -> str | None:
    """The migration that the database stands at; None when it was never migrated."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this program has the migration of this name: a newer release may have written more of them."""
    return any(script.revision == revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions())


def differences(connection: Connection) -> list[object]:
    """What the models have and the migrated schema lacks, or the other way about; empty when they agree."""
    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def _alembic(connection: Connection) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config
