"""The chains of the audit: whatever is done to a line is found, and nothing is found where nothing was done."""

import json
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, text, update

import config as configuration
from app import jobs
from app.keys import ServerKey
from app.ledger import START, Chain, Ledgers
from app.parts import Parts, assemble
from app.records import audit, audit_check, models, schema
from app.records.audit import NoLedger
from app.records.audit_check import Report
from app.records.store import Store, StoreUnavailable
from tests.conftest import FakeClock
from tests.desk.factories import send
from tests.operator import Operator

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ROW = models.Audit
AT = datetime(2026, 3, 2, 15, 0, 0, 123456, tzinfo=UTC)


def notes(parts: Parts, count: int = 1, record: str = "-") -> None:
    """So many lines on the desk's chain, each in a transaction of its own."""
    for _ in range(count):
        with parts.store.writing() as connection:
            audit.note(connection, at=parts.now(), room="desk", who="somebody", act="look", record=record)


def verified(parts: Parts, *heads: audit.Head) -> Report:
    chains = Ledgers.of(parts.server_key, parts.config.rooms).chains
    return audit_check.verify(parts.store, chains, parts.keyring.private_keys, heads)


def sentences(report: Report) -> list[str]:
    return [found.what for found in report.found]


def heads(parts: Parts) -> dict[str, audit.Head]:
    with parts.store.reading() as connection:
        return {head.chain.split("-")[0]: head for head in audit.heads(connection)}


# What a hash is


def test_every_part_of_a_line_is_in_its_hash() -> None:
    chain = Chain.of("desk", b"k" * 32)
    plain = {"seq": 1, "at": AT, "room": "desk", "who": "a", "act": "look", "record": "b"}
    others = [
        {"seq": 2}, {"at": AT + timedelta(microseconds=1)}, {"room": "work"}, {"who": "ab"}, {"act": "l"},
        {"record": "c"}, {"who": "a", "act": "lookb", "record": ""},
    ]  # fmt: skip
    hashes = {chain.hash(START, **{**plain, **other}) for other in ({}, *others)}
    hashes |= {chain.hash(b"x", **plain), Chain.of("intake", b"k" * 32).hash(START, **plain)}
    hashes |= {Chain.of("desk", b"l" * 32).hash(START, **plain)}
    assert len(hashes) == len(others) + 4


def test_a_moment_hashes_alike_whatever_zone_it_is_written_in() -> None:
    chain = Chain.of("desk", b"k" * 32)
    plain = {"seq": 1, "room": "desk", "who": "a", "act": "look", "record": "b"}
    there = AT.astimezone(configuration.load({}).clinic.timezone)
    assert chain.hash(START, at=AT, **plain) == chain.hash(START, at=there, **plain)


def test_each_room_and_each_server_key_has_a_chain_of_its_own_and_no_name_tells_a_key() -> None:
    one, other = ServerKey(b"1" * 32), ServerKey(b"2" * 32)
    both, intake, desk = (Ledgers.of(one, rooms) for rooms in ("both", "intake", "desk"))
    assert [len(one.chains) for one in (both, intake, desk)] == [2, 1, 1]
    assert both.by_room["work"] == both.by_room["desk"] == desk.by_room["work"] != both.by_room["intake"]
    assert intake.by_room["work"] == intake.by_room["intake"] == both.by_room["intake"]
    assert {chain.id for chain in Ledgers.of(other, "both").chains}.isdisjoint(chain.id for chain in both.chains)
    assert all(len(chain.id) <= 32 and chain.is_named_rightly() for chain in both.chains)
    assert "key" not in repr(both)
    assert not Chain(desk.chains[0].id, b"2" * 32).is_named_rightly()


# Noting


def test_lines_of_both_rooms_hang_on_two_chains_without_a_gap(parts: Parts) -> None:
    send(parts)
    notes(parts, 3)
    send(parts)
    report = verified(parts)
    assert report.is_well
    assert report.found == []
    assert sorted((one.chain.split("-")[0], one.lines) for one in report.checked) == [("desk", 3), ("intake", 2)]


