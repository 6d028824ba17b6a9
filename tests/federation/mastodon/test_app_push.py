"""Web Push: an app that is closed is told, by both codings, and nobody else can read it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select
from together.app import Reader, says
from together.push_service import ClosedApp, PushService, opened, sender
from together.street import Street

from actors.mail import locking
from actors.safe import Safe, new_secret
from actors.tables.push import PushMessage, PushSubscription
from actors.verbs import signing_in
from federation.workers.running import WORKERS

PATH = "/api/v1/push/subscription"

ROUNDS = 20
"""More than it takes; each is a second at most."""


@pytest.fixture
async def service(street: Street) -> AsyncIterator[PushService]:
    async with opened(street) as service:
        yield service


async def coop_of(street: Street, scopes: str = "read write push") -> tuple[Reader, Reader]:
    """La Coop with an app, and a neighbour who talks to her."""
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop", "La Coop")
    ruche = await alpha.organisation("ruche", "La Ruche")
    anna = await alpha.member("anna@alpha.test", coop)
    rose = await alpha.member("rose@alpha.test", ruche)
    ours = Reader(alpha, coop, await alpha.token(anna, coop, scopes))
    return ours, Reader(alpha, ruche, await alpha.token(rose, ruche))


async def asks(reader: Reader, method: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {reader.token}"}
    session, url = reader.house.street.session, reader.house.url(PATH)
    async with session.request(method, url, headers=headers, json=body) as response:
        return response.status, await response.json()


async def rows(reader: Reader, table: type[PushMessage] | type[PushSubscription]) -> int:
    async with reader.house.read() as session:
        return await session.scalar(select(func.count(table.id))) or 0


async def test_a_closed_app_is_told_and_only_it_can_read_it(
    street: Street, service: PushService
) -> None:
    ours, neighbour = await coop_of(street)
    app = ClosedApp()
    assert (await asks(ours, "GET"))[0] == 404
    status, made = await asks(
        ours, "POST", app.arguments(f"{service.origin}/a", is_standard=True, mention=True)
    )
    assert status == 200
    assert (made["endpoint"], made["policy"], made["standard"]) == (
        f"{service.origin}/a",
        "all",
        True,
    )
    assert (made["alerts"]["mention"], made["alerts"]["reblog"]) == (True, False)
    assert await asks(ours, "GET") == (200, made)

    said = await says(neighbour, "@coop bonjour à toutes")
    await street.settle()
    (message,) = service.came["/a"]
    told = app.reads(message)
    assert (told["notification_type"], told["access_token"]) == ("mention", ours.token)
    assert told["title"] == "La Ruche s’adresse à vous"
    assert told["body"] == "@coop bonjour à toutes"
    assert told["icon"].startswith("https://alpha.test/")
    shown = await ours.gets(f"/api/v1/notifications/{told['notification_id']}")
    assert shown["status"]["id"] == str(said.id)
    key, claims = sender(message)
    assert key == made["server_key"]
    assert key == (await ours.gets("/api/v2/instance"))["configuration"]["vapid"]["public_key"]
    assert claims["aud"] == service.origin
    assert 0 < claims["exp"] - street.clock().timestamp() <= 86_400
    assert message.headers["ttl"] == str(48 * 3600)
    assert ours.token.encode() not in message.body
    assert b"bonjour" not in message.body

    # The same app again, in the old coding, and for other things.
    await asks(ours, "POST", app.arguments(f"{service.origin}/b", is_standard=False, mention=True))
    await says(neighbour, "@coop encore")
    await street.settle()
    (message,) = service.came["/b"]
    assert app.reads(message)["body"] == "@coop encore"
    assert sender(message)[0] == key
    assert len(service.came["/a"]) == 1
    _, changed = await asks(
        ours, "PUT", {"data": {"alerts": {"follow": True}, "policy": "followed"}}
    )
    assert (changed["alerts"]["mention"], changed["alerts"]["follow"]) == (False, True)
    assert changed["policy"] == "followed"
    _, beside = await asks(ours, "PUT", {"data": {"alerts": {"follow": True}}, "policy": "none"})
    assert beside["policy"] == "none"
    await says(neighbour, "@coop et encore")
    await street.settle()
    assert len(service.came["/b"]) == 1
    assert await rows(ours, PushMessage) == 0
    assert await asks(ours, "DELETE") == (200, {})
    assert (await asks(ours, "PUT", {}))[0] == 404


async def test_a_service_that_is_away_is_asked_again_and_one_that_forgot_is_forgotten(
    street: Street, service: PushService
) -> None:
    ours, neighbour = await coop_of(street)
    app = ClosedApp()
    await asks(ours, "POST", app.arguments(f"{service.origin}/a", is_standard=True, mention=True))
    service.status = 503
    for word in ("un", "deux", "trois"):
        await says(neighbour, f"@coop {word}")
    await street.settle()
    assert len(service.came["/a"]) == 1  # one probe; everything else waits with it
    await street.settle()
    assert len(service.came["/a"]) == 1
    service.status = 201
    street.clock.turn(seconds=31)
    await street.settle()
    assert [app.reads(one)["body"] for one in service.came["/a"][1:]] == [
        "@coop un",
        "@coop deux",
        "@coop trois",
    ]
    assert await rows(ours, PushMessage) == 0

    # What is two days old is told no more.
    service.status = 429
    await says(neighbour, "@coop vieux")
    await street.settle()
    street.clock.turn(hours=49)
    service.status, before = 201, len(service.came["/a"])
    await street.settle()
    assert (await rows(ours, PushMessage), len(service.came["/a"])) == (0, before)

    service.status = 410
    await says(neighbour, "@coop adieu")
    await street.settle()
    assert (await rows(ours, PushSubscription), await rows(ours, PushMessage)) == (0, 0)
    assert (await asks(ours, "GET"))[0] == 404


async def test_what_cannot_be_told_is_refused_and_who_is_signed_out_is_told_nothing(
    street: Street, service: PushService
) -> None:
    ours, neighbour = await coop_of(street)
    app = ClosedApp()
    good = app.arguments(f"{service.origin}/a", is_standard=True, mention=True)
    for name, value in (
        ("endpoint", "nonsense"),
        ("endpoint", "http://nowhere.test/a"),
        ("endpoint", "https://alpha.test/inbox"),
        ("endpoint", f"{service.origin}/{'a' * 2048}"),
        ("keys", {"p256dh": "AAAA", "auth": "AAAA"}),
        ("keys", {"p256dh": "!", "auth": "!"}),
    ):
        bad = good | {"subscription": good["subscription"] | {name: value}}
        assert (await asks(ours, "POST", bad))[0] == 422, (name, value)
    assert (await asks(ours, "POST", good | {"data": {"policy": "sometimes"}}))[0] == 422
    assert (await asks(neighbour, "POST", good))[0] == 403  # its token does not cover that
    assert await rows(ours, PushSubscription) == 0

    # A private address behind the name is never called: the subscription goes.
    point = app.arguments("https://192.168.1.1/a", is_standard=True, mention=True)
    await asks(ours, "POST", point)
    await says(neighbour, "@coop un")
    await street.settle()
    assert await rows(ours, PushSubscription) == 0

    # A key that is no point of the curve.
    bent = good | {
        "subscription": good["subscription"]
        | {"keys": {"p256dh": "BA" + "A" * 85, "auth": good["subscription"]["keys"]["auth"]}}
    }
    assert (await asks(ours, "POST", bent))[0] == 200
    await says(neighbour, "@coop deux")
    await street.settle()
    assert (await rows(ours, PushSubscription), service.came) == (0, {})

    assert (await asks(ours, "POST", good))[0] == 200
    async with ours.house.begin() as session:
        await signing_in.revoke_token(session, ours.house.site, None, ours.token)
    await says(neighbour, "@coop trois")
    await street.settle()
    assert service.came == {}
    street.clock.turn(hours=2)
    await ours.house.app[WORKERS].housekeeping.work()
    assert await rows(ours, PushSubscription) == 0


async def test_a_service_that_hangs_holds_up_nobody_and_a_message_outlives_its_process(
    street: Street, service: PushService
) -> None:
    ours, neighbour = await coop_of(street)
    alpha = ours.house
    other = await alpha.organisation("autre")
    paul = await alpha.member("paul@alpha.test", other)
    theirs = Reader(alpha, other, await alpha.token(paul, other, "read push"))
    slow, quick = ClosedApp(), ClosedApp()
    await asks(
        ours, "POST", slow.arguments(f"{service.origin}/slow", is_standard=True, mention=True)
    )
    await asks(
        theirs, "POST", quick.arguments(f"{service.origin}/quick", is_standard=True, mention=True)
    )
    service.hold.add("/slow")
    for word in ("un", "deux"):
        await says(neighbour, f"@coop @autre {word}")
    workers = alpha.app[WORKERS]
    pushing = workers.pushing
    for _ in range(ROUNDS):
        if len(service.came.get("/quick", ())) == 2:
            break
        await workers.delivering.work()
        await workers.receiving.work()
        await pushing.work()
    assert len(service.came["/slow"]) == 1  # one at a time
    await pushing.stop()  # as a process that is told to end, in the middle of a call
    service.hold.clear()
    street.clock.turn(minutes=3)
    await street.settle()
    said = [slow.reads(one)["body"] for one in service.came["/slow"]]
    assert said == ["@coop @autre un", "@coop @autre un", "@coop @autre deux"]


async def test_a_token_in_a_subscription_is_locked_and_locked_anew_with_the_keys(
    street: Street, service: PushService
) -> None:
    ours, neighbour = await coop_of(street)
    app, database = ClosedApp(), ours.house.database
    await asks(ours, "POST", app.arguments(f"{service.origin}/a", is_standard=True, mention=True))
    async with ours.house.read() as session:
        row = (await session.scalars(select(PushSubscription))).one()
    assert ours.token not in row.bearer
    fresh, former = new_secret(), secret_of(ours)
    database.safe = Safe([fresh, former])
    async with ours.house.begin() as session:
        await locking.lock_anew(session)
    database.safe = Safe([fresh])  # what the former secret locked is not there any more
    await says(neighbour, "@coop bonjour")
    await street.settle()
    (message,) = service.came["/a"]
    assert app.reads(message)["access_token"] == ours.token


def secret_of(reader: Reader) -> str:
    """The secret with which an instance locks."""
    lines = reader.house.settings.secret_file.read_text().splitlines()
    return next(one for one in lines if one and not one.startswith("#"))
