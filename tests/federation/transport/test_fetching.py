"""Reading documents: signed, redirected a little, and believed only at their own address."""

import asyncio
import json
from datetime import timedelta

import pytest
from aiohttp import web
from structlog.testing import capture_logs
from together.loopback import NOON, Opened, Peer, Signs, serving

from activitypub import wire
from activitypub.errors import Malformed, TooLarge, UnknownContext
from activitypub.iris import Iri
from activitypub.signatures.claims import claim
from activitypub.signatures.verifying import verify
from federation.errors import Refused, TransportError, Unreachable, Unsafe
from federation.transport.client import Client
from federation.transport.fetching import Fetcher
from federation.transport.signing import Signatory, Signing

AS2 = "https://www.w3.org/ns/activitystreams"


def note(iri: str, **more: object) -> str:
    return json.dumps({"@context": AS2, "id": iri, "type": "Note", **more})


def publish(peer: Peer, path: str, **more: object) -> Iri:
    """A document that lives where it says."""
    iri = peer.url(path)
    peer.says(path, body=note(iri, **more), content_type="application/activity+json")
    return iri


@pytest.fixture
def fetcher(client: Client, signatory: Signatory) -> Fetcher:
    return Fetcher(client, Signs(Signing(signatory)), lambda: NOON)


async def refusal(fetcher: Fetcher, iri: Iri) -> TransportError:
    with pytest.raises(TransportError) as caught:
        await fetcher.document(iri, purpose="object")
    return caught.value


async def test_a_document_is_read_where_it_lives(fetcher: Fetcher, peer: Peer) -> None:
    iri = publish(peer, "/notes/1", content="Bonjour")
    fetched = await fetcher.document(iri, purpose="object")
    assert fetched.iri == iri
    assert fetched.document["content"] == "Bonjour"


async def test_the_request_is_signed_by_our_own_actor(
    fetcher: Fetcher, peer: Peer, signatory: Signatory
) -> None:
    await fetcher.document(publish(peer, "/notes/1"), purpose="object")
    (request,) = peer.requests
    stated = claim(request)
    assert stated.key_id == signatory.key_id
    verify(request, stated, signatory.key.public, now=NOON)
    assert "application/activity+json" in (request.header("accept") or "")


async def test_without_a_key_of_ours_we_ask_unsigned(client: Client, peer: Peer) -> None:
    signs = Signs(None)
    await Fetcher(client, signs, lambda: NOON).document(publish(peer, "/a"), purpose="object")
    assert peer.requests[0].header("signature") is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed_and_signed_anew(
    fetcher: Fetcher, peer: Peer, other: Peer, signatory: Signatory, status: int
) -> None:
    there = publish(other, "/moved")
    peer.says("/old", status=status, location=there)
    fetched = await fetcher.document(peer.url("/old"), purpose="object")
    assert fetched.iri == there
    (request,) = other.requests
    verify(request, claim(request), signatory.key.public, now=NOON)


async def test_a_relative_redirect_is_followed(fetcher: Fetcher, peer: Peer) -> None:
    iri = publish(peer, "/notes/1")
    peer.says("/notes/old", status=302, location="1")
    assert (await fetcher.document(peer.url("/notes/old"), purpose="object")).iri == iri


async def test_three_redirects_are_followed_and_not_four(fetcher: Fetcher, peer: Peer) -> None:
    publish(peer, "/0")
    for step in range(1, 5):
        peer.says(f"/{step}", status=302, location=f"/{step - 1}")
    assert (await fetcher.document(peer.url("/3"), purpose="object")).iri == peer.url("/0")
    peer.requests.clear()
    assert (await refusal(fetcher, peer.url("/4"))).code == "redirect-limit"
    assert len(peer.requests) == 4


