"""The recurring work: when each job was last done, and what waits for longer than it should."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from ..jobs import Job
from ..records.jobs import Run
from .finding import Finding, ok, problem, warning

LATE_AFTER = 3
"""A job that was not done for so many of its periods, after the one it is due in, is overdue."""
LEAST_PATIENCE = timedelta(minutes=30)
"""However often a job is due, a long one, as after a rotation of keys, may keep it waiting for so long."""
LONGEST_WAIT = timedelta(hours=1)
_RUN_IT = "Start `previsit work` beside the server (`previsit run` does), and see its log."


def jobs(mine: Mapping[str, Job], runs: Mapping[str, Run], now: datetime) -> Iterator[Finding]:
    """The last run of each job that a worker of this host does."""
    done = {name: run.last_done_at for name, run in runs.items() if name in mine and run.last_done_at is not None}
    for name, job in mine.items():
        at = done.get(name)
        if at is None:
            yield warning(f"jobs.{name}", f"The job {name} was never done.", _RUN_IT)
        elif runs[name].last_result == "failed":
            what = f"The job {name} failed at {at:%Y-%m-%d %H:%M} UTC; it is tried again in time."
            yield problem(f"jobs.{name}", what, "Read the line `unexpected` in the log of `previsit work`; report it.")
        elif now - at > max(job.every * (LATE_AFTER + 1), LEAST_PATIENCE):
            what = f"The job {name} was last done at {at:%Y-%m-%d %H:%M} UTC, and is long overdue."
            yield problem(f"jobs.{name}", what, _RUN_IT)
        else:
            result = runs[name].last_result or "nothing to do"
            yield ok(f"jobs.{name}", f"The job {name} was last done at {at:%Y-%m-%d %H:%M} UTC: {result}.")
    newest = max(done.values(), default=None)
    if newest is None or now - newest > LEAST_PATIENCE:
        yield warning("jobs.worker", "`previsit work` does not seem to run.", _RUN_IT)
    else:
        yield ok("jobs.worker", "`previsit work` seems to run.")


def digests(count: int) -> Iterator[Finding]:
    """Submissions that should have their digests by now; this many have none."""
    if count:
        yield warning(
            "waiting.digests",
            f"{count} sent forms have been waiting for over an hour to be found by name.",
            "Start `previsit work` where the desk's keys are, and see its log.",
        )
    else:
        yield ok("waiting.digests", "No sent form waits to be found by name.")


def drafts(count: int) -> Iterator[Finding]:
    """Drafts that should be gone by now; this many are past their promised day."""
    if count:
        what = f"{count} forms that were not sent are kept longer than their patients were promised."
        yield problem("waiting.drafts", what, _RUN_IT)
    else:
        yield ok("waiting.drafts", "No form is kept longer than its patient was promised.")
