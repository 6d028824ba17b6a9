"""What a hostile client may send as bytes: one refusal, a closed door, others are served."""

import asyncio
from pathlib import Path

import pytest
from together.raw import GET, POST, talk
from together.street import House

from federation import middleware

BEHIND = b"GET /nodeinfo/2.0 HTTP/1.1\r\nHost: alpha.test\r\n\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


async def is_served(house: House) -> bool:
    """Whether an honest request is answered."""
    async with house.street.session.get(house.url("/nodeinfo/2.1")) as answer:
        return answer.status == 200


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(
            POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n" + END, id="two"
        ),
        pytest.param(POST + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\nhello", id="lengths"),
        pytest.param(POST + b"Content-Length: 5, 50\r\n\r\nhello", id="length-list"),
        pytest.param(POST + b"Content-Length: +5\r\n\r\nhello", id="plus"),
        pytest.param(POST + b"Content-Length: -5\r\n\r\nhello", id="minus"),
        pytest.param(POST + b"Transfer-Encoding: xchunked\r\n\r\n" + END, id="xchunked"),
        pytest.param(
            POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + END,
            id="twice",
        ),
        pytest.param(POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + END, id="identity"),
        pytest.param(POST + b"Transfer-Encoding: identity, chunked\r\n\r\n" + END, id="identity-1"),
        pytest.param(POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + END, id="gzip"),
        pytest.param(
            POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n" + END,
            id="http-1.0",
        ),
        pytest.param(GET + b"X: a\r\n b\r\n\r\n", id="folded"),
        pytest.param(GET + b"X : a\r\n\r\n", id="space-before-colon"),
        pytest.param(GET + b"X: a\nY: b\r\n\r\n", id="bare-line-feed"),
        pytest.param(GET + b"X: a\x00b\r\n\r\n", id="nul"),
        pytest.param(GET + b"X: a\rb\r\n\r\n", id="bare-return"),
        pytest.param(GET + b": a\r\n\r\n", id="no-name"),
        pytest.param(GET + b"Host: alpha.test\r\n\r\n", id="two-hosts"),
        pytest.param(b"GET /nodeinfo/2.1 HTTP/1.1\r\n\r\n", id="no-host"),
        pytest.param(CHUNKED + b"5g\r\nhello\r\n" + END, id="chunk-size-word"),
        pytest.param(CHUNKED + b"-1\r\nhello\r\n" + END, id="chunk-size-minus"),
        pytest.param(CHUNKED + "٥\r\nhello\r\n".encode() + END, id="chunk-size-digit"),
        pytest.param(CHUNKED + b"5;a\nb\r\nhello\r\n" + END, id="chunk-extension-line"),
        pytest.param(
            GET + b"".join(b"X%d: a\r\n" % n for n in range(5000)) + b"\r\n", id="headers"
        ),
        pytest.param(GET + b"X: " + b"a" * 300_000 + b"\r\n\r\n", id="long-header"),
        pytest.param(b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\n\r\n", id="long-line"),
        pytest.param(
            CHUNKED + b"0\r\n" + b"".join(b"X%d: a\r\n" % n for n in range(100_000)) + b"\r\n",
            id="trailers",
        ),
        pytest.param(b"GET /nodeinfo/2.1 HTTP/1.1x\r\nHost: alpha.test\r\n\r\n", id="version-1.1x"),
        pytest.param(b"GET /nodeinfo/2.1 HTTPS/1.1\r\nHost: alpha.test\r\n\r\n", id="https"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="http-2-preface"),
        pytest.param(b"post /inbox HTTP/1.1\r\nHost: alpha.test\r\n\r\n", id="lower-case"),
        pytest.param(b"GET /models/\xff\xfe HTTP/1.1\r\nHost: alpha.test\r\n\r\n", id="no-utf-8"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\r\n\r\n", id="tls-inside"),
    ],
)
async def test_what_is_no_request_is_refused_and_nothing_behind_it_is_answered(
    alpha: House, request_: bytes
) -> None:
    heard = await talk(alpha, request_ + BEHIND)
    assert heard.statuses in ([400], [431], [501])
    assert heard.is_closed
    assert b"aiohttp" not in heard.text
    assert b"Python" not in heard.text
    assert await is_served(alpha)


@pytest.mark.parametrize("version", [b"HTTP/0.9", b"HTTP/2.0", b"HTTP/1.2"])
async def test_other_versions_of_http_are_refused_and_the_door_is_closed(
    alpha: House, version: bytes
) -> None:
    heard = await talk(alpha, GET.replace(b"HTTP/1.1", version) + b"\r\n")
    assert heard.is_closed
    assert heard.statuses in ([400], [505])
    assert heard.text.startswith(b"HTTP/1.")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /nodeinfo/2.1 HTTP/1.1\r\nHost: other.example\r\n\r\n",
        b"GET /nodeinfo/2.1 HTTP/1.1\r\nHost: alpha.test:9999\r\n\r\n",
        b"GET /nodeinfo/2.1 HTTP/1.1\r\nHost: alpha.test@other.example\r\n\r\n",
        b"GET /nodeinfo/2.1 HTTP/1.1\r\nHost: " + b"a" * 3000 + b"\r\n\r\n",
        b"GET https://other.example/nodeinfo/2.1 HTTP/1.1\r\nHost: alpha.test\r\n\r\n",
        b"GET https://alpha.test@other.example/ HTTP/1.1\r\nHost: alpha.test\r\n\r\n",
    ],
)
async def test_who_asks_for_another_host_is_misdirected(alpha: House, head: bytes) -> None:
    heard = await talk(alpha, head)
    assert heard.statuses == [421]
    assert b"other.example" not in heard.text


