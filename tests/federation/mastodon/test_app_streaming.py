"""Streaming: what happens is told to apps at once, over both ways that they listen."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from together.street import Street, a_sheet

from actors.verbs import forgetting, remarking, signing_in
from federation import streams
from federation.app_keys import STREAMS
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
    ruche = await alpha.organisation("ruche")
    await alpha.follow(coop, "@ruche@alpha.test")
    await street.settle()
    path = alpha.url("/api/v1/streaming")
    bearer = {"Authorization": f"Bearer {token}"}

    for url, status in ((path, 401), (f"{path}?access_token=wrong", 401)):
        with pytest.raises(WSServerHandshakeError) as refusal:
            await street.session.ws_connect(url)
        assert refusal.value.status == status
    forbidden = await street.session.get(f"{path}/user?access_token={narrow}")
    assert forbidden.status == 403
    async with street.session.get(f"{path}/health") as response:
        assert await response.text() == "OK"

    socket = await street.session.ws_connect(f"{path}?stream=user", protocols=(token,))
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
        assert (await heard(socket))["stream"] == ["hashtag", "velo"]
        await street.settle()
        kinds = {(await heard(socket))["event"] for _ in range(2)}
        assert kinds == {"notification", "update"}
        async with alpha.begin() as session:
            row = await session.get_one(type(said), said.id)
            await forgetting.delete_remark(session, alpha.site, row)
        told = await heard(socket)
        assert (told["event"], told["payload"]) == ("delete", str(said.id))

    async with alpha.begin() as session:
        await signing_in.revoke_token(session, alpha.site, None, token)
    ended = await socket.receive(timeout=PATIENCE)
    while ended.type is WSMsgType.TEXT:  # what was told to her before
        ended = await socket.receive(timeout=PATIENCE)
    assert ended.type in (WSMsgType.CLOSE, WSMsgType.CLOSED)
    await socket.close()


async def test_a_reader_who_is_too_slow_is_disconnected(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    reader = Connection("secret", 1, {Stream("user")})
    hub = alpha.app[STREAMS]
    hub.open(reader)
    for number in range(streams.MOST_EVENTS):
        reader.tell(Event((Stream("user"),), "delete", str(number)))
    assert not reader.is_over
    reader.tell(Event((Stream("user"),), "delete", "one too many"))
    assert reader.is_over
    assert len(reader.waiting) == streams.MOST_EVENTS
    hub.close(reader)
