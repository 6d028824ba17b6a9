"""Remarking: notes, replies, likes, boosts.

A note from elsewhere is kept when it concerns somebody here: one of ours follows its author, is
addressed by it, it answers something that we know, or a relay of ours brings it. Everything else
is answered 202 and forgotten, as Mastodon does (M46, activity/create.rb). Nobody is told of a note
that is not for her: neither the owner of what it answers, nor who is mentioned in it without being
addressed.

Wire: Create{Note}, Update{Note}, Like, Announce, Undo of the last two. What our own organisations
like and pass on is in `liking`, what they change in `rewording`.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import delete, or_, select

import activitypub.vocabulary as ap
from activitypub.addressing import Visibility, addresses, visibility
from activitypub.authority import Heard, Vouched
from activitypub.canonical_json import encode, parse
from activitypub.iris import Iri
from actors import places
from actors.database import Session, insert_once, tells
from actors.documents import media as media_documents
from actors.documents import model as model_documents
from actors.documents import remark as documents
from actors.documents.remark import Addressed
from actors.errors import NotFound, Unwise
from actors.places import place
from actors.rules import consent, news, polls
from actors.rules.consent import Quotable
from actors.rules.polls import Poll
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.media import Media
from actors.tables.model import Model
from actors.tables.notice import Notice
from actors.tables.remark import Boost, Like, Remark
from actors.verbs import (
    cataloguing,
    catching_up,
    conversing,
    distributing,
    hearing,
    heeding,
    mirroring,
    noticing,
    phrasing,
    picturing,
    posting,
    quoting,
    subscribing,
    tallying,
)
from actors.verbs.hearing import iri_of
from actors.verbs.mirroring import Gathered
from actors.views import blocks, listeners, timelines
from actors.views.listeners import Listener
from actors.vocabulary import is_model, is_note

OVERTAKEN = timedelta(days=1)
"""How old a note may be whose Update we hear first: what is older we did not want at its time
(Mastodon, activity/update.rb)."""

LONGEST_REMARK = 5_000
"""Characters of a remark of ours: ten times Mastodon's; what is longer belongs into a model."""

REPEATED = timedelta(hours=1)
"""How long a request that an app repeats is known again, as on Mastodon."""


async def remark(
    session: Session,
    site: Site,
    organisation: Actor,
    *,
    text: str,
    in_reply_to: Model | Remark | None = None,
    visible: Visibility = Visibility.PUBLIC,
    language: str | None = None,
    summary: str = "",
    request_key: str | None = None,
    quoted: Model | Remark | None = None,
    quotable: Quotable = Quotable.PUBLIC,
    commons: Actor | None = None,
    media: Sequence[Media] = (),
    is_sensitive: bool = False,
    poll: Poll | None = None,
) -> Remark:
    """An organisation of ours says something, or answers.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        organisation: who speaks.
        text: Markdown.
        in_reply_to: what it answers; its author is notified.
        visible: who may see it.
        language: the language of the text.
        summary: the line in front of it, if it shall be hidden behind one.
        request_key: what an app calls its request: asked again within an hour, the answer is the
            remark that was made then.
        quoted: what it shows inside itself, once its author agrees.
        quotable: who may quote it; what not everybody may see is quoted by nobody.
        commons: the Group in which it is said; an answer stays where that stands which it answers.
        media: files of the organisation that it shows; then there may be no text.
        is_sensitive: they are shown only to who asks for them.
        poll: what it asks (`rules.polls.ask`).

    Raises:
        Unwise: there is no text, or too much of it; or that cannot be quoted.
        NotFound: it answers what the organisation may not see.
    """
    posting.must_be_here(organisation)
    must_say_something(text, summary, has_media=bool(media))
    made = await _made_before(session, site, organisation, request_key)
    if made is not None:
        return made
    answered = await _author_seen(session, organisation, in_reply_to) if in_reply_to else None
    phrase = await phrasing.phrase(session, site, text)
    people = {one.id: one for one in (answered, *phrase.people) if one is not None}
    people.pop(organisation.id, None)
    mentioned = tuple(people.values())
    followers = Iri(organisation.followers) if organisation.followers else None
    to, cc = addresses(visible, followers, [Iri(one.iri) for one in mentioned])
    is_open = visible in (Visibility.PUBLIC, Visibility.UNLISTED)
    group = await _group(session, in_reply_to, commons) if is_open else None
    if group is not None:
        cc = (*cc, Iri(group))
    remark_id, now = site.new_id(), site.now()
    iri = place(site.origin, places.REMARK, id=remark_id)
    quote = None
    if quoted is not None:
        quote = await quoting.prepare(
            session, site, organisation, quoted, remark_id, remark_iri=iri, visible=visible
        )
    row = Remark(
        id=remark_id,
        iri=iri,
        actor_id=organisation.id,
        url=iri,
        content=await quoting.led_by(session, quote, phrase.content),
        summary=summary,
        source=text,
        request_key=request_key,
        language=language,
        in_reply_to=in_reply_to.iri if in_reply_to else None,
        visibility=visible.name.lower(),
        addressed=[*to, *cc],
        document=b"",
        published_at=now,
        updated_at=now,
        commons_iri=group,
        poll=poll.to_json() if poll else None,
    )
    addressed = Addressed(
        to,
        cc,
        mentioned=mentioned,
        hashtags=phrase.hashtags,
        context=_conversation(site, row, in_reply_to),
    )
    body = documents.to_document(site.origin, row, organisation, addressed)
    body |= media_documents.shown_by(site.origin, media, is_sensitive=is_sensitive)
    if visible in (Visibility.PUBLIC, Visibility.UNLISTED):
        body["interactionPolicy"] = consent.policy(
            quotable, author=organisation.iri, followers=organisation.followers
        )
    body = quoting.told(body, quote)
    document = await posting.seal(session, site, organisation, body)
    row.document = encode(document)
    session.add(row)
    await session.flush()
    tells(session, news.word(news.SAID, row.id))
    await cataloguing.tag(session, site, row, (name for name, _ in phrase.hashtags))
    await picturing.show(session, site, picturing.REMARK, row.id, media)
    names = [name for name, _ in phrase.hashtags]
    await subscribing.put_before_followers(session, site, row, names)
    await posting.tell_of(
        session,
        site,
        organisation,
        "Create",
        document,
        recipients=[*(one.iri for one in mentioned), *((group,) if group else ())],
        followers_of=() if visible is Visibility.DIRECT else [organisation],
        is_public=visible in (Visibility.PUBLIC, Visibility.UNLISTED),
    )
    if quote is not None:
        await quoting.begin(session, site, organisation, row, quote)
    if poll is not None:
        await tallying.watch(session, site, row, poll)
    return row


