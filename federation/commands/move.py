"""`essaim organisation alias`, `unalias`, `move`, `stay`: an organisation goes on elsewhere."""

from pathlib import Path

import activitypub.vocabulary as ap
from activitypub import handles
from activitypub.iris import Iri
from actors.verbs import moving
from federation.commands.instance import opened, organisation_named
from federation.commands.output import PLAIN, Failed, Output


async def add_alias(
    directory: Path, organisation: str, handle: str, /, *, output: Output = PLAIN
) -> None:
    """Say that an organisation is also somebody elsewhere, who may then move to it.

    Args:
        directory: The instance.
        organisation: The handle of the organisation.
        handle: The other account, as user@host.
        output: How to answer.
    """
    wanted = handles.parse(handle)
    async with opened(directory) as instance:
        other = await instance.lookup.by_address(wanted)
        async with instance.database.begin() as session:
            us = await organisation_named(session, organisation)
            await moving.add_alias(session, instance.site, us, other.iri)
    output.say(f"{us.handle} is also @{other.address}.", {"iri": us.iri, "alias": other.iri})


async def remove_alias(
    directory: Path, organisation: str, handle: str, /, *, output: Output = PLAIN
) -> None:
    """Say no longer that an organisation is also somebody elsewhere.

    Args:
        directory: The instance.
        organisation: The handle of the organisation.
        handle: The other account, as user@host.
        output: How to answer.
    """
    wanted = handles.parse(handle)
    async with opened(directory) as instance:
        other = await instance.lookup.by_address(wanted)
        async with instance.database.begin() as session:
            us = await organisation_named(session, organisation)
            await moving.remove_alias(session, instance.site, us, other.iri)
    output.say(f"{us.handle} is not @{other.address}.", {"iri": us.iri, "alias": other.iri})


async def move(
    directory: Path, organisation: str, handle: str, /, *, output: Output = PLAIN
) -> None:
    """Move an organisation to an account elsewhere that says it is also known as this one.

    Its followers are told and follow the new account; it publishes nothing here any more.

    Args:
        directory: The instance.
        organisation: The handle of the organisation.
        handle: The new account, as user@host.
        output: How to answer.
    """
    wanted = handles.parse(handle)
    async with opened(directory) as instance:
        async with instance.database.read() as session:
            await organisation_named(session, organisation)
        other = await instance.lookup.by_address(wanted)
        target = await instance.lookup.newest(Iri(other.iri))
        if not isinstance(target, ap.Actor):
            raise Failed("There is no account at that address.")
        async with instance.database.begin() as session:
            us = await organisation_named(session, organisation)
            await moving.move(session, instance.site, us, target)
    output.say(f"{us.handle} moves to @{other.address}.", {"from": us.iri, "to": other.iri})


async def stay(directory: Path, organisation: str, /, *, output: Output = PLAIN) -> None:
    """Take the move of an organisation back. Who followed it away does not come back.

    Args:
        directory: The instance.
        organisation: The handle of the organisation.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.begin() as session:
        us = await organisation_named(session, organisation)
        await moving.stay(session, instance.site, us)
    output.say(f"{us.handle} is at home here again.", {"iri": us.iri})
