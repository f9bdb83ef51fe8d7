"""The link for patients: one public address, as a button for the website, as text, as a QR code for paper."""

from functools import lru_cache
from io import BytesIO

import segno
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from .access import signed_in
from .context import desk

blueprint = Blueprint("link", __name__)

_LABEL = "Fill out your form before the visit"
_STYLE = (
    "display:inline-block;padding:14px 22px;border-radius:6px;background:#0a5560;color:#ffffff;"
    "font:bold 18px/1.3 Arial,sans-serif;text-decoration:none"
)


@blueprint.get("/link")
@signed_in
def show() -> ResponseReturnValue:
    """The page that staff copy the link from."""
    address = f"{desk().parts.config.public_url}/"
    return render_template(
        "desk/link.html",
        address=address,
        on_paper=on_paper(address),
        snippet=snippet(address),
        qr=qr_code(address),
        is_local="//127.0.0.1" in address or "//localhost" in address,
    )


def snippet(address: str) -> str:
    """The button as HTML for somebody else's page, which has no style sheet of ours."""
    return f'<a href="{escape(address)}" style="{_STYLE}">{escape(_LABEL)}</a>'


def on_paper(address: str) -> str:
    """The address as one types it: browsers add https and the last stroke by themselves."""
    return address.removeprefix("https://").rstrip("/")


@lru_cache(maxsize=4)
def qr_code(address: str) -> Markup:
    """The address as a QR code; there are few, so they are kept."""
    return draw_qr(address, "QR code of the link for patients")


def draw_qr(text: str, title: str) -> Markup:
    """A text as a QR code in SVG, black on white with its quiet zone, without any style of its own."""
    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=False, svgclass=None, lineclass=None, omitsize=True,
        light="#fff", border=4, nl=False, title=title,
    )  # fmt: skip
    return Markup(drawn.getvalue().decode())  # noqa: S704 (drawn by segno: squares, and a title of our own)
