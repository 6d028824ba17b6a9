"""`essaim organisation close`: an organisation ends, for ever."""

from pathlib import Path

from actors.verbs import forgetting
from federation.commands.instance import opened, organisation_named
from federation.commands.output import PLAIN, Failed, Output


async def close_organisation(
    directory: Path, organisation: str, /, *, confirm: str = "", output: Output = PLAIN
) -> None:
    """End an organisation for ever: every known site is told, its models answer 410.

    Args:
        directory: The instance.
        organisation: The handle of the organisation. It is never given again.
        confirm: The handle once more, because this cannot be undone.
        output: How to answer.
    """
    if confirm != organisation:
        raise Failed(f"This cannot be undone: say --confirm {organisation} if you mean it.")
    async with opened(directory) as instance, instance.database.begin() as session:
        us = await organisation_named(session, organisation)
        await forgetting.close_organisation(session, instance.site, us)
    output.say(f"{us.handle} is closed.", {"iri": us.iri})
