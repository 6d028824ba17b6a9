"""Who asks too often is told to wait; nobody else notices, and nobody is locked out by others."""

import asyncio
import ipaddress
from dataclasses import replace

import aiohttp
import pytest
from together.raw import POST, talk
from together.reader import Reader, reading
from together.stranger import Stranger, moved_in
from together.street import PASSWORD, House, Street

from federation import callers, rates
from federation.settings import Inbox

WRONG = "Error: This address and this password do not belong together."


@pytest.fixture
async def alpha(street: Street) -> House:
    (house,) = await street.open("alpha")
    coop = await house.organisation("coop")
    for name in ("anna", "bob"):
        await house.member(f"{name}@example.org", coop)
    return house


async def at(house: House, place: str) -> Reader:
    """A fresh browser somewhere on the internet, behind our proxy."""
    connector = aiohttp.TCPConnector(resolver=house.street.names, ssl=house.street.trust)
    session = aiohttp.ClientSession(connector=connector, headers={"X-Forwarded-For": place})
    house.street.moving_out.append(session.close)
    return Reader(house, session)


async def guess(reader: Reader, email: str, password: str = "wrong") -> int:  # noqa: S107
    """Try to sign in; give the status."""
    await reader.go("/sign-in")
    await reader.press("Sign in", email=email, password=password)
    return reader.status


async def test_the_tenth_wrong_password_from_one_place_is_not_tried(alpha: House) -> None:
    thief = await at(alpha, "203.0.113.5")
    assert [await guess(thief, "anna@example.org") for _ in range(9)] == [422] * 9
    assert await guess(thief, "ANNA@example.org") == 429
    assert int(thief.headers["Retry-After"]) > 0
    assert await guess(thief, "anna@example.org", PASSWORD) == 429
    assert await guess(await at(alpha, "203.0.113.6"), "anna@example.org", PASSWORD) == 200
    alpha.street.clock.turn(minutes=16)
    assert await guess(thief, "anna@example.org", PASSWORD) == 200


async def test_an_unknown_address_is_counted_like_a_known_one(alpha: House) -> None:
    thief = await at(alpha, "203.0.113.5")
    statuses = [await guess(thief, "nobody@example.org") for _ in range(10)]
    assert statuses == [422] * 9 + [429]


async def test_guesses_spread_over_members_end_at_the_limit_of_the_place(alpha: House) -> None:
    thief = await at(alpha, "203.0.113.5")
    statuses = [await guess(thief, f"member{n}@example.org") for n in range(26)]
    assert statuses == [422] * 25 + [429]


async def test_guesses_spread_over_places_end_and_never_lock_the_owner_out(alpha: House) -> None:
    hers = await at(alpha, "198.51.100.7")
    assert await guess(hers, "anna@example.org", PASSWORD) == 200
    await hers.press("Sign out")
    statuses = [
        await guess(await at(alpha, f"203.0.113.{n}"), "anna@example.org") for n in range(51)
    ]
    assert statuses == [422] * 50 + [429]
    assert await guess(hers, "anna@example.org", PASSWORD) == 200, "a browser that she has used"
    await hers.press("Sign out")
    assert await guess(hers, "bob@example.org") == 422, "her mark is no help with others"


async def test_a_mark_of_another_member_opens_no_second_way(alpha: House) -> None:
    bob = await at(alpha, "203.0.113.5")
    assert await guess(bob, "bob@example.org", PASSWORD) == 200
    await bob.press("Sign out")
    statuses = [await guess(bob, "anna@example.org") for _ in range(10)]
    assert statuses == [422] * 9 + [429]


async def test_a_right_password_is_no_guess(alpha: House) -> None:
    office = await at(alpha, "203.0.113.5")
    for _ in range(12):
        assert await guess(office, "anna@example.org", PASSWORD) == 200
        await office.press("Sign out")
        office.session.cookie_jar.clear()


