"""Forms that may be of one person: offered with the reason, decided by staff, taken back, never merged."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from app import desk
from app.desk import people
from app.jobs import index
from app.likeness import Known
from app.parts import Parts
from app.records import audit, charts, erasing, lookups, models, persons, submissions, work
from app.records.submissions import Listed
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import NAME, Staff
from tests.desk.test_sheet import reworded
from tests.page_checks import words
from tests.statements import statements_of

OTHER = "clerk@clinic.example"
POSSIBLY = "Possibly the same person"
SAME = "Other forms of this person"
NOBODY: dict[str, Any] = {"email": "nobody@example.com", "phone": "212-555-0100"}


@pytest.fixture
def earlier(parts: Parts, clock: FakeClock) -> Listed:
    """The form of a person who sends another one a year later."""
    listed = send(parts)
    index.index_all(parts)
    clock.passes(days=365)
    return listed


@pytest.fixture
def later(parts: Parts, earlier: Listed) -> Listed:
    """The same person's form of today."""
    listed = send(parts, severity=9)
    index.index_all(parts)
    return listed


@pytest.fixture
def clerk(parts: Parts, earlier: Listed, later: Listed) -> Staff:
    """Somebody of the office, who reads and decides after both forms came."""
    return Staff.of(parts).has_an_account("staff").is_inside()


def rows_of(parts: Parts) -> dict[str, list[Any]]:
    """Every row of every table but the audit."""
    with parts.store.reading() as connection:
        tables = [table for table in models.Base.metadata.sorted_tables if table.name != "audit"]
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in tables}


def audit_since(parts: Parts, number: int) -> list[tuple[str, str]]:
    """What was done to which record since so many lines."""
    row = models.Audit
    with parts.store.reading() as connection:
        found = connection.execute(select(row.act, row.record).order_by(row.id).offset(number))
        return [(line.act, line.record) for line in found]


def lines_of(parts: Parts) -> int:
    with parts.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(models.Audit)).scalar_one()


def last_form(parts: Parts, listed: Listed) -> str | None:
    """The reference of the form before, as the desk knows it."""
    room = desk.create_room(parts)
    with room.app_context(), parts.store.reading() as connection:
        found = people.last_form_of(connection, listed, people.said_of(connection, listed))
    return found.reference if found else None


def said(parts: Parts, one: Listed, other: Listed, same: bool | None) -> None:
    with parts.store.writing() as connection:
        persons.decide(
            connection, parts.keyring.recipients, (one.id, other.id), same, who="operator", now=parts.now()
        )  # fmt: skip


# Offered


def test_a_form_offers_the_same_persons_other_form_with_the_reason(
    parts: Parts, clerk: Staff, earlier: Listed, later: Listed
) -> None:
    clerk.looks_at(later.id).sees(
        POSSIBLY, "TESTPATIENT-VEGA, Marisol", earlier.reference, "Received 02-Mar-2026, 10:00 AM EST",
        "Same name and date of birth, same email, same phone",
    )  # fmt: skip
    assert clerk.page.text.count(later.reference) == 1, "not beside itself"
    clerk.looks_at(earlier.id).sees(POSSIBLY, later.reference)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({**NOBODY, "last_name": "Moreno"}, "Same first name and date of birth"),
        ({"email": NOBODY["email"], "first_name": "Luz", "last_name": "Li"}, "Same phone, same date of birth"),
        ({**NOBODY, "first_name": "Luz", "last_name": "Li"}, None),
        ({"first_name": "Luis", "dob": "1968-01-02"}, None),
        ({"dob": "1969-08-15"}, "Same email, same phone, but another date of birth"),
        ({**NOBODY, "dob": "1969-08-15"}, None),
    ],
)
def test_what_is_offered_and_why(parts: Parts, specialist: Staff, answers: dict[str, Any], why: str | None) -> None:
    send(parts)
    form = send(parts, **answers)
    index.index_all(parts)
    specialist.looks_at(form.id)
    specialist.sees(POSSIBLY, why) if why else specialist.does_not_see(POSSIBLY)