def must_say_something(text: str, summary: str = "", *, has_media: bool = False) -> None:
    """Refuse a remark that says nothing, or too much.

    Raises:
        Unwise: there is no text, or too much of it.
    """
    if not (text.strip() or has_media) or len(text) + len(summary) > LONGEST_REMARK:
        words = f"Write something of at most {LONGEST_REMARK:,} characters."
        raise Unwise(words, fields={"text": words})


async def _made_before(
    session: Session, site: Site, organisation: Actor, request_key: str | None
) -> Remark | None:
    """What the same request made already; two that come at once come one after the other."""
    if not request_key:
        return None
    await session.execute(
        select(Actor.id).where(Actor.id == organisation.id).with_for_update(key_share=True)
    )
    return await session.scalar(
        select(Remark).where(
            Remark.actor_id == organisation.id,
            Remark.request_key == request_key,
            Remark.published_at > site.now() - REPEATED,
            Remark.deleted_at.is_(None),
        )
    )


async def _author_seen(session: Session, organisation: Actor, subject: Model | Remark) -> Actor:
    """Whose words are answered: what one may not see one cannot answer."""
    author = await session.get_one(Actor, subject.actor_id)
    if not await timelines.may_see(session, subject, author, organisation):
        raise NotFound("There is no such remark here.")
    return author


def _conversation(site: Site, row: Remark, answered: Model | Remark | None) -> str | None:
    """The conversation it belongs to: that of what it answers, or its own (FEP-7888).

    What is not for everybody begins no conversation that has an address.
    """
    if answered is None:
        is_open = row.visibility in timelines.OPEN
        return place(site.origin, places.REMARK_CONTEXT, id=row.id) if is_open else None
    if not answered.document:
        return None
    said = parse(answered.document).get("context")
    return said if isinstance(said, str) and said.startswith(("https://", "http://")) else None


async def _group(
    session: Session, in_reply_to: Model | Remark | None, commons: Actor | None
) -> str | None:
    """The Group in which something is said.

    What others name as the audience of theirs counts only where we know that it is a Group: else
    anybody could make us send our answers to anybody.
    """
    iri = in_reply_to.commons_iri if in_reply_to else commons.iri if commons else None
    found: str | None = await session.scalar(
        select(Actor.iri).where(Actor.iri == iri, Actor.type == "Group", Actor.gone_at.is_(None))
    )
    return found


async def on_note(
    session: Session, site: Site, heard: Heard[ap.Create], gathered: Gathered
) -> None:
    """Somebody says something that may concern us."""
    await _hear(session, site, heard)


