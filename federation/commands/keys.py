"""`essaim keys`: new keys for those who sign here, and a new secret to lock them all with."""

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from activitypub.canonical_json import Json
from actors.mail import keyring, locking
from actors.tables.actor import Actor
from actors.verbs import rotating
from actors.views import profiles
from federation import safekeeping
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


async def relock(directory: Path, /, *, output: Output = PLAIN) -> None:
    """Lock all private keys with a new secret; stop the server before, it knows only the former.

    The file holds both secrets until every key is locked with the new one: a command that is
    interrupted has lost nothing, and is given again.

    Args:
        directory: The instance.
        output: How to answer.
    """
    async with opened(directory) as instance:
        file = instance.settings.secret_file
        safekeeping.add(file)
        instance.database.safe = safekeeping.read(file)
        async with instance.database.begin() as session:
            count = await locking.lock_anew(session)
        safekeeping.forget_former(file)
    output.say(
        f"{count} private keys are locked with a new secret now, which is in {file}: copy it to"
        " where your backups are.",
        {"locked": count, "file": str(file)},
    )
