"""The inbox: accept once, claim, settle.

An activity is one row under its own id before anybody is answered, so a duplicate has no second
effect and kill -9 loses nothing. A claim expires: work whose worker died is taken up again.
Settling happens in the same transaction as the effect, so an effect is never repeated.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import BindParameter, Text, and_, bindparam, literal_column, or_, select, update

import activitypub.vocabulary as ap
from activitypub.authority import Heard
from activitypub.iris import Iri, host
from actors import remembered
from actors.database import Session, as_read, columns, holder_of, insert_once, waits_in
from actors.errors import NotYet
from actors.mail import claims, hosts
from actors.mail.claims import WAITING
from actors.plain import Plain, padded
from actors.rules import hosts as rules
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.commons import Commons
from actors.tables.host import Host
from actors.tables.mail import Received

DONE, REFUSED, PARKED = "done", "refused", "parked"

NOBODY = "concerns nobody"
"""Why an activity had no effect when it came; it may have one later, when somebody follows."""

CLAIM = timedelta(minutes=5)
"""How long one activity may take, its fetches included (20 fetches of at most 10 s)."""


@dataclass(frozen=True)
class Letter:
    """A claimed row, as plain values: nothing of the database stays open while it is worked on."""

    id: int
    activity_iri: str
    speaker: str
    vouched: str
    document: bytes
    tries: int
    received_at: datetime


@dataclass(frozen=True)
class Standing:
    """How somebody who speaks to us stands here.

    Attributes:
        host: theirs.
        actor: their row; None when they are not remembered.
        is_blocked: nothing is taken from their host.
        is_failing: mail of ours waits for their host, which speaks now.
        is_behind: something that they said before waits for its effect.
        has_commons: there is a commons here, which may have to pass on what they say.
    """

    host: str
    actor: Actor | None
    is_blocked: bool
    is_failing: bool
    is_behind: bool
    has_commons: bool = True


_SPEAKER: BindParameter[str] = bindparam("speaker")
_HOST: BindParameter[str] = bindparam("host")
_HOSTS, _RECEIVED = columns(Host).c, columns(Received).c
_FAILING = select(_HOSTS.id).where(_HOSTS.name == _HOST, _HOSTS.failures > 0)
# In letters, because a database uses the index of those who wait only where it reads the word.
_WAITS = _RECEIVED.state == literal_column(f"'{WAITING}'")
_COMMONS = select(columns(Commons).c.id).limit(1).scalar_subquery()
_BEHIND = select(_RECEIVED.id).where(_RECEIVED.speaker == _SPEAKER, _WAITS)


@cache
def _asking(names: int) -> Plain:
    """How a speaker stands, for so many names of their host."""
    covering = [bindparam(f"name_{place}", type_=Text()) for place in range(names)]
    blocked = select(_HOSTS.id).where(_HOSTS.name.in_(covering), _HOSTS.is_blocked.is_(True))
    actor = columns(Actor)
    return Plain(
        select(
            *(blocked.exists(), _FAILING.exists(), _BEHIND.exists(), _COMMONS.is_not(None)),
            *actor.columns,
        ).where(actor.c.iri == _SPEAKER)
    )


async def standing(session: Session, speaker: Iri) -> Standing:
    """How somebody who speaks to us stands here: one question, because each activity asks it."""
    name = host(speaker)
    look, subject = remembered.at(session), ("standing", speaker)
    known = look.get(subject)
    if known is None:
        names = rules.covering(name.lower())
        covering = padded(names)
        values = {f"name_{place}": one for place, one in enumerate(covering)}
        values |= {"speaker": speaker, "host": name}
        rows = await _asking(len(covering)).rows(session, values)
        if not rows:
            is_blocked = await hosts.is_blocked(session, name)
            return Standing(name, None, is_blocked, is_failing=True, is_behind=False)
        known = rows[0]
        look.keep(subject, known, (speaker, name, *names, "commons"))
    is_blocked, is_failing, is_behind, has_commons, *actor = known
    return Standing(
        name,
        as_read(session, Actor, actor),
        is_blocked=bool(is_blocked),
        is_failing=bool(is_failing),
        is_behind=bool(is_behind),
        has_commons=bool(has_commons),
    )


async def admitted(session: Session, speaker: Iri) -> Standing | None:
    """How a speaker stands whose host is well, because it speaks; None where it is blocked."""
    found = await standing(session, speaker)
    if found.is_blocked:
        return None
    if found.is_failing:
        await hosts.heard_from(session, found.host)
    return found


async def wait(session: Session, site: Site, heard: Heard[ap.Activity], body: bytes) -> bool:
    """Accept an activity, once; a worker sees to its effect. False when its id is known."""
    return await put(
        session,
        site,
        activity_iri=str(heard.activity.id),
        speaker=heard.speaker,
        vouched=heard.vouched.name,
        document=body,
    )


async def put(
    session: Session,
    site: Site,
    *,
    activity_iri: str,
    speaker: str,
    vouched: str,
    document: bytes,
    state: str = WAITING,
    reason: str = "",
) -> bool:
    """Write the row of one activity; False when its id is known.

    What is settled from the beginning has no document.
    """
    now = site.now()
    if state == WAITING:
        waits_in(session, Received)
    return await insert_once(
        session,
        Received,
        {
            "id": site.new_id(),
            "activity_iri": activity_iri,
            "speaker": speaker,
            "vouched": vouched,
            "document": document,
            "state": state,
            "reason": reason,
            "tries": 0,
            "received_at": now,
            "due_at": now,
        },
    )


async def unsettled(
    session: Session, activity_iris: Collection[str], *, before: datetime
) -> frozenset[str]:
    """Which of these activities may still have an effect, if they are put (again).

    Those that are unknown, and those that came before that moment in vain: because they concerned
    nobody here then, or because what they needed was not to be had.
    """
    in_vain = or_(Received.state == REFUSED, Received.reason == NOBODY)
    known = await session.scalars(
        select(Received.activity_iri).where(
            Received.activity_iri.in_(activity_iris),
            ~and_(in_vain, Received.received_at < before),
        )
    )
    return frozenset(activity_iris).difference(known)


async def put_again(
    session: Session, site: Site, *, activity_iri: str, speaker: str, vouched: str, document: bytes
) -> None:
    """Write the row of one activity that `unsettled` has named, or let it wait once more."""
    is_new = await put(
        session,
        site,
        activity_iri=activity_iri,
        speaker=speaker,
        vouched=vouched,
        document=document,
    )
    if not is_new:
        now = site.now()
        await session.execute(
            update(Received)
            .where(
                Received.activity_iri == activity_iri,
                Received.speaker == speaker,
                or_(Received.state == REFUSED, Received.reason == NOBODY),
            )
            .values(
                vouched=vouched,
                document=document,
                state=WAITING,
                reason="",
                tries=0,
                received_at=now,
                due_at=now,
            )
        )


async def claim(
    session: Session, site: Site, limit: int, *, passing_over: Collection[str] = ()
) -> list[Letter]:
    """Take the oldest activities that are due and that nobody works on.

    What somebody says while another process is at earlier words of theirs waits for that process.

    Args:
        session: an open transaction.
        site: the time.
        limit: how many, at most.
        passing_over: origins whose activities wait for now.
    """
    now = site.now()
    await claims.turn(session, Received)
    elsewhere = select(Received.speaker).where(
        Received.claimed_until > now, Received.claimed_by != holder_of(session)
    )
    others = [~Received.speaker.startswith(f"{one}/", autoescape=True) for one in passing_over]
    due = (
        select(Received.id)
        .where(
            Received.state == WAITING,
            Received.due_at <= now,
            claims.is_free(Received, now),
            Received.speaker.not_in(elsewhere),
            *others,
        )
        .order_by(Received.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = await claims.take(session, Received, due, now=now, until=now + CLAIM)
    if not taken:
        return []
    rows = await session.scalars(
        select(Received).where(Received.id.in_(taken)).order_by(Received.id)
    )
    return [
        Letter(
            row.id,
            row.activity_iri,
            row.speaker,
            row.vouched,
            row.document,
            row.tries,
            row.received_at,
        )
        for row in rows
    ]


async def settle(session: Session, received_id: int, *, state: str, reason: str = "") -> None:
    """The activity has had its effect, or never will; its id stays for ever, its text goes.

    Raises:
        NotYet: this process was thought dead, and another has taken the activity up: the
            transaction, with the effect in it, must be undone.
    """
    settled = await session.scalars(
        update(Received)
        .where(Received.id == received_id, claims.ours(session, Received))
        .values(state=state, reason=reason, document=b"", claimed_until=None)
        .returning(Received.id)
        .execution_options(synchronize_session=False)
    )
    if settled.first() is None:
        raise NotYet("another process has taken this activity up meanwhile")


async def park(session: Session, received_id: int, *, reason: str) -> None:
    """A bug of ours stands in the way: keep the text, so that a mended version can try again."""
    await session.execute(
        update(Received)
        .where(Received.id == received_id, claims.ours(session, Received))
        .values(state=PARKED, reason=reason, claimed_until=None)
    )


async def postpone(session: Session, received_id: int, *, reason: str, until: datetime) -> None:
    """Something it needs is not to be had now: try again then."""
    await session.execute(
        update(Received)
        .where(Received.id == received_id, claims.ours(session, Received))
        .values(tries=Received.tries + 1, reason=reason, due_at=until, claimed_until=None)
    )


async def next_due(session: Session) -> datetime | None:
    """When the next activity wants attention."""
    return await session.scalar(
        select(Received.due_at).where(Received.state == WAITING).order_by(Received.due_at).limit(1)
    )
