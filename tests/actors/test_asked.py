"""Questions that are made once are answered as any statement is, on both engines."""

from datetime import UTC, datetime

from sqlalchemy import bindparam, select, update

from actors.asked import IDS, MOST_AT_ONCE, NAMES, Asked, Whole, words
from actors.database import Database, insert_new
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.base import Id

AT = datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC)

NAMED = Whole(Actor, lambda rows, names: rows.where(Actor.handle.in_(names)), names=NAMES)
KNOWN = Asked(
    lambda ids: (
        select(Actor.id, Actor.aliases, Actor.updated_at)
        .where(
            Actor.id.in_(ids),
            Actor.id != bindparam("but", type_=Id),
            Actor.type.in_(words("Person", "Group")),
        )
        .order_by(Actor.id)
    ),
    ids=IDS,
)


async def people(database: Database, site: Site, *names: str) -> dict[str, int]:
    async with database.begin() as session:
        rows = [
            await insert_new(
                session,
                Actor,
                {
                    "id": site.new_id(),
                    "iri": f"https://beta.test/{name}",
                    "is_ours": False,
                    "type": "Person",
                    "handle": name,
                    "host": "beta.test",
                    "name": name,
                    "inbox": f"https://beta.test/{name}/inbox",
                    "aliases": ["https://gamma.test/é"] if name == "ada" else [],
                    "document": b"{}",
                    "published_at": AT,
                    "updated_at": AT,
                },
            )
            for name in names
        ]
        return {row.handle: row.id for row in rows}


async def test_lists_of_any_length_are_answered_alike_where_one_reads_and_where_one_writes(
    database: Database, site: Site
) -> None:
    ids = await people(database, site, "ada", "bea", "cleo")
    wanted = sorted(ids.values())
    many = [*range(1, MOST_AT_ONCE + 5), *wanted]
    for opened in (database.read, database.begin):
        async with opened() as session:
            for listed in (wanted, many):
                rows = await KNOWN.rows(session, ids=listed, but=ids["bea"])
                assert [tuple(row) for row in rows] == [
                    (ids["ada"], ["https://gamma.test/é"], AT),
                    (ids["cleo"], [], AT),
                ]
            assert list(await KNOWN.rows(session, ids=[], but=0)) == []
            assert list(await NAMED.rows(session, names=())) == []
            found = await NAMED.rows(session, names=["cleo", "nobody", "ada"])
            assert sorted(one.handle for one in found) == ["ada", "cleo"]
            assert {one.updated_at for one in found} == {AT}
            again = await session.get_one(Actor, ids["ada"])
            assert any(one is again for one in found), "a row is one object in a transaction"


async def test_who_writes_sees_what_was_just_changed(database: Database, site: Site) -> None:
    ids = await people(database, site, "ada")
    async with database.begin() as session:
        (ada,) = await NAMED.rows(session, names=["ada"])
        ada.handle = "lovelace"
        assert await NAMED.rows(session, names=["ada"]) == []
        assert await NAMED.rows(session, names=["lovelace"]) == [ada]
        changed = update(Actor).where(Actor.id == ids["ada"]).values(name="Ada", handle="ada")
        await session.execute(changed)
        (ada,) = await NAMED.rows(session, names=["ada"])
        assert ada.name == "Ada"
    async with database.read() as session:
        assert [one.name for one in await NAMED.rows(session, names=["ada"])] == ["Ada"]
