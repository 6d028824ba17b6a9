"""Streams: who looks on, and what she is told the moment it is committed.

Every transaction says in words what it has done (`actors.rules.news`). Here the words of this
process, and of the others on the same PostgreSQL, become events for the connections that are open:
each word is looked up once, with the eyes of each organisation that looks on, in one short reading
transaction. With nobody connected anywhere nothing is looked up and nothing is said.

Events are told at most once and are not kept: whoever was away asks for its timelines, as apps do.
A reader who is too slow is disconnected, so that nobody's queue grows for ever; one whose token
holds no longer is disconnected within `CHECKED_EVERY`, whatever ended it.

What is to be told is told by a task that lasts as long as there is anything: a connection that is
silent needs none for that.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

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

CHECKED_EVERY: Final = 4.0
"""Seconds between two looks at whether the tokens of all readers still hold: whoever was shut out
hears nothing more five seconds later, also where no word was said of it."""

MOST_WORDS: Final = 2_000
"""Words that wait to be looked up; the oldest are dropped, because news that is late is none."""

MOST_EVENTS: Final = 200
"""Events that wait for one reader: one who is slower than that is disconnected."""

MOST_CONNECTIONS: Final = 5_000
"""Of one process: each costs four kilobytes as a WebSocket, fifteen otherwise, and a descriptor."""

MOST_OF_ONE: Final = 100
"""Of one organisation: its members with all their devices."""

BEAT: Final = 15.0
"""Seconds after which a reader is sent a sign of life, as with Mastodon."""

FAREWELL: Final = 2.0
"""Seconds that a reader has to hear that it is over, before the line is cut."""

_log = structlog.stdlib.get_logger("federation.streams")


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: its name in Mastodon's words, and the hashtag or list that it is about.

    `said` is what the reader calls that: apps look for their own spelling in what they are told.
    """

    name: str
    about: str = ""
    said: str = field(default="", compare=False)

    @property
    def label(self) -> list[str]:
        """As events name it."""
        return [self.name, self.said or self.about] if self.about else [self.name]


@dataclass(frozen=True, slots=True)
class Event:
    """What a reader is told: the streams it belongs to, what happened, and the text of it."""

    streams: tuple[Stream, ...]
    name: str
    payload: str | None


class Line(Protocol):
    """The wire to one reader."""

    async def tell(self, event: Event | None) -> None:
        """Send an event, or with None a sign of life."""

    async def hang_up(self) -> None:
        """Say that it is over."""

    def cut(self) -> None:
        """End it without a word."""


@dataclass(eq=False, slots=True)
class Connection:
    """One reader.

    Attributes:
        secret: the digest of the token she came with.
        owner_id: the organisation she looks for.
        scopes: what her token opens.
        line: how she is told; None before she has one.
        streams: what she listens to.
        waiting: what she is to be told.
        is_over: she is to be disconnected.
        wants_beats: her line gives no sign of life by itself.
    """

    secret: str
    owner_id: int
    scopes: frozenset[str] = frozenset()
    line: Line | None = None
    streams: set[Stream] = field(default_factory=set)
    waiting: list[Event | None] = field(default_factory=list)  # an empty deque has 600 bytes
    is_over: bool = False
    wants_beats: bool = False
    _teller: asyncio.Task[None] | None = None

    def tell(self, event: Event | None) -> None:
        """Put an event into her queue; a queue that is full ends the connection at once."""
        if self.is_over:
            return
        if len(self.waiting) >= MOST_EVENTS:
            self.is_over = True
            self.waiting.clear()
            if self.line is not None:
                self.line.cut()
            return
        self.waiting.append(event)
        self._begin()

    def end(self) -> None:
        """Disconnect her: what she was to be told before she is not told any more."""
        if not self.is_over:
            self.is_over = True
            self.waiting.clear()
            self._begin()

    async def ended(self) -> None:
        """Wait until she was told all that she is told, or was cut off."""
        if self._teller is not None:
            await asyncio.wait([self._teller])

    def _begin(self) -> None:
        if self.line is not None and self._teller is None:
            self._teller = asyncio.create_task(self._tell(self.line), name="streams.tell")

    async def _tell(self, line: Line) -> None:
        """Tell what waits, and then be gone; who does not listen is cut off by the next events."""
        try:
            while self.waiting and not self.is_over:
                await line.tell(self.waiting.pop(0))
            if self.is_over:
                async with asyncio.timeout(FAREWELL):
                    await line.hang_up()
        except (ConnectionError, TimeoutError):
            self.is_over = True
            line.cut()
        finally:
            self._teller = None


