"""Starts real servers for measuring, and reads the CPU time and memory of a server's whole process tree."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.bodies import THREADS

_TICK = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*"):
            children = (task / "children").read_text().split() if (task / "children").exists() else []
            found += [int(child) for child in children]
    return found


def cpu_seconds(pid: int) -> float:
    """CPU time used so far by a process tree, user and system."""
    total = 0
    for one in tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICK


def resident_mb(pid: int) -> list[float]:
    """Proportional memory (PSS) of each process of a tree, in MB, largest first."""
    reports = (Path(f"/proc/{one}/smaps_rollup").read_text().splitlines() for one in tree(pid))
    sizes = [int(line.split()[1]) / 1024 for report in reports for line in report if line.startswith("Pss:")]
    return sorted(sizes, reverse=True)


@contextmanager
def server(target: str, port: int, environ: dict[str, str]) -> Iterator[int]:
    """Granian with two workers serving a WSGI factory; gives its process id."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--workers", "2"]
    command += ["--blocking-threads", str(THREADS), "--port", str(port), "--log-level", "error", target]
    with subprocess.Popen(command, env={**os.environ, **environ}, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError(f"no server at port {port}")