def test_the_same_chart_number_is_a_reason_whatever_else_is_said(parts: Parts, specialist: Staff) -> None:
    forms = [send(parts), send(parts, **NOBODY, first_name="Luz", last_name="Li", dob="1990-01-02")]
    with parts.store.writing() as connection:
        for form, number in zip(forms, ("MRN 0012", "mrn-0012"), strict=True):
            charts.give(connection, parts.keyring.recipients, form.id, number, who="x", now=parts.now())
    index.index_all(parts)
    specialist.looks_at(forms[1].id).sees(POSSIBLY, "Same chart number, but another date of birth")


def test_ten_are_offered_and_a_phone_of_many_keeps_out_nobody(
    parts: Parts, specialist: Staff, clock: FakeClock
) -> None:
    same = send(parts, email=NOBODY["email"], phone=NOBODY["phone"])
    for number in range(12):
        clock.passes(seconds=1)
        send(parts, first_name=f"Guest{number}", last_name="Li", dob="1990-01-02")
    form = send(parts)
    index.index_all(parts)
    specialist.looks_at(form.id).sees(same.reference).does_not_see("Guest1")
    for _ in range(people.MOST):
        clock.passes(seconds=1)
        send(parts)
    newest = send(parts)
    index.index_all(parts)
    specialist.looks_at(form.id)
    assert len([a for a in specialist.page.all("a") if words(a).startswith("Compare side by side")]) == people.MOST
    specialist.sees(newest.reference).does_not_see(same.reference)


def test_a_digest_that_was_planted_offers_nobody(parts: Parts, specialist: Staff) -> None:
    """The reason is read from the answers: somebody with the database alone cannot put two forms beside each other."""
    form, other = send(parts), send(parts, **NOBODY, first_name="Luz", last_name="Li", dob="1990-01-02")
    index.index_all(parts)
    with parts.store.writing() as connection:
        row = models.Lookup
        (mine,) = connection.execute(select(row.digest).where(row.kind == "phone", row.submission == form.id)).scalars()
        planted = {"kind": "phone", "digest": mine, "received_at": other.received_at, "submission": other.id}
        connection.execute(models.Lookup.__table__.insert().values(planted))  # type: ignore[attr-defined]
    specialist.looks_at(form.id).does_not_see(POSSIBLY)


def test_a_form_like_no_other_costs_two_questions(parts: Parts, specialist: Staff) -> None:
    form = send(parts)
    index.index_all(parts)
    specialist.looks_at(form.id).does_not_see(POSSIBLY, SAME)
    with desk.create_room(parts).app_context(), parts.store.reading() as connection:
        (opened,) = submissions.open_answers(connection, [form], parts.keyring.private_keys)
        with statements_of(parts.store) as asked:
            known = Known(opened.document["answers"])
            people.shown(connection, form, known, people.said_of(connection, form))
    assert len([statement for statement in asked if statement.verb == "SELECT"]) == 2, asked


@pytest.mark.parametrize("page", ["", "/brief", "/text"])
def test_a_page_of_a_form_about_which_nothing_was_said_asks_nothing_twice(
    parts: Parts, clerk: Staff, earlier: Listed, later: Listed, page: str
) -> None:
    clerk.looks_at(later.id).sees(earlier.reference)
    with statements_of(parts.store) as statements:
        clerk.opens(f"/desk/submissions/{later.id}{page}").sees(later.reference)
    asked = [(one.sql, str(one.given)) for one in statements if one.verb == "SELECT"]
    assert len(asked) > 4
    assert [one for one in set(asked) if asked.count(one) > 1] == []


# Decided


def test_staff_say_that_it_is_the_same_person_and_take_it_back(
    parts: Parts, clerk: Staff, earlier: Listed, later: Listed, clock: FakeClock
) -> None:
    before = lines_of(parts)
    clerk.looks_at(later.id).presses(f"Same person: {earlier.reference}")
    clerk.sees("Kept: both forms are of the same person.", SAME, f"Said by {NAME}, 02-Mar-2027, 10:00 AM EST")
    clerk.does_not_see(POSSIBLY)
    acts = [line for line in audit_since(parts, before) if line[0] == "person"]
    assert acts == [("person", later.id), ("person", earlier.id)]
    clerk.looks_at(earlier.id).sees(SAME, later.reference, "Said whether two forms are of one person")
    clock.passes(minutes=1)
    clerk.presses(f"Take it back: {later.reference}").sees("Taken back", POSSIBLY).does_not_see(SAME)
    clerk.looks_at(later.id).sees(POSSIBLY).does_not_see(SAME)


