"""Organisations, members and tokens from the command line."""

import io
import json
import sys

import pytest
from together.terminal import PASSWORD, Call, Home

ANNA = ("anna@example.org", "--organisation")


def test_an_organisation_gets_its_place(home: Home, call: Call) -> None:
    code, out, _ = call("organisation", "add", home.directory, "amap", "--name", "AMAP", "--json")
    assert code == 0
    assert json.loads(out)["iri"] == f"{home.origin}/actors/amap"
    again, _, err = call("organisation", "add", home.directory, "AMAP", "--name", "AMAP")
    assert again == 1
    assert err.startswith("essaim: ")
    taken, _, err = call("organisation", "add", home.directory, "amap", "--name", "AMAP")
    assert taken == 1
    assert "taken" in err


def test_a_member_gets_a_further_mandate_and_keeps_her_password(home: Home, call: Call) -> None:
    code, out, _ = call(
        "member", "add", home.directory, *ANNA, "network", "--role", "steward", "--json"
    )
    assert code == 0
    assert json.loads(out) | {"id": ""} == {
        "id": "",
        "email": "anna@example.org",
        "organisation": "network",
        "role": "steward",
        "isNew": False,
    }
    code, _, err = call("member", "add", home.directory, *ANNA, "network", "--role", "editor")
    assert code == 1
    assert "already" in err


@pytest.mark.parametrize(
    ("words", "stdin", "complaint"),
    [
        ((), "", "--password-stdin"),
        (("--password-stdin",), "short\n", "10 characters"),
        (("--password-stdin",), "", "10 characters"),
    ],
)
def test_a_new_member_needs_a_password(
    home: Home,
    call: Call,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    stdin: str,
    complaint: str,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    person = ("bea@example.org", "--organisation", "coop", "--role", "reader")
    code, _, err = call("member", "add", home.directory, *person, *words)
    assert code == 1
    assert complaint in err


def test_nobody_joins_an_organisation_that_is_not_there(
    home: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    person = ("bea@example.org", "--organisation", "nowhere", "--role", "reader")
    code, _, err = call("member", "add", home.directory, *person, "--password-stdin")
    assert code == 1
    assert "nowhere" in err
    code, _, err = call("token", "create", home.directory, *person[:3], "--scopes", "read")
    assert code == 1
    assert "bea@example.org" in err


def test_a_token_is_printed_alone(founded: Home) -> None:
    assert len(founded.token) > 30
    assert founded.token.split() == [founded.token]


def test_only_stewards_of_the_network_get_the_admin_scope(home: Home, call: Call) -> None:
    words = ("token", "create", home.directory)
    for scopes in ("read admin", "admin:read"):
        code, out, err = call(*words, *ANNA, "coop", "--scopes", scopes)
        assert (code, out) == (1, "")
        assert "network" in err
    call("member", "add", home.directory, *ANNA, "network", "--role", "steward")
    code, out, _ = call(*words, *ANNA, "network", "--scopes", "read admin", "--json")
    assert code == 0
    assert json.loads(out)["scopes"] == ["read", "admin"]


def test_an_operator_gets_a_token_that_acts_for_nobody(home: Home, call: Call) -> None:
    code, out, _ = call("token", "admin", home.directory)
    assert code == 0
    assert len(out) > 30
    assert out.split() == [out]


@pytest.mark.parametrize("scopes", ["", "reed", "read everything"])
def test_unknown_scopes_are_refused(home: Home, call: Call, scopes: str) -> None:
    words = ("token", "create", home.directory, *ANNA, "coop", "--scopes", scopes)
    assert call(*words)[0] == 1


def test_a_token_needs_a_mandate(home: Home, call: Call) -> None:
    words = ("token", "create", home.directory, *ANNA, "network", "--scopes", "read")
    code, _, err = call(*words)
    assert code == 1
    assert "may not act for network" in err
