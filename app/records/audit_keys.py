"""The keys of the chains, each sealed once to those who can open answers: so that one host can verify another's chain.

A patients' host may add one and read none; a rotation seals them anew like every other document.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from sqlalchemy import Connection, insert
from sqlalchemy.dialects import postgresql, sqlite

from ..ledger import Chain
from ..sealing import PrivateKey, PublicKey, seal
from . import sealed
from .models import SealedDocument, SealedKey

KIND = "audit key"
"""The kind of sealed document that holds the key of a chain. It belongs to no submission."""


def keep(connection: Connection, recipients: Sequence[PublicKey], chains: Iterable[Chain]) -> None:
    """Store the keys of these chains, sealed to these recipients, unless they are there. Reads nothing."""
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for chain in chains:
        record = _document(chain.id)
        made = seal(chain.key, recipients, record=record, kind=KIND)
        row = {"id": record, "kind": KIND, "submission": None, "blob": made.blob}
        unless_there = upsert(SealedDocument).values(row).on_conflict_do_nothing()
        fresh = connection.execute(unless_there, execution_options={"preserve_rowcount": True}).rowcount
        if fresh:  # else it has a data key of its own, which this one would not open
            keys = [{"document": record, "key_id": one.key_id, "data": one.data} for one in made.keys]
            connection.execute(insert(SealedKey), keys)


def opened(connection: Connection, names: Iterable[str], keys: Sequence[PrivateKey]) -> Mapping[str, Chain]:
    """The chains of these ids whose stored key opens with these private keys, by id.

    One whose key is not the one that its id tells of is left out: anybody can seal to a public key.
    """
    documents = {_document(name): name for name in names}
    plain = sealed.open_all(connection, documents, keys)
    found = [Chain(documents[document], key) for document, key in plain.items()]
    return {chain.id: chain for chain in found if chain.is_named_rightly()}


def _document(chain: str) -> str:
    return sha256(f"{KIND} {chain}".encode()).hexdigest()[:32]
