"""Shared: what a status is for everybody, whoever reads it.

What depends on the reader is said for each of them by `describing`: what she did with it, what her
filters find in it, whether she may quote it, how she voted. The rest is made here, of rows and of
what stands around them, and may be remembered as long as these rows stay as they are
(`actors.remembered`).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from activitypub.canonical_json import Document, Json
from actors.documents import media as media_documents
from actors.rules import consent
from actors.rules.consent import Consent
from actors.rules.pictures import MOST_ON_A_REMARK, PICTURE
from actors.rules.speech import tag_name
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.views import quotes
from actors.views.around import Around
from actors.views.timelines import Item
from federation.mastodon.entities import attachments, hashtags, people, posts
from federation.mastodon.entities.entity import Entity

MAX_TAGS: Final = 32
"""Hashtags and mentions of one remark that apps are given: more is spam, and each mention is a
question."""


@dataclass(frozen=True, slots=True)
class Circles:
    """Whom a status lets quote it.

    Attributes:
        policy: what it says itself of that.
        automatic, manual: the same, in Mastodon's words.
        author: whose it is, with both collections of theirs.
    """

    policy: Json
    automatic: Sequence[str]
    manual: Sequence[str]
    author: tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Shared:
    """A status; nobody changes what is in it.

    Attributes:
        id: its own.
        iri: of the thing, on the wire.
        author_id: whose it is.
        entity: made of it, as somebody sees it who did nothing with it.
        circles: who may quote it; None where nobody may.
        quoted: what it quotes, in which state, and the thing itself where it may be shown.
        asks: the remark, where it asks something.
        rows: what it was made of, as `actors.remembered` wants to know it.
        is_for_all: it is the same for everybody, and stays so while the rows do.
    """

    id: int
    iri: str
    author_id: int
    entity: Entity
    circles: Circles | None
    quoted: "tuple[str, Shared | None] | None"
    asks: Remark | None
    rows: frozenset[Hashable]
    is_for_all: bool


def make(
    site: Site, item: Item, account: Entity, around: Around, quoted: Shared | None = None
) -> Shared:
    """What a status is for everybody.

    Args:
        site: our origin.
        item: what it is and whose; who passed it on does not matter.
        account: made of its author.
        around: what was found around it.
        quoted: what it quotes, where that may be shown.
    """
    subject, author = item.subject, item.author
    document = document_of(subject.document)
    tallies = around.tallies[subject.iri]
    if isinstance(subject, Model):
        source = document.get("origin")
        made_from = source if isinstance(source, str) else ""
        inner = posts.model_status(account, subject, tallies, made_from)
        inner |= _pictures(site, subject, inner, around)
    else:
        inner = _remark(site, account, subject, document, around)
    inner["quotes_count"] = around.quoted.get(subject.iri, 0)
    circles = _circles(document, author) if quotes.is_open(subject) else None
    if circles is not None:
        inner["quote_approval"] = posts.quote_approval(
            circles.automatic, circles.manual, Consent.DENIED
        )
    asks = subject if isinstance(subject, Remark) and subject.poll is not None else None
    return Shared(
        id=subject.id,
        iri=subject.iri,
        author_id=author.id,
        entity=inner,
        circles=circles,
        quoted=None if item.quote is None else (item.quote.state, quoted),
        asks=asks,
        rows=_rows(item) | (quoted.rows if quoted else frozenset()),
        is_for_all=(
            # A poll ends by the clock.
            quotes.is_open(subject)
            and asks is None
            and (quoted is None or quoted.is_for_all)
            and (isinstance(subject, Model) or subject.in_reply_to not in around.apart)
        ),
    )


def _rows(item: Item) -> frozenset[Hashable]:
    """All whose change changes it: itself, its author, and whatever it names."""
    subject = item.subject
    rows: set[Hashable] = {subject.id, subject.iri, item.author.id}
    if item.quote is not None:
        rows.add(item.quote.iri)
    if isinstance(subject, Remark):
        rows.update(str(iri) for iri in subject.addressed[:MAX_TAGS])
        if subject.in_reply_to:
            rows.add(subject.in_reply_to)
    return frozenset(rows)


def _circles(document: Document, author: Actor) -> Circles:
    policy, whose = document.get("interactionPolicy"), (author.followers, author.following)
    automatic, manual = consent.circles(policy, author.iri, *whose)
    return Circles(policy, automatic, manual, (author.iri, *whose))


def _remark(
    site: Site, account: Entity, remark: Remark, document: Document, around: Around
) -> Entity:
    named = (around.people.get(str(iri)) for iri in remark.addressed[:MAX_TAGS])
    above = around.above.get(remark.in_reply_to) if remark.in_reply_to else None
    inner = posts.remark_status(
        account,
        remark,
        around.tallies[remark.iri],
        mentions=[people.mention(site.origin, one) for one in named if one is not None],
        tags=[hashtags.tag_of_status(site.origin, name) for name in _hashtags(document)],
        reply_to=(str(above[0]), str(above[1])) if above else None,
    )
    return inner | _media(site, remark, document, around)


def _pictures(site: Site, model: Model, inner: Entity, around: Around) -> Entity:
    """The picture of a model of ours, and on its card; others' are not copied here."""
    if not model.is_ours:
        return {}
    files = around.files.get(model.id, [])
    pictures = [one for one in files if one.kind == PICTURE][:MOST_ON_A_REMARK]
    if not pictures:
        return {}
    shown = [attachments.media(site.origin, one) for one in pictures]
    return {"media_attachments": list(shown), "card": _with_picture(inner["card"], shown[0])}


def _media(site: Site, remark: Remark, said: Document, around: Around) -> Entity:
    """What a remark shows; of others' files only where they are."""
    if b'"attachment"' not in remark.document:
        return {}
    found: list[Json] = []
    files = around.files.get(remark.id, [])
    if files:
        shown = files[:MOST_ON_A_REMARK]  # a record of practice may have more
        found += [attachments.media(site.origin, one) for one in shown]
    else:
        theirs = media_documents.shown(said.get("attachment"))[:MOST_ON_A_REMARK]
        found += [
            attachments.remote_media(remark.id, place, one) for place, one in enumerate(theirs)
        ]
    is_sensitive = bool(remark.summary) or said.get("sensitive") is True
    return {"media_attachments": found, "sensitive": is_sensitive}


def _with_picture(card: Json, picture: Entity) -> Json:
    """A card with the picture of what it leads to."""
    if not isinstance(card, dict):
        return card
    small = picture["meta"]
    measured = small["small"] if isinstance(small, dict) else {}
    size = measured if isinstance(measured, dict) else {}
    return card | {
        "image": picture["preview_url"],
        "image_description": picture["description"] or "",
        "width": size.get("width", 0),
        "height": size.get("height", 0),
        "blurhash": picture["blurhash"],
    }


def _hashtags(document: Document) -> list[str]:
    """The hashtags of a remark, folded, without the sign."""
    names = [each.get("name") for each in objects(document.get("tag"), "Hashtag")]
    found = [tag_name(name) for name in names[:MAX_TAGS] if isinstance(name, str)]
    return list(dict.fromkeys(name for name in found if name))


def document_of(body: bytes) -> Document:
    """The stored JSON, which was judged before it was stored; what is no document says nothing."""
    try:
        found = orjson.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def objects(value: Json, kind: str) -> list[Document]:
    """Those of this kind, of what a document says of one or several."""
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, dict) and each.get("type") == kind]
