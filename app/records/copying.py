"""Rows from one database into another of the same schema, in batches: memory does not grow with their number."""

from collections.abc import Mapping

from sqlalchemy import Connection, Select, Table, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute

from .models import Base, Submission

_BATCH = 200
_PARENTS_FIRST: Mapping[str, InstrumentedAttribute[int]] = {Submission.__tablename__: Submission.revision}
"""Rows that point at rows of their own table, in an order that lays down what they point at first."""


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy every row of every table into empty tables, and let numbering go on behind the highest number copied."""
    for table in Base.metadata.sorted_tables:
        rows = source.execute(_all_of(table).execution_options(yield_per=_BATCH)).mappings()
        for batch in rows.partitions():
            target.execute(insert(table), [dict(row) for row in batch])
        if target.dialect.name == "postgresql":
            _number_on(target, table)


def _all_of(table: Table) -> Select:
    first = _PARENTS_FIRST.get(table.name)
    return select(table) if first is None else select(table).order_by(first)


def _number_on(target: Connection, table: Table) -> None:
    column = table.autoincrement_column
    if column is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        target.execute(select(func.setval(sequence, func.coalesce(func.max(column), 0) + 1, False)))
