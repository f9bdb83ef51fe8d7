"""One page at a time: errors, warnings, follow-ups, entries, coming back, two windows."""

from tests.cases import BELLS, TYPICAL
from tests.conftest import FakeClock
from tests.people import Patient

ANSWERS = TYPICAL["answers"]


def test_what_was_typed_comes_back_beside_the_sentence_that_says_what_is_wrong(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="name_birth")
    patient.presses("Continue", {"first_name": "  Ana ", "dob-month": "feb", "dob-day": "31", "dob-year": "1970"})
    assert patient.status == 422
    patient.sees(
        "There is a problem", "Enter a last name.", "Enter a real date with month, day, and year, like 3 28 1970."
    )
    assert patient.page.title.startswith("Error:")
    assert patient.value_of("first_name") == "  Ana "
    assert (patient.value_of("dob-month"), patient.value_of("dob-day"), patient.value_of("dob-year")) == (
        "feb",
        "31",
        "1970",
    )
    links = {a.get("href") for a in patient.page.all("a")}
    assert {"#last_name", "#dob-month"} <= links


def test_month_names_and_stray_characters_are_read(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="name_birth")
    patient.presses(
        "Continue",
        {"first_name": "Ana", "last_name": "Vega", "dob-month": "Mar.", "dob-day": " 28 ", "dob-year": "\u200b1970"},
    )
    assert patient.page_id == "contact"
    patient.at("name_birth")
    assert (patient.value_of("dob-month"), patient.value_of("dob-day"), patient.value_of("dob-year")) == (
        "3",
        "28",
        "1970",
    )


def test_a_child_needs_a_guardian(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="name_birth")
    patient.continues({"first_name": "Kim", "last_name": "Lee", "dob": "2010-01-05"})
    patient.sees("A parent or guardian must fill out this form for a patient under 18.")


def test_none_beside_another_answer_is_refused_by_the_server(patient: Patient) -> None:
    patient.starts().continues({"filled_by": "self"})
    patient.continues({"urgent_now": ["none", "speech"]})
    assert patient.status == 422
    patient.sees("Choose “No, none of these” by itself, or choose only the other answers.")


def test_a_choice_that_does_not_exist_is_refused(patient: Patient) -> None:
    patient.starts().continues({"filled_by": "a horse"})
    assert patient.status == 422
    patient.sees("Choose from the answers in the list.")


def test_an_urgent_answer_leads_to_the_911_page_and_the_form_stays_open(patient: Patient) -> None:
    patient.starts().continues({"filled_by": "self"}).continues({"urgent_now": ["face_droop"]})
    patient.sees("Call 911 now", "Your answers are saved.").follows("Back").sees("First, a safety check")
    patient.presses("Continue").presses("I have read this. Go on with the form")
    assert patient.page_id == "name_birth"


def test_an_unlikely_value_is_asked_once_and_again_only_when_it_changes(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="contact")
    patient.continues({"email": "a@gmial.com"})
    patient.sees("It may have a typing mistake.")
    assert patient.value_of("email") == "a@gmial.com"
    patient.presses("It is right, go on")
    assert patient.page_id == "side"
    patient.at("contact").continues()
    assert patient.page_id == "side"
    patient.at("contact").continues({"email": "b@gmial.com"})
    patient.sees("It may have a typing mistake.")


def test_a_confirmation_of_another_value_does_not_count(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="contact").continues({"email": "a@gmial.com"})
    patient.presses("It is right, go on", {"email": "c@gmial.com"})
    assert patient.page_id == "contact"
    patient.sees("It may have a typing mistake.")


def test_a_page_out_of_turn_leads_to_the_next_page(patient: Patient) -> None:
    patient.starts()
    patient.at("goals")
    assert patient.page_id == "who"


def test_a_changed_filter_takes_its_tail_away_and_brings_it_back(patient: Patient) -> None:
    patient.starts().fills_in({**ANSWERS, "side": "both", "both_pattern": "same_time"}, until="how_often")
    patient.at("side").continues({"side": "left"})
    assert patient.page_id == "how_often"
    patient.at("both_sides")
    assert patient.page_id == "how_often"
    patient.at("side").continues({"side": "both"})
    patient.at("both_sides")
    assert patient.value_of("both_pattern") == ["same_time"]


