"""`previsit keys`: the key pairs that answers are sealed to, from the first to the last day of each."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

import config as configuration

from .. import keyring
from .. import keys as key_files
from ..jobs import rewrap
from ..keyring import ROLES, Recipient, Role
from ..keys import KeyProblem
from ..parts import today_of
from ..records import jobs, rewrapping, schema, sealed, submissions
from ..records.acts import Act
from ..records.store import Store, StoreUnavailable
from ..sealing import PrivateKey
from .noting import note_done


@click.group()
def keys() -> None:
    """Make, show, replace and try the keys that answers are sealed to."""


def _store() -> Store:
    return Store(configuration.from_environment().database_url)


def _folder() -> Path:
    return configuration.from_environment().key_dir


def _desks_folder() -> Path:
    """The key folder, on a host that may have private keys in it."""
    config = configuration.from_environment()
    if config.rooms == "intake":
        raise click.ClickException(
            "ROOMS=intake: keys are made where the desk is, "
            f"and {keyring.LIST_NAME} is copied to {config.key_dir} from there"
        )
    return config.key_dir


_RECOVERY_FILE = click.option(
    "--recovery-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write the private half of the recovery key: a stick or a disk that is then put away.",
)


@keys.command()
@_RECOVERY_FILE
def make(recovery_file: Path | None) -> None:
    """Make the first keys for real patients: the clinic's, and a recovery key that lies offline.

    Keys that `make run` made for trying things out become old; what was sent to them is sealed anew.
    """
    folder, today = _desks_folder(), today_of(configuration.from_environment())
    if recovery_file is None:
        raise click.UsageError("name a file on a disk that can be put away: --recovery-file /media/stick/recovery.key")
    keyring.adopt(folder, today)
    listed = keyring.read_list(folder) if (folder / keyring.LIST_NAME).exists() else ()
    if {r.role for r in listed if r.state == "active"} == set(ROLES):
        raise click.ClickException("there are keys for real patients already: `previsit keys rotate` replaces one")
    _renew(folder, ROLES, recovery_file, "key made")


@keys.command()
@click.argument("role", type=click.Choice(ROLES))
@_RECOVERY_FILE
def rotate(role: Role, recovery_file: Path | None) -> None:
    """Replace the clinic's key or the recovery key. New answers go to the new one at once.

    `previsit work` seals older ones anew; `previsit keys show` tells how far it is.
    """
    if role == "recovery" and recovery_file is None:
        raise click.UsageError("name a file on a disk that can be put away: --recovery-file /media/stick/recovery.key")
    folder = _desks_folder()
    keyring.read_list(folder)  # without one there is nothing to replace: another folder than meant, most likely
    _renew(folder, [role], recovery_file, "key replaced")


def _renew(folder: Path, roles: Sequence[Role], recovery_file: Path | None, act: Act) -> None:
    today = today_of(configuration.from_environment())
    try:
        made = keyring.renew(folder, roles, today, recovery_file=recovery_file)
    except FileExistsError as error:
        raise click.ClickException(f"{error.filename} is there already: nothing was changed") from error
    except OSError as error:
        raise click.ClickException(f"{error.filename} cannot be written ({error.strerror})") from error
    key_files.make_missing(folder / key_files.INDEX_NAME)
    for path in made:
        click.echo(f"Made {path}")
    _seal_anew_soon()
    fresh = [r for r in keyring.read_list(folder) if r.role in roles and r.state != "old"]
    note_done(configuration.from_environment(), act, *(_record_of(recipient) for recipient in fresh))
    click.echo(f"Where patients are served from another host, copy {folder / keyring.LIST_NAME} there now.")
    _show(folder, {})


def _record_of(recipient: Recipient) -> str:
    """A key as the audit names it."""
    return f"{recipient.role} {recipient.key.key_id}"


def _seal_anew_soon() -> None:
    """Have older documents sealed anew at the worker's next look. The new keys hold without it."""
    config = configuration.from_environment()
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = Store(config.database_url)
    try:
        with store.reading() as connection:
            is_there = schema.is_current(connection)
        if is_there:  # the first keys are made before there is any table
            with store.writing() as connection:
                jobs.hurry(connection, rewrap.NAME)
    except StoreUnavailable as error:
        click.echo(f"The database did not answer ({error}): `previsit work` seals older documents anew within an hour.")
    finally:
        store.close()


@keys.command()
def show() -> None:
    """Show every key with its fingerprint, and how many documents are sealed to it."""
    store = _store()
    try:
        with store.reading() as connection:
            counts = rewrapping.documents_by_key(connection)
    finally:
        store.close()
    _show(_folder(), counts)


