"""`essaim catalogue rebuild`: everything is found again."""

import json

from together.terminal import Call, Home


def test_what_is_found_is_made_anew_from_what_is_remembered(home: Home, call: Call) -> None:
    code, said, _ = call("catalogue", "rebuild", home.directory, "--json")
    assert code == 0
    assert json.loads(said)["listed"] >= 1  # the network at least
