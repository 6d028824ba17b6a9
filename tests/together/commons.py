"""Helpers for journeys around a commons: open one, put things into it, see what stands there."""

from dataclasses import replace

from together.street import House

from actors.rules.commons import MayPost
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import opening, publishing, remarking
from actors.verbs.opening import Charter
from actors.views import commons as view
from actors.views import timelines
from actors.views.paging import Page

CHARTER = Charter(
    language="en",
    names={"en": "Repair cafés in Europe", "fr": "Les ateliers de réparation"},
    summaries={"en": "How to *mend* together.", "fr": "Réparer ensemble."},
    rules="Say **where** it worked.",
    family="hardware",
)
"""What the commons says of itself."""


async def open_commons(
    house: House,
    handle: str = "repair",
    *,
    posting: MayPost = MayPost.EVERYBODY,
    approves: bool = False,
) -> Actor:
    """A commons about repair cafés, opened and tended by the network of that house."""
    charter = replace(CHARTER, posting=posting, approves=approves)
    keys = house.street.next_keys()
    async with house.begin() as session:
        network = await session.get_one(Actor, house.network.id)
        return await opening.open_commons(session, house.site, network, handle, charter, keys=keys)


async def known(house: House, address: str) -> Actor:
    """Somebody, as a house knows them."""
    found = await house.lookup.resolve(address)
    assert isinstance(found, Actor)
    return found


async def put(house: House, model: Model, commons: str | None) -> None:
    """Put a model that is published already into a commons, or take it out."""
    group = await known(house, commons) if commons else None
    async with house.begin() as session:
        now = await session.get_one(Model, model.id)
        await publishing.place_in(session, house.site, now, group)


async def say(
    house: House,
    organisation: Actor,
    text: str,
    *,
    commons: str | None = None,
    answer_to: str | None = None,
) -> Remark:
    """Say something in a commons, or answer."""
    group = await known(house, commons) if commons else None
    async with house.begin() as session:
        item = await timelines.by_iri(session, answer_to, organisation) if answer_to else None
        return await remarking.remark(
            session,
            house.site,
            organisation,
            text=text,
            language="en",
            commons=group,
            in_reply_to=item.subject if item else None,
        )


async def standing(house: House, commons: Actor) -> list[str]:
    """The ids of what stands in a commons of that house, the newest first."""
    async with house.read() as session:
        rows = await view.entries(session, commons, Page())
    return [one.subject.iri for one in rows]


async def at_home(house: House, organisation: Actor) -> list[tuple[str, str | None]]:
    """What an organisation finds on its timeline: the id, and the handle of who passed it on."""
    async with house.read() as session:
        items = await timelines.home(session, organisation, Page())
    return [(one.subject.iri, one.booster.handle if one.booster else None) for one in items]
