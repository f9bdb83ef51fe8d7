"""The commands of an operator, run as an operator runs them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.operator import Operator


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def descendants(pid: int) -> set[int]:
    """The processes that this one started, and those that they started."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child} | descendants(child)
    return found


def listeners(url: str) -> int:
    """How many sockets listen at the port of an address: each worker of the server has one."""
    port = f":{int(url.rsplit(':', 1)[1]):04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return sum(fields[1].endswith(port) and fields[3] == "0A" for fields in lines)


class Service:
    """`previsit run` in a session of its own, as in a terminal."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.url = f"http://127.0.0.1:{environ['PORT']}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.commands", "run"],
            env={**os.environ, **environ},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.started: set[int] = set()

    def serves(self) -> None:
        """Wait until it answers, and both its workers listen."""
        for _ in range(300):
            with suppress(URLError, ConnectionError), urlopen(f"{self.url}/healthz", timeout=2):
                if listeners(self.url) == 2:
                    self.started = descendants(self.process.pid)
                    return
            time.sleep(0.1)
        raise AssertionError("it does not serve")

    @property
    def left(self) -> set[int]:
        """What it started and what still runs."""
        return {pid for pid in self.started if Path(f"/proc/{pid}/cmdline").exists()}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    started = Service({"PORT": str(free_port()), "DATA_DIR": str(tmp_path / "data"), "PUBLIC_URL": "", "ROOMS": "both"})
    yield started
    for pid in started.left:
        os.kill(pid, signal.SIGKILL)
    started.process.kill()
    started.process.wait()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes through /proc")
@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP", "SIGTERM"])
def test_ctrl_c_a_closed_terminal_and_a_stop_end_every_process(service: Service, name: str) -> None:
    service.serves()
    assert len(service.started) == 4, "a server with two workers, and the recurring work"
    os.killpg(service.process.pid, signal.Signals[name])  # a terminal tells the whole foreground group
    service.process.wait(8)
    assert service.process.returncode == 0
    assert service.left == set()


def run(command: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A command that is expected to end by itself, soon."""
    return subprocess.run(
        [sys.executable, "-m", "app.commands", command],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def fails_plainly(operator: Operator, *words: object) -> str:
    """The one line that a command ends with."""
    said = operator.is_refused(*words)
    assert said.startswith("Error: ")
    assert said.count("\n") == 1
    return said


@pytest.mark.parametrize("other_url", ["sqlite", "postgresql"], indirect=True)
def test_a_database_that_was_never_prepared_is_told_in_a_sentence(
    other_url: str, key_dir: Path, recovery_key: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    operator = Operator({"DATABASE_URL": other_url, "KEY_DIR": str(key_dir), "DATA_DIR": str(tmp_path / "other")})
    for command in (("keys", "show"), ("retention",), ("hold",), ("reindex",), ("work", "--once")):
        assert "run `previsit prepare` first" in fails_plainly(operator, *command)
    assert "run `previsit prepare` first" in operator.is_refused("keys", "rehearse", recovery_key)


def test_a_file_that_is_no_database_is_told_in_a_sentence(key_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "previsit.db").write_text("no database at all" * 100)
    operator = Operator({"KEY_DIR": str(key_dir), "DATA_DIR": str(tmp_path), "DATABASE_URL": ""})
    for command in (("keys", "show"), ("hold",), ("scrub",)):
        assert "file is not a database" in fails_plainly(operator, *command)


def test_a_database_that_cannot_be_reached_is_told_with_the_reason_and_without_the_password(
    key_dir: Path, tmp_path: Path
) -> None:
    url = "postgresql://previsit:not-for-eyes@127.0.0.1:1/previsit"
    operator = Operator({"DATABASE_URL": url, "KEY_DIR": str(key_dir), "DATA_DIR": str(tmp_path)})
    said = fails_plainly(operator, "retention")
    assert "Connection refused" in said
    assert "see DATABASE_URL" in said
    assert "not-for-eyes" not in said


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_port_that_somebody_else_shares_out_is_in_use(command: str, tmp_path: Path) -> None:
    with socket.socket() as other:  # as a second copy of this very server would listen
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        ended = run(command, {"PORT": port, "DATA_DIR": str(tmp_path / "data")})
    assert ended.returncode == 1
    assert f"PORT {port} is in use on 127.0.0.1" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "data").exists(), "nothing is made, and no link printed earlier stops working"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("DATA_DIR", "{file}/data"),
        ("KEY_DIR", "{file}/keys"),
        ("SECRET_KEY_FILE", "{file}/server.key"),
        ("DATABASE_URL", "postgresql://127.0.0.1:1/previsit"),
        ("DATABASE_URL", "sqlite:////nonexistent/folder/previsit.db"),
    ],
)
def test_what_cannot_be_made_or_reached_is_said_in_a_sentence(name: str, wrong: str, tmp_path: Path) -> None:
    file = tmp_path / "a file, no folder"
    file.touch()
    ended = run("prepare", {"DATA_DIR": str(tmp_path / "data"), name: wrong.format(file=file)})
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert name in ended.stderr


def test_what_is_made_is_readable_by_its_user_only(tmp_path: Path) -> None:
    folder = tmp_path / "made beforehand"
    folder.mkdir(mode=0o755)
    assert run("prepare", {"DATA_DIR": str(folder)}).returncode == 0
    made = [*folder.rglob("*")]
    assert {path.name for path in made} >= {"previsit.db", "keys", "server.key", "recipients"}
    for path in made:
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_message_of_two_lengths_is_read_by_one_of_them_or_refused(service: Service) -> None:
    """Request smuggling: what follows in the same bytes must never be taken for a request of its own and answered."""
    service.serves()
    port = int(service.url.rsplit(":", 1)[1])
    inner = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    head = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    chunked = b"0\r\n\r\n"
    both = head + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(chunked + inner) + chunked + inner
    twice = head + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(inner) + inner
    for message in (both, twice):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(message)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        assert answer.count(b"HTTP/1.1 ") == 1, answer[:300]
