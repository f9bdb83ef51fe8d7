"""What each room's role may do on PostgreSQL, table by table, and the SQL that makes it so.

SQLite has no roles: there, whoever can open the file can do everything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from . import schema
from .models import Base
from .store import Store, StoreRefused


class RolesRefused(Exception):
    """The grants were not given, or would not hold; the message says why and what to do. Nothing was changed."""


@dataclass(frozen=True)
class May:
    """What the two roles may do on one table, in the words of a GRANT; empty: nothing at all."""

    intake: str
    desk: str


NO_ROLES = (
    "SQLite has no roles: whoever can open the database file can do everything with it. "
    "Limits for each room need PostgreSQL: set DATABASE_URL"
)
NOTHING = ""

GRANTS: Mapping[str, May] = {
    "alembic_version": May("SELECT", "SELECT"),
    "wording": May("SELECT, INSERT", "SELECT"),
    # What is in a draft is its patient's until it is sent. The desk can delete one, not read it.
    "draft": May("SELECT, INSERT, UPDATE, DELETE", "SELECT (id, expires_at), DELETE"),
    # The intake looks whether a reference is taken, and reads nothing else of what was sent.
    "submission": May("SELECT (reference), INSERT", "SELECT, UPDATE (status, owner, revision_of), DELETE"),
    # What a receipt tells of the review.
    "read_by_team": May("SELECT", "SELECT, INSERT, DELETE"),
    # Sealed once, then only deleted: new keys are added beside a document, not in it.
    "sealed_document": May("INSERT", "SELECT, INSERT, DELETE"),
    "sealed_key": May("INSERT", "SELECT, INSERT, DELETE"),
    "lookup": May(NOTHING, "SELECT, INSERT, DELETE"),
    "index_queue": May("INSERT", "SELECT, INSERT, DELETE"),
    "legal_hold": May(NOTHING, "SELECT, INSERT, DELETE"),
    "attempt": May("SELECT, INSERT, UPDATE, DELETE", "SELECT, INSERT, UPDATE, DELETE"),
    # An invitation that is taken back goes with the account that waited for it.
    "staff": May(NOTHING, "SELECT, INSERT, UPDATE, DELETE"),
    "staff_session": May(NOTHING, "SELECT, INSERT, UPDATE, DELETE"),
    "passkey": May(NOTHING, "SELECT, INSERT, UPDATE (sign_count), DELETE"),
    "recovery_code": May(NOTHING, "SELECT, INSERT, DELETE"),
    "device": May(NOTHING, "SELECT, INSERT, UPDATE, DELETE"),
    "restart": May(NOTHING, "SELECT, INSERT, DELETE"),
    # What was used once stays used: a row is only forgotten when it is too old to matter.
    "spent": May(NOTHING, "SELECT, INSERT, DELETE"),
    "setup_link": May(NOTHING, "SELECT, INSERT, UPDATE, DELETE"),
    # Lines are added, and never changed by either. The intake reads where its chain ends, and nothing of what was done.
    "audit": May("SELECT (chain, seq, hash), INSERT", "SELECT, INSERT"),
    "job": May("SELECT, INSERT, UPDATE", "SELECT, INSERT, UPDATE"),
}
"""Every table there is, by name. The owner's role, which runs the migrations, is not limited."""

_ROLE = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")


def statements(intake: str, desk: str) -> list[str]:
    """The SQL that gives the roles of these names their grants, and takes everything else from them.

    Creates a role that is missing, without a password and without the right to log in. Running it again changes
    nothing. Raises RolesRefused when a name is none that both SQL and people read alike.
    """
    for name in (intake, desk):
        if not _ROLE.fullmatch(name) or name == "public":
            raise RolesRefused(f"{name!r} is no name for a role: use small letters, digits and _, and no pg_ in front")
    if intake == desk:
        raise RolesRefused("the two rooms need two roles: one that both use can do what either may")
    both = f'"{intake}", "{desk}"'
    tables = ", ".join(GRANTS)
    return [
        *(_create(name) for name in (intake, desk)),
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {both}",
        f"GRANT USAGE ON SCHEMA public TO {both}",
        f"REVOKE ALL ON TABLE {tables} FROM PUBLIC, {both}",
        *(f"REVOKE ALL ON SEQUENCE {name} FROM PUBLIC, {both}" for name in _sequences().values()),
        *(line for table, may in GRANTS.items() for line in _grants(table, may.intake, intake)),
        *(line for table, may in GRANTS.items() for line in _grants(table, may.desk, desk)),
        "ALTER TABLE audit ENABLE ROW LEVEL SECURITY",
        *_own_chain("intake", intake),
        *_own_chain("desk", desk),
    ]


