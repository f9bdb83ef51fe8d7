"""How much room words take, and how a patient's long answer is shown by its beginning when there is too little."""

import math
import re
import unicodedata
from dataclasses import replace

from .model import Line, Said

LONG_WORD = 20
"""Characters: a run without a space takes one word's room for every so many of them begun."""
_MAY_BE_WIDE = re.compile("[^\u0000-\u10ff\u2000-\u22ff]")
"""No wide character stands below U+1100, nor among the signs of punctuation and mathematics."""
IN_APPENDIX = "… [appendix]"
"""Stands where a long answer is shown by its beginning; the whole of it is then in the appendix."""


def room(text: str) -> int:
    """The room of a text, in words; never less than the number of its words.

    Scripts without spaces (wide characters) count one word for two characters.
    """
    words = text.split()
    if _MAY_BE_WIDE.search(text) is None and len(max(words, key=len, default="")) <= LONG_WORD:
        return len(words)
    return sum(map(_room_of, words))


def _room_of(word: str) -> int:
    if len(word) <= LONG_WORD and _MAY_BE_WIDE.search(word) is None:
        return 1
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in word)
    return max(1, math.ceil(wide / 2 + (len(word) - wide) / LONG_WORD))


def room_of_line(line: Line) -> int:
    """The room of a line with its label, in words."""
    return room(f"{line.label} {line.text}")


def room_of_longest_quotation(line: Line) -> int:
    """The room of the longest answer in the patient's words on this line; 0 when there is none."""
    return max((room(said.text) for said in line.said if said.role == "quote"), default=0)


def beginning(text: str, words: int) -> str:
    """The beginning of a text that takes at most so many words' room, cut between words where it can be."""
    taken: list[str] = []
    left = words
    for word in text.split():
        if _room_of(word) > left:
            if not taken:
                taken.append(_part_of(word, left))
            break
        taken.append(word)
        left -= _room_of(word)
    return " ".join(taken)


def _part_of(word: str, words: int) -> str:
    """The beginning of one long run of characters; a letter keeps its accents and joined signs."""
    end = min(len(word), words * 2 if _room_of(word) > math.ceil(len(word) / LONG_WORD) else words * LONG_WORD)
    while (
        end > 1
        and end < len(word)
        and (unicodedata.category(word[end])[0] == "M" or "\u200d" in word[end - 1 : end + 1])
    ):
        end -= 1
    return word[:end]


def shortened(line: Line, words: int) -> Line:
    """The line with each long answer in the patient's words shown by its beginning, of at most so many words."""
    return replace(line, said=tuple(_shortened(said, words) if _is_long(said, words) else said for said in line.said))


def _is_long(said: Said, words: int) -> bool:
    return said.role == "quote" and room(said.text) > words


def _shortened(said: Said, words: int) -> Said:
    before, _, inner = said.text.partition("“")
    inner = inner.rpartition("”")[0]
    return replace(said, text=f"{before}“{beginning(inner, words)}”{IN_APPENDIX}")
