"""Strangers: actors of other hosts whom an instance remembers, without anybody being there."""

from collections.abc import Awaitable, Callable

from activitypub.iris import Iri
from actors.database import Session
from actors.site import Site
from actors.tables.actor import Actor

Stranger = Callable[..., Awaitable[Actor]]
"""`await stranger(session, "ada", "peer.test", shared=False)`."""


def maker(site: Site) -> Stranger:
    """Makes strangers, remembered in the given transaction."""

    async def make(session: Session, name: str, host: str, *, shared: bool = True) -> Actor:
        origin = f"https://{host}"
        actor = Actor(
            id=site.new_id(),
            iri=Iri(f"{origin}/users/{name}"),
            is_ours=False,
            type="Person",
            handle=name,
            host=host,
            name=name.title(),
            inbox=f"{origin}/users/{name}/inbox",
            shared_inbox=f"{origin}/inbox" if shared else None,
            followers=f"{origin}/users/{name}/followers",
            document=b"{}",
            published_at=site.now(),
            updated_at=site.now(),
        )
        session.add(actor)
        await session.flush()
        return actor

    return make
