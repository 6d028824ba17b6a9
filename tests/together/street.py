"""A street: real instances in one process, with real names, real TLS and a clock that tests turn.

`https://alpha.test` is a loopback port with a certificate from a throw-away authority; a resolver
knows the ports, and the settings allow these very ports as private destinations. The code under
test has no switch for any of it.

Nothing sleeps: `settle` works every queue off until nothing is due anywhere, and `clock.turn` lets
time pass. What was accepted on the way stands in `mail`, as in "alpha → beta Follow".
"""

import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import structlog
import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from sqlalchemy import select, update
from structlog.typing import EventDict, WrappedLogger
from together.clock import Clock
from together.ports import free_port

from activitypub.iris import Iri
from actors.database import Database, Session
from actors.mail import keyring, lanes
from actors.mail.keyring import KeyPems
from actors.rules.permissions import Office
from actors.rules.sections import Adaptability, Role, Section, Sheet
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.mail import Lane
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import enrolling, following, forgetting, publishing, signing_in
from actors.views import profiles
from federation import application, safekeeping
from federation.app_keys import DATABASE, LOOKUP, SITE
from federation.lookup import Lookup
from federation.negotiation import Handler
from federation.settings import (
    DatabaseSettings,
    EmailSettings,
    Federation,
    Instance,
    MediaSettings,
    PrivateDestination,
    Settings,
)
from federation.transport.names import NoAddress
from federation.workers.running import WORKERS

DOORS = 8
"""Names that a street has room for: the ports are fixed before the first instance is built."""

PASSWORD = "a quiet street in spring"
"""Of every member, so that it is hashed once."""

MOST_ROUNDS = 200
"""Mail that is still under way after so many rounds goes round and round: a failure, not a wait."""


class Names(AbstractResolver):
    """Knows the ports of the houses; nobody else has an address."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}

    async def resolve(
        self,
        host: str,
        port: int = 0,  # noqa: ARG002 - the interface
        family: int = socket.AF_INET,  # noqa: ARG002 - the interface
    ) -> list[ResolveResult]:
        """Where a house is."""
        if host not in self.ports:
            raise NoAddress(f"{host} has no address")
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=self.ports[host],
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


@cache
def key_pems(_: int) -> KeyPems:
    """The keys of a street's n-th actor, made once for all tests: a pair costs 100 ms."""
    return keyring.new_keys()


@cache
def password_hash() -> str:
    """The hash of PASSWORD: made once, because it costs 50 ms."""
    return signing_in.hash_password(PASSWORD)


def a_sheet(title: str = "Atelier de réparation", *, text: str = "On répare ensemble.") -> Sheet:
    """A small sheet in French and English with a core and an adaptable section."""
    return Sheet(
        language="fr",
        names={"fr": title, "en": f"{title} (en)"},
        summaries={"fr": "Réparer au lieu de jeter.", "en": "Mend instead of throwing away."},
        license="CC-BY-SA-4.0",
        sections=(
            Section(
                key="value",
                role=Role("Value"),
                adaptability=Adaptability("Core"),
                names={"fr": "Le principe", "en": "The principle"},
                texts={"fr": text, "en": "People mend things together."},
            ),
            Section(
                key="costs",
                role=Role("Costs"),
                adaptability=Adaptability("Adaptable"),
                names={"fr": "Les coûts"},
                texts={"fr": "Un local et des outils."},
            ),
        ),
    )


