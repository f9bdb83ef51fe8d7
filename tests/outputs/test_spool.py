"""The spool: in order, as often as wanted, and unreadable on disk."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from app.outputs.spool import Spool

SECRET = b"Marisol Testpatient-Vega,1969-08-14\r\n" * 2000


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that temporary files go to."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def unnamed_files(folder: Path) -> Iterator[int]:
    """The open files of this process that live in the folder and have no name there."""
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except FileNotFoundError:
            continue
        if target.startswith(str(folder)) and target.endswith("(deleted)"):
            yield int(link.name)


def on_disk(folder: Path) -> bytes:
    """What a thief of the disk reads."""
    return b"".join(os.pread(number, 10_000_000, 0) for number in unnamed_files(folder))


def test_chunks_come_back_in_order_as_often_as_wanted() -> None:
    with Spool() as spool:
        chunks = [b"one", b"", SECRET, b"four"]
        for chunk in chunks:
            spool.add(chunk)
        assert list(spool) == chunks
        spool.add(b"five")
        assert list(spool) == [*chunks, b"five"]


def test_a_chunk_added_while_reading_does_not_disturb_the_reading() -> None:
    with Spool() as spool:
        spool.add(b"one")
        spool.add(b"two")
        reading = iter(spool)
        assert next(reading) == b"one"
        spool.add(b"three")
        assert next(reading) == b"two"
        assert list(spool) == [b"one", b"two", b"three"]


def test_the_disk_shows_no_plain_text_and_no_file_name(temporary: Path) -> None:
    with Spool() as spool:
        spool.add(SECRET)
        spool.add(SECRET)
        assert list(spool) == [SECRET, SECRET]
        seen = on_disk(temporary)
        assert len(seen) > 2 * len(SECRET)
        assert b"Marisol" not in seen
        assert b"1969" not in seen
        assert seen[: len(SECRET)] != seen[len(SECRET) + 20 : 2 * len(SECRET) + 20]
        assert list(temporary.iterdir()) == []


def test_a_spool_that_was_tampered_with_does_not_open(temporary: Path) -> None:
    with Spool() as spool:
        spool.add(SECRET)
        spool.add(SECRET)
        list(spool)
        (number,) = unnamed_files(temporary)
        os.pwrite(number, b"\x00\x01\x02\x03", 100)
        with pytest.raises(InvalidTag):
            list(spool)


def test_closing_empties_the_file_and_forgets_the_key(temporary: Path) -> None:
    spool = Spool()
    spool.add(SECRET)
    (number,) = unnamed_files(temporary)
    held = os.dup(number)
    spool.close()
    spool.close()
    assert os.fstat(held).st_size == 0
    os.close(held)
    assert list(unnamed_files(temporary)) == []
    with pytest.raises(ValueError, match="closed"):
        spool.add(b"more")
    with pytest.raises(ValueError, match="closed"):
        list(spool)
