"""Conversing: what belongs to a remark beside its own words, wherever it is.

A remark that came is only a part of something: it may quote, answer what we do not know, and have
been answered. What is missing is written down as an exploration, in the transaction in which the
remark is kept, and read later by a worker within the budget of that one exploration. What an
exploration finds asks for no exploration of its own, so a thread of strangers that leads to
strangers costs what one remark costs. What somebody looks at is asked for anew, at most every
quarter of an hour.
"""

import activitypub.vocabulary as ap
from activitypub import iris, reading
from activitypub.canonical_json import Document
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from actors.database import Session
from actors.documents import quote as documents
from actors.mail import explorations
from actors.site import Site
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import quoting
from actors.views import quotes

MOST_BESIDE = 5
"""Answers that are read because the remark itself came with them, on its own host (Mastodon 4.6,
`app/services/activitypub/fetch_replies_service.rb`)."""


async def keep(
    session: Session,
    site: Site,
    remark: Remark,
    note: ap.Object,
    *,
    may_ask: bool = True,
    is_new: bool = False,
) -> None:
    """A remark of somebody else's was remembered, or reworded: note what it quotes and misses.

    Args:
        session: an open transaction.
        site: the time and ids.
        remark: the row.
        note: the document that it was made from.
        may_ask: False where it was found by an exploration.
        is_new: there was no such remark before.
    """
    says_nothing = is_new and documents.quoted(note) is None
    quote = None if says_nothing else await quoting.mark(session, site, remark, note)
    if may_ask and (quoting.is_due(site, quote) or await _misses(session, remark, note)):
        await explorations.ask(session, site, explorations.AROUND, remark.iri)


async def is_worth_a_look(session: Session, site: Site, subject: Model | Remark) -> bool:
    """Would `look` ask for anything? For whoever only reads, so that most looks write nothing."""
    return not await explorations.is_fresh(session, site, explorations.BELOW, subject.iri)


async def look(session: Session, site: Site, subject: Model | Remark) -> None:
    """Somebody looks at this: let its answers be read, and its quote be checked."""
    if await is_worth_a_look(session, site, subject):
        await explorations.ask(session, site, explorations.BELOW, subject.iri)
        if isinstance(subject, Remark):
            quote = await quotes.by_remark(session, subject.id)
            is_cut = await _is_cut(session, subject)
            if quoting.is_due(site, quote) or is_cut:
                await explorations.ask(session, site, explorations.AROUND, subject.iri)


def beside(note: ap.Object) -> tuple[Iri, ...]:
    """Answers that came with a note, on its own host: a few, and none of them believed."""
    value = note.document.get("replies")
    if note.id is None or not isinstance(value, dict) or not _lists_something(value):
        return ()
    try:
        whole = reading.read(value)
    except ProtocolError:
        return ()
    items = listed(whole)
    if isinstance(whole, ap.Collection) and not items and isinstance(whole.first, ap.Object):
        items = listed(whole.first)
    home = note.id
    near = [one for one in items if one != home and iris.same_origin(one, home)]
    return tuple(near[:MOST_BESIDE])


def listed(page: ap.Object) -> tuple[Iri, ...]:
    """The addresses of what stands in a collection or a page of one, in order, each once."""
    items = page.items if isinstance(page, ap.Collection) else ()
    named = (one.id if isinstance(one, ap.Object) else one for one in items)
    return tuple(dict.fromkeys(one for one in named if one is not None))


def _lists_something(replies: Document) -> bool:
    """Whether to read it is worth the while: most notes are told of before anybody answers."""
    first = replies.get("first")
    pages = (replies, first) if isinstance(first, dict) else (replies,)
    return any(page.get("items") or page.get("orderedItems") for page in pages)


async def _misses(session: Session, remark: Remark, note: ap.Object) -> bool:
    """Does it answer something unknown, or come with answers that are?"""
    if await _is_cut(session, remark):
        return True
    for iri in beside(note):
        if await quotes.subject(session, iri) is None:
            return True
    return False


async def _is_cut(session: Session, remark: Remark) -> bool:
    above = remark.in_reply_to
    return bool(above and above != remark.iri and await quotes.subject(session, above) is None)
