"""Asking a host who somebody is, and what it runs."""

import asyncio
import json
import ssl

import pytest
import trustme
from aiohttp import web
from structlog.testing import capture_logs
from together.loopback import Opened, Peer, serving, settings_for

from activitypub import handles, iris, wire
from activitypub.errors import Malformed
from activitypub.handles import Handle
from activitypub.iris import Iri
from federation.errors import Refused, Unreachable, Unsafe
from federation.transport.client import Client
from federation.transport.discovering import software, webfinger

SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/2.1"


def jrd(subject: str, actor: str) -> str:
    link = {"rel": "self", "type": "application/activity+json", "href": actor}
    return json.dumps({"subject": f"acct:{subject}", "links": [link]})


def knows(peer: Peer, name: str, actor: str, *, host: str = "", subject: str = "") -> Handle:
    """Let a peer answer for `name`; the subject is the same handle unless another is given."""
    handle = handles.parse(f"{name}@{host or peer.origin.partition('://')[2]}")
    peer.says(
        f"/.well-known/webfinger?resource=acct:{handle}",
        body=jrd(subject or str(handle), actor),
        content_type="application/jrd+json; charset=utf-8",
    )
    return handle


async def test_a_handle_leads_to_an_actor(client: Client, peer: Peer) -> None:
    handle = knows(peer, "coop", peer.url("/actors/coop"))
    assert await webfinger(client, handle) == peer.url("/actors/coop")
    assert peer.requests[0].header("accept") == "application/jrd+json, application/json"


async def test_the_question_may_be_redirected(client: Client, peer: Peer, other: Peer) -> None:
    handle = knows(peer, "coop", "")
    knows(other, "coop", other.url("/coop"), host=handle.host)
    path = f"/.well-known/webfinger?resource=acct:{handle}"
    peer.says(path, status=302, location=other.origin + path)
    assert await webfinger(client, handle) == other.url("/coop")


async def test_another_subject_is_asked_once(client: Client, peer: Peer, other: Peer) -> None:
    real = knows(other, "coop", other.url("/coop"))
    handle = knows(peer, "coop", peer.url("/never"), subject=str(real))
    assert await webfinger(client, handle) == other.url("/coop")


async def test_a_subject_that_names_yet_another_is_refused(client: Client, peer: Peer) -> None:
    third = f"c@{handles.parse(f'x@{peer.origin[7:]}').host}"
    second = knows(peer, "b", peer.url("/b"), subject=third)
    first = knows(peer, "a", peer.url("/a"), subject=str(second))
    with pytest.raises(Malformed):
        await webfinger(client, first)


async def test_nobody_of_that_name_is_said_with_the_status(client: Client, peer: Peer) -> None:
    with pytest.raises(Refused) as caught:
        await webfinger(client, handles.parse(f"nobody@{peer.origin[7:]}"))
    assert caught.value.status == 404


@pytest.mark.parametrize("content_type", ["text/html", "application/activity+json", ""])
async def test_an_answer_of_another_kind_is_refused(
    client: Client, peer: Peer, content_type: str
) -> None:
    handle = knows(peer, "coop", peer.url("/coop"))
    path = f"/.well-known/webfinger?resource=acct:{handle}"
    peer.says(path, body=jrd(str(handle), peer.url("/coop")), content_type=content_type)
    with pytest.raises(Unsafe) as caught:
        await webfinger(client, handle)
    assert caught.value.code == "content-type"


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"subject": "acct:x@y", "links": 7}'])
async def test_an_answer_without_an_actor_is_refused(client: Client, peer: Peer, body: str) -> None:
    handle = knows(peer, "coop", peer.url("/coop"))
    path = f"/.well-known/webfinger?resource=acct:{handle}"
    peer.says(path, body=body, content_type="application/jrd+json")
    with pytest.raises((Malformed, Unsafe, Unreachable)):
        await webfinger(client, handle)


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "[::1]:{port}", "canary.localhost:{port}"])
async def test_a_handle_inside_is_not_asked_over_any_scheme(
    client_for: Opened, canary: Peer, host: str
) -> None:
    client = await client_for()
    with pytest.raises(Unsafe):
        await webfinger(client, handles.parse(f"x@{host.format(port=canary.port)}"))


async def test_a_private_destination_with_tls_is_asked_over_https(client_for: Opened) -> None:
    authority = trustme.CA()
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("peer.localhost").configure_cert(theirs)
    ours = ssl.create_default_context()
    authority.configure_trust(ours)
    async with serving(ssl_context=theirs) as peer:
        client = await client_for(peer.port, trust=ours)
        handle = knows(peer, "coop", peer.url("/coop"))
        assert await webfinger(client, handle) == peer.url("/coop")


async def test_a_laboratory_without_tls_is_asked_by_an_instance_with_tls(peer: Peer) -> None:
    handle = knows(peer, "coop", peer.url("/coop"))
    home = iris.parse("https://home.example")
    async with Client(settings_for(peer.port), own_origin=home) as client:
        assert await webfinger(client, handle) == peer.url("/coop")


async def test_a_slow_host_is_not_asked_again_over_another_scheme(
    client_for: Opened, peer: Peer
) -> None:
    async def wait(_: wire.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    handle = knows(peer, "coop", peer.url("/coop"))
    peer.answers[f"/.well-known/webfinger?resource=acct:{handle}"] = wait
    with pytest.raises(Unreachable) as caught:
        await webfinger(await client_for(peer.port, fetch_timeout=1), handle)
    assert caught.value.code == "deadline"
    assert len(peer.requests) == 1


async def test_without_a_port_a_host_is_asked_over_https_only(
    client_for: Opened, peer: Peer
) -> None:
    client = await client_for(443, 80, peer.port)
    with pytest.raises(Unreachable), capture_logs() as events:
        await webfinger(client, handles.parse("coop@nobody.localhost"))
    assert [event["port"] for event in events] == [443]


async def test_we_learn_what_a_host_runs(client: Client, peer: Peer) -> None:
    links = [{"rel": SCHEMA, "href": peer.url("/nodeinfo/2.1")}]
    peer.says(
        "/.well-known/nodeinfo",
        body=json.dumps({"links": links}),
        content_type="application/json",
    )
    peer.says(
        "/nodeinfo/2.1",
        body=json.dumps({"version": "2.1", "software": {"name": "Mastodon", "version": "4.6"}}),
        content_type=f'application/json; profile="{SCHEMA}#"',
    )
    assert await software(client, Iri(peer.origin)) == "mastodon"


async def test_a_host_need_not_say_what_it_runs(client: Client, peer: Peer) -> None:
    assert await software(client, Iri(peer.origin)) is None


async def test_a_host_does_not_speak_for_another(client: Client, peer: Peer, other: Peer) -> None:
    links = [{"rel": SCHEMA, "href": other.url("/nodeinfo/2.1")}]
    peer.says(
        "/.well-known/nodeinfo",
        body=json.dumps({"links": links}),
        content_type="application/json",
    )
    with pytest.raises(Unsafe) as caught:
        await software(client, Iri(peer.origin))
    assert caught.value.code == "id-mismatch"
    assert other.requests == []
