"""The guard: which addresses may be called, whatever else is allowed."""

import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from federation.errors import Unsafe
from federation.settings import PrivateDestination
from federation.transport.guard import Forbidden, Guard, GuardedResolver, GuardedSockets, judge

LAB = (PrivateDestination.parse("127.0.0.1:8001"), PrivateDestination.parse("[fd00::7]:443"))
GUARD = Guard(allowed=LAB, public_ports=(443,), own=("127.0.0.1", 8000))


def refusal(address: str, port: int = 443, scheme: str = "https") -> str:
    with pytest.raises(Unsafe) as caught:
        judge(address, port, scheme=scheme, allowed=LAB, public_ports=(443,))
    assert address not in caught.value.reason
    return caught.value.code


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a01:e0a::1"])
def test_public_servers_are_called_at_the_public_port(address: str) -> None:
    judge(address, 443, scheme="https", allowed=LAB, public_ports=(443,))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.2",
        "127.255.255.254",
        "0.0.0.0",  # noqa: S104
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:0.0.0.0",
        "::ffff:1.1.1.1",
        "::127.0.0.1",
        "::1.1.1.1",
        "64:ff9b::7f00:1",
        "64:ff9b::101:101",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2002:101:101::1",
        "2001::1",
        "2001:0:53aa:64c:0:0:0:1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "3fff::1",
        "3fff:fff::1",
        "5f00::1",
        "100::1",
        "100:0:0:1::1",
        "fc00::1",
        "fd00::8",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1111%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert refusal(address) == "address"
    assert refusal(address, scheme="http") == "address"


@pytest.mark.parametrize("port", [0, 22, 25, 80, 5432, 6379, 11211, 8443])
def test_a_public_server_is_not_called_at_another_port(port: int) -> None:
    assert refusal("1.1.1.1", port) == "port"


def test_a_public_server_is_not_called_with_http() -> None:
    assert refusal("1.1.1.1", 443, "http") == "scheme"
    assert refusal("1.1.1.1", 80, "http") == "scheme"


@pytest.mark.parametrize("scheme", ["ftp", "ws", "file", ""])
def test_another_scheme_is_refused_even_for_private_destinations(scheme: str) -> None:
    assert refusal("127.0.0.1", 8001, scheme) == "scheme"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_private_destination_is_called_at_its_one_port(scheme: str) -> None:
    judge("127.0.0.1", 8001, scheme=scheme, allowed=LAB, public_ports=(443,))
    judge("fd00::7", 443, scheme=scheme, allowed=LAB, public_ports=(443,))
    assert refusal("127.0.0.1", 8002, scheme) == "port"
    assert refusal("127.0.0.1", 443, scheme) == "port"
    assert refusal("::ffff:127.0.0.1", 8001, scheme) == "address"
    assert refusal("127.0.0.2", 8001, scheme) == "address"


@pytest.mark.parametrize("name", ["fr.example", "localhost", "127.1", "0x7f.1", "2130706433", ""])
def test_a_name_is_no_address(name: str) -> None:
    with pytest.raises(Unsafe) as caught:
        judge(name, 443, scheme="https", allowed=LAB, public_ports=(443,))
    assert caught.value.code == "host-syntax"


@pytest.mark.parametrize(
    ("listens", "called"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104
        ("::", "::1"),
        ("10.0.0.7", "10.0.0.7"),
    ],
)
def test_no_entry_lets_us_call_ourselves(listens: str, called: str) -> None:
    entry = PrivateDestination.parse(f"[{called}]:8000" if ":" in called else f"{called}:8000")
    guard = Guard(allowed=(entry,), public_ports=(443,), own=(listens, 8000))
    with pytest.raises(Unsafe) as caught:
        guard.judge(called, 8000, "http")
    assert caught.value.code == "own-host"


class Zone(AbstractResolver):
    """Names that a test made up; each look-up gives the next answer, and the last one for ever."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        given = self.answers[host]
        addresses = given.pop(0) if len(given) > 1 else given[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in addresses
        ]

    async def close(self) -> None:
        pass


async def resolved(zone: Zone, host: str, port: int = 443, scheme: str = "https") -> list[str]:
    found = await GuardedResolver(zone, GUARD, scheme).resolve(host, port)
    return [each["host"] for each in found]


async def test_a_public_name_is_resolved() -> None:
    assert await resolved(Zone(fr_example=[["1.1.1.1", "2606:4700::1"]]), "fr.example") == [
        "1.1.1.1",
        "2606:4700::1",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        ["1.1.1.1", "127.0.0.1"],
        ["127.0.0.1", "1.1.1.1"],
        ["1.1.1.1", "::1"],
        ["2606:4700::1", "10.0.0.1"],
        ["169.254.169.254", "1.1.1.1"],
    ],
)
async def test_one_bad_address_refuses_the_whole_name(answer: list[str]) -> None:
    with pytest.raises(Unsafe) as caught:
        await resolved(Zone(evil_example=[answer]), "evil.example")
    assert caught.value.code == "mixed-answer"
    assert caught.value.address != "1.1.1.1"


async def test_a_name_with_only_bad_addresses_is_refused_for_the_address() -> None:
    with pytest.raises(Unsafe) as caught:
        await resolved(Zone(evil_example=[["10.0.0.1", "::1"]]), "evil.example")
    assert caught.value.code == "address"


async def test_a_name_that_is_bound_to_another_address_is_judged_again() -> None:
    zone = Zone(evil_example=[["1.1.1.1"], ["127.0.0.1"]])
    assert await resolved(zone, "evil.example") == ["1.1.1.1"]
    with pytest.raises(Unsafe):
        await resolved(zone, "evil.example")


@pytest.mark.parametrize("name", ["localhost", "fr.localhost", "FR.Localhost.", "a.b.localhost"])
async def test_localhost_is_never_asked_of_dns(name: str) -> None:
    zone = Zone()
    assert await resolved(zone, name, 8001, "http") == ["127.0.0.1"]
    assert zone.asked == []


@pytest.mark.parametrize("name", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "1.0x1"])
async def test_a_number_in_disguise_is_never_asked_of_dns(name: str) -> None:
    zone = Zone()
    with pytest.raises(Unsafe) as caught:
        await resolved(zone, name, 8001, "http")
    assert caught.value.code == "host-syntax"
    assert zone.asked == []


def test_the_socket_judges_what_it_connects_to() -> None:
    sockets = GuardedSockets(GUARD, "http")
    sockets((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 8001))).close()
    with pytest.raises(Forbidden) as caught:
        sockets((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 8002)))
    assert caught.value.unsafe.code == "port"


def test_http_is_spoken_only_where_every_address_is_private() -> None:
    assert GUARD.is_private(["127.0.0.1"], 8001)
    assert not GUARD.is_private(["127.0.0.1", "1.1.1.1"], 8001)
    assert not GUARD.is_private(["127.0.0.1"], 8002)
    assert not GUARD.is_private([], 8001)
