"""Reports from the command line."""

from together.terminal import Call, Home


def test_what_is_not_there_is_said(home: Home, call: Call) -> None:
    assert call("reports", "list", home.directory) == (0, "Nothing.", "")
    for words in (("show", home.directory, "1"), ("close", home.directory, "1", "Rien")):
        code, _, err = call("reports", *words)
        assert (code, "There is no such report here." in err) == (1, True)