async def test_a_circle_of_redirects_is_left(fetcher: Fetcher, peer: Peer) -> None:
    peer.says("/a", status=302, location="/b")
    peer.says("/b", status=302, location="/a#again")
    assert (await refusal(fetcher, peer.url("/a"))).code == "redirect-loop"
    assert len(peer.requests) == 2


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://canary.localhost:{port}/", "port"),
        ("http://127.0.0.1:{port}/", "port"),
        ("http://[::1]:{port}/", "address"),
        ("//127.0.0.1:{port}/", "port"),
        ("http://169.254.169.254/latest/meta-data", "address"),
        ("http://home.localhost:7999/actor", "own-host"),
        ("http://127.1:{port}/", "url"),
        ("http://user@127.0.0.1:{port}/", "url"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://127.0.0.1:{port}/", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("http://", "redirect-loop"),
        ("http://[", "url"),
    ],
)
async def test_a_redirect_never_leads_inside(
    fetcher: Fetcher, peer: Peer, canary: Peer, location: str, code: str
) -> None:
    peer.says("/a", status=307, location=location.format(port=canary.port))
    with capture_logs() as events:
        error = await refusal(fetcher, peer.url("/a"))
    assert isinstance(error, Unsafe)
    assert error.code == code
    refusals = [event for event in events if event["event"] == "egress.refused"]
    assert [event["reason"] for event in refusals] == [code]


async def test_a_redirect_without_a_target_is_only_an_answer(fetcher: Fetcher, peer: Peer) -> None:
    peer.says("/a", status=302)
    error = await refusal(fetcher, peer.url("/a"))
    assert isinstance(error, Refused)
    assert error.status == 302


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 204, 300])
async def test_another_answer_is_final(fetcher: Fetcher, peer: Peer, status: int) -> None:
    peer.says("/a", status=status)
    error = await refusal(fetcher, peer.url("/a"))
    assert isinstance(error, Refused)
    assert (error.status, error.temporary) == (status, False)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 522])
async def test_a_busy_server_is_asked_again_later(
    fetcher: Fetcher, peer: Peer, status: int
) -> None:
    peer.says("/a", status=status, retry_after="120")
    error = await refusal(fetcher, peer.url("/a"))
    assert isinstance(error, Unreachable)
    assert (error.code, error.status, error.temporary) == ("status", status, True)
    assert error.retry_after == timedelta(minutes=2)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry_after": "0"}, timedelta()),
        ({"retry_after": "999999999999999999999"}, timedelta(days=7)),
        (
            {
                "retry_after": "Sun, 22 Nov 2026 13:00:00 GMT",
                "date": "Sun, 22 Nov 2026 12:00:00 GMT",
            },
            timedelta(hours=1),
        ),
        (
            {
                "retry_after": "Sun, 22 Nov 2020 13:00:00 GMT",
                "date": "Sun, 22 Nov 2026 12:00:00 GMT",
            },
            timedelta(),
        ),
        (
            {
                "retry_after": "Fri, 31 Dec 9999 23:59:59 GMT",
                "date": "Sun, 22 Nov 2026 12:00:00 GMT",
            },
            timedelta(days=7),
        ),
        (
            {
                "retry_after": "Sun, 22 Nov 2026 13:00:00 -0000",
                "date": "Sun, 22 Nov 2026 12:00:00 GMT",
            },
            None,
        ),
        ({"retry_after": "-1"}, None),
        ({"retry_after": "soon"}, None),
        ({}, None),
    ],
)
async def test_how_long_to_wait_is_believed_within_reason(
    fetcher: Fetcher, peer: Peer, headers: dict[str, str], wait: timedelta | None
) -> None:
    peer.says("/a", status=503, **headers)
    assert (await refusal(fetcher, peer.url("/a"))).retry_after == wait


@pytest.mark.parametrize(
    "content_type",
    ["text/html", "application/json", "application/ld+json", "text/plain", "image/png", ""],
)
async def test_another_content_type_is_not_believed(
    fetcher: Fetcher, peer: Peer, content_type: str
) -> None:
    iri = peer.url("/upload")
    peer.says("/upload", body=note(iri), content_type=content_type)
    assert (await refusal(fetcher, iri)).code == "content-type"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/activity+json; charset=utf-8",
        f'application/ld+json; profile="{AS2}"',
    ],
)
async def test_both_names_of_activitystreams_are_understood(
    fetcher: Fetcher, peer: Peer, content_type: str
) -> None:
    iri = peer.url("/a")
    peer.says("/a", body=note(iri), content_type=content_type)
    assert (await fetcher.document(iri, purpose="object")).iri == iri


