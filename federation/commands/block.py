"""`essaim organisation block`, `unblock`: an organisation has nothing to do with somebody."""

from pathlib import Path

from activitypub import handles
from actors.verbs import blocking
from federation.commands.instance import opened, organisation_named
from federation.commands.output import PLAIN, Output


async def block(
    directory: Path, organisation: str, handle: str, /, *, output: Output = PLAIN
) -> None:
    """Block somebody: follows end in both directions, and they are told. It can be taken back.

    Args:
        directory: The instance.
        organisation: The handle of the organisation that blocks.
        handle: Whom, as user@host.
        output: How to answer.
    """
    wanted = handles.parse(handle)
    async with opened(directory) as instance:
        async with instance.database.read() as session:
            await organisation_named(session, organisation)
        them = await instance.lookup.by_address(wanted)
        async with instance.database.begin() as session:
            us = await organisation_named(session, organisation)
            await blocking.block(session, instance.site, us, them)
    output.say(f"{us.handle} blocks @{them.address}.", {"blocker": us.iri, "blocked": them.iri})


async def unblock(
    directory: Path, organisation: str, handle: str, /, *, output: Output = PLAIN
) -> None:
    """Take a block back. Follows that ended stay ended.

    Args:
        directory: The instance.
        organisation: The handle of the organisation that blocks.
        handle: Whom, as user@host.
        output: How to answer.
    """
    wanted = handles.parse(handle)
    async with opened(directory) as instance:
        them = await instance.lookup.by_address(wanted)
        async with instance.database.begin() as session:
            us = await organisation_named(session, organisation)
            await blocking.unblock(session, instance.site, us, them)
    output.say(
        f"{us.handle} does not block @{them.address}.", {"blocker": us.iri, "blocked": them.iri}
    )