def test_several_lines_of_one_transaction_read_the_head_once_and_hang_together(parts: Parts) -> None:
    notes(parts)
    with parts.store.writing() as connection:
        for number in range(5):
            audit.note(connection, at=parts.now(), room="work", who="system", act="erased", record=str(number))
    assert verified(parts).is_well
    assert heads(parts)["desk"].seq == 6


def test_what_was_rolled_back_leaves_no_gap(parts: Parts) -> None:
    notes(parts, 2)
    line = {"at": parts.now(), "room": "desk", "who": "somebody", "act": "look", "record": "-"}
    with suppress(LookupError), parts.store.writing() as connection:
        audit.note(connection, **line)
        raise LookupError
    notes(parts, 2)
    assert verified(parts).found == []
    assert heads(parts)["desk"].seq == 4


def test_a_store_without_a_ledger_and_a_connection_of_no_store_fail_loudly(parts: Parts) -> None:
    bare = Store(parts.config.database_url)
    line = {"at": parts.now(), "room": "desk", "who": "somebody", "act": "look", "record": "-"}
    with pytest.raises(NoLedger), bare.writing() as connection:
        audit.note(connection, **line)
    with pytest.raises(NoLedger), bare.engine.begin() as connection:
        audit.note(connection, **line)
    bare.close()
    assert heads(parts) == {}


def test_many_writers_at_once_make_one_unbroken_chain(parts: Parts, environ: dict[str, str]) -> None:
    failed: list[BaseException] = []
    houses = [assemble(configuration.load(environ), clock=parts.clock) for _ in range(3)]

    def write(house: Parts) -> None:
        try:
            for number in range(20):
                with house.store.writing() as connection:
                    connection.execute(select(ROW.id).limit(1)).all()
                    audit.note(connection, at=house.now(), room="desk", who="w", act="look", record=str(number))
        except (StoreUnavailable, AssertionError) as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(house,)) for house in houses for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for house in houses:
        house.store.close()
    assert failed == []
    assert heads(parts)["desk"].seq == 120
    assert verified(parts).found == []


# What is done to lines, and found


def tampers(parts: Parts, *statements: object) -> Report:
    """What is found after somebody with the database, and no key, has run this."""
    with parts.store.writing() as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]
    return verified(parts)


def line(parts: Parts, seq: int) -> int:
    """The id of the line with this number on the desk's chain."""
    with parts.store.reading() as connection:
        return connection.execute(select(ROW.id).where(ROW.chain.like("desk-%"), ROW.seq == seq)).scalar_one()


@pytest.mark.parametrize(
    "changed",
    [
        {"who": "nobody"}, {"act": "list"}, {"record": "another"}, {"room": "work"}, {"hash": b"0" * 32},
        {"hash": None}, {"at": AT},
    ],
    ids=str,
)  # fmt: skip
def test_a_changed_line_is_named_and_no_other(parts: Parts, changed: dict[str, object]) -> None:
    notes(parts, 5)
    third = line(parts, 3)
    report = tampers(parts, update(ROW).where(ROW.id == third).values(**changed))
    assert not report.is_well
    wrong = [found.what for found in report.found if found.level == "wrong"]
    assert f"line {third} (" in wrong[0]
    assert "was changed, or put in" in wrong[0]
    if "hash" not in changed:
        assert len(wrong) == 1


def test_a_line_that_was_taken_out_is_missed_and_renumbering_does_not_hide_it(parts: Parts) -> None:
    notes(parts, 6)
    third = line(parts, 3)
    (found,) = sentences(tampers(parts, delete(ROW).where(ROW.id == third)))
    assert "number 3 missing in front of line" in found
    moved = [update(ROW).where(ROW.seq == seq).values(seq=seq - 1) for seq in (4, 5, 6)]
    assert len(sentences(tampers(parts, *moved))) == 3


def test_lines_taken_out_at_the_beginning_are_missed(parts: Parts) -> None:
    notes(parts, 4)
    (found,) = sentences(tampers(parts, delete(ROW).where(ROW.seq <= 2)))
    assert "number 1 to 2 missing" in found


