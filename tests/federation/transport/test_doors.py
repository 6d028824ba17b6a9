"""Doors: deliveries keep to every rule of the client, and share their connections."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trustme
from together.loopback import Opened, Peer, serving

from activitypub import wire
from activitypub.iris import Iri
from federation.errors import TransportError, Unsafe
from federation.transport import doors
from federation.transport.client import Client

OK = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok"


async def posted(client: Client, url: str, *headers: tuple[str, str]) -> wire.Response:
    return await client.request("POST", Iri(url), headers, b"{}", purpose="delivery")


async def refusal(client: Client, url: str, *headers: tuple[str, str]) -> TransportError:
    with pytest.raises(TransportError) as caught:
        await posted(client, url, *headers)
    return caught.value


class Raw:
    """A server that writes what it is told, whatever that is."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.connections = 0
        self.requests: list[bytes] = []
        self.answered = asyncio.Event()
        self.ended = asyncio.Event()
        self.talking: list[asyncio.Task[None]] = []

    def met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talking.append(asyncio.create_task(self.converse(reader, writer)))

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while self.answers:
            head = await reader.read(65_536)
            if not head:
                break
            self.requests.append(head)
            writer.write(self.answers.pop(0))
            await writer.drain()
            self.answered.set()
        try:
            await reader.read()
        finally:
            self.ended.set()
            writer.close()


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[tuple[Raw, int]]:
    raw = Raw(*answers)
    server = await asyncio.start_server(raw.met, "127.0.0.1", 0)
    async with server:
        yield raw, server.sockets[0].getsockname()[1]
        for one in raw.talking:
            one.cancel()
        await asyncio.gather(*raw.talking, return_exceptions=True)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:{port}/inbox", "address"),
        ("http://[::1]:{port}/inbox", "address"),
        ("http://[::ffff:127.0.0.1]:{port}/inbox", "address"),
        ("http://0.0.0.0:{port}/inbox", "address"),
        ("http://localhost.:{port}/inbox", "address"),
        ("http://canary.localhost:{port}/inbox", "address"),
        ("http://127.1:{port}/inbox", "host-syntax"),
        ("http://2130706433:{port}/inbox", "host-syntax"),
        ("http://0x7f000001:{port}/inbox", "host-syntax"),
        ("http://127.0.0.01:{port}/inbox", "host-syntax"),
        ("http://home.localhost:7999/inbox", "own-host"),
        ("http://127.0.0.1:7999/inbox", "own-host"),
    ],
)
async def test_nothing_is_delivered_inside(
    client_for: Opened, canary: Peer, url: str, code: str
) -> None:
    error = await refusal(await client_for(), url.format(port=canary.port))
    assert isinstance(error, Unsafe)
    assert error.code == code


async def test_an_allowed_address_has_its_mail_at_the_allowed_port_only(
    client_for: Opened, peer: Peer, canary: Peer
) -> None:
    peer.says("/inbox", status=202)
    client = await client_for(peer.port)
    assert (await posted(client, f"http://127.0.0.1:{peer.port}/inbox")).status == 202
    assert (await refusal(client, f"http://127.0.0.1:{canary.port}/inbox")).code == "port"


async def test_a_name_that_nobody_has_is_told_from_a_server_that_is_down(
    client_for: Opened, peer: Peer
) -> None:
    client = await client_for(1)
    assert (await refusal(client, "http://127.0.0.1:1/inbox")).code == "connection"
    assert (await refusal(client, "https://nobody.invalid/inbox")).code == "dns"


@pytest.mark.parametrize(
    ("name", "trusts", "becomes"),
    [
        ("peer.localhost", True, "202"),
        ("mallory.localhost", True, "tls"),
        ("peer.localhost", False, "tls"),
    ],
)
async def test_mail_goes_over_tls_to_whom_we_trust(
    client_for: Opened, name: str, trusts: bool, becomes: str
) -> None:
    authority = trustme.CA()
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(theirs)
    ours = ssl.create_default_context()
    if trusts:
        authority.configure_trust(ours)
    async with serving(ssl_context=theirs) as peer:
        peer.says("/inbox", status=202)
        client = await client_for(peer.port, trust=ours)
        if becomes == "202":
            assert (await posted(client, peer.url("/inbox"))).status == 202
        else:
            assert (await refusal(client, peer.url("/inbox"))).code == becomes
            assert peer.requests == []


