"""Audit lines at a collector: real sockets, one line of JSON each, after the commit; and a collector that is down."""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import config as configuration
from app import logs
from app.ledger import Ledgers
from app.parts import Parts, assemble
from app.records import audit, audit_check
from app.syslog import Shipper
from config import Syslog
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.operator import Operator

PATIENCE = 10
"""Seconds until a test gives up on a line that does not come."""


class Collector:
    """A syslog elsewhere, on a UDP port of this machine."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(PATIENCE)
        self.url = f"udp://127.0.0.1:{self.socket.getsockname()[1]}"

    def next(self) -> dict[str, object]:
        """The next line that comes."""
        return parsed(self.socket.recv(4096))

    def is_quiet(self) -> bool:
        """Whether nothing has come that was not read: what is sent to this machine is there at once."""
        self.socket.setblocking(False)
        with suppress(BlockingIOError):
            return not self.socket.recv(4096)
        self.socket.settimeout(PATIENCE)
        return True


def parsed(data: bytes) -> dict[str, object]:
    head, _, text = data.decode().partition(" ")
    assert head == "<86>previsit:"
    assert "\n" not in text.rstrip("\n")
    return json.loads(text)


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.socket.close()


@contextmanager
def house(environ: dict[str, str], clock: FakeClock, syslog: str) -> Iterator[Parts]:
    parts = assemble(configuration.load({**environ, "AUDIT_SYSLOG": syslog}), clock=clock)
    yield parts
    parts.store.close()


class Heard(logging.Handler):
    """The lines of the product's log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, object]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(logs.JsonLines().format(record)))

    def of(self, event: str) -> list[dict[str, object]]:
        return [line for line in self.lines if line["event"] == event]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[Heard]:
    caplog.set_level(logging.INFO, "previsit")
    heard = Heard()
    logging.getLogger("previsit").addHandler(heard)
    yield heard
    logging.getLogger("previsit").removeHandler(heard)


def test_every_line_comes_as_json_and_says_no_more_than_the_audit(
    environ: dict[str, str], clock: FakeClock, collector: Collector
) -> None:
    with house(environ, clock, collector.url) as parts:
        listed = send(parts, first_name="Zyxwvu")
        line = collector.next()
        assert list(line) == ["at", "room", "who", "act", "record", "chain", "seq", "hash"]
        assert (line["at"], line["room"], line["who"]) == ("2026-03-02T15:00:00.000000+00:00", "intake", "patient")
        assert (line["act"], line["record"], line["seq"]) == ("sent", listed.id, 1)
        specialist = Staff.of(parts).has_an_account().signs_in().looks_at(listed.id)
        assert [collector.next()["act"] for _ in range(3)] == ["sign in", "list", "look"]
        specialist.opens("/desk/search").presses("Find", {"q": listed.reference})
        assert collector.next()["record"] == "1 found"
        assert collector.is_quiet()


def test_a_line_comes_after_its_commit_or_not_at_all(
    environ: dict[str, str], clock: FakeClock, collector: Collector
) -> None:
    with house(environ, clock, collector.url) as parts:
        line = {"at": clock(), "room": "desk", "who": "somebody", "act": "look", "record": "-"}
        with suppress(LookupError), parts.store.writing() as connection:
            audit.note(connection, **line)
            raise LookupError
        assert collector.is_quiet()
        with parts.store.writing() as connection:
            audit.note(connection, **line)
            audit.note(connection, **line)
            assert collector.is_quiet()
        assert [collector.next()["seq"] for _ in range(2)] == [1, 2]


def test_what_the_collector_kept_shows_what_was_cut_off_here(
    environ: dict[str, str], clock: FakeClock, collector: Collector, tmp_path: Path, operator: Operator
) -> None:
    with house(environ, clock, collector.url) as parts:
        for _ in range(2):
            send(parts)
        kept = tmp_path / "kept.log"
        kept.write_text("".join(json.dumps(collector.next()) + "\n" for _ in range(2)))
        operator.runs("audit", "verify", "--heads", kept)
        with parts.store.writing() as connection:
            connection.exec_driver_sql("DELETE FROM audit WHERE seq = 2")
        assert "is gone" in operator.is_refused("audit", "verify", "--heads", kept)


def test_a_socket_of_this_host_serves_too(environ: dict[str, str], clock: FakeClock, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "log"))
        listening.settimeout(PATIENCE)
        with house(environ, clock, str(tmp_path / "log")) as parts:
            send(parts)
            assert parsed(listening.recv(4096))["act"] == "sent"


def test_a_collector_that_is_down_fails_nothing_and_is_told_once_for_each_outage(
    environ: dict[str, str], clock: FakeClock, tmp_path: Path, log: Heard
) -> None:
    with house(environ, clock, str(tmp_path / "nobody-listens")) as parts:
        listed = send(parts)
        Staff.of(parts).has_an_account().signs_in().looks_at(listed.id).sees(listed.reference)
        assert [line["cause"] for line in log.of("audit_syslog_down")] == ["FileNotFoundError"]
        chains = Ledgers.of(parts.server_key, "both").chains
        assert audit_check.verify(parts.store, chains, parts.keyring.private_keys, ()).found == []


def test_a_collector_that_comes_back_gets_lines_again_over_a_fresh_connection(parts: Parts, log: Heard) -> None:
    chain = Ledgers.of(parts.server_key, "both").by_room["desk"]
    now, got = [0.0], threading.Event()
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    shipper = Shipper(Syslog(kind="tcp", host="127.0.0.1", port=port), clock=lambda: now[0])
    plain = {"at": parts.now(), "room": "desk", "who": "w", "act": "look", "record": "-"}
    lines = [
        audit.Line(**plain, chain=chain.id, seq=seq, hash=chain.hash(b"", seq=seq, **plain)) for seq in (1, 2, 3, 4)
    ]
    shipper(lines[:2])
    with socket.create_server(("127.0.0.1", port)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as stream:
                seen.extend(stream.readline() for _ in range(1))
                got.set()

        thread = threading.Thread(target=serve)
        thread.start()
        shipper(lines[2:3])  # too early: a collector that is down is left alone for a while
        now[0] = 31.0
        shipper(lines[3:])
        assert got.wait(PATIENCE)
        thread.join()
    shipper.close()
    assert [parsed(line)["seq"] for line in seen] == [4]
    assert len(log.of("audit_syslog_down")) == 1
    assert log.of("audit_syslog_back")[0]["missed"] == 3
