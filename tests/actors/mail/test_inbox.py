"""The inbox: once, in order, and never lost."""

from datetime import timedelta

from together.clock import Clock

from activitypub import reading
from activitypub.authority import Vouched, hear
from activitypub.canonical_json import Document, encode
from activitypub.iris import Iri
from actors.database import Session
from actors.mail import inbox
from actors.site import Site
from actors.tables.host import Host

ADA = Iri("https://peer.test/users/ada")


async def _remember(session: Session, site: Site, number: int) -> bool:
    document: Document = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"https://peer.test/activities/{number}",
        "type": "Follow",
        "actor": ADA,
        "object": "https://alpha.test/actors/network",
    }
    body = encode(document)
    activity = reading.read_activity(document)
    heard = hear(activity, speaker=ADA, vouched=Vouched.REQUEST, at=site.now())
    is_admitted = await inbox.admitted(session, ADA) is not None
    return is_admitted and await inbox.wait(session, site, heard, body)


async def test_a_duplicate_is_remembered_once(session: Session, site: Site) -> None:
    assert await _remember(session, site, 1)
    assert not await _remember(session, site, 1)
    assert len(await inbox.claim(session, site, 10)) == 1


async def test_letters_are_claimed_in_the_order_they_came(session: Session, site: Site) -> None:
    for number in (3, 1, 2):
        await _remember(session, site, number)
    claimed = await inbox.claim(session, site, 10)
    assert [one.activity_iri[-1] for one in claimed] == ["3", "1", "2"]


async def test_a_claim_of_a_dead_worker_expires(session: Session, site: Site, clock: Clock) -> None:
    await _remember(session, site, 1)
    assert len(await inbox.claim(session, site, 10)) == 1
    assert await inbox.claim(session, site, 10) == []
    clock.turn(seconds=inbox.CLAIM.total_seconds() + 1)
    assert len(await inbox.claim(session, site, 10)) == 1


async def test_what_is_settled_never_comes_back_not_even_as_a_new_letter(
    session: Session, site: Site
) -> None:
    await _remember(session, site, 1)
    (letter,) = await inbox.claim(session, site, 10)
    await inbox.settle(session, letter.id, state=inbox.DONE)
    assert not await _remember(session, site, 1)
    assert await inbox.claim(session, site, 10) == []
    assert await inbox.next_due(session) is None


async def test_what_is_postponed_waits_until_then(
    session: Session, site: Site, clock: Clock
) -> None:
    await _remember(session, site, 1)
    (letter,) = await inbox.claim(session, site, 10)
    until = site.now() + timedelta(minutes=5)
    await inbox.postpone(session, letter.id, reason="unreachable", until=until)
    assert await inbox.claim(session, site, 10) == []
    assert await inbox.next_due(session) == until
    clock.turn(minutes=5)
    (again,) = await inbox.claim(session, site, 10)
    assert again.tries == 1


async def test_what_is_parked_keeps_its_text(session: Session, site: Site) -> None:
    await _remember(session, site, 1)
    (letter,) = await inbox.claim(session, site, 10)
    await inbox.park(session, letter.id, reason="a bug")
    assert await inbox.claim(session, site, 10) == []


async def test_a_blocked_host_is_not_heard(session: Session, site: Site) -> None:
    session.add(Host(id=site.new_id(), name="peer.test", is_blocked=True))
    await session.flush()
    assert not await _remember(session, site, 1)
    assert await inbox.claim(session, site, 10) == []
