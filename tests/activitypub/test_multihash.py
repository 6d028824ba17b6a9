"""Digests name their algorithm, and identical values have identical ones."""

import base58

from activitypub import multihash


def test_a_digest_is_a_sha_256_multihash_in_base58btc() -> None:
    made = multihash.digest(b"")
    raw = base58.b58decode(made[1:])
    assert made.startswith("zQm")
    assert raw[:2] == b"\x12\x20"
    # The published sha-256 of nothing (FIPS 180-4 examples).
    assert raw[2:].hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_digest_of_a_value_does_not_depend_on_its_spelling() -> None:
    assert multihash.digest_of({"a": 1, "b": "é"}) == multihash.digest_of({"b": "é", "a": 1.0})
    assert multihash.digest_of({"a": 1}) != multihash.digest_of({"a": 2})
    assert multihash.digest_of("x") == multihash.digest(b'"x"')


def test_bytes_match_their_own_digest_only() -> None:
    made = multihash.digest(b"text")
    assert multihash.matches(made, b"text")
    assert not multihash.matches(made, b"Text")
    assert not multihash.matches("zQm\ud800", b"text")
