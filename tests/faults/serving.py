"""The shipped server as a process: started as `previsit serve` starts it, ended with no chance to clean up."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from threading import Event
from typing import Any, Self

from bench.servers import tree

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(holds: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Look again and again until this holds. Raises TimeoutError with what was waited for."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.002)


def runs(pid: int) -> bool:
    """Whether a process still does anything: one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill_tree(process: "subprocess.Popen[bytes]") -> None:
    """kill -9 for a process and all its descendants; returns when none of them runs any more."""
    pids = tree(process.pid) if process.poll() is None else []
    for pid in reversed(pids):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()
    wait_until(lambda: not any(map(runs, pids)), "killed processes to end")


class Server:
    """`previsit serve` with two workers at a port of its own. `up` is set while it answers."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self.port = free_port()
        self.environ = {**os.environ, **environ, "PORT": str(self.port)}
        self.log = folder / "server.log"
        self.up = Event()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.starts()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_killed()

    def starts(self) -> None:
        """Start, and wait until it answers."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "app.commands", "serve"]
            self.process = subprocess.Popen(command, env=self.environ, cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_until(self.is_well, "the server to answer", 60)
        except TimeoutError:
            self.is_killed()
            raise
        self.up.set()

    def is_well(self) -> bool:
        """Whether the health check answers 200 now."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                return False

    def is_killed(self) -> None:
        """kill -9 for every process of the server."""
        self.up.clear()
        if self.process is not None:
            kill_tree(self.process)
            self.process = None

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The server's own log lines about this event."""
        lines = self.log.read_text(errors="replace").splitlines()
        parsed = (json.loads(line) for line in lines if line.startswith("{") and line.endswith("}"))
        return [line for line in parsed if line["event"] == event]
