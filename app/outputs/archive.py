"""An export as one zip that streams: tables as CSV, the codebook, and a page about it. Memory stays flat.

Rows of the repeating groups wait in encrypted spools until the main table is written. The zip is not marked ZIP64,
because the archive program of macOS refuses small streamed files that are: a file in it may hold 2 GiB, which is more
than a million submissions.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ..questionnaire.kinds import Definition
from . import about, codebook
from .columns import NUMBERS
from .csv_text import BOM, CsvBuffer, guard
from .spool import Spool
from .table import ExportRow, Sheet, Tables

_CHUNK = 64 * 1024
_OWNER_ONLY = 0o600 << 16

Change = Callable[[list[str]], list[str]]


def stream(
    wordings: Sequence[tuple[str, Definition]],
    current: Definition,
    submissions: Iterable[ExportRow],
    *,
    guarded: bool,
    exported_at: datetime,
    zone: str,
) -> Iterator[bytes]:
    """The zip, a few kilobytes at a time, read from `submissions` as it goes.

    `wordings` are all wordings that submissions point at, by digest; `guarded` gives the spreadsheet variant.
    `exported_at` carries its offset. Raises ValueError before the first byte when columns clash, and LookupError in
    the middle, which leaves the zip without an end, when a submission points at a wording that was not given.
    """
    tables = Tables(wordings, current)
    return _stream(tables, wordings, current, submissions, guarded, exported_at, zone)


def _stream(
    tables: Tables,
    wordings: Sequence[tuple[str, Definition]],
    current: Definition,
    submissions: Iterable[ExportRow],
    guarded: bool,
    exported_at: datetime,
    zone: str,
) -> Iterator[bytes]:
    pipe = _Pipe()
    sent: Counter[str] = Counter()
    with ExitStack() as opened:
        waiting = {sheet.name: _Waiting(sheet, opened.enter_context(Spool()), guarded) for sheet in tables.groups}
        archive = opened.enter_context(ZipFile(pipe, "w"))

        def member(name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
            info = ZipInfo(name, exported_at.timetuple()[:6])
            info.compress_type = ZIP_DEFLATED
            info.external_attr = _OWNER_ONLY
            with archive.open(info, "w") as file:
                yield from _pumped(chunks, file, pipe)
            yield pipe.take()

        main = _main_rows(tables, submissions, waiting, sent)
        yield from member(
            f"{tables.main.name}.csv", _csv(tables.main.header, main, _change(tables.main, guarded), guarded)
        )
        for sheet in tables.groups:
            yield from member(f"{sheet.name}.csv", waiting[sheet.name].chunks())
        book = codebook.rows(tables, wordings, current)
        yield from member(
            f"{codebook.NAME}.csv", _csv(list(codebook.FIELDS), book, _all_guarded if guarded else _as_is, guarded)
        )
        text = about.text(tables, wordings, sent, guarded=guarded, exported_at=exported_at, zone=zone)
        yield from member("README.txt", [text.encode()])
    yield pipe.take()


def _main_rows(
    tables: Tables, submissions: Iterable[ExportRow], waiting: "dict[str, _Waiting]", sent: Counter[str]
) -> Iterator[list[str]]:
    """The rows of the main table; on the way, the entries go where they wait."""
    for submission in submissions:
        rows = tables.rows(submission)
        sent[submission.wording] += 1
        for name, row in rows.entries:
            waiting[name].add(row)
        yield rows.main


def _csv(header: Sequence[str], rows: Iterable[list[str]], change: Change, guarded: bool) -> Iterator[bytes]:
    buffer = CsvBuffer()
    buffer.add(header)
    yield (BOM if guarded else b"") + buffer.take()
    for row in rows:
        buffer.add(change(row))
        if len(buffer) >= _CHUNK:
            yield buffer.take()
    yield buffer.take()


def _pumped(chunks: Iterable[bytes], file: IO[bytes], pipe: "_Pipe") -> Iterator[bytes]:
    for chunk in chunks:
        file.write(chunk)
        if pipe.waiting:
            yield pipe.take()


def _as_is(row: list[str]) -> list[str]:
    return row


def _all_guarded(row: list[str]) -> list[str]:
    return [guard(cell) for cell in row]


def _change(sheet: Sheet, guarded: bool) -> Change:
    """How a row is written. The guard passes over all but numbers: it changes text only, and codes, dates and ids
    in a document that was tampered with.
    """
    if not guarded:
        return _as_is
    places = [place for place, column in enumerate(sheet.columns) if column.holds not in NUMBERS]

    def change(row: list[str]) -> list[str]:
        for place in places:
            if row[place]:
                row[place] = guard(row[place])
        return row

    return change


class _Waiting:
    """The rows of one group's table, waiting for their turn."""

    def __init__(self, sheet: Sheet, spool: Spool, guarded: bool) -> None:
        self._spool = spool
        self._buffer = CsvBuffer()
        self._change = _change(sheet, guarded)
        self._buffer.add(sheet.header)
        self._spool.add((BOM if guarded else b"") + self._buffer.take())

    def add(self, row: list[str]) -> None:
        self._buffer.add(self._change(row))
        if len(self._buffer) >= _CHUNK:
            self._spool.add(self._buffer.take())

    def chunks(self) -> Iterator[bytes]:
        self._spool.add(self._buffer.take())
        return iter(self._spool)


class _Pipe:
    """What the zip writer writes into and the response reads from. It cannot seek, so the zip is made to stream."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    @property
    def waiting(self) -> bool:
        """Whether there is something to take."""
        return bool(self._parts)

    def write(self, data: bytes, /) -> int:
        """Called by the zip writer."""
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Called by the zip writer; nothing is held back here."""

    def close(self) -> None:
        """Called by the zip writer; there is nothing to close."""

    def take(self) -> bytes:
        """Everything written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken
