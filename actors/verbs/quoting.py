"""Quoting: a remark shows something else inside itself, where its author agrees (FEP-044f).

That a note quotes something is its author's word; that it may be shown so is the word of who wrote
what is quoted: the same actor, or one whose stamp (`QuoteAuthorization`) says so at its own address
on that actor's own host. What a note or an answer embeds of a stamp is never believed. The one who
gave a stamp may take it back, and then nobody shows the quote any more.

As Mastodon does it (4.6, `activity/quote_request.rb`, `verify_quote_service.rb`,
`revoke_quote_service.rb`). Instead of forwarding somebody's Delete of a stamp to those who read the
quote, who would not believe it from us, we send them our remark anew, without the stamp.

Wire: QuoteRequest, Accept and Reject of it, Delete of a stamp, Update of a note whose stamp came.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

import activitypub.vocabulary as ap
from activitypub import iris
from activitypub.addressing import PUBLIC, Visibility, visibility
from activitypub.authority import Heard
from activitypub.canonical_json import Document, encode, parse
from activitypub.errors import NotAuthoritative
from activitypub.iris import Iri
from actors import places
from actors.database import Session
from actors.documents import activities
from actors.documents import quote as documents
from actors.documents.sealing import unsealed
from actors.errors import NotAllowed, NotFound, Unwise
from actors.places import place
from actors.rules import consent
from actors.rules.consent import Asker, Consent
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.notice import Notice
from actors.tables.quote import Quote
from actors.tables.remark import Remark
from actors.verbs import hearing, mirroring, noticing, posting
from actors.verbs.hearing import iri_of
from actors.verbs.mirroring import Gathered
from actors.views import blocks, quotes
from actors.views.quotes import ACCEPTED, PENDING, REJECTED, REVOKED

CHECK_AGAIN = timedelta(days=1)
"""When a stamp is read again because somebody looks at the quote: a revocation may not have reached
us (FEP-044f, opportunistic re-verification)."""


@dataclass(frozen=True)
class Unverified:
    """What must be read elsewhere before a quote can be judged."""

    quoted: Iri | None
    """What is quoted, where it is unknown here."""

    stamp: Iri | None
    """The consent, where it is on the host of the author; None where there is none to be read."""


# What we write


async def prepare(
    session: Session,
    site: Site,
    organisation: Actor,
    subject: Model | Remark,
    remark_id: int,
    *,
    remark_iri: str,
    visible: Visibility,
) -> Quote:
    """The quote that a remark of ours is about to make; not yet written.

    Raises:
        Unwise: not everybody may see what is quoted or what quotes it, or its author does not
            want to be quoted.
    """
    author = await session.get_one(Actor, subject.actor_id)
    if not quotes.is_open(subject) or visible not in (Visibility.PUBLIC, Visibility.UNLISTED):
        raise Unwise("Only what everybody may see can quote and be quoted.")
    if await policy_for(session, subject, author, organisation) is Consent.DENIED:
        raise Unwise("Its author does not want it to be quoted.")
    quote = Quote(
        id=site.new_id(),
        remark_id=remark_id,
        quoted_iri=subject.iri,
        state=ACCEPTED if author.is_ours else PENDING,
        made_at=site.now(),
    )
    if author.is_ours and author.id != organisation.id:
        await _stamp(session, site, quote, author, remark_iri)
    return quote


async def led_by(session: Session, quote: Quote | None, content: str) -> str:
    """The text of a remark of ours behind the line for those who show no quotes."""
    if quote is None:
        return content
    subject = await quotes.subject(session, quote.quoted_iri)
    return documents.first_line(subject.url if subject else quote.quoted_iri) + content


def told(body: Document, quote: Quote | None) -> Document:
    """A note of ours that says what it quotes, if it quotes something."""
    if quote is None:
        return body
    tags = body.get("tag")
    others = tags if isinstance(tags, list) else []
    return body | documents.members(quote) | {"tag": [*others, documents.tag(quote)]}


async def begin(
    session: Session, site: Site, organisation: Actor, remark: Remark, quote: Quote
) -> None:
    """Write the quote of a remark that has been posted, and ask its author where that is needed."""
    session.add(quote)
    await session.flush()
    subject = await quotes.subject(session, quote.quoted_iri)
    if subject is None:
        return
    author = await session.get_one(Actor, subject.actor_id)
    if author.is_ours:
        await _tell_owner(session, site, organisation, author, remark)
        return
    asked = await posting.say(
        session,
        site,
        organisation,
        "QuoteRequest",
        quote.quoted_iri,
        about=remark.iri,
        recipients=[author.iri],
        instrument=unsealed(parse(remark.document)),
    )
    quote.request_iri = asked.activity_iri
    await session.flush()


async def on_accept(
    session: Session, site: Site, heard: Heard[ap.Activity], gathered: Gathered
) -> Remark | None:
    """An author agrees that we quote: the stamp must now be read at its own address.

    Returns:
        The remark whose stamp is to be read; None when it is no answer to a request of ours.

    Raises:
        NotAuthoritative: somebody else answers, or the stamp is not on the author's own host.
    """
    found = await _asked(session, heard)
    if found is None:
        return None
    quote, remark = found
    result = heard.activity.result
    if result is None or not iris.same_origin(result, heard.speaker):
        raise NotAuthoritative("a stamp is on the host of the one who gives it", code="not-owner")
    if quote.state not in (ACCEPTED, REVOKED):
        quote.stamp_iri, quote.state = result, PENDING
    await session.flush()
    return remark


async def on_reject(
    session: Session, site: Site, heard: Heard[ap.Activity], gathered: Gathered
) -> bool:
    """An author does not agree, or no longer; False when it is no answer to a request of ours."""
    found = await _asked(session, heard)
    if found is None:
        return False
    quote, remark = found
    await _withdraw(session, site, quote, remark)
    return True


# What others write


async def mark(session: Session, site: Site, remark: Remark, note: ap.Object) -> Quote | None:
    """Remember that a remark quotes something, as its author says now; nothing of it is believed.

    Who quotes herself, needs nobody's consent. A remark from which one of ours took a stamp back
    keeps that row whatever it quotes now: else it could forget it by an edit, and ask again.
    """
    named = documents.quoted(note)
    quote = await quotes.by_remark(session, remark.id)
    if quote is not None and quote.stamp and quote.state == REVOKED:
        return quote
    if quote is not None and quote.quoted_iri != named:
        await session.delete(quote)
        await session.flush()
        quote = None
    if named is None or named == remark.iri:
        return None
    if quote is None:
        quote = Quote(
            id=site.new_id(),
            remark_id=remark.id,
            quoted_iri=named,
            state=PENDING,
            made_at=site.now(),
        )
        session.add(quote)
    said = documents.stamp_of(note)
    if not quote.stamp and said != quote.stamp_iri:
        quote.stamp_iri = said
        quote.state = PENDING if quote.state != REVOKED or said else REVOKED
    subject = await quotes.subject(session, named)
    if subject is not None and subject.actor_id == remark.actor_id:
        quote.state = ACCEPTED
    await session.flush()
    return quote


async def may_be_asked(session: Session, heard: Heard[ap.Activity]) -> bool:
    """Is it about something of ours that everybody may see? Nothing else is looked at."""
    return await _ours(session, iri_of(heard.activity.object)) is not None


def instrument_wanted(heard: Heard[ap.Activity], gathered: Gathered) -> frozenset[Iri]:
    """The post that wants to quote, where the request only names it."""
    request = heard.activity
    if not isinstance(request, ap.QuoteRequest) or request.quoting is not None:
        return frozenset()
    return frozenset({request.instrument} if request.instrument else ()) - gathered.keys()


async def on_quote_request(
    session: Session, site: Site, heard: Heard[ap.QuoteRequest], gathered: Gathered
) -> None:
    """Somebody wants to quote something of ours: by its policy, a stamp or a Reject.

    A quote whose stamp was taken back stays without one.

    Raises:
        NotAuthoritative: what asks is not the asker's own, or does not quote that.
    """
    request = heard.activity
    subject = await _ours(session, iri_of(request.object))
    if subject is None:
        return
    asker = await hearing.speaker(session, heard)
    note = request.quoting if isinstance(request.quoting, ap.Object) else None
    note = note or gathered.get(request.instrument or Iri(""))
    if note is None or note.attributed_to[:1] != (asker.iri,):
        raise NotAuthoritative("only the author of a post may ask for it", code="attribution")
    if documents.quoted(note) != subject.iri:
        raise NotAuthoritative("what asks does not quote that", code="origin-object")
    author = await session.get_one(Actor, subject.actor_id)
    if await blocks.bars(session, author.id, asker):
        await _answer(session, site, author, heard)
        return
    remark = await mirroring.remember_remark(
        session, site, note, asker, visibility=_visibility(note, asker)
    )
    quote = None if remark is None else await mark(session, site, remark, note)
    if remark is None or quote is None:
        return
    quote.request_iri = str(request.id)
    allowed = await policy_for(session, subject, author, asker)
    if quote.state == REVOKED or allowed is not Consent.AUTOMATIC:
        quote.state = quote.state if quote.state == REVOKED else REJECTED
        await _answer(session, site, author, heard)
        return
    if quote.state != ACCEPTED or not quote.stamp:
        await _stamp(session, site, quote, author, remark.iri)
        await _tell_owner(session, site, asker, author, remark)
    await _answer(session, site, author, heard, quote.stamp_iri)


async def on_stamp_deleted(session: Session, site: Site, iri: str, speaker: Actor) -> None:
    """An author takes back what may be a stamp: no quote of hers may rest on it any more.

    Several notes may claim one stamp; it is their own business that it fits at most one.
    """
    claimed = await session.scalars(select(Quote).where(Quote.stamp_iri == iri))
    for quote in claimed.all():
        subject = await quotes.subject(session, quote.quoted_iri)
        if subject is not None and subject.actor_id == speaker.id:
            quote.state = REVOKED
            remark = await session.get_one(Remark, quote.remark_id)
            await _withdraw(session, site, quote, remark)


async def unverified(session: Session, remark_iri: str) -> Unverified | None:
    """What must be read before the quote of this remark can be judged; None when nothing must."""
    remark = await _remark(session, remark_iri)
    quote = None if remark is None else await quotes.by_remark(session, remark.id)
    if remark is None or quote is None or quote.stamp or quote.state in (REJECTED, REVOKED):
        return None
    subject = await quotes.subject(session, quote.quoted_iri)
    if subject is None:
        return Unverified(Iri(quote.quoted_iri), _beside(quote, Iri(quote.quoted_iri)))
    if subject.actor_id == remark.actor_id:
        return None
    author = await session.get_one(Actor, subject.actor_id)
    stamp = None if author.is_ours else _beside(quote, Iri(author.iri))
    return None if stamp is None else Unverified(None, stamp)


async def verify(session: Session, site: Site, remark_iri: str, stamp: ap.Object | None) -> None:
    """Judge the quote of a remark by what stands at the address of its stamp now.

    Args:
        session: an open transaction.
        site: the time.
        remark_iri: what quotes.
        stamp: what was read at the address of the stamp; None when nothing is there.
    """
    remark = await _remark(session, remark_iri)
    quote = None if remark is None else await quotes.by_remark(session, remark.id)
    if remark is None or quote is None or quote.stamp or quote.state in (REJECTED, REVOKED):
        return
    subject = await quotes.subject(session, quote.quoted_iri)
    if subject is None or await _is_settled(session, quote, remark, subject):
        return
    author = await session.get_one(Actor, subject.actor_id)
    quote.checked_at = site.now()
    if not await _holds(session, quote, remark, author, stamp):
        await _withdraw(session, site, quote, remark)
    elif quote.state != ACCEPTED:
        quote.state = ACCEPTED
        await _restate(session, site, remark, quote)
    await session.flush()


def is_due(site: Site, quote: Quote | None) -> bool:
    """Is there something to be read for this quote, or to be read again?"""
    if quote is None or quote.stamp or quote.state in (REJECTED, REVOKED):
        return False
    if quote.state == PENDING:
        return True
    checked = quote.checked_at
    return quote.stamp_iri is not None and (checked is None or checked + CHECK_AGAIN <= site.now())


# What an author decides


async def revoke(session: Session, site: Site, organisation: Actor, remark: Remark) -> Quote:
    """One of ours no longer wants to be quoted by this remark.

    Raises:
        NotFound: the remark quotes nothing with our consent.
        NotAllowed: what it quotes is somebody else's.
    """
    quote = await quotes.by_remark(session, remark.id)
    subject = None if quote is None else await quotes.subject(session, quote.quoted_iri)
    if quote is None or subject is None or not quote.stamp or quote.state != ACCEPTED:
        raise NotFound("There is no such quote.")
    if subject.actor_id != organisation.id:
        raise NotAllowed("Only the author of what is quoted may withdraw consent.")
    asker = await session.get_one(Actor, remark.actor_id)
    stone = activities.tombstone(unsealed(parse(quote.stamp)), at=site.now())
    await posting.say(
        session,
        site,
        organisation,
        "Delete",
        stone,
        about=str(quote.stamp_iri),
        recipients=[asker.iri],
        followers_of=[organisation],
        to=[PUBLIC],
        cc=[organisation.followers, asker.iri],
        is_public=True,
    )
    sealed = await posting.seal(session, site, organisation, stone)
    quote.state, quote.stamp = REVOKED, encode(sealed)
    await _withdraw(session, site, quote, remark)
    return quote


async def policy_for(
    session: Session, subject: Model | Remark, author: Actor, asker: Actor
) -> Consent:
    """What the policy of something says to one who wants to quote it."""
    said = quotes.policy(subject)
    circles = (author.iri, author.followers, author.following)
    as_a_stranger = consent.consent(said, Asker(asker.iri), *circles)
    if as_a_stranger is Consent.AUTOMATIC:
        return as_a_stranger
    known = Asker(
        iri=asker.iri,
        follows=await _follows(session, asker, author),
        is_followed=await _follows(session, author, asker),
    )
    return consent.consent(said, known, *circles)


async def _follows(session: Session, follower: Actor, followee: Actor) -> bool:
    found = await session.scalar(
        select(Follow.id).where(
            Follow.follower_id == follower.id,
            Follow.followee_id == followee.id,
            Follow.state == "accepted",
        )
    )
    return found is not None


async def _ours(session: Session, iri: str) -> Model | Remark | None:
    """Something of ours that everybody may see."""
    subject = await quotes.subject(session, iri)
    if subject is None or not quotes.is_open(subject):
        return None
    author = await session.get_one(Actor, subject.actor_id)
    return subject if author.is_ours and author.gone_at is None else None


async def _asked(session: Session, heard: Heard[ap.Activity]) -> tuple[Quote, Remark] | None:
    """The quote of ours for which we asked the speaker by the request that is answered.

    Raises:
        NotAuthoritative: what we asked for is somebody else's.
    """
    row = (
        await session.execute(
            select(Quote, Remark)
            .join(Remark, Remark.id == Quote.remark_id)
            .join(Actor, Actor.id == Remark.actor_id)
            .where(Quote.request_iri == iri_of(heard.activity.object), Actor.is_ours.is_(True))
        )
    ).first()
    if row is None:
        return None
    subject = await quotes.subject(session, row[0].quoted_iri)
    speaker = await hearing.speaker(session, heard)
    if subject is None or subject.actor_id != speaker.id:
        raise NotAuthoritative("only the author of what is quoted may answer", code="not-owner")
    return row[0], row[1]


async def _is_settled(
    session: Session, quote: Quote, remark: Remark, subject: Model | Remark
) -> bool:
    """Is no stamp of somebody else's asked for? Of our own things only our own word counts."""
    if subject.actor_id == remark.actor_id:
        quote.state = ACCEPTED
        return True
    author = await session.get_one(Actor, subject.actor_id)
    return author.is_ours or quote.stamp_iri is None


