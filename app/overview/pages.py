"""The pages anybody may read, from Markdown files, one folder per language.

A file opens with front matter between two ``---`` lines (``key: value``, every key in
``FRONT_MATTER``), then holds its body. The page template draws the title as h1, so the body starts
at ``##``. In the body, ``{clinic_phone}`` and its like are filled in from configuration, and a
paragraph holding only ``[[contact]]`` or its like leaves a slot for the template to fill. Raw HTML
is off. A placeholder cannot stand in the address of a link: Markdown would percent-encode it.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token

CONTENT = Path(__file__).parent / "content"
FRONT_MATTER = ("title", "description", "version", "reviewed_by", "reviewed_on")
MAY_BE_EMPTY = ("reviewed_by", "reviewed_on")

_SLUG = re.compile(r"[a-z]+(-[a-z]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SLOT = re.compile(r"\[\[([a-z_]+)\]\]")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "typographer": False})


@dataclass(frozen=True)
class Html:
    """A finished piece of the body: safe to print as it is."""

    text: str


@dataclass(frozen=True)
class Slot:
    """A place in the body that the page template fills, such as ``contact``."""

    name: str


Block: TypeAlias = Html | Slot


@dataclass(frozen=True)
class ContentPage:
    """One page in one language; all but ``blocks`` is plain text, still to be escaped."""

    slug: str
    title: str
    description: str
    version: str
    reviewed_by: str  #: empty until a clinician has signed
    reviewed_on: str  #: an ISO date, empty as long as reviewed_by is
    blocks: tuple[Block, ...]


def load_page(slug: str, language: str, words: Mapping[str, str]) -> ContentPage:
    """Read one page: in go its name, a language folder, and the words for its placeholders.

    Out comes the page with every placeholder filled (the words are HTML-escaped here, so hand them
    over plain). The file is read and rendered anew at every call: call it once and keep the result.

    Raises LookupError for a language or page that does not exist, ValueError for a file that is
    written wrong or a placeholder that is not among the words.
    """
    path = _find(slug, language)
    front, body = _split(path.read_text(encoding="utf-8"), path.name)
    return ContentPage(
        slug=slug,
        title=front["title"],
        description=front["description"],
        version=front["version"],
        reviewed_by=front["reviewed_by"],
        reviewed_on=front["reviewed_on"],
        blocks=tuple(_blocks(body, words, path.name)),
    )


def _find(slug: str, language: str) -> Path:
    """The file of a page; only plain names get as far as the disk."""
    folder = CONTENT / language
    if not _LANGUAGE.fullmatch(language) or not folder.is_dir():
        raise LookupError(f"There is no content in the language {language!r}")
    path = folder / f"{slug}.md"
    if not _SLUG.fullmatch(slug) or not path.is_file():
        raise LookupError(f"There is no page {slug!r} in the language {language!r}")
    return path


def _split(text: str, name: str) -> tuple[dict[str, str], str]:
    """Front matter and body of a file; a front matter that is not complete is refused."""
    opening, _, rest = text.partition("---\n")
    head, closing, body = rest.partition("\n---\n")
    if opening or not closing:
        raise ValueError(f"{name}: it must open with front matter between two --- lines")
    front: dict[str, str] = {}
    for line in filter(str.strip, head.splitlines()):
        key, colon, value = line.partition(":")
        if not colon or key not in FRONT_MATTER or key in front:
            raise ValueError(f"{name}: cannot read this line of the front matter: {line!r}")
        front[key] = value.strip()
    for key in FRONT_MATTER:
        if key not in front or not (front[key] or key in MAY_BE_EMPTY):
            raise ValueError(f"{name}: the front matter does not give {key!r}")
    _check_review(front, name)
    return front, body


def _check_review(front: Mapping[str, str], name: str) -> None:
    """A review counts only with both a person and a real date."""
    if bool(front["reviewed_by"]) != bool(front["reviewed_on"]):
        raise ValueError(f"{name}: give both reviewed_by and reviewed_on, or neither")
    if front["reviewed_on"]:
        try:
            date.fromisoformat(front["reviewed_on"])
        except ValueError as wrong:
            raise ValueError(f"{name}: reviewed_on must be a date like 2026-03-28") from wrong


def _blocks(body: str, words: Mapping[str, str], name: str) -> list[Block]:
    """The rendered body, cut in pieces at its slots."""
    tokens = _MARKDOWN.parse(body)
    _name_headings(tokens)
    blocks: list[Block] = []
    start = 0
    for index, token in enumerate(tokens):
        slot = _SLOT.fullmatch(token.content) if token.type == "inline" else None
        if slot and token.level == 1 and tokens[index - 1].type == "paragraph_open":
            blocks += _html(tokens[start : index - 1], words, name)
            blocks.append(Slot(slot[1]))
            start = index + 2
    return blocks + _html(tokens[start:], words, name)


def _html(tokens: Sequence[Token], words: Mapping[str, str], name: str) -> list[Html]:
    """One finished piece, or none where there is nothing between two slots."""
    if not tokens:
        return []
    return [Html(_fill(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}), words, name))]


def _fill(html: str, words: Mapping[str, str], name: str) -> str:
    """Put the escaped words in; done after Markdown, so that no word is read as markup."""

    def word(match: re.Match[str]) -> str:
        if match[1] not in words:
            raise ValueError(f"{name}: there is no word for the placeholder {match[0]}")
        return escape(words[match[1]])

    return _PLACEHOLDER.sub(word, html)


def _name_headings(tokens: Sequence[Token]) -> None:
    """Give each h2 an id made from its words, so that it can be linked."""
    taken: set[str] = set()
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.tag == "h2":
            wanted = name = _slugified(inline.content)
            number = 2
            while name in taken:
                name, number = f"{wanted}-{number}", number + 1
            taken.add(name)
            opening.attrSet("id", name)


def _slugified(heading: str) -> str:
    plain = unicodedata.normalize("NFKD", _PLACEHOLDER.sub("", heading).replace("’", ""))
    plain = plain.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"
