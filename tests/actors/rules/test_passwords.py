"""Which passwords are refused, and which are not."""

import pytest

from actors.errors import Unwise
from actors.rules.passwords import judging

ABOUT = ("anna@example.org", "Anna Rossi", "Coopérative")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "x" * 1001,
        "password123",
        "PASSWORD123",
        "aaaaaaaaaaaa",
        "1234567890",
        "azertyuiop",
        "ababababab",
        "9876543210",
        "abcdefghijk",
        "anna@example.org",
        "Coopérative",
        "annarossi12",
    ],
)
def test_what_would_be_guessed_is_refused(password: str) -> None:
    with pytest.raises(Unwise) as refused:
        judging.check(password, ABOUT)
    assert set(refused.value.fields) == {"password"}


@pytest.mark.parametrize(
    "password",
    [
        "a quiet street in spring",
        "trois mots pour Olga",
        "tr0mbone-9f",
        "anna likes to bake bread",
        "日本語のパスワードだよ",
    ],
)
def test_length_is_enough(password: str) -> None:
    judging.check(password, ABOUT)
