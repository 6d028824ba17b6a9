"""Approving followers from the command line."""

from together.terminal import Call, Home


def test_an_organisation_decides_about_its_followers(home: Home, call: Call) -> None:
    host = home.origin.partition("://")[2]
    code, out, _ = call("followers", "approval", home.directory, "coop", "--by-hand")
    assert (code, out) == (0, "coop decides about each follower.")
    assert call("followers", "list", home.directory, "coop")[1] == "Nobody waits."
    code, _, err = call("followers", "accept", home.directory, "coop", f"network@{host}")
    assert (code, "has not asked" in err) == (1, True)
    code, out, _ = call("followers", "approval", home.directory, "coop", "--at-once")
    assert (code, out) == (0, "coop lets everybody follow.")
