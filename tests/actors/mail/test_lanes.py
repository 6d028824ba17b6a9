"""Lanes: a claim looks at few hosts and few rows, and nothing that is ready is left behind."""

from datetime import timedelta

from sqlalchemy import func, insert, select, text
from together.clock import Clock
from together.strangers import Stranger

from activitypub.canonical_json import Document
from actors.database import Database, Session
from actors.mail import claims, fanning, hosts, lanes, outbox
from actors.mail.claims import LONG_AGO
from actors.mail.hosts import Trouble
from actors.mail.outbox import Failure, Parcel
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.mail import Delivery, Lane, Outgoing

HOLD = timedelta(days=30)


async def _post(session: Session, site: Site, coop: Actor, about: str, *to: Actor) -> Outgoing:
    outgoing = await outbox.post(
        session,
        site,
        coop,
        {"id": f"{site.origin}/activities/{site.new_id()}", "type": "Update", "object": about},
        about=about,
        followers_of=[coop],
        recipients=[one.iri for one in to],
        is_public=True,
    )
    while await outbox.fan_out(session, site):
        pass
    return outgoing


async def _claim(session: Session, site: Site, limit: int = 50) -> list[Parcel]:
    return await outbox.claim(session, site, limit=limit, per_host=4)


async def _follow(session: Session, site: Site, coop: Actor, count: int, *, hosts: int) -> None:
    """So many followers on so many hosts, each host with a shared inbox."""
    now = site.now()
    people, follows = [], []
    for number in range(count):
        host = f"h{number % hosts}.test"
        iri, key = f"https://{host}/users/{number}", site.new_id()
        people.append(
            {
                **{"id": key, "iri": iri, "is_ours": False, "type": "Person", "name": ""},
                **{"handle": str(number), "host": host, "inbox": f"{iri}/inbox"},
                **{"shared_inbox": f"https://{host}/inbox", "document": b"{}", "summary": ""},
                **{"aliases": [], "approves_followers": False},
                **{"published_at": now, "updated_at": now},
            }
        )
        follows.append(
            {
                **{"id": site.new_id(), "iri": f"{iri}#follow", "follower_id": key},
                **{"followee_id": coop.id, "state": "accepted", "made_at": now, "is_join": False},
            }
        )
    await session.execute(insert(Actor), people)
    await session.execute(insert(Follow), follows)


async def _count(session: Session, table: type[Delivery | Lane]) -> int:
    return int(await session.scalar(select(func.count()).select_from(table)) or 0)


