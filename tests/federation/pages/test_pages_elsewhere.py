"""What people are told when another site does not give what they asked for."""

import pytest

from activitypub.errors import Malformed, ProtocolError
from actors.errors import Gone, Refusal
from federation.errors import Refused, TooMuch, TransportError, Unreachable, Unsafe
from federation.pages import elsewhere


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Gone("that note was deleted"), "that note was deleted"),
        (Unreachable("no connection"), "Their site does not answer"),
        (Unreachable("no address", code="dns"), "No site of this name can be found"),
        (Refused("no", status=404), "knows nothing under this name or address"),
        (Refused("no", status=410), "knows nothing under this name or address"),
        (Refused("no", status=401), "refused to show it"),
        (Unsafe("private"), "cannot be called from here"),
        (TooMuch("budget"), "cannot be called from here"),
        (Malformed("not JSON"), "something that we do not understand"),
    ],
)
def test_every_way_to_fail_has_its_plain_sentence(
    error: Refusal | ProtocolError | TransportError, words: str
) -> None:
    assert words in elsewhere.plainly(error)
