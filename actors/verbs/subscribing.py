"""Subscribing: hashtags that one of ours follows, and those that it shows on its profile.

Public remarks with a hashtag that one follows stand on the home timeline from then on.
"""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Text, bindparam, delete, func, select

from actors.database import Session, columns, insert_once
from actors.errors import Unwise
from actors.plain import Plain, padded
from actors.rules.speech import tag_name
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.remark import Remark
from actors.tables.subject import FollowedSubject, ShownSubject
from actors.verbs import distributing

MOST_FOLLOWED = 200
"""Hashtags that one organisation follows: each new remark with a hashtag is compared."""

LONGEST_NAME = 200
"""Characters of a hashtag: what is longer is no subject that anybody else would name."""

MOST_SHOWN = 10
"""Hashtags on a profile, as on Mastodon."""


async def follow(session: Session, site: Site, us: Actor, name: str) -> str:
    """Follow a hashtag; again: no change.

    Returns:
        Its name, folded.

    Raises:
        Unwise: it is none, or there are enough.
    """
    folded = _folded(name)
    count = select(func.count()).where(FollowedSubject.owner_id == us.id)
    if (await session.scalar(count) or 0) >= MOST_FOLLOWED:
        raise Unwise(f"At most {MOST_FOLLOWED} hashtags can be followed.")
    await insert_once(session, FollowedSubject, _row(site, us, folded))
    return folded


async def unfollow(session: Session, _: Site, us: Actor, name: str) -> None:
    """Follow it no longer."""
    await session.execute(
        delete(FollowedSubject).where(
            FollowedSubject.owner_id == us.id, FollowedSubject.name == _folded(name)
        )
    )


async def show(session: Session, site: Site, us: Actor, name: str) -> str:
    """Show a hashtag on the profile; again: no change.

    Returns:
        Its name, folded.

    Raises:
        Unwise: it is none, or there are enough.
    """
    folded = _folded(name)
    count = select(func.count()).where(ShownSubject.owner_id == us.id, ShownSubject.name != folded)
    if (await session.scalar(count) or 0) >= MOST_SHOWN:
        raise Unwise(f"At most {MOST_SHOWN} hashtags stand on a profile.")
    await insert_once(session, ShownSubject, _row(site, us, folded))
    return folded


async def hide(session: Session, _: Site, us: Actor, name: str) -> None:
    """Show it no longer."""
    await session.execute(
        delete(ShownSubject).where(ShownSubject.owner_id == us.id, ShownSubject.name == name)
    )


async def put_before_followers(
    session: Session, site: Site, remark: Remark, hashtags: Collection[str]
) -> None:
    """Put a new public remark on the timelines of those of ours who follow one of its hashtags.

    Args:
        session: an open transaction.
        site: our clock and ids.
        remark: what was said.
        hashtags: its own, folded.
    """
    if not hashtags or remark.visibility != "public" or site.is_catching_up:
        return
    names = padded(list(hashtags))
    values: dict[str, Any] = {"author": remark.actor_id}
    values |= {f"name_{place}": name for place, name in enumerate(names)}
    for (owner_id,) in await _asking(len(names)).rows(session, values):
        await distributing.put(session, site, owner_id, remark)


@cache
def _asking(hashtags: int) -> Plain:
    """Who follows one of so many hashtags; each note that has any asks."""
    named = [bindparam(f"name_{place}", type_=Text()) for place in range(hashtags)]
    subject = columns(FollowedSubject).c
    return Plain(
        select(subject.owner_id)
        .where(subject.name.in_(named), subject.owner_id != bindparam("author"))
        .distinct()
    )


def _row(site: Site, us: Actor, name: str) -> dict[str, object]:
    return {"id": site.new_id(), "owner_id": us.id, "name": name, "made_at": site.now()}


def _folded(name: str) -> str:
    folded = tag_name(name)
    if not folded or len(folded) > LONGEST_NAME:
        raise Unwise("Validation failed: Tag name is invalid")
    return folded
