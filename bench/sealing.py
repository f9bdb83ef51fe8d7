"""What sealing costs: one document, a rotation, and its share of a whole export."""

import json
from collections.abc import Iterator

from app.desk.context import Desk
from app.desk.export import rows
from app.desk.passwords import Passwords
from app.jobs import rewrap
from app.outputs import archive
from app.outputs.table import ExportRow
from app.parts import Parts
from app.records import sealed, submissions, wordings
from app.sealing import new_private_key, open_sealed, seal
from app.sealing import rewrap as rewrap_one
from bench.house import CASES, cpu, document, fill, house

FORMS = 3000


def main() -> None:
    """Print microseconds a document, then milliseconds a form of the export and where they go."""
    from argon2 import PasswordHasher

    with house() as parts:
        _one_document(parts)
        fill(parts, FORMS)
        _export(parts, Desk(parts=parts, passwords=Passwords(PasswordHasher())))
        rounds = cpu(lambda: _rotate(parts))
        print(f"{'a rotation, a document':34}{rounds / FORMS * 1e6:8.0f} us")


def _one_document(parts: Parts) -> None:
    plain = json.dumps(document(parts, CASES[0])).encode()
    clinic, recovery = new_private_key(), new_private_key()
    both = [clinic.public, recovery.public]
    box = seal(plain, both, record="r", kind="answers")
    wrapped = box.keys[0].data
    figures = {
        f"seal {len(plain)} bytes to two keys": lambda: seal(plain, both, record="r", kind="answers"),
        "open with one": lambda: open_sealed(box.blob, wrapped, clinic, record="r", kind="answers"),
        "one key to one more": lambda: rewrap_one(wrapped, clinic, recovery.public, record="r", kind="answers"),
    }
    for name, act in figures.items():
        print(f"{name:34}{cpu(act, 2000) * 1e6:8.0f} us")


def _export(parts: Parts, desk: Desk) -> None:
    with parts.store.reading() as connection:
        known = wordings.all_of(connection)
        everything = [row for batch in submissions.batches(connection) for row in batch]

    def opened() -> dict[str, bytes]:
        with parts.store.reading() as connection:
            found: dict[str, bytes] = {}
            for at in range(0, FORMS, 200):
                ids = [row.id for row in everything[at : at + 200]]
                found |= sealed.open_all(connection, ids, parts.keyring.private_keys)
            return found

    def written(source: Iterator[ExportRow]) -> int:
        options = {"guarded": True, "exported_at": parts.now(), "zone": "UTC"}
        return sum(map(len, archive.stream(known, parts.definition, source, **options)))

    plain = opened()
    ready = list(rows(desk, parts.now()))
    opening = cpu(opened) / FORMS
    decoding = cpu(lambda: [json.loads(text) for text in plain.values()]) / FORMS
    writing = cpu(lambda: written(iter(ready))) / FORMS
    whole = cpu(lambda: written(rows(desk, parts.now()))) / FORMS
    parts_of = opening + decoding + writing
    print(f"{'whole export, a form':34}{whole * 1e3:8.3f} ms, {whole / parts_of:.2f} x the sum of its parts (aim <= 2)")
    for name, value in (("open", opening), ("decode", decoding), ("write", writing)):
        print(f"{'  ' + name:34}{value * 1e3:8.3f} ms, {value / parts_of:.0%} of the sum")


def _rotate(parts: Parts) -> None:
    from app import keyring

    keyring.renew(parts.keyring.folder, ["clinic"], parts.today())
    said = rewrap.rewrap_all(parts)
    assert said == f"{FORMS} sealed anew", said
