"""`previsit backup` and `previsit restore`: everything in one file, and back."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import click

import config as configuration
from config import Config

from .. import erased as erased_list
from .. import key_copies
from ..keyring import LIST_NAME, Keyring
from ..keys import KeyProblem, ServerKey, load_server_key
from ..ledger import Ledgers
from ..parts import utc_now
from ..records import backup as backups
from ..records import restoring, submissions
from ..records.backup_file import BackupProblem, Manifest
from ..records.restoring import Unpacked
from ..records.store import Store
from .noting import note_done

_WHAT_OPENS = "Sent answers need the clinic's or the recovery key, forms not sent yet the server key"


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-keys", is_flag=True, help="Put every secret key into it: whoever has the file reads everything.")
def backup(file: Path, with_keys: bool) -> None:
    """Write everything in the database to FILE, while the service goes on. It never overwrites a file.

    No secret key is in it unless asked for: keep the key folder apart from it.
    """
    config = configuration.from_environment()
    server_key = load_server_key(config.secret_key_file)
    store = Store(config.database_url)
    try:
        manifest = backups.make(
            store,
            file,
            keys=key_copies.collect(config.key_dir, config.secret_key_file, secret=with_keys),
            server_key=server_key.fingerprint,
            product=version("previsit"),
            now=utc_now(),
        )
    finally:
        store.close()
    click.echo(f"Wrote {file}: {_said(manifest)}.")
    note_done(config, "backup", "with keys" if with_keys else "without keys")
    if with_keys:
        click.echo(
            "EVERY SECRET KEY OF THIS HOST IS IN IT: whoever has this file can read everything. "
            "Keep it like the keys themselves."
        )
    else:
        click.echo(
            f"The list of public keys is in it, but no secret key. {_WHAT_OPENS}: "
            f"keep a copy of {config.key_dir} and {config.secret_key_file} apart from this file."
        )


def _said(manifest: Manifest) -> str:
    counted = ", ".join(f"{count} in {table}" for table, count in manifest.rows.items() if count) or "no rows"
    return f"{manifest.source} at migration {manifest.revision}; {counted}"


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--without-keys", is_flag=True, help="Leave the key folder alone, even when the backup has keys.")
def restore(file: Path, without_keys: bool) -> None:
    """Put the backup in FILE, or a plain copy of a SQLite database, into the empty database of the settings.

    Stop the service first. Everything is verified before anything is put in place.
    """
    config = configuration.from_environment()
    erased = erased_list.read(config.data_dir)
    store = Store(config.database_url)
    try:
        restoring.refuse_unless_empty(store)
        near = store.file or config.data_dir / "previsit.db"
        _make_folders(config, near)
        with restoring.unpacked(file, near) as copy:
            keys = {} if without_keys else copy.keys
            _refuse_other_keys(config, keys)
            ledgers = _ledgers(config, keys)
            restoring.make_ready(copy.copy, erased, ledgers, utc_now())
            for path in key_copies.put_back(config.key_dir, config.secret_key_file, keys):
                click.echo(f"Wrote {path}")  # before the rows: keys without rows do no harm when this is interrupted
            restoring.put(copy.copy, store)
        _tell(config, store, copy)
        if ledgers is None:
            click.echo(f"The audit has no line of this restore, since there is no {config.secret_key_file}.")
    finally:
        store.close()


def _ledgers(config: Config, keys: Mapping[str, bytes]) -> Ledgers | None:
    """The chains of this host, by the server key that is here or comes with the backup; None when there is none."""
    if not config.secret_key_file.exists() and key_copies.SERVER_NAME not in keys:
        return None
    if config.secret_key_file.exists():
        return Ledgers.of(load_server_key(config.secret_key_file), config.rooms)
    return Ledgers.of(ServerKey(bytes.fromhex(keys[key_copies.SERVER_NAME].decode())), config.rooms)


def _make_folders(config: Config, near: Path) -> None:
    try:
        for folder in (config.data_dir, near.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BackupProblem(f"{error.filename} cannot be made ({error.strerror}): see DATA_DIR") from error


def _refuse_other_keys(config: Config, keys: Mapping[str, bytes]) -> None:
    others = key_copies.differing(config.key_dir, config.secret_key_file, keys)
    if keys.keys() - {LIST_NAME} and others:
        raise BackupProblem(
            f"{', '.join(map(str, others))} here differs from the backup, and nothing was changed: "
            "restore with an empty KEY_DIR, or keep the keys that are here by --without-keys"
        )


def _tell(config: Config, store: Store, copy: Unpacked) -> None:
    with store.reading() as connection:
        counts = restoring.counts(connection)
    made = f"the backup of {copy.manifest.made_at:%Y-%m-%d %H:%M} UTC" if copy.manifest else "a copy of a database"
    click.echo(f"Restored {made}: " + ", ".join(f"{count} {name}" for name, count in counts.items()) + ".")
    click.echo(_answers_open(config, store))
    click.echo(_drafts_open(config, copy.manifest))
    if (config.data_dir / erased_list.NAME).exists():
        click.echo(f"What {config.data_dir / erased_list.NAME} lists was erased again.")
    else:
        click.echo(
            f"There is no list {config.data_dir / erased_list.NAME}: forms that were erased after this backup are "
            "back. Erase them again."
        )
    click.echo("Everybody signs in anew. Next: `previsit doctor`, then start the service.")


def _answers_open(config: Config, store: Store) -> str:
    if config.rooms == "intake":
        return "Whether sent answers open was not tried: this host may hold no key that opens them."
    with store.reading() as connection:
        newest = submissions.newest(connection, limit=1)
        if not newest:
            return "No form was sent yet."
        try:
            private = Keyring(config.key_dir, opens=True).private_keys
        except KeyProblem as error:
            return f"SENT ANSWERS DO NOT OPEN HERE: {error}"
        if submissions.open_what_opens(connection, newest, private):
            return "The newest sent form opens with the keys that are here."
    return f"SENT ANSWERS DO NOT OPEN HERE: put the clinic's private key into {config.key_dir}."


def _drafts_open(config: Config, manifest: Manifest | None) -> str:
    try:
        here = load_server_key(config.secret_key_file).fingerprint
    except KeyProblem:
        return (
            f"FORMS NOT SENT YET DO NOT OPEN HERE: put {config.secret_key_file} back from the copy of the keys before "
            "anything else, since `previsit prepare` would make another."
        )
    if manifest is None:
        return "Whether forms not sent yet open cannot be told: they need the server key of that day."
    if manifest.server_key == here:
        return "The server key is the one of the backup: patients' codes open their forms."
    return f"FORMS NOT SENT YET DO NOT OPEN HERE: {config.secret_key_file} is another server key than on that day."
