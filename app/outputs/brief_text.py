"""A brief sheet as plain text for the chart: the brief, with what the clinic knows of the form beside it."""

from ..questionnaire.brief.text import ATTENTION, CHART, REFERENCE, as_text
from .brief_sheet import BriefSheet

UNSEEN = "nobody has acknowledged the urgent flags of this form yet"


def sheet_as_text(sheet: BriefSheet) -> str:
    """The text, ending in a line break, within the limits of a brief as text. What is not known is left out."""
    known = ((REFERENCE, sheet.reference), (CHART, sheet.chart), (ATTENTION, UNSEEN if sheet.unseen else ""))
    return as_text(sheet.brief, [(label, value) for label, value in known if value], sheet.staff)
