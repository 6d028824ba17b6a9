"""Knowing: a peer's actor says what is new about itself."""

import activitypub.vocabulary as ap
from activitypub.authority import Heard
from actors.database import Session
from actors.site import Site
from actors.verbs import hearing, mirroring
from actors.verbs.mirroring import Gathered


async def on_update_actor(
    session: Session, site: Site, heard: Heard[ap.Update], gathered: Gathered
) -> None:
    """Profile, addresses and keys of the speaker, as it states them now.

    Who had moved and says no `movedTo` any more is back.
    """
    actor = heard.activity.object
    if isinstance(actor, ap.Actor) and not hearing.is_our_own(heard):
        row = await mirroring.remember_actor(session, site, actor)
        if actor.moved_to is None:
            row.moved_to = None
