"""The key pairs: who can open what, from the first key to the last day of the one that follows it."""

import gzip
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event, select, update

import config as configuration
from app import create_app, jobs, keyring, keys
from app.jobs import rewrap
from app.keyring import Keyring
from app.keys import KeyProblem
from app.parts import Parts, assemble
from app.records import models, rewrapping, sealed, submissions
from app.records.store import StoreUnavailable
from app.sealing import PrivateKey, new_private_key
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.desk.people import Staff
from tests.operator import Operator
from tests.people import Patient

DAY = date(2026, 3, 2)
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def environ(environ: dict[str, str], key_dir: Path, tmp_path: Path) -> dict[str, str]:
    """A key folder of the test's own, which it may change."""
    shutil.copytree(key_dir, tmp_path / "keys")
    return {**environ, "KEY_DIR": str(tmp_path / "keys")}


@pytest.fixture
def folder(environ: dict[str, str]) -> Path:
    return Path(environ["KEY_DIR"])


def opened_with(parts: Parts, *private: PrivateKey) -> int:
    """How many submissions these keys open."""
    with parts.store.reading() as connection:
        rows = submissions.newest(connection, limit=10_000)
        return len(submissions.open_what_opens(connection, rows, private))


def key_ids(parts: Parts) -> set[str]:
    """The keys that any document is sealed to."""
    with parts.store.reading() as connection:
        return set(rewrapping.documents_by_key(connection))


def private(file: Path) -> PrivateKey:
    return PrivateKey(keys.read_key(file, "test"))


# Which process may hold what


def test_the_patients_room_alone_refuses_to_start_with_a_private_key_in_reach(
    environ: dict[str, str], folder: Path
) -> None:
    config = configuration.load({**environ, "ROOMS": "intake"})
    with pytest.raises(KeyProblem, match=r"ROOMS=intake must not have the desk's keys in reach.*clinic-"):
        assemble(config)
    for file in folder.glob("*.private"):
        file.unlink()
    with pytest.raises(KeyProblem, match=r"index\.key"):
        assemble(config)
    (folder / keys.INDEX_NAME).unlink()
    parts = assemble(config)
    assert parts.index_key is None
    assert parts.keyring.private_keys == ()
    assert len(parts.keyring.recipients) == 2
    create_app(parts)
    parts.store.close()


def test_the_desk_refuses_to_start_without_its_private_key(environ: dict[str, str], folder: Path) -> None:
    for file in folder.glob("*.private"):
        file.unlink()
    for rooms in ("desk", "both"):
        with pytest.raises(KeyProblem, match=r"clinic-\w+\.private is missing: put it back .* `previsit keys recover`"):
            assemble(configuration.load({**environ, "ROOMS": rooms}))


def test_a_private_key_that_does_not_fit_is_found_at_start(environ: dict[str, str], folder: Path) -> None:
    (file,) = folder.glob("*.private")
    file.write_text(new_private_key().raw.hex())
    with pytest.raises(KeyProblem, match="does not open what is sealed to it"):
        assemble(configuration.load(environ))


