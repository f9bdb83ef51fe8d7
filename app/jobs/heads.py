"""Once a day the heads of the audit's chains go to the log, and each chain notes the heads of the others."""

from itertools import islice

from .. import logs
from ..parts import Parts
from ..records import audit, audit_keys

NAME = "audit_head"
PATIENTS_NAME = "audit_head_intake"
_MOST = 100


def tell_heads(parts: Parts) -> str:
    """Log the head of every chain; note the others' heads on each chain of this process; keep this process's keys.

    Heads that were shipped away with the log show later that lines behind them were cut off.
    """
    with parts.store.writing() as connection:
        chains = audit.chains_of(connection)
        audit_keys.keep(connection, parts.keyring.recipients, chains)
    for chain in chains:  # one in a transaction: nobody ever waits for two
        with parts.store.writing() as connection:
            audit.note_heads(connection, chain, parts.now())
    with parts.store.reading() as connection:
        heads = list(islice(audit.heads(connection), _MOST))
    for head in heads:
        logs.event("audit_head", chain=head.chain, seq=head.seq, hash=head.hash.hex())
    return f"{len(heads)} heads" if heads else ""