async def test_many_hosts_are_served_before_much_for_one(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    busy = await stranger(session, "ada", "busy.test")
    for number in range(10):
        await _post(session, site, coop, f"urn:x:{number}", busy)
    others = [await stranger(session, "bob", f"h{number}.test") for number in range(5)]
    await _post(session, site, coop, "urn:y", *others)
    first = await _claim(session, site, limit=6)
    assert {one.host for one in first} == {"busy.test", *(one.host for one in others)}
    more = await _claim(session, site, limit=50)
    assert [one.host for one in more] == ["busy.test"] * 3, "four at once, and no more"


async def test_hosts_that_are_left_alone_are_passed_over(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    dead = [await stranger(session, "ada", f"dead{number}.test") for number in range(8)]
    await hosts.failed(session, site, {one.host: Trouble("hangs") for one in dead})
    well = await stranger(session, "bob", "well.test")
    await _post(session, site, coop, "urn:x", *dead, well)
    assert [one.host for one in await _claim(session, site, limit=2)] == ["well.test"]
    assert await _claim(session, site, limit=2) == []


async def test_a_host_that_speaks_is_sent_what_waits_at_once(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    await _post(session, site, coop, "urn:x", await stranger(session, "ada", "quiet.test"))
    (parcel,) = await _claim(session, site)
    down = Failure(parcel, "no route", is_host_down=True)
    await outbox.postponed(session, site, down, hold=HOLD)
    assert await _claim(session, site) == []
    await hosts.heard_from(session, "quiet.test")
    assert [one.id for one in await _claim(session, site)] == [parcel.id]


async def test_one_that_was_turned_away_does_not_hold_up_its_host(
    session: Session, site: Site, coop: Actor, stranger: Stranger, clock: Clock
) -> None:
    ada = await stranger(session, "ada", "peer.test")
    await _post(session, site, coop, "urn:x:1", ada)
    (parcel,) = await _claim(session, site)
    await outbox.postponed(session, site, Failure(parcel, "401"), hold=HOLD)
    other = await _post(session, site, coop, "urn:x:2", ada)
    (sent,) = await _claim(session, site)
    assert sent.activity_iri == other.activity_iri
    await outbox.delivered(session, sent)
    assert await _claim(session, site) == []
    clock.turn(seconds=31)
    assert [one.id for one in await _claim(session, site)] == [parcel.id]


async def test_a_lane_goes_with_its_last_delivery(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    ada, bob = await stranger(session, "ada", "a.test"), await stranger(session, "bob", "b.test")
    await _post(session, site, coop, "urn:x", ada, bob)
    first = await _claim(session, site)
    await _post(session, site, coop, "urn:x", bob)
    await outbox.delivered(session, *first)
    assert list(await session.scalars(select(Lane.host))) == ["b.test"]
    await outbox.delivered(session, *await _claim(session, site))
    assert await _count(session, Lane) == 0


async def test_claims_that_are_given_back_are_taken_up_at_once(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    await _post(session, site, coop, "urn:x", await stranger(session, "ada", "peer.test"))
    assert len(await _claim(session, site)) == 1
    await claims.release_all(session)
    assert len(await _claim(session, site)) == 1


async def test_what_goes_to_many_inboxes_is_one_body(
    session: Session, site: Site, coop: Actor
) -> None:
    await _follow(session, site, coop, 20, hosts=20)
    await _post(session, site, coop, "urn:x")
    parcels = await _claim(session, site)
    assert len(parcels) == 20
    assert len({id(one.body) for one in parcels}) == 1


async def test_fan_out_goes_by_pieces_and_shared_inboxes_get_one_row(
    session: Session, site: Site, coop: Actor
) -> None:
    await _follow(session, site, coop, 2 * fanning.PIECE + 10, hosts=300)
    outgoing = await outbox.post(
        session,
        site,
        coop,
        {"id": f"{site.origin}/activities/1", "type": "Create", "object": "urn:x"},
        about="urn:x",
        followers_of=[coop],
        is_public=True,
    )
    assert await outbox.fan_out(session, site) == 1
    assert outgoing.fanned_at is None
    assert await _claim(session, site) == [], "nothing goes before all of it is fanned out"
    assert await _count(session, Delivery) == 300
    while await outbox.fan_out(session, site):
        pass
    assert outgoing.fanned_at is not None
    assert await _count(session, Delivery) == 300
    assert len(await _claim(session, site, limit=1000)) == 300


async def test_a_later_activity_waits_until_the_one_before_it_is_fanned_out(
    session: Session, site: Site, coop: Actor
) -> None:
    await _follow(session, site, coop, fanning.PIECE + 1, hosts=2)
    first: Document = {
        "id": f"{site.origin}/activities/1",
        "type": "Create",
        "object": "urn:x",
    }
    second: Document = {"id": f"{site.origin}/activities/2", "type": "Update", "object": "urn:x"}
    for document in (first, second):
        await outbox.post(
            *(session, site, coop, document),
            about="urn:x",
            followers_of=[coop],
            is_public=True,
        )
    while await outbox.fan_out(session, site):
        pass
    assert [one.activity_iri for one in await _claim(session, site)] == [first["id"]] * 2


async def test_two_workers_never_look_into_one_lane(
    database: Database, site: Site, coop: Actor, stranger: Stranger
) -> None:
    async with database.begin() as session:
        ada = await stranger(session, "ada", "peer.test")
        for number in range(8):
            await _post(session, site, coop, f"urn:x:{number}", ada)
    async with database.begin() as one:
        first = await _claim(one, site)
        if not database.is_sqlite:  # where writers take turns anyway
            async with database.engine.connect() as connection:
                other = Session(connection)
                assert await _claim(other, site) == []
                await other.rollback()
    async with database.begin() as session:
        second = await _claim(session, site)
    assert (len(first), second) == (4, [])


async def test_a_claim_finds_its_rows_by_indexes(session: Session, coop: Actor) -> None:
    assert coop.is_ours
    if session.get_bind().dialect.name != "sqlite":
        return  # there it depends on the number of rows
    seen = lanes.SEEN.params(now=LONG_AGO, lanes=[1], most=1)
    dialect = session.get_bind().dialect
    question = str(seen.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}))
    plan = await session.execute(text(f"EXPLAIN QUERY PLAN {question.replace('?', '1')}"))
    steps = [str(row[3]) for row in plan]
    assert [
        one
        for one in steps
        if one.startswith("SCAN") and "anon" not in one and "json_each" not in one
    ] == [], steps
