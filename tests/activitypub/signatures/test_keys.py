"""Keys: read, written, strong enough, and never told what they are."""

from typing import Any

import base58
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from activitypub.errors import NotAuthentic
from activitypub.signatures.keys import ED25519, HS2019, RSA_SHA256, PrivateKey, PublicKey


@pytest.fixture(params=["rsa", "ed25519"])
def private(request: pytest.FixtureRequest) -> PrivateKey:
    key = request.getfixturevalue(request.param)
    assert isinstance(key, PrivateKey)
    return key


def test_keys_survive_writing_and_reading(private: PrivateKey) -> None:
    assert PrivateKey.from_pem(private.pem()).public.pem() == private.public.pem()
    assert PublicKey.from_pem(private.public.pem()).pem() == private.public.pem()
    assert PublicKey.from_multikey(private.public.multikey()).pem() == private.public.pem()
    assert private.public.algorithm == private.algorithm


def test_a_key_does_not_show_itself(private: PrivateKey) -> None:
    assert "PRIVATE" not in repr(private)
    assert "PRIVATE" in private.pem()


def test_multikeys_begin_as_their_codec_says(rsa: PrivateKey, ed25519: PrivateKey) -> None:
    assert ed25519.public.multikey().startswith("z6Mk")
    assert rsa.public.multikey().startswith("z4MX")


def test_a_pkcs1_public_key_is_read_too(rsa: PrivateKey) -> None:
    pem = rsa.public.key.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    assert PublicKey.from_pem(pem).pem() == rsa.public.pem()


def test_a_signature_holds_for_its_bytes_and_key_only(
    private: PrivateKey, other_rsa: PrivateKey
) -> None:
    signature = private.sign(b"text")
    for claimed in (private.algorithm, HS2019):
        private.public.verify(claimed, signature, b"text")
    for key, data, bad in (
        (private.public, b"Text", signature),
        (private.public, b"text", bytes(len(signature))),
        (private.public, b"text", b""),
    ):
        with pytest.raises(NotAuthentic) as caught:
            key.verify(HS2019, bad, data)
        assert caught.value.code == "signature-syntax"
    with pytest.raises(NotAuthentic):
        other_rsa.public.verify(HS2019, signature, b"text")


@pytest.mark.parametrize(
    "claimed", ["hmac-sha256", "none", "", "rsa-sha1", "rsa-sha512", "ecdsa-sha256"]
)
def test_the_key_decides_about_the_algorithm(private: PrivateKey, claimed: str) -> None:
    signature = private.sign(b"text")
    with pytest.raises(NotAuthentic) as caught:
        private.public.verify(claimed, signature, b"text")
    assert caught.value.code == "algorithm"


def test_another_kind_of_key_is_not_taken_for_it(rsa: PrivateKey, ed25519: PrivateKey) -> None:
    with pytest.raises(NotAuthentic):
        rsa.public.verify(ED25519, rsa.sign(b"x"), b"x")
    with pytest.raises(NotAuthentic):
        ed25519.public.verify(RSA_SHA256, ed25519.sign(b"x"), b"x")


def pem_of(key: Any) -> str:
    written: bytes = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return written.decode()


def weak_keys() -> list[str]:
    """PEM of keys that are too small, too large, with bad exponents, or of another kind."""
    modulus = rsa.generate_private_key(65537, 2048).private_numbers().public_numbers.n
    return [
        pem_of(rsa.RSAPublicNumbers(3, modulus).public_key()),
        pem_of(rsa.RSAPublicNumbers(65537, (1 << 1023) | 1).public_key()),
        pem_of(rsa.RSAPublicNumbers(65537, (1 << 8200) | 1).public_key()),
        pem_of(ec.generate_private_key(ec.SECP256R1()).public_key()),
    ]


@pytest.mark.parametrize("number", range(4))
def test_weak_keys_are_refused(number: int) -> None:
    with pytest.raises(NotAuthentic) as caught:
        PublicKey.from_pem(weak_keys()[number])
    assert caught.value.code == "key-strength"


@pytest.mark.parametrize(
    "text", [None, [], {}, 7, "", "nonsense", "-----BEGIN PUBLIC KEY-----\nAAAA\n", "x" * 200_000]
)
def test_what_is_no_public_key_is_refused(text: object) -> None:
    with pytest.raises(NotAuthentic) as caught:
        PublicKey.from_pem(text)
    assert caught.value.code == "key-strength"


def test_a_private_key_is_no_public_key(private: PrivateKey) -> None:
    with pytest.raises(NotAuthentic):
        PublicKey.from_pem(private.pem())


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "z",
        "m6Mk",
        "z0OIl",
        "z\u00e9",
        "z" + base58.b58encode(b"\xed\x01short").decode(),
        "z" + base58.b58encode(b"\x85\x24nonsense").decode(),
        "z" + base58.b58encode(b"\x80\x24" + bytes(33)).decode(),
        "z" * 20_000,
    ],
)
def test_what_is_no_multikey_is_refused(text: object) -> None:
    with pytest.raises(NotAuthentic) as caught:
        PublicKey.from_multikey(text)
    assert caught.value.code == "key-strength"


def test_what_is_no_private_key_is_refused(rsa: PrivateKey) -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    for text in (
        "",
        "nonsense",
        rsa.public.pem(),
        curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    ):
        with pytest.raises(NotAuthentic):
            PrivateKey.from_pem(text)
