"""Circling: lists of those whom one knows, notes on them, and whom one recommends.

Nobody is told of any of it; recommendations stand on the profile, where everybody may read them.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select, update

from actors.database import Session, insert_once
from actors.errors import NotAllowed, NotFound, Unwise
from actors.rules.languages import canonical_tag, is_tag
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.circle import Acquaintance, Circle, CircleMember
from actors.views import profiles

MOST_CIRCLES = 50
"""Lists of one organisation, as on Mastodon: each has a timeline of its own."""

MOST_MEMBERS = 500
"""Members of one list: what a timeline is computed from at each look."""

LONGEST_TITLE = 255
"""Characters of the title of a list, as on Mastodon."""

LONGEST_COMMENT = 2_000
"""Characters of a note on somebody, as on Mastodon."""

MOST_ENDORSED = 100
"""Whom one organisation recommends: a profile that recommends everybody recommends nobody."""

MOST_LANGUAGES = 20
"""Languages in which somebody is read: more is all of them."""

REPLIES = ("followed", "list", "none")
"""Whose answers stand in a list."""


async def make(
    session: Session, site: Site, us: Actor, *, title: str, replies: str, is_exclusive: bool
) -> Circle:
    """Begin a list.

    Raises:
        Unwise: it has no title, or too long a one, or there are enough lists.
    """
    count = select(func.count()).where(Circle.owner_id == us.id)
    if (await session.scalar(count) or 0) >= MOST_CIRCLES:
        raise Unwise(f"At most {MOST_CIRCLES} lists can be kept.")
    row = Circle(
        id=site.new_id(),
        owner_id=us.id,
        title=_title(title),
        replies=_replies(replies),
        is_exclusive=is_exclusive,
        made_at=site.now(),
    )
    session.add(row)
    await session.flush()
    return row


async def change(
    session: Session, row: Circle, *, title: str, replies: str, is_exclusive: bool
) -> None:
    """Change what a list is called and what stands in it.

    Raises:
        Unwise: as `make`.
    """
    row.title, row.replies, row.is_exclusive = _title(title), _replies(replies), is_exclusive
    await session.flush()


async def remove(session: Session, row: Circle) -> None:
    """Remove a list; whoever was in it is followed as before."""
    await session.execute(delete(Circle).where(Circle.id == row.id))


async def admit(session: Session, site: Site, us: Actor, row: Circle, them: Actor) -> None:
    """Put somebody whom one follows into a list.

    Raises:
        NotFound: one does not follow them.
        Unwise: they are in it already, or there are too many.
    """
    follow = await profiles.follow_of(session, us, them)
    if (follow is None or follow.state == "rejected") and them.id != us.id:
        raise NotFound("Record not found")
    count = select(func.count()).where(CircleMember.circle_id == row.id)
    if (await session.scalar(count) or 0) >= MOST_MEMBERS:
        raise Unwise(f"At most {MOST_MEMBERS} members stand in a list.")
    values = {"id": site.new_id(), "circle_id": row.id, "actor_id": them.id}
    if not await insert_once(session, CircleMember, values):
        raise Unwise("Validation failed: Account has already been taken")


async def dismiss(session: Session, row: Circle, them: Actor) -> None:
    """Take somebody out of a list; fine where they were not in it."""
    await session.execute(
        delete(CircleMember).where(
            CircleMember.circle_id == row.id, CircleMember.actor_id == them.id
        )
    )


async def note(session: Session, site: Site, us: Actor, them: Actor, comment: str) -> None:
    """Note something on somebody, for oneself.

    Raises:
        Unwise: it is too long.
    """
    if len(comment) > LONGEST_COMMENT:
        raise Unwise(f"A note has at most {LONGEST_COMMENT:,} characters.")
    await _keep(session, site, us, them, comment=comment)


async def endorse(session: Session, site: Site, us: Actor, them: Actor) -> None:
    """Recommend somebody whom one follows.

    Raises:
        NotAllowed: one does not follow them.
        Unwise: there are enough.
    """
    follow = await profiles.follow_of(session, us, them)
    if follow is None or follow.state != "accepted":
        raise NotAllowed("Validation failed: You must be already following the person you want")
    count = select(func.count()).where(
        Acquaintance.owner_id == us.id, Acquaintance.is_endorsed.is_(True)
    )
    if (await session.scalar(count) or 0) >= MOST_ENDORSED:
        raise Unwise(f"At most {MOST_ENDORSED} can be recommended.")
    await _keep(session, site, us, them, is_endorsed=True)


async def unendorse(session: Session, site: Site, us: Actor, them: Actor) -> None:
    """Recommend them no longer."""
    await _keep(session, site, us, them, is_endorsed=False)


async def decline(session: Session, site: Site, us: Actor, them: Actor) -> None:
    """They are not suggested any more."""
    await _keep(session, site, us, them, is_declined=True)


async def show_boosts(session: Session, site: Site, us: Actor, them: Actor, *, shown: bool) -> None:
    """What they pass on stands on the home timeline, or does not."""
    if shown and await _kept(session, us, them) is None:
        return
    await _keep(session, site, us, them, hides_boosts=not shown)


async def be_told(session: Session, site: Site, us: Actor, them: Actor, *, is_told: bool) -> None:
    """Of everything they publish there is a notice, or there is none."""
    if is_told or await _kept(session, us, them) is not None:
        await _keep(session, site, us, them, notifies=is_told)


async def read_in(
    session: Session, site: Site, us: Actor, them: Actor, languages: Sequence[str]
) -> None:
    """Only what they write in these languages stands on the home timeline; none for all.

    Raises:
        Unwise: one of them is no language, or there are too many.
    """
    tags = [canonical_tag(one) for one in languages if one.strip()]
    if len(tags) > MOST_LANGUAGES or not all(map(is_tag, tags)):
        raise Unwise("Validation failed: Languages is invalid")
    if tags or await _kept(session, us, them) is not None:
        await _keep(session, site, us, them, languages=tags or None)


async def _kept(session: Session, us: Actor, them: Actor) -> int | None:
    found: int | None = await session.scalar(
        select(Acquaintance.id).where(
            Acquaintance.owner_id == us.id, Acquaintance.actor_id == them.id
        )
    )
    return found


async def _keep(session: Session, site: Site, us: Actor, them: Actor, **values: Any) -> None:
    row = {
        "id": site.new_id(),
        "owner_id": us.id,
        "actor_id": them.id,
        "comment": "",
        "is_endorsed": False,
        "is_declined": False,
        "hides_boosts": False,
        "notifies": False,
        "changed_at": site.now(),
    }
    await insert_once(session, Acquaintance, row)
    await session.execute(
        update(Acquaintance)
        .where(Acquaintance.owner_id == us.id, Acquaintance.actor_id == them.id)
        .values(changed_at=site.now(), **values)
        .execution_options(synchronize_session="fetch")
    )


def _title(title: str) -> str:
    if not 0 < len(title) <= LONGEST_TITLE:
        raise Unwise(f"Validation failed: Title must have 1 to {LONGEST_TITLE} characters")
    return title


def _replies(replies: str) -> str:
    if replies not in REPLIES:
        raise Unwise("Validation failed: Replies policy is not included in the list")
    return replies
