"""The keys: whether they are there, open what they should, and lie where nobody finds them beside the answers."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from config import Config

from .. import keyring
from ..keyring import LIST_NAME, ROLES, Recipient
from ..keys import KeyProblem, load_index_key, load_server_key
from .finding import Finding, ok, problem, warning

_FROM_BACKUP = "Put the right file back from the copy of the key folder, then run `previsit doctor` again."


def files(config: Config, database: Path | None) -> Iterator[Finding]:
    """What can be told from the key files alone. `database` is the file of a SQLite database."""
    yield from _readable("keys.server", "The server key", lambda: load_server_key(config.secret_key_file))
    if config.rooms != "intake":
        yield from _readable("keys.index", "The index key", lambda: load_index_key(config.key_dir))
    try:
        listed = keyring.read_list(config.key_dir)
    except KeyProblem as error:
        yield problem("keys.list", f"{error}.", _FROM_BACKUP)
        return
    yield ok("keys.list", f"{config.key_dir / LIST_NAME} names {len(listed)} keys.")
    current = [recipient for recipient in listed if recipient.state != "old"]
    for role in ROLES:
        if not any(recipient.role == role for recipient in current):
            yield problem("keys.roles", f"No {role} key is in use.", f"Run `previsit keys rotate {role}`.")
    if any(recipient.state == "trial" for recipient in current):
        yield (problem if config.secure else warning)(
            "keys.trial",
            "The keys were made for trying things out, without being asked for.",
            "Run `previsit keys make --recovery-file FILE` before the first real patient.",
        )
    if config.rooms == "intake":
        yield from _out_of_reach(config.key_dir)
    else:
        yield from _open(config, current)
    yield from _place_of_clinic_keys(config, listed, database)
    yield from _place_of_recovery_keys(config)


def _readable(check: str, name: str, load: Callable[[], object]) -> Iterator[Finding]:
    try:
        load()
    except KeyProblem as error:
        yield problem(check, f"{error}.", _FROM_BACKUP)
    else:
        yield ok(check, f"{name} can be read.")


def _out_of_reach(folder: Path) -> Iterator[Finding]:
    reach = keyring.desk_keys_in(folder)
    if reach:
        yield problem(
            "keys.reach",
            f"This host serves patients alone, but {folder} holds the desk's {', '.join(reach)}.",
            f"Move them to the desk's host; leave only {LIST_NAME} and the server key here.",
        )
    else:
        yield ok("keys.reach", "This host holds no key that opens what was sent.")


def _open(config: Config, current: list[Recipient]) -> Iterator[Finding]:
    for recipient in current:
        if recipient.role != "clinic":
            continue
        try:
            keyring.open_canary(recipient, config.key_dir)
        except KeyProblem as error:
            yield problem("keys.opens", f"{error}.", _FROM_BACKUP)
        else:
            yield ok("keys.opens", f"The clinic's key {recipient.key.key_id} opens what is sealed to it.")


def _place_of_clinic_keys(config: Config, listed: tuple[Recipient, ...], database: Path | None) -> Iterator[Finding]:
    here = [config.key_dir / r.private_name for r in listed if r.role == "clinic"]
    here = [path.resolve() for path in here if path.exists()]
    folders = {config.data_dir.resolve()} | ({database.parent.resolve()} if database else set())
    beside = [path for path in here if any(path.is_relative_to(folder) for folder in folders)]
    if beside:
        yield warning(
            "keys.place",
            f"The clinic's private key lies in the data folder ({beside[0]}): a copy of it opens every answer.",
            "Set KEY_DIR to a folder elsewhere, move the keys there, and keep the two in separate backups.",
        )
    elif here and database and database.exists() and here[0].stat().st_dev == database.stat().st_dev:
        yield ok(
            "keys.place",
            "The clinic's private key lies apart from the data folder, on the same disk: only encrypting that disk "
            "protects against its theft.",
        )
    elif here:
        yield ok("keys.place", "The clinic's private key does not lie beside the database.")


def _place_of_recovery_keys(config: Config) -> Iterator[Finding]:
    here = sorted(path.name for path in config.key_dir.glob("recovery-*.private"))  # a retired one opens old backups
    if here:
        yield (problem if config.secure else warning)(
            "keys.recovery",
            f"The private half of the recovery key lies on this host ({', '.join(here)} in {config.key_dir}).",
            "Move it to a stick or a disk that is put away, and try it there with `previsit keys rehearse FILE`.",
        )
    else:
        yield ok("keys.recovery", "The private half of the recovery key is not on this host.")


def documents(config: Config, counts: Mapping[str, int], closed: Callable[[list[str]], int]) -> Iterator[Finding]:
    """What the sealed documents need.

    `counts` are documents by key id; `closed` tells how many documents are sealed to none of these key ids.
    """
    try:
        listed = keyring.read_list(config.key_dir)
    except KeyProblem:
        return
    lost = closed([recipient.key.key_id for recipient in listed])
    if lost:
        yield problem(
            "keys.closed",
            f"{lost} documents are sealed to no key on the list: nobody here can open them.",
            f"Bring {LIST_NAME} and the private keys of that time back from the copy of the key folder.",
        )
    for recipient in listed:
        left = counts.get(recipient.key.key_id, 0)
        if recipient.state == "old":
            yield warning(
                "keys.old",
                f"The old {recipient.role} key {recipient.key.key_id} is not retired: {left} documents need it.",
                "Let `previsit work` run where the desk's keys are."
                if left
                else f"Run `previsit keys retire {recipient.key.key_id}`.",
            )
    for key_id in sorted(counts.keys() - {recipient.key.key_id for recipient in listed}):
        yield warning(
            "keys.unlisted",
            f"{counts[key_id]} documents are sealed to the key {key_id}, which is not on the list.",
            f"Find out whose key that is: restore the {LIST_NAME} that names it, or let `previsit work` run.",
        )
