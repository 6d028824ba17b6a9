"""Names of hosts, and what a rule about one covers."""

import pytest

from actors.errors import Unwise
from actors.rules import hosts


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8443", "a.evil.example", "b.a.evil.example:81"],
)
def test_a_rule_covers_every_port_and_what_is_below(host: str) -> None:
    assert hosts.is_covered(host, {"evil.example"})


@pytest.mark.parametrize("host", ["notevil.example", "example", "evil.example.org", "[::1]"])
def test_a_rule_covers_no_neighbour(host: str) -> None:
    assert not hosts.is_covered(host, {"evil.example"})


@pytest.mark.parametrize(
    "text", ["EVIL.example", " evil.example. ", "evil.example:443", "evil.example:8443"]
)
def test_a_host_is_one_however_it_is_written(text: str) -> None:
    assert hosts.named(text) == "evil.example"


def test_names_in_other_scripts_are_one_too() -> None:
    assert hosts.named("bücher.example") == hosts.named("xn--bcher-kva.example")


@pytest.mark.parametrize("text", ["", "evil%2eexample", "a b", "https://evil.example", "a..b"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(Unwise):
        hosts.named(text)
