"""The language of the pages. Sentences in templates are marked as `{{ _("...") }}`; there is one language yet.

A marked sentence without a placeholder is the same for everybody, so it becomes part of the template when that is
loaded: an environment of its own for each language costs nothing at each request.
"""

import re
from collections.abc import Callable

from jinja2 import Environment
from jinja2.ext import Extension
from markupsafe import escape

_MARKED = re.compile(r'\{\{ _\("([^"{}]*)"\) \}\}')


class Sentences(Extension):
    """Puts marked sentences into the source of a template as it is loaded, translated and escaped."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._translated: Callable[[str], str] = str

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source with every marked sentence in place."""
        return _MARKED.sub(lambda found: str(escape(self._translated(found[1]))), source)
