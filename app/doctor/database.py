"""The database: whether it answers, takes writes, and stands where this program expects it."""

from collections.abc import Iterator
from ipaddress import ip_address

from ..records import condition, schema
from ..records.condition import Storage
from ..records.store import Store, StoreMisconfigured, StoreUnavailable
from .finding import Finding, ok, problem, warning

_MIB = 1024 * 1024
_LARGEST_LOG = 256 * _MIB
_OLDEST_POSTGRES = 14
_ENCRYPTED = ("require", "verify-ca", "verify-full")


def connection(store: Store) -> tuple[list[Finding], bool]:
    """What can be told by connecting; and whether the tables can be read as this program knows them."""
    kind = "SQLite" if store.is_sqlite else "PostgreSQL"
    if store.file is not None and not store.file.exists():  # connecting would make an empty one
        absent = problem(
            "database.reach",
            f"There is no database at {store.file}.",
            "Run `previsit prepare` on a new host; else set DATA_DIR, or restore a backup.",
        )
        return [absent], False
    try:
        with store.reading() as reader:
            revision, current = schema.revision_of(reader), schema.is_current(reader)
            found = list(_storage(condition.storage(store, reader)))
    except StoreMisconfigured as error:
        advice = "Set it back on the database server: with this setting answers that were acknowledged can be lost."
        return [problem("database.settings", f"{str(error)[0].upper()}{str(error)[1:]}.", advice)], False
    except StoreUnavailable as error:
        advice = "Start the database, or see DATABASE_URL; if its file is damaged, restore the newest backup."
        return [problem("database.reach", f"The {kind} database does not answer ({error}).", advice)], False
    findings = [ok("database.settings", "The connection has the settings that keep acknowledged answers on disk.")]
    return [*findings, *found, _migration(revision, current), *(_writes(store) if current else ())], current


def transport(store: Store) -> Iterator[Finding]:
    """Whether the way to a database server on another machine is encrypted, and the server's certificate checked."""
    url = store.engine.url
    hosts = [url.host or "", *_listed(url.query.get("host", ""))]
    if store.is_sqlite or all(_is_this_machine(host) for host in hosts):
        return
    mode = str(url.query.get("sslmode", ""))
    advice = "Add sslmode=verify-full (and sslrootcert, the file of your authority) to DATABASE_URL."
    if mode not in _ENCRYPTED:
        yield problem("database.transport", "The database is on another host, and nothing demands encryption.", advice)
    elif mode != "verify-full":
        what = f"The way to the database is encrypted, but with sslmode={mode} not every impostor is noticed."
        yield warning("database.transport", what, advice)
    else:
        yield ok("database.transport", "The way to the database is encrypted, and its certificate is checked.")


def _listed(hosts: str | tuple[str, ...]) -> tuple[str, ...]:
    return (hosts,) if isinstance(hosts, str) else hosts


def _is_this_machine(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _writes(store: Store) -> Iterator[Finding]:
    try:
        condition.try_writing(store)
    except StoreUnavailable as error:
        yield problem(
            "database.write",
            f"The database takes no writes ({error}): no patient can save or send.",
            "See whether the disk is full, the file or the server read-only, or another program holds a lock.",
        )
    else:
        yield ok("database.write", "The database takes writes.")


def _migration(revision: str | None, current: bool) -> Finding:
    if current:
        return ok("database.migration", f"The database is at the newest migration ({revision}).")
    if revision is None:
        return problem("database.migration", "The database has no tables yet.", "Run `previsit prepare`.")
    if schema.is_known(revision):
        what = f"The database is at the older migration {revision}."
        return problem("database.migration", what, "Make a backup, then run `previsit prepare`.")
    return problem(
        "database.migration",
        f"The database was brought to migration {revision} by a newer release than this one.",
        "Install that release again, or restore a backup made before it.",
    )


def _storage(found: Storage) -> Iterator[Finding]:
    version = ".".join(map(str, found.version))
    size = f"{found.product} {version}, {found.size / _MIB:.1f} MiB, of which {found.free / _MIB:.1f} MiB are free."
    if found.free > found.size / 2 and found.free > 64 * _MIB:
        advice = "Stop the service once and run VACUUM with the sqlite3 program, to give the room back."
        yield warning("database.size", size, advice)
    elif found.log > _LARGEST_LOG:
        yield warning(
            "database.size",
            f"The log beside the database has grown to {found.log / _MIB:.0f} MiB.",
            "Find the program that holds a read open for long, such as a copy of the database, and end it.",
        )
    else:
        yield ok("database.size", size)
    if found.product == "PostgreSQL" and found.version[0] < _OLDEST_POSTGRES:
        yield warning(
            "database.version",
            f"PostgreSQL {version} gets no security updates any more.",
            f"Plan to move to version {_OLDEST_POSTGRES} or newer.",
        )