async def test_a_page_leads_to_the_document_of_the_same_server(
    fetcher: Fetcher, peer: Peer
) -> None:
    iri = publish(peer, "/notes/1")
    peer.says("/@a/1", body=note(iri), content_type="application/activity+json")
    assert (await fetcher.document(peer.url("/@a/1"), purpose="object")).iri == iri
    assert [request.url for request in peer.requests] == [peer.url("/@a/1"), iri]


async def test_a_document_of_another_server_is_not_believed(
    fetcher: Fetcher, peer: Peer, other: Peer
) -> None:
    peer.says("/a", body=note(publish(other, "/a")), content_type="application/activity+json")
    assert (await refusal(fetcher, peer.url("/a"))).code == "id-mismatch"
    assert other.requests == []


async def test_a_document_that_still_differs_at_its_own_address_is_not_believed(
    fetcher: Fetcher, peer: Peer
) -> None:
    peer.says("/a", body=note(peer.url("/b")), content_type="application/activity+json")
    peer.says("/b", body=note(peer.url("/c")), content_type="application/activity+json")
    assert (await refusal(fetcher, peer.url("/a"))).code == "id-mismatch"
    assert len(peer.requests) == 2


async def test_an_address_that_redirects_is_not_where_the_document_lives(
    fetcher: Fetcher, peer: Peer, other: Peer
) -> None:
    mine = peer.url("/b")
    peer.says("/a", body=note(mine), content_type="application/activity+json")
    peer.says("/b", status=302, location=other.url("/b"))
    other.says("/b", body=note(mine), content_type="application/activity+json")
    assert (await refusal(fetcher, peer.url("/a"))).code == "id-mismatch"


async def test_an_open_redirect_lets_nobody_speak_for_its_server(
    fetcher: Fetcher, peer: Peer, other: Peer
) -> None:
    mine = peer.url("/redirect?to=evil")
    peer.says("/redirect?to=evil", status=302, location=other.url("/evil"))
    other.says("/evil", body=note(mine), content_type="application/activity+json")
    assert (await refusal(fetcher, mine)).code == "id-mismatch"


async def test_a_key_leads_to_the_document_of_its_owner(fetcher: Fetcher, peer: Peer) -> None:
    actor = publish(peer, "/actor")
    by_fragment = await fetcher.document(peer.url("/actor#main-key"), purpose="key")
    assert by_fragment.iri == actor
    peer.says("/actor/main-key", body=note(actor), content_type="application/activity+json")
    by_path = await fetcher.document(peer.url("/actor/main-key"), purpose="key")
    assert by_path.iri == actor


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("{", Malformed),
        ("[]", Malformed),
        (f'{{"@context": "{AS2}", "type": "Note"}}', Malformed),
        (f'{{"@context": "{AS2}", "id": null}}', Malformed),
        (f'{{"@context": "{AS2}", "id": 7}}', Malformed),
        ('{"id": "x", "id": "y"}', Malformed),
        ('{"id": "http://a.example/"}', UnknownContext),
        ("[" * 100_000, (Malformed, TooLarge)),
    ],
)
async def test_what_is_no_document_is_refused_without_a_crash(
    fetcher: Fetcher, peer: Peer, body: str, error: type[Exception]
) -> None:
    peer.says("/a", body=body, content_type="application/activity+json")
    with pytest.raises(error):
        await fetcher.document(peer.url("/a"), purpose="object")


async def test_redirects_together_are_limited_in_time(
    client_for: Opened, signatory: Signatory
) -> None:
    async with serving() as peer:

        async def wait(_: wire.Request) -> web.Response:
            await asyncio.Event().wait()
            return web.Response()

        peer.says("/a", status=302, location="/b")
        peer.answers["/b"] = wait
        client = await client_for(peer.port, total_timeout=1)

        signs = Signs(Signing(signatory))
        error = await refusal(Fetcher(client, signs, lambda: NOON), peer.url("/a"))
    assert (error.code, error.temporary) == ("deadline", True)
