"""What a database is asked while something happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import event

from app.records.store import Store


class Statement(NamedTuple):
    """One statement as the database's driver gets it, with what was filled in."""

    sql: str
    given: object

    @property
    def verb(self) -> str:
        """Its first word, as SELECT."""
        return self.sql.split(None, 1)[0].upper()


@contextmanager
def statements_of(store: Store) -> Iterator[list[Statement]]:
    """Every statement within the block, in order; complete when the block has ended."""
    heard: list[Statement] = []

    def hear(_c: object, _cursor: object, sql: str, given: object, *_: object) -> None:
        heard.append(Statement(sql, given))

    event.listen(store.engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(store.engine, "before_cursor_execute", hear)