async def _holds(
    session: Session, quote: Quote, remark: Remark, author: Actor, stamp: ap.Object | None
) -> bool:
    """Is this the author's consent to exactly this quote?"""
    return (
        isinstance(stamp, ap.QuoteAuthorization)
        and stamp.id is not None
        and stamp.id == quote.stamp_iri
        and iris.same_origin(stamp.id, Iri(author.iri))
        and stamp.attributed_to == (author.iri,)
        and stamp.interacting == remark.iri
        and stamp.target == quote.quoted_iri
        and not await mirroring.is_buried(session, stamp.id, author)
    )


def _beside(quote: Quote, owner: Iri) -> Iri | None:
    """The address of a stamp, if it is on the host of the one who would give it."""
    stamp = Iri(quote.stamp_iri) if quote.stamp_iri else None
    return stamp if stamp and iris.same_origin(stamp, owner) else None


async def _stamp(
    session: Session, site: Site, quote: Quote, author: Actor, remark_iri: str
) -> None:
    """One of ours agrees."""
    iri = place(site.origin, places.STAMP, id=site.new_id())
    body = documents.stamp(iri, author.iri, quoting=remark_iri, quoted_iri=quote.quoted_iri)
    quote.stamp_iri, quote.state = iri, ACCEPTED
    quote.stamp = encode(await posting.seal(session, site, author, body))


