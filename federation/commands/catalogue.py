"""`essaim catalogue rebuild`: make anew what models and organisations are found by."""

from pathlib import Path

from actors.verbs import listing
from actors.verbs.listing import Progress
from federation.commands.instance import opened
from federation.commands.output import PLAIN, Output


async def rebuild(directory: Path, /, *, output: Output = PLAIN) -> None:
    """Make the index of the search anew, from what is remembered; a server may run meanwhile.

    What is there is found by the former index until its turn has come. A command that is
    interrupted is given again, or left to the next start of the server.

    Args:
        directory: The instance.
        output: How to answer.
    """
    async with opened(directory) as instance:
        async with instance.database.begin() as session:
            await listing.forget_all(session)
        progress, count = Progress(), 0
        while not progress.is_done:
            async with instance.database.begin() as session:
                progress = await listing.catch_up(session, progress)
            count += progress.listed
    output.say(f"{count} models, organisations and people can be found.", {"listed": count})
