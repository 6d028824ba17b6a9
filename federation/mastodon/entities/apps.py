"""Apps: what one is told of itself, its token, and for whom it acts."""

from datetime import datetime

from activitypub.canonical_json import Json
from actors.tables.access import App
from actors.tables.actor import Actor
from federation.mastodon.entities.entity import Entity
from federation.mastodon.entities.people import profile_page


def application(app: App, key: str = "") -> Entity:
    """An Application, without its secrets; `key`: by which push services know us."""
    return {
        "id": str(app.id),
        "name": app.name,
        "website": app.website,
        "scopes": list(app.scopes.split()),
        "redirect_uri": "\n".join(str(uri) for uri in app.redirect_uris),
        "redirect_uris": [str(uri) for uri in app.redirect_uris],
        "vapid_key": key,
    }


def registered_application(app: App, secret: str, key: str = "") -> Entity:
    """A CredentialApplication: told once, to the app that registers."""
    return application(app, key) | {
        "client_id": app.client_id,
        "client_secret": secret,
        "client_secret_expires_at": 0,
    }


def token(secret: str, scopes: str, made_at: datetime) -> Entity:
    """A Token (RFC 6749, 5.1); it has no end, so it says none."""
    return {
        "access_token": secret,
        "token_type": "Bearer",
        "scope": scopes,
        "created_at": int(made_at.timestamp()),
    }


def userinfo(origin: str, actor: Actor, picture: Json) -> Entity:
    """The answer of /oauth/userinfo (OpenID Connect Core, 5.3): for whom an app acts."""
    return {
        "iss": f"{origin}/",
        "sub": actor.iri,
        "name": actor.name or actor.handle,
        "preferred_username": actor.handle,
        "profile": profile_page(origin, actor),
        "picture": picture,
    }