async def on_update_note(
    session: Session, site: Site, heard: Heard[ap.Update], gathered: Gathered
) -> None:
    """Somebody rewords a note that we keep.

    One that we do not keep stays unknown, unless it is so young that its Create was overtaken.

    Raises:
        NotAuthoritative: it is a neighbour's.
    """
    note = heard.activity.object
    if hearing.is_our_own(heard) or not isinstance(note, ap.Object):
        return
    if await session.scalar(select(Remark.id).where(Remark.iri == iri_of(note))) is not None:
        author = await hearing.speaker(session, heard)
        await hearing.check_owner(session, iri_of(note), author)
        kept = await mirroring.remember_remark(
            session, site, note, author, visibility=_visibility(note, author)
        )
        if kept is not None and (note.updated or note.published or site.now()) >= kept.updated_at:
            await conversing.keep(session, site, kept, note)
    elif note.published is not None and note.published > site.now() - OVERTAKEN:
        await _hear(session, site, heard)


async def on_like(session: Session, site: Site, heard: Heard[ap.Like], gathered: Gathered) -> None:
    """Somebody likes something that we know; liking what was not meant for them has no effect."""
    subject = await _known(session, iri_of(heard.activity.object))
    if subject is None or hearing.is_our_own(heard):
        return
    liker = await hearing.speaker(session, heard)
    author = await session.get_one(Actor, subject.actor_id)
    if not await timelines.may_see(session, subject, author, liker):
        return
    if await blocks.bars(session, subject.actor_id, liker):
        return
    if await mirroring.is_buried(session, str(heard.activity.id), liker):
        return
    is_new = await insert_once(
        session,
        Like,
        {
            "id": site.new_id(),
            "iri": str(heard.activity.id),
            "actor_id": liker.id,
            "object_iri": subject.iri,
            "made_at": site.now(),
        },
    )
    if is_new:
        await _tell_owner(session, site, "like", liker, subject)


async def on_announce(
    session: Session, site: Site, heard: Heard[ap.Announce], gathered: Gathered
) -> None:
    """Somebody passes something on: of ours, or to ours who follow them.

    What was passed on is remembered from its own origin, never from the Announce.
    """
    booster = await hearing.speaker(session, heard)
    if await mirroring.is_buried(session, str(heard.activity.id), booster):
        return
    iri = Iri(iri_of(heard.activity.object))
    was_known = site.is_catching_up and await is_known(session, iri)
    subject = await remember_passed_on(session, site, iri, gathered)
    if subject is None or not _is_open(subject):
        return
    if was_known and isinstance(subject, Model):
        await catching_up.look_again(session, site, subject)  # we know it as it was at some time
    if await blocks.bars(session, subject.actor_id, booster):
        return
    is_new = not hearing.is_our_own(heard) and await _remember_boost(
        session, site, heard, booster, subject
    )
    boost = await session.scalar(
        select(Boost).where(Boost.actor_id == booster.id, Boost.object_iri == subject.iri)
    )
    if boost is None:
        return  # one of ours has taken it back already
    await distributing.distribute(session, site, booster, subject, boost)
    if is_new:
        await _tell_owner(session, site, "boost", booster, subject)


async def _remember_boost(
    session: Session,
    site: Site,
    heard: Heard[ap.Announce],
    booster: Actor,
    subject: Model | Remark,
) -> bool:
    """Once for each booster; False where it was remembered before."""
    said_at = min(heard.activity.published or site.now(), site.now())
    return await insert_once(
        session,
        Boost,
        {
            "id": site.id_for(said_at),
            "iri": str(heard.activity.id),
            "actor_id": booster.id,
            "object_iri": subject.iri,
            "made_at": said_at if site.is_catching_up else site.now(),
        },
    )


async def remember_answer(
    session: Session, site: Site, heard: Heard[ap.Announce], gathered: Gathered
) -> None:
    """An answer was passed on: it belongs into a conversation that we know, and nowhere else."""
    subject = iri_of(heard.activity.object)
    answer = gathered.get(Iri(subject))
    if answer is None or await _known(session, answer.in_reply_to) is None:
        return
    kept = await remember_passed_on(session, site, Iri(subject), gathered)
    if isinstance(kept, Remark) and _is_open(kept):
        author = await session.get_one(Actor, kept.actor_id)
        ours = await listeners.of(session, author, kept.addressed)
        await _tell(session, site, author, kept, ours, told=await _told(session, kept))


