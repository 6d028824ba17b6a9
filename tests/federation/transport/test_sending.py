"""Sending an activity: what each answer means."""

from datetime import timedelta

import pytest
from together.loopback import NOON, Opened, Peer

from activitypub.iris import Iri
from activitypub.signatures.claims import claim
from activitypub.signatures.verifying import verify
from federation.transport.client import Client
from federation.transport.sending import SendResult, Sent, send
from federation.transport.signing import Signatory

BODY = b'{"type": "Follow"}'


async def sent(client: Client, inbox: Iri, signatory: Signatory) -> SendResult:
    return await send(client, inbox=inbox, body=BODY, signatory=signatory, now=NOON)


async def test_an_activity_is_signed_and_sent_as_it_is(
    client: Client, peer: Peer, signatory: Signatory
) -> None:
    peer.says("/inbox", status=202)
    assert await sent(client, peer.url("/inbox"), signatory) == SendResult(
        Sent.DELIVERED, 202, None, "202"
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
