"""The schema's history leads to the schema that the program has, on both engines."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from actors import migrations
from actors.database import Database
from actors.migrations import Standing, standing, upgrade
from actors.tables.everything import Base


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"include_object": _is_ours})
    return list(compare_metadata(context, Base.metadata))


def _is_ours(_: object, name: str, *__: object) -> bool:
    """The index of words is made of each engine's own things, which no table of ours describes."""
    if name in ("tokens", "marks", "ix_listing_marks"):
        return False
    return not name.removeprefix("ix_").startswith("listing_words")


async def test_an_upgraded_database_has_exactly_the_tables_of_the_program(
    database: Database,
) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    assert await standing(database) is Standing.CURRENT


async def test_upgrading_twice_changes_nothing(database: Database) -> None:
    await upgrade(database)
    assert await standing(database) is Standing.CURRENT


async def test_an_upgrade_that_dies_on_the_way_has_changed_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/fresh.db")
    passed: list[str] = []

    def die(point: str) -> None:
        passed.append(point)
        if point == "migrate.step.2":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await upgrade(database, passes=die)
    assert passed == ["migrate.step.1", "migrate.step.2"]
    assert await standing(database) is Standing.EMPTY
    await upgrade(database)
    assert await standing(database) is Standing.CURRENT
    await database.close()


async def test_an_empty_database_is_told_from_an_older_and_a_newer_one(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert await standing(database) is Standing.NEWER
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM alembic_version")
    assert await standing(database) is Standing.EMPTY


def test_each_step_is_named_by_its_revision_and_follows_the_one_before() -> None:
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    steps = list(reversed(list(script.walk_revisions())))
    assert [step.revision for step in steps] == [f"{n + 1:04}" for n in range(len(steps))]
    assert [Path(step.path).name[:4] for step in steps] == [step.revision for step in steps]
    assert script.get_current_head() == steps[-1].revision
