"""`previsit doctor`: what is well, what is not, and what to do, for people and for monitoring."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import click

import config as configuration
from config import ConfigError

from .. import doctor as examination
from ..doctor.finding import Finding, worst
from ..parts import utc_now


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for monitoring.")
@click.option("--strict", is_flag=True, help="End with 1 for warnings too.")
def doctor(as_json: bool, strict: bool) -> None:
    """Examine settings, keys, database, clock, disks, permissions and recurring work. Changes nothing.

    Ends with 0 when there is no problem (warnings alone are none), with 1 when there is one.
    """
    now = utc_now()
    try:
        findings = examination.examine(configuration.from_environment(), now)
    except ConfigError as error:
        findings = examination.unconfigured(error)
    click.echo(_as_json(findings, now) if as_json else _as_lines(findings))
    if worst(findings) in ("problem", "warning" if strict else "problem"):
        sys.exit(1)


def _as_json(findings: Sequence[Finding], now: datetime) -> str:
    whole = {
        "at": now.isoformat(timespec="seconds"),
        "level": worst(findings),
        "findings": [asdict(finding) for finding in findings],
    }
    return json.dumps(whole, indent=1, ensure_ascii=False)


def _as_lines(findings: Sequence[Finding]) -> str:
    lines: list[str] = []
    for finding in findings:
        word = finding.level if finding.level != "problem" else "PROBLEM"
        lines.append(f"{word:<8} {finding.check:<20} {finding.what}")
        if finding.advice:
            lines.append(f"{'':<29} -> {finding.advice}")
    problems, warnings = (sum(f.level == level for f in findings) for level in ("problem", "warning"))
    lines.append(f"{problems} problems, {warnings} warnings.")
    return "\n".join(lines)