def test_real_patients_are_not_served_with_keys_for_trying_things_out(
    environ: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    shutil.rmtree(folder)
    operator = Operator(environ)
    assert "are for trying things out" in operator.runs("prepare")
    assert len(list(folder.glob("*.private"))) == 2
    operator.environ["PUBLIC_URL"] = "https://forms.example.org"
    for command in ("prepare", "serve"):
        assert "previsit keys make --recovery-file" in operator.is_refused(command)
    said = operator.runs("keys", "make", "--recovery-file", tmp_path / "stick.key")
    assert "stick.key" in said
    assert "are for trying things out" not in operator.runs("prepare")
    assert "there are keys for real patients already" in operator.is_refused(
        "keys", "make", "--recovery-file", tmp_path / "another.key"
    )


def test_after_one_trial_key_was_replaced_the_first_keys_for_real_patients_can_still_be_made(
    environ: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    shutil.rmtree(folder)
    operator = Operator(environ)
    operator.runs("prepare")
    operator.runs("keys", "rotate", "clinic")
    operator.environ["PUBLIC_URL"] = "https://forms.example.org"
    assert "run `previsit keys make --recovery-file FILE`" in operator.is_refused("prepare")
    operator.runs("keys", "make", "--recovery-file", tmp_path / "stick.key")
    operator.runs("prepare")


def test_no_key_is_replaced_where_there_is_no_list(environ: dict[str, str], folder: Path) -> None:
    shutil.rmtree(folder)
    assert "is missing" in Operator(environ).is_refused("keys", "rotate", "clinic")
    assert not folder.exists()


def test_no_private_key_is_made_on_the_patients_host(
    environ: dict[str, str], folder: Path, recovery_key: Path, tmp_path: Path
) -> None:
    for file in [*folder.glob("*.private"), folder / "index.key"]:
        file.unlink()
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    operator = Operator({**environ, "ROOMS": "intake"})
    named = ("--recovery-file", tmp_path / "stick.key")
    for command in (("make", *named), ("rotate", "clinic"), ("rotate", "recovery", *named), ("recover", recovery_key)):
        assert "keys are made where the desk is" in operator.is_refused("keys", *command)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert not (tmp_path / "stick.key").exists()


def test_in_production_no_key_is_made_without_being_asked_for(environ: dict[str, str], folder: Path) -> None:
    shutil.rmtree(folder)
    refused = Operator({**environ, "PUBLIC_URL": "https://forms.example.org"}).is_refused("prepare")
    assert "for the first keys run `previsit keys make`" in refused
    assert list(folder.glob("*.private")) == []


def test_keys_for_real_patients_are_made_before_there_is_any_database(tmp_path: Path) -> None:
    operator = Operator({"DATA_DIR": str(tmp_path / "data"), "KEY_DIR": str(tmp_path / "keys")})
    operator.environ["PUBLIC_URL"] = "https://forms.example.org"
    operator.runs("keys", "make", "--recovery-file", tmp_path / "stick.key")
    assert "First staff account" in operator.runs("prepare")


def test_both_rooms_in_one_process_say_what_that_does_not_protect(operator: Operator) -> None:
    assert "whoever takes over this process can read what was sent" in operator.runs("prepare")


def test_key_files_say_what_is_wrong_with_them(folder: Path) -> None:
    with pytest.raises(KeyProblem, match="is missing"):
        keys.load_server_key(folder / "none.key")
    assert keys.make_missing(folder / "server.key") == []
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.glob("*.private"))
    (folder / "server.key").write_text("not hex")
    with pytest.raises(KeyProblem, match="is damaged"):
        keys.load_server_key(folder / "server.key")
    with pytest.raises(KeyProblem, match="cannot be read"):
        keys.read_key(folder, "KEY_DIR")
    listed = (folder / keyring.LIST_NAME).read_text()
    (folder / keyring.LIST_NAME).write_text(listed.replace("active", "lively"))
    with pytest.raises(KeyProblem, match="is damaged in the line that begins"):
        keyring.read_list(folder)
    (folder / keyring.LIST_NAME).unlink()
    with pytest.raises(KeyProblem, match="copy it from the desk's host"):
        keyring.read_list(folder)


def test_a_list_that_breaks_while_patients_send_stops_nobody(parts: Parts, folder: Path) -> None:
    before = parts.keyring.recipients
    (folder / keyring.LIST_NAME).write_text("clinic what is this\n")
    assert parts.keyring.recipients == before
    with pytest.raises(KeyProblem):
        Keyring(folder, opens=True).prove(production=False)


# The life of a key


def test_either_key_alone_opens_everything(parts: Parts, recovery_key: Path) -> None:
    for _ in range(3):
        send(parts)
    (clinic,) = parts.keyring.private_keys
    assert opened_with(parts, clinic) == 3
    assert opened_with(parts, private(recovery_key)) == 3
    assert opened_with(parts, new_private_key()) == 0
    assert opened_with(parts) == 0


@pytest.mark.parametrize("role", ["clinic", "recovery"])
def test_a_rotation_reaches_new_forms_at_once_and_old_ones_by_the_worker(
    parts: Parts, operator: Operator, folder: Path, role: str, tmp_path: Path, clock: FakeClock
) -> None:
    jobs.do_due(parts)
    for _ in range(2):
        send(parts)
    before = {r.role: r for r in parts.keyring.listed}
    stick = tmp_path / "new-recovery.key"
    operator.runs("keys", "rotate", role, *(["--recovery-file", stick] if role == "recovery" else []))
    after = {r.role: r for r in parts.keyring.listed if r.state == "active"}
    (replaced,) = (r for r in parts.keyring.listed if r.state == "old")
    assert replaced.key == before[role].key
    send(parts)
    old = before[role].key.key_id
    fresh = private(stick if role == "recovery" else folder / after["clinic"].private_name)
    assert opened_with(parts, fresh) == 1
    assert "3 documents are still" not in operator.is_refused("keys", "retire", old)
    assert "4 documents are still sealed to it" in operator.is_refused("keys", "retire", old)
    clock.passes(seconds=1)
    jobs.do_due(parts)
    assert key_ids(parts) == {r.key.key_id for r in after.values()}
    assert opened_with(parts, fresh) == 3
    assert "Retired" in operator.runs("keys", "retire", old)
    assert len(keyring.read_list(folder)) == 2
    assert old not in operator.runs("keys", "show").replace(" ", "")


def test_a_rewrapping_killed_at_any_statement_loses_nothing_and_goes_on(
    parts: Parts, operator: Operator, recovery_key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrap, "BATCH", 2)
    for _ in range(5):
        send(parts)
    operator.runs("keys", "rotate", "clinic")
    everyone = parts.keyring.private_keys
    killed = 0
    for fatal in range(1, 100):
        try:
            with dying_after(parts, fatal):
                rewrap.rewrap_all(parts)
            break
        except KilledError:
            killed += 1
        assert opened_with(parts, private(recovery_key)) == opened_with(parts, *everyone) == 5
    assert killed > 6
    assert opened_with(parts, everyone[0]) == 5
    assert opened_with(parts, everyone[1]) == 0
    assert rewrap.rewrap_all(parts) == "0 sealed anew"


class KilledError(Exception):
    """Stands for the end of the process: nothing after this statement happens."""


class dying_after:  # noqa: N801 (reads like what it does)
    """The process ends at its nth changing statement."""

    def __init__(self, parts: Parts, statements: int) -> None:
        self.engine, self.left = parts.store.engine, statements

    def _hear(self, _c: object, _cursor: object, sql: str, *_: object) -> None:
        if sql.startswith(("INSERT", "DELETE", "SELECT")):
            self.left -= 1
            if self.left < 0:
                raise KilledError

    def __enter__(self) -> None:
        event.listen(self.engine, "before_cursor_execute", self._hear)

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._hear)


