"""Overhearing: what a commons elsewhere passes on of what others said (FEP-1b12).

Lemmy, NodeBB and we ourselves put whole activities into an Announce. What is embedded there is
never believed: anybody could write it. A new thing is read at its own address; a change, a vote or
a deletion is read as the activity it was, at its own address on its speaker's origin, and then
judged and applied like any other. Only about its own list does a commons speak for itself: when a
moderator takes something out, it is no longer passed on, and stays where its author published it.

Votes are read only where they are about something of ours: a busy commons has thousands.

Wire: Announce{Create, Update, Delete, Undo, Like}, Reject{Create}.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import delete, select

import activitypub.vocabulary as ap
from activitypub import iris
from activitypub.authority import Heard, Vouched, hear
from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed
from activitypub.iris import Iri
from actors.database import Session
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.mail import Outgoing
from actors.tables.model import Model
from actors.tables.remark import Boost, Remark
from actors.tables.timeline import TimelineEntry
from actors.verbs import distributing, hearing, mirroring, noticing, remarking
from actors.verbs.mirroring import Gathered

A = TypeVar("A", bound=ap.Activity)

NEW = "Create"
"""What was made is read itself; everything else as the activity it was."""

READ_AS_SAID = frozenset({"Update", "Delete", "Undo", "Like"})
"""What has an effect here; other activities are nothing that we could show."""


@dataclass(frozen=True)
class Hint:
    """What an embedded activity claims to be; nothing of it is believed."""

    kind: str
    id: Iri | None
    speaker: Iri | None
    subject: Iri | None
    is_removal: bool


def hint(activity: ap.Activity) -> Hint | None:
    """What the Announce says it passes on; None when that is no embedded activity."""
    inner = activity.document.get("object")
    if not isinstance(inner, dict) or "actor" not in inner:
        return None
    kind = inner.get("type")
    if not isinstance(kind, str) or kind not in _KINDS:
        return None
    speaker, subject = _iri(inner.get("actor")), _iri(inner.get("object"))
    if kind == "Undo" and isinstance(inner.get("object"), dict):
        subject = _iri(_member(inner.get("object"), "object"))
    return Hint(
        kind=kind,
        id=_iri(inner.get("id")),
        speaker=speaker,
        subject=subject,
        is_removal=kind == "Delete" and _is_removal(inner, speaker, subject),
    )


def embeds_activity(activity: ap.Activity) -> bool:
    """Is it an Announce of a whole activity?"""
    return isinstance(activity, ap.Announce) and hint(activity) is not None


async def concerns_us(session: Session, heard: Heard[ap.Announce]) -> bool:
    """Do we follow the commons, or is it about something of ours?"""
    said = hint(heard.activity)
    if said is None or said.subject is None or hearing.is_our_own(heard):
        return False
    if said.kind != NEW and not said.is_removal and await _is_one_of_us(session, said.speaker):
        return False  # we know what we said
    if said.kind in ("Like", "Undo"):
        return await _is_ours(session, said.subject)
    booster = await hearing.speaker(session, heard)
    return await distributing.is_followed(session, booster) or await _is_ours(session, said.subject)


def wanted(heard: Heard[ap.Activity], gathered: Gathered) -> frozenset[Iri]:
    """What must be read before that can be applied which was passed on."""
    said = hint(heard.activity)
    if said is None or said.subject is None or said.is_removal:
        return frozenset()
    if said.kind == NEW:
        return remarking.passed_on_wanted(_about(heard, said.subject), gathered)
    if said.kind not in READ_AS_SAID or said.id is None:
        return frozenset()
    if said.id not in gathered:
        return frozenset({said.id})
    speaker = _activity(said, gathered[said.id]).actor
    return frozenset({speaker}) - gathered.keys()


async def on_new(
    session: Session, site: Site, heard: Heard[ap.Announce], gathered: Gathered
) -> None:
    """Something was put into the commons: show it; an answer stands only in its conversation."""
    said = hint(heard.activity)
    if said is None or said.kind != NEW or said.subject is None:
        return
    thing = gathered.get(said.subject)
    if thing is not None and thing.in_reply_to is not None:
        await remarking.remember_answer(session, site, _about(heard, said.subject), gathered)
    else:
        await remarking.on_announce(session, site, _about(heard, said.subject), gathered)


async def on_removal(
    session: Session, site: Site, heard: Heard[ap.Announce], gathered: Gathered
) -> None:
    """A moderator took something out of the commons: it is no longer passed on by it."""
    said = hint(heard.activity)
    if said is None or not said.is_removal or hearing.is_our_own(heard):
        return
    commons = await hearing.speaker(session, heard)
    passed_on = select(Boost.id).where(
        Boost.actor_id == commons.id, Boost.object_iri == said.subject
    )
    await session.execute(delete(TimelineEntry).where(TimelineEntry.boost_id.in_(passed_on)))
    stood_there = (
        await session.scalars(
            delete(Boost)
            .where(Boost.actor_id == commons.id, Boost.object_iri == said.subject)
            .returning(Boost.id)
        )
    ).all()
    subject = await _known(session, str(said.subject))
    if subject is None or not (stood_there or subject.commons_iri == commons.iri):
        return
    owner = await session.get_one(Actor, subject.actor_id)
    if owner.is_ours:
        reason = _text(heard.activity.document, "object", "summary")
        await _tell(session, site, owner, "removed", commons, subject, reason)


def inner(heard: Heard[ap.Activity], gathered: Gathered) -> Heard[ap.Activity] | None:
    """The activity that was passed on, as its own origin says it; None if there is none.

    Raises:
        NotAuthoritative, NotAuthentic: its speaker may not say that.
        Malformed: it is something else at its own address.
    """
    said = hint(heard.activity)
    if said is None or said.id is None or said.id not in gathered or said.kind == NEW:
        return None
    activity = _activity(said, gathered[said.id])
    return hear(activity, speaker=activity.actor, vouched=Vouched.ORIGIN, at=heard.at)


async def remember_speaker(
    session: Session, site: Site, said: Heard[ap.Activity], gathered: Gathered
) -> None:
    """Remember who said what was passed on: verbs find the speaker among those we know.

    Raises:
        Malformed: it is no actor.
    """
    speaker = gathered[said.speaker]
    if not isinstance(speaker, ap.Actor):
        raise Malformed("who said it is no actor", code="type")
    await mirroring.make_known(session, site, speaker)


async def on_declined(session: Session, site: Site, heard: Heard[ap.Reject]) -> bool:
    """A commons does not take in what one of ours said to it: she is told why.

    Returns:
        False when it refuses something else than what one of ours published.
    """
    sent = await session.scalar(
        select(Outgoing).where(
            Outgoing.activity_iri == hearing.iri_of(heard.activity.object),
            Outgoing.type.in_(("Create", "Update")),
        )
    )
    if sent is None:
        return False
    commons = await hearing.speaker(session, heard)
    if commons.type == "Group" and commons.iri in sent.recipients:
        owner = await session.get_one(Actor, sent.actor_id)
        subject = await _known(session, sent.about)
        reason = heard.activity.summary or ""
        await _tell(session, site, owner, "declined", commons, subject, reason)
    return True


async def _tell(
    session: Session,
    site: Site,
    owner: Actor,
    kind: str,
    commons: Actor,
    subject: Model | Remark | None,
    reason: str,
) -> None:
    await noticing.tell(
        session,
        site,
        owner.id,
        kind,
        commons,
        model=subject if isinstance(subject, Model) else None,
        remark=subject if isinstance(subject, Remark) else None,
        about={"reason": reason[:LONGEST_REASON]},
    )


LONGEST_REASON = 1_000
"""Characters of a moderator's reason that are kept: a paragraph."""