def _show(folder: Path, counts: Mapping[str, int]) -> None:
    listed = keyring.read_list(folder)
    for recipient in listed:
        here = "here" if (folder / recipient.private_name).exists() else "not here"
        documents = f", {counts.get(recipient.key.key_id, 0)} documents" if counts else ""
        click.echo(
            f"{recipient.role:<9} {recipient.state:<7} {recipient.fingerprint}  "
            f"made {recipient.made_on}, private half {here}{documents}"
        )
    for key_id in sorted(counts.keys() - {r.key.key_id for r in listed}):
        click.echo(f"NOT ON THE LIST: {counts[key_id]} documents are sealed to a key {key_id} that nobody keeps")


@keys.command()
@click.argument("key_id")
def retire(key_id: str) -> None:
    """Take an old key off the list, once nothing is sealed to it any more."""
    folder = _folder()
    recipient = _named(folder, key_id)
    if recipient.state != "old":
        raise click.ClickException("this key is in use: `previsit keys rotate` replaces it first")
    store = _store()
    try:
        with store.reading() as connection:
            left = rewrapping.documents_by_key(connection).get(recipient.key.key_id, 0)
    finally:
        store.close()
    if left:
        raise click.ClickException(f"{left} documents are still sealed to it: let `previsit work` run, then try again")
    try:
        keyring.forget(folder, recipient.key.key_id)
    except OSError as error:
        raise click.ClickException(f"{error.filename} cannot be written ({error.strerror}): see who owns it") from error
    note_done(configuration.from_environment(), "key retired", _record_of(recipient))
    click.echo(
        f"Retired. Its private half ({recipient.private_name}, or the file that you named for a recovery key) opens "
        "backups made before today: delete it when the last of them has expired, not sooner."
    )


def _named(folder: Path, key_id: str) -> Recipient:
    plain = "".join(key_id.split()).lower()
    found = [r for r in keyring.read_list(folder) if r.fingerprint.replace(" ", "").startswith(plain)]
    if len(plain) < 8 or len(found) != 1:
        raise click.ClickException(
            f"{folder / keyring.LIST_NAME} names no such key: `previsit keys show` lists them (8 digits are enough)"
        )
    return found[0]


@keys.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--newest", type=int, help="Try only so many submissions, the newest first.")
def rehearse(file: Path, newest: int | None) -> None:
    """Prove that the recovery key in FILE opens what was sent. Changes nothing; shows no answer."""
    private = PrivateKey(key_files.read_key(file, "this file"))
    recipient = _named(_folder(), private.public.key_id)
    click.echo(f"{file} is the {recipient.role} key {recipient.fingerprint} ({recipient.state}).")
    store = _store()
    try:
        tried, opened = _try(store, private, newest)
    finally:
        store.close()
    click.echo(f"{opened} of {tried} submissions opened.")
    note_done(configuration.from_environment(), "key tried", f"{opened} of {tried} forms")
    if opened < tried:
        raise KeyProblem("this key does not open everything: let `previsit work` run, then try again")


@keys.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def recover(file: Path) -> None:
    """The clinic's private key is lost: make a new one, and seal everything to it with the recovery key in FILE.

    Safe to repeat when it was interrupted. Put the recovery key away again afterwards.
    """
    folder, private = _desks_folder(), PrivateKey(key_files.read_key(file, "this file"))
    recipient = _named(folder, private.public.key_id)
    if recipient.role != "recovery":
        raise click.ClickException("this is no recovery key")
    newest = next(r for r in keyring.read_list(folder) if r.role == "clinic" and r.state != "old")
    if not (folder / newest.private_name).exists():
        _renew(folder, ["clinic"], None, "key replaced")
    listed = keyring.read_list(folder)
    store = _store()
    try:
        said = rewrap.rewrap_with(store, listed, [private])
    finally:
        store.close()
    note_done(configuration.from_environment(), "key recovered", _record_of(recipient))
    click.echo(f"{said}. Next: `previsit doctor`, then `previsit keys retire` for the lost key.")


def _try(store: Store, private: PrivateKey, newest: int | None) -> tuple[int, int]:
    tried = opened = 0
    before = None
    while newest is None or tried < newest:
        with store.reading() as connection:
            size = 200 if newest is None else min(200, newest - tried)
            rows = submissions.newest(connection, limit=size, before=before)
            if not rows:
                break
            opened += len(sealed.open_all(connection, (row.id for row in rows), [private]))
        tried += len(rows)
        before = (rows[-1].received_at, rows[-1].id)
    return tried, opened