async def test_one_connection_serves_many_deliveries(client_for: Opened) -> None:
    async with answering(OK, OK, OK) as (raw, port):
        client = await client_for(port)
        for _ in range(3):
            assert (await posted(client, f"http://peer.localhost:{port}/inbox")).body == b"ok"
        assert raw.connections == 1
        assert (
            raw.requests[0]
            .lower()
            .startswith(f"post /inbox http/1.1\r\nhost: peer.localhost:{port}\r\n".encode())
        )


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.0 202 Accepted\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        OK + OK,
        b"HTTP/1.1 202 Accepted\r\nContent-Length: 99999\r\n\r\n" + b"y" * 70_000,
    ],
    ids=["http 1.0", "a last answer", "an answer to nothing", "more than is read"],
)
async def test_a_connection_is_not_used_again_after_this(client_for: Opened, first: bytes) -> None:
    async with answering(first, OK) as (raw, port):
        client = await client_for(port)
        for _ in range(2):
            assert (await posted(client, f"http://peer.localhost:{port}/inbox")).status == 202
        assert raw.connections == 2


async def test_a_kept_connection_is_closed_after_a_while(
    client_for: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "KEEP_SECONDS", 0.01)
    async with answering(OK) as (raw, port):
        client = await client_for(port)
        await posted(client, f"http://peer.localhost:{port}/inbox")
        async with asyncio.timeout(30):
            await raw.ended.wait()


async def test_an_answer_may_be_announced(client_for: Opened) -> None:
    async with answering(b"HTTP/1.1 100 Continue\r\n\r\n" + OK) as (_, port):
        client = await client_for(port)
        assert (await posted(client, f"http://peer.localhost:{port}/inbox")).status == 202


@pytest.mark.parametrize("answer", [b"", b"220 mail.example ESMTP\r\n", b"HTTP/1.1 2\r\n\r\n"])
async def test_what_is_no_http_is_no_answer(client_for: Opened, answer: bytes) -> None:
    async with answering(answer) as (_, port):
        client = await client_for(port, total_timeout=1, fetch_timeout=1)
        error = await refusal(client, f"http://peer.localhost:{port}/inbox")
    assert (error.code, error.temporary) in [("connection", True), ("deadline", True)]


async def test_a_header_is_one_line(client: Client, peer: Peer) -> None:
    error = await refusal(client, peer.url("/inbox"), ("x-one", "1\r\nx-two: 2"))
    assert error.code == "url"
    assert peer.requests == []


async def test_a_server_that_says_nothing_is_too_slow(
    client_for: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "LOOK_EVERY", 0.01)
    async with answering(b"HTTP/1.1 202 Accepted\r\n") as (_, port):
        client = await client_for(port, total_timeout=1, fetch_timeout=1)
        error = await refusal(client, f"http://peer.localhost:{port}/inbox")
    assert (error.code, error.temporary) == ("deadline", True)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 202 Accepted\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 202 Accepted\r\n" + b"X-Many: x\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 202 " + b"x" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
        b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nok!",
    ],
    ids=["a long header", "many headers", "a long line", "a bad chunk", "two lengths", "both"],
)
async def test_an_answer_beyond_the_limits_breaks_the_connection(
    client_for: Opened, answer: bytes
) -> None:
    async with answering(answer) as (raw, port):
        client = await client_for(port)
        error = await refusal(client, f"http://peer.localhost:{port}/inbox")
        async with asyncio.timeout(30):
            await raw.ended.wait()
    assert (error.code, error.temporary) == ("connection", True)


async def test_an_answer_without_a_length_ends_with_its_connection(client_for: Opened) -> None:
    async with answering(b"HTTP/1.1 503 Away\r\n\r\nback at noon") as (raw, port):
        client = await client_for(port)
        posting = asyncio.create_task(posted(client, f"http://peer.localhost:{port}/inbox"))
        async with asyncio.timeout(30):
            await raw.answered.wait()
            raw.talking[0].cancel()  # it closes
            response = await posting
    assert (response.status, response.body) == (503, b"back at noon")
