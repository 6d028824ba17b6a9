"""Quote ↔ the members of a note that say so, and the author's stamp (FEP-044f).

Written are `quote` and the two older names that Misskey, Fedibird and Akkoma read, an object link
(FEP-e232), and for everybody else a first line that links to what is quoted, in the class
`quote-inline` by which those who show quotes hide it. Read are these and `quoteUrl`.
"""

from html import escape

import activitypub.vocabulary as ap
from activitypub import iris
from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed
from activitypub.iris import Iri
from activitypub.mediatypes import LD_JSON
from actors.tables.quote import Quote

NAMES = ("quote", "quoteUri", "quoteUrl", "_misskey_quote")
"""The members that name what is quoted, the first that is there counts."""

MISSKEY_QUOTE = "https://misskey-hub.net/ns#_misskey_quote"
STAMP = "quoteAuthorization"


def quoted(note: ap.Object) -> Iri | None:
    """What a note says that it quotes."""
    for name in NAMES:
        found = _iri(note.extra.get(name))
        if found is not None:
            return found
    for tag in note.tag:
        if tag.get("rel") == MISSKEY_QUOTE:
            return _iri(tag.get("href"))
    return None


def stamp_of(note: ap.Object) -> Iri | None:
    """Where the quoted author's consent is, as the note says."""
    return _iri(note.extra.get(STAMP))


def members(quote: Quote) -> Document:
    """What a note of ours says about what it quotes, beside its tag and its first line."""
    named: Document = dict.fromkeys(("quote", "quoteUri", "_misskey_quote"), quote.quoted_iri)
    has_stamp = quote.stamp_iri is not None and quote.state == "accepted"
    return named | ({STAMP: quote.stamp_iri} if has_stamp else {})


def tag(quote: Quote) -> Document:
    """The object link to what is quoted."""
    return {
        "type": "Link",
        "mediaType": LD_JSON,
        "rel": MISSKEY_QUOTE,
        "href": quote.quoted_iri,
        "name": f"RE: {quote.quoted_iri}",
    }


def first_line(url: str) -> str:
    """The line for those who show no quotes."""
    safe = escape(url)
    return f'<p class="quote-inline">RE: <a href="{safe}">{safe}</a></p>'


def stamp(iri: str, author: str, *, quoting: str, quoted_iri: str) -> Document:
    """The consent of an author of ours, not yet sealed; it embeds nothing, so nothing leaks."""
    return {
        "id": iri,
        "type": "QuoteAuthorization",
        "attributedTo": author,
        "interactingObject": quoting,
        "interactionTarget": quoted_iri,
    }


def _iri(value: Json) -> Iri | None:
    value = value.get("id") if isinstance(value, dict) else value
    try:
        return iris.parse(value) if isinstance(value, str) else None
    except Malformed:
        return None
