"""Paper: whether the fonts of this host can draw the names of patients in PDFs."""

from collections.abc import Iterator

from .finding import Finding, ok, warning

SCRIPTS = {"Chinese": "佐", "Japanese": "あ", "Korean": "김"}
"""A letter of each script that Typst brings no font for, and that many patients write their names in."""


def lacking(*, system_fonts: bool = True) -> list[str]:
    """The scripts that cannot be drawn; without `system_fonts`, as on a host that has no fonts."""
    from ..outputs import typesetting  # Typst is loaded where it is needed

    return [name for name, letter in SCRIPTS.items() if not typesetting.draws(letter, system_fonts=system_fonts)]


def fonts(*, system_fonts: bool = True) -> Iterator[Finding]:
    """What a PDF would have to say in words, in place of letters."""
    missing = lacking(system_fonts=system_fonts)
    if missing:
        yield warning(
            "fonts",
            f"No font here draws {', '.join(missing)}: a PDF says so in words in place of such a name.",
            "Install Noto CJK (on Debian fonts-noto-cjk; fonts-noto-core for yet other scripts), then restart.",
        )
    else:
        yield ok("fonts", "Names in Chinese, Japanese and Korean can be drawn in PDFs.")
