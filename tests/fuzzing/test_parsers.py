"""Nothing that a stranger can send to a parser does anything but be read or be refused."""

from contextlib import suppress

import pytest
from fuzzing.parsers import PARSERS, seeds
from hypothesis import given
from hypothesis import strategies as st

from activitypub.errors import ProtocolError


def judged(name: str, body: bytes) -> None:
    """Read or refused: everything else is raised."""
    with suppress(ProtocolError):
        PARSERS[name](body)


@st.composite
def bent(draw: st.DrawFn, name: str) -> bytes:
    """A well-formed input with some places cut, doubled or overwritten."""
    body = bytearray(draw(st.sampled_from(seeds(name))))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(body)))
        until = min(len(body), at + draw(st.integers(0, 12)))
        what = draw(st.binary(max_size=8) | st.just(bytes(body[at:until]) * 2))
        body[at:until] = what
    return bytes(body)


@pytest.mark.parametrize("name", PARSERS)
def test_well_formed_input_is_taken(name: str) -> None:
    taken = 0
    for body in seeds(name):
        try:
            PARSERS[name](body)
        except ProtocolError:
            continue
        taken += 1
    assert taken


@pytest.mark.parametrize("name", PARSERS)
def test_anything_is_read_or_refused(name: str) -> None:
    given(st.binary(max_size=400))(lambda body: judged(name, body))()


@pytest.mark.parametrize("name", PARSERS)
def test_whatever_is_bent_is_read_or_refused(name: str) -> None:
    given(bent(name))(lambda body: judged(name, body))()
