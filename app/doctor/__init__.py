"""`previsit doctor`: an examination of the whole service that changes nothing and says what to do."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from config import Config, ConfigError

from ..jobs import jobs_of
from ..records import condition, rewrapping
from ..records import jobs as job_runs
from ..records.store import Store, StoreUnavailable
from . import audit, database, keys, machine, printing, work
from .finding import Finding, ok, problem

_DRAFT_SLACK = timedelta(days=1)
"""A draft is deleted by an hourly job, so that one day past its promise means that the job does not run."""


def unconfigured(error: ConfigError) -> list[Finding]:
    """The finding when the settings cannot be read: nothing else can be looked at then."""
    return [problem("settings", f"{error}.", "Set this variable where the service is started, as the README says.")]


def examine(config: Config, now: datetime) -> list[Finding]:
    """Look at everything that this configuration names. Never raises for what it finds."""
    store = Store(config.database_url)
    try:
        return list(_examine(config, store, now))
    finally:
        store.close()


def _examine(config: Config, store: Store, now: datetime) -> Iterator[Finding]:
    yield ok("settings", f"The settings can be read: ROOMS={config.rooms}, PUBLIC_URL={config.public_url}.")
    yield from keys.files(config, store.file)
    folders = [config.data_dir, config.key_dir, config.secret_key_file.parent]
    yield from machine.disks([*folders, store.file.parent] if store.file else folders)
    yield from machine.permissions(config, store.file)
    if config.rooms != "intake":
        yield from printing.fonts()
    yield from database.transport(store)
    yield from audit.collector(config)
    findings, readable = database.connection(store)
    yield from findings
    if not readable:
        yield from machine.clock(now, None, None)
        return
    try:
        yield from list(_stored(config, store, now))
    except StoreUnavailable as error:
        advice = "Run `previsit doctor` again; see the database's own log if this stays."
        yield problem("database.reach", f"The database stopped answering ({error}).", advice)


def _stored(config: Config, store: Store, now: datetime) -> Iterator[Finding]:
    with store.reading() as connection:
        opens = config.rooms != "intake"
        newest = condition.newest_moment(connection, of_forms=opens)
        yield from machine.clock(now, newest, condition.clock_of_server(connection))
        if opens:
            counts = rewrapping.documents_by_key(connection)
            yield from keys.documents(config, counts, lambda ids: rewrapping.closed_to(connection, ids))
        yield from work.jobs(jobs_of(config), job_runs.runs(connection), now)
        if opens:
            yield from work.digests(condition.waiting_for_digests(connection, now - work.LONGEST_WAIT))
            yield from audit.lines(config, store)
        yield from work.drafts(condition.drafts_kept_past(connection, now - _DRAFT_SLACK))
