"""Cookies of one room, replayed in the other under every name: worth nothing there."""

from collections.abc import Mapping

from tests.attacks.house import SITE, House, cookies_of, put, with_cookies
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.people import Patient


def names_at_the_desk() -> tuple[str, ...]:
    return ("desk-session", "desk-device", "desk-own", "previsit-desk", "session")


def names_of_the_intake(draft_id: str) -> tuple[str, ...]:
    return (f"draft-{draft_id}", "previsit-intake", "session", "theme")


def test_no_cookie_of_a_patient_opens_the_desk(house: House) -> None:
    form = send(house.parts)
    patient = house.patient()
    for value in cookies_of(patient).values():
        thief = with_cookies(house.app, dict.fromkeys(names_at_the_desk(), value))
        for method, route in house.routes():
            if method == "GET" and route.startswith("/desk"):
                answer = thief.get(put(route, {"submission_id": form.id}), base_url=SITE)
                assert "VEGA" not in answer.get_data(as_text=True), route
                assert answer.status_code in (303, 403, 404) or needs_nothing(route), route


def needs_nothing(route: str) -> bool:
    return route in ("/desk/sign-in", "/desk/passkey-questions")


def test_no_cookie_of_staff_opens_a_form(house: House) -> None:
    patient, staff = house.patient(), house.everything()
    draft = patient.draft_id
    for value in cookies_of(staff).values():
        thief = with_cookies(house.app, dict.fromkeys(names_of_the_intake(draft), value))
        for page in ("", "goals", "check", "pause", "receipt", "toxin_rounds/aaaaaaaa"):
            answer = thief.get(f"/intake/{draft}/{page}", base_url=SITE)
            assert answer.status_code == 404, page
            assert "Vega" not in answer.get_data(as_text=True)


def test_a_signed_cookie_of_one_room_is_not_believed_by_the_other(house: House) -> None:
    patient, staff = house.patient(), house.everything()
    intake, desk = cookies_of(patient)["previsit-intake"], cookies_of(staff.opens("/desk/link"))["previsit-desk"]
    rooms = {"intake": (house.patients, intake, desk), "desk": (house.desk, desk, intake)}
    for name, (app, own, foreign) in rooms.items():
        assert read(house, name, own), "the room reads its own"
        assert not read(house, name, foreign)
        assert app.config["SECRET_KEY"] not in (b"", None)
    assert house.patients.config["SECRET_KEY"] != house.desk.config["SECRET_KEY"]


def read(house: House, name: str, value: str) -> Mapping[str, object]:
    """What a room reads in a session cookie of its own name."""
    app = house.patients if name == "intake" else house.desk
    with app.test_request_context(headers={"Cookie": f"previsit-{name}={value}"}):
        from flask import session

        return dict(session)


def test_the_secret_of_a_form_signs_nobody_in_and_a_sign_in_opens_no_form(house: House) -> None:
    patient, staff = house.patient(), house.everything()
    secret = cookies_of(patient)[f"draft-{patient.draft_id}"]
    token = cookies_of(staff)["desk-session"]
    thief = Staff.of(house.parts, house.app)
    thief.opens(f"/desk/setup/{secret}").sees("This link does not open anything")
    other = Patient.of(house.parts, house.app).opens("/i/").presses("Open my form", {"code": token})
    other.sees("We could not find a form with this code")
    thief.client.set_cookie("desk-session", secret, domain="127.0.0.1")
    thief.opens("/desk/").sees("Account name")


def test_signing_out_of_one_room_leaves_the_other_as_it_is(house: House) -> None:
    staff = house.everything()
    patient = Patient.of(house.parts, house.app)
    patient.client = staff.client
    patient.starts()
    staff.opens("/desk/").presses("Sign out")
    assert patient.at("who").status == 200
