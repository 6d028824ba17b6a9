"""Drafting: write at leisure, publish later, by hand or by itself at a time that was set.

Rules a reader must know:

- A draft belongs to its organisation: every member who may publish sees it, goes on with it, calls
  it off. Nothing of it leaves this instance.
- It is published in the very transaction that removes it: however many processes look, and
  wherever one dies, it is published once or still there.
- A draft that has a time is fit to be published whenever it is saved. What fails all the same (the
  model moved on, or was deleted meanwhile) is told to the organisation, and the draft stays,
  without its time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from actors.database import Session
from actors.errors import Conflicting, Unwise
from actors.rules.modifications import Modification
from actors.rules.sections import MAX_SHEET, Sheet, check, clean
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.draft import Draft
from actors.tables.member import Member
from actors.tables.model import Model
from actors.verbs import noticing, picturing, publishing
from actors.verbs.beginning import MOST, held, must_have_room
from actors.views import history

FARTHEST = timedelta(days=366)
"""How far ahead a time may be: who plans for longer has mistyped the year."""

MAX_NOTE = 1_000  # characters; the form asks for a sentence


@dataclass(frozen=True)
class Writing:
    """What somebody has written so far.

    Attributes:
        sheet: as it is; it may break every rule.
        note: what is new, for the history.
        model: the model it is to be the next version of.
        base: the number of the version it started from.
        commons: where a new model is to stand.
        modifications: for a fork, what is adapted and why.
        brought: for a new draft, what was understood of the text that it is begun with.
    """

    sheet: Sheet
    note: str = ""
    model: Model | None = None
    base: int = 0
    commons: Actor | None = None
    modifications: Sequence[Modification] = ()
    brought: dict[str, Any] | None = None


async def save(
    session: Session,
    site: Site,
    organisation: Actor,
    member: Member,
    writing: Writing,
    draft: Draft | None = None,
    *,
    new_id: int | None = None,
) -> Draft:
    """Keep what somebody has written, as a new draft or in place of what a draft said.

    A new draft gets the id `new_id`, where its page has promised one.

    Raises:
        Unwise: it is too large, or there are too many; or it has a time and cannot be published.
        Gone: the draft was published or thrown away meanwhile.
    """
    sheet = clean(writing.sheet)
    if len(str(sheet.to_json())) > MAX_SHEET or len(writing.note) > MAX_NOTE:
        raise Unwise("This is too large for a draft.")
    if draft is None:
        draft = await _new(session, site, organisation, writing, new_id)
    else:
        draft = await held(session, draft)
    if draft.publish_at is not None:
        check(sheet)
    draft.author_id = member.id
    draft.sheet, draft.note, draft.base = sheet.to_json(), writing.note, writing.base
    draft.modifications = [one.to_json() for one in writing.modifications]
    draft.commons_id = None if writing.commons is None else writing.commons.id
    draft.changed_at = site.now()
    await session.flush()
    files = [sheet.facts.get(name) for name in picturing.FACTS]
    await picturing.show_named(session, site, picturing.DRAFT, draft.id, files, organisation.id)
    return draft


async def _new(
    session: Session, site: Site, organisation: Actor, writing: Writing, new_id: int | None
) -> Draft:
    await must_have_room(
        session, Draft, organisation, f"An organisation has at most {MOST} drafts."
    )
    draft = Draft(
        id=site.new_id() if new_id is None else new_id,
        actor_id=organisation.id,
        model_id=None if writing.model is None else writing.model.id,
        sheet={},
        changed_at=site.now(),
        brought=writing.brought,
    )
    session.add(draft)
    return draft


async def put_away(session: Session, draft: Draft) -> None:
    """Somebody has read what became of the text that the draft was begun with.

    Raises:
        Gone: as `held`.
    """
    (await held(session, draft)).brought = None


async def discard(session: Session, draft: Draft) -> None:
    """Throw a draft away; its time goes with it."""
    await session.execute(delete(Draft).where(Draft.id == draft.id))


async def schedule(session: Session, site: Site, draft: Draft, at: datetime, zone: str) -> None:
    """Publish this draft by itself, at this time.

    Args:
        session: an open transaction.
        site: our clock.
        draft: fit to be published.
        at: when; the workers look every few seconds.
        zone: the time zone in which its author thinks of it, to say so again.

    Raises:
        Unwise: it is not fit, or the time has passed or is too far ahead.
        Gone: as `held`.
    """
    draft = await held(session, draft)
    now = site.now()
    if at <= now:
        raise Unwise("This time has passed.", fields={"at": "This time has passed."})
    if at > now + FARTHEST:
        raise Unwise(
            "This is more than a year ahead.", fields={"at": "This is more than a year ahead."}
        )
    check(Sheet.from_json(draft.sheet))
    draft.publish_at, draft.zone, draft.failure = at, zone, ""
    await session.flush()


async def call_off(session: Session, draft: Draft) -> None:
    """The draft is not published by itself any more.

    Raises:
        Gone: it is too late: it was published.
    """
    draft = await held(session, draft)
    draft.publish_at, draft.zone, draft.failure = None, "", ""
    await session.flush()


async def publish(session: Session, site: Site, draft: Draft) -> Model:
    """Publish a draft, and remove it.

    Raises:
        Gone: somebody else did so, or threw it away; or its model was deleted.
        Conflicting: its model has moved on since it was begun, or it changes nothing.
        Unwise: it cannot be published.
    """
    draft = await held(session, draft)
    await session.execute(delete(Draft).where(Draft.id == draft.id))
    sheet = Sheet.from_json(draft.sheet)
    author = None if draft.author_id is None else await session.get(Member, draft.author_id)
    if draft.model_id is None:
        organisation = await session.get_one(Actor, draft.actor_id)
        commons = None if draft.commons_id is None else await session.get(Actor, draft.commons_id)
        return await publishing.publish(
            session, site, organisation, sheet, author=author, note=draft.note, commons=commons
        )
    model = await session.get_one(Model, draft.model_id)
    if model.deleted_at is None and (await history.head(session, model)).number != draft.base:
        raise Conflicting("Another version was published since this draft was begun.")
    told = [Modification.from_json(one) for one in draft.modifications]
    await publishing.revise(
        session, site, model, sheet, author=author, note=draft.note, modifications=told
    )
    return model


async def publish_due(session: Session, site: Site, draft: Draft) -> Model | None:
    """Publish a draft if its time has come still, and tell its organisation.

    Returns:
        The model; None when somebody called it off or put it off meanwhile.

    Raises:
        as `publish`.
    """
    draft = await held(session, draft)
    if draft.publish_at is None or draft.publish_at > site.now():
        return None
    model = await publish(session, site, draft)
    organisation = await session.get_one(Actor, model.actor_id)
    await noticing.write(session, site, organisation.id, "published", organisation, model=model)
    return model


async def due(session: Session, site: Site) -> Draft | None:
    """A draft whose time has come, the earliest first."""
    return await session.scalar(
        select(Draft).where(Draft.publish_at <= site.now()).order_by(Draft.publish_at).limit(1)
    )


async def fail(session: Session, site: Site, draft: Draft, reason: str) -> None:
    """A draft could not be published at its time: it stays, and its organisation is told why."""
    failed = await session.scalar(
        update(Draft)
        .where(Draft.id == draft.id, Draft.publish_at == draft.publish_at)
        .values(publish_at=None, failure=reason)
        .returning(Draft.id)
    )
    if failed is None:
        return  # somebody called it off, or another process was faster
    organisation = await session.get_one(Actor, draft.actor_id)
    about = {"draft": str(draft.id), "reason": reason}
    await noticing.write(session, site, organisation.id, "unpublished", organisation, about=about)