def test_a_document_that_no_key_here_opens_is_left_as_it_is_and_counted(parts: Parts, operator: Operator) -> None:
    listed = send(parts)
    with parts.store.writing() as connection:
        row = models.SealedKey
        wrapped = connection.execute(select(row.data).where(row.document == listed.id)).scalars().all()
        connection.execute(
            update(row).where(row.document == listed.id).values(data=wrapped[0][:-1] + bytes([wrapped[0][-1] ^ 1]))
        )
    operator.runs("keys", "rotate", "clinic")
    assert rewrap.rewrap_all(parts) == "0 sealed anew, 1 open with no key here"


def test_patients_go_on_sending_while_keys_are_replaced(
    parts: Parts, operator: Operator, patient: Patient, recovery_key: Path, tmp_path: Path
) -> None:
    from tests.cases import TYPICAL

    answers = TYPICAL["answers"]
    patient.starts().fills_in(answers)
    for _ in range(3):
        send(parts)
        operator.runs("keys", "rotate", "clinic")
        send(parts)
        rewrap.rewrap_all(parts)
    operator.runs("keys", "rotate", "recovery", "--recovery-file", tmp_path / "second.key")
    patient.sends(answers).sees("Your answers were sent")
    rewrap.rewrap_all(parts)
    assert opened_with(parts, private(tmp_path / "second.key")) == 7
    assert opened_with(parts, parts.keyring.private_keys[0]) == 7
    assert opened_with(parts, private(recovery_key)) == 0


def test_rotations_under_load_lose_nothing(parts: Parts, operator: Operator, recovery_key: Path) -> None:
    """Three hosts send and the worker seals anew all the while; the key is replaced four times."""
    over = threading.Event()

    def sends() -> int:
        sent = 0
        while not (over.is_set() and sent) and sent < 100:
            with suppress(StoreUnavailable):  # so many at once: the patient presses again
                send(parts)
                sent += 1
        return sent

    def works() -> int:
        rounds = 0
        while not (over.wait(0.05) and rounds):  # far more often than a worker looks
            with suppress(StoreUnavailable):
                rewrap.rewrap_all(parts)
                rounds += 1
        return rounds

    with ThreadPoolExecutor(4) as pool:
        at_work = [pool.submit(sends) for _ in range(3)]
        worker = pool.submit(works)
        try:
            for _ in range(4):
                operator.runs("keys", "rotate", "clinic")
        finally:
            over.set()
        sent = sum(one.result() for one in at_work)
        assert worker.result()
    rewrap.rewrap_all(parts)
    assert sent >= 3
    newest, *others = parts.keyring.private_keys
    assert len(others) == 4
    assert opened_with(parts, newest) == opened_with(parts, private(recovery_key)) == sent
    assert opened_with(parts, *others) == 0


