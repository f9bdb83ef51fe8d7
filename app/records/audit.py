"""Audit lines: who did what to which record, when, from which room. Appended in the transaction of the act."""

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert

from .models import Audit

PATIENT = "patient"

Room = Literal["intake", "desk", "work"]


def note(connection: Connection, *, at: datetime, room: Room, who: str, act: str, record: str) -> None:
    """Append one line. `who` is a staff id, `patient` or `system`; `record` an id, never a name."""
    # Inline: the number that the line gets is not asked for, since the intake's role may not read this table.
    connection.execute(insert(Audit).inline().values(at=at, room=room, who=who, act=act, record=record))
