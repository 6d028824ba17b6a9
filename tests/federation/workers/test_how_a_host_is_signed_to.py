"""How a host is signed to: draft-cavage first, RFC 9421 where it wants that, and remembered."""

from together.stranger import Stranger
from together.street import House, Street, a_sheet

from activitypub.signatures.claims import Scheme

COOP = "https://alpha.test/actors/coop"


async def followed(street: Street, alpha: House, mallory: Stranger) -> None:
    """Let mallory follow the organisation; she is told that she does."""
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await street.settle()


async def published(street: Street, alpha: House) -> None:
    """Tell mallory something, now."""
    await alpha.publish(await alpha.actor("coop"), a_sheet(f"Atelier {street.clock().isoformat()}"))
    await street.settle()


async def test_an_unknown_host_is_signed_to_as_all_servers_understand(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await followed(street, alpha, mallory)
    assert mallory.knocks == [Scheme.CAVAGE]


async def test_a_host_that_reads_only_rfc_9421_is_found_out_once(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    mallory.reads = frozenset({Scheme.RFC9421})
    await followed(street, alpha, mallory)
    assert [one["type"] for one in mallory.told] == ["Accept"]
    assert mallory.knocks == [Scheme.CAVAGE, Scheme.RFC9421]

    await published(street, alpha)
    assert [one["type"] for one in mallory.told] == ["Accept", "Create"]
    assert mallory.knocks[2:] == [Scheme.RFC9421]


async def test_what_a_host_reads_is_known_after_a_restart(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    mallory.reads = frozenset({Scheme.RFC9421})
    await followed(street, alpha, mallory)
    await alpha.stop()
    await alpha.start()
    await published(street, alpha)
    assert mallory.knocks[2:] == [Scheme.RFC9421]


async def test_a_host_that_goes_back_is_followed(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    mallory.reads = frozenset({Scheme.RFC9421})
    await followed(street, alpha, mallory)
    mallory.reads = frozenset({Scheme.CAVAGE})
    await published(street, alpha)
    street.clock.turn(hours=1)
    await published(street, alpha)
    assert mallory.knocks[2:] == [Scheme.RFC9421, Scheme.CAVAGE, Scheme.CAVAGE]


async def test_a_host_that_reads_neither_just_now_gets_it_later(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    mallory.reads = frozenset()
    await followed(street, alpha, mallory)
    assert mallory.knocks == [Scheme.CAVAGE, Scheme.RFC9421]
    mallory.reads = frozenset(Scheme)
    street.clock.turn(hours=1)
    await street.settle()
    assert mallory.knocks[2:] == [Scheme.CAVAGE]
    assert [one["type"] for one in mallory.told] == ["Accept"]
