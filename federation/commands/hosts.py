"""`essaim hosts block`, `unblock`, `list`: with which sites this instance has nothing to do."""

from pathlib import Path

from actors.verbs import blocking
from actors.views import blocks
from federation.commands.instance import opened
from federation.commands.output import PLAIN, Output


async def block_host(
    directory: Path, host: str, /, *, because: str = "", output: Output = PLAIN
) -> None:
    """Block a site and those below it: nothing comes from there, nothing goes there.

    Follows in both directions end, and letters that wait are dropped. It can be taken back.

    Args:
        directory: The instance.
        host: The name of the site, such as spam.example.
        because: Why; only operators see it.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.begin() as session:
        ended = await blocking.shut(session, instance.site, host, reason=because)
    output.say(
        f"{ended.host} is blocked: {ended.follows} follows ended, {ended.letters} letters dropped.",
        {"host": ended.host, "follows": ended.follows, "letters": ended.letters},
    )


async def unblock_host(directory: Path, host: str, /, *, output: Output = PLAIN) -> None:
    """Take the block of a site back. Follows that ended stay ended.

    Args:
        directory: The instance.
        host: The name of the site, as it was blocked.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.begin() as session:
        name = await blocking.reopen(session, host)
    output.say(f"{name} is not blocked any more.", {"host": name})


async def list_hosts(directory: Path, /, *, output: Output = PLAIN) -> None:
    """Show the sites that are blocked, and why.

    Args:
        directory: The instance.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.read() as session:
        found = await blocks.shut_hosts(session)
    lines = [f"{one.name}: {one.reason}" if one.reason else one.name for one in found]
    output.say(
        "\n".join(lines) or "No site is blocked.",
        {
            "hosts": [
                {
                    "host": one.name,
                    "reason": one.reason,
                    "since": one.blocked_at.isoformat() if one.blocked_at else None,
                    "actors": one.actors,
                }
                for one in found
            ]
        },
    )
