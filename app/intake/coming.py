"""Coming and going: the start page, a code to come back with, the birth date, leaving a shared device."""

from datetime import datetime

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from .. import codes, floods
from ..forgery import needs_no_token
from ..questionnaire.draft import Draft
from ..questionnaire.kinds import Date
from ..records import attempts, drafts
from ..room import theme_cookie
from . import cookies, sheets, traps
from .forms import raw_input
from .visit import Visit, room, visit

blueprint = Blueprint("coming", __name__)

Answer = str | BaseResponse | tuple[str, int]

_YEAR = 365 * 24 * 3600


@blueprint.get("/intake/")
def start() -> Answer:
    """What the form is for, before anything begins. Beside an open form: go on with it, or start for another person."""
    return render_template("intake/start.html", held=held())


@blueprint.post("/intake/")
def begin() -> Answer:
    """Lay down a new draft, unless one is open here and nobody said that this is for another person.

    A robot would make many: whoever trips a trap is asked to press once more.
    """
    here = room()
    if held() and request.form.get("for") != "another":
        return redirect(url_for("coming.start"))
    if traps.asks(crowded=floods.is_crowded()):
        return render_template("intake/once_more.html", whom=request.form.get("for", ""))
    now = here.parts.now()
    blank = Draft(settings=here.parts.config.questionnaire_settings, language=here.definition.language)
    with here.parts.store.writing() as connection:
        opened = drafts.begin(connection, here.parts.server_key, blank, here.expiry(now))
    cookies.was_here(opened.id, now)
    response = redirect(url_for("pages.come_back", draft_id=opened.id))
    here.cookies.give(response, opened, now)
    return response


def held() -> list[Visit]:
    """The drafts that this device can open, those in progress and those that were sent."""
    found = (visit(draft_id) for draft_id, _ in room().cookies.held())
    return [here for here in found if here is not None]


@blueprint.get("/i/")
def ask_code() -> Answer:
    """One box for the code (or the whole link)."""
    return render_template("intake/code.html", typed="", error="")


@blueprint.post("/i/")
def take_code() -> Answer:
    """Open the draft whose code was typed."""
    return open_with(request.form.get("code", ""))


@blueprint.get("/i/<code>")
def ask_to_open(code: str) -> Answer:
    """A resume link: says nothing, opens nothing, changes nothing, until the button is pressed."""
    return render_template("intake/resume.html", code=codes.read_secret(code) or "")


@blueprint.post("/i/<code>")
def open_link(code: str) -> Answer:
    """Open the draft of a resume link."""
    return open_with(code)


def open_with(typed: str) -> Answer:
    """Let this device open the draft with this code. Stored answers still wait for the birth date."""
    here = room()
    now = here.parts.now()
    secret = codes.read_secret(typed)
    opened = None
    if secret is not None:
        with here.parts.store.reading() as connection:
            opened = drafts.by_secret(connection, here.parts.server_key, secret, now)
    if opened is None:
        error = "We could not find a form with this code. Check each letter and number."
        return render_template("intake/code.html", typed=typed[:80], error=error), 422
    response = redirect(url_for("pages.come_back", draft_id=opened.id))
    here.cookies.give(response, opened, now)
    return response


def open_here(draft_id: str) -> Visit:
    """The form with this id, open on this device; else the request ends with the page that says it is not.

    An unknown form and somebody else's get the same answer.
    """
    here = visit(draft_id)
    if here is None:
        abort(make_response(render_template("intake/not_open.html"), 404))
    return here


def in_progress(draft_id: str, back: str = "") -> Visit:
    """The form with this id, open here, not sent, its patient known to be here; else the request ends elsewhere.

    A form that was sent leads to its receipt; after a while the birth date is asked first, and leads to `back`
    (this address when it is empty).
    """
    here = open_here(draft_id)
    if here.draft.sent:
        abort(to_receipt(draft_id))
    if here.is_locked:
        abort(make_response(ask_birth_date(here, back or request.path)))
    return here


def to_receipt(draft_id: str) -> BaseResponse:
    """To the receipt of a form that was sent."""
    return redirect(url_for("receipt.show", draft_id=draft_id))


