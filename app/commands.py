"""`previsit`: the commands an operator needs."""

import signal
import subprocess
import sys
import threading
from types import FrameType

import click

import config as configuration
from config import Config, ConfigError

from . import keys, logs
from .keys import KeyProblem
from .records.store import Store, StoreUnavailable


@click.group()
def main() -> None:
    """Patient intake for a clinic. Settings are environment variables; the README lists them all."""


def _config() -> Config:
    try:
        return configuration.from_environment()
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


@main.command()
def prepare() -> None:
    """Make missing keys, bring the database up to date, and print the links."""
    config = _config()
    try:
        _prepare(config)
    except (KeyProblem, StoreUnavailable) as error:
        raise click.ClickException(f"{error}") from error


def _prepare(config: Config) -> None:
    from .records import schema

    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in keys.make_missing_keys(config.key_dir, config.secret_key_file):
        click.echo(f"Made {path}")
    store = Store(config.database_url)
    try:
        schema.upgrade(store)
        _print_links(config, store)
    finally:
        store.close()


def _print_links(config: Config, store: Store) -> None:
    desk = config.public_url.replace("//127.0.0.1", "//localhost")
    click.echo("")
    if config.rooms != "desk":
        click.echo(f"Patients:  {config.public_url}/")
    if config.rooms != "intake":
        click.echo(f"Staff:     {desk}/desk/")
        from .parts import utc_now
        from .records import setup_links

        key = keys.load_server_key(config.secret_key_file)
        with store.writing() as connection:
            secret = setup_links.for_first_account(connection, key, utc_now())
        if secret:
            click.echo(
                f"First staff account (this link works once, for 24 hours):\n           {desk}/desk/setup/{secret}"
            )
    if config.rooms == "both":
        click.echo("\nBoth rooms run in one process: whoever takes over this process can read what was sent.")
    click.echo(
        f"Keys are in {config.key_dir}. Whoever loses {keys.PRIVATE_NAME} loses every answer. Keep a copy elsewhere."
    )
    click.echo("")


@main.command()
def serve() -> None:
    """Serve the rooms named by ROOMS, until stopped."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings

    config = _config()
    Granian(
        "app.serving:application",
        factory=True,
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.workers,
        blocking_threads=4,
        respawn_failed_workers=True,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        log_access=False,
        process_name=None,
    ).serve()


@main.command()
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
def work(once: bool) -> None:
    """Do recurring work: delete drafts on their promised day. Run one beside the server."""
    from . import jobs
    from .parts import assemble

    logs.start()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        parts = assemble(_config())
    except KeyProblem as error:
        raise click.ClickException(str(error)) from error
    if once:
        jobs.do_due(parts)
    else:
        jobs.work(parts, stop)


@main.command()
def run() -> None:
    """Prepare, then serve and work, until stopped: what `make run` does."""
    config = _config()
    try:
        _prepare(config)
    except (KeyProblem, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Serving on http://{config.host}:{config.port}. Press Ctrl+C to stop.")
    children = [subprocess.Popen([sys.executable, "-m", "app.commands", name]) for name in ("serve", "work")]

    def stop(_number: int, _frame: FrameType | None) -> None:
        for child in children:
            child.terminate()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    server, worker = children
    code = server.wait()
    worker.terminate()
    worker.wait()
    sys.exit(max(code, 0))


if __name__ == "__main__":
    main()
