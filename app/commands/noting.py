"""Audit lines of what an operator does at the command line, where there is a database to write them to."""

import click

from config import Config

from ..keys import KeyProblem, load_server_key
from ..parts import open_store, utc_now
from ..records import audit, schema
from ..records.acts import Act
from ..records.store import Store, StoreUnavailable


def note_done(config: Config, act: Act, *records: str) -> None:
    """Note what was done, a line for each record; where that cannot be, say so: it was done all the same."""
    try:
        if _is_ready(config):
            _note(config, act, records)
    except (KeyProblem, StoreUnavailable) as error:
        click.echo(f"The audit has no line of this: {error}.")


def _is_ready(config: Config) -> bool:
    """Whether the tables of this release are there: the first keys are made before there is any."""
    store = Store(config.database_url)
    try:
        if store.file is not None and not store.file.exists():  # to connect would make it
            return False
        with store.reading() as connection:
            return schema.is_current(connection)
    finally:
        store.close()


def _note(config: Config, act: Act, records: tuple[str, ...]) -> None:
    store = open_store(config, load_server_key(config.secret_key_file))
    try:
        with store.writing() as connection:
            for record in records:
                audit.note(connection, at=utc_now(), room="work", who=audit.OPERATOR, act=act, record=record)
    finally:
        store.close()
