"""Why two forms may be of one person, in words for staff. Pure, and it decides nothing: people do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .finding import CHART, EMAIL, NAME_AND_BIRTH, PHONE, parts_of_name, terms_of

CONTACTS = {CHART: "same chart number", EMAIL: "same email", PHONE: "same phone"}
SAME_BIRTH, OTHER_BIRTH = "same date of birth", "but another date of birth"


@dataclass(frozen=True)
class Known:
    """What is known of the person of a form: its answers (by question id), and its chart number."""

    answers: Mapping[str, Any]
    chart: str = ""

    @property
    def born(self) -> str:
        """The date of birth as stored; empty when it was not given."""
        return str(self.answers.get("dob") or "")

    @property
    def given(self) -> frozenset[str]:
        """The parts of the names that somebody is called by."""
        return self._parts("first_name") | self._parts("preferred_name")

    @property
    def family(self) -> frozenset[str]:
        """The parts of the family name."""
        return self._parts("last_name")

    def _parts(self, key: str) -> frozenset[str]:
        return parts_of_name(str(self.answers.get(key) or ""))


def reasons(one: Known, other: Known) -> tuple[str, ...]:
    """Why these two may be one person, the strongest first; nothing when they most likely are not.

    Couples share a phone, and whoever helps gives their own: the contact of somebody born on another day is a reason
    only when they are called the same, since then one of the dates may be mistyped. A chart number is always one.
    """
    shared = {term.kind for term in terms_of(one.answers, one.chart) & terms_of(other.answers, other.chart)}
    contacts = tuple(words for kind, words in CONTACTS.items() if kind in shared)
    if NAME_AND_BIRTH in shared:
        return (f"{_name(one, other)} and date of birth", *contacts)
    if not contacts or not (one.born and other.born):
        return contacts
    if one.born == other.born:
        return (*contacts, SAME_BIRTH)
    return (*contacts, OTHER_BIRTH) if CHART in shared or one.given & other.given else ()


def _name(one: Known, other: Known) -> str:
    given, family = bool(one.given & other.given), bool(one.family & other.family)
    if given == family:
        return "same name" if given else "same part of a name"
    return "same first name" if given else "same last name"