def test_changing_an_answer_returns_to_the_check_page_past_new_follow_ups(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="check")
    patient.sees("Check your answers", "Your answers have not been sent yet.")
    patient.opens(f"/intake/{patient.draft_id}/side").presses("Continue", {"side": "both"})
    assert patient.page_id == "both_sides"
    patient.continues({"both_pattern": "same_time"})
    assert patient.page_id == "check"
    patient.opens(f"/intake/{patient.draft_id}/goals").presses("Continue")
    assert patient.page_id == "check"


def test_ticked_medicines_open_their_entries_and_unticking_a_told_one_asks_first(patient: Patient) -> None:
    told = {**ANSWERS, "drugs": ["gabapentin", "baclofen"]}
    patient.starts().fills_in(told, until="medicine_details")
    patient.sees("Tell us about each medicine", "Gabapentin", "Baclofen", "You have listed 2.")
    patient.follows("Add details Gabapentin (Neurontin)").presses("Save", {"dose": "300 mg"})
    patient.at("treatments").continues({"drugs": ["baclofen"]})
    patient.sees("Do you want to remove it?")
    patient.presses("Keep it")
    patient.at("treatments")
    assert patient.value_of("drugs") == ["gabapentin", "baclofen"]
    patient.continues({"drugs": ["baclofen"]}).presses("Remove it")
    patient.at("medicine_details").sees("You have listed 1.")


def test_an_entry_that_holds_only_its_name_goes_without_asking(patient: Patient) -> None:
    patient.starts().fills_in({**ANSWERS, "drugs": ["gabapentin", "baclofen"]}, until="medicine_details")
    patient.at("treatments").continues({"drugs": ["baclofen"]})
    assert patient.page_id == "medicine_details"
    patient.sees("You have listed 1.")


def test_an_entry_can_be_removed_from_the_middle_and_saving_twice_adds_one(patient: Patient) -> None:
    answers = {**BELLS["answers"], "toxin_rounds": []}
    del answers["toxin_first"]
    patient.starts().fills_in(answers, until="toxin_rounds")
    home = patient.path
    for year in ("2021", "2022", "2023"):
        patient.presses_add("earlier shot").presses("Save", {"date-year": year})
    patient.sees("List your earlier shots, not counting the last one", "You have listed 3.")
    patient.presses_add("earlier shot")
    row = patient.path
    patient.presses("Save", {"date-year": "2020"})
    patient.opens(row).presses("Save", {"date-year": "2020"})
    patient.sees("You have listed 4.")
    patient.follows("Remove 2022").sees("Do you want to remove it?").presses("Remove it")
    assert patient.path == home
    patient.sees("You have listed 3.")
    assert "2022" not in patient.page.text  # a form's random id may hold it


def test_an_entry_says_what_is_wrong_and_keeps_what_was_typed(patient: Patient) -> None:
    patient.starts().fills_in({**BELLS["answers"], "toxin_rounds": []}, until="toxin_rounds")
    patient.presses_add("earlier shot").presses("Save", {"units": "12.5", "clinic": "Dr. O’Hara"})
    patient.sees("Enter at least the year of this shot.", "Enter a whole number, like 35.")
    assert patient.value_of("clinic") == "Dr. O’Hara"
    patient.presses("Save", {"date-year": "2025", "units": "250", "product": "botox"})
    patient.sees("That is a high number of units for Botox in the face.")
    patient.presses("It is right, go on").sees("You have listed 1.")


