"""Who of ours listens: for whom is what somebody says?

One question for everything that depends on it: whether a note is kept, on whose timeline it
stands, who is told, and whether more has to be asked before they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Text, and_, bindparam, or_, select, union

from actors import remembered
from actors.database import Session, columns
from actors.plain import Plain, padded
from actors.rules import hosts
from actors.tables.actor import Actor
from actors.tables.block import Block, HostBlock, Mute
from actors.tables.bookmark import HiddenThread
from actors.tables.circle import Acquaintance
from actors.tables.follow import Follow
from actors.tables.holding import NoticePolicy
from actors.tables.push import PushSubscription

MOST_REMEMBERED = 50
"""Addressees and listeners of one author: most notes name two or three. What somebody writes to
hundreds is asked for again, so that nobody fills our memory with lists."""


@dataclass(frozen=True)
class Listener:
    """One of ours who follows somebody, or whom they address.

    Attributes:
        id: of the organisation.
        follows: it follows them.
        is_addressed: it is here, and they address it.
        bars: it wants nothing of them: it blocks them, or their host.
        silences: it does not want to be told what they do.
        reads: it looks at notices; a commons does not.
        heeds: it follows them, and asked to be told of whatever they publish.
        is_simply_told: a notice for it is a row and nothing else: it has silenced no conversation,
            holds nobody's notices back, and has no app that is told while it is closed.
    """

    id: int
    follows: bool
    is_addressed: bool
    bars: bool
    silences: bool
    reads: bool
    heeds: bool
    is_simply_told: bool


_ACTOR, _FOLLOW, _BLOCK = columns(Actor).c, columns(Follow).c, columns(Block).c
_HOST_BLOCK, _MUTE = columns(HostBlock).c, columns(Mute).c
_ACQUAINTANCE, _THREAD = columns(Acquaintance).c, columns(HiddenThread).c
_POLICY, _SUBSCRIPTION = columns(NoticePolicy).c, columns(PushSubscription).c

_AUTHOR: BindParameter[int] = bindparam("author")

_ASKED = tuple(
    table.__tablename__
    for table in (
        *(Follow, Block, HostBlock, Mute, Acquaintance),
        *(HiddenThread, NoticePolicy, PushSubscription),
    )
)
"""What is asked, beside the actors themselves: it holds until anything of these is written."""


@cache
def _asking(addressed: int, names: int) -> Plain:
    """The question, for so many addressees and so many names of a host."""
    named = [bindparam(f"addressed_{place}", type_=Text()) for place in range(addressed)]
    covering = [bindparam(f"host_{place}", type_=Text()) for place in range(names)]
    followers = select(_FOLLOW.follower_id).where(
        _FOLLOW.followee_id == _AUTHOR, _FOLLOW.state == "accepted"
    )
    blocks = select(_BLOCK.id).where(_BLOCK.blocker_id == _ACTOR.id, _BLOCK.blocked_id == _AUTHOR)
    blocks_host = select(_HOST_BLOCK.id).where(
        _HOST_BLOCK.owner_id == _ACTOR.id, _HOST_BLOCK.name.in_(covering)
    )
    mutes = select(_MUTE.id).where(
        _MUTE.muter_id == _ACTOR.id, _MUTE.muted_id == _AUTHOR, _MUTE.hides_notices.is_(True)
    )
    heeds = select(_ACQUAINTANCE.id).where(
        _ACQUAINTANCE.owner_id == _ACTOR.id,
        _ACQUAINTANCE.actor_id == _AUTHOR,
        _ACQUAINTANCE.notifies.is_(True),
    )
    silences_threads = select(_THREAD.id).where(_THREAD.owner_id == _ACTOR.id)
    holds_back = select(_POLICY.id).where(_POLICY.owner_id == _ACTOR.id)
    has_apps = select(_SUBSCRIPTION.id).where(_SUBSCRIPTION.owner_id == _ACTOR.id)
    return Plain(
        select(
            _ACTOR.id,
            _ACTOR.type,
            _ACTOR.id.in_(followers),
            and_(_ACTOR.iri.in_(named), _ACTOR.gone_at.is_(None)),
            or_(blocks.exists(), blocks_host.exists()),
            mutes.exists(),
            heeds.exists(),
            or_(silences_threads.exists(), holds_back.exists(), has_apps.exists()),
        ).where(
            _ACTOR.is_ours.is_(True),
            _ACTOR.id.in_(union(followers, select(_ACTOR.id).where(_ACTOR.iri.in_(named)))),
        )
    )


async def of(session: Session, author: Actor, addressed: Sequence[str]) -> list[Listener]:
    """Those of ours who follow an author, or are addressed by something of theirs.

    Args:
        session: an open transaction.
        author: who speaks.
        addressed: the IRIs of everybody whom it names.
    """
    names = tuple(dict.fromkeys(addressed))
    look, subject = remembered.at(session), ("listeners", (author.id, names))
    rows = look.get(subject)
    if rows is None:
        named, covering = padded(names), padded(hosts.covering(author.host))
        values: dict[str, Any] = {"author": author.id}
        values |= {f"addressed_{place}": name for place, name in enumerate(named)}
        values |= {f"host_{place}": name for place, name in enumerate(covering)}
        rows = await _asking(len(named), len(covering)).rows(session, values)
        if len(names) + len(rows) <= MOST_REMEMBERED:
            look.keep(subject, rows, (*_ASKED, *names, *(row[0] for row in rows)))
    is_shut = author.shut_at is not None
    return [
        Listener(
            id=row[0],
            follows=bool(row[2]),
            is_addressed=bool(row[3]),
            bars=is_shut or bool(row[4]),
            silences=is_shut or bool(row[4] or row[5]),
            reads=row[1] != "Group",
            heeds=bool(row[2] and row[6]),
            is_simply_told=not row[7],
        )
        for row in rows
    ]