@dataclass
class House:
    """One instance of the street.

    Attributes:
        name: short, as in the transcript: `alpha`.
        settings: what its operator decided.
        app: the running application, or the one that ran last.
        port: where it listens on 127.0.0.1.
        network: its network's organisation.
    """

    name: str
    settings: Settings
    port: int
    street: "Street"
    app: web.Application = field(init=False)
    network: Actor = field(init=False)
    _runner: web.AppRunner | None = None

    @property
    def host(self) -> str:
        """As it stands in handles: `alpha.test`."""
        return f"{self.name}.test"

    @property
    def origin(self) -> Iri:
        """`https://alpha.test`."""
        return self.settings.instance.origin

    @property
    def site(self) -> Site:
        """Its origin, clock and ids."""
        return self.app[SITE]

    @property
    def database(self) -> Database:
        """What it remembers."""
        return self.app[DATABASE]

    @property
    def lookup(self) -> Lookup:
        """Finds things here and on the street."""
        return self.app[LOOKUP]

    def begin(self) -> AbstractAsyncContextManager[Session]:
        """A write transaction on its database."""
        return self.database.begin()

    def read(self) -> AbstractAsyncContextManager[Session]:
        """A look at its database."""
        return self.database.read()

    async def start(self, *routes: web.AbstractRouteDef, with_workers: bool = False) -> None:
        """Build it anew on the same database, as after a crash or an update, and open the door.

        Args:
            routes: further ones, for tests of what happens around handlers.
            with_workers: let it work by itself, instead of only when `settle` says so.
        """
        # What was drawn from the clock before, ids above all, is never drawn again.
        self.street.clock.turn(milliseconds=1)
        self.app = application.build(
            self.settings,
            clock=self.street.clock,
            resolver=self.resolver,
            trust=self.street.trust,
            with_workers=with_workers,
        )
        self.app.add_routes(routes)
        self.app.middlewares.insert(0, _named(self.name))
        self._runner = application.runner(self.app)
        await self._runner.setup()
        await self.open_doors(self._runner)

    @property
    def resolver(self) -> "Names":
        """Where it finds the others."""
        return self.street.names

    async def open_doors(self, runner: web.AppRunner) -> None:
        """Let others in."""
        await self.open_door(runner, self.port)

    async def open_door(self, runner: web.AppRunner, port: int) -> web.SockSite:
        """Let others in at one port."""
        door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        site = web.SockSite(runner, door, ssl_context=self.street.certificate(self.host))
        await site.start()
        return site

    async def stop(self) -> None:
        """Close the door: nobody answers there until it is started again."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    @property
    def is_open(self) -> bool:
        """Whether it answers."""
        return self._runner is not None

    async def settle(self) -> int:
        """Work off what is due here now."""
        return await self.app[WORKERS].settle()

    async def organisation(self, handle: str, name: str = "") -> Actor:
        """Give an organisation a place here."""
        keys = self.street.next_keys()
        async with self.begin() as session:
            return await enrolling.add_organisation(
                session, self.site, handle=handle, name=name or handle.title(), keys=keys
            )

    async def member(
        self, email: str, organisation: Actor, office: Office = Office.STEWARD
    ) -> Member:
        """Let somebody act for an organisation; her password is PASSWORD."""
        async with self.begin() as session:
            return await enrolling.add_member(
                session,
                self.site,
                email=email,
                name=email.partition("@")[0].title(),
                password_hash=password_hash(),
                organisation=organisation,
                office=office,
            )

    async def token(
        self, member: Member, organisation: Actor, scopes: str = "read write follow"
    ) -> str:
        """A bearer token with which she acts for the organisation."""
        async with self.begin() as session:
            return await signing_in.create_token(session, self.site, member, organisation, scopes)

    async def publish(self, organisation: Actor, sheet: Sheet | None = None) -> Model:
        """Publish a model."""
        async with self.begin() as session:
            return await publishing.publish(session, self.site, organisation, sheet or a_sheet())

    async def revise(self, model: Model, sheet: Sheet) -> Revision:
        """Publish its next version."""
        async with self.begin() as session:
            now = await session.get_one(Model, model.id)
            return await publishing.revise(session, self.site, now, sheet)

    async def delete(self, model: Model) -> None:
        """Delete a model."""
        async with self.begin() as session:
            now = await session.get_one(Model, model.id)
            await forgetting.delete_model(session, self.site, now)

    async def follow(self, organisation: Actor, whom: str) -> None:
        """Ask to follow a handle or an address, here or elsewhere."""
        found = await self.lookup.resolve(whom)
        assert isinstance(found, Actor)
        async with self.begin() as session:
            await following.follow(session, self.site, organisation, found)

    async def actor(self, handle: str) -> Actor:
        """An organisation of this instance, as it is now."""
        async with self.read() as session:
            found = await profiles.by_handle(session, handle)
        assert found is not None
        return found

    def url(self, path: str) -> str:
        """An address here."""
        return self.origin + path


class Street:
    """Instances that know each other's addresses, and nobody else's.

    Args:
        directory: where their databases live.
        new_database: makes a database that is up to date and empty, and gives its URL.
        doors: names that it has room for.
        a_house: what stands in it.
    """

    def __init__(
        self,
        directory: Path,
        new_database: Callable[[str], str],
        *,
        doors: int = DOORS,
        a_house: type[House] = House,
    ) -> None:
        self.directory = directory
        safekeeping.make(directory / DatabaseSettings().secret_file)
        self.clock = Clock()
        self.names = Names()
        self.houses: dict[str, House] = {}
        self.mail: list[str] = []
        self.events: list[Mapping[str, Any]] = []
        self.moving_out: list[Callable[[], Awaitable[None]]] = []
        self.email = EmailSettings()  # of the instances that are opened from now on
        self._new_database = new_database
        self._authority = trustme.CA()
        self.trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # no authority but ours
        self._authority.configure_trust(self.trust)
        self.authority_file = directory / "authority.pem"
        self._authority.cert_pem.write_to_path(self.authority_file)
        self._ports = [free_port() for _ in range(doors)]
        self._a_house = a_house
        self._keys = iter(range(1_000_000))
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=self.names, ssl=self.trust)
        )

    async def open(self, *names: str) -> list[House]:
        """Found instances and open their doors: `(alpha,) = await street.open("alpha")`."""
        opened = []
        for name in names:
            port = self.door(f"{name}.test")
            house = self._a_house(name, self._settings(name, port), port, self)
            self.houses[name] = house
            house.network = await self._found(house)
            await house.start()
            opened.append(house)
        return opened

    async def settle(self) -> None:
        """Let all mail arrive and have its effect, until nothing is due anywhere.

        Whoever comes back after an absence gets all of it now.
        """
        for _ in range(MOST_ROUNDS):
            if not sum([await self._work(one) for one in self.houses.values() if one.is_open]):
                return
        raise AssertionError("some mail goes round and round")

    async def _work(self, house: House) -> int:
        done = await house.settle()
        now = self.clock()
        is_soon = Lane.due_at > now, Lane.due_at <= now + lanes.PACE
        async with house.read() as session:
            paced = (await session.scalars(select(Lane.id).where(*is_soon, Lane.spared > 0))).all()
        if not paced:
            return done
        async with house.begin() as session:
            at_once = update(Lane).where(Lane.id.in_(paced)).values(spared=0, due_at=now)
            await session.execute(at_once)
        return done + 1

    async def close(self) -> None:
        """Close every door."""
        await self.session.close()
        for leave in self.moving_out:
            await leave()
        for house in self.houses.values():
            await house.stop()

    def door(self, host: str) -> int:
        """Give a name on this street a port that everybody may call."""
        self.names.ports[host] = self._ports[len(self.names.ports)]
        return self.names.ports[host]

    def next_keys(self) -> KeyPems:
        """Keys that nobody on this street has yet."""
        return key_pems(next(self._keys))

    def certificate(self, host: str) -> ssl.SSLContext:
        """What a house shows at its door."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(host).configure_cert(context)
        return context

    def papers(self, host: str) -> Path:
        """The same for a neighbour that is another program: key and certificates in one file."""
        file = self.directory / f"{host}.pem"
        self._authority.issue_cert(host).private_key_and_cert_chain_pem.write_to_path(file)
        return file

    def _settings(self, name: str, port: int) -> Settings:
        doors = [*self._ports, 443]  # names are judged at 443, sockets at the real port
        return Settings(
            directory=self.directory,
            instance=Instance(origin=Iri(f"https://{name}.test"), listen=f"127.0.0.1:{port}"),
            database=DatabaseSettings(url=self._new_database(name)),
            media=MediaSettings(directory=f"media-{name}"),
            email=self.email,
            federation=Federation(
                private_destinations=tuple(
                    PrivateDestination.parse(f"127.0.0.1:{door}") for door in doors
                )
            ),
        )

    async def _found(self, house: House) -> Actor:
        site = application.site(house.settings, self.clock)
        safe = safekeeping.read(house.settings.secret_file)
        database = Database(house.settings.database.url, safe=safe)
        try:
            async with database.begin() as session:
                return await enrolling.found_instance(
                    session,
                    site,
                    name=f"Réseau {house.name}",
                    instance_keys=self.next_keys(),
                    network_keys=self.next_keys(),
                )
        finally:
            await database.close()

    def record(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        """Structlog's processor: keep what happened, and the mail that was accepted."""
        self.events.append(dict(event))
        if event["event"] == "inbox.accepted":
            sender = str(event["peer"]).removesuffix(".test")
            self.mail.append(f"{sender} → {event['house']} {event['type']}")
        return event

    def refusals(self) -> list[str]:
        """The reasons of everything that an inbox refused, in order."""
        return [str(one["reason"]) for one in self.events if one["event"] == "inbox.refused"]


@asynccontextmanager
async def walk(directory: Path, new_database: Callable[[str], str]) -> AsyncIterator[Street]:
    """A street for one test."""
    async with lived_in(Street(directory, new_database)) as street:
        yield street


S = TypeVar("S", bound=Street)


@asynccontextmanager
async def lived_in(street: S) -> AsyncIterator[S]:
    """A street until the end of a test; what happens there is recorded."""
    with _recording(street):
        try:
            yield street
        finally:
            await street.close()


@contextmanager
def _recording(street: Street) -> Iterator[None]:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            street.record,
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.reset_defaults()


def _named(name: str) -> Any:
    """A middleware that says in every event at which house it happened."""

    @web.middleware
    async def at_house(request: web.Request, handler: Handler) -> web.StreamResponse:
        with structlog.contextvars.bound_contextvars(house=name):
            return await handler(request)

    return at_house
