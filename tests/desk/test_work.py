"""Working on a form: who did what with it, what was written beside it, and two people at once."""

import pytest
from sqlalchemy import func, select

from app.parts import Parts
from app.records import audit, erasing, models, sealed, submissions, work
from app.records.statuses import ARCHIVED, ATTENTION, IN_REVIEW, NEEDS_INFO, RECEIVED, REVIEWED, STATUSES
from app.records.submissions import Listed
from app.records.work import Kind
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import NAME, PASSWORD, Staff

OTHER = "dr.okafor@clinic.example"


def status_of(parts: Parts, submission_id: str) -> str:
    with parts.store.reading() as connection:
        listed = submissions.find(connection, submission_id)
    assert listed
    return listed.status


def test_only_an_acknowledgement_with_words_leaves_attention(parts: Parts, specialist: Staff) -> None:
    form = send(parts, urgent_now=["speech"])
    specialist.looks_at(form.id).does_not_see("Needs information")
    specialist.presses("Acknowledge", {"done": "  "}).sees("write what was done")
    assert status_of(parts, form.id) == ATTENTION
    token = str(specialist.value_of("csrf_token"))
    for to in (RECEIVED, REVIEWED):
        data = {"csrf_token": token, "expected": ATTENTION, "to": to}
        assert specialist.posts(f"/desk/submissions/{form.id}/status", data).status == 400
    specialist.acknowledges(form.id).sees("Acknowledged, with what was done.", f"{NAME} looks after it.", NAME)
    assert status_of(parts, form.id) == RECEIVED


def test_the_second_who_acknowledges_is_told_and_what_they_wrote_is_a_note(parts: Parts, specialist: Staff) -> None:
    form = send(parts, urgent_now=["speech"])
    other = specialist.another_browser().has_an_account(name=OTHER).is_inside(OTHER).looks_at(form.id)
    specialist.acknowledges(form.id)
    other.presses("Acknowledge", {"done": "I called too"}).sees("Somebody else was quicker", "kept as a note")
    with parts.store.reading() as connection:
        written = work.written(connection, [form.id], parts.keyring.private_keys)[form.id]
    assert sorted(note.kind for note in written) == ["acknowledged", "note"]


