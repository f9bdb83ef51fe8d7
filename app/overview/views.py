"""The overview of the condition, and the pages on privacy and accessibility: no cookie, no token, cacheable."""

from collections.abc import Collection
from dataclasses import dataclass, field

from flask import Blueprint, Flask, Response, current_app, render_template, request

from ..parts import Parts
from ..records.store import StoreUnavailable
from ..room import chosen_theme
from .pages import ContentPage, load_page

blueprint = Blueprint("overview", __name__)

_FIVE_MINUTES = "public, max-age=300"


@dataclass
class Shelf:
    """The content pages of one language, and each as it was drawn for each theme."""

    pages: dict[str, ContentPage]
    drawn: dict[tuple[str, str], bytes] = field(default_factory=dict)


def stock(app: Flask, parts: Parts) -> None:
    """Load the content pages once, with the clinic's own name, phone and hours in them."""
    clinic = parts.config.clinic
    words = {
        "clinic_name": clinic.name,
        "clinic_place": clinic.place,
        "clinic_phone": clinic.phone,
        "clinic_phones": " or ".join(clinic.phones),
        "clinic_hours": clinic.hours,
        "clinic_address": ", ".join(clinic.address),
        "draft_days": str(parts.config.draft_days),
        "kept": kept(parts.config.keep_days.values()),
    }
    language = parts.config.language.split("-")[0]
    slugs = ("overview", "privacy", "accessibility")
    app.extensions["shelf"] = Shelf({slug: load_page(slug, language, words) for slug in slugs})


def kept(days: Collection[int]) -> str:
    """The sentence that says how long sent forms are kept: the longest of the promises holds for all."""
    if 0 in days:
        return "Call us to ask how long we keep them."
    longest = max(days)
    span = f"{longest // 365} years" if longest % 365 == 0 and longest > 365 else f"{longest} days"
    return (
        f"This service deletes them {span} after we receive them, or after your visit if that is later. "
        "Your record at the clinic may keep what your care team took from them for longer."
    )


@blueprint.get("/")
def overview() -> Response:
    """What hemifacial spasm is, in plain words, and one clear way to start."""
    return _page("overview")


@blueprint.get("/privacy")
def privacy() -> Response:
    """What is asked, why, who reads it, and how it is protected."""
    return _page("privacy")


@blueprint.get("/accessibility")
def accessibility() -> Response:
    """What was done so that everybody can use the form, and what was not tested yet."""
    return _page("accessibility")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """No page of this service belongs in a search engine."""
    return Response("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/healthz")
def healthz() -> Response | tuple[Response, int]:
    """200 when the database answers, 503 when it does not."""
    parts: Parts = current_app.extensions["parts"]
    try:
        parts.store.ping()
    except StoreUnavailable:
        return Response('{"status": "database unavailable"}\n', content_type="application/json"), 503
    return Response('{"status": "ok"}\n', content_type="application/json")


def _page(slug: str) -> Response:
    shelf: Shelf = current_app.extensions["shelf"]
    key = (slug, chosen_theme())
    if key not in shelf.drawn:
        html = render_template(
            "overview/page.html",
            content=shelf.pages[slug],
            is_overview=slug == "overview",
            here=request.path,
        )
        shelf.drawn[key] = html.encode()
    response = Response(shelf.drawn[key], content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = _FIVE_MINUTES
    response.headers["Vary"] = "Cookie"
    return response
