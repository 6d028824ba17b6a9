"""Commons → Group document (FEP-1b12), as Lemmy, NodeBB and Mobilizon read one.

`attributedTo` is the collection of those who tend it, and `postingRestrictedToMods` is Lemmy's word
for a commons into which only they put things. Lemmy shows `summary` as the sidebar, so the rules
stand there too, behind the sentence in each language.
"""

from activitypub.canonical_json import Document, Json
from activitypub.markup import render
from actors import places
from actors.documents import organisation
from actors.places import place
from actors.site import Site
from actors.tables.actor import Actor, Key
from actors.tables.commons import Commons
from actors.vocabulary import prefixed

MODERATORS = "moderators"
"""Only those who tend it put things into it."""


def to_document(site: Site, actor: Actor, keys: tuple[Key, ...], commons: Commons) -> Document:
    """The actor document of a commons of ours, not yet sealed."""
    summaries: dict[str, Json] = {
        language: described(str(text), commons.rules)
        for language, text in in_order(commons.summaries, commons.language).items()
    }
    document = organisation.actor_document(site, actor, keys)
    return document | {
        "nameMap": in_order(commons.names, commons.language),
        "summaryMap": summaries or None,
        "outbox": actor.outbox,
        "followers": actor.followers,
        "following": actor.following,
        "featured": actor.featured,
        "attributedTo": place(site.origin, places.MODERATORS, handle=actor.handle),
        "postingRestrictedToMods": commons.posting == MODERATORS,
        "family": prefixed(f"family-{commons.family}") if commons.family else None,
    }


def described(summary: str, rules: str) -> str:
    """What people read beside the name: the sentence, then the rules, as HTML."""
    return "".join(render(text) for text in (summary, rules) if text.strip())


def in_order(texts: dict[str, Json], language: str) -> dict[str, Json]:
    """The texts with the one in the commons' own language first, where there is one."""
    own = {language: texts[language]} if language in texts else {}
    return own | texts
