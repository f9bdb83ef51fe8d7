"""Writing the digests by which people are found, on the desk's side: the patients' host could not, and must not."""

from ..finding import terms_of
from ..parts import Parts
from ..records import charts, lookups, submissions

NAME = "index"
BATCH = 100


def index_all(parts: Parts) -> str:
    """Index every submission that waits, in short transactions. A submission that does not open stays without digests.

    Safe to kill and to repeat: the digests of a submission are written in the transaction that takes it off the queue.
    """
    key = parts.index_key
    if key is None:
        return "no index key here"
    done = closed = 0
    while True:
        with parts.store.reading() as connection:
            wanted = lookups.waiting(connection, BATCH)
        if not wanted:
            break
        with parts.store.writing() as connection:  # read here too: a chart number given meanwhile must not be missed
            rows = submissions.these(connection, wanted)
            opened = submissions.open_what_opens(connection, rows, parts.keyring.private_keys)
            numbers = charts.numbers(connection, wanted, parts.keyring.private_keys)
            terms = {
                submission_id: terms_of(one.document["answers"], numbers.get(submission_id, ""))
                for submission_id, one in opened.items()
            }
            lookups.write(connection, key, terms, wanted)
        done, closed = done + len(opened), closed + len(wanted) - len(opened)
    if not done + closed:
        return ""
    return f"{done} indexed" + (f", {closed} open with no key here" if closed else "")
