"""Getting ready, serving, and the recurring work beside it."""

import errno
import signal
import socket
import subprocess
import sys
import threading
from types import FrameType

import click

import config as configuration
from config import Config

from .. import keyring, keys, logs
from ..ledger import Ledgers
from ..parts import today_of, utc_now
from ..records.store import Store

_STOP_SECONDS = 10
"""How long a worker may finish what it is doing when the server is told to stop; then it is ended."""


def _claim_port(config: Config) -> None:
    """Stop when somebody listens there already: the system would deal requests out to both of two such servers."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise click.ClickException(
                    f"PORT {config.port} is in use on {config.host}. Stop what listens there, or set another PORT."
                ) from error
            raise click.ClickException(f"cannot listen on HOST {config.host}, PORT {config.port}: {error}") from error


@click.command()
def prepare() -> None:
    """Make missing keys, bring the database up to date, and print the links."""
    get_ready(configuration.from_environment())


def get_ready(config: Config) -> None:
    """Everything that must be there before the first page is served.

    Raises KeyProblem or StoreUnavailable, and ClickException when a folder cannot be written.
    """
    try:
        _make_what_is_missing(config)
    except OSError as error:
        raise click.ClickException(f"{error}: see DATA_DIR, KEY_DIR and SECRET_KEY_FILE") from error


def _make_what_is_missing(config: Config) -> None:
    from ..records import schema

    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in _make_keys(config):
        click.echo(f"Made {path}")
    store = Store(config.database_url)
    try:
        schema.upgrade(store)
        _keep_audit_keys(config, store)
        _print_links(config, store)
    finally:
        store.close()


def _keep_audit_keys(config: Config, store: Store) -> None:
    """Have the desk able to verify what this host notes in the audit, whichever host it is."""
    from ..records import audit_keys

    chains = Ledgers.of(keys.load_server_key(config.secret_key_file), config.rooms).chains
    with store.writing() as connection:
        audit_keys.keep(connection, _prove(config).recipients, chains)


def _make_keys(config: Config) -> list[str]:
    made = keys.make_missing(config.secret_key_file)
    if config.rooms != "intake":
        made += keys.make_missing(config.key_dir / keys.INDEX_NAME)
        make = keyring.adopt if config.secure else keyring.make_trial_keys
        made += make(config.key_dir, today_of(config))
    _prove(config)
    return [str(path) for path in made]


def _prove(config: Config) -> keyring.Keyring:
    ring = keyring.Keyring(config.key_dir, opens=config.rooms != "intake")
    ring.prove(production=config.secure)
    return ring


def _print_links(config: Config, store: Store) -> None:
    click.echo("")
    if config.rooms != "desk":
        click.echo(f"Patients:  {config.public_url}/")
    if config.rooms != "intake":
        click.echo(f"Staff:     {config.desk_url}/desk/")
        from ..records import setup_links

        key = keys.load_server_key(config.secret_key_file)
        with store.writing() as connection:
            secret = setup_links.for_first_account(connection, key, utc_now())
        if secret:
            click.echo("First staff account (this link works once, for 24 hours):")
            click.echo(f"           {config.desk_url}/desk/setup/{secret}")
    if config.rooms == "both":
        click.echo("\nBoth rooms run in one process: whoever takes over this process can read what was sent.")
    if any(recipient.state == "trial" for recipient in _prove(config).listed):
        click.echo(
            f"The keys in {config.key_dir} are for trying things out: they lie on the same disk as the answers.\n"
            "Before the first real patient: previsit keys make --recovery-file FILE"
        )
    click.echo("")


@click.command()
def serve() -> None:
    """Serve the rooms named by ROOMS, until stopped."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings

    from ..bodies import THREADS

    config = configuration.from_environment()
    _claim_port(config)
    _prove(config)
    keys.load_server_key(config.secret_key_file)
    Granian(
        "app.serving:application",
        factory=True,
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_SECONDS,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        log_access=False,
        process_name=None,
    ).serve()


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
def work(once: bool) -> None:
    """Do recurring work beside the server.

    Delete drafts on their promised day; where the desk's keys are: write the digests that people are found by, seal
    documents to new keys, and delete submissions on theirs.
    """
    from .. import jobs
    from ..parts import assemble

    logs.start()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parts = assemble(configuration.from_environment())
    try:
        if once:
            jobs.do_due(parts)
        else:
            jobs.work(parts, stop)
    finally:
        parts.store.close()


@click.command()
def run() -> None:
    """Prepare, then serve and work, until stopped: what `make run` does."""
    config = configuration.from_environment()
    _claim_port(config)
    get_ready(config)
    click.echo(f"Serving on http://{config.host}:{config.port}. Press Ctrl+C to stop.")
    # Each in a process group of its own, so that Ctrl+C reaches this process alone and each child is told once, by it.
    children = [
        subprocess.Popen([sys.executable, "-m", "app.commands", name], process_group=0) for name in ("serve", "work")
    ]

    def stop(_number: int, _frame: FrameType | None) -> None:
        for child in children:
            child.terminate()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    server, worker = children
    code = server.wait()
    worker.terminate()
    worker.wait()
    sys.exit(max(code, 0))
