"""What is accepted acts at once where it can, in order, and at a price that does not grow."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from together.stranger import AS2, Document, Stranger
from together.street import House, Street

from activitypub import markup
from activitypub.signatures.keys import PrivateKey
from actors.database import Database
from actors.embedded.driver import Connection
from actors.mail import inbox
from actors.tables.journal import Heard
from actors.tables.mail import Received
from actors.tables.remark import Remark
from actors.verbs import blocking
from actors.views import notices
from actors.views.paging import Page
from federation.app_keys import JOURNAL

COOP = "https://alpha.test/actors/coop"
PUBLIC = f"{AS2}#Public"

STATEMENTS = 9
"""For a note with a hashtag, addressed to one of ours: how its speaker stands, the activity's row,
what is known of the note, who listens, the note, its hashtag, who follows that, the notice, the
journal. Each further one costs every inbox 20 to 50 µs of a core; one that goes through SQLAlchemy
(`actors.plain`), 100 to 300."""

KEEPING_APART = ("BEGIN", "SAVEPOINT", "RELEASE")
"""What groups transactions, and asks nothing."""


class Asked:
    """What is asked of any database: by SQLAlchemy, and past it by the driver's bare cursor."""

    def __init__(self) -> None:
        self.by_sqlalchemy: list[str] = []
        self.barely: list[str] = []

    @property
    def all(self) -> list[str]:
        return [*self.barely, *self.by_sqlalchemy]


