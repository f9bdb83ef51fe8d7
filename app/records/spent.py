"""What works once: a code of an authenticator app, the challenge of a passkey. Exact across processes and hosts."""

from datetime import datetime

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from .models import Spent


def spend(connection: Connection, digest: bytes, forget_at: datetime) -> bool:
    """Use something up; False when it was used before. `forget_at` is when it would be too old to be used anyway."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    once = insert(Spent).values(digest=digest, forget_at=forget_at).on_conflict_do_nothing().returning(Spent.digest)
    return connection.execute(once).first() is not None


def purge(connection: Connection, now: datetime) -> int:
    """Forget what is too old to be used anyway; returns how many."""
    return connection.execute(delete(Spent).where(Spent.forget_at < now)).rowcount
