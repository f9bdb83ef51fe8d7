"""What an examination finds: one sentence on what is so, and, unless all is well, one on what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "problem"]
_WORST_FIRST: tuple[Level, ...] = ("problem", "warning")


@dataclass(frozen=True)
class Finding:
    """`check` names the check for a monitoring system, and stays the same; sentences may change.

    No secret, no name of a patient or of staff, no address of a database stands in either sentence.
    """

    level: Level
    check: str
    what: str
    advice: str = ""


def ok(check: str, what: str) -> Finding:
    """All is well here."""
    return Finding("ok", check, what)


def warning(check: str, what: str, advice: str) -> Finding:
    """The service runs, but somebody should do this when they next have time."""
    return Finding("warning", check, what, advice)


def problem(check: str, what: str, advice: str) -> Finding:
    """Patients or staff are not served as promised, or soon will not be: somebody should do this now."""
    return Finding("problem", check, what, advice)


def worst(findings: Iterable[Finding]) -> Level:
    """The level of the gravest finding."""
    found = {finding.level for finding in findings}
    for level in _WORST_FIRST:
        if level in found:
            return level
    return "ok"
