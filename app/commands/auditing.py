"""`previsit audit`: whether the audit is as it was written."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

import config as configuration
from config import Config

from ..keyring import Keyring
from ..keys import load_server_key
from ..ledger import Head, Ledgers
from ..records import audit as lines
from ..records import audit_check
from ..records.audit_check import Report
from ..records.store import Store, StoreRefused

_MOST_TOLD = 50


@click.group()
def audit() -> None:
    """Verify the record of who did what."""


@audit.command()
@click.option("--head", "typed", multiple=True, metavar="CHAIN:NUMBER:HASH", help="A head that had left this host.")
@click.option(
    "--heads",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file of log lines (of `previsit work`, or of AUDIT_SYSLOG) from another host.",
)
def verify(typed: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """Compute every line of the audit again, and say which were changed, put in, moved or taken out.

    Lines that were cut off at the end are found by heads that had left this host: give them. Ends with 1 when anything
    is wrong. Run it where the desk's keys are.
    """
    config = configuration.from_environment()
    shipped = [_read(one) for one in typed] + [head for file in files for head in _heads_in(file)]
    store = Store(config.database_url)
    try:
        report = _verified(config, store, shipped)
    except StoreRefused as error:
        raise click.ClickException("the role of this host may not read the audit: run it on the staff host") from error
    finally:
        store.close()
    _tell(report, len(shipped))
    if not report.is_well:
        raise SystemExit(1)


def _verified(config: Config, store: Store, shipped: Sequence[Head]) -> Report:
    chains = Ledgers.of(load_server_key(config.secret_key_file), config.rooms).chains
    private = Keyring(config.key_dir, opens=True).private_keys if config.rooms != "intake" else ()
    return audit_check.verify(store, chains, private, shipped)


def _tell(report: Report, shipped: int) -> None:
    for one in report.checked:
        click.echo(f"{one.chain}: {one.lines} lines" + ("" if one.has_key else ", of which none could be computed"))
    if report.before:
        click.echo(f"{report.before} lines from before there were chains: nothing tells whether they were changed.")
    if shipped:
        click.echo(f"{shipped} heads that had left this host were looked up.")
    for found in report.found[:_MOST_TOLD]:
        click.echo(f"{'WRONG' if found.level == 'wrong' else 'odd':<6} {found.what}.")
    if len(report.found) > _MOST_TOLD:
        click.echo(f"and {len(report.found) - _MOST_TOLD} more like these.")
    if report.is_well:
        click.echo("The audit is as it was written.")
    else:
        click.echo("THE AUDIT IS NOT AS IT WAS WRITTEN. Keep this output, and a copy of the database as it is now.")


def _read(typed: str) -> Head:
    head = lines.read_head(typed)
    if head is None:
        raise click.UsageError(f"{typed!r} is no head: write CHAIN:NUMBER:HASH, with 24 or more digits of the hash")
    return head


def _heads_in(file: Path) -> Iterator[Head]:
    """The heads in a file of log lines; a line that has none is passed over."""
    try:
        with file.open(errors="replace") as text:
            for line in text:
                head = _head_in(line)
                if head is not None:
                    yield head
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read ({error.strerror})") from error


def _head_in(line: str) -> Head | None:
    start = line.find("{")  # a collector may have put its own words in front
    try:
        facts = json.loads(line[start:]) if start >= 0 else {}
        return lines.read_head(f"{facts['chain']}:{facts['seq']}:{facts['hash']}")
    except (ValueError, KeyError, TypeError):
        return None
