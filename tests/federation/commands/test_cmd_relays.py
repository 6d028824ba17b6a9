"""`essaim relays`: asked, listed, left."""

import json

from together.terminal import Call, Home


def test_a_relay_is_added_listed_and_removed(home: Home, call: Call) -> None:
    url = "https://relay.example/inbox"
    assert call("relays", "list", home.directory) == (0, "No relays.", "")
    assert call("relays", "add", home.directory, url) == (
        0,
        f"Asked {url} to take part (mastodon, pending).",
        "",
    )
    code, said, _ = call("relays", "list", home.directory, "--json")
    assert code == 0
    assert json.loads(said) == {
        "relays": [
            {"url": url, "style": "mastodon", "inbox": url, "actor": None, "state": "pending"}
        ]
    }
    code, said, _ = call("relays", "remove", home.directory, url)
    assert (code, said) == (0, f"No longer a part of {url}.")
    assert call("relays", "list", home.directory) == (0, "No relays.", "")


def test_what_was_never_added_cannot_be_removed(home: Home, call: Call) -> None:
    url = "https://relay.example/inbox"
    code, said, complaint = call("relays", "remove", home.directory, url)
    assert (code, said) == (1, "")
    assert complaint == f"essaim: this instance is no part of {url}"


def test_what_is_no_address_or_our_own_is_refused(home: Home, call: Call) -> None:
    own = f"http://127.0.0.1:{home.port}/inbox"
    for url, reason in (("relay", ""), (own, "An instance is no relay for itself.")):
        code, said, complaint = call("relays", "add", home.directory, url)
        assert (code, said) == (1, "")
        assert reason in complaint
