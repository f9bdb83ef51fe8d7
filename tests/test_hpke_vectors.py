"""The envelope is RFC 9180, not something like it: opened here by a second reading of the standard, from primitives.

That reading is itself held by the vectors of RFC 9180, appendix A.1.1 (base mode, X25519, HKDF-SHA256, AES-128-GCM).
"""

import hmac
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.sealing import SUITE_X25519, VERSION, new_private_key, seal, unpad

KEM_X25519 = 0x0020
KDF_SHA256 = 0x0001
AES_128_GCM, AES_256_GCM = 0x0001, 0x0002


def labeled_extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    """RFC 9180, section 4: LabeledExtract."""
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + material, sha256)


def labeled_expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """RFC 9180, section 4: LabeledExpand (HKDF-Expand of RFC 5869 over a labelled info)."""
    labelled = length.to_bytes(2) + b"HPKE-v1" + suite + label + info
    out = block = b""
    counter = 1
    while len(out) < length:
        block = hmac.digest(key, block + labelled + bytes([counter]), sha256)
        out, counter = out + block, counter + 1
    return out[:length]


def key_and_nonce(private: bytes, encapsulated: bytes, info: bytes, aead: int) -> tuple[bytes, bytes]:
    """RFC 9180, sections 4.1 (Decap) and 5.1 (KeySchedule, base mode): the key and the nonce of message 0."""
    mine = X25519PrivateKey.from_private_bytes(private)
    public = mine.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    kem = b"KEM" + KEM_X25519.to_bytes(2)
    shared = mine.exchange(X25519PublicKey.from_public_bytes(encapsulated))
    secret = labeled_expand(
        kem, labeled_extract(kem, b"", b"eae_prk", shared), b"shared_secret", encapsulated + public, 32
    )
    suite = b"HPKE" + KEM_X25519.to_bytes(2) + KDF_SHA256.to_bytes(2) + aead.to_bytes(2)
    context = (
        b"\x00" + labeled_extract(suite, b"", b"psk_id_hash", b"") + labeled_extract(suite, b"", b"info_hash", info)
    )
    schedule = labeled_extract(suite, secret, b"secret", b"")
    length = 16 if aead == AES_128_GCM else 32
    key = labeled_expand(suite, schedule, b"key", context, length)
    return key, labeled_expand(suite, schedule, b"base_nonce", context, 12)


def test_this_reading_of_the_standard_gives_its_published_vectors() -> None:
    key, nonce = key_and_nonce(
        bytes.fromhex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"),
        bytes.fromhex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"),
        b"Ode on a Grecian Urn",
        AES_128_GCM,
    )
    assert key.hex() == "4531685d41d65f03dc48f6b8302c05b0"
    assert nonce.hex() == "56d890e5accaaf011cff4b7d"
    sealed = "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"
    assert AESGCM(key).decrypt(nonce, bytes.fromhex(sealed), b"Count-0") == b"Beauty is truth, truth beauty"


def test_our_envelope_opens_by_the_standard_alone() -> None:
    """A document outlives this program: whoever has the key and the standard can open it."""
    private = new_private_key()
    sealed = seal(b"the answers", [private.public], record="f1b52a80", kind="answers")
    (wrapped,) = sealed.keys
    assert wrapped.data[:2] == sealed.blob[:2] == bytes([VERSION, SUITE_X25519])
    bound = b"previsit\x001\x00answers\x00f1b52a80"
    key, nonce = key_and_nonce(private.raw, wrapped.data[2:34], bound, AES_256_GCM)
    data_key = AESGCM(key).decrypt(nonce, wrapped.data[34:], b"")
    assert len(data_key) == 32
    assert unpad(AESGCM(data_key).decrypt(sealed.blob[2:14], sealed.blob[14:], bound)) == b"the answers"
