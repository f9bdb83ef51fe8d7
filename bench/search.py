"""Finding a person among 100,000 and a million forms: the query alone, and the whole page with its rows opened."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from sqlalchemy import select

from app.finding import Term, read_search, terms_of
from app.parts import Parts
from app.records import lookups, models, sealed
from bench.house import CASES, document, house, keep_wording, submission_row, wall

SIZES = (100_000, 1_000_000)
_FIRST, _LAST = 3000, 20_000
"""How many different first and last names there are; the commonest last name is that of 2 in 100 people, the
commonest first name that of 4 in 100: somewhat more than in the United States."""


def main() -> None:
    """Print the median and the slowest of 40 searches of each kind."""
    for size in SIZES:
        with house() as parts:
            _lay_down(parts, size)
            print(f"\n{size:,} forms{'':24} found   query ms (slowest)     page ms (slowest), aim <= 50 at 100,000")
            _measure(parts, size)


def _person(number: int) -> dict[str, str]:
    chance = random.Random(number)  # noqa: S311 (figures, not secrets)
    first = int(chance.random() ** 2.5 * _FIRST)
    last = int(chance.random() ** 2.5 * _LAST)
    born = f"{chance.randint(1935, 2000)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    return {
        "first_name": f"First{_letters(first)}",
        "last_name": f"Last{_letters(last)}",
        "dob": born,
        "email": f"person{number}@example.com",
        "phone": f"917{number:07d}",
    }


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _lay_down(parts: Parts, size: int) -> None:
    """Clear columns and digests of so many people, by the quickest way into the file."""
    wording = keep_wording(parts)
    key = parts.index_key
    assert key is not None
    digests: dict[Term, bytes] = {}

    def digest(term: Term) -> bytes:
        if term.kind != "name":
            return key.digest(term.kind, term.text)
        return digests.setdefault(term, key.digest(term.kind, term.text))

    with closing(sqlite3.connect(parts.config.data_dir / "previsit.db", isolation_level=None)) as raw:
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("PRAGMA cache_size = -400000")
        raw.execute("BEGIN")
        raw.execute("CREATE TEMP TABLE loose (kind, digest, received_at, submission)")

        def rows() -> Iterator[tuple[Any, ...]]:
            for number in range(size):
                row = submission_row(number, wording)
                person = terms_of(_person(number))
                at = row["received_at"] = row["received_at"].replace(tzinfo=None).isoformat(" ", "microseconds")
                loose = ((t.kind, digest(t), at, row["id"]) for t in person)
                raw.executemany("INSERT INTO loose VALUES (?, ?, ?, ?)", loose)
                yield tuple(row.values())

        names = ", ".join(submission_row(0, wording))
        raw.executemany(f"INSERT INTO submission ({names}) VALUES ({', '.join('?' * 10)})", rows())  # noqa: S608
        raw.execute("INSERT INTO lookup SELECT kind, digest, received_at, submission FROM loose ORDER BY 1, 2, 3, 4")
        raw.execute("COMMIT")


def _measure(parts: Parts, size: int) -> None:
    from tests.desk.people import Staff

    staff = Staff.of(parts).has_an_account("specialist").signs_in()
    number = size // 2
    some = _person(number)
    common = {"first": "Firsta", "last": "Lasta"}
    searches = {
        "the commonest last name": common["last"],
        "both commonest names": f"{common['first']} {common['last']}",
        "first and last name": f"{some['first_name']} {some['last_name']}",
        "name and birth date": f"{some['last_name']} {some['dob']}",
        "email": some["email"],
        "phone": some["phone"],
        "a name that nobody has": "nobody atall",
    }
    for name, typed in searches.items():
        _make_open(parts, typed)
        query = wall(lambda typed=typed: _find(parts, typed), 40)
        staff.opens("/desk/search").presses("Find", {"q": typed})
        address = staff.path
        page = wall(lambda address=address: staff.client.get(address, base_url=staff.base_url), 40)
        found = len(_find(parts, typed))
        print(f"{name:38}{found:6}{query[20]:11.2f} ({query[-1]:6.1f}){page[20]:14.1f} ({page[-1]:6.1f})")


def _find(parts: Parts, typed: str) -> list[Any]:
    assert parts.index_key is not None
    with parts.store.reading() as connection:
        return lookups.find(connection, parts.index_key, read_search(typed), 51)


def _make_open(parts: Parts, typed: str) -> None:
    """Give the forms that will be shown their sealed answers: a million of them would only fill the disk."""
    plain = None
    for listed in _find(parts, typed):
        with parts.store.writing() as connection:
            if connection.execute(
                select(models.SealedDocument.id).where(models.SealedDocument.id == listed.id)
            ).first():
                continue
            plain = plain or _json(document(parts, CASES[0]))
            sealed.put(
                connection,
                parts.keyring.recipients,
                plain,
                record=listed.id,
                kind=sealed.ANSWERS,
                submission=listed.id,
            )


def _json(value: object) -> bytes:
    import json

    return json.dumps(value, ensure_ascii=False).encode()
