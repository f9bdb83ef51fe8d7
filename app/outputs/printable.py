"""Text as it can be set on paper: without signs that steer a program, and with words for what no font can draw."""

import unicodedata
from collections.abc import Callable, Iterator

from ..questionnaire.direction import unturned

NOT_A_SIGN = "\ufffd"
"""Stands for what is no sign at all: control characters, half a surrogate pair, what is left to private use."""
LACKING = "[letters or signs that the fonts here lack: see the screen]"
LACKING_AGAIN = "[…]"
_ISOLATED = ("\u2068", "\u2069")
_JOINER = "\u200d"


def printable(text: str) -> str:
    """The text with spaces for tabs and the like, and without marks that turn the order of signs around.

    A line break stays. On paper nobody could see that such a mark is there.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_printable(sign) for sign in unturned(text))


def _printable(sign: str) -> str:
    kind = unicodedata.category(sign)
    if sign == "\n" or kind == "Zs":
        return sign
    if sign.isspace():
        return " "
    return NOT_A_SIGN if kind in ("Cc", "Cs", "Co") else sign


def isolated(text: str) -> str:
    """The text; one that holds letters written from right to left leaves the order of what stands around it alone."""
    if not text.isascii() and any(unicodedata.bidirectional(sign) in ("R", "AL", "AN") for sign in text):
        return text.join(_ISOLATED)
    return text


def clusters(text: str) -> Iterator[str]:
    """The letters of a text, each with the marks on it and whatever is joined to it."""
    cluster = ""
    for sign in text:
        joins = unicodedata.category(sign)[0] == "M" or sign == _JOINER or cluster.endswith(_JOINER)
        if cluster and not joins:
            yield cluster
            cluster = ""
        cluster += sign
    if cluster:
        yield cluster


def is_plain(letter: str) -> bool:
    """Whether a letter is of those that every font has: Latin, and the dashes and quotation marks of a text."""
    return len(letter) == 1 and (letter < "\u0250" or "\u2010" <= letter <= "\u2027")


def in_words(text: str, drawn: Callable[[str], bool]) -> str:
    """The text with words in place of letters that cannot be drawn: a sentence for the first of them, then a mark.

    Neighbours share one, also across spaces and commas.
    """
    parts: list[str] = []
    between, lacking, told = "", False, False
    for cluster in clusters(text):
        if not drawn(cluster):
            if not lacking:
                parts += [between, LACKING_AGAIN if told else LACKING]
            between, lacking, told = "", True, True
        elif not any(sign.isalnum() for sign in cluster):
            between += cluster
        else:
            parts += [between, cluster]
            between, lacking = "", False
    return "".join((*parts, between))