def test_who_is_not_the_same_is_not_offered_again_and_can_be_found(
    parts: Parts, clerk: Staff, earlier: Listed, later: Listed, clock: FakeClock
) -> None:
    clerk.looks_at(later.id).presses(f"Not the same person: {earlier.reference}")
    clerk.sees("Kept: the forms are of two persons.", "Not the same person: 1").does_not_see(POSSIBLY, SAME)
    clerk.looks_at(earlier.id).does_not_see(POSSIBLY, SAME)
    clock.passes(minutes=1)
    clerk.presses(f"Take it back: {later.reference}").sees(POSSIBLY)


def test_nothing_is_merged_changed_or_told_in_clear(parts: Parts, clerk: Staff, earlier: Listed, later: Listed) -> None:
    before = rows_of(parts)
    clerk.looks_at(later.id).presses(f"Same person: {earlier.reference}")
    after = rows_of(parts)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"sealed_document", "sealed_key", "staff_session"}
    fresh = set(after["sealed_document"]) - set(before["sealed_document"])
    assert len(fresh) == 2
    assert not [row for row in fresh if earlier.id in row and later.id in row]
    assert set(before["sealed_document"]) < set(after["sealed_document"])
    row = models.Audit
    with parts.store.reading() as connection:
        acts = connection.execute(select(row.act, row.record).where(row.act == "person")).all()
    assert not [line for line in acts if "same" in str(line)], "the audit does not say what was decided"


def test_what_was_said_goes_with_the_form_and_names_nobody_who_is_gone(
    parts: Parts, clerk: Staff, earlier: Listed, later: Listed
) -> None:
    clerk.looks_at(later.id).presses(f"Same person: {earlier.reference}")
    with parts.store.writing() as connection:
        erasing.delete_submissions(connection, [earlier.id])
        kinds = connection.execute(select(models.SealedDocument.kind)).scalars().all()
    assert sorted(kinds) == ["answers", "person"]
    clerk.looks_at(later.id).does_not_see(SAME, POSSIBLY, earlier.reference)
    assert last_form(parts, later) is None


@pytest.mark.parametrize("more", [{"same": True}, {"same": "yes"}, {"same": True, "form": 7}, {"text": "x"}, {}])
def test_what_the_desk_did_not_note_was_not_decided(
    parts: Parts, clerk: Staff, earlier: Listed, later: Listed, more: dict[str, Any]
) -> None:
    """A taken patients' host can seal a document of any kind to the clinic's key, and note it on its own chain."""
    with parts.store.writing() as connection:
        for kind in ("person", "note"):
            forged = {"form": earlier.id, **more}
            work.put(connection, parts.keyring.recipients, later.id, kind, forged, who="x", now=parts.now())
        audit.note(connection, at=parts.now(), room="intake", who="x", act="person", record=later.id)
    clerk.looks_at(later.id).sees(POSSIBLY).does_not_see(SAME)
    assert last_form(parts, later) is None


def test_who_may_only_read_sees_what_was_decided_and_decides_nothing(
    parts: Parts, clerk: Staff, earlier: Listed, later: Listed
) -> None:
    reader = clerk.another_browser().has_an_account("read-only", name=OTHER).signs_in(OTHER).looks_at(later.id)
    reader.sees(POSSIBLY, "Compare side by side").does_not_see("Not the same person")
    token = str(reader.value_of("csrf_token"))
    path = f"/desk/submissions/{later.id}/beside/{earlier.id}"
    assert reader.posts(path, {"csrf_token": token, "same": "yes"}).status == 403


@pytest.mark.parametrize("word", ["", "maybe", "True"])
def test_another_word_decides_nothing(parts: Parts, clerk: Staff, earlier: Listed, later: Listed, word: str) -> None:
    token = str(clerk.looks_at(later.id).value_of("csrf_token"))
    path = f"/desk/submissions/{later.id}/beside/{earlier.id}"
    assert clerk.posts(path, {"csrf_token": token, "same": word}).status == 400
    clerk.looks_at(later.id).sees(POSSIBLY)


def test_a_form_is_beside_another_one_that_is_here(parts: Parts, clerk: Staff, later: Listed) -> None:
    token = str(clerk.looks_at(later.id).value_of("csrf_token"))
    for other in (later.id, "0" * 32, "..%2f..", "-"):
        path = f"/desk/submissions/{later.id}/beside/{other}"
        assert clerk.opens(path).status == 404, other
        assert clerk.posts(path, {"csrf_token": token, "same": "yes"}).status == 404, other


