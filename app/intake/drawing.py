"""Draws questions through the one macro, and remembers those whose drawing tells nothing about anybody.

A list of choices has few states, and they are the same for every patient: drawing it once is enough. Whatever was
typed, and whatever went wrong, is drawn each time and never remembered.
"""

from collections.abc import Callable
from functools import lru_cache

from flask import Flask
from markupsafe import Markup

from .sheets import Field

_LISTS = frozenset({"radios", "checkboxes", "scale", "confirm"})


def init_app(app: Flask) -> None:
    """Let the templates of this room say `draw(field, alone)`."""
    draw: list[Callable[[Field, bool], Markup]] = []

    def macro(field: Field, alone: bool) -> Markup:
        if not draw:
            draw.append(app.jinja_env.get_template("macros.html").module.question)  # type: ignore[attr-defined]
        return draw[0](field, alone)

    remembered = lru_cache(maxsize=2000)(macro)

    def drawn(field: Field, alone: bool = False) -> Markup:
        tells_nothing = field.kind in _LISTS or not any(field.raw)
        return (
            remembered(field, alone) if tells_nothing and not field.error and not field.entries else macro(field, alone)
        )

    app.jinja_env.globals["draw"] = drawn
