"""kill -9 of the real server under load, eight times: every acknowledged submission exactly once. Takes minutes."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.records import models
from app.records.store import Store
from bench.patients import Walker
from bench.servers import tree
from tests.cases import TYPICAL

ROUNDS = 8
CLIENTS = 4
ANSWERS = {key: value for key, value in TYPICAL["answers"].items() if key != "visit_date"}

pytestmark = [pytest.mark.faults, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def starts(environ: dict[str, str]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.commands", "serve"], env={**os.environ, **environ}, stderr=subprocess.DEVNULL
    )
    for _ in range(300):
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", int(environ["PORT"]), timeout=2)) as connection:
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return process
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    raise TimeoutError


def kills(process: subprocess.Popen[bytes]) -> None:
    """Every process of the server at once, with no chance to clean up."""
    for pid in reversed(tree(process.pid)):
        os.kill(pid, signal.SIGKILL)
    process.wait()


def sends_until_it_works(port: int, stop: threading.Event, receipts: list[str]) -> None:
    """A patient who fills in forms and presses Send again whenever the server went away."""
    while not stop.is_set():
        walker = Walker(port)
        with closing(walker.connection):
            sends_one(walker, stop, receipts)


def sends_one(walker: Walker, stop: threading.Event, receipts: list[str]) -> None:
    """One form, begun and sent; given up only before its first Send."""
    try:
        walker.starts(ANSWERS, until="sign")
    except (OSError, http.client.HTTPException, AssertionError):
        time.sleep(0.05)
        return
    while not stop.is_set():
        try:
            receipts.append(walker.sends(ANSWERS))
            return
        except (OSError, http.client.HTTPException, AssertionError, IndexError):
            time.sleep(0.05)
            walker.reconnects()
        try:
            walker.opens(walker.path)
        except (OSError, http.client.HTTPException):
            continue
        if walker.path.endswith("/receipt"):
            receipts.append(walker.body.split('class="code">')[1].split("<")[0])
            return


def test_every_acknowledged_submission_is_there_exactly_once(environ: dict[str, str], tmp_path: Path) -> None:
    environ = {**environ, "PORT": str(free_port())}
    receipts: list[str] = []
    stop = threading.Event()
    process = starts(environ)
    port = int(environ["PORT"])
    clients = [threading.Thread(target=sends_until_it_works, args=(port, stop, receipts)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for round_number in range(ROUNDS):
        wanted = len(receipts) + 3
        for _ in range(600):
            if len(receipts) >= wanted:
                break
            time.sleep(0.05)
        assert len(receipts) >= wanted, f"nothing was sent in round {round_number}"
        kills(process)
        process = starts(environ)
    stop.set()
    for client in clients:
        client.join()
    kills(process)
    store = Store(environ["DATABASE_URL"])
    with store.reading() as connection:
        stored = list(connection.execute(select(models.Submission.reference)).scalars())
        sealed = connection.execute(select(func.count()).select_from(models.SealedAnswers)).scalar_one()
    store.close()
    print(f"{len(receipts)} acknowledged, {len(stored)} stored, {ROUNDS} kills")
    assert len(receipts) == len(set(receipts)) >= ROUNDS * 3
    assert set(receipts) <= set(stored)
    assert sealed == len(stored)
    assert len(stored) - len(receipts) <= CLIENTS, "more was stored than patients sent"
