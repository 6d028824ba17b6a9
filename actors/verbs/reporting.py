"""Reporting: somebody tells the stewards of a site about an actor and its posts.

What comes as a Flag from another host is about organisations of ours; it is shown to the stewards
of the network, never mailed. Flags are sent by an instance's own actor, so nobody knows who of that
host reports: of the posts, those are taken that somebody known of that host may see, as Mastodon
does (4.6, `app/services/report_service.rb`). Open reports of one host about one organisation are
one row, so that a flood of them is a number.

A member of ours reports to her own stewards, and, if she wants, to the site of who is reported: in
the name of this instance, not of her organisation.

Wire: Flag with `object`: actor and posts, `content`: the comment (Mastodon 4.6,
`app/serializers/activitypub/flag_serializer.rb`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select

import activitypub.vocabulary as ap
from activitypub import markup
from activitypub.authority import Heard
from actors.database import Session
from actors.errors import Conflicting, NotAllowed, NotFound, Unwise
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.tables.report import Report
from actors.verbs import hearing, noticing, posting
from actors.verbs.hearing import iri_of
from actors.verbs.mirroring import Gathered
from actors.views import profiles, timelines

CATEGORIES: Final = ("other", "spam", "legal", "violation")
"""What a report is about, in Mastodon's words; a Flag does not say."""

LONGEST_COMMENT: Final = 5_000
"""Characters of a comment, and of all that one host says in one report."""

LONGEST_ANSWER: Final = 2_000
"""Characters of what was done about a report."""

LONGEST_EXCERPT: Final = 500
"""Characters of a post that are kept with a report: enough to judge it when it is deleted."""

MOST_THINGS: Final = 50
"""Posts in one report: what a person looks through."""

MOST_ACCUSED: Final = 10
"""Organisations of ours that one Flag may be about; Mastodon's is about one."""

MOST_OPEN: Final = 50
"""Open reports of one host: more waits until some are closed."""

MOST_OF_ONE: Final = 30
"""Reports by one organisation of ours within a day: they are sent in the name of everybody here."""

KEPT: Final = timedelta(days=183)
"""How long a closed report is kept: half a year, the time for a complaint about a decision
(Regulation (EU) 2022/2065, article 20)."""


@dataclass(frozen=True)
class _Told:
    """What one Flag says about one of ours."""

    about: Actor
    things: list[dict[str, Any]]


async def report(
    session: Session,
    site: Site,
    us: Actor,
    them: Actor,
    things: Sequence[Model | Remark] = (),
    *,
    comment: str = "",
    category: str = "other",
    forwards: bool = False,
) -> Report:
    """An organisation of ours reports somebody to the stewards of this instance.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        us: who reports.
        them: who is reported.
        things: posts of theirs that the reporter may see.
        comment: why, in plain text.
        category: one of `CATEGORIES`.
        forwards: tell the site of who is reported too, without saying who reports.

    Raises:
        Conflicting: it would report itself.
        Unwise: the comment is too long, the category unknown, or a post is somebody else's.
        NotAllowed: it has reported a lot today.
    """
    if us.id == them.id:
        raise Conflicting("an organisation does not report itself")
    _check(comment, category, them, things)
    since = site.now() - timedelta(days=1)
    recent = select(func.count()).where(Report.from_id == us.id, Report.made_at > since)
    if (await session.scalar(recent) or 0) >= MOST_OF_ONE:
        raise NotAllowed("your organisation has reported a lot today; tell more tomorrow")
    row = _row(site, us, _Told(them, [_evidence(one) for one in things]), _clean(comment))
    row.category = category
    session.add(row)
    await session.flush()
    if forwards and not them.is_ours:
        await _forward(session, site, row, them)
    await _tell_stewards(session, site, row, us)
    return row


