"""Blocks and mutes, as an app asks for them."""

from collections.abc import Mapping
from typing import Any

import pytest
from together.street import House, Street

from actors.rules.permissions import Office


class App:
    """An app that acts for an organisation."""

    def __init__(self, house: House, token: str) -> None:
        self.house, self.token = house, token

    async def asks(self, method: str, path: str, **data: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        session, url = self.house.street.session, self.house.url(path)
        async with session.request(method, url, headers=headers, data=data or None) as response:
            return response.status, await response.json()


async def app_of(house: House, handle: str, office: Office = Office.STEWARD) -> App:
    us = await house.actor(handle)
    member = await house.member(f"{office}@{house.host}", us, office)
    return App(house, await house.token(member, us))


@pytest.fixture
async def alpha(street: Street) -> House:
    """An instance with two organisations."""
    (house,) = await street.open("alpha")
    await house.organisation("coop")
    await house.organisation("rude")
    return house


async def flags(app: App, number: str) -> Mapping[str, Any]:
    status, [found] = await app.asks("GET", f"/api/v1/accounts/relationships?id[]={number}")
    assert status == 200
    return dict(found)


async def test_an_account_is_blocked_listed_and_unblocked(alpha: House) -> None:
    app, rude = await app_of(alpha, "coop"), str((await alpha.actor("rude")).id)
    status, body = await app.asks("POST", f"/api/v1/accounts/{rude}/block")
    assert (status, body["blocking"]) == (200, True)
    _, listed = await app.asks("GET", "/api/v1/blocks")
    assert [one["id"] for one in listed] == [rude]
    other = await app_of(alpha, "rude", Office.EDITOR)
    coop = str((await alpha.actor("coop")).id)
    assert (await flags(other, coop))["blocked_by"]
    assert (await other.asks("POST", f"/api/v1/accounts/{coop}/follow"))[0] == 403
    status, body = await app.asks("POST", f"/api/v1/accounts/{rude}/unblock")
    assert (status, body["blocking"]) == (200, False)


async def test_an_account_is_muted_with_or_without_its_notices(alpha: House) -> None:
    app, rude = await app_of(alpha, "coop"), str((await alpha.actor("rude")).id)
    _, body = await app.asks("POST", f"/api/v1/accounts/{rude}/mute", notifications="false")
    assert (body["muting"], body["muting_notifications"]) == (True, False)
    _, body = await app.asks("POST", f"/api/v1/accounts/{rude}/mute")
    assert (body["muting"], body["muting_notifications"]) == (True, True)
    _, listed = await app.asks("GET", "/api/v1/mutes")
    assert [one["id"] for one in listed] == [rude]
    _, body = await app.asks("POST", f"/api/v1/accounts/{rude}/unmute")
    assert not body["muting"]


async def test_a_host_is_blocked_for_one_organisation(alpha: House) -> None:
    app = await app_of(alpha, "coop")
    assert await app.asks("POST", "/api/v1/domain_blocks", domain="EVIL.test") == (200, {})
    assert await app.asks("GET", "/api/v1/domain_blocks") == (200, ["evil.test"])
    status, body = await app.asks("POST", "/api/v1/domain_blocks", domain="no host")
    assert (status, "site" in body["error"]) == (422, True)
    assert await app.asks("DELETE", "/api/v1/domain_blocks", domain="evil.test") == (200, {})
    assert await app.asks("GET", "/api/v1/domain_blocks") == (200, [])


async def test_a_reader_of_an_organisation_blocks_nobody(alpha: House) -> None:
    app, rude = await app_of(alpha, "coop", Office.READER), (await alpha.actor("rude")).id
    for path in (f"/api/v1/accounts/{rude}/block", f"/api/v1/accounts/{rude}/mute"):
        assert (await app.asks("POST", path))[0] == 403
    assert (await app.asks("POST", "/api/v1/domain_blocks", domain="evil.test"))[0] == 403
