"""How wide words are in the type of the PDF, about: enough to tell beforehand how many rows they take."""

import unicodedata

_UPRIGHT = """
25 29 34 47 47 64 71 19 30 30 37 55 22 34 22 33 47 47 47 47 47 47 47 47 47 47 24 24 55 55 55 44
90 70 59 65 71 56 49 69 73 30 33 64 53 84 70 71 55 71 59 49 60 67 66 96 66 58 61 36 29 36 52 49
40 46 50 43 51 45 31 50 54 28 28 52 27 79 55 51 52 51 38 39 32 54 50 75 49 52 43 28 21 28 45 55
"""
_BOLD = """
25 27 38 52 52 64 73 22 32 32 44 54 25 36 25 32 52 52 52 52 52 52 52 52 52 52 26 26 52 56 52 43
99 74 66 71 74 61 55 74 82 37 38 74 58 90 74 73 62 73 72 51 66 74 70 103 72 63 63 40 31 40 52 49
40 51 55 46 57 49 40 53 62 33 32 62 33 91 62 56 59 58 43 43 36 60 53 78 57 56 46 31 22 31 48 62
"""
"""Libertinus Serif from the space on, in hundredths of an em."""
_OTHER = 55
_WIDE = 100


def _table(widths: str) -> bytes:
    """For every byte of a text in Latin-1 its width; what is not in it comes as a question mark."""
    ascii_widths = [int(width) for width in widths.split()]
    return bytes([*[0] * 32, *ascii_widths, *[_OTHER] * 128])


_TABLES = {False: _table(_UPRIGHT), True: _table(_BOLD)}


def width(text: str, *, bold: bool = False) -> float:
    """The width of a text in em."""
    hundredths = sum(text.encode("latin-1", "replace").translate(_TABLES[bold]))
    return hundredths / 100 if text.isascii() else (hundredths + sum(map(_more, text))) / 100


def _more(sign: str) -> int:
    """What a sign is wider than the question mark it was counted as."""
    if sign < "\u0100":
        return 0
    if unicodedata.east_asian_width(sign) in "WF":
        return _WIDE - 44
    return -44 if unicodedata.category(sign) in ("Mn", "Me", "Cf") else _OTHER - 44
