"""Signs that nobody sees and that turn the order of what stands beside them around: a dose would read backwards."""

_TURNING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
_LEANING = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))


def unturned(text: str) -> str:
    """The text without marks that hold until they are closed, and no patient closes them. Its letters stay."""
    return text.translate(_TURNING)


def unmarked(text: str) -> str:
    """The text without any mark of direction: for a copy that nothing sets apart from what it is pasted beside."""
    return text.translate(_TURNING | _LEANING)
