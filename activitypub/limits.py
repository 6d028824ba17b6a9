"""How large, deep and long a document from a stranger may be.

Each number has its reason beside it. They are values, not settings: a peer that is refused for one
of them would be refused or cut by most other servers as well.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one document."""

    body: int = 1024 * 1024
    """Bytes. Mastodon's limit for inbox posts and for documents that it fetches."""

    depth: int = 64
    """Nested arrays and objects. Real documents stay under 12; interpreters overflow near 1,000."""

    keys: int = 20_000
    """Members of all objects together. A model of 100 sections in 10 languages has under 5,000."""

    number: int = 64
    """Characters of one number. A double needs 17 digits; a million digits cost seconds to read."""

    context_entries: int = 32
    """Entries of one `@context`. The longest real one known (Misskey and its forks) has 4."""

    context_terms: int = 200
    """Terms which one context may define. PeerTube defines the most: about 60."""

    nested_contexts: int = 500
    """Contexts inside one document. A page of a hundred signed activities has some four hundred."""

    nested_terms: int = 10_000
    """Terms which all contexts of one document may define; checking so many takes 0.1 s."""

    types: int = 8
    """Values of one `type`. Nobody is known to send more than 3."""

    addressees: int = 1_000
    """Entries of `to` or `cc`. A long thread on Mastodon addresses some hundred people."""

    tags: int = 500
    """Entries of `tag`; the rest is not read. Mastodon shows far fewer."""

    attachments: int = 16
    """Entries of `attachment` of a post; the rest is not read. Mastodon's FEDERATION.md: 16."""

    members: int = 1_000
    """Entries of one collection page; the rest is not read. Pages of 10 to 100 are the custom."""

    public_keys: int = 10
    """Keys of one actor. Mastodon reads ten."""

    capabilities: int = 100
    """Entries of `implements`. Mitra lists two, we five."""

    name: int = 2_048
    """Characters of an actor's name; the rest is not kept. Mastodon cuts there too."""

    summary: int = 20_000
    """Characters of what an actor says about itself; the rest is not kept. Mastodon's 20 kB."""

    aliases: int = 256
    """Entries of `alsoKnownAs`. Mastodon reads 256."""


DEFAULT = Limits()
"""What is used unless a caller says otherwise."""