# The form before


def test_the_last_form_is_the_newest_earlier_one_that_staff_confirmed(
    parts: Parts, clock: FakeClock, earlier: Listed, later: Listed
) -> None:
    assert last_form(parts, later) is None, "likeness alone decides nothing"
    said(parts, later, earlier, True)
    assert last_form(parts, later) == earlier.reference
    assert last_form(parts, earlier) is None
    clock.passes(days=30)
    newest = send(parts)
    said(parts, newest, earlier, True)
    assert last_form(parts, newest) == later.reference, "by way of the one that both are known with"
    clock.passes(minutes=1)
    said(parts, newest, later, False)
    assert last_form(parts, newest) == earlier.reference, "what was said of the two themselves goes before"
    clock.passes(minutes=1)
    said(parts, newest, later, None)
    assert last_form(parts, newest) == later.reference
    clock.passes(minutes=1)
    said(parts, earlier, newest, None)
    assert last_form(parts, newest) is None


def test_the_brief_says_what_changed_once_staff_confirmed_the_form_before(
    parts: Parts, clerk: Staff, earlier: Listed, later: Listed
) -> None:
    brief = f"/desk/submissions/{later.id}/brief"
    clerk.opens(brief).does_not_see("Changed since the last form")
    said(parts, later, earlier, True)
    clerk.opens(brief).sees("Changed since the last form", "was 6", "now 9")
    clerk.opens(f"/desk/submissions/{earlier.id}/brief").does_not_see("Changed since the last form")


def test_a_form_known_by_way_of_another_can_be_told_apart(
    parts: Parts, clerk: Staff, earlier: Listed, later: Listed, clock: FakeClock
) -> None:
    newest = send(parts)
    said(parts, later, earlier, True)
    said(parts, newest, later, True)
    clerk.looks_at(newest.id).sees("Known by way of another form")
    clerk.presses(f"Not the same person: {earlier.reference}").sees("Not the same person: 1", SAME)


# Side by side


def beside(staff: Staff, one: Listed, other: Listed, query: str = "") -> Staff:
    """Two forms side by side."""
    staff.opens(f"/desk/submissions/{one.id}/beside/{other.id}{query}")
    return staff


def heads_of(staff: Staff) -> list[str]:
    return cells(staff)[0]


def rows_beside(staff: Staff) -> list[list[str]]:
    """The questions, without the titles of parts."""
    return [row for row in cells(staff)[1:] if len(row) == 3]


def cells(staff: Staff) -> list[list[str]]:
    (found,) = [one for one in staff.page.all("table") if one.get("class") == "beside"]
    return [[words(cell) for cell in row] for row in found.iter("tr")]


def test_the_earlier_form_stands_left_whichever_was_asked_for_first(
    parts: Parts, clerk: Staff, earlier: Listed, later: Listed
) -> None:
    for pair in ((earlier, later), (later, earlier)):
        heads = heads_of(beside(clerk, *pair))
        assert heads[1].startswith(f"Earlier: {earlier.reference} TESTPATIENT-VEGA, Marisol Born 14-Aug-1969 (57)")
        assert heads[1].endswith("Received 02-Mar-2026, 10:00 AM EST")
        assert heads[2].startswith(f"Later: {later.reference}")


def test_only_changes_stand_there_until_all_are_asked_for(
    parts: Parts, clerk: Staff, earlier: Listed, later: Listed
) -> None:
    beside(clerk, later, earlier).sees("1 of ", " answers changed", "Staff decide", "Nobody has decided yet.")
    rows = rows_beside(clerk)
    assert [row[1:] for row in rows] == [["6", "9"]]
    assert rows[0][0].endswith("Changed")
    clerk.follows("Show all questions")
    everything = rows_beside(clerk)
    assert len(everything) > 40
    assert [row for row in everything if row[0].endswith("Changed")] == rows
    clerk.follows("Show only changes")
    assert rows_beside(clerk) == rows


