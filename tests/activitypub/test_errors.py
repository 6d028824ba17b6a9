"""Errors say whose fault it is, and in which words a stranger may hear it."""

import pytest

from activitypub import errors


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (errors.ProtocolError, 400, "json"),
        (errors.Malformed, 400, "json"),
        (errors.TooLarge, 413, "too-large"),
        (errors.NotAuthentic, 401, "signature-syntax"),
        (errors.NotAuthoritative, 403, "not-owner"),
        (errors.UnknownContext, 400, "context"),
    ],
)
def test_each_kind_knows_its_status_and_usual_code(
    kind: type[errors.ProtocolError], status: int, code: str
) -> None:
    error = kind("what is wrong")
    assert (error.status_hint, error.code, error.reason) == (status, code, "what is wrong")
    assert str(error) == "what is wrong"
    assert not error.temporary
    assert isinstance(error, errors.ProtocolError)


def test_a_code_of_the_list_may_be_named() -> None:
    assert errors.NotAuthentic("too old", code="time").code == "time"


def test_a_code_outside_the_list_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="unknown reason code"):
        errors.Malformed("no", code="whatever")
