"""Dressing: how the pages of this instance look: their name, their colour, their mark.

The colour and the mark are for the pages alone, and nobody elsewhere hears of them. The name is the
network's own. Wire: Update{Organization}, where the name has changed.
"""

from actors.database import Session
from actors.errors import NotFound
from actors.rules import colours, looks
from actors.rules.looks import Look, Mark
from actors.rules.pictures import SUFFIXES
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.media import Media
from actors.tables.organisation import Instance
from actors.verbs import picturing, profiling
from actors.verbs.profiling import Said
from actors.views import media as views
from actors.views import profiles

LOOK = "look"
"""What shows a mark, as `MediaUse.subject` names it."""


async def rename(session: Session, site: Site, network: Actor, name: str) -> None:
    """The network is called so from now on, and its followers are told.

    Raises:
        Unwise: it is empty, or too long.
    """
    await profiling.say(session, site, network, Said(name=name.strip()))


async def colour(session: Session, site: Site, chosen: str) -> Look:
    """The pages have this colour from now on; the former one is kept.

    Args:
        session: an open transaction.
        site: our ids.
        chosen: as people write it; empty for the program's own.

    Raises:
        Unwise: it is no colour.
    """
    row = await _held(session)
    now = Look.from_json(row.look)
    return await _put_on(
        session, site, row, Look(str(colours.parse(chosen)) if chosen else "", now.mark)
    )


async def mark(session: Session, site: Site, media: Media | None) -> Look:
    """The pages show this mark from now on; the former one is kept.

    Args:
        session: an open transaction.
        site: our ids.
        media: a picture of the network's, drawn for this; None for the program's own.
    """
    row = await _held(session)
    now = Look.from_json(row.look)
    shown = None
    if media is not None:
        name = f"{media.digest}.{SUFFIXES[media.media_type]}"
        shown = Mark(name, media.width, media.height)
    return await _put_on(session, site, row, Look(now.colour, shown))


async def undress(session: Session, site: Site) -> Look:
    """The pages look as those of every instance; what they had is kept."""
    return await _put_on(session, site, await _held(session), looks.PLAIN)


async def undo(session: Session, site: Site) -> Look:
    """The pages look as they did before the last change; undone once more, as after it.

    Raises:
        NotFound: nothing has ever changed.
    """
    row = await _held(session)
    before = looks.former(row.look)
    if before is None:
        raise NotFound("Nothing has been changed here yet.")
    return await _put_on(session, site, row, before)


async def _held(session: Session) -> Instance:
    """The row of this instance, until the end of the transaction.

    Raises:
        NotFound: there is no instance yet.
    """
    row = await profiles.instance(session)
    if row is None:
        raise NotFound("There is no network here yet.")
    return await session.get_one(Instance, row.id, with_for_update=True, populate_existing=True)


async def _put_on(session: Session, site: Site, row: Instance, look: Look) -> Look:
    """Write a look down, and hold on to the files of it and of the one before."""
    row.look = looks.changed(row.look, look)
    marks = [look.mark, one.mark if (one := looks.former(row.look)) else None]
    names = dict.fromkeys(shown.name.partition(".")[0] for shown in marks if shown is not None)
    files = await views.by_digests(session, names, row.network_id)
    await picturing.show(session, site, LOOK, row.id, files)
    await session.flush()
    return look
