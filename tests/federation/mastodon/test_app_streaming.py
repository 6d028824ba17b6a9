"""Streaming: what happens is told to apps at once, over both ways that they listen."""

import asyncio
import json
import re
from typing import Any

import pytest
from aiohttp import (
    ClientResponse,
    ClientWebSocketResponse,
    WSCloseCode,
    WSMsgType,
    WSServerHandshakeError,
)
from together.street import House, Street, a_sheet

from activitypub.addressing import Visibility
from actors.tables.remark import Remark
from actors.verbs import blocking, forgetting, remarking, rewording, signing_in
from federation import streams
from federation.app_keys import STREAMS
from federation.mastodon.sockets import MOST_SAID
from federation.streams import Connection, Event, Stream

PATIENCE = 12
"""Seconds after which a test that waits in vain gives up."""


async def heard(socket: ClientWebSocketResponse) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(await socket.receive_str(timeout=PATIENCE))
    return told


async def line(response: ClientResponse) -> str:
    async with asyncio.timeout(PATIENCE):
        return (await response.content.readline()).decode().rstrip("\n")


async def test_an_app_that_listens_is_told_at_once(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    anna = await alpha.member("anna@example.org", coop)
    token = await alpha.token(anna, coop)
    narrow = await alpha.token(anna, coop, "read:lists")
    deaf = await alpha.token(anna, coop, "read:statuses")
    ruche = await alpha.organisation("ruche")
    await alpha.follow(coop, "@ruche@alpha.test")
    await street.settle()
    path = alpha.url("/api/v1/streaming")
    bearer = {"Authorization": f"Bearer {token}"}

    for url, status in ((path, 401), (f"{path}?access_token=wrong", 401)):
        with pytest.raises(WSServerHandshakeError) as refusal:
            await street.session.ws_connect(url)
        assert refusal.value.status == status
    for place, status, words in (
        ("user", 401, "Access token does not have the required scopes"),
        ("hashtag", 400, "Missing tag name parameter"),
        ("nonsense", 400, "Unknown channel requested"),
    ):
        async with street.session.get(f"{path}/{place}?access_token={narrow}") as refused:
            assert (refused.status, (await refused.json())["error"]) == (status, words)
    async with street.session.get(f"{path}/health") as response:
        assert await response.text() == "OK"

    socket = await street.session.ws_connect(f"{path}?stream=user", protocols=(token,))
    silent = await street.session.ws_connect(f"{path}?stream=user&access_token={deaf}")
    await socket.send_str(json.dumps({"type": "subscribe", "stream": "hashtag", "tag": "Vélo"}))
    await socket.send_str("nonsense")
    assert (await heard(socket))["status"] == 400  # what was said before is heard by then
    async with street.session.get(f"{path}/public/local", headers=bearer) as lines:
        assert await line(lines) == ":)"

        model = await alpha.publish(ruche, a_sheet("Atelier"))
        assert await line(lines) == "event: update"
        data = json.loads((await line(lines)).removeprefix("data: "))
        assert (data["id"], data["account"]["acct"]) == (str(model.id), "ruche")
        await street.settle()
        told = await heard(socket)
        assert (told["stream"], told["event"]) == (["user"], "update")
        assert json.loads(told["payload"])["id"] == str(model.id)

        async with alpha.begin() as session:
            said = await remarking.remark(session, alpha.site, ruche, text="@coop au #vélo")
        assert (await heard(socket))["stream"] == ["hashtag", "Vélo"]  # as she calls it
        await street.settle()
        kinds = {(await heard(socket))["event"] for _ in range(2)}
        assert kinds == {"notification", "update"}
        assert (await heard(silent))["event"] == "update"  # the model, and what was said:
        assert (await heard(silent))["event"] == "update"  # of neither notification it hears
        async with alpha.begin() as session:
            row = await session.get_one(type(said), said.id)
            await forgetting.delete_remark(session, alpha.site, row)
        told = await heard(socket)
        assert (told["event"], told["payload"]) == ("delete", str(said.id))
    given = {"title": "bruit", "context[]": "home"}
    filters = alpha.url("/api/v2/filters")
    async with street.session.post(filters, data=given, headers=bearer) as answer:
        assert answer.status == 200
    while (told := await heard(socket))["event"] == "delete":
        pass  # as a remark with that hashtag, too
    assert (told["stream"], told["event"]) == (["user"], "filters_changed")
    assert not told.get("payload")

    async with alpha.begin() as session:
        await signing_in.revoke_token(session, alpha.site, None, token)
    ended = await socket.receive(timeout=PATIENCE)
    while ended.type is WSMsgType.TEXT:  # what was told to her before
        ended = await socket.receive(timeout=PATIENCE)
    assert ended.type in (WSMsgType.CLOSE, WSMsgType.CLOSED)
    await socket.close()
    assert (await heard(silent))["event"] == "delete"
    assert (await heard(silent))["event"] == "filters_changed"
    await silent.close()


async def test_a_reader_who_is_too_slow_is_disconnected(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    token = await alpha.token(await alpha.member("anna@example.org", coop), coop)
    hub = alpha.app[STREAMS]
    path = alpha.url(f"/api/v1/streaming?stream=user&access_token={token}")
    socket = await street.session.ws_connect(path, max_msg_size=0)
    await socket.send_str("nonsense")
    assert (await heard(socket))["status"] == 400  # by now she listens
    (reader,) = hub._connections
    large = "x" * 100_000  # more than all buffers on the way hold
    for number in range(streams.MOST_EVENTS):
        reader.tell(Event((Stream("user"),), "delete", f"{number} {large}"))
    assert not reader.is_over
    while not reader.is_over:
        await asyncio.sleep(0)  # she reads nothing
        reader.tell(Event((Stream("user"),), "delete", large))
    assert not reader.waiting
    told = 0
    async with asyncio.timeout(PATIENCE):
        while (await socket.receive()).type is WSMsgType.TEXT:
            told += 1
    assert told < streams.MOST_EVENTS
    assert hub.of(coop.id) == 0


async def opened(house: House, url: str) -> tuple[Connection, ClientWebSocketResponse]:
    """An app that listens and answers no ping by itself, on both sides of its line."""
    hub = house.app[STREAMS]
    known = set(hub._connections)
    socket = await house.street.session.ws_connect(url, autoping=False, autoclose=False)
    await socket.send_str("nonsense")
    assert (await heard(socket))["status"] == 400  # by now she listens
    (connection,) = hub._connections - known
    return connection, socket


async def said_last(socket: ClientWebSocketResponse) -> tuple[WSMsgType, Any]:
    """What a line says when it ends, beside what it said before."""
    while True:
        message = await socket.receive(timeout=PATIENCE)
        if message.type not in (WSMsgType.TEXT, WSMsgType.PONG):
            return message.type, message.data


async def test_a_line_asks_for_signs_of_life_and_ends_as_the_standard_wants(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    token = await alpha.token(await alpha.member("anna@example.org", coop), coop)
    url = alpha.url(f"/api/v1/streaming?stream=user&access_token={token}")
    hub = alpha.app[STREAMS]

    wants = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    async with street.session.get(url, headers=wants) as refused:
        assert (refused.status, hub.of(coop.id)) == (400, 0)  # without a key

    connection, socket = await opened(alpha, url)
    for answers in (True, False):
        connection.tell(None)
        assert (await socket.receive(timeout=PATIENCE)).type is WSMsgType.PING
        if answers:
            await socket.pong()
            await socket.ping(b"and you?")
            answer = await socket.receive(timeout=PATIENCE)
            assert (answer.type, answer.data) == (WSMsgType.PONG, b"and you?")
    connection.tell(None)  # and she said nothing
    assert (await said_last(socket))[0] in (WSMsgType.CLOSED, WSMsgType.ERROR, WSMsgType.CLOSING)

    _, socket = await opened(alpha, url)
    await socket.send_str("x" * 5000)
    assert await said_last(socket) == (WSMsgType.CLOSE, WSCloseCode.MESSAGE_TOO_BIG)
    _, socket = await opened(alpha, url)
    await socket.send_frame(b"", 3)  # type: ignore[arg-type]  # there is no such frame
    assert await said_last(socket) == (WSMsgType.CLOSE, WSCloseCode.PROTOCOL_ERROR)
    _, socket = await opened(alpha, url)
    assert await socket.close(code=WSCloseCode.OK)
    assert socket.close_code == WSCloseCode.OK

    _, socket = await opened(alpha, url)
    for _ in range(MOST_SAID * 3):
        await socket.ping()  # all of it arrives at once
    assert (await said_last(socket))[0] in (WSMsgType.CLOSED, WSMsgType.ERROR, WSMsgType.CLOSING)
    assert hub.of(coop.id) == 0

    _, socket = await opened(alpha, url)
    stopping = asyncio.create_task(alpha.stop())
    assert await said_last(socket) == (WSMsgType.CLOSE, WSCloseCode.GOING_AWAY)
    await socket.close()
    await stopping


class Radio:
    """An app with everything turned on: what it hears up to a signal."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket

    async def up_to(self, signal: str) -> list[tuple[str, str, str]]:
        """Stream, event and text of everything before a public remark that says `signal`."""
        told: list[tuple[str, str, str]] = []
        while True:
            event = await heard(self._socket)
            if "payload" not in event:
                told.append((event["stream"][0], event["event"], ""))
                continue
            if "signal " in event["payload"]:
                if signal in event["payload"] and event["stream"] == ["public"]:
                    return sorted(told)
                continue  # on another of its streams, or the one before
            entity = json.loads(event["payload"])
            if isinstance(entity, dict):
                status = entity.get("last_status") or entity.get("status") or entity
                said = re.sub("<.*?>|\n", "", status.get("content") or "") or entity["type"]
            else:
                said = "gone"
            told.append((event["stream"][0], event["event"], said))


async def test_a_stream_tells_what_its_timeline_shows_and_nobody_elses_words(
    street: Street,
) -> None:
    (alpha,) = await street.open("alpha")
    people: dict[str, Any] = {}
    radios: dict[str, Radio] = {}
    for name in ("coop", "ruche", "fablab"):
        people[name] = await alpha.organisation(name)
        member = await alpha.member(f"anna@{name}.org", people[name])
        token = await alpha.token(member, people[name])
        bearer = {"Authorization": f"Bearer {token}"}
        socket = await street.session.ws_connect(alpha.url("/api/v1/streaming"), headers=bearer)
        for stream in ("user", "user:notification", "direct", "public:local", "public"):
            await socket.send_str(json.dumps({"type": "subscribe", "stream": stream}))
        await socket.send_str("{}")
        assert (await heard(socket))["error"] == "Unknown stream type"
        radios[name] = Radio(socket)
    coop, ruche, fablab = people.values()
    await alpha.follow(coop, "@ruche@alpha.test")
    await street.settle()
    signals = iter(range(100))

    async def say(text: str, visible: Visibility) -> Remark:
        async with alpha.begin() as session:
            said = await remarking.remark(session, alpha.site, ruche, text=text, visible=visible)
        await street.settle()
        return said

    async def told() -> dict[str, list[tuple[str, str, str]]]:
        """What everybody heard since the last time."""
        signal = f"signal {next(signals)}"
        async with alpha.begin() as session:
            await remarking.remark(session, alpha.site, fablab, text=signal)
        return {name: await radio.up_to(signal) for name, radio in radios.items()}

    await told()
    secret = await say("@coop à toi seule", Visibility.DIRECT)
    heard_of = await told()
    assert ("direct", "conversation", "@coop à toi seule") in heard_of["coop"]
    assert ("user", "notification", "@coop à toi seule") in heard_of["coop"]
    assert ("user:notification", "notification", "@coop à toi seule") in heard_of["coop"]
    assert not [one for one in heard_of["coop"] if one[0].startswith("public")]
    assert ("direct", "conversation", "@coop à toi seule") in heard_of["ruche"]
    assert heard_of["fablab"] == []

    await say("entre nous", Visibility.FOLLOWERS)
    heard_of = await told()
    assert heard_of["coop"] == heard_of["ruche"] == [("user", "update", "entre nous")]
    assert heard_of["fablab"] == []

    async with alpha.begin() as session:
        await forgetting.delete_remark(
            session, alpha.site, await session.get_one(Remark, secret.id)
        )
    heard_of = await told()
    assert ("user", "delete", "gone") in heard_of["coop"]
    assert heard_of["fablab"] == []  # not even that something was there

    async with alpha.begin() as session:
        await blocking.mute(session, alpha.site, coop, ruche)
        await blocking.block(session, alpha.site, fablab, ruche)
    said = await say("pour tout le monde", Visibility.PUBLIC)
    heard_of = await told()
    assert heard_of["coop"] == heard_of["fablab"] == []
    assert [one[0] for one in heard_of["ruche"]] == ["public", "public:local", "user"]

    async with alpha.begin() as session:
        await blocking.unmute(session, coop, ruche)
        row = await session.get_one(Remark, said.id)
        await rewording.reword(session, alpha.site, row, text="pour vraiment tout le monde")
    heard_of = await told()
    assert {one[:2] for one in heard_of["coop"]} == {
        (name, "status.update") for name in ("public", "public:local", "user")
    }
    assert heard_of["fablab"] == []
