"""Back to the page of a form on which something was pressed: its brief or all its answers, within the same list."""

from typing import Any

from flask import request, url_for

from . import filters
from .context import me


def form_page(submission_id: str, part: str = "") -> str:
    """The address of that page, by what its form posted (`where` in templates/desk/parts.html); `part` is an anchor."""
    page = "brief.show" if request.form.get("page") == "brief" else "sheet.show"
    chosen: dict[str, Any] = dict(filters.read(request.form, me().id).chosen)
    return url_for(page, submission_id=submission_id, **chosen, _anchor=part or None)
