"""Name servers of one's own: asked at their port, and judged like everybody else's answers."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from together.loopback import HOME, Peer, settings_for
from together.zone import Zone, answering

from activitypub.iris import Iri
from federation.errors import TransportError, Unreachable, Unsafe
from federation.settings import Dns
from federation.transport import names
from federation.transport.client import Call, Client
from federation.transport.listed_names import ListedResolver
from federation.transport.names import NoAddress, PatientResolver


@pytest.fixture
async def zone() -> AsyncIterator[Zone]:
    async with answering() as opened:
        yield opened


@pytest.fixture
def calls() -> list[Call]:
    return []


@pytest.fixture
async def asking(zone: Zone, peer: Peer, calls: list[Call]) -> AsyncIterator[Client]:
    """A client that asks the zone, and may call the peer."""
    settings = replace(settings_for(peer.port), dns=Dns(servers=(zone.server,)))
    async with Client(settings, own_origin=HOME, record=calls.append) as client:
        yield client


async def refusal(client: Client, url: str) -> TransportError:
    with pytest.raises(TransportError) as caught:
        await client.request("GET", Iri(url), (), purpose="object")
    return caught.value


async def test_a_name_is_asked_at_the_port_that_the_operator_named(
    zone: Zone, asking: Client, peer: Peer, calls: list[Call]
) -> None:
    zone.has("honest.test", "127.0.0.1")
    url = Iri(f"http://honest.test:{peer.port}/")
    for _ in range(2):
        assert (await asking.request("GET", url, (), purpose="object", hop=1)).status == 404
    assert set(zone.asked) == {("honest.test", "A"), ("honest.test", "AAAA")}
    assert [(one.ip, one.port, one.result, one.hop) for one in calls] == [
        ("127.0.0.1", peer.port, "done:404", 1)
    ] * 2


@pytest.mark.parametrize(
    ("addresses", "code"),
    [
        (("127.0.0.2",), "address"),
        (("169.254.169.254",), "address"),
        (("10.0.0.7",), "address"),
        (("0.0.0.0",), "address"),  # noqa: S104 - an answer, nothing is bound
        (("::1",), "address"),
        (("::ffff:127.0.0.1",), "address"),
        (("64:ff9b::7f00:1",), "address"),
        (("127.0.0.1", "10.0.0.7"), "mixed-answer"),
        (("10.0.0.7", "127.0.0.1"), "mixed-answer"),
        (("127.0.0.1", "::1"), "mixed-answer"),
        (("127.0.0.1", "1.1.1.1"), "mixed-answer"),
    ],
)
async def test_a_name_is_refused_by_its_worst_address(
    zone: Zone, asking: Client, peer: Peer, addresses: tuple[str, ...], code: str
) -> None:
    zone.has("evil.test", *addresses)
    error = await refusal(asking, f"http://evil.test:{peer.port}/")
    assert isinstance(error, Unsafe)
    assert error.code == code
    assert peer.requests == []


async def test_a_name_that_is_bound_anew_is_called_where_it_was_judged(
    zone: Zone, asking: Client, peer: Peer
) -> None:
    answers = iter((["127.0.0.1"], []))
    zone.names["rebind.test"] = lambda: next(answers, ["127.0.0.2"])
    url = Iri(f"http://rebind.test:{peer.port}/")
    assert (await asking.request("GET", url, (), purpose="object")).status == 404
    assert len(zone.asked) == 2, "one look-up: what was judged is what is called"


async def test_a_name_without_address_is_asked_for_once_in_a_minute(zone: Zone) -> None:
    moment = [0.0]
    resolver = PatientResolver(ListedResolver([zone.server]), clock=lambda: moment[0])
    for _ in range(5):
        with pytest.raises(NoAddress):
            await resolver.resolve("nowhere.test")
    assert len(zone.asked) == 2
    zone.has("nowhere.test", "127.0.0.1")
    moment[0] = names.MISSING_SECONDS + 1
    (found,) = await resolver.resolve("nowhere.test")
    assert found["host"] == "127.0.0.1"
    await resolver.close()


async def test_a_missing_name_is_no_reason_to_remember_it_for_ever(zone: Zone) -> None:
    resolver = PatientResolver(ListedResolver([zone.server]), clock=lambda: 0.0)
    for number in range(names.MISSING_NAMES + 10):
        resolver._missing[f"{number}.test"] = 1.0
    with pytest.raises(NoAddress):
        await resolver.resolve("nowhere.test")
    assert len(resolver._missing) == names.MISSING_NAMES


async def test_silence_ends_and_is_no_answer(
    zone: Zone, asking: Client, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "LOOK_UP_SECONDS", 0.2)
    zone.silent.add("silent.test")
    zone.broken.add("broken.test")
    for name in ("silent.test", "broken.test"):
        error = await refusal(asking, f"http://{name}:{peer.port}/")
        assert type(error) is Unreachable, "nobody has said that the name has no address"
        assert error.code == "dns"
    zone.silent.clear()
    zone.has("silent.test", "127.0.0.1")
    url = Iri(f"http://silent.test:{peer.port}/")
    assert (await asking.request("GET", url, (), purpose="object")).status == 404


async def test_a_very_long_answer_is_no_answer(zone: Zone) -> None:
    zone.has("long.test", *(f"10.0.{number // 200}.{number % 200}" for number in range(20)))
    resolver = ListedResolver([zone.server])
    assert len(await resolver.resolve("long.test")) == 20
    names_of = zone.names["long.test"]
    zone.names["long.test"] = lambda: [*names_of(), *(f"fd00::{n}" for n in range(1, 60))]
    with pytest.raises(OSError, match="more than"):
        await resolver.resolve("long.test")


async def test_what_is_no_name_is_not_asked_for(zone: Zone) -> None:
    resolver = ListedResolver([zone.server])
    for name in ("a..b", "x" * 70 + ".test"):
        with pytest.raises(OSError, match="do not say"):
            await resolver.resolve(name)
    assert zone.asked == []