async def test_who_is_no_proxy_cannot_pass_for_others(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    await alpha.stop()
    trusted = ipaddress.ip_network("192.0.2.0/24")
    instance = replace(alpha.settings.instance, trusted_proxies=(trusted,))
    alpha.settings = replace(alpha.settings, instance=instance)
    await alpha.start()
    for n in range(5):
        assert await registered(alpha, f"203.0.113.{n}") == 200
    assert await registered(alpha, "203.0.113.99") == 429


@pytest.mark.parametrize(
    "chain", ["203.0.113.9", "10.9.9.9, 203.0.113.9", "203.0.113.9, 127.0.0.1", "x, 203.0.113.9"]
)
async def test_a_proxy_says_for_whom_it_asks_and_nobody_behind_it_is_believed(
    alpha: House, chain: str
) -> None:
    for _ in range(5):
        await registered(alpha, "203.0.113.9")
    assert await registered(alpha, chain) == 429
    assert await registered(alpha, "203.0.113.8") == 200


async def test_neighbours_in_one_network_of_ipv6_are_one_place(alpha: House) -> None:
    for n in range(5):
        assert await registered(alpha, f"2001:db8::{n}") == 200
    assert await registered(alpha, "2001:db8::ffff") == 429
    assert await registered(alpha, "2001:db8:0:1::1") == 200


async def registered(house: House, place: str) -> int:
    """Register an app from there; give the status."""
    form = {"client_name": "Phare", "redirect_uris": "phare://back"}
    async with house.street.session.post(
        house.url("/api/v1/apps"), data=form, headers={"X-Forwarded-For": place}
    ) as answer:
        if answer.status == 429:
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert "error" in await answer.json()
        return answer.status


async def test_an_app_is_told_what_is_left_and_when_it_begins_anew(
    alpha: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "STRANGER", replace(rates.STRANGER, most=3))
    left = []
    for _ in range(4):
        async with alpha.street.session.get(alpha.url("/api/v1/instance")) as answer:
            left.append((answer.status, answer.headers.get("X-RateLimit-Remaining")))
            assert answer.headers["X-RateLimit-Limit"] == "3"
            assert answer.headers["X-RateLimit-Reset"].endswith(".000Z")
    assert left == [(200, "2"), (200, "1"), (200, "0"), (429, "0")]
    alpha.street.clock.turn(minutes=5)
    async with alpha.street.session.get(alpha.url("/api/v1/instance")) as answer:
        assert answer.status == 200


async def test_tokens_that_nobody_has_are_counted_together(
    alpha: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "WRONG_TOKEN", replace(rates.WRONG_TOKEN, most=5))
    statuses = []
    for n in range(8):
        headers = {"Authorization": f"Bearer guess-{n}"}
        url = alpha.url("/api/v1/accounts/verify_credentials")
        async with alpha.street.session.get(url, headers=headers) as answer:
            statuses.append(answer.status)
    assert statuses == [401] * 5 + [429] * 3


async def test_one_address_may_not_deliver_without_end(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    await alpha.stop()
    alpha.settings = replace(alpha.settings, inbox=Inbox(most_per_address=10))
    await alpha.start()
    async with moved_in(street) as mallory:
        statuses = [await liked(mallory, alpha) for _ in range(12)]
    assert statuses == [202] * 10 + [429] * 2
    assert street.refusals() == ["rate"] * 2
    lines = [one for one in street.events if one["event"] == "inbox.refused"]
    assert {one["peer"] for one in lines} == {"127.0.0.1"}, "an operator reads whom to block"


async def liked(mallory: Stranger, house: House) -> int:
    return (await mallory.send(house, mallory.activity("Like", house.network.iri))).status


async def test_bodies_that_never_arrive_leave_room_for_others(
    alpha: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "BODIES_AT_ONCE", 3)
    head = POST + b"X-Forwarded-For: 203.0.113.5\r\nContent-Length: 1000\r\n\r\na"
    heard = await asyncio.gather(*[talk(alpha, head) for _ in range(6)])
    assert [one.statuses for one in heard].count([429]) == 3
    others = head.replace(b"203.0.113.5", b"203.0.113.6")
    assert (await talk(alpha, others)).statuses == []


async def test_what_is_counted_does_not_fill_the_memory(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "MOST_COUNTED", 100)
    counting = rates.Rates(street.clock)
    for n in range(1000):
        counting.take(rates.APPS, str(n))
    assert len(counting._counted) <= 100


async def test_signing_out_leaves_nothing_in_the_browser(alpha: House, street: Street) -> None:
    async with reading(alpha, street) as reader:
        await reader.sign_in("anna@example.org")
        assert "no-store" in reader.headers["Cache-Control"]
        form = {"token": reader.page.xpath("//input[@name='token']/@value")[0]}
        async with reader.session.post(
            alpha.url("/sign-out"), data=form, allow_redirects=False
        ) as answer:
            assert answer.headers["Clear-Site-Data"] == '"cache"'
            dropped = answer.cookies["__Host-essaim_session"]
            assert dropped["secure"]
            assert dropped["path"] == "/"