@contextmanager
def statements() -> Iterator[Asked]:
    """Everything that is asked meanwhile."""
    asked = Asked()

    def note(*arguments: object) -> None:
        asked.by_sqlalchemy.append(str(arguments[2]))

    def at_once(connection: Connection, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        if not sql.startswith(KEEPING_APART):
            asked.barely.append(sql)
        return whole(connection, sql, parameters)

    whole = Connection.at_once
    event.listen(Engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "at_once", at_once)
        try:
            yield asked
        finally:
            event.remove(Engine, "before_cursor_execute", note)


def created(mallory: Stranger, number: int, **changes: object) -> Document:
    addressed = {"to": [PUBLIC], "cc": [COOP]}
    tag = {"type": "Hashtag", "name": "#velo", "href": f"{mallory.origin}/tags/velo"}
    note = mallory.note(f"/notes/{number}", tag=[tag], **addressed, **changes)
    return mallory.activity("Create", note, **addressed)


async def remarks(alpha: House) -> list[str]:
    async with alpha.read() as session:
        return list(await session.scalars(select(Remark.iri).order_by(Remark.id)))


async def states(alpha: House) -> list[tuple[str, bytes]]:
    async with alpha.read() as session:
        rows = await session.scalars(select(Received).order_by(Received.id))
        return [(row.state, row.document) for row in rows]


async def test_a_note_is_there_as_soon_as_it_was_accepted(alpha: House, mallory: Stranger) -> None:
    assert (await mallory.send(alpha, created(mallory, 1))).status == 202
    assert await remarks(alpha) == [f"{mallory.origin}/notes/1"]
    assert await states(alpha) == [("done", b"")]
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        told = await notices.of(session, coop, Page())
        heard = list(await session.scalars(select(Heard.disposition)))
    assert [one.notice.kind for one in told] == ["mention"]
    assert heard == ["accepted"]
    assert await alpha.settle() == 0


async def test_what_concerns_nobody_is_settled_with_that_reason(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    assert (await mallory.send(alpha, mallory.activity("Arrive", COOP))).status == 202
    async with alpha.read() as session:
        row = (await session.scalars(select(Received))).one()
        heard = list(await session.scalars(select(Heard.disposition)))
    assert (row.state, row.reason) == (inbox.DONE, inbox.NOBODY)
    assert heard == ["ignored:type"]
    said = [one["event"] for one in street.events if str(one["event"]).startswith("inbox.")]
    assert said == ["inbox.accepted", "inbox.ignored"]
    assert alpha.app[JOURNAL].inbox["accepted"] == 1


async def test_the_price_of_a_note_is_bounded(alpha: House, mallory: Stranger) -> None:
    for number in (1, 2):
        assert (await mallory.send(alpha, created(mallory, number))).status == 202
    await alpha.app[JOURNAL].flush()
    activity = created(mallory, 3)
    with statements() as asked:
        assert (await mallory.send(alpha, activity, path="/actors/coop/inbox")).status == 202
        assert (await mallory.send(alpha, created(mallory, 4))).status == 202
    assert len(asked.all) <= 2 * STATEMENTS + 1, "\n".join(asked.all)
    # The first one has asked once whether there is such an inbox; all else goes the short way.
    assert len(asked.by_sqlalchemy) <= 1, "\n".join(asked.by_sqlalchemy)
    assert len(await remarks(alpha)) == 4


async def test_a_forgery_by_a_known_key_costs_no_question(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    for number in (1, 2):
        assert (await mallory.send(alpha, created(mallory, number))).status == 202
    stolen = PrivateKey.from_pem(street.next_keys().rsa)
    forgery = created(mallory, 3)
    assert (await mallory.send(alpha, forgery, key=stolen)).status == 401  # the key is read again
    await alpha.app[JOURNAL].flush()
    with statements() as asked:
        assert (await mallory.send(alpha, forgery, key=stolen)).status == 401
    assert asked.all == []
    assert street.refusals() == ["signature-syntax"] * 2


async def test_nothing_overtakes_what_its_speaker_said_before(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    follower = await alpha.organisation("lecteurs")
    await alpha.follow(follower, mallory.iri)
    await street.settle()
    await mallory.send(alpha, mallory.activity("Accept", mallory.told[-1]))
    # What is passed on has to be read first.
    mallory.note("/notes/1", attributedTo=mallory.iri)
    announce = mallory.activity("Announce", f"{mallory.origin}/notes/1")
    assert (await mallory.send(alpha, announce)).status == 202
    undo = mallory.activity("Undo", announce)
    assert (await mallory.send(alpha, undo)).status == 202
    assert [state for state, _ in await states(alpha)][-2:] == ["waiting", "waiting"]
    await street.settle()
    assert [state for state, _ in await states(alpha)][-2:] == ["done", "done"]
    assert await remarks(alpha) == [f"{mallory.origin}/notes/1"]
    assert (await mallory.send(alpha, created(mallory, 2))).status == 202
    assert [state for state, _ in await states(alpha)][-1:] == ["done"]


async def test_what_is_refused_by_its_meaning_leaves_nothing_but_the_reason(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    assert (await mallory.send(alpha, created(mallory, 1))).status == 202
    coop = await alpha.actor("coop")
    async with alpha.begin() as session:
        row = (await session.scalars(select(Remark))).one()
        row.actor_id = coop.id  # somebody else's, as far as we know
    note = mallory.note("/notes/1", content="<p>Autre</p>", updated="2026-03-02T08:30:00Z")
    assert (await mallory.send(alpha, mallory.activity("Update", note))).status == 202
    assert [state for state, _ in await states(alpha)] == ["done", "waiting"]
    await street.settle()
    assert [state for state, _ in await states(alpha)] == ["done", "refused"]
    assert street.refusals() == ["not-owner"]


@pytest.mark.parametrize("by", ["this process", "another process"])
async def test_a_block_counts_for_the_next_request(
    street: Street, alpha: House, mallory: Stranger, by: str
) -> None:
    for number in (1, 2):
        assert (await mallory.send(alpha, created(mallory, number))).status == 202
    other = Database(alpha.settings.database.url)
    try:
        database = alpha.database if by == "this process" else other
        async with database.begin() as session:
            await blocking.shut(session, alpha.site, mallory.host, reason="spam")
    finally:
        await other.close()
    assert (await mallory.send(alpha, created(mallory, 3))).status == 202
    assert len(await remarks(alpha)) == 2
    ends = [one["event"] for one in street.events if str(one["event"]).startswith("inbox.")]
    assert ends[-1] == "inbox.ignored"


async def test_a_key_that_was_changed_counts_for_the_next_request(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    for number in (1, 2):
        assert (await mallory.send(alpha, created(mallory, number))).status == 202
    former, mallory.key = mallory.key, PrivateKey.from_pem(street.next_keys().rsa)
    mallory.documents["/users/mallory"] = (200, mallory.actor())
    assert (await mallory.send(alpha, created(mallory, 3))).status == 202
    assert (await mallory.send(alpha, created(mallory, 4))).status == 202
    assert (await mallory.send(alpha, created(mallory, 5), key=former)).status == 401


@pytest.mark.parametrize("is_embedded", [True, False])
async def test_a_long_text_is_not_cleaned_where_everybody_waits(
    street: Street,
    alpha: House,
    mallory: Stranger,
    monkeypatch: pytest.MonkeyPatch,
    is_embedded: bool,
) -> None:
    cleaner, threads = markup._CLEANER, []

    class Watched:
        def clean(self, html: str) -> str:
            if len(html) >= markup.LONG:
                threads.append(threading.current_thread())
            return cleaner.clean(html)

    monkeypatch.setattr(markup, "_CLEANER", Watched())
    text = f"<p>{is_embedded}</p>" + "<p>Réparer <b>ensemble</b></p>" * 5_000
    activity = created(mallory, 1, content=text)
    if not is_embedded:  # somebody whom coop follows passes it on, and it is read at its origin
        await alpha.follow(await alpha.actor("coop"), mallory.iri)
        await street.settle()
        assert (
            await mallory.send(alpha, mallory.activity("Accept", mallory.told[0]))
        ).status == 202
        activity = mallory.activity("Announce", f"{mallory.origin}/notes/1", to=[PUBLIC])
    assert (await mallory.send(alpha, activity)).status == 202
    await street.settle()
    async with alpha.read() as session:
        (kept,) = await session.scalars(select(Remark.content))
    assert kept.count("ensemble") == 5_000
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
