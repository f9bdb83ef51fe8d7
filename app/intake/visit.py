"""One patient at one draft: opens it with the device's secret, changes it safely, knows when to ask who is there."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from flask import current_app

from ..parts import Parts
from ..questionnaire import draft as drafting
from ..questionnaire.draft import Draft
from ..questionnaire.kinds import Definition, Page, Value
from ..records import drafts
from ..records.drafts import OpenDraft
from . import cookies
from .cookies import DraftCookies
from .forms import Forms

_TRIES = 6


@dataclass(frozen=True)
class Room:
    """What the views of this room work with."""

    parts: Parts
    cookies: DraftCookies
    forms: Forms

    @property
    def definition(self) -> Definition:
        """The questionnaire that is asked."""
        return self.parts.definition

    def expiry(self, now: datetime) -> datetime:
        """When a draft that is saved now is deleted: the end of a day of the clinic's.

        To the second it would tell, beside the time of receipt, which draft belongs to which submission.
        """
        last = self.parts.local(now).date() + timedelta(days=self.parts.config.draft_days)
        end = datetime.combine(last + timedelta(days=1), time(), self.parts.config.clinic.timezone)
        return end.astimezone(UTC)


def room() -> Room:
    """The room of the current request."""
    return current_app.extensions["intake"]


@dataclass(frozen=True)
class Visit:
    """A draft opened on this device, at one moment."""

    room: Room
    opened: OpenDraft
    now: datetime
    today: date

    @property
    def draft(self) -> Draft:
        """The form in progress."""
        return self.opened.draft

    @property
    def id(self) -> str:
        """The draft's id, as it stands in addresses."""
        return self.opened.id

    @property
    def is_locked(self) -> bool:
        """Whether stored answers wait for the birth date: it is known, and nobody posted here for a while."""
        return "dob" in self.draft.answers and not cookies.is_present(self.id, self.now)

    def drawn_with(self, answers: Mapping[str, Value], question_ids: Iterable[str]) -> str:
        """A fingerprint of the answers that a page was drawn with; whoever has it can guess them only with our key."""
        plain = drafting.digest_of(answers, question_ids)
        return self.room.parts.server_key.digest("page as drawn", f"{self.id} {plain}").hex()[:16]

    def next_page(self) -> Page:
        """Where the patient goes now."""
        return self.draft.next_page(self.room.definition, self.now)

    def change(self, how: Callable[[Draft], Draft]) -> "Visit":
        """Save a change of the draft. When somebody else was faster, `how` is applied to what they left.

        `how` may raise to give up (a conflict, a draft that was sent meanwhile). Raises StoreUnavailable.
        """
        visit = self
        for _ in range(_TRIES):
            try:
                with visit.room.parts.store.writing() as connection:
                    saved = drafts.save(
                        connection,
                        visit.room.parts.server_key,
                        visit.opened,
                        how(visit.draft),
                        visit.room.expiry(visit.now),
                    )
                return replace(visit, opened=saved)
            except drafts.Changed:
                visit = visit.again()
        raise drafts.Changed

    def again(self) -> "Visit":
        """The same draft, read anew. Raises Changed when it is gone."""
        opened = _load(self.room, self.id, self.opened.secret, self.now)
        if opened is None:
            raise drafts.Changed
        return replace(self, opened=opened)

    def stay(self) -> None:
        """Remember that the patient is at this device, unless they have to say so first."""
        if not self.is_locked:
            cookies.was_here(self.id, self.now)


def visit(draft_id: str) -> Visit | None:
    """The draft with this id, opened with the secret that this device holds; None when it does not open here."""
    here = room()
    secret = here.cookies.secret(draft_id)
    now = here.parts.now()
    opened = _load(here, draft_id, secret, now) if secret else None
    return Visit(here, opened, now, here.parts.today()) if opened else None


def _load(here: Room, draft_id: str, secret: str, now: datetime) -> OpenDraft | None:
    with here.parts.store.reading() as connection:
        return drafts.load(connection, here.parts.server_key, draft_id, secret, now)