async def _withdraw(session: Session, site: Site, quote: Quote, remark: Remark) -> None:
    """The quote is no longer, or was never, agreed to; our own remark stops saying that it is."""
    was = quote.state
    quote.state = REVOKED if was in (ACCEPTED, REVOKED) else REJECTED
    if quote.state == REVOKED:
        await _restate(session, site, remark, None)
    await session.flush()


async def _restate(session: Session, site: Site, remark: Remark, quote: Quote | None) -> None:
    """Tell those who read a remark of ours that its quote has a stamp now, or none any more.

    It was not edited, so it says no `updated`: Mastodon then reads the stamp and shows no edit.
    """
    author = await session.get_one(Actor, remark.actor_id)
    if not author.is_ours:
        return
    # Held, because it may be reworded at this moment: neither change may undo the other.
    remark = await session.get_one(Remark, remark.id, with_for_update=True, populate_existing=True)
    if remark.deleted_at is not None:
        return
    body = unsealed(parse(remark.document))
    stamp = None if quote is None else quote.stamp_iri
    if body.get(documents.STAMP) == stamp:
        return
    document = await posting.seal(session, site, author, body | {documents.STAMP: stamp})
    remark.document = encode(document)
    is_direct = remark.visibility == Visibility.DIRECT.name.lower()
    await posting.tell_of(
        session,
        site,
        author,
        "Update",
        document,
        recipients=[str(one) for one in remark.addressed],
        followers_of=() if is_direct else [author],
        is_public=remark.visibility in quotes.OPEN,
    )


