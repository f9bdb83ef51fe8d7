"""The patients' cookies: one for each draft, holding its secret, and when this device last posted to it.

The secret's cookie lasts as long as the draft. The moment of the last post lies in the signed session cookie, which
ends with the browser: twenty minutes later, or in a new browser, stored answers wait for the birth date.
"""

from datetime import UTC, datetime, timedelta

from flask import request, session
from werkzeug.wrappers import Response

from ..records.drafts import OpenDraft
from ..room import cookie_name

AWAY = timedelta(minutes=20)
_MOST_DRAFTS = 8
_SEEN = "seen"


class DraftCookies:
    """Reads and sets the cookies of this room."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self._prefix = cookie_name("draft-", secure=secure)

    def secret(self, draft_id: str) -> str | None:
        """The secret that this device holds for a draft."""
        return request.cookies.get(self._prefix + draft_id)

    def held(self) -> list[tuple[str, str]]:
        """(draft id, secret) of every draft that this device holds a cookie for."""
        return [
            (name.removeprefix(self._prefix), value)
            for name, value in request.cookies.items()
            if name.startswith(self._prefix)
        ][:_MOST_DRAFTS]

    def give(self, response: Response, opened: OpenDraft, now: datetime) -> None:
        """Let this device open the draft for as long as the draft lasts."""
        response.set_cookie(
            self._prefix + opened.id,
            opened.secret,
            max_age=max(int((opened.expires_at - now).total_seconds()), 0),
            httponly=True,
            samesite="Lax",
            secure=self._secure,
            path="/",
        )

    def take(self, response: Response, draft_id: str) -> None:
        """This device does not open the draft any more."""
        response.delete_cookie(self._prefix + draft_id, httponly=True, samesite="Lax", secure=self._secure, path="/")
        session[_SEEN] = {key: at for key, at in session.get(_SEEN, {}).items() if key != draft_id}


def is_present(draft_id: str, now: datetime) -> bool:
    """Whether this device posted to the draft within the last twenty minutes, even if the clock was set back since."""
    at = session.get(_SEEN, {}).get(draft_id)
    return isinstance(at, int) and abs(now - datetime.fromtimestamp(at, UTC)) <= AWAY


def was_ever_here(draft_id: str) -> bool:
    """Whether this browser posted to the draft since it was opened; only this room can sign that into its cookie."""
    return draft_id in session.get(_SEEN, {})


def was_here(draft_id: str, now: datetime) -> None:
    """Remember that this device just posted to the draft."""
    seen = {key: at for key, at in session.get(_SEEN, {}).items() if key != draft_id}
    newest = dict(list(seen.items())[-_MOST_DRAFTS + 1 :])
    session[_SEEN] = {**newest, draft_id: int(now.timestamp())}
