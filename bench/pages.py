"""Measure the patients' pages: CPU per request over the server's process tree, bytes, memory, screens."""

import gzip
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.patients import Walker
from bench.servers import cpu_seconds, resident_mb, server

ROUNDS = 5
REQUESTS = 800
SAVES = 500
CASES = json.loads((Path(__file__).parent.parent / "tests" / "data" / "cases.json").read_text())["cases"]
ANSWERS = {key: value for key, value in CASES[0]["answers"].items() if key != "visit_date"}
"""The first example patient, without a day that has passed."""


def per_request(pid: int, act: Callable[[], object], count: int) -> float:
    """CPU microseconds of the server per call, warmed up."""
    for _ in range(count // 10):
        act()
    before = cpu_seconds(pid)
    for _ in range(count):
        act()
    return (cpu_seconds(pid) - before) / count * 1e6


def getter(port: int, path: str, cookie: str = "") -> Callable[[], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Cookie": cookie} if cookie else {}

    def get() -> bytes:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status)
        return body

    return get


def main() -> None:
    """Print a table of ratios; the floor is the hello-world of the same round."""
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        environ = {"DATA_DIR": folder, "PORT": "8031", "ROOMS": "both"}
        prepare(environ)
        with (
            server("bench.hello:application", 8030, {}) as floor,
            server("app.serving:application", 8031, environ) as ours,
        ):
            rest = resident_mb(ours)
            walker = Walker(8031)
            for _ in range(ROUNDS):
                walker = Walker(8031)  # a form of its own for each round: saves are limited for each form
                walker.starts(ANSWERS, until="onset")
                hello = per_request(floor, getter(8030, "/"), REQUESTS)
                note(figures, "hello (us)", hello)
                note(figures, "overview GET", per_request(ours, getter(8031, "/"), REQUESTS) / hello)
                page = getter(8031, walker.path, walker.cookie)
                note(figures, "question page GET", per_request(ours, page, REQUESTS) / hello)
                walker.reconnects()
                note(figures, "question page POST", per_request(ours, walker.again, SAVES) / hello)
                journey = per_request(ours, lambda: Walker(8031).walks(ANSWERS), 10)
                note(figures, "whole core journey", journey / hello)
            report(figures)
            print(f"{'worker at rest, MB (PSS)':34}{rest[0]:8.1f}   aim <= 90")
            sizes(walker)
    for case in CASES:
        visited = case["expect"]["pages_visited"]
        print(f"screens of {case['id']:28}{len(visited):4}   aim <= 24 when never treated, 30 at most")


AIMS = {"overview GET": 2, "question page GET": 8, "question page POST": 16}


def note(figures: dict[str, list[float]], name: str, value: float) -> None:
    figures.setdefault(name, []).append(value)


def report(figures: dict[str, list[float]]) -> None:
    for name, values in figures.items():
        aim = f"   aim <= {AIMS[name]}" if name in AIMS else ""
        print(f"{name:34}{statistics.median(values):8.2f}   of {[round(v, 2) for v in values]}{aim}")


def sizes(walker: Walker) -> None:
    """What the first view of each page weighs, with what it names."""
    for path in ("/", "/intake/", walker.path):
        body = getter(8031, path, walker.cookie)()
        named = set(re.findall(rb'(?:href|src)="(/static/[^"]+)"', body))
        total = len(gzip.compress(body, 6))
        for name in named:
            total += len(gzip.compress(getter(8031, name.decode())(), 6))
        label = "a question page" if path == walker.path else path
        print(
            f"first view of {label:20} {total / 1000:7.1f} kB compressed in {1 + len(named)} requests   aim <= 14 in 3"
        )


def prepare(environ: dict[str, str]) -> None:
    """Keys and database for the measured server."""
    command = [sys.executable, "-m", "app.commands", "prepare"]
    subprocess.run(command, env={**os.environ, **environ}, check=True, capture_output=True)
