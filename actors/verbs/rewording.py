"""Rewording: a remark of ours says something else from now on.

What it said before is kept, and everybody who may see the one may see the other. An edit never
changes who a remark is for: whoever is newly named in one that everybody may see is told of it; in
all others a new name is only a name.

Wire: Update{Note} with a later `updated` (Mastodon shows an edit only then), to whom the note went,
and to whoever answered, liked or passed it on.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select, union

from activitypub.canonical_json import Document, Json, encode, parse
from actors.database import Session, tells
from actors.documents import media as media_documents
from actors.documents import remark as documents
from actors.documents.remark import Addressed
from actors.documents.sealing import unsealed
from actors.errors import Gone, NotAllowed
from actors.rules import consent, news
from actors.rules.consent import Quotable
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.media import Media
from actors.tables.remark import Boost, Like, Remark
from actors.verbs import cataloguing, mirroring, phrasing, picturing, posting, quoting
from actors.verbs.remarking import must_say_something
from actors.views import coverage, quotes, timelines
from actors.views import media as media_views


async def reword(
    session: Session,
    site: Site,
    remark: Remark,
    *,
    text: str,
    summary: str = "",
    language: str | None = None,
    media: Sequence[Media] | None = None,
    is_sensitive: bool | None = None,
) -> Remark:
    """An organisation of ours changes what a remark of its says; the same words change nothing.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        remark: one of ours.
        text: Markdown.
        summary: the line in front of it, if it shall be hidden behind one.
        language: the language of the text; as before when it is not said.
        media: the files that it shows from now on; as before when it is not said.
        is_sensitive: they are shown only to who asks for them; as before when it is not said.

    Raises:
        Unwise: there is no text, or too much of it.
        NotAllowed: the remark is not one of ours.
        Gone: it was deleted.
    """
    remark, author = await held(session, remark)
    if await coverage.by_iri(session, remark.iri) is not None:
        raise NotAllowed("A record of practice only grows: add to it on its own page.")
    before = parse(remark.document)
    if media is None:
        media = await media_views.of_subject(session, picturing.REMARK, remark.id)
    if is_sensitive is None:
        is_sensitive = before.get("sensitive") is True and not remark.summary
    must_say_something(text, summary, has_media=bool(media))
    language = language or remark.language
    shows = media_documents.shown_by(site.origin, media, is_sensitive=is_sensitive)
    is_same = (text, summary, language) == (remark.source, remark.summary, remark.language)
    if is_same and _shows_the_same(shows, before, hidden=bool(remark.summary)):
        return remark
    await mirroring.keep_wording(session, site, remark)
    phrase = await phrasing.phrase(session, site, text)
    quote = await quotes.by_remark(session, remark.id)
    is_open = remark.visibility in timelines.OPEN
    told = [one for one in phrase.people if one.id != author.id]
    if not is_open:
        told = [one for one in told if one.iri in remark.addressed]
    to, cc = _strings(before.get("to")), _strings(before.get("cc"))
    cc += [one.iri for one in told if one.iri not in (*to, *cc)]
    remark.content, remark.source = await quoting.led_by(session, quote, phrase.content), text
    remark.summary, remark.language = summary, language
    remark.addressed = [*to, *cc]
    # Peers take an Update for one only when its time is later, and the wire counts whole seconds.
    remark.updated_at = max(site.now(), remark.updated_at + timedelta(seconds=1))
    answered = await _answered(session, remark)
    context = before.get("context")
    addressed = Addressed(
        to,
        cc,
        mentioned=tuple(
            {one.id: one for one in (*answered, *told) if one.id != author.id}.values()
        ),
        hashtags=phrase.hashtags,
        context=context if isinstance(context, str) else None,
    )
    body = documents.to_document(site.origin, remark, author, addressed)
    body |= shows
    body["interactionPolicy"] = before.get("interactionPolicy")
    document = await posting.seal(session, site, author, quoting.told(body, quote))
    remark.document = encode(document)
    await cataloguing.tag(session, site, remark, (name for name, _ in phrase.hashtags))
    await picturing.show(session, site, picturing.REMARK, remark.id, media)
    tells(session, news.word(news.CHANGED, remark.id))
    await _send(session, site, author, remark, document)
    return remark


async def say_who_quotes(
    session: Session, site: Site, remark: Remark, quotable: Quotable
) -> Remark:
    """Somebody else may quote a remark of ours from now on, or nobody; its words stay.

    What has been quoted stays so: consent is taken back quote by quote (`quoting.revoke`). What
    not everybody may see is quoted by nobody, whatever is said here.

    Raises:
        NotAllowed: the remark is not one of ours.
        Gone: it was deleted.
    """
    remark, author = await held(session, remark)
    if remark.visibility not in timelines.OPEN:
        return remark
    body = unsealed(parse(remark.document))
    body["interactionPolicy"] = consent.policy(
        quotable, author=author.iri, followers=author.followers
    )
    document = await posting.seal(session, site, author, body)
    remark.document = encode(document)
    await _send(session, site, author, remark, document)
    return remark


def _shows_the_same(shows: Document, before: Document, *, hidden: bool) -> bool:
    """Whether the files are the same; behind a line in front, everything is sensitive anyway."""
    is_same = before.get("sensitive") is True and "attachment" in before
    return shows.get("attachment") == before.get("attachment") and (
        hidden or is_same == ("sensitive" in shows)
    )


async def held(session: Session, remark: Remark) -> tuple[Remark, Actor]:
    """A remark of ours and whose it is, read anew and held until the transaction ends.

    Raises:
        NotAllowed: it is not ours to change.
        Gone: it was deleted.
    """
    author = await session.get_one(Actor, remark.actor_id)
    if not author.is_ours:
        raise NotAllowed("Only its own organisation can change a remark.")
    row = await session.get_one(Remark, remark.id, with_for_update=True, populate_existing=True)
    if row.deleted_at is not None:
        raise Gone("This remark was deleted.")
    return row, author


async def audience(session: Session, remark: Remark) -> list[str]:
    """Who must hear of a change besides the followers.

    Whom it was addressed to, and, where everybody may see it, whoever did something with it.
    """
    named = select(Actor.iri).where(Actor.iri.in_(remark.addressed))
    if remark.visibility not in timelines.OPEN:
        return list(await session.scalars(named))
    did = union(
        select(Like.actor_id).where(Like.object_iri == remark.iri),
        select(Boost.actor_id).where(Boost.object_iri == remark.iri),
        select(Remark.actor_id).where(Remark.in_reply_to == remark.iri),
    )
    reached = select(Actor.iri).where(
        or_(Actor.iri.in_(remark.addressed), Actor.id.in_(did)), Actor.id != remark.actor_id
    )
    return list(await session.scalars(reached.order_by(Actor.id)))


async def _send(
    session: Session, site: Site, author: Actor, remark: Remark, document: Document
) -> None:
    await session.flush()
    await posting.tell_of(
        session,
        site,
        author,
        "Update",
        document,
        recipients=await audience(session, remark),
        followers_of=[] if remark.visibility == "direct" else [author],
        is_public=remark.visibility in timelines.OPEN,
    )


async def _answered(session: Session, remark: Remark) -> Sequence[Actor]:
    """Whose words it answers: she stays named in it, whatever it says now."""
    if remark.in_reply_to is None:
        return ()
    item = await timelines.by_iri(session, remark.in_reply_to, None)
    return (item.author,) if item and item.author.iri in remark.addressed else ()


def _strings(value: Json) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
