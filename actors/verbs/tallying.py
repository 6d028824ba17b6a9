"""Tallying: votes in polls, those of others in ours and ours in theirs.

A poll of ours counts each voter once, by constraint, and only while it lasts; its numbers are told
every few minutes, not with every vote. A vote of ours in somebody else's poll goes to who asked,
and to nobody else: how somebody voted is told to no third party.

Wire: Create of a Note with a name and no text; Update{Question} with newer numbers.
"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import distinct, func, select

import activitypub.vocabulary as ap
from activitypub.canonical_json import Document, encode, parse
from actors.database import Session, insert_once, tells
from actors.documents.sealing import unsealed
from actors.documents.times import wire_time
from actors.errors import Gone, NotFound, Unwise
from actors.rules import news, polls
from actors.rules.polls import Poll
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.remark import Remark
from actors.tables.vote import Ballot, Vote
from actors.verbs import noticing, posting
from actors.views import blocks, timelines

TOLD_EVERY = timedelta(minutes=3)
"""How soon newer numbers are told, as on Mastodon: a vote must not cost a letter to everybody."""

FORGOTTEN_AFTER = timedelta(days=366)
"""How long we watch for the end of a poll that says none."""


async def watch(session: Session, site: Site, remark: Remark, asked: Poll) -> None:
    """Look at this poll again when it has ended."""
    row = {
        "id": site.new_id(),
        "remark_id": remark.id,
        "due_at": asked.ends_at or site.now() + FORGOTTEN_AFTER,
        "is_changed": False,
    }
    await insert_once(session, Ballot, row)


async def vote(
    session: Session, site: Site, us: Actor, remark: Remark, choices: Collection[int]
) -> Remark:
    """One of ours chooses in a poll that it may see.

    Raises:
        NotFound: that asks nothing.
        Unwise: it is one's own, has ended, was voted in already, or has no such options.
        Gone: it was deleted meanwhile.
    """
    row = await _held(session, remark)
    asked, chosen = _asked(row), sorted(set(choices))
    if row.actor_id == us.id:
        raise Unwise("Validation failed: You cannot vote in your own polls")
    polls.must_be_choices(asked, chosen, site.now())
    if await _has_voted(session, row, us):
        raise Unwise("Validation failed: You have already voted on this poll")
    for choice in chosen:
        await _keep(session, site, row, us, choice)
    author = await session.get_one(Actor, row.actor_id)
    if author.is_ours:
        await _count(session, site, row)
    else:
        row.poll = polls.added(asked, chosen).to_json()
        await watch(session, site, row, asked)
        for choice in chosen:
            await _send(session, site, us, author, row, asked.options[choice].name)
    tells(session, news.word(news.CHANGED, row.id))
    await session.flush()
    return row


async def on_vote(session: Session, site: Site, voter: Actor, note: ap.Object) -> None:
    """Somebody chooses in a poll; in none of ours, late, twice, or unseen, it has no effect."""
    if voter.is_ours or note.attributed_to[:1] != (voter.iri,):
        return
    found = await session.scalar(
        select(Remark)
        .join(Actor, Actor.id == Remark.actor_id)
        .where(
            Remark.iri == note.in_reply_to,
            Remark.poll.is_not(None),
            Remark.deleted_at.is_(None),
            Actor.is_ours.is_(True),
        )
    )
    if found is None:
        return
    row = await _held(session, found)
    author = await session.get_one(Actor, row.actor_id)
    asked = _asked(row)
    names = [option.name for option in asked.options]
    if asked.is_over(site.now()) or note.name not in names:
        return
    if not await timelines.may_see(session, row, author, voter):
        return
    if await blocks.bars(session, author.id, voter):
        return
    if not asked.is_multiple and await _has_voted(session, row, voter):
        return
    if await _keep(session, site, row, voter, names.index(note.name)):
        await _count(session, site, row)


async def due(session: Session, site: Site) -> Ballot | None:
    """A poll of which something is to be done, the longest due first."""
    row: Ballot | None = await session.scalar(
        select(Ballot).where(Ballot.due_at <= site.now()).order_by(Ballot.due_at).limit(1)
    )
    return row


async def settle(session: Session, site: Site, ballot: Ballot) -> None:
    """Tell the newer numbers of a poll of ours, and, where it has ended, who had to do with it."""
    held = await session.get(Ballot, ballot.id, with_for_update=True, populate_existing=True)
    if held is None or held.due_at > site.now():
        return
    row = await session.get_one(Remark, held.remark_id)
    asked = Poll.from_json(row.poll) if row.poll else None
    if asked is None:
        await session.delete(held)
        return
    author = await session.get_one(Actor, row.actor_id)
    is_over = asked.is_over(site.now()) or asked.ends_at is None
    if author.is_ours and (held.is_changed or is_over):
        await _tell(session, site, author, row)
    if is_over:
        await session.delete(held)
        await _tell_of_end(session, site, author, row)
    else:
        held.is_changed, held.due_at = False, asked.ends_at or site.now()
    await session.flush()


async def _tell_of_end(session: Session, site: Site, author: Actor, row: Remark) -> None:
    """Those of ours who asked or voted are told, once."""
    voters = await session.scalars(
        select(Vote.actor_id)
        .distinct()
        .join(Actor, Actor.id == Vote.actor_id)
        .where(Vote.remark_id == row.id, Actor.is_ours.is_(True))
    )
    owners = set(voters)
    if author.is_ours:
        owners.add(author.id)
    for owner_id in sorted(owners):
        await noticing.write(session, site, owner_id, "poll", author, remark=row)


async def _held(session: Session, remark: Remark) -> Remark:
    """The remark, read anew and held until the transaction ends: votes are counted in turn."""
    row = await session.get_one(Remark, remark.id, with_for_update=True, populate_existing=True)
    if row.deleted_at is not None:
        raise Gone("This remark was deleted.")
    return row


def _asked(row: Remark) -> Poll:
    if row.poll is None:
        raise NotFound("Record not found")
    return Poll.from_json(row.poll)


async def _has_voted(session: Session, row: Remark, voter: Actor) -> bool:
    found = select(Vote.id).where(Vote.remark_id == row.id, Vote.actor_id == voter.id).limit(1)
    return await session.scalar(found) is not None


async def _keep(session: Session, site: Site, row: Remark, voter: Actor, choice: int) -> bool:
    values = {
        "id": site.new_id(),
        "remark_id": row.id,
        "actor_id": voter.id,
        "choice": choice,
        "made_at": site.now(),
    }
    return await insert_once(session, Vote, values)


async def _count(session: Session, site: Site, row: Remark) -> None:
    """Count a poll of ours anew, and have that told soon."""
    here = Vote.remark_id == row.id
    rows = await session.execute(
        select(Vote.choice, func.count()).where(here).group_by(Vote.choice)
    )
    votes = {row[0]: row[1] for row in rows}
    voters = await session.scalar(select(func.count(distinct(Vote.actor_id))).where(here))
    asked = polls.counted(_asked(row), votes, voters or 0)
    row.poll = asked.to_json()
    ballot = await session.scalar(select(Ballot).where(Ballot.remark_id == row.id))
    if ballot is not None and not ballot.is_changed:
        ballot.is_changed = True
        ballot.due_at = min(ballot.due_at, site.now() + TOLD_EVERY)
    tells(session, news.word(news.CHANGED, row.id))
    await session.flush()


async def _tell(session: Session, site: Site, author: Actor, row: Remark) -> None:
    """Send a poll of ours with its numbers; its words are those that stand there.

    Numbers are no new wording, so `updated` stays: Mastodon takes them all the same.
    """
    body = unsealed(parse(row.document))
    body |= polls.asked_on_the_wire(_asked(row), site.now())
    document = await posting.seal(session, site, author, _without_nothing(body))
    row.document = encode(document)
    voters = select(Vote.actor_id).where(Vote.remark_id == row.id)
    reached = await session.scalars(
        select(Actor.iri).where(
            Actor.is_ours.is_(False), Actor.id.in_(voters) | Actor.iri.in_(row.addressed)
        )
    )
    await posting.tell_of(
        session,
        site,
        author,
        "Update",
        document,
        recipients=list(reached),
        followers_of=[] if row.visibility == "direct" else [author],
        is_public=row.visibility in timelines.OPEN,
    )


def _without_nothing(body: Document) -> Document:
    return {name: value for name, value in body.items() if value is not None}


async def _send(
    session: Session, site: Site, us: Actor, author: Actor, row: Remark, name: str
) -> None:
    """Tell who asked what was chosen, and nobody else."""
    document: Document = {
        "id": f"{us.iri}#votes/{site.new_id()}",
        "type": "Note",
        "name": name,
        "attributedTo": us.iri,
        "inReplyTo": row.iri,
        "published": wire_time(site.now()),
        "to": [author.iri],
        "cc": [],
    }
    await posting.tell_of(
        session, site, us, "Create", document, recipients=[author.iri], is_public=False
    )