async def test_what_a_client_says_of_proxies_changes_no_address(alpha: House) -> None:
    lies = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "gopher",
        "Forwarded": "host=evil.example;proto=gopher",
        "X-Original-URL": "/mail",
        "X-Rewrite-URL": "/mail",
    }
    for path in ("/", "/sign-in", "/actor", "/.well-known/nodeinfo", "/api/v2/instance"):
        async with alpha.street.session.get(alpha.url(path), headers=lies) as answer:
            text = await answer.text()
            assert answer.status == 200
            assert "evil.example" not in text + str(answer.headers)
            assert "gopher" not in text


@pytest.mark.parametrize(
    "wrapped",
    [
        pytest.param(b"5;" + b"a" * 1_000_000 + b"\r\nhello\r\n", id="one-long-extension"),
        pytest.param((b"1;" + b"a" * 60 + b"\r\nh\r\n") * 20_000, id="an-extension-at-each-byte"),
    ],
)
async def test_chunks_that_are_mostly_wrapping_are_broken_off(alpha: House, wrapped: bytes) -> None:
    heard = await talk(alpha, CHUNKED, wrapped, END)
    assert heard.statuses in ([400], [])  # or cut off while it still sends
    assert heard.is_closed


async def test_a_body_in_many_small_chunks_is_a_body_like_any_other(alpha: House) -> None:
    heard = await talk(alpha, CHUNKED, b"1\r\n{\r\n" * 50_000, END)
    assert heard.statuses == [401]


async def test_who_asks_ten_thousand_things_at_once_is_answered_one_by_one(alpha: House) -> None:
    flood = asyncio.create_task(talk(alpha, (GET + b"\r\n") * 10_000))
    assert await is_served(alpha)
    assert set((await flood).statuses) <= {200, 429}


async def test_a_large_body_is_refused_by_its_announcement_and_by_its_count(alpha: House) -> None:
    announced = await talk(alpha, POST + b"Content-Length: 200000000\r\n\r\n")
    assert announced.statuses == [413]
    counted = await talk(alpha, CHUNKED, *[b"10000\r\n" + b"a" * 65_536 + b"\r\n"] * 100, END)
    assert counted.statuses == [413]


@pytest.mark.parametrize("path", [b"/inbox", b"/sign-in", b"/api/v1/apps"])
async def test_a_body_that_drips_is_given_up(
    alpha: House, monkeypatch: pytest.MonkeyPatch, path: bytes
) -> None:
    monkeypatch.setattr(middleware, "SLOWEST_BODY", 0.2)
    head = POST.replace(b"/inbox", path)
    if path != b"/inbox":
        head = head.replace(b"application/activity+json", b"application/x-www-form-urlencoded")
    heard = await talk(alpha, head + b"Content-Length: 1000\r\n\r\na")
    assert heard.statuses == [408]


