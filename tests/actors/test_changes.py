"""Whatever is kept in memory is void as soon as somebody changes what it was made of."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import delete, text
from together.strangers import Stranger
from together.street import a_sheet

from actors import changes
from actors.changes import DOCUMENTS, KEYS, Changes
from actors.database import Database
from actors.listening import Listening
from actors.safe import Safe, new_secret
from actors.site import Site
from actors.tables.actor import Actor, Key
from actors.tables.host import Host
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import blocking, forgetting, publishing


async def until(holds: Callable[[], bool]) -> None:
    """Let the others work until it is so."""
    while not holds():
        await _a_turn()


async def _a_turn() -> None:
    await asyncio.sleep(0)


def ignored(_: Exception) -> None:
    """Why nobody was heard for a while."""


@pytest.fixture
async def heard(database: Database) -> AsyncIterator[Changes]:
    """What is heard, from the moment on at which it can say something."""
    listening = Listening(database, ignored)
    heard = changes.of(database, listening)
    await heard.start()
    await listening.start()
    try:
        await until(lambda: heard.number(DOCUMENTS) is not None)
        yield heard
    finally:
        await listening.stop()
        await database.close()
        await heard.stop()


async def has_changed(heard: Changes, subject: str, before: int | None) -> bool:
    """Whether it changed; on PostgreSQL a notice may still be on its way."""
    await until(lambda: heard.number(subject) != before)
    return heard.number(subject) is not None


async def is_quiet(database: Database, heard: Changes, subject: str, before: int | None) -> bool:
    """Whether nothing was counted: notices come in the order of their transactions."""
    other = KEYS if subject == DOCUMENTS else DOCUMENTS
    marked = heard.number(other)
    async with database.begin() as session:
        if other == KEYS:
            await session.execute(text("UPDATE key SET public = public"))
        else:
            await session.execute(text("UPDATE actor SET document = document"))
    assert await has_changed(heard, other, marked)
    return heard.number(subject) == before


async def test_before_it_listens_and_afterwards_nobody_can_say(database: Database) -> None:
    listening = Listening(database, ignored)
    heard = changes.of(database, listening)
    assert heard.number(DOCUMENTS) is None
    await heard.start()
    await listening.start()
    await until(lambda: heard.number(DOCUMENTS) is not None)
    await listening.stop()
    await heard.stop()
    assert heard.number(DOCUMENTS) is None


async def test_what_we_say_of_ourselves_counts(
    database: Database, site: Site, coop: Actor, heard: Changes
) -> None:
    before = heard.number(DOCUMENTS)
    async with database.begin() as session:
        model = await publishing.publish(session, site, coop, a_sheet())
        assert heard.number(DOCUMENTS) == before  # nothing is committed yet
    assert await has_changed(heard, DOCUMENTS, before)
    before = heard.number(DOCUMENTS)
    async with database.begin() as session:
        row = await session.get_one(Model, model.id)
        await publishing.revise(session, site, row, a_sheet(text="Autrement."))
    assert await has_changed(heard, DOCUMENTS, before)
    before = heard.number(DOCUMENTS)
    async with database.begin() as session:
        await forgetting.delete_model(session, site, await session.get_one(Model, model.id))
    assert await has_changed(heard, DOCUMENTS, before)
    before = heard.number(DOCUMENTS)
    async with database.begin() as session:
        us = await session.get_one(Actor, coop.id)
        await forgetting.close_organisation(session, site, us)
    assert await has_changed(heard, DOCUMENTS, before)


async def test_a_version_that_somebody_corrects_by_hand_counts(
    database: Database, site: Site, coop: Actor, heard: Changes
) -> None:
    async with database.begin() as session:
        await publishing.publish(session, site, coop, a_sheet())
    async with database.begin() as session:
        before = heard.number(DOCUMENTS)
        await session.execute(text("UPDATE revision SET document = document"))
    assert await has_changed(heard, DOCUMENTS, before)
    before = heard.number(DOCUMENTS)
    async with database.begin() as session:
        await session.execute(delete(Revision))
    assert await has_changed(heard, DOCUMENTS, before)


async def test_what_others_say_does_not_count(
    database: Database, site: Site, coop: Actor, heard: Changes, stranger: Stranger
) -> None:
    assert coop.is_ours
    before = heard.number(DOCUMENTS)
    async with database.begin() as session:
        ada = await stranger(session, "ada", "peer.test")
        ada.document = b'{"name":"Ada"}'
    assert await is_quiet(database, heard, DOCUMENTS, before)


async def test_keys_that_change_count_and_new_ones_do_not(
    database: Database, site: Site, coop: Actor, heard: Changes, stranger: Stranger
) -> None:
    assert coop.is_ours
    before = heard.number(KEYS)
    async with database.begin() as session:
        ada = await stranger(session, "ada", "peer.test")
        await session.flush()
        key = Key(
            id=site.new_id(),
            actor_id=ada.id,
            iri=f"{ada.iri}#main-key",
            algorithm="rsa",
            public="A",
            read_at=site.now(),
        )
        session.add(key)
    assert await is_quiet(database, heard, KEYS, before)
    before = heard.number(KEYS)
    async with database.begin() as session:
        (await session.get_one(Key, key.id)).public = "B"
    assert await has_changed(heard, KEYS, before)
    before = heard.number(KEYS)
    async with database.begin() as session:
        (await session.get_one(Key, key.id)).read_at = site.now()
    assert await is_quiet(database, heard, KEYS, before)
    before = heard.number(KEYS)
    async with database.begin() as session:
        (await session.get_one(Actor, ada.id)).gone_at = site.now()
    assert await has_changed(heard, KEYS, before)
    before = heard.number(KEYS)
    async with database.begin() as session:
        await session.execute(delete(Actor).where(Actor.id == ada.id))
    assert await has_changed(heard, KEYS, before)


async def test_blocked_hosts_count_and_ailing_ones_do_not(
    database: Database, site: Site, coop: Actor, heard: Changes
) -> None:
    assert coop.is_ours
    before = heard.number(KEYS)
    async with database.begin() as session:
        host = Host(id=site.new_id(), name="ill.test", failures=1)
        session.add(host)
    async with database.begin() as session:
        (await session.get_one(Host, host.id)).failures = 2
    assert await is_quiet(database, heard, KEYS, before)
    before = heard.number(KEYS)
    async with database.begin() as session:
        await blocking.shut(session, site, "evil.test")
    assert await has_changed(heard, KEYS, before)
    before = heard.number(KEYS)
    async with database.begin() as session:
        await blocking.reopen(session, "evil.test")
    assert await has_changed(heard, KEYS, before)


async def test_what_another_process_commits_is_heard(
    database: Database, database_url: str, site: Site, coop: Actor, heard: Changes
) -> None:
    other = Database(database_url, safe=Safe([new_secret()]))
    before = heard.number(DOCUMENTS)
    try:
        async with other.begin() as session:
            (await session.get_one(Actor, coop.id)).document = b"{}"
    finally:
        await other.close()
    if database.is_sqlite:  # the very next question
        assert heard.number(DOCUMENTS) != before
    assert await has_changed(heard, DOCUMENTS, before)


async def test_what_is_undone_does_not_count(
    database: Database, coop: Actor, heard: Changes
) -> None:
    before = heard.number(DOCUMENTS)

    async def fail() -> None:
        async with database.begin() as session:
            (await session.get_one(Actor, coop.id)).document = b"{}"
            await session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await is_quiet(database, heard, DOCUMENTS, before)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_to_look_takes_no_lock_away_from_the_database(
    database: Database, coop: Actor, heard: Changes
) -> None:
    assert coop.is_ours
    before = heard.number(DOCUMENTS)
    # Another process may have this lock when nobody has the database open, and then makes the file
    # anew under everybody who has (SQLite, os_unix.c: UNIX_SHM_DMS).
    taking = (
        "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+'), 6, 1, 128)"  # LOCK_EX | LOCK_NB
    )
    shared = f"{database.engine.url.database}-shm"
    taken = await asyncio.create_subprocess_exec(
        sys.executable, "-c", taking, shared, stderr=subprocess.PIPE
    )
    _, words = await taken.communicate()
    assert b"BlockingIOError" in words
    assert heard.number(DOCUMENTS) == before


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.postgres
async def test_while_it_does_not_listen_there_are_no_numbers_and_later_they_are_others(
    database: Database, coop: Actor, heard: Changes
) -> None:
    before = heard.number(DOCUMENTS)
    async with database.begin() as session:
        await session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND (query LIKE 'LISTEN%' OR query = 'SELECT 1')"
            )
        )
    await until(lambda: heard.number(DOCUMENTS) != before)
    assert heard.number(DOCUMENTS) is None
    await until(lambda: heard.number(DOCUMENTS) is not None)
    assert heard.number(DOCUMENTS) != before
    before = heard.number(DOCUMENTS)
    async with database.begin() as session:
        (await session.get_one(Actor, coop.id)).document = b"{}"
    assert await has_changed(heard, DOCUMENTS, before)
