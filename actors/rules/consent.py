"""Consent: may somebody quote this?

Read from the `interactionPolicy` of what is quoted, as Mastodon reads it (4.6,
`app/lib/activitypub/parser/interaction_policy_parser.rb`): who is in neither list is not allowed,
and where there is no policy nobody is. The policy of others is a hint and never a proof; only the
author's stamp is one (FEP-044f).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from activitypub.addressing import PUBLIC
from activitypub.canonical_json import Document, Json

_EVERYBODY = frozenset({str(PUBLIC), "as:Public", "Public"})


class Consent(StrEnum):
    """What the author of something says to one who wants to quote it."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    DENIED = "denied"


class Quotable(StrEnum):
    """Who may quote what we write, in Mastodon's words."""

    PUBLIC = "public"
    FOLLOWERS = "followers"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Asker:
    """Who wants to quote, and how they stand to the author.

    Attributes:
        iri: of the one who asks.
        follows: that one follows the author.
        is_followed: the author follows that one.
    """

    iri: str
    follows: bool = False
    is_followed: bool = False


def consent(
    policy: Json, asker: Asker, author: str, followers: str | None, following: str | None
) -> Consent:
    """What a policy says to somebody.

    Args:
        policy: the value of `interactionPolicy`, whatever it is.
        asker: who asks.
        author: whose policy it is; an author may always.
        followers: the author's collection of that name.
        following: the author's collection of that name.
    """
    if asker.iri == author:
        return Consent.AUTOMATIC
    names = set(_EVERYBODY) | {asker.iri}
    names |= {followers} if followers and asker.follows else set()
    names |= {following} if following and asker.is_followed else set()
    if names & _listed(policy, "automaticApproval"):
        return Consent.AUTOMATIC
    return Consent.MANUAL if names & _listed(policy, "manualApproval") else Consent.DENIED


def circles(
    policy: Json, author: str, followers: str | None, following: str | None
) -> tuple[list[str], list[str]]:
    """Who is in a policy, in Mastodon's words: those whom it lets, and those whom it lets ask."""
    words = dict.fromkeys(_EVERYBODY, "public") | {author: ""}
    words |= {followers: "followers"} if followers else {}
    words |= {following: "following"} if following else {}
    found = []
    for name in ("automaticApproval", "manualApproval"):
        said = {words.get(one, "unsupported_policy") for one in _listed(policy, name)}
        found.append(sorted(said - {""}))
    return found[0], found[1]


def policy(quotable: Quotable, *, author: str, followers: str | None) -> Document:
    """The `interactionPolicy` that says who may quote.

    Nobody is the author alone: an empty list would be a missing one (FEP-044f).
    """
    allowed = {
        Quotable.PUBLIC: str(PUBLIC),
        Quotable.FOLLOWERS: followers or author,
        Quotable.NOBODY: author,
    }
    return {"canQuote": {"automaticApproval": [allowed[quotable]]}}


def _listed(policy_of: Json, name: str) -> set[str]:
    rules = policy_of.get("canQuote") if isinstance(policy_of, Mapping) else None
    value = rules.get(name) if isinstance(rules, Mapping) else None
    entries = value if isinstance(value, list) else [value]
    return {one for one in entries if isinstance(one, str)}
