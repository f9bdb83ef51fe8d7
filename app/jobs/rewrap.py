"""After a rotation: every document sealed to the keys of today, the old ones taken off."""

from collections.abc import Sequence

from ..keyring import Recipient
from ..parts import Parts
from ..records import rewrapping
from ..records.store import Store
from ..sealing import PrivateKey

NAME = "rewrap"
BATCH = 200


def rewrap_all(parts: Parts) -> str:
    """Seal every document to all current keys with the keys of this desk. Says how many it did and could not open."""
    return rewrap_with(parts.store, parts.keyring.listed, parts.keyring.private_keys)


def rewrap_with(store: Store, listed: Sequence[Recipient], keys: Sequence[PrivateKey]) -> str:
    """Seal every document to all keys of this list that are not old, by means of these, in short transactions."""
    current = [r.key for r in listed if r.state != "old"]
    old = [r.key.key_id for r in listed if r.state == "old"]
    done = closed = 0
    after: str | None = ""
    while after is not None:
        with store.writing() as connection:
            batch = rewrapping.rewrap_batch(connection, current=current, old=old, keys=keys, after=after, limit=BATCH)
        after, done, closed = batch.last, done + batch.done, closed + batch.closed
    return f"{done} sealed anew" + (f", {closed} open with no key here" if closed else "")