def test_a_form_goes_its_way_and_back_with_who_and_when(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    form = send(parts)
    specialist.looks_at(form.id)
    for button, status in (
        ("In review", IN_REVIEW), ("Needs information", NEEDS_INFO), ("Reviewed", REVIEWED), ("In review", IN_REVIEW),
        ("Reviewed", REVIEWED), ("Archive", ARCHIVED), ("Reviewed", REVIEWED),
    ):  # fmt: skip
        clock.passes(minutes=1)
        specialist.presses(button)
        assert status_of(parts, form.id) == status
    specialist.sees(f"Reviewed a form by {NAME}, 02-Mar-2026, 10:07 AM EST.")


def test_reviewed_next_goes_to_the_next_of_the_list_and_can_be_undone(
    parts: Parts, specialist: Staff, clock: FakeClock
) -> None:
    forms: list[Listed] = []
    for name, day in (("One", "2026-03-03"), ("Two", "2026-03-04"), ("Three", None)):
        clock.passes(seconds=1)
        forms.append(send(parts, last_name=name, visit_date=day))
    one, two, three = forms
    specialist.looks_at(two.id).presses("Reviewed, next").sees(f"Form {two.reference} is marked reviewed.")
    assert specialist.page.heading == "THREE, Marisol"
    assert str(specialist.response and specialist.response.history[0].location).endswith("#top"), "the heading's id"
    specialist.presses("Needs information").presses("Reviewed, next")
    assert specialist.page.heading == "ONE, Marisol", "behind the last comes the first"
    specialist.presses(f"Undo: form {three.reference}").sees("Undone. Now: needs information.", three.reference)
    assert [status_of(parts, form.id) for form in forms] == [RECEIVED, REVIEWED, NEEDS_INFO]
    specialist.presses("Reviewed, next").presses("Reviewed, next").sees("Every form that was sent is reviewed.")
    specialist.presses(f"Undo: form {one.reference}").sees("Undone. Now: received.", one.reference)


def test_reviewed_next_stays_within_what_was_chosen(parts: Parts, specialist: Staff) -> None:
    forms = [send(parts, last_name=name, visit_date="2026-03-03") for name in ("Mine", "Other", "Also")]
    for form in (forms[0], forms[2]):
        specialist.looks_at(form.id).presses("I look after it")
    specialist.opens("/desk/?owner=me")
    first, second = specialist.names
    specialist.follows(first).presses("Reviewed, next")
    assert specialist.page.heading == second
    specialist.presses("Reviewed, next").sees("No form fits all that was chosen.", "Take away: Mine")


def test_somebody_was_quicker_with_reviewed_next_and_with_undo(parts: Parts, specialist: Staff) -> None:
    form, _ = send(parts), send(parts, last_name="Next")
    other = specialist.another_browser().has_an_account(name=OTHER).is_inside(OTHER).looks_at(form.id)
    specialist.looks_at(form.id).presses("Reviewed, next")
    other.presses("Reviewed, next").sees("Somebody else was quicker")
    other.looks_at(form.id).presses("Archive")
    specialist.presses(f"Undo: form {form.reference}").sees("Somebody else was quicker")
    assert status_of(parts, form.id) == ARCHIVED
    token = str(specialist.value_of("csrf_token"))
    for path, data in (
        ("undo", {"to": ATTENTION}),
        ("undo", {}),
        ("reviewed", {"expected": ATTENTION}),
        ("reviewed", {}),
    ):
        posted = specialist.posts(f"/desk/submissions/{form.id}/{path}", {"csrf_token": token, **data})
        assert posted.status == 400, (path, data)


def test_what_needs_attention_is_not_reviewed_in_passing(parts: Parts, specialist: Staff) -> None:
    specialist.looks_at(send(parts, urgent_now=["speech"]).id).does_not_see("Reviewed, next")


def test_every_status_is_left_only_by_its_steps(parts: Parts) -> None:
    form = send(parts)
    for status in STATUSES:
        for to in STATUSES:
            with parts.store.writing() as connection:
                connection.execute(models.Submission.__table__.update().values(status=status))  # type: ignore[attr-defined]
                moved = work.move(
                    connection, form.id, expected=status, to=to, who="x", now=parts.now(), today=parts.today()
                )
            assert moved is (to in work.STEPS[status]), (status, to)


def test_two_people_on_one_form_are_told_and_the_second_save_changes_nothing(parts: Parts, specialist: Staff) -> None:
    form = send(parts)
    other = specialist.another_browser().has_an_account(name=OTHER).is_inside(OTHER).looks_at(form.id)
    specialist.looks_at(form.id).sees(f"{OTHER} opened this form within the last 15 minutes.").presses("Reviewed")
    other.presses("Needs information").sees("Somebody else was quicker")
    assert status_of(parts, form.id) == REVIEWED


def test_after_a_while_nobody_is_told_of_anybody(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    form = send(parts)
    specialist.another_browser().has_an_account(name=OTHER).is_inside(OTHER).looks_at(form.id)
    clock.passes(minutes=14)
    specialist.looks_at(form.id).sees(f"{OTHER} opened this form")
    clock.passes(minutes=2)
    specialist.looks_at(form.id).does_not_see("opened this form within")


def test_a_question_is_answered_beside_the_patients_own_words(parts: Parts, specialist: Staff) -> None:
    form = send(parts)
    specialist.looks_at(form.id).presses("Save the question", {"text": "Which dose last time?"})
    specialist.sees("To ask on the phone", "Which dose last time?")
    clerk = specialist.another_browser().has_an_account("staff", name=OTHER).is_inside(OTHER).looks_at(form.id)
    clerk.does_not_see("Reviewed").presses("Save the answer", {"text": "25 units, she thinks\nwill check"})
    clerk.sees("Answered, in staff’s words: 25 units, she thinks will check", OTHER).does_not_see("Save the answer")
    with parts.store.reading() as connection:
        (opened,) = submissions.open_answers(connection, [form], parts.keyring.private_keys)
    assert "25 units, she thinks" not in str(opened.document)


def test_only_a_question_of_this_form_is_answered(parts: Parts, specialist: Staff) -> None:
    mine, other = send(parts), send(parts, last_name="Other")
    ids: dict[str, str] = {}
    with parts.store.writing() as connection:
        written: list[tuple[Kind, Listed]] = [("note", mine), ("question", other)]
        for kind, form in written:
            ids[kind] = work.write(
                connection, parts.keyring.recipients, form.id, kind, {"text": "x"}, who="operator", now=parts.now()
            )
    token = str(specialist.looks_at(mine.id).value_of("csrf_token"))
    for record in (*ids.values(), "0" * 32):
        path = f"/desk/submissions/{mine.id}/question/{record}/answer"
        assert specialist.posts(path, {"csrf_token": token, "text": "said"}).status == 404, record
    with parts.store.reading() as connection:
        kinds = connection.execute(select(models.SealedDocument.kind)).scalars().all()
    assert "reply" not in kinds


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"measure": "smc", "value": "3", "on": "2026-02-27"}, "SMC grade: 3, on 27-Feb-2026"),
        ({"measure": "hfs7", "value": "28", "on": ""}, "HFS-7 total: 28, on 02-Mar-2026"),
        ({"measure": "smc", "value": "5", "on": ""}, "SMC grade is a whole number from 0 to 4."),
        ({"measure": "smc", "value": "-1", "on": ""}, "SMC grade is a whole number from 0 to 4."),
        ({"measure": "smc", "value": "", "on": ""}, "SMC grade is a whole number from 0 to 4."),
        ({"measure": "smc", "value": "2", "on": "tomorrow"}, "write the day like 2026-03-09"),
        ({"measure": "smc", "value": "2", "on": "2026-03-03"}, "not one in the future"),
    ],
)
def test_grades_and_scores_that_a_clinician_found(
    parts: Parts, specialist: Staff, data: dict[str, str], said: str
) -> None:
    specialist.looks_at(send(parts).id).presses("Save the number", data).sees(said)


