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
    """CPU time used so far by a process tree, user and system, to the nanosecond where the kernel tells it.

    A clock tick (10 ms) is a tenth of what the floor uses in a round: too coarse for ratios.
    """
    threads = [task for one in tree(pid) for task in Path(f"/proc/{one}/task").iterdir()]
    if (threads[0] / "schedstat").exists():
        return sum(_run_nanoseconds(thread) for thread in threads) / 1e9
    stats = (Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split() for one in tree(pid))
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / _TICK


def _run_nanoseconds(thread: Path) -> int:
    try:
        return int((thread / "schedstat").read_text().split()[0])
    except FileNotFoundError:  # it ended meanwhile
        return 0


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
