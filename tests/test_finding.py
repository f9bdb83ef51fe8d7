"""How a search is read, and what a form is found by: the same words in one form on both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.finding import CHART, EMAIL, NAME, NAME_AND_BIRTH, PHONE, Term, parts_of_name, read_search, terms_of

ANA = {
    "first_name": "Ana María",
    "last_name": "O’Brien-Núñez",
    "preferred_name": "Annie",
    "dob": "1970-03-28",
    "email": "Ana.Brien@Example.com",
    "phone": "+1 (917) 555-0163 ext. 4",
}


def finds(typed: str, answers: dict[str, str], chart: str = "") -> bool:
    """Whether this search means the form with these answers."""
    has = terms_of(answers, chart)
    return any(way <= has for way in read_search(typed).ways)


@pytest.mark.parametrize(
    "typed",
    [
        "ana", "MARÍA ana", "núñez", "nunez", "obrien", "O'Brien", "o brien", "Annie Nuñez", "brien, ana",
        "ana núñez 1970-03-28", "3/28/1970 nunez", "nunez 28-Mar-1970", "Ana, March 28, 1970", "28 mar 1970 ana",
        "ana.brien@example.com", " ANA.BRIEN@EXAMPLE.COM ", "917-555-0163", "19175550163", "(917) 555 0163",
        "917.555.0163 ext 4", "mrn 00123", "MRN-00123",
    ],
)  # fmt: skip
def test_a_person_is_found_however_staff_write_what_they_know(typed: str) -> None:
    assert finds(typed, ANA, "MRN 00123")


@pytest.mark.parametrize(
    "typed",
    [
        "an", "nun", "ana vega", "ana 1970-03-27", "vega 1970-03-28", "brien@example.com", "917-555-0164", "555-0163",
        "MRN 0012", "1970-03-28", "28", "",
    ],
)  # fmt: skip
def test_nothing_less_than_whole_parts_that_all_fit_finds_anybody(typed: str) -> None:
    assert not finds(typed, ANA, "MRN 00123")


@pytest.mark.parametrize("typed", ["", "   ", "1970-03-28", "3/28/1970", ",.-", "02/30/1970"])
def test_a_date_alone_or_nothing_is_no_search(typed: str) -> None:
    assert read_search(typed).is_empty or typed == "02/30/1970"  # which may be a chart number


def test_a_reference_is_read_whatever_else_the_words_may_mean() -> None:
    assert read_search("abcd efgz").reference is None
    assert read_search("0000-0000").reference == "0000-0000"


def test_names_of_other_alphabets_and_letters_that_do_not_come_apart() -> None:
    assert parts_of_name("王小明") == {"王小明"}
    assert parts_of_name("Łukasz Sørensen-Weiß") == {"lukasz", "sorensen", "weiss"}
    assert parts_of_name("İpek Þórsdóttir") == {"ipek", "thorsdottir"}
    assert parts_of_name("مريم") == {"مريم"}


def test_what_is_indexed_is_who_somebody_is_and_nothing_about_their_health() -> None:
    kinds = {term.kind for term in terms_of({**ANA, "side": "left", "meds": "lisinopril"}, "7")}
    assert kinds == {NAME, NAME_AND_BIRTH, EMAIL, PHONE, CHART}
    assert not any("left" in term.text or "lisinopril" in term.text for term in terms_of({**ANA, "side": "left"}))
    assert Term(NAME_AND_BIRTH, "nunez 1970-03-28") in terms_of(ANA)
    assert not any(term.text == "1970-03-28" for term in terms_of(ANA))


@given(st.text(st.characters(categories=["L", "M", "Zs", "Pd"], include_characters="'’"), max_size=60))
def test_any_name_is_found_by_the_name_itself(name: str) -> None:
    assert not parts_of_name(name) or finds(name, {"first_name": "", "last_name": name})


@given(st.text(max_size=300))
def test_no_search_is_too_odd_to_read(typed: str) -> None:
    read_search(typed)
    terms_of({"first_name": typed, "email": typed, "phone": typed, "dob": "1970"}, typed)