def _own_chain(room: str, role: str) -> list[str]:
    """A role appends to the chains of its own room: a taken patients' host puts nothing on the desk's."""
    return [
        f"DROP POLICY IF EXISTS audit_{room}_reads ON audit",
        f"DROP POLICY IF EXISTS audit_{room}_adds ON audit",
        f'CREATE POLICY audit_{room}_reads ON audit FOR SELECT TO "{role}" USING (true)',
        f"CREATE POLICY audit_{room}_adds ON audit FOR INSERT TO \"{role}\" WITH CHECK (starts_with(chain, '{room}-'))",
    ]


def _create(name: str) -> str:
    missing = f"NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')"
    return f'DO $$ BEGIN IF {missing} THEN CREATE ROLE "{name}" NOLOGIN; END IF; END $$'


def _grants(table: str, words: str, role: str) -> list[str]:
    if not words:
        return []
    given = [f'GRANT {words} ON TABLE {table} TO "{role}"']
    sequence = _sequences().get(table)
    if sequence and "INSERT" in words:
        given.append(f'GRANT USAGE ON SEQUENCE {sequence} TO "{role}"')
    return given


def _sequences() -> dict[str, str]:
    """The sequence that numbers the rows of a table, where there is one."""
    numbered = {table.name: table.autoincrement_column for table in Base.metadata.sorted_tables}
    return {table: f"{table}_{column.name}_seq" for table, column in numbered.items() if column is not None}


def apply(store: Store, intake: str, desk: str) -> list[str]:
    """Run the statements as whoever the store connects as, and prove that they hold; all of it or nothing.

    Returns the names of the roles that cannot log in yet. Raises RolesRefused, or StoreUnavailable.
    """
    if store.is_sqlite:
        raise RolesRefused(NO_ROLES)
    wanted = statements(intake, desk)
    try:
        with store.writing() as connection:
            if not schema.is_current(connection):
                raise RolesRefused("the database is not up to date: run `previsit prepare` first")
            for statement in wanted:
                connection.exec_driver_sql(statement)
            _prove(connection, intake, {table: may.intake for table, may in GRANTS.items()})
            _prove(connection, desk, {table: may.desk for table, may in GRANTS.items()})
            return list(connection.execute(_NO_LOGIN, {"roles": [intake, desk]}).scalars())
    except StoreRefused as error:
        raise RolesRefused(
            f"{error}: run this as the owner of the tables; where the owner may not "
            "create roles, have an administrator of the server create the two roles first"
        ) from error


def _prove(connection: Connection, role: str, granted: Mapping[str, str]) -> None:
    """Raises RolesRefused when this role can do more than it was granted here, whichever way it came by it."""
    if connection.execute(_OWNS, {"role": role}).scalar_one():
        raise RolesRefused(f"{role} owns the tables, or can act as their owner, and nothing limits it: name another")
    if connection.execute(_CREATES, {"role": role}).scalar_one():
        raise RolesRefused(
            f"{role} may still create tables in the schema public: have an administrator of the server run "
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC in this database, then try again"
        )
    for table, privilege in connection.execute(_HOLDS, {"role": role, "tables": list(granted)}):
        # A grant with a list of columns is none on the whole table: whoever holds that holds too much.
        if privilege not in granted[table].split(", "):
            raise RolesRefused(f"{role} may {privilege} on {table} as a member of another role: take it out of that")


_OWNS = text(
    "SELECT pg_has_role(:role, relowner, 'MEMBER') FROM pg_class WHERE oid = 'public.alembic_version'::regclass"
)
_CREATES = text("SELECT has_schema_privilege(:role, 'public', 'CREATE')")
_HOLDS = text(
    "SELECT name, privilege FROM unnest(CAST(:tables AS text[])) AS name, "
    "unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS privilege "
    "WHERE has_table_privilege(:role, name, privilege)"
)
_NO_LOGIN = text("SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles) AND NOT rolcanlogin ORDER BY rolname DESC")
