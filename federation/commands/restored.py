"""`essaim restored`: go on from a back-up without contradicting what others remember."""

from pathlib import Path

from actors.verbs import resuming
from federation.commands.instance import opened
from federation.commands.output import PLAIN, Output


async def restored(directory: Path, /, *, output: Output = PLAIN) -> None:
    """Say that this database was put back from an older copy; before the server is started.

    New versions get numbers that were surely not given before, every organisation shows itself to
    the servers that it knows, and what those have published whom ours follow is read again. To say
    it once too often does no harm.

    Args:
        directory: The instance.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.begin() as session:
        done = await resuming.begin_again(session, instance.site)
    output.say(
        "This database goes on from its copy: new versions of models have numbers above"
        f" {done.above}, {done.shown} organisations show themselves again, and what"
        f" {done.read_again} others have published is read again. Members, tokens and blocks are as"
        " they were when the copy was made: what was ended or blocked since, end and block again.",
        {"above": done.above, "shown": done.shown, "readAgain": done.read_again},
    )
