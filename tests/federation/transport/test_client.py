"""The client: limits, the guard, and the rule about transactions."""

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from structlog.testing import capture_logs
from together.loopback import HOME, Opened, Peer, serving, settings_for

from activitypub import iris
from activitypub.iris import Iri
from actors.database import Database
from federation.errors import TransportError, Unreachable, Unsafe
from federation.transport.client import Client


async def refusal(client: Client, url: str) -> TransportError:
    with pytest.raises(TransportError) as caught:
        await client.request("GET", Iri(url), (), purpose="object")
    return caught.value


async def test_an_answer_comes_back_whatever_its_status(client: Client, peer: Peer) -> None:
    peer.says("/a", status=418, body="short and stout", x_pot="tea")
    response = await client.request("GET", peer.url("/a"), (), purpose="object")
    assert (response.status, response.body) == (418, b"short and stout")
    assert response.header("x-pot") == "tea"


async def test_we_say_who_we_are_and_ask_for_plain_bytes(client: Client, peer: Peer) -> None:
    await client.request("GET", peer.url("/"), (("accept", "a/b"),), purpose="object")
    (request,) = peer.requests
    assert request.header("user-agent") == f"Essaim/0.1.0 (+{HOME}/)"
    assert request.header("accept-encoding") == "identity"
    assert request.headers_named("accept") == ("a/b",)
    assert request.header("host") == f"peer.localhost:{peer.port}"
    assert request.header("content-type") is None


async def test_a_body_arrives_byte_for_byte(client: Client, peer: Peer) -> None:
    headers = (("host", iris.host(peer.origin)), ("content-type", "application/activity+json"))
    await client.request("POST", peer.url("/inbox"), headers, b'{"a": 1}', purpose="delivery")
    (request,) = peer.requests
    assert request.body == b'{"a": 1}'
    assert request.headers_named("host") == (iris.host(peer.origin),)
    assert request.headers_named("content-type") == ("application/activity+json",)


@pytest.mark.parametrize(
    "path", ["/a%2Fb", "/a/../b", "/%7euser", "/a?b=c%20d&&", "/a//b", "/%0d%0aX:y", "/a;b=c?é=%C3"]
)
async def test_the_path_is_sent_as_it_was_signed(client: Client, peer: Peer, path: str) -> None:
    if not path.isascii():
        assert (await refusal(client, peer.origin + path)).code == "url"
        return
    await client.request("GET", peer.url(path), (), purpose="object")
    assert peer.requests[0].url == peer.origin + path


async def test_a_fragment_stays_at_home(client: Client, peer: Peer) -> None:
    await client.request("GET", peer.url("/actor#main-key"), (), purpose="key")
    assert peer.requests[0].url == peer.url("/actor")


async def test_a_redirect_is_not_followed(client: Client, peer: Peer, canary: Peer) -> None:
    peer.says("/a", status=302, location=canary.url("/"))
    assert (await client.request("GET", peer.url("/a"), (), purpose="object")).status == 302


async def test_no_cookie_is_kept(client: Client, peer: Peer) -> None:
    peer.says("/a", set_cookie="id=1; Path=/")
    for _ in range(2):
        await client.request("GET", peer.url("/a"), (), purpose="object")
    assert peer.requests[1].header("cookie") is None


async def test_no_proxy_is_asked(
    client_for: Opened, peer: Peer, canary: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", canary.origin)
    client = await client_for(peer.port)
    await client.request("GET", peer.url("/"), (), purpose="object")
    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:{port}/", "address"),
        ("http://127.0.0.2:{port}/", "address"),
        ("http://[::1]:{port}/", "address"),
        ("http://[::ffff:127.0.0.1]:{port}/", "address"),
        ("http://[::127.0.0.1]:{port}/", "address"),
        ("http://[64:ff9b::7f00:1]:{port}/", "address"),
        ("http://0.0.0.0:{port}/", "address"),
        ("http://localhost:{port}/", "address"),
        ("http://localhost.:{port}/", "address"),
        ("http://canary.localhost:{port}/", "address"),
        ("http://169.254.169.254/latest", "address"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://127.0.0.1:{port}/", "scheme"),
        ("data:text/plain,hello", "scheme"),
        ("//127.0.0.1:{port}/", "scheme"),
        ("", "scheme"),
        ("http://127.0.0.1:{port}/a b", "url"),
        ("http://127.0.0.1:{port}/\r\nX: y", "url"),
        ("http://127.0.0.1:99999/", "url"),
        ("http://user:password@127.0.0.1:{port}/", "url"),
        ("http://home.localhost:7999/actor", "own-host"),
        ("http://home.localhost.:7999/actor", "own-host"),
        ("http://127.0.0.1:7999/actor", "own-host"),
    ],
)
async def test_what_is_inside_is_never_called(
    client_for: Opened, canary: Peer, url: str, code: str
) -> None:
    client = await client_for()
    with capture_logs() as events:
        error = await refusal(client, url.format(port=canary.port))
    assert isinstance(error, Unsafe)
    assert error.code == code
    assert not error.temporary
    (event,) = [event for event in events if event["event"] == "egress.refused"]
    assert (event["reason"], event["purpose"]) == (code, "object")


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.01"])
async def test_a_number_in_disguise_is_not_called(
    client_for: Opened, canary: Peer, host: str
) -> None:
    client = await client_for(canary.port)
    assert isinstance(await refusal(client, f"http://{host}:{canary.port}/"), Unsafe)


