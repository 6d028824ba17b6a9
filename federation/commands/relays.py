"""`essaim relays`: take part in relays, which pass on what many instances publish."""

from pathlib import Path
from urllib.parse import urlsplit

from activitypub import iris
from activitypub.canonical_json import Json
from activitypub.iris import Iri
from actors.errors import Unwise
from actors.mail import relays
from actors.tables.relay import Relay
from actors.verbs import relaying
from federation.commands.instance import opened
from federation.commands.output import PLAIN, Output


async def add_relay(directory: Path, url: str, /, *, output: Output = PLAIN) -> None:
    """Ask a relay to take part. The running server sends the request, and hears the answer.

    Args:
        directory: The instance.
        url: The relay's inbox, such as https://relay.example/inbox (Mastodon's custom), or its
            actor, such as https://relay.example/actor (LitePub's).
        output: How to answer.
    """
    address = iris.parse(url)
    async with opened(directory) as instance:
        if iris.host(address) == iris.host(instance.site.origin):
            raise Unwise("An instance is no relay for itself.")
        actor = None if _is_inbox(address) else await instance.lookup.actor(address)
        async with instance.database.begin() as session:
            row = await relaying.join(session, instance.site, address, actor)
    output.say(f"Asked {address} to take part ({row.style}, {row.state}).", _shown(row))


async def remove_relay(directory: Path, url: str, /, *, output: Output = PLAIN) -> None:
    """Take part in a relay no longer. The running server tells it.

    Args:
        directory: The instance.
        url: The relay, as it was added.
        output: How to answer.
    """
    address = iris.parse(url)
    async with opened(directory) as instance, instance.database.begin() as session:
        await relaying.leave(session, instance.site, address)
    output.say(f"No longer a part of {address}.", {"url": address})


async def list_relays(directory: Path, /, *, output: Output = PLAIN) -> None:
    """Show which relays were asked, and what they answered.

    Args:
        directory: The instance.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.read() as session:
        rows = await relays.everyone(session)
    lines = [f"{row.address} ({row.style}): {row.state}" for row in rows]
    output.say("\n".join(lines) or "No relays.", {"relays": [_shown(row) for row in rows]})


def _is_inbox(address: Iri) -> bool:
    """By custom the address of a relay's inbox ends so, and that of its actor does not."""
    return urlsplit(address).path.rstrip("/").endswith("/inbox")


def _shown(row: Relay) -> dict[str, Json]:
    return {
        "url": row.address,
        "style": row.style,
        "inbox": row.inbox,
        "actor": row.actor_iri,
        "state": row.state,
    }
