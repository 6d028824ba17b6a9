"""Sharing: a commons passes on what is put into it (FEP-1b12).

Whatever a member says to a commons of ours goes, unchanged and whole, inside an Announce to all
members, so that each of their servers knows it and knows who said it. Mastodon and its kin cannot
read that; for them the thing itself is announced too, when it begins a conversation (Lemmy does the
same, `crates/apub/activities/src/community/announce.rs`).

Passed on is only what everybody may see, what was said to the commons, and what comes from somebody
who may post there: each statement once. Votes, changes and deletions are passed on when they are
about something that stands in the commons. Who may not post is told why.

Wire: Announce{Create, Update, Delete, Undo, Like, Dislike}, Announce of an id, Reject{Create}.
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Text, bindparam, select, union

import activitypub.vocabulary as ap
from activitypub.addressing import PUBLIC
from activitypub.authority import Heard, Vouched
from activitypub.canonical_json import Document, encode
from activitypub.iris import Iri
from actors.database import Session, columns, insert_once
from actors.documents.activities import LARGEST_OBJECT
from actors.plain import Plain, padded
from actors.rules.commons import KEPT_OUT, REFUSED, MayPost, may_post
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.commons import Commons, Exclusion, Moderator, Posting
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.remark import Boost, Remark
from actors.verbs import hearing, posting
from actors.verbs.hearing import iri_of
from actors.verbs.mirroring import Gathered
from actors.vocabulary import audience

_NO_COMMONS = "no commons"
"""Under this name a transaction knows that there is none here, as on most instances."""

_ACTOR, _POSTING, _COMMONS = columns(Actor).c, columns(Posting).c, columns(Commons).c


@cache
def _asking(named: int, subjects: int) -> Plain:
    """Which commons these are, or have one of these; for so many names and subjects."""
    names = [bindparam(f"named_{place}", type_=Text()) for place in range(named)]
    about = [bindparam(f"subject_{place}", type_=Text()) for place in range(subjects)]
    # Two conditions joined by OR would have PostgreSQL read every commons: no index serves both.
    concerned = union(
        select(_ACTOR.id).where(_ACTOR.iri.in_(names)),
        select(_POSTING.commons_id).where(_POSTING.iri.in_(about)),
    )
    return Plain(
        select(_COMMONS.id)
        .join(columns(Actor), _ACTOR.id == _COMMONS.id)
        .where(
            # Most instances have no commons: nothing else is asked then.
            select(_COMMONS.id).limit(1).scalar_subquery().is_not(None),
            _COMMONS.id.in_(concerned),
            _ACTOR.gone_at.is_(None),
        )
        .order_by(_COMMONS.id)
    )


def without_commons(session: Session) -> None:
    """There is no commons here, as was read in this transaction: nothing is to be passed on."""
    session.info[_NO_COMMONS] = True


async def on_said(
    session: Session, site: Site, heard: Heard[ap.Activity], gathered: Gathered
) -> None:
    """Pass on what was said to a commons of ours, or about something that stands in one."""
    if heard.vouched is Vouched.ORIGIN:
        return  # history that we read somewhere; whom it was for has heard it at its time
    if _NO_COMMONS in session.info:
        return
    speaker = await hearing.speaker(session, heard)
    is_new_thing = isinstance(heard.activity, (ap.Create, ap.Update))
    for commons in await _concerned(session, heard):
        if is_new_thing:
            await _take_in(session, site, commons, speaker, heard.activity)
        else:
            await _pass_on_reaction(session, site, commons, speaker, heard.activity)


async def stands_in(session: Session, iri: str) -> list[Posting]:
    """Where something stands: in which commons of ours, what was removed left out."""
    rows = await session.scalars(
        select(Posting).where(Posting.iri == iri, Posting.removed_at.is_(None))
    )
    return list(rows)


async def announce(
    session: Session, site: Site, commons: Actor, inner: Document, *, about: str, is_public: bool
) -> None:
    """Pass an activity on to the members, as it is; one that is too large by its id."""
    whole = len(encode(inner)) <= LARGEST_OBJECT
    await posting.say(
        session,
        site,
        commons,
        "Announce",
        inner if whole else inner["id"],
        about=about,
        followers_of=[commons],
        to=[PUBLIC],
        cc=[commons.followers],
        is_public=is_public,
    )


async def _concerned(session: Session, heard: Heard[ap.Activity]) -> Sequence[Actor]:
    """The commons of ours that are addressed, or in which that stands which it is about."""
    activity, thing = heard.activity, heard.activity.object
    named = {*activity.to, *activity.cc, *audience(activity)}
    if isinstance(thing, ap.Object):
        named |= {*thing.to, *thing.cc, *audience(thing)}
    names, subjects = padded(sorted(named)), padded(_subjects(thing))
    values = {f"named_{place}": name for place, name in enumerate(names)}
    values |= {f"subject_{place}": name for place, name in enumerate(subjects)}
    found = await _asking(len(names), len(subjects)).rows(session, values)
    return [await session.get_one(Actor, one[0]) for one in found]


def _subjects(thing: ap.Object | Iri) -> list[str]:
    """What it is about; for an Undo also what the undone was about."""
    subjects = [iri_of(thing)]
    if isinstance(thing, ap.Activity):
        subjects.append(iri_of(thing.object))
    return [one for one in subjects if one]


async def _take_in(
    session: Session, site: Site, commons: Actor, speaker: Actor, activity: ap.Activity
) -> None:
    """A thing is put into the commons, or what stands there has changed."""
    subject = await _subject(session, iri_of(activity.object))
    if subject is None or subject.actor_id != speaker.id:
        return
    row = await session.scalar(
        select(Posting).where(Posting.commons_id == commons.id, Posting.iri == subject.iri)
    )
    if row is not None and row.removed_at is not None:
        return
    refused = await _why_not(session, commons, speaker)
    if refused:
        await _refuse(session, site, commons, speaker, activity, refused)
        return
    answered = subject.in_reply_to if isinstance(subject, Remark) else None
    if answered is not None and not await _is_in(session, commons, answered):
        return
    if row is None:
        await _enter(session, site, commons, subject, is_answer=answered is not None)
    await announce(session, site, commons, activity.document, about=subject.iri, is_public=True)
    if row is None and answered is None:
        await _announce_itself(session, site, commons, subject)


async def _pass_on_reaction(
    session: Session, site: Site, commons: Actor, speaker: Actor, activity: ap.Activity
) -> None:
    """A vote, a deletion, or something taken back, about what stands in the commons."""
    rows = await session.scalars(
        select(Posting).where(
            Posting.commons_id == commons.id,
            Posting.iri.in_(_subjects(activity.object)),
            Posting.removed_at.is_(None),
        )
    )
    row = rows.first()
    if row is None or await _why_not(session, commons, speaker, may_vote=True):
        return
    if isinstance(activity, ap.Delete):
        if row.actor_id != speaker.id:
            return
        row.removed_at = site.now()
    elif await _subject(session, row.iri) is None:
        return
    is_end = isinstance(activity, ap.Delete)
    await announce(session, site, commons, activity.document, about=row.iri, is_public=is_end)


async def _subject(session: Session, iri: str) -> Model | Remark | None:
    """What everybody may see of what we remember under this id."""
    model = await session.scalar(select(Model).where(Model.iri == iri, Model.deleted_at.is_(None)))
    return model or await session.scalar(
        select(Remark).where(
            Remark.iri == iri,
            Remark.deleted_at.is_(None),
            Remark.visibility.in_(("public", "unlisted")),
        )
    )


async def _is_in(session: Session, commons: Actor, iri: str) -> bool:
    return any(one.commons_id == commons.id for one in await stands_in(session, iri))


async def _why_not(
    session: Session, commons: Actor, speaker: Actor, *, may_vote: bool = False
) -> str:
    """Why somebody may not post there, in words for them; empty if they may."""
    kept_out = await session.scalar(
        select(Exclusion.id).where(
            Exclusion.commons_id == commons.id, Exclusion.actor_id == speaker.id
        )
    )
    if kept_out is not None:
        return KEPT_OUT
    if may_vote:
        return ""
    row = await session.get_one(Commons, commons.id)
    follows = await session.scalar(
        select(Follow.id).where(
            Follow.follower_id == speaker.id,
            Follow.followee_id == commons.id,
            Follow.state == "accepted",
        )
    )
    tends = await session.scalar(
        select(Moderator.id).where(
            Moderator.commons_id == commons.id, Moderator.actor_id == speaker.id
        )
    )
    posting_ = MayPost(row.posting)
    if may_post(posting_, is_member=follows is not None, is_moderator=tends is not None):
        return ""
    return REFUSED[posting_]


async def _refuse(
    session: Session,
    site: Site,
    commons: Actor,
    speaker: Actor,
    activity: ap.Activity,
    reason: str,
) -> None:
    """Tell somebody that what they said was not passed on, and why."""
    await posting.say(
        session,
        site,
        commons,
        "Reject",
        str(activity.id),
        about=str(activity.id),
        recipients=[speaker.iri],
        summary=reason,
    )


async def _enter(
    session: Session, site: Site, commons: Actor, subject: Model | Remark, *, is_answer: bool
) -> None:
    await insert_once(
        session,
        Posting,
        {
            "id": site.new_id(),
            "commons_id": commons.id,
            "iri": subject.iri,
            "actor_id": subject.actor_id,
            "is_answer": is_answer,
            "made_at": site.now(),
            "reason": "",
        },
    )
    subject.commons_iri = subject.commons_iri or commons.iri
    await session.flush()


async def _announce_itself(
    session: Session, site: Site, commons: Actor, subject: Model | Remark
) -> None:
    """Announce the thing by its id: that is what Mastodon shows."""
    outgoing = await posting.say(
        session,
        site,
        commons,
        "Announce",
        subject.iri,
        about=subject.iri,
        followers_of=[commons],
        to=[PUBLIC],
        cc=[commons.followers],
        is_public=True,
    )
    await insert_once(
        session,
        Boost,
        {
            "id": site.new_id(),
            "iri": outgoing.activity_iri,
            "actor_id": commons.id,
            "object_iri": subject.iri,
            "made_at": site.now(),
        },
    )