async def on_undo(session: Session, heard: Heard[ap.Undo]) -> bool:
    """Somebody takes a like or a boost back.

    Returns:
        False when there was none of that id.
    """
    undone, speaker = heard.activity.object, await hearing.speaker(session, heard)
    iri = iri_of(undone)
    # A commons announces one thing twice, a like may be said again: the undone one's object tells
    # which, where we know it by another id.
    liked = iri_of(undone.object) if isinstance(undone, ap.Like) else ""
    like = delete(Like).where(
        Like.actor_id == speaker.id, or_(Like.iri == iri, Like.object_iri == liked)
    )
    about = iri_of(undone.object) if isinstance(undone, ap.Announce) else ""
    boost = delete(Boost).where(
        Boost.actor_id == speaker.id, or_(Boost.iri == iri, Boost.object_iri == about)
    )
    likes = (await session.scalars(like.returning(Like.id))).all()
    boosts = (await session.scalars(boost.returning(Boost.id))).all()
    return bool(likes or boosts)


async def passing_on_concerns_us(session: Session, heard: Heard[ap.Announce]) -> bool:
    """Do we know what is passed on, or does one of ours follow who does so?"""
    if await _known(session, iri_of(heard.activity.object)) is not None:
        return True
    return await distributing.is_followed(session, await hearing.speaker(session, heard))


def passed_on_wanted(heard: Heard[ap.Activity], gathered: Gathered) -> frozenset[Iri]:
    """What must be fetched before something passed on can be remembered."""
    return wanted_for(Iri(iri_of(heard.activity.object)), gathered)


def wanted_for(iri: Iri, gathered: Gathered) -> frozenset[Iri]:
    """What must be fetched before this can be remembered: it, its author, a model's version."""
    thing = gathered.get(iri)
    if thing is None:
        return frozenset({iri})
    wanted = set(thing.attributed_to[:1])
    if is_model(thing):
        wanted.add(model_documents.current_version(thing))
    return frozenset(wanted - gathered.keys())


async def remember_passed_on(
    session: Session, site: Site, iri: Iri, gathered: Gathered
) -> Model | Remark | None:
    """What somebody pointed at: what we know under that id, else what its own origin says.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        iri: what it is.
        gathered: what `wanted_for` has asked for.

    Returns:
        None where that is something else than a model or a note, or was deleted.

    Raises:
        NotFound: it has no author that can be read.
    """
    subject = await _known(session, iri)
    if subject is not None:
        return subject
    thing, owner = gathered[iri], await _author(session, site, iri, gathered)
    if owner.shut_at is not None:
        return None
    if is_model(thing):
        version = gathered[model_documents.current_version(thing)]
        return await mirroring.remember_model(session, site, thing, version, owner)
    if is_note(thing):
        kept = await mirroring.remember_remark(
            session, site, thing, owner, visibility=_visibility(thing, owner)
        )
        if kept is not None:
            await conversing.keep(session, site, kept, thing)
        return kept
    return None


async def remember_read(session: Session, site: Site, iri: Iri, gathered: Gathered) -> None:
    """What was read at its own origin because somebody pointed there: remembered as it is now.

    Its author's followers here see it, and whom it answers or names is told, as if its author had
    sent it. What is for some only is left out.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        iri: what it is.
        gathered: what `wanted_for` has asked for.

    Raises:
        NotFound: it has no author that can be read.
    """
    thing, owner = gathered[iri], await _author(session, site, iri, gathered)
    if is_model(thing):
        version = gathered[model_documents.current_version(thing)]
        model = await mirroring.remember_model(session, site, thing, version, owner)
        if model is not None:
            await distributing.distribute(session, site, owner, model)
    elif isinstance(thing, ap.Note | ap.Question) and thing.attributed_to[:1] == (owner.iri,):
        visible = _visibility(thing, owner)
        if visible not in timelines.OPEN:
            return
        kept = await mirroring.remember_remark(session, site, thing, owner, visibility=visible)
        if kept is not None:
            await conversing.keep(session, site, kept, thing)
            ours = await listeners.of(session, owner, kept.addressed)
            await _show(session, site, owner, kept, ours, told=await _told(session, kept))


async def _author(session: Session, site: Site, iri: Iri, gathered: Gathered) -> Actor:
    thing = gathered[iri]
    author = gathered.get(thing.attributed_to[0]) if thing.attributed_to else None
    if not isinstance(author, ap.Actor):
        raise NotFound("what was passed on has no author that can be read")
    return await mirroring.make_known(session, site, author)


async def is_known(session: Session, iri: str | None) -> bool:
    """Do we remember a model or note of this id, and was it not deleted?"""
    return await _known(session, iri) is not None


