"""Memories: a database as full as that of an instance that has lived for years.

Plausible rows, in bulk: actors of many hosts and their keys, follows, remarks and where they stand
on timelines, everything that ever came to the inbox, what was said, and mail that waits for hosts
that are away. Nothing of it is due while the bench runs.
"""

import asyncio
import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from bench.letters import utc_now
from sqlalchemy import Table, insert, select, text

from actors.database import Database
from actors.tables.actor import Actor, Key
from actors.tables.everything import Base
from actors.tables.follow import Follow
from actors.tables.host import Host
from actors.tables.listing import Listing
from actors.tables.mail import Delivery, Outgoing, Received
from actors.tables.remark import Remark
from actors.tables.timeline import TimelineEntry
from actors.verbs import listing

Row = dict[str, Any]

TOGETHER: Final = 2000
"""Rows of one statement: a few megabytes."""

SHARES: Final = {
    "actor": 0.1,
    "key": 0.1,
    "follow": 0.1,
    "remark": 0.2,
    "timeline_entry": 0.2,
    "received": 0.2,
    "outgoing": 0.02,
    "delivery": 0.07,
    "host": 0.01,
    "listing": 0.1,
}
"""Which part of all objects each table has."""

_FIRST: Final = 1000
LAST: Final = 10**12
"""Ids are between these: below everything that the clock gives."""

_KINDS: Final[tuple[type[Base], ...]] = (
    Actor,
    Listing,
    Key,
    Host,
    Follow,
    Remark,
    TimelineEntry,
    Received,
    Outgoing,
    Delivery,
)


def remember(url: str, objects: int) -> None:
    """Fill a database that has an instance and its organisations.

    Args:
        url: of the database, as in the settings.
        objects: how many rows, in all tables together.
    """
    asyncio.run(_fill(url, objects))


async def _fill(url: str, objects: int) -> None:
    database = Database(url)
    try:
        async with database.read() as session:
            ours = (
                await session.scalars(
                    select(Actor.id).where(Actor.is_ours.is_(True)).order_by(Actor.id)
                )
            ).all()
        years = _Years(objects, ours[0], utc_now())
        for kind in _KINDS:
            table = kind.__table__
            assert isinstance(table, Table)
            rows = years.rows(table.name)
            while some := list(itertools.islice(rows, TOGETHER)):
                async with database.begin() as session:
                    await session.execute(insert(table), some)
        async with database.begin() as session:
            if "lane" in Base.metadata.tables:  # each host for which mail waits has one
                await session.execute(
                    text(
                        "INSERT INTO lane (host, due_at) SELECT host, MIN(due_at) FROM delivery"
                        " WHERE state = 'waiting' GROUP BY host"
                    )
                )
        if not database.is_sqlite:  # PostgreSQL does so by itself; on SQLite nobody ever does
            async with database.begin() as session:
                await session.execute(text("ANALYZE"))
    finally:
        await database.close()


