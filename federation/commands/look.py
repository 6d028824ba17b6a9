"""`essaim look`: the name, the colour and the mark of an instance's pages."""

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from actors.errors import Unwise
from actors.rules.looks import Look
from actors.rules.pictures import LARGEST_FILE
from actors.verbs import dressing
from actors.views import profiles
from federation.commands.instance import opened
from federation.commands.output import PLAIN, Failed, Output
from federation.files.uploads import TOO_LARGE


async def look(
    directory: Path,
    /,
    *,
    name: str = "",
    colour: str = "",
    mark: Path | None = None,
    plain: Annotated[bool, Parameter(negative=())] = False,
    undo: Annotated[bool, Parameter(negative=())] = False,
    output: Output = PLAIN,
) -> None:
    """Show how the pages look, and change it.

    A colour in which words could not be read is made darker by day, and lighter by night. A mark is
    drawn anew, and small; SVG is not taken.

    Args:
        directory: The instance.
        name: What the network is called from now on; whoever follows it is told.
        colour: Of links and buttons, such as #0f6b5e.
        mark: A picture: PNG, JPEG, WebP, GIF or AVIF.
        plain: First put the colour and the mark back as they are everywhere.
        undo: First undo the last change of colour or mark.
        output: How to answer.
    """
    data = None if mark is None else await asyncio.to_thread(_read, mark)
    async with opened(directory) as instance:
        async with instance.database.read() as session:
            network = await profiles.network(session)
        picture = None if data is None else await instance.uploads.mark(network, data)
        async with instance.database.begin() as session:
            if undo:
                await dressing.undo(session, instance.site)
            if plain:
                await dressing.undress(session, instance.site)
            if name:
                await dressing.rename(session, instance.site, network, name)
            if colour:
                await dressing.colour(session, instance.site, colour)
            if picture is not None:
                await dressing.mark(session, instance.site, picture)
            row, network = await profiles.instance(session), await profiles.network(session)
    now = Look() if row is None else Look.from_json(row.look)
    shown = now.mark.name if now.mark else None
    output.say(
        f"{network.name}: colour {now.colour or 'of Essaim'}, mark {shown or 'of Essaim'}.",
        {"name": network.name, "colour": now.colour or None, "mark": shown},
    )


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise Unwise(TOO_LARGE)
        return path.read_bytes()
    except OSError as fault:
        raise Failed(f"{path} cannot be read: {fault.strerror}.") from fault