def test_lines_that_changed_places_are_found(parts: Parts) -> None:
    notes(parts, 2, "first")
    notes(parts, 2, "second")
    two, three = line(parts, 2), line(parts, 3)
    swap = [update(ROW).where(ROW.id == a).values(id=b) for a, b in ((two, 999), (three, two), (999, three))]
    report = tampers(parts, *swap)
    assert any("was moved" in sentence for sentence in sentences(report))
    renumber = [update(ROW).where(ROW.seq == a).values(seq=b) for a, b in ((1, 999), (4, 1), (999, 4))]
    assert len(sentences(tampers(parts, *renumber))) > 2


def test_a_line_put_in_is_found_wherever_it_is(parts: Parts) -> None:
    notes(parts, 3)
    chain = heads(parts)["desk"].chain
    values = {"at": parts.now(), "room": "desk", "who": "x", "act": "look", "record": "-"}
    behind = insert(ROW).values(**values, chain=chain, seq=4, hash=b"1" * 32)
    assert "was changed, or put in" in sentences(tampers(parts, behind))[0]
    for seq, said in ((0, "no line has such a number"), (9, "number 5 to 8 missing"), (None, "hangs on no chain")):
        report = tampers(parts, insert(ROW).values(**values, chain=chain, seq=seq, hash=b"1" * 32))
        assert any(said in sentence for sentence in sentences(report)), said
    outside = tampers(parts, insert(ROW).values(**values))
    assert sum("hangs on no chain" in sentence for sentence in sentences(outside)) == 2


def test_noting_goes_on_behind_a_line_that_somebody_put_in(parts: Parts) -> None:
    notes(parts, 2)
    chain = heads(parts)["desk"].chain
    values = {"at": parts.now(), "room": "desk", "who": "x", "act": "look", "record": "-", "chain": chain}
    tampers(parts, insert(ROW).values(**values, seq=None), insert(ROW).values(**values, seq=3))
    notes(parts, 2)
    assert len(sentences(verified(parts))) == 2


def test_a_chain_of_a_strangers_key_cannot_be_computed_and_that_is_wrong(parts: Parts) -> None:
    stranger = Store(parts.config.database_url, Ledgers.of(ServerKey(b"s" * 32), "both"))
    with stranger.writing() as connection:
        audit.note(connection, at=parts.now(), room="desk", who="x", act="look", record="-")
    stranger.close()
    report = verified(parts)
    assert "cannot be computed here" in sentences(report)[0]
    assert not report.is_well


def test_a_clock_that_was_set_back_is_only_odd(parts: Parts, clock: FakeClock) -> None:
    notes(parts, 2)
    clock.passes(minutes=-4)
    notes(parts)
    assert verified(parts).found == []
    clock.passes(hours=-3)
    notes(parts)
    report = verified(parts)
    assert [found.level for found in report.found] == ["warning"]
    assert report.is_well


# The end of a chain


def test_an_end_that_was_cut_off_is_found_by_a_head_that_had_left(parts: Parts) -> None:
    notes(parts, 5)
    left = heads(parts)["desk"]
    assert verified(parts, left).found == []
    assert tampers(parts, delete(ROW).where(ROW.seq > 3)).found == []  # which is why heads leave
    (found,) = sentences(verified(parts, left))
    assert found == f"{left.chain}: number 5, which the log had, is gone: it ends with number 3"
    notes(parts, 2, "another")
    (found,) = sentences(verified(parts, left))
    assert "number 5 is not the line that the log had" in found


def test_the_other_chain_tells_that_one_was_cut_off_or_is_gone(parts: Parts) -> None:
    for _ in range(3):
        send(parts)
    notes(parts)
    jobs.do_due(parts)
    assert verified(parts).found == []
    intake = heads(parts)["intake"].chain
    report = tampers(parts, delete(ROW).where(ROW.chain == intake, ROW.seq >= 3))
    assert f"{intake}: number 3, which another chain noted, is gone: it ends with number 2" in sentences(report)
    report = tampers(parts, delete(ROW).where(ROW.chain == intake))
    assert any("there is no such chain any more" in sentence for sentence in sentences(report))


