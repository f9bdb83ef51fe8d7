"""Work that nobody waits for: `previsit work` claims due jobs from a table and does them, one at a time."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from config import Config

from .. import logs
from ..parts import Parts
from ..records import jobs
from ..records.store import StoreUnavailable
from . import heads, index, purge, rewrap

_LOOK_EVERY = 5.0


@dataclass(frozen=True)
class Job:
    """Something done again and again: every so often, by a function that says in a word or two what came of it.

    One that had nothing to do says nothing, and stands in no log.

    A job that `opens` needs the desk's keys, so a worker of the patients' host leaves it alone; one for
    `patients_host` is done there and nowhere else.
    """

    every: timedelta
    do: Callable[[Parts], str]
    opens: bool = False
    patients_host: bool = False


JOBS: Mapping[str, Job] = {
    "purge_drafts": Job(timedelta(hours=1), purge.purge_drafts),
    "purge_attempts": Job(timedelta(hours=6), purge.purge_attempts),
    "purge_sign_ins": Job(timedelta(hours=1), purge.purge_sign_ins, opens=True),
    purge.SUBMISSIONS: Job(timedelta(hours=24), purge.purge_submissions, opens=True),
    index.NAME: Job(timedelta(seconds=10), index.index_all, opens=True),
    rewrap.NAME: Job(timedelta(hours=1), rewrap.rewrap_all, opens=True),
    heads.NAME: Job(timedelta(hours=24), heads.tell_heads, opens=True),
    heads.PATIENTS_NAME: Job(timedelta(hours=24), heads.tell_heads, patients_host=True),
}


def jobs_of(config: Config) -> Mapping[str, Job]:
    """The jobs that a worker with this configuration does."""
    opens = config.rooms != "intake"
    return {name: job for name, job in JOBS.items() if not (job.patients_host if opens else job.opens)}


def do_due(parts: Parts) -> int:
    """Do every job that is due now; returns how many. A job that fails is logged and is due again after its time."""
    mine = jobs_of(parts.config)
    with parts.store.writing() as connection:
        jobs.schedule(connection, mine, parts.now())
    count = 0
    while True:
        with parts.store.writing() as connection:
            name = jobs.claim(connection, mine, parts.now())
        if name is None:
            return count
        count += 1
        try:
            result = mine[name].do(parts)
        except StoreUnavailable:
            raise
        except Exception:
            logs.unexpected("work")
            result = "failed"
        with parts.store.writing() as connection:
            jobs.done(connection, name, parts.now(), mine[name].every, result)
        if result:
            logs.event("job", job=name, result=result)


def work(parts: Parts, stop: threading.Event) -> None:
    """Do due jobs until told to stop. A database that is away is tried again."""
    while not stop.is_set():
        try:
            do_due(parts)
        except StoreUnavailable as error:
            logs.event("store_unavailable", room="work", cause=str(error))
        stop.wait(_LOOK_EVERY)
