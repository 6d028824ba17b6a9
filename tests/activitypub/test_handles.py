"""Handles: how people write the name of an actor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub import handles
from activitypub.errors import Malformed, ProtocolError
from activitypub.handles import Handle


@pytest.mark.parametrize(
    ("written", "name", "host"),
    [
        ("@anna@example.com", "anna", "example.com"),
        ("anna@example.com", "anna", "example.com"),
        ("acct:anna@example.com", "anna", "example.com"),
        (" @Anna_B.c-d@Example.COM ", "Anna_B.c-d", "example.com"),
        ("@anna@fr.localhost:8001", "anna", "fr.localhost:8001"),
        ("@anna@bücher.example", "anna", "xn--bcher-kva.example"),
    ],
)
def test_a_handle_is_read_in_every_usual_form(written: str, name: str, host: str) -> None:
    handle = handles.parse(written)
    assert handle == Handle(name, host)
    assert str(handle) == f"{name}@{host}"
    assert handles.parse(str(handle)) == handle


@pytest.mark.parametrize(
    "written",
    [
        None,
        ["a@b.example"],
        "",
        "anna",
        "@anna",
        "@@example.com",
        "anna@",
        ".anna@example.com",
        "anna.@example.com",
        "an na@example.com",
        "a@b@example.com",
        "a/../b@example.com",
        "ann\u0131@example.com",
        "a\n@example.com",
        "anna@exam/ple.com",
        "a" * 256 + "@example.com",
    ],
)
def test_what_is_no_handle_is_refused(written: object) -> None:
    with pytest.raises(Malformed):
        handles.parse(written)


def test_case_makes_no_other_actor() -> None:
    assert Handle("Anna", "example.com").same_as(Handle("anna", "example.com"))
    assert not Handle("anna", "example.com").same_as(Handle("anna", "example.org"))


@pytest.mark.parametrize("value", [None, 3, "", "-a", "a" * 256, "a\n"])
def test_what_is_no_name_is_no_name(value: object) -> None:
    assert not handles.is_name(value)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        handle = handles.parse(text)
    except ProtocolError:
        return
    assert handles.parse(str(handle)) == handle
