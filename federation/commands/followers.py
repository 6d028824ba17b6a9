"""`essaim followers approval`, `list`, `accept`, `reject`: who may follow an organisation."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from activitypub import handles
from actors.errors import NotFound
from actors.tables.actor import Actor
from actors.verbs import enrolling, following
from actors.views import profiles
from actors.views.paging import LARGEST_PAGE, Page
from federation.commands.instance import opened, organisation_named
from federation.commands.output import PLAIN, Output


async def set_approval(
    directory: Path,
    organisation: str,
    /,
    *,
    by_hand: Annotated[bool, Parameter(negative="--at-once")],
    output: Output = PLAIN,
) -> None:
    """Let an organisation decide about each follower, or let everybody follow at once.

    Args:
        directory: The instance.
        organisation: The handle of the organisation.
        by_hand: Whether it decides; otherwise, who waits is accepted.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.begin() as session:
        us = await organisation_named(session, organisation)
        await enrolling.set_approval(session, instance.site, us, by_hand=by_hand)
        if not by_hand:
            await following.admit_all(session, instance.site, us)
    words = "decides about each follower" if by_hand else "lets everybody follow"
    output.say(f"{us.handle} {words}.", {"iri": us.iri, "byHand": by_hand})


async def list_requests(directory: Path, organisation: str, /, *, output: Output = PLAIN) -> None:
    """Show who asks to follow an organisation and waits for an answer.

    Args:
        directory: The instance.
        organisation: The handle of the organisation.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.read() as session:
        us = await organisation_named(session, organisation)
        found = await profiles.requests(session, us, Page(limit=LARGEST_PAGE))
    names = [one.actor.address for one in found]
    output.say("\n".join(names) or "Nobody waits.", {"waiting": list(names)})


async def accept(
    directory: Path, organisation: str, handle: str, /, *, output: Output = PLAIN
) -> None:
    """Let somebody follow who asks to.

    Args:
        directory: The instance.
        organisation: The handle of the organisation.
        handle: Who asks, as user@host.
        output: How to answer.
    """
    us, them = await _answer(directory, organisation, handle, is_yes=True)
    output.say(f"@{them.address} follows {us.handle}.", {"follower": them.iri, "state": "accepted"})


async def reject(
    directory: Path, organisation: str, handle: str, /, *, output: Output = PLAIN
) -> None:
    """Refuse somebody who asks to follow, or remove somebody who does.

    Args:
        directory: The instance.
        organisation: The handle of the organisation.
        handle: Whom, as user@host.
        output: How to answer.
    """
    us, them = await _answer(directory, organisation, handle, is_yes=False)
    words = f"@{them.address} does not follow {us.handle}."
    output.say(words, {"follower": them.iri, "state": "rejected"})


async def _answer(
    directory: Path, organisation: str, handle: str, *, is_yes: bool
) -> tuple[Actor, Actor]:
    wanted = handles.parse(handle)
    async with opened(directory) as instance:
        them = await instance.lookup.by_address(wanted)
        async with instance.database.begin() as session:
            us = await organisation_named(session, organisation)
            row = await profiles.follow_of(session, them, us)
            if row is None:
                raise NotFound(f"@{them.address} has not asked to follow {us.handle}.")
            await (following.admit if is_yes else following.dismiss)(session, instance.site, row)
    return us, them
