"""The export: every form that was sent, as a zip, streamed while it is read in short batches."""

from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from ..outputs import archive
from ..outputs.table import ExportRow
from ..records import audit, submissions, wordings
from ..records.submissions import Listed, Opened
from .access import needs, proved
from .context import Desk, desk, me

blueprint = Blueprint("export", __name__)

BATCH = 200
DOES_NOT_OPEN = "does_not_open"
"""The status code of a form that the key of this desk does not open."""
_KINDS = {"spreadsheet": True, "software": False}
"""What the file is for, and whether cells are guarded against being taken for formulas."""


@blueprint.get("/export")
@needs("export")
def show() -> ResponseReturnValue:
    """The choice of a file."""
    return render_template("desk/export.html")


@blueprint.post("/export")
@needs("export")
@proved
def download() -> ResponseReturnValue:
    """Every form sent so far, as a download. The audit line is on disk before the first answer leaves."""
    kind = request.form.get("for", "")
    guarded = _KINDS.get(kind)
    if guarded is None:
        abort(400)
    here, parts = desk(), desk().parts
    now = parts.now()
    with parts.store.writing() as connection:
        audit.note(connection, at=now, room="desk", who=me().id, act="export", record=kind)
    with parts.store.reading() as connection:
        known = wordings.all_of(connection)
    body = archive.stream(
        known,
        parts.definition,
        rows(here, now),
        guarded=guarded,
        exported_at=parts.local(now),
        zone=str(parts.config.clinic.timezone),
    )
    response = Response(body, content_type="application/zip", direct_passthrough=True)
    name = f"submissions-{parts.today().isoformat()}-{kind}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def rows(here: Desk, until: datetime) -> Iterator[ExportRow]:
    """What was received until that moment, oldest first. Each batch is read on a connection of its own.

    A form that does not open is a row all the same: its status says so, and it holds no answers.
    """
    after: tuple[datetime, str] | None = None
    while True:
        with here.parts.store.reading() as connection:
            batch = [r for r in submissions.batch_after(connection, after, BATCH) if r.received_at <= until]
            opened = submissions.open_what_opens(connection, batch, here.parts.keyring.private_keys)
        if not batch:
            return
        for listed in batch:
            yield _row(here, listed, opened.get(listed.id))
        after = (batch[-1].received_at, batch[-1].id)


def _row(here: Desk, listed: Listed, opened: Opened | None) -> ExportRow:
    return ExportRow(
        id=listed.id,
        reference=listed.reference,
        received_at=here.parts.local(listed.received_at),
        status=listed.status if opened else DOES_NOT_OPEN,
        visit_date=listed.visit_date,
        revision=listed.revision,
        wording=listed.wording,
        document=opened.document if opened else None,
    )
