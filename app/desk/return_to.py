"""Back to the page of a form on which something was pressed: its brief or all its answers, within the same list."""

from typing import Any

from flask import g, request, url_for

from . import filters


def page_before(submission_id: str, part: str = "") -> str:
    """The address of the page that something about a form was posted from: the call list, or a page of the form."""
    return url_for("calls.show") if request.form.get("page") == "calls" else form_page(submission_id, part)


def form_page(submission_id: str, part: str = "") -> str:
    """The address of that page, by what its form posted (`where` in templates/desk/parts.html); `part` is an anchor."""
    page = "brief.show" if request.form.get("page") == "brief" else "sheet.show"
    reader = g.staff.id if g.staff else ""
    chosen: dict[str, Any] = dict(filters.read(request.form, reader).chosen)
    return url_for(page, submission_id=submission_id, **chosen, _anchor=part or None)
