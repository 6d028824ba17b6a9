"""Secrets are remembered as digests."""

from actors.rules.secrets import digest


def test_a_secret_cannot_be_read_from_its_digest_but_recognised() -> None:
    assert digest("one") == digest("one") != digest("two")
    assert "one" not in digest("one")
    assert len(digest("é")) == 64
