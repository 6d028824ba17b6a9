"""What a hostile server may answer: nothing crashes us, fills us, holds us or leads us inside."""

import asyncio
import zlib

import pytest
from together.evil import Listener, Speech, listening, saying, settings_for, silence
from together.loopback import Signs

from activitypub import iris
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from federation.errors import TransportError, Unreachable
from federation.transport.client import Client
from federation.transport.fetching import Fetcher

HOME = iris.parse("https://home.example")
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\n"
AS2 = b'"@context":"https://www.w3.org/ns/activitystreams"'


def opened(*ports: int, **limits: int) -> Client:
    return Client(settings_for(*ports, **limits), own_origin=HOME)


def reading(client: Client) -> Fetcher:
    return Fetcher(client, Signs(None), lambda: pytest.fail("nobody signs"))


async def refusal(speech: Speech, **limits: int) -> TransportError | ProtocolError:
    """Read one document from a server that speaks so; it must be refused in our own words."""
    async with listening(speech) as evil, opened(evil.port, **limits) as client:
        try:
            await reading(client).document(evil.url(), purpose="object")
        except (TransportError, ProtocolError) as error:
            return error
        pytest.fail("the answer was believed")


def bomb() -> bytes:
    """Some 200 kB that inflate to 200 MB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1_000_000)
    return b"".join(packer.compress(zeros) for _ in range(200)) + packer.flush()


async def endless_body(_: Listener, writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"\r\n")
    while True:
        writer.write(b'"' * 65_536)
        await writer.drain()


async def endless_chunks(_: Listener, writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1000\r\n" + b" " * 4096 + b"\r\n")
        await writer.drain()


async def endless_headers(_: Listener, writer: asyncio.StreamWriter) -> None:
    writer.write(OK)
    while True:
        writer.write(b"X-More: " + b"x" * 1000 + b"\r\n")
        await writer.drain()


async def endless_status_line(_: Listener, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 ")
    while True:
        writer.write(b"O" * 65_536)
        await writer.drain()


async def endless_interim_answers(_: Listener, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 50)
        await writer.drain()
        await asyncio.sleep(0)


@pytest.mark.parametrize("speech", [endless_body, endless_chunks])
async def test_a_body_without_end_is_cut_off_at_the_limit(speech: Speech) -> None:
    assert (await refusal(speech)).code == "too-large"


@pytest.mark.parametrize("speech", [endless_headers, endless_status_line, endless_interim_answers])
async def test_an_answer_that_never_begins_is_given_up(speech: Speech) -> None:
    assert isinstance(await refusal(speech, fetch_timeout=1), Unreachable)


async def test_a_large_body_that_says_so_is_not_read() -> None:
    answer = OK + b"Content-Length: 200000000\r\n\r\n"
    assert (await refusal(saying(answer))).code == "too-large"


async def test_a_bomb_is_not_even_unpacked() -> None:
    packed = bomb()
    answer = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    assert (await refusal(saying(answer, packed))).code == "content-coding"


async def test_a_coding_hidden_in_the_transfer_is_not_unpacked() -> None:
    packed = bomb()
    answer = OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n%x\r\n" % len(packed)
    await refusal(saying(answer, packed, b"\r\n0\r\n\r\n"))


async def test_drops_of_body_are_given_up_in_time() -> None:
    async def drip(_: Listener, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: 100000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    assert (await refusal(drip, fetch_timeout=1)).code == "deadline"


async def test_silence_is_given_up_in_time() -> None:
    assert (await refusal(silence, fetch_timeout=1)).code == "deadline"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00" * 1000,
        b"\x16\x03\x01\x02\x00\x01",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/0.9 200\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/1.1 -1 OK\r\n\r\n",
        b"HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
        OK + b"Content-Length: 10\r\n\r\n{}",
        OK + b"Content-Length: -1\r\n\r\n{}",
        OK + b"Content-Length: +2\r\n\r\n{}",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n{}",
        OK + b"Bad Header: x\r\n\r\n{}",
        OK + b"X: a\x00b\r\nContent-Length: 2\r\n\r\n{}",
        OK + b"X: a\rb\r\nContent-Length: 2\r\n\r\n{}",
        OK + b"Content-Type: text/html\r\nContent-Length: 2\r\n\r\n{}",
        OK + b"Content-Length: 2\r\n\r\n{}",
        OK + b"Content-Length: 3\r\n\r\n\xff\xfe{",
        OK + b"Content-Length: 200000\r\n\r\n" + b"[" * 200_000,
        OK + b"Content-Length: 50012\r\n\r\n" + b'{"id": ' + b"9" * 50_000 + b"    }",
        OK + b"Set-Cookie: " + b"a=b; " * 1000 + b"\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: \xff\xfe\x80\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: http://x/\x0b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: " + b"/a" * 2000 + b"\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: ::::\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 401 No\r\nWWW-Authenticate: " + b"," * 5000 + b"\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 503 No\r\nRetry-After: \xff\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_nonsense_is_refused_in_our_own_words(answer: bytes) -> None:
    assert (await refusal(saying(answer), fetch_timeout=2)).reason.isprintable()


async def test_after_nonsense_the_same_client_still_reads_others() -> None:
    honest = b"{" + AS2 + b',"id":"%s"}'

    async def answer(listener: Listener, writer: asyncio.StreamWriter) -> None:
        body = honest % listener.url().encode()
        writer.write(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    async with (
        listening(saying(b"\x00" * 1000)) as evil,
        listening(answer) as other,
        opened(evil.port, other.port) as client,
    ):
        with pytest.raises(TransportError):
            await reading(client).document(evil.url(), purpose="object")
        assert (await reading(client).document(other.url(), purpose="object")).iri == other.url()


async def test_a_second_answer_behind_the_first_is_never_taken_for_another_request() -> None:
    """Response splitting: what follows an answer must not be read as the answer to the next."""

    async def two(listener: Listener, writer: asyncio.StreamWriter) -> None:
        if listener.calls == 1:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            body = b"{" + AS2 + b',"id":"%s"}' % listener.url("/victim").encode()
            writer.write(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
            await asyncio.Event().wait()

    async with listening(two) as evil, opened(evil.port, fetch_timeout=1) as client:
        for path in ("/first", "/victim"):
            with pytest.raises(TransportError):
                await reading(client).document(evil.url(path), purpose="object")


async def test_a_stuck_host_has_four_connections_and_holds_up_nobody_else() -> None:
    everybody_in = asyncio.Event()

    async def stuck(listener: Listener, _: asyncio.StreamWriter) -> None:
        if listener.open == 4:
            everybody_in.set()
        await asyncio.Event().wait()

    async with (
        listening(stuck) as evil,
        listening(saying(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")) as other,
        opened(evil.port, other.port) as client,
    ):
        waiting = [
            asyncio.create_task(client.request("GET", evil.url(f"/{n}"), (), purpose="key"))
            for n in range(30)
        ]
        await everybody_in.wait()
        answer = await client.request("GET", other.url(), (), purpose="key")
        assert answer.status == 404
        assert (evil.calls, evil.most) == (4, 4)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_deliveries_that_hang_do_not_keep_us_from_reading_the_same_host() -> None:
    """Otherwise two servers that deliver to each other wait for each other's keys."""
    everybody_in = asyncio.Event()

    async def slow_inbox(listener: Listener, writer: asyncio.StreamWriter) -> None:
        if not listener.requests[-1].startswith(b"POST"):
            writer.write(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
            return
        if listener.open == 4:
            everybody_in.set()
        await asyncio.Event().wait()

    async with listening(slow_inbox) as evil, opened(evil.port) as client:
        waiting = [
            asyncio.create_task(
                client.request("POST", evil.url("/inbox"), (), b"{}", purpose="delivery")
            )
            for _ in range(8)
        ]
        await everybody_in.wait()
        assert (await client.request("GET", evil.url(), (), purpose="key")).status == 404
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_no_redirect_reaches_a_canary(status: int, method: str) -> None:
    async with listening(silence) as canary:
        target = f"Location: http://127.0.0.1:{canary.port}/\r\nContent-Length: 0\r\n\r\n"
        speech = saying(b"HTTP/1.1 %d Moved\r\n" % status + target.encode())
        async with listening(speech) as evil, opened(evil.port) as client:
            if method == "POST":
                url: Iri = evil.url("/inbox")
                answer = await client.request("POST", url, (), b"{}", purpose="delivery")
                assert answer.status == status
            else:
                with pytest.raises(TransportError):
                    await reading(client).document(evil.url(), purpose="actor")
        assert canary.calls == 0


async def test_an_upgrade_or_an_alternative_service_reaches_no_canary() -> None:
    async with listening(silence) as canary:
        hints = (
            f'Alt-Svc: h2="127.0.0.1:{canary.port}"\r\nRefresh: 0; http://127.0.0.1:{canary.port}/'
            f"\r\nLink: <http://127.0.0.1:{canary.port}/>; rel=alternate; "
            'type="application/activity+json"\r\nContent-Length: 0\r\n\r\n'
        )
        async with (
            listening(saying(b"HTTP/1.1 200 OK\r\n" + hints.encode())) as evil,
            opened(evil.port) as client,
        ):
            for _ in range(2):
                with pytest.raises(TransportError):
                    await reading(client).document(evil.url(), purpose="object")
        assert canary.calls == 0
