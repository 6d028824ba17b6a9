"""Remembered: what was made of rows, until one of them is written; on SQLite, in one process.

To say what a status is takes a dozen questions, and everybody on whose page it stands asks them
again. So what is the same for everybody is made once. Whoever makes something names the rows it was
made of: by their ids, which one clock gives to all tables, and by the ids on the wire under which
other rows name them. As soon as one of these is written, it is made anew.

What this process writes is said by triggers on the one connection that it writes with (`watch`), so
that no verb can forget to. They are temporary: the file knows nothing of them. What another process
commits, an operator's command for example, is seen by the number of commits in SQLite's own header
(`actors.changes`); everything is forgotten then. On PostgreSQL nobody can say either so cheaply,
and nothing is remembered.

    look = remembered.at(session)   # of the moment before anything was read
    found = look.get(name)          # what was made of the rows as they are now
    look.keep(name, thing, rows)    # not kept if one of the rows was written meanwhile

A row counts as written when it is, and once more when that is committed or undone: what was read in
between was made of what stood there before. Who writes sees what is not committed yet, and so do
the others who share the commit, but nobody else: what is made in a transaction that writes is for
such transactions alone.
"""

import sqlite3
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

MOST_OF_A_KIND: Final = 2_000
"""Accounts, statuses and what passes one on, of some four, three and one kilobytes each: whom one
follows, and what is read at the same time. Kinds are counted apart, so that who reads old things
pushes out no accounts."""

MOST_FOR_WRITERS: Final = 500
"""The same for those who write, of two kilobytes each: who speaks to us, and who listens to them.
Most of what comes is said by few."""

MOST_WRITTEN: Final = 50_000
"""Rows of which it is known when they were written, some six megabytes; then all is forgotten. A
busy instance writes so many in some minutes."""

EVERYTHING: Final = 0
"""No row has this id: when it is written, all is forgotten."""

Name = tuple[str, Hashable]
"""Of what kind a thing is, and which one."""

LOOK: Final = "look"
"""Under this name stands, in a session, what is remembered."""

_FUNCTION: Final = "essaim_written"

_WATCHED: Final = (
    ("actor", ("id", "iri")),
    ("remark", ("id", "iri", "actor_id", "in_reply_to")),
    ("model", ("id", "iri", "actor_id")),
    ("follow", ("follower_id", "followee_id")),
    ("like", ("object_iri",)),
    ("boost", ("id", "object_iri")),
    ("quote", ("remark_id", "quoted_iri")),
    ("media_use", ("subject_id",)),
    ("host", ("name",)),
)
"""Each table, and the columns that name what its rows are a part of."""

_WATCHED_WHOLE: Final = (
    *("follow", "block", "host_block", "mute", "acquaintance", "commons"),
    *("hidden_thread", "notice_policy", "push_subscription"),
)
"""Tables that are written so seldom that one name stands for all their rows: their own."""


def _triggers() -> Iterator[str]:
    """What says who was written, and whose parts they are."""
    for table, columns in _WATCHED:
        old, new = (", ".join(f"{row}.{one}" for one in columns) for row in ("OLD", "NEW"))
        for event, named in (("INSERT", new), ("UPDATE", f"{old}, {new}"), ("DELETE", old)):
            yield _trigger(f"{table}_{event}", event, table, f"{_FUNCTION}({named})")
    for table in _WATCHED_WHOLE:
        for event in ("INSERT", "UPDATE", "DELETE"):
            yield _trigger(f"any_{table}_{event}", event, table, f"{_FUNCTION}('{table}')")
    # What quotes something counts for it only while it is not deleted.
    quoting = f"{_FUNCTION}(quoted_iri) FROM quote WHERE remark_id = NEW.id"
    yield _trigger("remark_quoting", "UPDATE", "remark", quoting)
    showing = f"{_FUNCTION}(subject_id) FROM media_use WHERE media_id = NEW.id"
    yield _trigger("media_shown", "UPDATE", "media", showing)
    # Of what came only that counts which waits: for whoever said it has more to say.
    for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        waits = f"{_FUNCTION}({row}.speaker) WHERE {row}.state = 'waiting'"
        yield _trigger(f"received_{event}_{row}", event, "received", waits)
    # Of whom a blocked host hides nobody knows where they are missing.
    shut = f"{_FUNCTION}({EVERYTHING}) WHERE OLD.shut_at IS NOT NEW.shut_at"
    yield _trigger("actor_shut", "UPDATE OF shut_at", "actor", shut)


def _trigger(name: str, event: str, table: str, told: str) -> str:
    return (
        f'CREATE TEMP TRIGGER written_{name.lower()} AFTER {event} ON main."{table}" '
        f"FOR EACH ROW BEGIN SELECT {told}; END"
    )


def _nobody_counts() -> int | None:
    """The number of all commits, before anybody can say it."""
    return None