async def _answer(
    session: Session,
    site: Site,
    author: Actor,
    heard: Heard[ap.QuoteRequest],
    stamp_iri: str | None = None,
) -> None:
    """Accept with the stamp where there is one, else Reject."""
    asked = heard.activity
    request: Document = {
        "id": str(asked.id),
        "type": "QuoteRequest",
        "actor": heard.speaker,
        "object": iri_of(asked.object),
        "instrument": asked.instrument,
    }
    about = stamp_iri or str(asked.instrument or asked.id)
    await posting.say(
        session,
        site,
        author,
        "Accept" if stamp_iri else "Reject",
        request,
        about=about,
        recipients=[heard.speaker],
        result=stamp_iri,
    )


async def _tell_owner(
    session: Session, site: Site, asker: Actor, author: Actor, remark: Remark
) -> None:
    """One notice for the owner, however often she is asked."""
    told_of = select(Notice.id).where(Notice.owner_id == author.id, Notice.remark_id == remark.id)
    if await session.scalar(told_of) is None:
        await noticing.tell(session, site, author.id, "quote", asker, remark=remark)


async def _remark(session: Session, iri: str) -> Remark | None:
    found: Remark | None = await session.scalar(
        select(Remark).where(Remark.iri == iri, Remark.deleted_at.is_(None))
    )
    return found


def _visibility(note: ap.Object, author: Actor) -> str:
    followers = Iri(author.followers) if author.followers else None
    return visibility(note.to, note.cc, followers).name.lower()