def test_a_number_that_cannot_be_kept_comes_back_as_it_was_typed(parts: Parts, specialist: Staff) -> None:
    form = send(parts)
    for page in ("", "/brief"):
        specialist.opens(f"/desk/submissions/{form.id}{page}")
        specialist.presses("Save the number", {"measure": "hfs7", "value": "29", "on": "2026-02-27"})
        specialist.sees("HFS-7 total is a whole number from 0 to 28.")
        assert specialist.status == 422
        assert specialist.value_of("value") == "29"
        assert specialist.value_of("on") == "2026-02-27"


def test_work_on_a_form_keeps_its_reader_within_the_list_they_came_from(parts: Parts, specialist: Staff) -> None:
    form = send(parts)
    specialist.opens(f"/desk/submissions/{form.id}/brief?visit_from=2026-03-01&owner=me")
    for button, typed in (
        ("Save the note", {"text": "Bring the scan."}),
        ("I look after it", {}),
        ("In review", {}),
        ("Save", {"chart": "MRN 7"}),
    ):
        specialist.presses(button, typed)
        assert specialist.path == f"/desk/submissions/{form.id}/brief"
        back = [str(link.get("href")) for link in specialist.page.all("a") if link.get("class") == "back"]
        assert back == ["/desk/?visit_from=2026-03-01&owner=me"]


def test_what_staff_write_is_sealed_found_nowhere_else_and_erased_with_the_form(
    parts: Parts, specialist: Staff
) -> None:
    form = send(parts, urgent_now=["speech"])
    secret = "Quorvath told me"
    specialist.acknowledges(form.id, f"{secret} one").presses("Save the note", {"text": f"{secret} two"})
    specialist.presses("Save the question", {"text": f"{secret} three"})
    with parts.store.reading() as connection:
        for table in models.Base.metadata.sorted_tables:
            assert secret not in str(connection.execute(select(table)).all()), table.name
        kinds = connection.execute(select(models.SealedDocument.kind)).scalars().all()
        assert sorted(kinds) == ["acknowledged", sealed.ANSWERS, "note", "question"]
        keys = connection.execute(select(func.count()).select_from(models.SealedKey)).scalar_one()
    assert keys == 4 * len(parts.keyring.recipients)
    with parts.store.writing() as connection:
        erasing.delete_submissions(connection, [form.id])
        assert connection.execute(select(func.count()).select_from(models.SealedDocument)).scalar_one() == 0


def test_what_is_read_only_shows_the_work_and_offers_none(parts: Parts, specialist: Staff) -> None:
    form = send(parts)
    specialist.looks_at(form.id).presses("Save the note", {"text": "Bring the scan."})
    reader = specialist.another_browser().has_an_account("read-only", name=OTHER).is_inside(OTHER).looks_at(form.id)
    reader.sees("Bring the scan.").does_not_see("Save the note", "Reviewed", "I look after it")


