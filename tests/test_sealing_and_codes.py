"""The envelope opens whole or not at all; codes survive being read, typed and said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import codes
from app.keys import ServerKey
from app.sealing import SealError, new_private_key, open_sealed, pad, seal, unpad


def test_every_recipient_opens_a_document_and_nobody_else_does() -> None:
    clinic, offline, stranger = (new_private_key() for _ in range(3))
    sealed = seal(b"answers", [clinic.public, offline.public], record="r1", kind="answers")
    for key, wrapped in zip((clinic, offline), sealed.keys, strict=True):
        assert wrapped.key_id == key.public.key_id
        assert open_sealed(sealed.blob, wrapped.data, key, record="r1", kind="answers") == b"answers"
        with pytest.raises(SealError):
            open_sealed(sealed.blob, wrapped.data, stranger, record="r1", kind="answers")


def test_swapped_changed_or_cut_data_opens_nothing() -> None:
    key = new_private_key()
    one = seal(b"one", [key.public], record="r1", kind="answers")
    two = seal(b"two", [key.public], record="r2", kind="answers")
    wrong = [
        (two.blob, one.keys[0].data, "r1", "answers"),
        (one.blob, one.keys[0].data, "r2", "answers"),
        (one.blob, one.keys[0].data, "r1", "note"),
        (one.blob[:-1], one.keys[0].data, "r1", "answers"),
        (one.blob[:40] + bytes([one.blob[40] ^ 1]) + one.blob[41:], one.keys[0].data, "r1", "answers"),
        (one.blob, one.keys[0].data[:-1] + bytes([one.keys[0].data[-1] ^ 1]), "r1", "answers"),
        (b"\x02" + one.blob[1:], one.keys[0].data, "r1", "answers"),
        (b"", one.keys[0].data, "r1", "answers"),
    ]
    for blob, wrapped, record, kind in wrong:
        with pytest.raises(SealError):
            open_sealed(blob, wrapped, key, record=record, kind=kind)


@given(st.binary(max_size=9000))
def test_padding_hides_length_in_steps_and_comes_off_again(data: bytes) -> None:
    padded = pad(data)
    assert len(padded) % 4096 == 0
    assert unpad(padded) == data


def test_a_draft_needs_its_secret_the_server_key_and_its_own_id() -> None:
    server, other = ServerKey(b"a" * 32), ServerKey(b"b" * 32)
    secret = codes.new_secret()
    blob = server.encrypt_draft(secret, "d1", b"draft")
    assert server.decrypt_draft(secret, "d1", blob) == b"draft"
    for key, code, draft_id in ((other, secret, "d1"), (server, codes.new_secret(), "d1"), (server, secret, "d2")):
        with pytest.raises(SealError):
            key.decrypt_draft(code, draft_id, blob)


def test_keys_are_never_printed() -> None:
    private = new_private_key()
    assert private.raw.hex() not in repr(private)
    assert "a" * 8 not in repr(ServerKey(b"a" * 32))


def test_a_code_is_read_however_it_is_typed_or_pasted() -> None:
    for _ in range(50):
        code = codes.new_secret()
        for typed in (code.lower(), code.replace("-", " "), f" https://x.example/i/{code}/ ", code.replace("0", "o")):
            assert codes.read_secret(typed) == code
    assert codes.read_secret("7K2M-9QXD-4T1B") is None
    assert codes.read_secret("") is None


@given(st.integers(0, 7), st.integers(1, 31))
def test_one_wrong_symbol_of_a_reference_is_always_noticed(place: int, step: int) -> None:
    reference = codes.new_reference().replace("-", "")
    wrong = codes.ALPHABET[(codes.ALPHABET.index(reference[place]) + step) % 32]
    assert codes.read_reference(reference[:place] + wrong + reference[place + 1 :]) is None
    assert codes.read_reference(reference.lower()) is not None
