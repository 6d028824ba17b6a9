"""Ids as people and peers write them."""

import pytest

from actors import places
from actors.site import EARLIEST_ID, LARGEST_ID, id_in


@pytest.mark.parametrize("number", [0, 7, EARLIEST_ID, LARGEST_ID])
def test_an_id_is_read_as_it_was_given(number: int) -> None:
    assert id_in(str(number)) == number


@pytest.mark.parametrize(
    "text", ["", "x", "-1", "+1", " 1", "1.0", "1_0", "٣", "²", str(LARGEST_ID + 1), "9" * 5_000]
)
def test_what_no_database_holds_is_no_id(text: str) -> None:
    assert id_in(text) is None


def test_a_version_has_a_small_number() -> None:
    assert places.version_in("12") == 12
    assert places.version_in("9999999999") is None
    assert places.version_in("١٢") is None
