"""A driver that reads like an operator: runs `previsit` commands with the settings of a test."""

import os
from collections.abc import Mapping

from click.testing import CliRunner, Result

from app.commands import main


class Operator:
    """Somebody at the command line of the host."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = dict(environ)

    def runs(self, *words: object, typing: str | None = None, **settings: str) -> str:
        """Run a command that works; returns what it printed."""
        result = self._run(words, typing, settings)
        assert result.exit_code == 0, result.output
        return result.output

    def is_refused(self, *words: object, typing: str | None = None, **settings: str) -> str:
        """Run a command that does not work; returns the sentence that says why. It is never a traceback."""
        result = self._run(words, typing, settings)
        assert result.exit_code, result.output
        assert isinstance(result.exception, SystemExit), result.exception
        return result.output

    def _run(self, words: tuple[object, ...], typing: str | None, settings: Mapping[str, str]) -> Result:
        before = os.umask(0)
        try:
            arguments = [str(word) for word in words]
            return CliRunner().invoke(main, arguments, input=typing, env={**self.environ, **settings})
        finally:
            os.umask(before)