def test_every_way_to_have_no_answer_is_told_apart(parts: Parts, clerk: Staff, earlier: Listed) -> None:
    early = send(parts, until="behave", sleep="unsure", suppress=None, goals=None, palsy_before="yes", palsy_date=None)
    by_question = {
        row[0].removesuffix(" Changed"): row[1:] for row in rows_beside(beside(clerk, earlier, early, "?all=1"))
    }
    assert by_question["Does it happen during sleep?"][1] == "I don’t know Not sure"
    assert by_question["Can you hold a spasm back on purpose, even for a short time?"][1] == "Not answered"
    assert by_question["What do you want most from this visit?"][1] == "Not reached"
    assert "Not asked" in [row[0] for row in by_question.values() if row]


def test_two_persons_are_both_named_and_a_decision_stands_on_top(
    parts: Parts, clerk: Staff, later: Listed, clock: FakeClock
) -> None:
    wife = send(parts, first_name="Luz", dob="1971-01-02")
    beside(clerk, later, wife).sees("TESTPATIENT-VEGA, Marisol", "TESTPATIENT-VEGA, Luz", "Born 02-Jan-1971 (56)")
    clerk.does_not_see("In common")
    clerk.presses(f"Not the same person: {wife.reference}")
    clock.passes(minutes=1)
    beside(clerk, later, wife).sees(f"Not the same person: said by {NAME}").does_not_see("Nobody has decided")
    clerk.presses(f"Take it back: {wife.reference}")
    beside(clerk, later, wife).sees("Nobody has decided yet.")


def test_both_are_read_in_the_words_of_the_later_one(parts: Parts, clerk: Staff, earlier: Listed) -> None:
    changed = replace(parts, definition=reworded(parts.definition, "side", "On which side does it twitch now?"))
    new = send(changed, side="left")
    beside(clerk, earlier, new, "?all=1").sees(
        "different versions of the questions", "On which side does it twitch now?"
    )
    clerk.does_not_see("Which side of your face twitches?")


def test_forms_with_the_same_answers_say_so(parts: Parts, clerk: Staff, earlier: Listed) -> None:
    twin = send(parts)
    beside(clerk, earlier, twin).sees("None of ", "answers changed")


def test_a_form_that_does_not_open_is_told_in_a_plain_sentence(
    parts: Parts, clerk: Staff, earlier: Listed, later: Listed
) -> None:
    said(parts, later, earlier, True)
    with parts.store.writing() as connection:
        connection.execute(delete(models.SealedKey).where(models.SealedKey.document == earlier.id))
    beside(clerk, later, earlier).sees(f"Form {earlier.reference}, received 02-Mar-2026", "does not open")
    clerk.looks_at(later.id).sees(SAME, "This form does not open with the key this desk holds")


def test_a_look_at_both_is_noted_for_each_and_changes_nothing_else(
    parts: Parts, clerk: Staff, earlier: Listed, later: Listed
) -> None:
    clerk.opens("/desk/")
    before, number = rows_of(parts), lines_of(parts)
    beside(clerk, later, earlier)
    assert audit_since(parts, number) == [("look", earlier.id), ("look", later.id)]
    assert rows_of(parts) == before


def test_no_name_and_no_date_stands_in_an_address(parts: Parts, clerk: Staff, earlier: Listed, later: Listed) -> None:
    clerk.looks_at(later.id)
    beside(clerk, later, earlier).follows("Show all questions").presses(f"Same person: {earlier.reference}")
    for path in clerk.seen_paths:
        assert "vega" not in path.lower()
        assert "1969" not in path


def test_hostile_names_are_shown_as_text(parts: Parts, clerk: Staff, earlier: Listed) -> None:
    hostile = "<script>alert(1)</script>"
    form = send(parts, first_name=hostile, goals_note=hostile)
    index.index_all(parts)
    for page in (clerk.looks_at(earlier.id), beside(clerk, earlier, form)):
        assert not page.page.all("script")
        page.sees(hostile)


def test_without_an_index_key_nothing_is_offered(parts: Parts, clerk: Staff, later: Listed) -> None:
    other = replace(parts, index_key=None)
    Staff.of(other).signs_in().looks_at(later.id).does_not_see(POSSIBLY)


def test_digests_alone_find_forms_newest_first_and_bounded(parts: Parts, earlier: Listed, later: Listed) -> None:
    assert parts.index_key
    terms = [lookups.Term("email", "nobody@example.com")]
    with parts.store.reading() as connection:
        assert lookups.sharing(connection, parts.index_key, terms, besides=[], limit=5) == []
        assert lookups.sharing(connection, parts.index_key, [], besides=[], limit=5) == []
