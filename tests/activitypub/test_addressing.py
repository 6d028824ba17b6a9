"""Who a document is for."""

import pytest

from activitypub.addressing import (
    PUBLIC,
    Visibility,
    addresses,
    visibility,
    without_blind_copies,
)
from activitypub.iris import Iri

FOLLOWERS = Iri("https://a.example/followers")
ANNA = Iri("https://b.example/anna")


@pytest.mark.parametrize(
    ("to", "cc", "expected"),
    [
        ([PUBLIC], [FOLLOWERS], Visibility.PUBLIC),
        (["as:Public"], [], Visibility.PUBLIC),
        (["Public", ANNA], [], Visibility.PUBLIC),
        ([FOLLOWERS], [PUBLIC], Visibility.UNLISTED),
        ([FOLLOWERS], ["as:Public"], Visibility.UNLISTED),
        ([FOLLOWERS], [ANNA], Visibility.FOLLOWERS),
        ([ANNA], [FOLLOWERS], Visibility.FOLLOWERS),
        ([ANNA], [], Visibility.DIRECT),
        ([], [], Visibility.DIRECT),
    ],
)
def test_addresses_say_who_may_see_it(to: list[str], cc: list[str], expected: Visibility) -> None:
    assert visibility(to, cc, FOLLOWERS) is expected


def test_without_followers_only_the_named_may_see_it() -> None:
    assert visibility([FOLLOWERS], [], None) is Visibility.DIRECT


@pytest.mark.parametrize("visible", list(Visibility))
def test_what_we_address_is_read_back_as_meant(visible: Visibility) -> None:
    to, cc = addresses(visible, FOLLOWERS, [ANNA, ANNA])
    assert visibility(to, cc, FOLLOWERS) is visible
    assert (to + cc).count(ANNA) == 1


def test_without_followers_nobody_stands_for_them() -> None:
    assert addresses(Visibility.PUBLIC, None, []) == ((PUBLIC,), ())
    assert addresses(Visibility.UNLISTED, None, []) == ((), (PUBLIC,))
    assert addresses(Visibility.DIRECT, FOLLOWERS, []) == ((), ())


def test_blind_copies_vanish_at_any_depth() -> None:
    document: dict[str, object] = {
        "id": "x",
        "bto": ["secret"],
        "object": {"bcc": "secret", "to": ["a"], "tag": [{"bto": 1, "name": "n"}, 7]},
    }
    assert without_blind_copies(document) == {  # type: ignore[arg-type]
        "id": "x",
        "object": {"to": ["a"], "tag": [{"name": "n"}, 7]},
    }
    assert "bto" in document
