"""`essaim lookup`, `essaim follow`: find something anywhere, and hear from it."""

from pathlib import Path

from activitypub import handles
from activitypub.canonical_json import Json
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import following
from federation.commands.instance import opened, organisation_named
from federation.commands.output import PLAIN, Output


async def lookup(directory: Path, text: str, /, *, output: Output = PLAIN) -> None:
    """Find an organisation, a person, a model or a remark, here or on any instance.

    What is found elsewhere is remembered here.

    Args:
        directory: The instance.
        text: A handle (user@host) or an address.
        output: How to answer.
    """
    async with opened(directory) as instance:
        found = await instance.lookup.resolve(text)
    output.say(*_described(found))


async def follow(
    directory: Path, handle: str, /, *, organisation: str, output: Output = PLAIN
) -> None:
    """Follow an organisation or a person of any instance. The running server sends the request.

    Args:
        directory: The instance.
        handle: Whom to follow, as user@host.
        organisation: The handle of the organisation that follows.
        output: How to answer.
    """
    wanted = handles.parse(handle)
    async with opened(directory) as instance:
        async with instance.database.read() as session:
            await organisation_named(session, organisation)
        followee = await instance.lookup.by_address(wanted)
        async with instance.database.begin() as session:
            actor = await organisation_named(session, organisation)
            row = await following.follow(session, instance.site, actor, followee)
    output.say(
        f"{actor.handle} asks to follow @{followee.address} ({row.state}).",
        {
            "id": str(row.id),
            "follower": actor.iri,
            "followee": followee.iri,
            "handle": followee.address,
            "state": row.state,
        },
    )


def _described(found: Actor | Model | Remark) -> tuple[str, dict[str, Json]]:
    value: dict[str, Json] = {"id": str(found.id), "iri": found.iri}
    match found:
        case Actor():
            words = f"{found.name} (@{found.address}), {found.type}: {found.iri}"
            return words, value | {"kind": "actor", "name": found.name, "handle": found.address}
        case Model():
            words = f"{found.name}, a model in {', '.join(found.languages)}: {found.iri}"
            kind: dict[str, Json] = {"kind": "model", "name": found.name}
            return words, value | kind | {"languages": found.languages}
        case Remark():
            return f"A remark: {found.iri}", value | {"kind": "remark"}