class _Years:
    """What happened in them, table by table."""

    def __init__(self, objects: int, owner: int, now: datetime) -> None:
        self._owner = owner
        self._now = now
        self._long_ago = now - timedelta(days=700)
        self._counts = {name: max(1, int(objects * part)) for name, part in SHARES.items()}

    def rows(self, table: str) -> Iterator[Row]:
        """All rows of one table."""
        of_one = getattr(self, f"_{table}")
        for number in range(self._counts[table]):
            yield of_one(number)

    def _id(self, table: str, number: int) -> int:
        return _FIRST + number % self._counts[table]

    def _host_of(self, number: int) -> str:
        return f"h{number % self._counts['host']}.example"

    def _iri_of(self, number: int) -> str:
        return f"https://{self._host_of(number)}/users/u{number}"

    def _actor(self, number: int) -> Row:
        iri = self._iri_of(number)
        return {
            "id": _FIRST + number,
            "iri": iri,
            "is_ours": False,
            "type": "Person",
            "handle": f"u{number}",
            "host": self._host_of(number),
            "name": f"Somebody {number}",
            "summary": "",
            "inbox": f"{iri}/inbox",
            "shared_inbox": f"https://{self._host_of(number)}/inbox",
            "approves_followers": False,
            "aliases": [],
            "document": b"{}" + b" " * 1200,
            "published_at": self._long_ago,
            "updated_at": self._long_ago,
        }

    def _listing(self, number: int) -> Row:
        return {
            "id": _FIRST + number,
            "kind": "person",
            "actor_id": self._id("actor", number),
            "labels": "kind=person",
            "words": f"^somebody ^u{number} kind=person somebody u{number}",
            "edition": listing.EDITION,
            "is_shut": False,
            "is_withheld": False,
            "changed_at": self._long_ago,
        }

    def _key(self, number: int) -> Row:
        return {
            "id": _FIRST + number,
            "actor_id": self._id("actor", number),
            "iri": f"{self._iri_of(number)}#main-key",
            "algorithm": "rsa-sha256",
            "public": "-" * 450,
            "read_at": self._long_ago,
        }

    def _host(self, number: int) -> Row:
        return {
            "id": _FIRST + number,
            "name": self._host_of(number),
            "failures": 9,
            "failing_since": self._long_ago,
            "due_at": self._now + timedelta(days=1),
            "is_blocked": False,
            "block_reason": "",
            "reads_rfc9421": False,
            "reads_ed25519": False,
            "is_tried": False,
        }

    def _follow(self, number: int) -> Row:
        return {
            "id": _FIRST + number,
            "iri": f"{self._iri_of(number)}/follows/1",
            "follower_id": self._id("actor", number),
            "followee_id": self._owner,
            "state": "accepted",
            "made_at": self._long_ago,
            "is_join": False,
        }

    def _remark(self, number: int) -> Row:
        iri = f"{self._iri_of(number % self._counts['actor'])}/notes/{number}"
        return {
            "id": _FIRST + number,
            "iri": iri,
            "actor_id": self._id("actor", number),
            "url": iri,
            "content": "<p>" + "Bonjour " * 40 + "</p>",
            "summary": "",
            "visibility": "public",
            "addressed": [],
            "source": "",
            "document": b"{}" + b" " * 1500,
            "published_at": self._long_ago,
            "updated_at": self._long_ago,
        }

    def _timeline_entry(self, number: int) -> Row:
        return {
            "id": _FIRST + number,
            "owner_id": self._owner,
            "subject_id": self._id("remark", number),
            "shown_id": self._id("remark", number),
            "kind": "remark",
            "at": self._long_ago,
        }

    def _received(self, number: int) -> Row:
        speaker = self._iri_of(number % self._counts["actor"])
        return {
            "id": _FIRST + number,
            "activity_iri": f"{speaker}/activities/{number}",
            "speaker": speaker,
            "vouched": "SIGNER",
            "document": b"",
            "state": "done",
            "reason": "",
            "tries": 0,
            "received_at": self._long_ago,
            "due_at": self._long_ago,
        }

    def _outgoing(self, number: int) -> Row:
        iri = f"http://127.0.0.1/activities/{number}"
        return {
            "id": _FIRST + number,
            "activity_iri": iri,
            "actor_id": self._owner,
            "type": "Create",
            "about": f"{iri}/about",
            "document": b"{}" + b" " * 1500,
            "followers_of": [],
            "recipients": [],
            "is_public": True,
            "made_at": self._long_ago,
            "fanned_at": self._long_ago,
        }

    def _delivery(self, number: int) -> Row:
        said, host = divmod(number, self._counts["host"])
        return {
            "outgoing_id": self._id("outgoing", said),
            "about": f"http://127.0.0.1/activities/{said}/about",
            "host": self._host_of(host),
            "inbox": f"https://{self._host_of(host)}/inbox",
            "state": "waiting",
            "reason": "it did not answer",
            "tries": 3,
            "made_at": self._now - timedelta(days=3),
            "due_at": self._now + timedelta(days=1),
        }
