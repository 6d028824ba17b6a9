"""Public and private keys: PEM, multibase, and which algorithm they imply.

The algorithm follows from the key; what a request says about it must agree, and never decides. RSA
keys have 2048 to 8192 bits and a public exponent of at least 65537: weaker ones can be forged,
stronger ones cost seconds. Generating keys needs randomness and is not done here.

Multibase: FEP-521a and https://www.w3.org/TR/cid/#Multikey.
"""

from dataclasses import dataclass, field
from typing import cast

import base58
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from activitypub.errors import NotAuthentic

RSA_SHA256 = "rsa-sha256"
"""RSASSA-PKCS1-v1_5 with SHA-256: what every server signs with."""

ED25519 = "ed25519"
"""EdDSA over Curve25519: integrity proofs, and requests of some newer servers."""

HS2019 = "hs2019"
"""draft-cavage's "derive it from the key". In this network that means the two above."""

SMALLEST_RSA = 2048  # bits; NIST SP 800-131A
LARGEST_RSA = 8192  # bits; verifying takes under a millisecond up to here
SMALLEST_EXPONENT = 65537  # FIPS 186-5; e=1 and e=3 allow forgeries
LONGEST_PEM = 10_000  # characters; an RSA-8192 key has 1,450

_PADDING, _DIGEST = PKCS1v15(), hashes.SHA256()  # how, not what: they hold nothing
_ED25519_CODEC = b"\xed\x01"  # multicodec 0xed as a varint
_RSA_CODEC = b"\x85\x24"  # multicodec 0x1205 as a varint


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that can verify. Its strength has been checked."""

    key: RSAPublicKey | Ed25519PublicKey
    algorithm: str = field(init=False)
    """What signatures by this key are made with: `RSA_SHA256` or `ED25519`."""

    def __post_init__(self) -> None:
        """Look once what kind of key it is, and refuse weak ones, whatever way they came.

        Raises:
            NotAuthentic: The RSA key is too small, too large, or has a small exponent.
        """
        is_rsa = isinstance(self.key, RSAPublicKey)
        object.__setattr__(self, "algorithm", RSA_SHA256 if is_rsa else ED25519)
        if isinstance(self.key, RSAPublicKey) and not (
            SMALLEST_RSA <= self.key.key_size <= LARGEST_RSA
            and self.key.public_numbers().e >= SMALLEST_EXPONENT
        ):
            raise _weak("an RSA key must have 2048 to 8192 bits and an exponent of 65537 or more")

    @classmethod
    def from_pem(cls, text: object) -> "PublicKey":
        """Read a PEM public key (SubjectPublicKeyInfo or PKCS#1), as `publicKeyPem` has it.

        Raises:
            NotAuthentic: It is not a public RSA or Ed25519 key, or too weak.
        """
        if not isinstance(text, str) or len(text) > LONGEST_PEM:
            raise _weak("a public key must be a PEM string of at most 10,000 characters")
        try:
            return cls(_supported(serialization.load_pem_public_key(text.encode())))
        except (ValueError, UnsupportedAlgorithm) as fault:
            raise _weak("the public key cannot be read") from fault

    @classmethod
    def from_multikey(cls, text: object) -> "PublicKey":
        """Read a `publicKeyMultibase` (base58btc, multicodec ed25519-pub or rsa-pub).

        Raises:
            NotAuthentic: It is not a public RSA or Ed25519 key, or too weak.
        """
        if not isinstance(text, str) or not text.startswith("z") or len(text) > LONGEST_PEM:
            raise _weak("a Multikey must be a base58btc multibase string")
        try:
            raw = base58.b58decode(text[1:])
            if raw.startswith(_ED25519_CODEC):
                return cls(Ed25519PublicKey.from_public_bytes(raw[len(_ED25519_CODEC) :]))
            if raw.startswith(_RSA_CODEC):
                return cls(_supported(serialization.load_der_public_key(raw[len(_RSA_CODEC) :])))
        except (ValueError, UnsupportedAlgorithm) as fault:
            raise _weak("the Multikey cannot be read") from fault
        raise _weak("the Multikey is neither an Ed25519 nor an RSA key")

    def pem(self) -> str:
        """The key as PEM, SubjectPublicKeyInfo."""
        return self.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def multikey(self) -> str:
        """The key as a Multikey string: `z6Mk…` for Ed25519, `z4MX…` for RSA-2048."""
        if isinstance(self.key, RSAPublicKey):
            raw = _RSA_CODEC + self.key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
        else:
            raw = _ED25519_CODEC + self.key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return "z" + base58.b58encode(raw).decode("ascii")

    def verify(self, algorithm: str, signature: bytes, data: bytes) -> None:
        """Check that the holder of this key has signed these bytes.

        Args:
            algorithm: What the signer claims to have used; `HS2019` leaves it to the key.
            signature: The raw signature.
            data: What was signed.

        Raises:
            NotAuthentic: The claim does not fit the key (`algorithm`), or the signature is not by
                this key over these bytes.
        """
        if algorithm not in (HS2019, self.algorithm):
            raise NotAuthentic("the algorithm does not fit the key", code="algorithm")
        try:
            if self.algorithm == RSA_SHA256:
                cast(RSAPublicKey, self.key).verify(signature, data, _PADDING, _DIGEST)
            else:
                cast(Ed25519PublicKey, self.key).verify(signature, data)
        except InvalidSignature as fault:
            raise NotAuthentic("the signature does not fit the key and what is signed") from fault


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that can sign. Never shown: `repr` tells nothing of it."""

    key: RSAPrivateKey | Ed25519PrivateKey
    algorithm: str = field(init=False)
    """What signatures by this key are made with: `RSA_SHA256` or `ED25519`."""

    def __post_init__(self) -> None:
        """Look once what kind of key it is: that is asked several times for every signature."""
        is_rsa = isinstance(self.key, RSAPrivateKey)
        object.__setattr__(self, "algorithm", RSA_SHA256 if is_rsa else ED25519)

    @classmethod
    def from_pem(cls, text: str) -> "PrivateKey":
        """Read an unencrypted PEM private key of ours (PKCS#8 or PKCS#1).

        Whether its primes are primes is not asked again, which costs 40 ms: we have made it
        ourselves, and what keeps it notices if it was changed.

        Raises:
            NotAuthentic: It is not an RSA or Ed25519 key.
        """
        try:
            key = serialization.load_pem_private_key(
                text.encode(), password=None, unsafe_skip_rsa_key_validation=True
            )
        except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
            raise _weak("the private key cannot be read") from fault
        if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
            raise _weak("a private key must be an RSA or an Ed25519 key")
        return cls(key)

    @property
    def public(self) -> PublicKey:
        """The other half, for others.

        Raises:
            NotAuthentic: The key is too weak to be used.
        """
        return PublicKey(self.key.public_key())

    def pem(self) -> str:
        """The key as unencrypted PEM, PKCS#8."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def sign(self, data: bytes) -> bytes:
        """The raw signature over these bytes. The same bytes give the same signature."""
        if self.algorithm == RSA_SHA256:
            return cast(RSAPrivateKey, self.key).sign(data, _PADDING, _DIGEST)
        return cast(Ed25519PrivateKey, self.key).sign(data)


def _supported(key: object) -> RSAPublicKey | Ed25519PublicKey:
    if not isinstance(key, RSAPublicKey | Ed25519PublicKey):
        raise _weak("a public key must be an RSA or an Ed25519 key")
    return key


def _weak(reason: str) -> NotAuthentic:
    return NotAuthentic(reason, code="key-strength")