_KINDS = frozenset(
    {"Create", "Update", "Delete", "Undo", "Like", "Dislike", "Add", "Remove", "Block", "Lock"}
)


def _is_removal(inner: Document, speaker: Iri | None, subject: Iri | None) -> bool:
    """Lemmy's moderators give a reason, if only an empty one; authors give none."""
    if "summary" in inner or speaker is None or subject is None:
        return True
    return not iris.same_origin(speaker, subject)


def _about(heard: Heard[A], subject: Iri) -> Heard[A]:
    """The Announce as if it named the thing itself: that is all we take from it."""
    return replace(heard, activity=replace(heard.activity, object=subject))


def _activity(said: Hint, thing: ap.Object) -> ap.Activity:
    """What was read, if it is what the commons calls it.

    Other activities have conditions of their own (a Move reads the new account anew), which were
    not asked here.
    """
    if not isinstance(thing, ap.Activity) or thing.type_name != said.kind:
        raise Malformed("what was passed on is something else at its own address", code="type")
    return thing


async def _is_one_of_us(session: Session, iri: str | None) -> bool:
    found = await session.scalar(select(Actor.id).where(Actor.iri == iri, Actor.is_ours.is_(True)))
    return found is not None


async def _is_ours(session: Session, iri: str) -> bool:
    subject = await _known(session, iri)
    owner = await session.get_one(Actor, subject.actor_id) if subject else None
    return owner is not None and owner.is_ours


async def _known(session: Session, iri: str) -> Model | Remark | None:
    model = await session.scalar(select(Model).where(Model.iri == iri, Model.deleted_at.is_(None)))
    return model or await session.scalar(
        select(Remark).where(Remark.iri == iri, Remark.deleted_at.is_(None))
    )


def _iri(value: Json) -> Iri | None:
    named = value.get("id") if isinstance(value, dict) else value
    try:
        return iris.parse(named)
    except Malformed:
        return None


def _member(value: Json, name: str) -> Json:
    return value.get(name) if isinstance(value, dict) else None


def _text(document: Document, *path: str) -> str:
    """A text somewhere inside a document; empty if there is none."""
    value: Json = document
    for name in path:
        value = _member(value, name)
    return value if isinstance(value, str) else ""
