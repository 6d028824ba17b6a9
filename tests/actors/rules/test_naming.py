"""Slugs, handles and e-mail addresses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import Unwise
from actors.rules.naming import MAX_SLUG, check_email, check_handle, free, slug


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Opérateur mobile coopératif", "operateur-mobile-cooperatif"),
        ("L'énergie — ici & là !", "l-energie-ici-la"),
        ("Œuvre à Łódź, Straße", "oeuvre-a-lodz-strasse"),
        ("協同組合", "untitled"),
        ("", "untitled"),
        ("--", "untitled"),
    ],
)
def test_a_slug_is_the_name_in_plain_letters(text: str, expected: str) -> None:
    assert slug(text) == expected


def test_a_taken_slug_is_numbered() -> None:
    assert slug("Café", {"cafe"}) == "cafe-2"
    assert slug("Café", {"cafe", "cafe-2"}) == "cafe-3"


@given(st.text(), st.integers(0, 3))
def test_a_slug_is_always_usable(text: str, clashes: int) -> None:
    taken: set[str] = set()
    for _ in range(clashes + 1):
        found = slug(text, taken)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", found)
        assert len(found) <= MAX_SLUG
        assert found not in taken
        taken.add(found)


def test_a_numbered_name_stays_within_its_length() -> None:
    assert free("abcde", {"abcde"}, longest=5) == "abc-2"


@pytest.mark.parametrize("handle", ["telecoop", "_", "a.b-c", "demo_telecom", "x" * 30])
def test_a_handle_that_mastodon_understands_is_accepted(handle: str) -> None:
    assert check_handle(f" @{handle} ") == handle


@pytest.mark.parametrize(
    "handle",
    ["", "@", "Coop", "é", "a b", ".a", "a.", "-a", "a-", "a@b", "x" * 31, "actor", "inbox"],
)
def test_any_other_handle_is_refused(handle: str) -> None:
    with pytest.raises(Unwise) as refusal:
        check_handle(handle)
    assert list(refusal.value.fields) == ["handle"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" anna@Example.org ", "anna@example.org"),
        ("a.b+c@mail.example.org", "a.b+c@mail.example.org"),
        ("O'Hara@example.org", "O'Hara@example.org"),
    ],
)
def test_an_email_address_keeps_its_local_part(text: str, address: str) -> None:
    assert check_email(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "anna@",
        "@example.org",
        "a b@example.org",
        "a..b@example.org",
        "a@localhost",
        "a@-example.org",
        "a@example..org",
        "x" * 65 + "@example.org",
        "a@" + "x" * 60 + ".y" * 100,
        "anna@example.org\nbcc: all@example.org",
    ],
)
def test_what_is_no_email_address_is_refused(text: str) -> None:
    with pytest.raises(Unwise) as refusal:
        check_email(text)
    assert list(refusal.value.fields) == ["email"]
