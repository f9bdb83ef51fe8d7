"""Typst: a template and its data turned into a PDF, and which letters no font of this host can draw.

A template reads its data as JSON from `sys.inputs`: strings stay strings, and nothing in them is read as markup. The
root that it can read files from holds the templates and nothing else. Calls share no state but the fonts, so that
threads do not wait for each other.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import typst

ROOT = Path(__file__).parent / "typeset"
STANDARD = "ua-1"
"""Under it Typst refuses a text that no font can draw, where it would draw empty boxes. We claim no conformance."""
CannotDraw = typst.TypstError
"""No font draws something in the data. Also raised for a mistake in a template, which the data cannot make."""
_LETTERS = 20_000
_REMEMBERED = 10
"""Typst keeps what it worked out for a PDF until so many others were made."""


def pdf(template: str, data: Mapping[str, Any], *, system_fonts: bool = True) -> bytes:
    """The tagged PDF of a template in `ROOT`. Raises CannotDraw."""
    return typst.compile(
        ROOT / template,
        root=ROOT,
        sys_inputs={"data": json.dumps(data)},
        font_paths=_found(system_fonts),
        pdf_standards=STANDARD,
    )


def forget() -> None:
    """Let go of what was worked out for the PDFs made so far: for thirty briefs that is some 350 MB each time."""
    for _ in range(_REMEMBERED):
        pdf("empty.typ", {})


def available(names: Sequence[str], *, system_fonts: bool = True) -> list[str]:
    """Those of these font families that there are."""
    families = set(_found(system_fonts).families())
    return [name for name in names if name in families]


def draws(text: str, *, system_fonts: bool = True) -> bool:
    """Whether the fonts can draw all of this text."""
    try:
        pdf("text.typ", {"text": text}, system_fonts=system_fonts)
    except CannotDraw:
        return False
    return True


@lru_cache(maxsize=_LETTERS)
def draws_letter(letter: str, *, system_fonts: bool = True) -> bool:
    """Whether the fonts can draw this letter, with the marks on it. Letters are remembered, texts are not."""
    return draws(letter, system_fonts=system_fonts)


@cache
def _found(system_fonts: bool) -> typst.Fonts:
    """The fonts of this host and those that Typst brings along. Looked for once: a new font needs a restart."""
    return typst.Fonts(include_system_fonts=system_fonts)
