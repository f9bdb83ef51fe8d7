"""A brief with what the clinic knows of the form beside it: what the page, the print and the PDF draw alike."""

from dataclasses import dataclass

from ..questionnaire.brief.model import Brief, Line


@dataclass(frozen=True, kw_only=True)
class BriefSheet:
    """One brief to draw. Times and days are in words, dd-Mmm-yyyy; what is not known is empty.

    `staff` holds what staff wrote (answers on the phone, notes, grades): lines of kind `staff`, set apart from what
    the patient said. `unseen` says that nobody has acknowledged its urgent flags yet.
    """

    brief: Brief
    reference: str
    chart: str
    visit: str
    received: str
    status: str
    phone: str = ""
    staff: tuple[Line, ...] = ()
    unseen: bool = False