Looked = Callable[[list[Word], list[Connection]], Awaitable[None]]
"""Looks words up, and tells connections."""

Checked = Callable[[list[Connection]], Awaitable[None]]
"""Ends those connections whose tokens hold no longer."""


class Streams:
    """The connections of this process.

    Args:
        database: whose transactions say what they have done.
        listening: what other processes tell.
        looked: looks words up for connections.
        checked: ends connections that may no longer be.
    """

    def __init__(
        self, database: Database, listening: Listening, looked: Looked, checked: Checked
    ) -> None:
        self._listening = listening
        self._looked = looked
        self._checked = checked
        self._words: deque[Word] = deque(maxlen=MOST_WORDS)
        self._stirred = asyncio.Event()
        self._connections: set[Connection] = set()
        self._owners: dict[int, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._elsewhere = float("-inf")
        database.on_news = self.heard
        listening.hear(CHANNEL, self._told, self._missed)

    @property
    def is_full(self) -> bool:
        """There is no room for another reader."""
        return len(self._connections) >= MOST_CONNECTIONS

    def of(self, owner_id: int) -> int:
        """How many readers one organisation has."""
        return self._owners.get(owner_id, 0)

    def open(self, connection: Connection) -> None:
        """Somebody looks on."""
        self._connections.add(connection)
        self._owners[connection.owner_id] = self.of(connection.owner_id) + 1
        self._listening.tell(CHANNEL, LOOKING)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look(), name="streams")

    def close(self, connection: Connection) -> None:
        """She looks on no longer."""
        if connection in self._connections:
            self._connections.discard(connection)
            left = self.of(connection.owner_id) - 1
            self._owners[connection.owner_id] = left
            if not left:
                del self._owners[connection.owner_id]

    def _beat(self) -> None:
        """Give those to whom nothing else is told a sign of life, where the line has none."""
        for one in self._connections:
            if one.wants_beats and not one.waiting:
                one.tell(None)

    async def stop(self) -> None:
        """Disconnect everybody, and wait until they have heard it."""
        leaving = list(self._connections)
        for one in leaving:
            one.end()
        await asyncio.gather(*(one.ended() for one in leaving))
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

    def _missed(self) -> None:
        """We hear others (again): who looks on elsewhere may have said so while we did not."""
        self._elsewhere = asyncio.get_running_loop().time()
        if self._connections:
            self._listening.tell(CHANNEL, LOOKING)

    def _take(self, words: Iterable[str]) -> None:
        if not self._connections:
            return
        self._words.extend(word for word in map(news.read, words) if word is not None)
        self._stirred.set()

    async def _look(self) -> None:
        """Look words up as long as anybody is connected."""
        clock = asyncio.get_running_loop().time
        said = checked = beaten = clock()
        while self._connections:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stirred.wait(), CHECKED_EVERY)
            self._stirred.clear()
            if clock() - said >= SAID_EVERY:
                self._listening.tell(CHANNEL, LOOKING)
                said = clock()
            if clock() - beaten >= BEAT:
                self._beat()
                beaten = clock()
            words = list(dict.fromkeys(self._words))
            self._words.clear()
            is_due = clock() - checked >= CHECKED_EVERY
            if is_due or any(word.kind == news.TOKENS for word in words):
                await self._tried(self._checked(list(self._connections)))
                checked = clock()
            if words and self._connections:
                await self._tried(self._looked(words, list(self._connections)))

    async def _tried(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception:  # noqa: BLE001 - one mistake of ours must not silence everybody
            _log.exception("streams.broken")
