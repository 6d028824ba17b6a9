"""Planning: what an app wants to be said later.

It is said by the workers, once: the plan goes in the transaction in which the remark comes. What
cannot be said then (what it answers is gone) stays as a plan that failed, with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from activitypub.addressing import Visibility
from actors.database import Session
from actors.errors import Gone, NotFound, Unwise
from actors.rules.consent import Quotable
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.block import Mute
from actors.tables.media import Media
from actors.tables.model import Model
from actors.tables.planned import Planned
from actors.tables.remark import Remark
from actors.verbs import picturing, remarking
from actors.views import media as views
from actors.views import timelines

SOONEST = timedelta(minutes=5)
"""How far ahead a plan must be, as on Mastodon: what is due sooner is said at once."""

FARTHEST = timedelta(days=5 * 366)
"""How far ahead a plan may be: whoever plans farther mistyped the year."""

PLANNED = "planned"
"""What the files of a plan are shown by."""

MOST = 300
"""Plans of one organisation, as on Mastodon."""


@dataclass(frozen=True)
class Said:
    """What will be said.

    Attributes:
        text: Markdown.
        summary: the line in front of it.
        visible: who may see it.
        language: of the text.
        in_reply_to_id: the status that it answers.
        quoted_id: the status that it quotes.
        quotable: who may quote it.
        is_sensitive: what it shows is shown only to who asks for it.
    """

    text: str
    summary: str = ""
    visible: Visibility = Visibility.PUBLIC
    language: str | None = None
    in_reply_to_id: int | None = None
    quoted_id: int | None = None
    quotable: Quotable = Quotable.PUBLIC
    is_sensitive: bool = False

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "text": self.text,
            "summary": self.summary,
            "visible": self.visible.name,
            "language": self.language,
            "in_reply_to_id": self.in_reply_to_id,
            "quoted_id": self.quoted_id,
            "quotable": self.quotable.value,
            "sensitive": self.is_sensitive,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Said":
        """As it was kept."""
        return cls(
            text=kept["text"],
            summary=kept["summary"],
            visible=Visibility[kept["visible"]],
            language=kept["language"],
            in_reply_to_id=kept["in_reply_to_id"],
            quoted_id=kept["quoted_id"],
            quotable=Quotable(kept["quotable"]),
            is_sensitive=bool(kept.get("sensitive")),
        )


async def plan(
    session: Session,
    site: Site,
    us: Actor,
    said: Said,
    at: datetime,
    *,
    request_key: str | None = None,
    media: Sequence[Media] = (),
) -> Planned:
    """Say this at that time; asked again with the same key, it is the plan that was made then.

    The files that it will show are kept for it.

    Raises:
        Unwise: it says nothing or too much, the time is too near or too far, or there are enough.
        NotFound: it answers or quotes what the organisation may not see.
    """
    remarking.must_say_something(said.text, said.summary, has_media=bool(media))
    for number in (said.in_reply_to_id, said.quoted_id):
        await _subject(session, us, number)
    await session.execute(select(Actor.id).where(Actor.id == us.id).with_for_update(key_share=True))
    if request_key:
        made = await session.scalar(
            select(Planned).where(
                Planned.actor_id == us.id,
                Planned.request_key == request_key,
                Planned.made_at > site.now() - remarking.REPEATED,
            )
        )
        if made is not None:
            return made
    count = select(func.count()).where(Planned.actor_id == us.id)
    if (await session.scalar(count) or 0) >= MOST:
        raise Unwise(f"At most {MOST} posts can be planned.")
    row = Planned(
        id=site.new_id(),
        actor_id=us.id,
        at=_time(site, at),
        said=said.to_json(),
        request_key=request_key,
        made_at=site.now(),
    )
    session.add(row)
    await session.flush()
    await picturing.show(session, site, PLANNED, row.id, media)
    return row


async def put_off(session: Session, site: Site, row: Planned, at: datetime) -> None:
    """Say it at another time.

    Raises:
        Unwise: the time is too near or too far.
        Gone: it was said meanwhile.
    """
    held = await _held(session, row)
    held.at, held.failure = _time(site, at), ""
    await session.flush()


async def call_off(session: Session, row: Planned) -> None:
    """Never say it; its files go."""
    await picturing.let_go(session, PLANNED, row.id)
    await session.execute(delete(Planned).where(Planned.id == row.id))


async def due(session: Session, site: Site) -> Planned | None:
    """A plan whose time has come, the earliest first."""
    row: Planned | None = await session.scalar(
        select(Planned)
        .where(Planned.at <= site.now(), Planned.failure == "")
        .order_by(Planned.at)
        .limit(1)
    )
    return row


async def say(session: Session, site: Site, row: Planned) -> Remark | None:
    """Say it, if it is still to be said.

    Raises:
        Gone: somebody called it off meanwhile, or another process was faster.
        NotFound: what it answers or quotes is there no more.
    """
    held = await _held(session, row)
    if held.failure or held.at > site.now():
        return None
    said = Said.from_json(held.said)
    us = await session.get_one(Actor, held.actor_id)
    media = await views.of_subject(session, PLANNED, held.id)
    await picturing.show(session, site, PLANNED, held.id, [])
    await session.delete(held)
    return await remarking.remark(
        session,
        site,
        us,
        text=said.text,
        summary=said.summary,
        visible=said.visible,
        language=said.language or site.locale,
        in_reply_to=await _subject(session, us, said.in_reply_to_id),
        quoted=await _subject(session, us, said.quoted_id),
        quotable=said.quotable,
        media=media,
        is_sensitive=said.is_sensitive,
    )


async def fail(session: Session, row: Planned, reason: str) -> None:
    """It could not be said at its time, and is not tried again."""
    await session.execute(update(Planned).where(Planned.id == row.id).values(failure=reason))


async def unmute_past(session: Session, site: Site) -> int:
    """End the mutes that were to end by now; how many."""
    ended = await session.scalars(
        delete(Mute).where(Mute.expires_at <= site.now()).returning(Mute.id)
    )
    return len(ended.all())


async def has_past_mutes(session: Session, site: Site) -> bool:
    """Whether there are such."""
    found = select(Mute.id).where(Mute.expires_at <= site.now()).limit(1)
    return await session.scalar(found) is not None


async def _held(session: Session, row: Planned) -> Planned:
    found = await session.get(Planned, row.id, with_for_update=True, populate_existing=True)
    if found is None:
        raise Gone("This was said or called off meanwhile.")
    return found


async def _subject(session: Session, us: Actor, number: int | None) -> Model | Remark | None:
    if number is None:
        return None
    item = await timelines.status(session, number, us)
    if item is None:
        raise NotFound("Record not found")
    return item.subject


def _time(site: Site, at: datetime) -> datetime:
    ahead = at - site.now()
    if not SOONEST <= ahead <= FARTHEST:
        words = "Validation failed: Scheduled at must be at least 5 minutes in the future"
        raise Unwise(words, fields={"scheduled_at": words})
    return at
