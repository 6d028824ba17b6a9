"""Streams: who looks on, and what she is told the moment it is committed.

Every transaction says in words what it has done (`actors.rules.news`). Here the words of this
process, and of the others on the same PostgreSQL, become events for the connections that are open:
each word is looked up once, with the eyes of each organisation that looks on, in one short reading
transaction. With nobody connected anywhere nothing is looked up and nothing is said.

Events are told at most once and are not kept: whoever was away asks for its timelines, as apps do.
A reader who is too slow is disconnected, so that nobody's queue grows for ever.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from actors.database import Database
from actors.listening import Listening
from actors.rules import news
from actors.rules.news import Word

CHANNEL: Final = "essaim_news"
"""On which processes tell each other what their transactions have done."""

LOOKING: Final = "looking"
"""The word with which a process says that somebody is connected to it."""

SAID_EVERY: Final = 20.0
"""Seconds between two such words."""

BELIEVED_FOR: Final = 60.0
"""Seconds for which one is believed: afterwards nobody is told anything."""

MOST_WORDS: Final = 2_000
"""Words that wait to be looked up; the oldest are dropped, because news that is late is none."""

MOST_EVENTS: Final = 200
"""Events that wait for one reader: one who is slower than that is disconnected."""

MOST_CONNECTIONS: Final = 5_000
"""Of one process: each costs a few kilobytes and a socket."""

MOST_OF_ONE: Final = 100
"""Of one organisation: its members with all their devices."""

_log = structlog.stdlib.get_logger("federation.streams")


@dataclass(frozen=True)
class Stream:
    """One stream: its name in Mastodon's words, and the hashtag or list that it is about."""

    name: str
    about: str = ""

    @property
    def label(self) -> list[str]:
        """As events name it."""
        return [self.name, self.about] if self.about else [self.name]


@dataclass(frozen=True)
class Event:
    """What a reader is told: the streams it belongs to, what happened, and the text of it."""

    streams: tuple[Stream, ...]
    name: str
    payload: str | None


@dataclass(eq=False)
class Connection:
    """One reader.

    Attributes:
        secret: of the token she came with.
        owner_id: the organisation she looks for.
        streams: what she listens to.
        waiting: what she is to be told.
        is_over: she is to be disconnected.
    """

    secret: str
    owner_id: int
    streams: set[Stream] = field(default_factory=set)
    waiting: deque[Event] = field(default_factory=deque)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: bool = False

    def tell(self, event: Event) -> None:
        """Put an event into her queue; a queue that is full ends the connection."""
        if len(self.waiting) >= MOST_EVENTS:
            self.end()
        else:
            self.waiting.append(event)
            self.stirred.set()

    def end(self) -> None:
        """Disconnect her."""
        self.is_over = True
        self.stirred.set()


Looked = Callable[[list[Word], list[Connection]], Awaitable[None]]
"""Looks words up, and tells connections."""


class Streams:
    """The connections of this process.

    Args:
        database: whose transactions say what they have done.
        listening: what other processes tell.
        looked: looks words up for connections.
    """

    def __init__(self, database: Database, listening: Listening, looked: Looked) -> None:
        self._listening = listening
        self._looked = looked
        self._words: deque[Word] = deque(maxlen=MOST_WORDS)
        self._stirred = asyncio.Event()
        self._connections: set[Connection] = set()
        self._task: asyncio.Task[None] | None = None
        self._elsewhere = float("-inf")
        database.on_news = self.heard
        listening.hear(CHANNEL, self._told, lambda: None)

    @property
    def is_full(self) -> bool:
        """There is no room for another reader."""
        return len(self._connections) >= MOST_CONNECTIONS

    def of(self, owner_id: int) -> int:
        """How many readers one organisation has."""
        return sum(1 for one in self._connections if one.owner_id == owner_id)

    def open(self, connection: Connection) -> None:
        """Somebody looks on."""
        self._connections.add(connection)
        self._listening.tell(CHANNEL, LOOKING)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look(), name="streams")

    def close(self, connection: Connection) -> None:
        """She looks on no longer."""
        self._connections.discard(connection)

    async def stop(self) -> None:
        """Disconnect everybody."""
        for one in list(self._connections):
            one.end()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def heard(self, words: Iterable[str]) -> None:
        """A transaction of this process was committed, and has done this."""
        told = list(words)
        if asyncio.get_running_loop().time() - self._elsewhere < BELIEVED_FOR:
            for text in told:
                self._listening.tell(CHANNEL, text)
        self._take(told)

    def _told(self, text: str) -> None:
        if text == LOOKING:
            self._elsewhere = asyncio.get_running_loop().time()
        else:
            self._take((text,))

    def _take(self, words: Iterable[str]) -> None:
        if not self._connections:
            return
        self._words.extend(word for word in map(news.read, words) if word is not None)
        self._stirred.set()

    async def _look(self) -> None:
        """Look words up as long as anybody is connected."""
        loop = asyncio.get_running_loop()
        said = loop.time()
        while self._connections:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stirred.wait(), SAID_EVERY)
            self._stirred.clear()
            if loop.time() - said >= SAID_EVERY:
                self._listening.tell(CHANNEL, LOOKING)
                said = loop.time()
            words = list(self._words)
            self._words.clear()
            if words and self._connections:
                try:
                    await self._looked(words, list(self._connections))
                except Exception:  # noqa: BLE001 - one mistake of ours must not silence everybody
                    _log.exception("streams.broken", words=len(words))
