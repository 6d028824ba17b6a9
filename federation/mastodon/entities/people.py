"""People: an Account, all that its owner is told beside it, and how it stands to another one."""

from collections.abc import Sequence
from typing import Final

from activitypub import markup
from activitypub.canonical_json import Json
from actors.rules.habits import Habits
from actors.tables.actor import Actor
from actors.tables.organisation import Organisation
from actors.views.profiles import Counts, Relationship
from federation.mastodon.entities.entity import (
    AVATAR,
    HEADER,
    VISIBILITIES,
    Entity,
    moment,
    paragraphs,
)

_AUTOMATED: Final = frozenset({"Application", "Service"})


def profile_page(origin: str, actor: Actor) -> str:
    """The page of an account, at home where it lives elsewhere."""
    return actor.url or (f"{origin}/@{actor.handle}" if actor.is_ours else actor.iri)


def account(
    origin: str,
    actor: Actor,
    counts: Counts,
    fields: Sequence[Entity],
    *,
    header: str = "",
    described: tuple[str, str] = ("", ""),
    is_discoverable: bool = True,
    is_indexable: bool = True,
) -> Entity:
    """An Account.

    Args:
        origin: our own, for pictures.
        actor: whose account it is.
        counts: as far as we know them.
        fields: made by `field`.
        header: the address of the picture above its page, if it has one.
        described: what its sign and that picture show, where somebody has said it.
        is_discoverable: it wants to be suggested to others.
        is_indexable: it wants to be found by what it says.
    """
    shown = ("https://", f"{origin}/")  # a laboratory of ours may be at http
    picture = actor.icon if actor.icon and actor.icon.startswith(shown) else origin + AVATAR
    return {
        "id": str(actor.id),
        "username": actor.handle,
        "acct": actor.handle if actor.is_ours else actor.address,
        "display_name": actor.name or actor.handle,
        "locked": actor.approves_followers,
        "bot": actor.type in _AUTOMATED,
        "group": actor.type == "Group",
        "discoverable": is_discoverable,
        "indexable": is_indexable,
        "noindex": False,
        "hide_collections": False,
        "created_at": moment(actor.published_at),
        "note": paragraphs(actor.summary),
        "url": profile_page(origin, actor),
        "uri": actor.iri,
        "avatar": picture,
        "avatar_static": picture,
        "avatar_description": described[0] if picture == actor.icon else "",
        "header": header or origin + HEADER,
        "header_static": header or origin + HEADER,
        "header_description": described[1],
        "followers_count": counts.followers,
        "following_count": counts.following,
        "statuses_count": counts.models + counts.remarks,
        "last_status_at": counts.last_at.date().isoformat() if counts.last_at else None,
        "emojis": [],
        "fields": list(fields),
        "roles": [],
    }


def field(name: str, value: str) -> Entity:
    """A Field of a profile; the value is HTML from anywhere and is cleaned here."""
    return {"name": markup.plain(name), "value": markup.clean(value), "verified_at": None}


def own_account(
    entity: Entity,
    actor: Actor,
    locale: str,
    *,
    may_administer: bool,
    row: Organisation | None = None,
    requests: int = 0,
) -> Entity:
    """A CredentialAccount: an Account, and what only its owner is told.

    Args:
        entity: an Account.
        actor: whose.
        locale: the language that she works in.
        may_administer: she is a steward of the network.
        row: what is said of her beside the actor.
        requests: how many wait for her yes.
    """
    name = "Administrator" if may_administer else ""
    habits = Habits.from_json(row.habits if row else {})
    lines: Sequence[Sequence[str]] = row.lines if row else ()
    return entity | {
        "source": {
            "privacy": VISIBILITIES[habits.visible.name.lower()],
            "sensitive": habits.is_sensitive,
            "language": habits.language or locale,
            "quote_policy": habits.quotable.value,
            "note": markup.plain(actor.summary),
            "fields": [
                {"name": name, "value": value, "verified_at": None} for name, value in lines
            ],
            "follow_requests_count": requests,
            "hide_collections": False,
            "discoverable": row.is_discoverable if row else True,
            "indexable": row.is_indexable if row else True,
            "attribution_domains": [],
        },
        "role": {
            "id": "1" if may_administer else "-99",
            "name": name,
            "color": "",
            "permissions": "0",
            "highlighted": False,
        },
    }


def profile(own: Entity, avatar: str | None, header: str | None, tags: Sequence[Json]) -> Entity:
    """A Profile: what its owner has said of herself, as she said it, and as others see it.

    Args:
        own: a CredentialAccount.
        avatar: the address of her sign; None where she has chosen none.
        header: of the picture above her page, likewise.
        tags: the hashtags that stand there.
    """
    source = own["source"] if isinstance(own["source"], dict) else {}
    kept = ("id", "display_name", "avatar_description", "header_description", "locked", "bot")
    told = ("note", "fields", "hide_collections", "discoverable", "indexable")
    return {
        **{name: own[name] for name in kept},
        **{name: source[name] for name in (*told, "attribution_domains")},
        "avatar": avatar,
        "avatar_static": avatar,
        "header": header,
        "header_static": header,
        "show_media": True,
        "show_media_replies": True,
        "show_featured": True,
        "featured_tags": list(tags),
        "formatted_note": own["note"],
        "formatted_fields": own["fields"],
    }


def preferences(locale: str, habits: Habits | None = None) -> Entity:
    """The Preferences: what apps begin a post with, and nothing that they would show otherwise."""
    begun = habits or Habits()
    return {
        "posting:default:visibility": VISIBILITIES[begun.visible.name.lower()],
        "posting:default:sensitive": begun.is_sensitive,
        "posting:default:language": begun.language or locale,
        "posting:default:quote_policy": begun.quotable.value,
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
    }


def relationship(them: Actor, known: Relationship) -> Entity:
    """A Relationship: how the signed-in account and another stand."""
    noted = known.noted
    return {
        "id": str(them.id),
        "following": known.following,
        "showing_reblogs": known.following and not (noted is not None and noted.hides_boosts),
        "notifying": known.following and noted is not None and noted.notifies,
        "languages": list(noted.languages) if noted is not None and noted.languages else None,
        "followed_by": known.followed_by,
        "blocking": known.between.blocking,
        "blocked_by": known.between.blocked_by,
        "muting": known.between.muting,
        "muting_notifications": known.between.muting_notices,
        "requested": known.requested,
        "requested_by": known.requested_by,
        "domain_blocking": known.between.host_blocking,
        "endorsed": noted is not None and noted.is_endorsed,
        "note": noted.comment if noted is not None else "",
    }


def suggestion(entity: Entity) -> Entity:
    """A Suggestion: somebody whom others here follow."""
    return {"source": "global", "sources": ["most_followed"], "account": entity}


def mention(origin: str, actor: Actor) -> Entity:
    """A Status::Mention."""
    return {
        "id": str(actor.id),
        "username": actor.handle,
        "url": profile_page(origin, actor),
        "acct": actor.handle if actor.is_ours else actor.address,
    }