def test_two_windows_with_the_same_answer_are_no_conflict(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    drawn = patient.value_of("base")
    patient.presses("Continue", {"side": "left"})
    patient.at("side").presses("Continue", {"side": "left", "base": drawn})
    assert patient.page_id == "onset"


def test_two_windows_with_different_answers_show_both_and_lose_neither(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    drawn = patient.value_of("base")
    patient.presses("Continue", {"side": "left"})
    patient.at("side").presses("Continue", {"side": "right", "base": drawn})
    assert patient.status == 409
    patient.sees("These answers were changed in another window.", "Saved in the other window", "Left side")
    assert patient.value_of("side") == ["right"]
    patient.presses("Continue")
    patient.at("side")
    assert patient.value_of("side") == ["right"]


def test_light_or_dark_saves_what_was_typed_unchecked(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="name_birth")
    patient.presses("Dark page", {"first_name": "Ana", "dob-year": "19"})
    assert 'data-theme="dark"' in patient.page.html
    assert patient.value_of("first_name") == "Ana"
    assert patient.value_of("dob-year") == "19"


def test_a_code_opens_the_form_on_another_device_where_it_was_left(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    patient.presses("Stop and come back later").sees("Your code")
    code = next(p for p in patient.page.all("p") if p.get("class") == "code").text or ""
    other = patient.another_device()
    other.opens(f"/i/{code}").presses("Open my form").sees("Is this your form?")
    other.does_not_see("Marisol")
    other.presses("Show my form", {"dob-month": "8", "dob-day": "14", "dob-year": "1969"})
    assert other.page_id == "side"
    other.opens("/i/").presses("Open my form", {"code": code.lower().replace("-", " ")})
    assert other.page_id == "side"


def test_a_wrong_code_says_so_and_keeps_it(patient: Patient) -> None:
    patient.opens("/i/").presses("Open my form", {"code": "7K2M-9QXD-4T1B-8WZC"})
    assert patient.status == 422
    patient.sees("We could not find a form with this code.")
    assert patient.value_of("code") == "7K2M-9QXD-4T1B-8WZC"


def test_after_twenty_minutes_answers_wait_for_the_birth_date_but_a_late_post_is_saved(
    patient: Patient, clock: FakeClock
) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    path = patient.path
    clock.passes(minutes=21)
    patient.presses("Continue", {"side": "right"})
    patient.sees("Is this your form?", "enter the date of birth").does_not_see("Right side")
    patient.presses("Show my form", {"dob-month": "8", "dob-day": "14", "dob-year": "1969"})
    assert patient.page_id == "onset"
    patient.opens(path)
    assert patient.value_of("side") == ["right"]


def test_wrong_birth_dates_say_when_to_try_again_and_never_end_the_draft(patient: Patient, clock: FakeClock) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    clock.passes(minutes=21)
    patient.opens(patient.path)
    wrong = {"dob-month": "1", "dob-day": "1", "dob-year": "1950"}
    for _ in range(4):
        patient.presses("Show my form", wrong).sees("This is not the date of birth on this form.")
    patient.presses("Show my form", wrong).sees("Try again at 10:22 AM", "(212) 434-4050")
    right = {"dob-month": "8", "dob-day": "14", "dob-year": "1969"}
    patient.presses("Show my form", right).sees("Try again at")
    clock.passes(minutes=2)
    patient.presses("Show my form", right)
    assert patient.page_id == "side"


def test_leaving_a_shared_device_shows_the_code_and_closes_the_form(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    path = patient.path
    patient.presses("I share this device: leave").sees("The form is closed on this device", "Your code")
    patient.opens(path)
    assert patient.status == 404
    patient.sees("This form is not open on this device")


def test_somebody_elses_form_answers_like_an_unknown_one(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    stranger = patient.another_device()
    stranger.starts()
    theirs = stranger.opens(patient.path).page.html
    unknown = stranger.opens("/intake/" + "0" * 32 + "/side").page.html
    assert stranger.status == 404
    assert theirs == unknown


def test_start_beside_an_open_form_offers_to_go_on(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    first = patient.draft_id
    patient.opens("/intake/").sees("A form is open on this device")
    patient.presses("Start for another person")
    assert patient.draft_id != first
    patient.opens(f"/intake/{first}/")
    assert patient.page_id == "side"


def test_the_safety_check_is_asked_again_blank_after_two_days(patient: Patient, clock: FakeClock) -> None:
    patient.starts().fills_in(ANSWERS, until="side")
    clock.passes(hours=49)
    patient.opens(f"/intake/{patient.draft_id}/").presses(
        "Show my form", {"dob-month": "8", "dob-day": "14", "dob-year": "1969"}
    )
    assert patient.page_id == "safety_check"
    assert patient.value_of("urgent_now") is None


def test_a_draft_is_gone_on_the_promised_day_and_not_before(patient: Patient, clock: FakeClock) -> None:
    patient.starts().fills_in(ANSWERS, until="name_birth")
    clock.passes(days=29)
    patient.opens(f"/intake/{patient.draft_id}/")
    assert patient.status == 200
    clock.passes(days=2)
    patient.opens(f"/intake/{patient.draft_id}/" if patient.path.startswith("/intake") else "/intake/")
    assert patient.status == 404


def test_a_late_post_that_is_refused_tells_nothing_of_what_is_stored(patient: Patient, clock: FakeClock) -> None:
    patient.starts().fills_in({**ANSWERS, "impact_mood": "4"}, until="driving").sees("You are not alone")
    clock.passes(minutes=21)
    patient.presses("Continue", {"driving": "a horse"})
    assert patient.status == 422
    patient.does_not_see("You are not alone")