def ask_birth_date(here: Visit, back: str, error: str = "", status: int = 200) -> Answer:
    """Ask for the birth date, once, before stored answers are shown."""
    field = ask_birth_field(error)
    html = render_template("intake/unlock.html", draft_id=here.id, back=back, error=error, field=field)
    return html, status


def ask_birth_field(error: str = "") -> sheets.Field:
    """The three boxes of the birth date, with what was typed."""
    dob = room().definition.questions["dob"]
    typed = {"dob": raw_input(dob, request.form)} if isinstance(dob, Date) and request.method == "POST" else {}
    (field,) = sheets.fields_of([dob], {}, typed, {"dob": error} if error else {}, helper=False)
    return field


@blueprint.post("/intake/<draft_id>/unlock")
def unlock(draft_id: str) -> Answer:
    """Check the birth date. Wrong tries are counted, and never end the draft."""
    here = open_here(draft_id)
    back = local_path(request.form.get("back", ""), f"/intake/{here.id}/")
    key = here.room.parts.server_key.digest("birth date", here.id)
    with here.room.parts.store.writing() as connection:
        wait = attempts.begin(connection, key, here.now)
    if wait is not None:
        return ask_birth_date(here, back, _try_again(here, wait), 429)
    if _typed_birth_date(here) == here.draft.answers.get("dob"):
        with here.room.parts.store.writing() as connection:
            attempts.forget(connection, key)
        cookies.was_here(here.id, here.now)
        return redirect(back)
    with here.room.parts.store.reading() as connection:
        wait = attempts.wait_until(connection, key, here.now)
    if wait is not None:
        return ask_birth_date(here, back, _try_again(here, wait), 429)
    return ask_birth_date(here, back, "This is not the date of birth on this form. Check it and try again.", 422)


def _typed_birth_date(here: Visit) -> object:
    dob = here.room.definition.questions["dob"]
    return here.room.forms.answers("unlock", [dob], request.form).values.get("dob")


def _try_again(here: Visit, wait: datetime) -> str:
    local = here.room.parts.local(wait)
    at = f"{local.hour % 12 or 12}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'}"
    phone = here.room.parts.config.clinic.phone
    return f"That did not match. Try again at {at}, or phone the clinic at {phone}."


@blueprint.get("/intake/<draft_id>/pause")
def pause(draft_id: str) -> Answer:
    """The code to come back with, while the form stays open here."""
    here = open_here(draft_id)
    if here.is_locked:
        return ask_birth_date(here, request.path)
    return render_template("intake/pause.html", here=here, link=link_of(here), left=False)


@blueprint.post("/intake/<draft_id>/leave")
def leave(draft_id: str) -> Answer:
    """Leave a shared device: show the code a last time, and let this device open the form no more."""
    return left(open_here(draft_id))


def left(here: Visit) -> Answer:
    """The page that says good-bye on a shared device."""
    response = make_response(render_template("intake/pause.html", here=here, link=link_of(here), left=True))
    here.room.cookies.take(response, here.id)
    return response


def link_of(here: Visit) -> str:
    """The link that opens this draft on another device."""
    return f"{here.room.parts.config.public_url}/i/{here.opened.secret}"


@blueprint.post("/theme")
@needs_no_token
def choose_theme() -> Answer:
    """Remember light or dark on this device."""
    back = local_path(request.form.get("back", ""), "/")
    return in_theme(redirect(back), request.form.get("action", ""))


def in_theme(response: BaseResponse, theme: str) -> BaseResponse:
    """The response, with light or dark remembered; anything else is left to the system's setting."""
    secure = room().parts.config.secure
    if theme in ("light", "dark"):
        name = theme_cookie(secure=secure)
        response.set_cookie(name, theme, max_age=_YEAR, httponly=True, samesite="Lax", secure=secure, path="/")
    return response


def local_path(path: str, otherwise: str) -> str:
    """A path of this site, or the other one: never an address somewhere else."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path and path.isprintable()
    return path if is_local else otherwise
