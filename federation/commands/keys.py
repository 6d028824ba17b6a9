"""`essaim keys rotate`: new keys for organisations, or for everybody who signs here."""

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from activitypub.canonical_json import Json
from actors.mail import keyring
from actors.tables.actor import Actor
from actors.verbs import rotating
from actors.views import profiles
from federation.commands.instance import Instance, opened, organisation_named
from federation.commands.output import PLAIN, Failed, Output


async def rotate(
    directory: Path,
    handle: str = "",
    /,
    *,
    every: Annotated[bool, Parameter(name="--all", negative=())] = False,
    output: Output = PLAIN,
) -> None:
    """Give an organisation new keys, and tell everybody who knows the old ones.

    Each actor changes in one step: if the command is interrupted, those that it did not reach keep
    their keys. What is on its way to a host that has not heard yet is signed with the old key.

    Args:
        directory: The instance.
        handle: The organisation, or instance.actor for the actor that reads for this instance.
        every: All organisations, and the instance's own actor.
        output: How to answer.
    """
    if bool(handle) is every:
        raise Failed("Name one organisation, or say --all.")
    async with opened(directory) as instance:
        async with instance.database.read() as session:
            if every:
                found = [
                    await profiles.instance_actor(session),
                    *await profiles.organisations(session),
                ]
            else:
                found = [await organisation_named(session, handle)]
        told = [await _rotate(instance, actor) for actor in found if actor.gone_at is None]
    names = ", ".join(f"@{one['address']}" for one in told)
    output.say(f"These have new keys: {names}.", {"rotated": list(told)})


async def _rotate(instance: Instance, actor: Actor) -> dict[str, Json]:
    """One actor, in one transaction; keys are made before it."""
    pems = await asyncio.to_thread(keyring.new_keys)
    async with instance.database.begin() as session:
        await rotating.rotate(session, instance.site, actor, pems)
    return {"handle": actor.handle, "address": actor.address, "iri": actor.iri}