class Memory:
    """What one process remembers, and what it knows of what was written."""

    def __init__(self) -> None:
        self._commits: Callable[[], int | None] = _nobody_counts
        # Of each kind, for those who write and those who only read; what was wanted last is last.
        self._kinds: defaultdict[tuple[str, bool], OrderedDict[Name, _Kept]] = defaultdict(
            OrderedDict
        )
        self._written: dict[Hashable, int] = {}
        self._clock = 1
        self._since = 1  # what was made before is forgotten
        self._known = -1  # the number of commits of which all is known
        self._is_writing = False
        self._changes = 0
        self._pending: set[Hashable] = set()
        self._is_told = False

    def __len__(self) -> int:
        """How many things are remembered."""
        return sum(map(len, self._kinds.values()))

    def begin(self, commits: Callable[[], int | None]) -> None:
        """Remember from now on.

        Args:
            commits: the number of all commits, whoever made them; None when nobody can say.
        """
        self._commits = commits

    def watch(self, connection: sqlite3.Connection) -> None:
        """Be told of what this connection writes; it is the only one of this process that does.

        Where the tables are not made yet, nothing is told, and nothing remembered.
        """
        self._is_told = False
        connection.create_function(_FUNCTION, -1, self._hear)
        try:
            for trigger in _triggers():
                connection.execute(trigger)
        except sqlite3.OperationalError:
            return
        self.forget()
        self._is_told = True

    def begun(self, changes: int) -> None:
        """Somebody has the right to write: from here on nobody else commits.

        Args:
            changes: how many rows this connection has written since it was opened.
        """
        self._settle()
        commits = self._commits()
        if commits is None or commits != self._known:
            self.forget()
            self._known = -1 if commits is None else commits
        self._is_writing, self._changes = True, changes

    def ended(self, changes: int, *, is_plain: bool) -> None:
        """What was written is committed, or undone.

        Args:
            changes: as above, now.
            is_plain: it is committed, and no part of it was undone.
        """
        self._settle()
        self._is_writing = False
        commits = self._commits()
        expected = self._known + (1 if changes > self._changes else 0)
        if commits != expected or not is_plain:
            self.forget()  # somebody else has committed too, or who knows
        self._known = -1 if commits is None else commits

    def look(self) -> "Look":
        """What is remembered at this moment, for a transaction that reads from now on."""
        commits = self._commits()
        if commits is None or not self._is_told:
            return NOTHING
        is_ours = self._is_writing and commits == self._known + 1
        if commits != self._known and not is_ours:
            self.forget()
            if self._is_writing:
                return NOTHING
            self._known = commits
        return Look(self, self._clock)

    def turn(self) -> "Look":
        """The same for a transaction that writes, after somebody `begun`.

        What it reads after having written is not kept: it may be undone yet.
        """
        return Look(self, self._clock, writes=True) if self._is_told else NOTHING

    def get(self, name: Name, *, writes: bool) -> Any | None:
        """What was made of rows that were not written since."""
        things = self._kinds[name[0], writes]
        kept = things.get(name)
        if kept is None:
            return None
        if not self._holds(kept.rows, kept.at):
            del things[name]
            return None
        things.move_to_end(name)
        return kept.thing

    def keep(
        self, name: Name, thing: Any, rows: Iterable[Hashable], at: int, *, writes: bool
    ) -> None:
        """Keep what was made of rows that were read after this moment."""
        made_of = tuple(rows)
        if self._holds(made_of, at):
            things = self._kinds[name[0], writes]
            things[name] = _Kept(thing, made_of, at)
            things.move_to_end(name)
            if len(things) > (MOST_FOR_WRITERS if writes else MOST_OF_A_KIND):
                things.popitem(last=False)

    def _holds(self, rows: tuple[Hashable, ...], at: int) -> bool:
        if at < self._since:
            return False
        written = self._written
        return all(written.get(one, 0) <= at for one in rows)

    def _hear(self, *rows: Hashable) -> None:
        """A trigger says: these were written, or something of theirs."""
        if EVERYTHING in rows:
            self.forget()
        self._pending.update(rows)
        self._note(rows)

    def _settle(self) -> None:
        if EVERYTHING in self._pending:
            self.forget()
        self._note(self._pending)
        self._pending.clear()

    def _note(self, rows: Iterable[Hashable]) -> None:
        self._clock += 1
        self._written.update(dict.fromkeys(rows, self._clock))
        if len(self._written) > MOST_WRITTEN:
            self.forget()

    def forget(self) -> None:
        """All of it: what is asked for from now on is made anew."""
        self._clock += 1
        self._since = self._clock
        self._kinds.clear()
        self._written.clear()


@dataclass(frozen=True, slots=True)
class _Kept:
    thing: Any
    rows: tuple[Hashable, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Look:
    """What is remembered, for one transaction.

    Attributes:
        memory: of this process; None where nothing may be believed.
        at: the moment before anything was read.
        writes: the transaction is one that writes.
    """

    memory: Memory | None
    at: int
    writes: bool = False

    def get(self, name: Name) -> Any | None:
        """What was made under this name, if none of its rows was written since."""
        return None if self.memory is None else self.memory.get(name, writes=self.writes)

    def keep(self, name: Name, thing: Any, rows: Iterable[Hashable]) -> None:
        """Keep what was made in this transaction of these rows; nobody changes it from now on."""
        if self.memory is not None:
            self.memory.keep(name, thing, rows, self.at, writes=self.writes)


NOTHING: Final = Look(None, 0)
"""Where nobody says what is written."""


def at(session: AsyncSession) -> Look:
    """What this transaction may believe."""
    look: Look = session.info.get(LOOK, NOTHING)
    return look
