"""Plain statements do what SQLAlchemy's do, on both engines."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from actors.database import Database, columns, insert_new
from actors.plain import Plain, padded
from actors.site import Site
from actors.tables.actor import Actor

AT = datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC)


def someone(site: Site, name: str) -> dict[str, Any]:
    return {
        "id": site.new_id(),
        "iri": f"https://beta.test/{name}",
        "is_ours": False,
        "type": "Person",
        "handle": name,
        "host": "beta.test",
        "name": name,
        "inbox": f"https://beta.test/{name}/inbox",
        "aliases": ["https://gamma.test/é", "b"],
        "document": b'{"a": 1}',
        "published_at": AT,
        "updated_at": AT,
    }


async def test_a_row_is_written_as_the_mapper_writes_it(database: Database, site: Site) -> None:
    async with database.begin() as session:
        await insert_new(session, Actor, someone(site, "plain"))
        session.add(Actor(**someone(site, "mapped")))
    async with database.read() as session:
        rows = (await session.scalars(select(Actor).order_by(Actor.id))).all()
    plain, mapped = ({c: getattr(row, c) for c in columns(Actor).c.keys()} for row in rows)  # noqa: SIM118
    different = {"id", "iri", "handle", "name", "inbox"}
    assert {k: v for k, v in plain.items() if k not in different} == {
        k: v for k, v in mapped.items() if k not in different
    }
    assert plain["aliases"] == ["https://gamma.test/é", "b"]
    assert plain["published_at"] == AT


async def test_what_was_inserted_can_be_changed_like_any_row(
    database: Database, site: Site
) -> None:
    async with database.begin() as session:
        row = await insert_new(session, Actor, someone(site, "ada"))
        row.name = "Ada"
    async with database.read() as session:
        assert (await session.get_one(Actor, row.id)).name == "Ada"


async def test_a_statement_sees_what_verbs_have_changed(database: Database, site: Site) -> None:
    table = columns(Actor)
    question = Plain(select(table.c.name).where(table.c.iri == bindparam("iri")))
    async with database.begin() as session:
        row = Actor(**someone(site, "ada"))
        session.add(row)
        assert [*await question.rows(session, {"iri": row.iri})][0][0] == "ada"  # noqa: RUF015
        row.name = "Ada"
        assert [*await question.rows(session, {"iri": row.iri})][0][0] == "Ada"  # noqa: RUF015
    async with database.read() as session:
        assert [tuple(one) for one in await question.rows(session, {"iri": row.iri})] == [("Ada",)]


async def test_a_row_that_is_there_already_is_an_error_of_the_same_kind(
    database: Database, site: Site
) -> None:
    async with database.begin() as session:
        await insert_new(session, Actor, someone(site, "ada"))
    with pytest.raises(IntegrityError):
        async with database.begin() as session:
            await insert_new(session, Actor, someone(site, "ada"))
    async with database.read() as session:
        assert len((await session.scalars(select(Actor.id))).all()) == 1


@pytest.mark.parametrize(
    ("values", "long"), [([], 1), (["a"], 1), (["a", "b", "c"], 4), (list("abcde"), 8)]
)
def test_lists_of_names_come_in_few_lengths(values: list[str], long: int) -> None:
    found = padded(values)
    assert len(found) == long
    assert set(found) == set(values or [""])