async def _known(session: Session, iri: str | None) -> Model | Remark | None:
    if not iri:
        return None
    model = await session.scalar(
        select(Model)
        .join(Actor, Actor.id == Model.actor_id)
        .where(Model.iri == iri, Model.deleted_at.is_(None), Actor.shut_at.is_(None))
    )
    return model or await session.scalar(
        select(Remark)
        .join(Actor, Actor.id == Remark.actor_id)
        .where(Remark.iri == iri, Remark.deleted_at.is_(None), Actor.shut_at.is_(None))
    )


async def _hear(session: Session, site: Site, heard: Heard[ap.Activity]) -> None:
    """A note that is new to us: keep it if it concerns somebody here, show it, tell of it.

    A note that we have already keeps its words: those change by an Update.
    """
    note = heard.activity.object
    if not isinstance(note, ap.Object):
        return
    author = await hearing.speaker(session, heard)
    if polls.is_vote(note):
        await tallying.on_vote(session, site, author, note)
        return
    kept, is_buried = await mirroring.what_is_known(session, note, author)
    ours = await listeners.of(session, author, kept.addressed if kept else [*note.to, *note.cc])
    if kept is not None:
        if kept.actor_id == author.id and kept.deleted_at is None:
            await _show(session, site, author, kept, ours, told=await _told(session, kept))
        return
    if is_buried:
        return
    if heard.vouched is Vouched.RELAY or await _concerns_us(session, note, author, ours):
        visible = _visibility(note, author)
        made = await mirroring.remember_new_remark(session, site, note, author, visibility=visible)
        await subscribing.put_before_followers(session, site, made, mirroring.hashtags(note))
        await conversing.keep(session, site, made, note, is_new=True)
        await _show(session, site, author, made, ours, told=set())


async def _concerns_us(
    session: Session, note: ap.Object, author: Actor, ours: Iterable[Listener]
) -> bool:
    """Does one of ours follow its author, or does it speak to one who has not barred them?"""
    if any(one.follows for one in ours):
        return True
    answered = await _known(session, note.in_reply_to)
    if answered is not None and await blocks.bars(session, answered.actor_id, author):
        return False
    return answered is not None or any(one.is_addressed and not one.bars for one in ours)


async def _show(
    session: Session,
    site: Site,
    author: Actor,
    kept: Remark,
    ours: Sequence[Listener],
    *,
    told: set[int],
) -> None:
    """Put it on timelines, and tell of it."""
    if kept.visibility != Visibility.DIRECT.name.lower() and author.shut_at is None:
        await distributing.put_before(session, site, ours, kept)
    await _tell(session, site, author, kept, ours, told=told)


async def _told(session: Session, kept: Remark) -> set[int]:
    """Who was told of it before."""
    return set(await session.scalars(select(Notice.owner_id).where(Notice.remark_id == kept.id)))


async def _tell(
    session: Session,
    site: Site,
    author: Actor,
    kept: Remark,
    ours: Iterable[Listener],
    *,
    told: set[int],
) -> None:
    """One notice for each of ours whom it is for.

    As an answer where it is one, else as a mention; once, however often it comes.
    """
    answered = await _known(session, kept.in_reply_to)
    owner = await session.get_one(Actor, answered.actor_id) if answered else None
    if owner is not None and owner.is_ours and owner.id not in told:
        about = {"model": str(answered.id)} if isinstance(answered, Model) else {}
        if await timelines.may_see(session, kept, author, owner):
            await noticing.tell(
                session, site, owner.id, "reply", author, remark=kept, about=dict(about)
            )
            told.add(owner.id)
    for one in ours:
        wants_it = one.is_addressed and one.reads and not one.silences and one.id != author.id
        if wants_it and one.id not in told:
            await noticing.write(
                *(session, site, one.id, "mention", author),
                remark=kept,
                is_simple=one.is_simply_told,
            )
            told.add(one.id)
    if any(one.heeds for one in ours):
        await heeding.tell(session, site, author, kept, told=told)


async def _tell_owner(
    session: Session, site: Site, kind: str, sender: Actor, subject: Model | Remark
) -> None:
    owner = await session.get_one(Actor, subject.actor_id)
    if owner.is_ours:
        model = subject if isinstance(subject, Model) else None
        said = subject if isinstance(subject, Remark) else None
        await noticing.tell(session, site, owner.id, kind, sender, model=model, remark=said)


def _is_open(subject: Model | Remark) -> bool:
    """Only what everybody may see can be passed on."""
    return isinstance(subject, Model) or subject.visibility in timelines.OPEN


def _visibility(note: ap.Object, author: Actor) -> str:
    followers = Iri(author.followers) if author.followers else None
    return visibility(note.to, note.cc, followers).name.lower()
