"""One name posted twice with two different values, where one is wanted: the one rule for both rooms.

Which of the two is meant cannot be known, and programs in front of this one may have looked at the other, so neither
counts. At a question it is a wrong input, said beside the question (`intake/forms.py`). Anywhere else (a button, a
token, a field of the desk, a part of an address that the desk reads) the request is no request of our pages, and is
treated as a forged one. Twice the same value is that value. No browser posts our pages so.
"""

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from flask import Flask
from werkzeug.datastructures import MultiDict

View = TypeVar("View", bound=Callable[..., object])

_several: dict[Callable[..., object], frozenset[str]] = {}
_CONFIG = "MAY_REPEAT"


def takes_several(*names: str) -> Callable[[View], View]:
    """Mark a view whose form may post these names several times, like a list of boxes to tick."""

    def mark(view: View) -> View:
        _several[view] = frozenset(names)
        return view

    return mark


def leave_to_questions(app: Flask, names: Iterable[str]) -> None:
    """In this room, what is posted under these names is judged where the questions are read."""
    app.config[_CONFIG] = frozenset(names)


def is_unclear(values: Collection[str]) -> bool:
    """Whether these values of one name contradict each other."""
    return len(set(values)) > 1


def unclear_names(app: Flask, view: Callable[..., object] | None, posted: MultiDict[str, str]) -> list[str]:
    """The names in a form or an address of which this view cannot know what was meant."""
    if len(posted) == sum(1 for _ in posted.items(multi=True)):
        return []
    allowed = app.config.get(_CONFIG, frozenset()) | _several.get(view, frozenset()) if view else frozenset()
    return [name for name, values in posted.lists() if name not in allowed and is_unclear(values)]
