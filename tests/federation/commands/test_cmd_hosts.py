"""Blocking from the command line."""

import json

from together.terminal import Call, Home


def test_a_host_is_blocked_listed_and_unblocked(home: Home, call: Call) -> None:
    code, out, _ = call("hosts", "block", home.directory, "SPAM.example.", "--because", "adverts")
    assert (code, out) == (0, "spam.example is blocked: 0 follows ended, 0 letters dropped.")
    assert call("hosts", "list", home.directory)[1] == "spam.example: adverts"
    [row] = json.loads(call("hosts", "list", home.directory, "--json")[1])["hosts"]
    assert (row["host"], row["reason"], row["actors"]) == ("spam.example", "adverts", 0)
    assert call("hosts", "unblock", home.directory, "spam.example")[0] == 0
    assert call("hosts", "list", home.directory)[1] == "No site is blocked."
    code, _, err = call("hosts", "unblock", home.directory, "spam.example")
    assert (code, "not blocked" in err) == (1, True)


def test_an_organisation_blocks_a_neighbour(home: Home, call: Call) -> None:
    host = home.origin.partition("://")[2]
    whom = f"network@{host}"
    code, out, _ = call("organisation", "block", home.directory, "coop", whom)
    assert (code, out) == (0, f"coop blocks @{whom}.")
    code, _, err = call("follow", home.directory, whom, "--organisation", "coop")
    assert (code, "blocked" in err) == (1, True)
    assert call("organisation", "unblock", home.directory, "coop", whom)[0] == 0


def test_an_organisation_is_closed_only_by_its_name_said_twice(home: Home, call: Call) -> None:
    code, _, err = call("organisation", "close", home.directory, "coop")
    assert (code, "--confirm coop" in err) == (1, True)
    assert call("organisation", "close", home.directory, "coop", "--confirm", "coop")[0] == 0
    code, _, err = call("organisation", "add", home.directory, "coop", "--name", "La coop")
    assert (code, "taken" in err) == (1, True)
