"""`essaim commons open`, `tend`, `list`: groups around a theme."""

import asyncio
from pathlib import Path
from typing import Literal

from activitypub import handles
from actors.mail import keyring
from actors.rules.commons import MayPost
from actors.rules.languages import canonical_tag
from actors.tables.actor import Actor
from actors.verbs import opening, tending
from actors.verbs.opening import Charter
from actors.verbs.tending import ABOUT_THINGS, Act
from actors.views import commons as view
from actors.views import profiles
from federation.commands.instance import Instance, opened, organisation_named
from federation.commands.output import PLAIN, Failed, Output


async def open_commons(
    directory: Path,
    handle: str,
    /,
    *,
    name: str,
    language: str,
    summary: str = "",
    rules: Path | None = None,
    family: str = "",
    posting: Literal["everybody", "members", "moderators"] = "everybody",
    approve_members: bool = False,
    output: Output = PLAIN,
) -> None:
    """Open a commons: a group around a theme that anybody can join, also from Lemmy or Mastodon.

    The network of the instance tends it; let others tend it with `essaim commons tend`.

    Args:
        directory: The instance.
        handle: Its name in addresses: a-z, 0-9 and _. It can never change.
        name: What people call it.
        language: The language of its name, such as fr.
        summary: What it is about, as Markdown.
        rules: A file with what one keeps to there, as Markdown.
        family: Its theme: a family of models, such as hosting.
        posting: Who may put something into it.
        approve_members: Let members in by hand.
        output: How to answer.
    """
    tag = canonical_tag(language)
    charter = Charter(
        language=tag,
        names={tag: name},
        summaries={tag: summary} if summary else {},
        rules=await asyncio.to_thread(rules.read_text, "utf-8") if rules else "",
        family=family or None,
        posting=MayPost(posting),
        approves=approve_members,
    )
    keys = await asyncio.to_thread(keyring.new_keys)
    async with opened(directory) as instance, instance.database.begin() as session:
        network = await profiles.network(session)
        actor = await opening.open_commons(
            session, instance.site, network, handle, charter, keys=keys
        )
    output.say(
        f"{actor.name} is open as @{actor.address}.",
        {"handle": actor.handle, "address": actor.address, "iri": actor.iri, "url": actor.url},
    )


async def list_commons(directory: Path, /, *, output: Output = PLAIN) -> None:
    """List the commons of this instance.

    Args:
        directory: The instance.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.read() as session:
        found = [(one, await profiles.counts(session, one)) for one in await view.here(session)]
    lines = [f"{one.name} (@{one.address}): {known.followers} members" for one, known in found]
    output.say(
        "\n".join(lines) or "There is no commons here yet.",
        {
            "commons": [
                {"handle": one.handle, "iri": one.iri, "name": one.name, "members": known.followers}
                for one, known in found
            ]
        },
    )


async def tend_commons(
    directory: Path,
    handle: str,
    act: Literal[
        "remove",
        "pin",
        "unpin",
        "exclude",
        "readmit",
        "admit",
        "turn-away",
        "appoint",
        "dismiss",
    ],
    target: str,
    /,
    *,
    organisation: str,
    reason: str = "",
    output: Output = PLAIN,
) -> None:
    """Remove or pin what stands in a commons, keep somebody out, let somebody in, appoint.

    Args:
        directory: The instance.
        handle: The commons.
        act: What to do.
        target: The address of a model or remark (remove, pin, unpin), or somebody's user@host.
        organisation: The handle of the organisation that does it; it tends the commons.
        reason: Why, for those concerned: for remove and exclude.
        output: How to answer.
    """
    wanted = Act(act)
    async with opened(directory) as instance:
        somebody = None if wanted in ABOUT_THINGS else await _somebody(instance, target)
        async with instance.database.begin() as session:
            commons = await profiles.by_handle(session, handle.removeprefix("@"))
            if commons is None or await view.of(session, commons) is None:
                raise Failed(f"There is no commons {handle} here.")
            await tending.tend(
                session,
                instance.site,
                commons,
                await organisation_named(session, organisation),
                wanted,
                iri=target,
                somebody=somebody,
                reason=reason,
            )
    output.say(f"Done: {act} {target}.", {"commons": commons.handle, "do": act, "target": target})


async def _somebody(instance: Instance, text: str) -> Actor:
    return await instance.lookup.by_address(handles.parse(text))
