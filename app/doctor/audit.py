"""The audit: whether its newest lines are as they were written, and whether its collector can be reached."""

from collections.abc import Iterator

from config import Config

from .. import syslog
from ..keyring import Keyring
from ..keys import KeyProblem, load_server_key
from ..ledger import Ledgers
from ..records import audit_check
from ..records.store import Store
from .finding import Finding, ok, problem, warning

NEWEST = 1000


def collector(config: Config) -> Iterator[Finding]:
    """Where audit lines are sent to, if anywhere."""
    if config.audit_syslog is None:
        return
    why = syslog.problem_with(config.audit_syslog)
    if why:
        what = f"AUDIT_SYSLOG cannot be reached ({why}): audit lines stay on this host."
        advice = "Start the collector, or see AUDIT_SYSLOG. What it missed is not sent later."
        yield warning("audit.syslog", what, advice)
    else:
        yield ok("audit.syslog", "AUDIT_SYSLOG looks reachable (a UDP port never tells).")


def lines(config: Config, store: Store) -> Iterator[Finding]:
    """The newest lines of every chain, computed again. Raises StoreUnavailable."""
    try:
        chains = Ledgers.of(load_server_key(config.secret_key_file), config.rooms).chains
        private = Keyring(config.key_dir, opens=True).private_keys
    except KeyProblem:  # which is a finding of its own
        return
    report = audit_check.verify(store, chains, private, (), newest=NEWEST)
    wrong = [found.what for found in report.found if found.level == "wrong"]
    if wrong:
        yield problem(
            "audit.lines",
            f"The audit is not as it was written: {wrong[0]}" + (f", and {len(wrong) - 1} more." if wrong[1:] else "."),
            "Run `previsit audit verify`, keep what it says, and keep a copy of the database as it is now.",
        )
    else:
        count = sum(one.lines for one in report.checked)
        yield ok("audit.lines", f"The newest {count} lines of the audit are as they were written.")
