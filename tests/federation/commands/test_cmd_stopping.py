"""Stopping: within ten seconds whatever hangs, with nothing lost and nothing sent twice."""

import asyncio
import re
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from together.terminal import PATIENCE, ROOT, Home, serving

from actors.database import Database
from actors.site import time_ordered_ids
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.views import profiles
from federation.application import FINISH_SECONDS, SHUTDOWN_SECONDS, utc_now
from federation.commands.serve import LONGEST_STOP

DEPLOY = ROOT / "deploy"
API = "/api/essaim/v1"
HOSTS = 120
HANGING = frozenset(range(0, HOSTS, 4))
LIMIT = 10
"""Seconds that are promised to whoever stops the server."""


class Neighbours(ThreadingHTTPServer):
    """Hosts at addresses of their own, of which every fourth takes a request and hangs.

    Attributes:
        answered: host → how often it has said 202.
        held: how many requests hang.
    """

    daemon_threads = True
    request_queue_size = HOSTS

    def __init__(self) -> None:
        super().__init__(("0.0.0.0", 0), Inbox)  # noqa: S104 - all of 127.0.0.0/8
        self.changed = threading.Condition()
        self.answered: Counter[str] = Counter()
        self.held = 0
        self.is_well = threading.Event()

    @property
    def port(self) -> int:
        port: int = self.server_address[1]
        return port

    def host(self, number: int) -> str:
        return f"127.1.{number // 250}.{number % 250 + 1}:{self.port}"

    def wait_for(self, *, held: int = 0, answered: int = 0) -> None:
        """Wait until so many requests hang, and so many hosts have answered."""
        with self.changed:
            assert self.changed.wait_for(
                lambda: self.held >= held and len(self.answered) >= answered, PATIENCE
            ), (self.held, len(self.answered))

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever is broken off in the middle does not want to hear of it."""


class Inbox(BaseHTTPRequestHandler):
    """One connection to one of them."""

    protocol_version = "HTTP/1.1"
    server: Neighbours

    def do_POST(self) -> None:
        neighbours = self.server
        host = self.headers["Host"]
        self.rfile.read(int(self.headers["Content-Length"]))
        hanging = {neighbours.host(number) for number in HANGING}
        if host in hanging and not neighbours.is_well.is_set():
            with neighbours.changed:
                neighbours.held += 1
                neighbours.changed.notify_all()
            neighbours.is_well.wait(PATIENCE)
            self.close_connection = True
            return
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        with neighbours.changed:
            neighbours.answered[host] += 1
            neighbours.changed.notify_all()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the interface
        """Nothing is said."""


@contextmanager
def neighbourhood() -> Iterator[Neighbours]:
    with Neighbours() as neighbours:
        thread = threading.Thread(target=neighbours.serve_forever, daemon=True)
        thread.start()
        try:
            yield neighbours
        finally:
            neighbours.is_well.set()
            neighbours.shutdown()
            thread.join()


async def followed_by_all(home: Home, neighbours: Neighbours) -> None:
    """Somebody at each of them follows coop."""
    database = Database(f"sqlite:///{home.directory}/essaim.db")
    new_id = time_ordered_ids(utc_now)
    try:
        async with database.begin() as session:
            coop = await profiles.by_handle(session, "coop")
            assert coop is not None
            for number in range(HOSTS):
                origin = f"http://{neighbours.host(number)}"
                reader = Actor(
                    id=new_id(),
                    iri=f"{origin}/users/ada",
                    is_ours=False,
                    type="Person",
                    handle="ada",
                    host=neighbours.host(number),
                    name="Ada",
                    inbox=f"{origin}/inbox",
                    shared_inbox=None,
                    followers=f"{origin}/users/ada/followers",
                    document=b"{}",
                    published_at=utc_now(),
                    updated_at=utc_now(),
                )
                session.add(reader)
                await session.flush()
                session.add(
                    Follow(
                        id=new_id(),
                        iri=f"{origin}/follows/1",
                        follower_id=reader.id,
                        followee_id=coop.id,
                        state="accepted",
                        made_at=utc_now(),
                    )
                )
    finally:
        await database.close()


def publish(home: Home) -> None:
    model = {
        "name": "Atelier",
        "language": "fr",
        "summary": "Un modèle d'essai.",
        "license": "CC-BY-SA-4.0",
        "sections": [
            {
                "key": "value",
                "role": "Value",
                "adaptability": "Core",
                "name": "Le principe",
                "text": "On répare ensemble.",
            }
        ],
    }
    home.ask(f"{API}/models", model)


@pytest.fixture
def neighbours(home: Home) -> Iterator[Neighbours]:
    """Neighbours who may be called, and follow coop."""
    with neighbourhood() as all_of_them:
        file = home.directory / "essaim.toml"
        text, none = file.read_text(), "private_destinations = []"
        assert none in text
        allowed = f'private_destinations = ["127.0.0.0/8:{all_of_them.port}"]'
        file.write_text(text.replace(none, allowed))
        asyncio.run(followed_by_all(home, all_of_them))
        yield all_of_them


def test_it_stops_in_time_while_others_hang_and_goes_on_where_it_was(
    home: Home, neighbours: Neighbours
) -> None:
    with serving(home) as server:
        publish(home)
        neighbours.wait_for(held=len(HANGING) // 2)
        server.send_signal(signal.SIGTERM)
        assert server.wait(LIMIT) == 0
    before = dict(neighbours.answered)
    assert set(before.values()) <= {1}
    assert len(before) < HOSTS

    neighbours.is_well.set()
    with serving(home) as server:
        neighbours.wait_for(answered=HOSTS)
        server.send_signal(signal.SIGTERM)
        assert server.wait(LIMIT) == 0
    assert set(neighbours.answered.values()) == {1}


def test_a_second_signal_ends_it_at_once(home: Home, neighbours: Neighbours) -> None:
    with serving(home) as server:
        publish(home)
        neighbours.wait_for(held=len(HANGING) // 2)
        server.send_signal(signal.SIGTERM)
        log = home.directory / "server.log"
        for _ in range(1000):
            if "server.stopping" in log.read_text():
                break
            threading.Event().wait(0.01)
        server.send_signal(signal.SIGTERM)
        assert server.wait(LIMIT) == -signal.SIGTERM


def test_what_stops_the_server_is_patient_for_longer_than_it_takes() -> None:
    patience = [
        *re.findall(r"^TimeoutStopSec=(\d+)$", (DEPLOY / "essaim.service").read_text(), re.M),
        *re.findall(r"stop_grace_period: (\d+)s$", (DEPLOY / "compose.yaml").read_text(), re.M),
    ]
    assert len(patience) == 2
    assert FINISH_SECONDS + SHUTDOWN_SECONDS < LONGEST_STOP < LIMIT < min(map(int, patience))
