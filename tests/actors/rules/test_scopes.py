"""Scopes: what covers what."""

import pytest

from actors.rules import scopes


@pytest.mark.parametrize(
    ("granted", "wanted"),
    [
        ("read", "read:statuses"),
        ("read:statuses", "read:statuses"),
        ("write", "write:follows"),
        ("follow", "write:follows"),
        ("follow", "read:blocks"),
        ("admin", "admin:read:accounts"),
        ("admin:read", "admin:read:accounts"),
        ("push read", "read"),
    ],
)
def test_a_scope_covers_what_lies_below_it(granted: str, wanted: str) -> None:
    assert scopes.allows(granted.split(), wanted)


@pytest.mark.parametrize(
    ("granted", "wanted"),
    [
        ("read", "write:follows"),
        ("read:statuses", "read"),
        ("read:statuses", "read:accounts"),
        ("follow", "read:statuses"),
        ("follow", "write:statuses"),
        ("read", "admin:read"),
        ("reader", "read:statuses"),
        ("", "read"),
        ("profile", "read:accounts"),
    ],
)
def test_a_scope_covers_nothing_beside_or_above_it(granted: str, wanted: str) -> None:
    assert not scopes.allows(granted.split(), wanted)


def test_several_scopes_are_within_others_only_when_each_of_them_is() -> None:
    assert scopes.within(["read", "follow"], ["read:statuses", "write:follows"])
    assert not scopes.within(["read", "follow"], ["read:statuses", "write:statuses"])


def test_every_scope_of_mastodon_is_known_and_nothing_else() -> None:
    assert scopes.unknown(["read", "write:media", "follow", "push", "admin:write:reports"]) == []
    assert scopes.unknown(["read", "crypto", "Read"]) == ["crypto", "Read"]