def test_somebody_looks_after_a_form_and_lets_it_go(parts: Parts, specialist: Staff) -> None:
    form = send(parts)
    specialist.looks_at(form.id).sees("Nobody looks after it.").presses("I look after it").sees(
        f"{NAME} looks after it."
    )
    specialist.presses("Let it go").sees("Nobody looks after it.")


WRITTEN = "Called at 9:40: <b>speech</b> is clear again.\n2 Botox rounds before."


def test_what_was_written_across_a_sign_out_stands_on_the_page_that_says_so(
    parts: Parts, specialist: Staff, clock: FakeClock
) -> None:
    form = send(parts)
    specialist.looks_at(form.id)
    clock.passes(minutes=16)
    specialist.presses("Save the note", {"text": WRITTEN}).sees("You were signed out", "which was not saved")
    assert specialist.status == 403
    assert (specialist.page.all("textarea")[0].text or "").strip() == WRITTEN
    specialist.follows("Sign in again")
    specialist.presses("Sign in", {"account": NAME, "password": PASSWORD})
    specialist.presses("Go on", {"code": specialist.code_of()}).sees(form.reference, "Write a note or a question")


def test_what_was_written_when_the_records_could_not_be_changed_stands_on_the_page_that_says_so(
    parts: Parts, specialist: Staff
) -> None:
    form = send(parts)
    specialist.looks_at(form.id)
    with parts.store.writing() as connection:  # somebody else writes all the while
        audit.note(connection, at=parts.now(), room="desk", who=OTHER, act="look", record=form.id)
        specialist.presses("Save the note", {"text": WRITTEN}).sees("We could not reach our records just now")
    assert specialist.status == 503
    assert (specialist.page.all("textarea")[0].text or "").strip() == WRITTEN


def test_what_another_site_made_a_browser_post_is_said_back_to_nobody(
    parts: Parts, specialist: Staff, clock: FakeClock
) -> None:
    address = f"/desk/submissions/{send(parts).id}/note"
    token = {"csrf_token": str(specialist.looks_at(address.split("/")[3]).value_of("csrf_token"))}
    clock.passes(minutes=16)
    refused = ({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"})
    for posted, headers in (*(({"csrf_token": "x"}, said) for said in refused), (token, refused[1])):
        specialist.posts(address, {"text": WRITTEN, **posted}, headers=headers)
        specialist.sees("We could not read that").does_not_see("Called at 9:40")
    specialist.posts(address, {"text": WRITTEN, **token}).sees("You were signed out", "Called at 9:40")


def test_what_was_written_stands_there_though_another_tab_was_at_the_door_before(
    parts: Parts, specialist: Staff, clock: FakeClock
) -> None:
    form = send(parts)
    token = str(specialist.looks_at(form.id).value_of("csrf_token"))
    note, own = {"text": WRITTEN, "csrf_token": token}, {"Sec-Fetch-Site": "same-origin"}
    clock.passes(minutes=16)
    specialist.opens("/desk/").sees("You were signed out")
    for _ in range(2):  # and again when the page is loaded anew
        specialist.posts(f"/desk/submissions/{form.id}/note", note, headers=own).sees("You were signed out", "9:40")
    specialist.follows("Sign in again")
    specialist.presses("Sign in", {"account": NAME, "password": PASSWORD})
    specialist.presses("Go on", {"code": specialist.code_of()})
    specialist.posts(f"/desk/submissions/{form.id}/note", note, headers=own).sees("We could not read that", "9:40")


def test_after_a_sign_out_one_is_back_where_one_wrote(parts: Parts, specialist: Staff, clock: FakeClock) -> None:
    form = send(parts)
    specialist.opens(f"/desk/submissions/{form.id}/brief?order=received")
    for page, words in (({"page": "brief", "order": "received"}, "In ten seconds"), ({"page": "calls"}, "Call list")):
        token = str(specialist.looks_at(form.id).value_of("csrf_token"))
        clock.passes(minutes=16)
        specialist.posts(f"/desk/submissions/{form.id}/note", {"text": WRITTEN, "csrf_token": token, **page})
        specialist.follows("Sign in again")
        specialist.presses("Sign in", {"account": NAME, "password": PASSWORD})
        specialist.presses("Go on", {"code": specialist.code_of()})
        assert specialist.path == {"brief": f"/desk/submissions/{form.id}/brief", "calls": "/desk/calls"}[page["page"]]
        assert words in specialist.page.html
    assert specialist.status == 200