def test_the_heads_go_to_the_log_once_a_day(parts: Parts, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    notes(parts)
    send(parts)
    for _ in range(2):
        with caplog.at_level("INFO", "previsit"):
            jobs.do_due(parts)
    told = [getattr(record, "facts", {}) for record in caplog.records if record.getMessage() == "audit_head"]
    assert [fact["chain"].split("-")[0] for fact in told] == ["desk", "intake"]
    assert all(len(bytes.fromhex(fact["hash"])) == 32 for fact in told)
    before = heads(parts)["desk"].seq
    clock.passes(hours=25)
    jobs.do_due(parts)
    assert heads(parts)["desk"].seq == before + 1


# The command


def test_the_command_says_that_all_is_well_and_what_is_not(parts: Parts, operator: Operator, tmp_path: Path) -> None:
    assert "The audit is as it was written" in operator.runs("audit", "verify")
    send(parts)
    notes(parts, 3)
    said = operator.runs("audit", "verify")
    assert ": 3 lines" in said
    assert "The audit is as it was written" in said
    left = heads(parts)["desk"]
    typed = f"{left.chain}:{left.seq}:{left.hash.hex()}"
    log = tmp_path / "shipped.log"
    log.write_text(
        "\n".join(
            [
                "Mar  2 15:00:00 host previsit: not ours",
                f"<86>previsit: {json.dumps({'chain': left.chain, 'seq': left.seq, 'hash': left.hash.hex()})}",
                json.dumps({"event": "request", "status": 200}),
                "{ damaged",
            ]
        )
    )
    assert "1 heads that had left" in operator.runs("audit", "verify", "--head", typed)
    assert "1 heads that had left" in operator.runs("audit", "verify", "--heads", log)
    with parts.store.writing() as connection:
        connection.execute(delete(ROW).where(ROW.id == line(parts, 3)))
    assert "The audit is as it was written" in operator.runs("audit", "verify")
    for words in (["--head", typed], ["--heads", log]):
        said = operator.is_refused("audit", "verify", *words)
        assert "WRONG" in said
        assert "is gone" in said
        assert "THE AUDIT IS NOT AS IT WAS WRITTEN" in said
    assert "is no head" in operator.is_refused("audit", "verify", "--head", f"{left.chain}:3:abc")


def test_verifying_reads_in_batches(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_check, "BATCH", 4)
    notes(parts, 11)
    third = line(parts, 5)
    assert verified(parts).found == []
    (found,) = sentences(tampers(parts, update(ROW).where(ROW.id == third).values(who="x")))
    assert f"line {third} " in found


# From the release before


def test_lines_from_before_are_counted_and_kept_by_the_migration_both_ways(parts: Parts, operator: Operator) -> None:
    schema.downgrade(parts.store, "0002")
    old = "INSERT INTO audit (at, room, who, act, record) VALUES ('2026-03-01 10:00:00', 'desk', 'x', 'look', '-')"
    with parts.store.writing() as connection:
        connection.execute(text(old))
        connection.execute(text(old))
    schema.upgrade(parts.store)
    notes(parts, 2)
    assert verified(parts).found == []
    assert "2 lines from before there were chains" in operator.runs("audit", "verify")
    schema.downgrade(parts.store, "0002")
    with parts.store.reading() as connection:
        assert connection.execute(text("SELECT count(*), max(id) FROM audit")).one()[0] == 4
    schema.upgrade(parts.store)
    with parts.store.reading() as connection:
        assert schema.differences(connection) == []
        assert connection.execute(select(func.count()).where(ROW.chain.is_(None))).scalar_one() == 4


def test_a_restored_backup_goes_on_with_its_chain(
    parts: Parts, operator: Operator, other: Operator, tmp_path: Path, key_dir: Path
) -> None:
    from shutil import copytree

    notes(parts, 3)
    copytree(key_dir, tmp_path / "other" / "keys")
    operator.runs("backup", tmp_path / "one.backup")
    assert "The audit is as it was written" in operator.runs("audit", "verify")
    other.runs("restore", tmp_path / "one.backup")
    said = other.runs("audit", "verify")
    assert ": 4 lines" in said
