"""CSV as RFC 4180 has it, and the guard that keeps spreadsheets from reading text as a formula."""

import csv
import io
from collections.abc import Sequence

BOM = "\ufeff".encode()
"""In front of the spreadsheet variant only: Excel needs it to see UTF-8, software trips over it."""

_GUARDED = frozenset("=+-@\t\r\n\0＝＋－＠'")


def guard(text: str) -> str:
    """The text with an apostrophe in front when a spreadsheet could take it for a formula, or it has one already."""
    return f"'{text}" if text[:1] in _GUARDED else text


def unguard(text: str) -> str:
    """What `guard` was given: the text without one leading apostrophe."""
    return text[1:] if text[:1] == "'" else text


class CsvBuffer:
    """Rows in, bytes out: a few rows at a time, so that a table of any length needs little memory."""

    def __init__(self) -> None:
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, lineterminator="\r\n")

    def add(self, row: Sequence[str]) -> None:
        """Write one row."""
        self._writer.writerow(row)

    def __len__(self) -> int:
        """How many characters wait."""
        return self._text.tell()

    def take(self) -> bytes:
        """The rows added since the last time, in UTF-8; half a surrogate pair, which has none, is spelled out."""
        text = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return text.encode(errors="backslashreplace")
