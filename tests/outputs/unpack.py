"""Reading an export as other software would: strictly, from its bytes."""

import csv
import io
import re
from zipfile import ZipFile

from app.outputs.csv_text import BOM

_QUOTED = re.compile(rb'"(?:[^"]|"")*"')


def members(archive: bytes) -> dict[str, bytes]:
    """Every file of the zip, its checksum checked."""
    with ZipFile(io.BytesIO(archive)) as zipped:
        assert zipped.testzip() is None
        return {name: zipped.read(name) for name in zipped.namelist()}


def table(data: bytes, *, guarded: bool = False) -> list[dict[str, str]]:
    """The rows of a CSV file by column name, after checking its bytes."""
    assert data.startswith(BOM) == guarded
    data = data.removeprefix(BOM)
    outside = _QUOTED.sub(b"", data)
    assert b'"' not in outside
    assert outside.count(b"\r") == outside.count(b"\n") == outside.count(b"\r\n")
    assert data.endswith(b"\r\n")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8", "strict"), newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1
    assert len(set(rows[0])) == len(rows[0])
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
