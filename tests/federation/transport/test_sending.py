"""Sending an activity: what each answer means."""

from datetime import timedelta

import pytest
from aiohttp import web
from together.loopback import NOON, Answer, Opened, Peer

from activitypub import wire
from activitypub.iris import Iri
from activitypub.signatures.claims import Scheme, claim
from activitypub.signatures.verifying import verify
from federation.transport.client import Client
from federation.transport.pens import Pen
from federation.transport.sending import SendResult, Sent, send
from federation.transport.signing import OTHER, Signatory, Signing, Way

BODY = b'{"type": "Follow"}'


async def sent(
    client: Client, inbox: Iri, signatory: Signatory, scheme: Scheme = Scheme.CAVAGE
) -> SendResult:
    signing = Signing(signatory, scheme=scheme)
    return await send(client, inbox=inbox, body=BODY, signing=signing, now=lambda: NOON, pen=Pen())


async def test_an_activity_is_signed_and_sent_as_it_is(
    client: Client, peer: Peer, signatory: Signatory
) -> None:
    peer.says("/inbox", status=202)
    assert await sent(client, peer.url("/inbox"), signatory) == SendResult(
        Sent.DELIVERED, 202, None, "202", Way(signatory), is_news=False
    )
    (request,) = peer.requests
    assert (request.method, request.body) == ("POST", BODY)
    assert request.headers_named("content-type") == ("application/activity+json",)
    verify(request, claim(request), signatory.key.public, now=NOON)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (200, Sent.DELIVERED),
        (201, Sent.DELIVERED),
        (204, Sent.DELIVERED),
        (301, Sent.NEVER),
        (302, Sent.LATER),
        (307, Sent.LATER),
        (308, Sent.NEVER),
        (400, Sent.NEVER),
        (401, Sent.LATER),
        (403, Sent.NEVER),
        (404, Sent.NEVER),
        (405, Sent.NEVER),
        (408, Sent.LATER),
        (410, Sent.GONE),
        (413, Sent.NEVER),
        (422, Sent.NEVER),
        (425, Sent.LATER),
        (429, Sent.LATER),
        (500, Sent.LATER),
        (501, Sent.LATER),
        (503, Sent.LATER),
        (599, Sent.LATER),
    ],
)
async def test_every_answer_has_a_meaning(
    client: Client, peer: Peer, signatory: Signatory, status: int, meaning: Sent
) -> None:
    peer.says("/inbox", status=status)
    result = await sent(client, peer.url("/inbox"), signatory)
    assert (result.sent, result.status) == (meaning, status)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_an_activity_is_never_sent_on_to_another_address(
    client: Client, peer: Peer, other: Peer, canary: Peer, signatory: Signatory, status: int
) -> None:
    for target in (other.url("/inbox"), canary.url("/inbox")):
        peer.says("/inbox", status=status, location=target)
        assert (await sent(client, peer.url("/inbox"), signatory)).sent is not Sent.DELIVERED
    assert other.requests == []


async def test_a_host_that_asks_us_to_wait_is_heard(
    client: Client, peer: Peer, signatory: Signatory
) -> None:
    peer.says("/inbox", status=429, retry_after="60")
    result = await sent(client, peer.url("/inbox"), signatory)
    assert (result.sent, result.retry_after) == (Sent.LATER, timedelta(minutes=1))


async def test_the_operator_reads_why_on_one_line(
    client: Client, peer: Peer, signatory: Signatory
) -> None:
    peer.says("/inbox", status=422, body="no\r\n\x1b[31msuch \u202eactor\x00" + "!" * 5000)
    result = await sent(client, peer.url("/inbox"), signatory)
    assert result.reason.startswith("422: no [31msuch actor !!!")
    assert result.reason.isprintable()
    assert len(result.reason) < 250


async def test_an_inbox_inside_is_never_called(
    client: Client, canary: Peer, signatory: Signatory
) -> None:
    result = await sent(client, canary.url("/inbox"), signatory)
    assert (result.sent, result.status) == (Sent.NEVER, None)
    assert "127.0.0.1" not in result.reason


async def test_a_server_that_does_not_answer_gets_it_later(
    client_for: Opened, signatory: Signatory, unused_tcp_port: int
) -> None:
    client = await client_for(unused_tcp_port)
    inbox = Iri(f"http://peer.localhost:{unused_tcp_port}/inbox")
    assert (await sent(client, inbox, signatory)).sent is Sent.LATER


def scheme_of(request: wire.Request) -> Scheme:
    """How a request was signed, as far as it says."""
    return claim(request).scheme


def reading(scheme: Scheme, *, refusal: int = 401, status: int = 202) -> Answer:
    """A server that reads one way to sign and refuses the other."""
    return lambda request: web.Response(status=status if scheme_of(request) is scheme else refusal)


@pytest.mark.parametrize("refusal", [400, 401])
@pytest.mark.parametrize("scheme", list(Scheme))
async def test_a_server_that_reads_only_the_other_scheme_is_asked_again_in_that(
    client: Client, peer: Peer, signatory: Signatory, scheme: Scheme, refusal: int
) -> None:
    other = OTHER[scheme]
    peer.answers["/inbox"] = reading(other, refusal=refusal)
    result = await sent(client, peer.url("/inbox"), signatory, scheme)
    assert (result.sent, result.way.scheme) == (Sent.DELIVERED, other)
    assert [scheme_of(one) for one in peer.requests] == [scheme, other]
    for request in peer.requests:
        verify(request, claim(request), signatory.key.public, now=NOON)


@pytest.mark.parametrize("scheme", list(Scheme))
async def test_a_server_that_reads_our_first_word_is_asked_once(
    client: Client, peer: Peer, signatory: Signatory, scheme: Scheme
) -> None:
    peer.answers["/inbox"] = reading(scheme)
    result = await sent(client, peer.url("/inbox"), signatory, scheme)
    assert (result.sent, result.way.scheme) == (Sent.DELIVERED, scheme)
    assert len(peer.requests) == 1


@pytest.mark.parametrize("status", [403, 404, 410, 422, 429, 500, 503])
async def test_what_is_no_doubt_about_the_signature_is_not_tried_in_another_way(
    client: Client, peer: Peer, signatory: Signatory, status: int
) -> None:
    peer.says("/inbox", status=status)
    await sent(client, peer.url("/inbox"), signatory)
    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    ("first", "second", "meaning"),
    [
        (401, 401, (Sent.LATER, 401)),
        (400, 400, (Sent.NEVER, 400)),
        (401, 400, (Sent.LATER, 401)),
        (400, 401, (Sent.LATER, 401)),
        (401, 403, (Sent.LATER, 401)),
        (400, 503, (Sent.LATER, 503)),
        (400, 410, (Sent.GONE, 410)),
    ],
)
async def test_the_second_answer_counts_unless_it_is_a_plain_no(
    client: Client,
    peer: Peer,
    signatory: Signatory,
    first: int,
    second: int,
    meaning: tuple[Sent, int],
) -> None:
    peer.answers["/inbox"] = reading(Scheme.RFC9421, refusal=first, status=second)
    result = await sent(client, peer.url("/inbox"), signatory)
    assert (result.sent, result.status) == meaning
    assert len(peer.requests) == 2
