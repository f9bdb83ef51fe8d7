"""Draws questions through the one macro, and remembers those whose drawing tells nothing about anybody.

A list of choices has few states, and they are the same for every patient: drawing it once is enough. Whatever was
typed, and whatever went wrong, is drawn each time and never remembered.
"""

from collections.abc import Callable
from functools import lru_cache

from flask import Flask
from markupsafe import Markup

from .sheets import Field


def init_app(app: Flask) -> None:
    """Let the templates of this room say `draw(field, alone)`."""
    draw: list[Callable[[Field, bool], Markup]] = []

    def macro(field: Field, alone: bool) -> Markup:
        if not draw:
            draw.append(app.jinja_env.get_template("macros.html").module.question)  # type: ignore[attr-defined]
        return draw[0](field, alone)

    remembered = lru_cache(maxsize=2000)(macro)

    def drawn(field: Field, alone: bool = False) -> Markup:
        return (remembered if field.tells_nothing else macro)(field, alone)

    app.jinja_env.globals["draw"] = drawn