async def test_an_allowed_address_is_not_called_at_another_port(
    client: Client, canary: Peer
) -> None:
    with capture_logs() as events:
        error = await refusal(client, f"http://127.0.0.1:{canary.port}/")
    assert error.code == "port"
    (event,) = events
    assert (event["host"], event["port"]) == ("127.0.0.1", canary.port)
    assert event["ip"] == "127.0.0.1"


class Rebinding(AbstractResolver):
    """A name whose address changes with every look-up."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002
    ) -> list[ResolveResult]:
        if not self.answers:
            raise OSError("no such name")
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0
            )
            for address in self.answers.pop(0)
        ]

    async def close(self) -> None:
        pass


async def test_the_address_that_was_judged_is_the_one_that_is_called(
    client_for: Opened, peer: Peer
) -> None:
    """Were the name looked up again for the connection, the second answer would be used."""
    peer.says("/", body="first")
    resolver = Rebinding(["127.0.0.1"], ["127.0.0.9"])
    client = await client_for(peer.port, resolver=resolver)
    url = iris.parse(f"http://rebinding.example:{peer.port}/")
    assert (await client.request("GET", url, (), purpose="object")).body == b"first"
    assert resolver.answers == [["127.0.0.9"]]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (["127.0.0.1"], "address"),
        (["1.1.1.1", "127.0.0.1"], "mixed-answer"),
        (["127.0.0.1", "1.1.1.1"], "mixed-answer"),
        (["0.0.0.0"], "address"),  # noqa: S104
        (["169.254.169.254"], "address"),
    ],
)
async def test_a_name_that_leads_inside_is_not_called(
    client_for: Opened, canary: Peer, answer: list[str], code: str
) -> None:
    client = await client_for(resolver=Rebinding(answer), public_ports=(443, canary.port))
    error = await refusal(client, f"https://evil.example:{canary.port}/")
    assert error.code == code
    assert "127.0.0.1" not in error.reason


async def test_a_public_server_is_called_with_https_only(client_for: Opened) -> None:
    client = await client_for(resolver=Rebinding(["1.1.1.1"], ["1.1.1.1"]))
    assert (await refusal(client, "http://fr.example/")).code == "scheme"


async def test_a_name_without_an_address_is_unreachable_for_now(client_for: Opened) -> None:
    client = await client_for(resolver=Rebinding())
    error = await refusal(client, "https://nowhere.example/")
    assert isinstance(error, Unreachable)
    assert (error.code, error.temporary) == ("dns", True)


async def test_a_server_that_is_down_is_unreachable_for_now(client_for: Opened) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        client = await client_for(port)
        error = await refusal(client, f"http://127.0.0.1:{port}/")
    assert (error.code, error.temporary) == ("connection", True)


async def test_an_answer_may_be_as_large_as_the_limit_and_not_larger(
    client_for: Opened, peer: Peer
) -> None:
    client = await client_for(peer.port, max_body=1024)
    peer.says("/fits", body=b"x" * 1024)
    peer.says("/large", body=b"x" * 1025)
    fits = await client.request("GET", peer.url("/fits"), (), purpose="object")
    assert len(fits.body) == 1024
    assert (await refusal(client, peer.url("/large"))).code == "too-large"


async def test_an_answer_without_a_length_is_counted(client_for: Opened, peer: Peer) -> None:
    client = await client_for(peer.port, max_body=1024)
    peer.answers["/endless"] = lambda _: web.Response(body=_endless())
    assert (await refusal(client, peer.url("/endless"))).code == "too-large"


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b"x" * 512


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip"])
async def test_a_compressed_answer_is_refused_unread(
    client: Client, peer: Peer, coding: str
) -> None:
    peer.says("/bomb", body=gzip.compress(b"0" * 1_000_000), content_encoding=coding)
    assert (await refusal(client, peer.url("/bomb"))).code == "content-coding"


async def test_the_answer_to_a_delivery_is_only_its_status(client: Client, peer: Peer) -> None:
    peer.says("/inbox", status=202, body=b"y" * 300_000, content_encoding="gzip")
    response = await client.request("POST", peer.url("/inbox"), (), b"{}", purpose="delivery")
    assert response.status == 202
    assert len(response.body) <= 65_536


async def test_an_answer_that_never_ends_is_given_up(client_for: Opened, peer: Peer) -> None:
    async def drip(_: object) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    peer.answers["/slow"] = drip
    client = await client_for(peer.port, fetch_timeout=1)
    error = await refusal(client, peer.url("/slow"))
    assert (error.code, error.temporary) == ("deadline", True)


async def test_connections_are_reused(client: Client, peer: Peer) -> None:
    ports = set()
    peer.says("/a", body="x")
    for _ in range(3):
        await client.request("GET", peer.url("/a"), (), purpose="object")
        ports |= {
            connection.transport.get_extra_info("sockname")  # type: ignore[union-attr]
            for session in client._sessions.values()
            for pool in session.connector._conns.values()  # type: ignore[union-attr]
            for connection, _ in pool
        }
    assert len(ports) == 1


async def test_no_call_is_made_while_a_transaction_is_open(
    client: Client, peer: Peer, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{tmp_path}/essaim.db")
    async with database.begin():
        with pytest.raises(RuntimeError, match="transaction"):
            await client.request("GET", peer.url("/"), (), purpose="object")
        task = asyncio.create_task(client.request("GET", peer.url("/"), (), purpose="object"))
        with pytest.raises(RuntimeError, match="transaction"):
            await task
    assert peer.requests == []
    await client.request("GET", peer.url("/"), (), purpose="object")
    await database.close()


async def test_a_client_that_is_not_open_calls_nobody(peer: Peer) -> None:
    client = Client(settings_for(peer.port), own_origin=HOME)
    with pytest.raises(RuntimeError, match="not open"):
        await client.request("GET", peer.url("/"), (), purpose="object")
    with pytest.raises(RuntimeError, match="not open"):
        await client.speaks_privately("peer.localhost")


async def test_a_host_without_an_address_cannot_be_judged(client_for: Opened) -> None:
    client = await client_for(resolver=Rebinding())
    with pytest.raises(Unreachable) as caught:
        await client.speaks_privately("nowhere.example")
    assert caught.value.code == "dns"


async def test_a_number_in_disguise_speaks_to_nobody(client_for: Opened) -> None:
    assert not await (await client_for(7999)).speaks_privately("127.1:7999")


async def test_private_destinations_are_announced_at_start(client_for: Opened) -> None:
    with capture_logs() as events:
        await client_for(8001)
    assert events == [
        {"event": "egress.private_destination", "entry": "127.0.0.1:8001"}
        | {"log_level": "warning"}
    ]


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def _server_side(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def _trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_tls_is_spoken_with_whom_we_trust(client_for: Opened, authority: trustme.CA) -> None:
    async with serving(ssl_context=_server_side(authority, "peer.localhost")) as peer:
        peer.says("/", body="hello")
        client = await client_for(peer.port, trust=_trusting(authority))
        response = await client.request("GET", peer.url("/"), (), purpose="object")
    assert response.body == b"hello"


async def test_a_certificate_for_another_name_is_refused_even_for_a_private_destination(
    client_for: Opened, authority: trustme.CA
) -> None:
    async with serving(ssl_context=_server_side(authority, "mallory.localhost")) as peer:
        client = await client_for(peer.port, trust=_trusting(authority))
        error = await refusal(client, peer.url("/"))
    assert (error.code, error.temporary) == ("tls", True)
    assert peer.requests == []


async def test_a_certificate_of_a_stranger_is_refused(
    client_for: Opened, authority: trustme.CA
) -> None:
    async with serving(ssl_context=_server_side(authority, "peer.localhost")) as peer:
        client = await client_for(peer.port)
        assert (await refusal(client, peer.url("/"))).code == "tls"