def test_recovery_is_rehearsed_with_the_offline_key(parts: Parts, operator: Operator, recovery_key: Path) -> None:
    for _ in range(3):
        send(parts)
    said = operator.runs("keys", "rehearse", recovery_key)
    assert "recovery key" in said
    assert "3 of 3 submissions opened" in said
    assert "1 of 1 submissions opened" in operator.runs("keys", "rehearse", recovery_key, "--newest", "1")
    stranger = recovery_key.parent / "stranger.key"
    stranger.write_text(new_private_key().raw.hex())
    assert "names no such key" in operator.is_refused("keys", "rehearse", stranger)


def test_a_lost_clinic_key_is_replaced_with_the_recovery_key_and_nothing_is_lost(
    parts: Parts, operator: Operator, folder: Path, recovery_key: Path, environ: dict[str, str], clock: FakeClock
) -> None:
    for _ in range(3):
        send(parts)
    (lost,) = folder.glob("clinic-*.private")
    lost.unlink()
    with pytest.raises(KeyProblem, match="is missing"):
        assemble(configuration.load(environ))
    assert "3 sealed anew" in operator.runs("keys", "recover", recovery_key)
    assert "0 sealed anew" in operator.runs("keys", "recover", recovery_key)
    again = assemble(configuration.load(environ), clock=clock)
    send(again)
    assert opened_with(again, *again.keyring.private_keys) == 4
    Staff.of(again).has_an_account().signs_in().sees("VEGA")
    assert "Retired" in operator.runs("keys", "retire", lost.stem.removeprefix("clinic-"))
    again.store.close()
    (clinic,) = folder.glob("clinic-*.private")
    assert "this is no recovery key" in operator.is_refused("keys", "recover", clinic)


def test_a_recovery_file_that_is_there_already_is_never_overwritten(
    operator: Operator, folder: Path, recovery_key: Path
) -> None:
    before = (recovery_key.read_text(), (folder / keyring.LIST_NAME).read_text())
    assert "is there already: nothing was changed" in operator.is_refused(
        "keys", "rotate", "recovery", "--recovery-file", recovery_key
    )
    assert before == (recovery_key.read_text(), (folder / keyring.LIST_NAME).read_text())


def test_no_private_key_is_ever_printed(operator: Operator, folder: Path, tmp_path: Path) -> None:
    said = operator.runs("keys", "rotate", "recovery", "--recovery-file", tmp_path / "stick.key")
    said += operator.runs("keys", "show") + operator.runs("prepare")
    for file in [*folder.glob("*.private"), tmp_path / "stick.key", folder / "server.key", folder / keys.INDEX_NAME]:
        assert file.read_text().strip() not in said


# From the release before


@pytest.fixture
def first_release(tmp_path: Path, key_dir: Path) -> dict[str, str]:
    """The data folder of a clinic that ran the first release: schema 0001, one key pair, two forms and a draft."""
    source = Path(__file__).parent / "data" / "first_release"
    folder = tmp_path / "first"
    shutil.copytree(source / "keys", folder / "keys")
    (folder / "previsit.db").write_bytes(gzip.decompress((source / "previsit.db.gz").read_bytes()))
    return {"DATA_DIR": str(folder)}


def test_data_of_the_first_release_go_on_and_get_a_recovery_key(
    first_release: dict[str, str], clock: FakeClock, tmp_path: Path
) -> None:
    operator = Operator(first_release)
    operator.runs("prepare")
    clock.passes(minutes=5)
    parts = assemble(configuration.load(first_release), clock=clock)
    clinic = parts.keyring.private_keys
    assert opened_with(parts, *clinic) == 2
    jobs.do_due(parts)
    (recovery,) = (r for r in parts.keyring.listed if r.role == "recovery")
    assert opened_with(parts, private(parts.keyring.folder / recovery.private_name)) == 2
    patient = Patient.of(parts).opens("/i/WM8M-VPFV-4JF1-DPSN").presses("Open my form")
    patient.sees("date of birth")
    Staff.of(parts).signs_in().sets_up_an_app().follows("I have kept them. Go on").sees("VEGA")
    parts.store.close()
    operator.environ["PUBLIC_URL"] = "https://forms.example.org"
    operator.runs("keys", "make", "--recovery-file", tmp_path / "stick.key")
    parts = assemble(replace(configuration.load(operator.environ)), clock=clock)
    rewrap.rewrap_all(parts)
    with parts.store.reading() as connection:
        rows = submissions.newest(connection, limit=10)
        assert len(sealed.open_all(connection, [r.id for r in rows], [private(tmp_path / "stick.key")])) == 2
    parts.store.close()
