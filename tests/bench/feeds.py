"""Feeds: a database in which one organisation follows thousands, who have said a million things.

Rows as they would be after years, in bulk: remarks with hashtags, answers and pictures, likes,
things passed on, and home timelines. Where an object of that id is asked for, everything that is
shown beside it is there.
"""

import asyncio
import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from bench.letters import utc_now
from sqlalchemy import Table, insert, select

from actors.database import Database
from actors.tables.actor import Actor
from actors.tables.everything import Base
from actors.tables.follow import Follow
from actors.tables.remark import Boost, Like, Remark
from actors.tables.timeline import TimelineEntry
from actors.tables.wording import Hashtag

Row = dict[str, Any]

TOGETHER: Final = 5000
"""Rows of one statement."""

FIRST: Final = 1_000_000
STEP: Final = 10
"""Ids are this far apart, below everything that the clock gives: the ids in between are those of
what was done with a thing."""

HOSTS: Final = 200
STRANGERS: Final = 2
"""For each account that is followed there are so many in all."""

TAGS: Final = ("velo", "compost", "repair", "cuisine", "jardin", "logement", "eau")


def say(url: str, statuses: int, follows: int) -> None:
    """Fill a database that has an instance; its first organisation follows, and has a timeline.

    Args:
        url: of the database, as in the settings.
        statuses: how many.
        follows: how many accounts it follows.
    """
    asyncio.run(_fill(url, statuses, follows))


async def _fill(url: str, statuses: int, follows: int) -> None:
    database = Database(url)
    try:
        async with database.read() as session:
            owner = await session.scalar(
                select(Actor.id).where(Actor.is_ours.is_(True), Actor.handle == "alice")
            )
        assert owner is not None
        feed = _Feed(statuses, follows, owner, utc_now())
        for kind, rows in feed.everything():
            table = kind.__table__
            assert isinstance(table, Table)
            while some := list(itertools.islice(rows, TOGETHER)):
                async with database.begin() as session:
                    await session.execute(insert(table), some)
    finally:
        await database.close()


class _Feed:
    def __init__(self, statuses: int, follows: int, owner: int, now: datetime) -> None:
        self._statuses = statuses
        self._follows = follows
        self._owner = owner
        self._begin = now - timedelta(days=1000)
        self._pace = timedelta(days=999) / max(1, statuses)

    def everything(self) -> list[tuple[type[Base], Iterator[Row]]]:
        """Each table with its rows, in an order that foreign keys allow."""
        numbers = range(self._statuses)
        known = [number for number in numbers if self._author(number) <= self._follows]
        return [
            (Actor, map(self._actor, range(1, self._follows * STRANGERS + 1))),
            (Follow, map(self._follow, range(1, self._follows + 1))),
            (Remark, map(self._remark, numbers)),
            (Hashtag, map(self._hashtag, range(0, self._statuses, 3))),
            (Boost, map(self._boost, range(0, self._statuses, 8))),
            (Like, map(self._like, range(0, self._statuses, 2))),
            (TimelineEntry, map(self._entry, known)),
        ]

    def _author(self, number: int) -> int:
        # Neighbours in time are different people, as they are in life.
        return 1 + (number * 7919) % (self._follows * STRANGERS)

    @staticmethod
    def _id(number: int, of: int = 0) -> int:
        return FIRST + number * STEP + of

    @staticmethod
    def _iri_of(actor: int) -> str:
        return f"https://h{actor % HOSTS}.example/users/u{actor}"

    def _iri(self, number: int) -> str:
        return f"{self._iri_of(self._author(number))}/notes/{number}"

    def _at(self, number: int) -> datetime:
        return self._begin + self._pace * number

    def _actor(self, actor: int) -> Row:
        iri, host = self._iri_of(actor), f"h{actor % HOSTS}.example"
        lines = [
            {"type": "PropertyValue", "name": name, "value": f"<a href='{iri}'>{iri}</a>"}
            for name in ("Site", "Projet", "Courriel", "Où")
        ]
        return {
            "id": actor,
            "iri": iri,
            "is_ours": False,
            "type": "Organization",
            "handle": f"u{actor}",
            "host": host,
            "name": f"Coopérative {actor}",
            "summary": "<p>" + "Nous réparons, prêtons, partageons. " * 6 + "</p>",
            "inbox": f"{iri}/inbox",
            "shared_inbox": f"https://{host}/inbox",
            "approves_followers": False,
            "aliases": [],
            "document": orjson.dumps({"id": iri, "attachment": lines}),
            "published_at": self._begin,
            "updated_at": self._begin,
        }

    def _follow(self, actor: int) -> Row:
        return {
            "id": 100_000 + actor,
            "iri": f"http://127.0.0.1/follows/{actor}",
            "follower_id": self._owner,
            "followee_id": actor,
            "state": "accepted",
            "made_at": self._begin,
            "is_join": False,
        }

    def _remark(self, number: int) -> Row:
        iri, author = self._iri(number), self._author(number)
        tag = TAGS[number % len(TAGS)]
        said = f"<p>{'On se retrouve samedi à la ressourcerie. ' * (1 + number % 6)}#{tag}</p>"
        document: Row = {"id": iri, "type": "Note", "content": said}
        document["tag"] = [
            {"type": "Hashtag", "name": f"#{tag}", "href": f"https://h.example/tags/{tag}"}
        ]
        if number % 5 == 0:
            document["attachment"] = [
                {
                    "type": "Document",
                    "mediaType": "image/jpeg",
                    "url": f"https://h{author % HOSTS}.example/media/{number}.jpg",
                    "name": "Un atelier, vu de la porte",
                }
            ]
        answers = number > 50 and number % 3 == 1
        return {
            "id": self._id(number),
            "iri": iri,
            "actor_id": author,
            "url": iri,
            "content": said,
            "summary": "",
            "visibility": "public",
            "addressed": [self._iri_of(self._author(number - 41))] if answers else [],
            "in_reply_to": self._iri(number - 41) if answers else None,
            "source": "",
            "document": orjson.dumps(document),
            "published_at": self._at(number),
            "updated_at": self._at(number),
        }

    def _hashtag(self, number: int) -> Row:
        return {
            "id": self._id(number, 1),
            "remark_id": self._id(number),
            "name": TAGS[number % len(TAGS)],
        }

    def _boost(self, number: int) -> Row:
        booster = self._author(number + 13)
        return {
            "id": self._id(number, 2),
            "iri": f"{self._iri_of(booster)}/boosts/{number}",
            "actor_id": booster,
            "object_iri": self._iri(number),
            "made_at": self._at(number),
        }

    def _like(self, number: int) -> Row:
        liker = self._author(number + 29)
        return {
            "id": self._id(number, 3),
            "iri": f"{self._iri_of(liker)}/likes/{number}",
            "actor_id": liker,
            "object_iri": self._iri(number),
            "made_at": self._at(number),
        }

    def _entry(self, number: int) -> Row:
        is_boosted = number % 8 == 0
        return {
            "id": self._id(number, 4),
            "owner_id": self._owner,
            "subject_id": self._id(number),
            "shown_id": self._id(number, 2) if is_boosted else self._id(number),
            "kind": "remark",
            "boost_id": self._id(number, 2) if is_boosted else None,
            "at": self._at(number),
        }
