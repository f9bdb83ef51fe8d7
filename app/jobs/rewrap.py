"""After a rotation: every document sealed to the keys of today, the old ones taken off."""

from ..parts import Parts
from ..records import rewrapping

NAME = "rewrap"
BATCH = 200


def rewrap_all(parts: Parts) -> str:
    """Seal every document to all current keys, in short transactions. Says how many it did and could not open."""
    listed = parts.keyring.listed
    current = [r.key for r in listed if r.state != "old"]
    old = [r.key.key_id for r in listed if r.state == "old"]
    done = closed = 0
    after: str | None = ""
    while after is not None:
        with parts.store.writing() as connection:
            batch = rewrapping.rewrap_batch(
                connection, current=current, old=old, keys=parts.keyring.private_keys, after=after, limit=BATCH
            )
        after, done, closed = batch.last, done + batch.done, closed + batch.closed
    return f"{done} sealed anew" + (f", {closed} open with no key here" if closed else "")
