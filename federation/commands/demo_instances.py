"""Making the three instances of the demo: each founded, peopled and stocked with its models.

Nothing is sent anywhere here: nobody follows anybody yet, and no server runs.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from activitypub.canonical_json import Json
from actors.database import Database, Session
from actors.mail import keyring
from actors.mail.keyring import KeyPems
from actors.rules.permissions import Office
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import enrolling, publishing, signing_in
from actors.views import profiles
from federation import application, safekeeping
from federation.commands import demo_cast, sheets
from federation.commands.demo_cast import Network
from federation.commands.demo_directory import Demo
from federation.commands.founding import init
from federation.commands.output import Output
from federation.settings import load

PASSWORD: Final = "essaim-demo"  # noqa: S105 - shown to everybody; the demo listens on loopback only
"""With which every member of the demo signs in."""

SCOPES: Final = "read write follow"


@dataclass(frozen=True)
class _Silent(Output):
    """Says nothing: the demo tells the whole in its own words."""

    def say(self, sentence: str, value: dict[str, Json]) -> None:
        """Nothing."""


async def make(directory: Path, demo: Demo) -> dict[str, str]:
    """Make all three instances, one after the other: Alembic knows one database at a time.

    Returns:
        A token of each organisation's steward, by `network/organisation`.
    """
    hashed = await asyncio.to_thread(signing_in.hash_password, PASSWORD)
    tokens: dict[str, str] = {}
    for network in demo_cast.networks().values():
        tokens |= await _make(directory / network.key, network, demo, hashed)
    return tokens


async def _make(directory: Path, network: Network, demo: Demo, hashed: str) -> dict[str, str]:
    await init(
        directory,
        origin=demo.origin(network.key),
        listen=f"127.0.0.1:{demo.ports[network.key]}",
        private_destination=tuple(f"127.0.0.1:{port}" for port in demo.ports.values()),
        network_name=network.name,
        network_handle=network.handle,
        locale=network.locale,
        output=_Silent(),
    )
    keys = await asyncio.gather(
        *(asyncio.to_thread(keyring.new_keys) for _ in network.organisations)
    )
    settings = load(directory, {})
    database = Database(settings.database.url, safe=safekeeping.read(settings.secret_file))
    site = application.site(settings)
    try:
        async with database.begin() as session:
            return await _people(session, site, network, keys, hashed)
    finally:
        await database.close()


async def _people(
    session: Session, site: Site, network: Network, keys: list[KeyPems], hashed: str
) -> dict[str, str]:
    """The organisations of one instance, their members, and what they have published so far."""
    passing = await profiles.network(session)
    await enrolling.update_organisation(
        session, site, passing, name=network.name, summary=network.summary, facts={}
    )
    tokens = {}
    for organisation, pair in zip(network.organisations, keys, strict=True):
        actor = await enrolling.add_organisation(
            session,
            site,
            handle=organisation.handle,
            name=organisation.name,
            summary=organisation.summary,
            locale=network.locale,
            keys=pair,
        )
        place, token = await _steward(session, site, organisation.member, actor, hashed)
        tokens[f"{network.key}/{place}"] = token
        for file in demo_cast.sheets_of(organisation):
            await publishing.publish(session, site, actor, sheets.read(file))
    place, token = await _steward(session, site, network.steward, passing, hashed)
    tokens[f"{network.key}/{place}"] = token
    return tokens


async def _steward(
    session: Session, site: Site, person: demo_cast.Member, actor: Actor, hashed: str
) -> tuple[str, str]:
    """Let a person act for an organisation; gives its handle and her token."""
    member = await enrolling.add_member(
        session,
        site,
        email=person.email,
        name=person.name,
        password_hash=hashed,
        organisation=actor,
        office=Office.STEWARD,
    )
    return actor.handle, await signing_in.create_token(session, site, member, actor, SCOPES)