@pytest.mark.parametrize(
    "path",
    [
        b"/static/../../etc/passwd",
        b"/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        b"/static/..%5c..%5cetc%5cpasswd",
        b"/static/..\\..\\etc\\passwd",
        b"//etc/passwd",
        b"/static//etc/passwd",
        b"/static/%00",
        b"/static/essaim.css%00.png",
        b"/static/.",
        b"/static/%2e%2e",
        b"/static/__init__.py",
        b"/.env",
        b"/.git/config",
        b"/metrics",
        b"/debug",
        b"/essaim.db",
        b"/essaim.toml",
        b"/docs",
        b"/admin",
        b"/setup",
        b"/install",
        b"/init",
    ],
)
async def test_nothing_outside_is_ever_shown(alpha: House, path: bytes) -> None:
    heard = await talk(alpha, b"GET " + path + b" HTTP/1.1\r\nHost: alpha.test\r\n\r\n")
    assert heard.statuses in ([404], [403], [400])
    assert b"root:" not in heard.text


def test_no_static_file_leads_elsewhere() -> None:
    folder = Path(middleware.__file__).parent / "pages" / "static"
    assert not [file for file in folder.iterdir() if file.is_symlink()]


@pytest.mark.parametrize("method", [b"PUT", b"PATCH", b"DELETE", b"TRACE", b"GET", b"PROPFIND"])
async def test_an_inbox_is_only_posted_to_whatever_is_said_beside(
    alpha: House, method: bytes
) -> None:
    head = POST.replace(b"POST", method) + b"X-HTTP-Method-Override: POST\r\n"
    heard = await talk(alpha, head + b"Content-Length: 2\r\n\r\n{}")
    assert heard.statuses in ([405], [400])


async def test_a_file_is_never_sent_in_a_thousand_pieces(alpha: House) -> None:
    ranges = ",".join(f"{n}-" for n in range(1000))
    async with alpha.street.session.get(alpha.url("/static/essaim.css")) as plain:
        size = len(await plain.read())
    for asked in (f"bytes={ranges}", "bytes=10-5", "bytes=-0", "bytes=0-0,0-0"):
        headers = {"Range": asked}
        async with alpha.street.session.get(
            alpha.url("/static/essaim.css"), headers=headers
        ) as answer:
            assert answer.status in (200, 206, 416)
            assert len(await answer.read()) <= size


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        pytest.param(POST + b"Content-Length: 5, 50\r\n\r\nhello", "framing", id="lengths"),
        pytest.param(POST + b"Host: other.test\r\n\r\n", "framing", id="two-hosts"),
        pytest.param(CHUNKED + b"5g\r\nhello\r\n", "framing", id="chunk"),
        pytest.param(POST + b"Transfer-Encoding: xchunked\r\n\r\n" + END, "framing", id="coding"),
        pytest.param(POST.replace(b"HTTP/1.1", b"HTTP/2.0") + b"\r\n", "framing", id="version"),
        pytest.param(POST.replace(b"alpha.test", b"other.test") + b"\r\n", "host", id="host"),
        pytest.param(POST.replace(b"POST", b"PUT") + b"\r\n", "method", id="method"),
        pytest.param(POST.replace(b"POST", b"post") + b"\r\n", "framing", id="lower-case"),
        pytest.param(POST + b"\r\n", "no-signature", id="unsigned"),
    ],
)
async def test_whatever_an_inbox_turns_away_is_one_line_of_the_same_event(
    alpha: House, request_: bytes, reason: str
) -> None:
    await talk(alpha, request_)
    (line,) = (one for one in alpha.street.events if one["event"] == "inbox.refused")
    assert line["reason"] == reason
    assert line["activity"] == "-"
    assert "peer" in line
    assert not [one for one in alpha.street.events if one["event"] == "request.malformed"]


async def test_a_flood_of_nonsense_leaves_a_few_lines_in_the_log(alpha: House) -> None:
    for _ in range(130):
        await talk(alpha, b"\x00\x01nonsense secret-of-a-peer\r\n\r\n")
    lines = [one for one in alpha.street.events if one["event"] == "request.malformed"]
    assert 1 <= len(lines) <= 110
    assert "secret-of-a-peer" not in str(lines)
    assert not [one for one in alpha.street.events if one.get("log_level") == "error"]