async def close(session: Session, site: Site, report_id: int, *, answer: str) -> Report:
    """The stewards have done something about a report, or decided to do nothing.

    Who reported it is told, if it is an organisation of ours.

    Raises:
        NotFound: there is no such report.
        Conflicting: it is closed.
        Unwise: the answer is missing, or too long.
    """
    row = await session.get(Report, report_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such report here.")
    if row.closed_at is not None:
        raise Conflicting("this report is closed already")
    done = _clean(answer)
    if not done or len(answer) > LONGEST_ANSWER:
        words = f"Say in at most {LONGEST_ANSWER} characters what was done."
        raise Unwise(words, fields={"answer": words})
    row.answer, row.closed_at = done, site.now()
    await session.flush()
    reporter = await session.get_one(Actor, row.from_id)
    if reporter.is_ours:
        network = await profiles.network(session)
        about = {"report": str(row.id), "answer": done}
        await noticing.tell(session, site, reporter.id, "report-closed", network, about=about)
    return row


async def forget_old(session: Session, site: Site) -> None:
    """Reports that were closed long ago go, with the words of the posts in them."""
    await session.execute(delete(Report).where(Report.closed_at < site.now() - KEPT))


async def on_flag(session: Session, site: Site, heard: Heard[ap.Flag], gathered: Gathered) -> None:
    """Somebody of another host reports organisations of ours, or posts of theirs.

    Writes at most one Report, and one Notice, for each organisation.

    Raises:
        NotFound: nothing of ours is reported.
        NotAllowed: there are too many open reports of that host.
    """
    if hearing.is_our_own(heard):
        return
    speaker = await hearing.speaker(session, heard)
    activity = heard.activity
    named = activity.objects or (iri_of(activity.object),)
    told = await _accused(session, speaker, [str(one) for one in named])
    if not told:
        raise NotFound("nothing of this instance is reported")
    comment = _clean(activity.content or activity.summary or "")
    for one in told[:MOST_ACCUSED]:
        await _take(session, site, heard, speaker, one, comment)


async def _take(
    session: Session, site: Site, heard: Heard[ap.Flag], speaker: Actor, told: _Told, comment: str
) -> None:
    """One more report of a host: with the open one about the same organisation, if there is one."""
    is_open = (Report.host == speaker.host, Report.closed_at.is_(None))
    known = await session.scalar(
        select(Report)
        .where(*is_open, Report.about_id == told.about.id)
        .order_by(Report.id)
        .limit(1)
        .with_for_update()
    )
    if known is not None:
        known.times, known.told_at = known.times + 1, site.now()
        seen = {one["iri"] for one in known.things}
        known.things = [
            *known.things,
            *(one for one in told.things if one["iri"] not in seen),
        ][:MOST_THINGS]
        if comment and comment not in known.comment:
            known.comment = f"{known.comment}\n\n{comment}".strip()[:LONGEST_COMMENT]
        await session.flush()
        return
    if (await session.scalar(select(func.count()).where(*is_open)) or 0) >= MOST_OPEN:
        raise NotAllowed("there are many open reports of that host", code="limited")
    row = _row(site, speaker, told, comment)
    row.iri = str(heard.activity.id)
    session.add(row)
    await session.flush()
    await _tell_stewards(session, site, row, speaker)


async def _accused(session: Session, speaker: Actor, iris: list[str]) -> list[_Told]:
    """Who of ours is meant, each with the posts of theirs that the reporter's host may see."""
    accused = {
        row.id: _Told(row, [])
        for row in await session.scalars(
            select(Actor).where(
                Actor.iri.in_(iris), Actor.is_ours.is_(True), Actor.type != "Application"
            )
        )
    }
    for subject, author in await _posts(session, iris):
        if await _is_seen(session, speaker, subject):
            told = accused.setdefault(author.id, _Told(author, []))
            if len(told.things) < MOST_THINGS:
                told.things.append(_evidence(subject))
    return list(accused.values())


async def _posts(session: Session, iris: list[str]) -> list[tuple[Model | Remark, Actor]]:
    """What organisations of ours have published under these ids, and who did."""
    models = await session.execute(
        select(Model, Actor)
        .join(Actor, Actor.id == Model.actor_id)
        .where(Model.iri.in_(iris), Model.deleted_at.is_(None), Actor.is_ours.is_(True))
        .order_by(Model.id)
    )
    remarks = await session.execute(
        select(Remark, Actor)
        .join(Actor, Actor.id == Remark.actor_id)
        .where(Remark.iri.in_(iris), Remark.deleted_at.is_(None), Actor.is_ours.is_(True))
        .order_by(Remark.id)
    )
    return [(row[0], row[1]) for row in (*models, *remarks)]


async def _is_seen(session: Session, speaker: Actor, subject: Model | Remark) -> bool:
    """May anybody whom we know of the reporter's host see it?"""
    if isinstance(subject, Model) or subject.visibility in timelines.OPEN:
        return True
    there = select(Actor.id).where(Actor.host == speaker.host, Actor.is_ours.is_(False))
    named = there.where(Actor.iri.in_(subject.addressed))
    if await session.scalar(named.limit(1)) is not None:
        return True
    follower = select(Follow.id).where(
        Follow.followee_id == subject.actor_id,
        Follow.follower_id.in_(there),
        Follow.state == "accepted",
    )
    is_for_followers = subject.visibility == "followers"
    return is_for_followers and await session.scalar(follower.limit(1)) is not None


async def _forward(session: Session, site: Site, row: Report, them: Actor) -> None:
    """Tell their site, in the name of this instance."""
    said = await posting.say(
        session,
        site,
        await profiles.instance_actor(session),
        "Flag",
        [them.iri, *(one["iri"] for one in row.things)],
        about=them.iri,
        recipients=[them.iri],
        content=row.comment,
    )
    row.iri, row.is_forwarded = said.activity_iri, True
    await session.flush()


async def _tell_stewards(session: Session, site: Site, row: Report, reporter: Actor) -> None:
    network = await profiles.network(session)
    about = {"report": str(row.id)}
    await noticing.tell(session, site, network.id, "report", reporter, about=about)


def _row(site: Site, reporter: Actor, told: _Told, comment: str) -> Report:
    return Report(
        id=site.new_id(),
        from_id=reporter.id,
        host=reporter.host,
        about_id=told.about.id,
        comment=comment,
        category="other",
        things=told.things,
        made_at=site.now(),
        told_at=site.now(),
    )


def _evidence(subject: Model | Remark) -> dict[str, Any]:
    """A post as it reads now: it may be deleted before somebody looks."""
    words = subject.name if isinstance(subject, Model) else markup.plain(subject.content)
    return {"iri": subject.iri, "words": words[:LONGEST_EXCERPT]}


def _check(comment: str, category: str, them: Actor, things: Iterable[Model | Remark]) -> None:
    if len(comment) > LONGEST_COMMENT:
        words = f"Say it in at most {LONGEST_COMMENT} characters."
        raise Unwise(words, fields={"comment": words})
    if category not in CATEGORIES:
        words = "This is no kind of report."
        raise Unwise(words, fields={"category": words})
    things = list(things)
    if len(things) > MOST_THINGS or any(one.actor_id != them.id for one in things):
        raise Unwise("These are too many posts, or not all of them are theirs.")


def _clean(comment: str) -> str:
    """Plain text as a person reads it: without characters that hide or turn round what it says."""
    kept = (one for one in comment[:LONGEST_COMMENT] if one.isprintable() or one == "\n")
    return "".join(kept).strip()
