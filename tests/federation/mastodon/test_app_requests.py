"""Follow requests, as an app answers them."""

from typing import Any

from together.street import House, Street

from actors.verbs import enrolling
from actors.views import profiles


async def asks(house: House, token: str, method: str, path: str) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    async with house.street.session.request(method, house.url(path), headers=headers) as response:
        return response.status, await response.json()


async def test_requests_are_listed_authorized_and_rejected(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    token = await alpha.token(await alpha.member("anna@example.org", coop), coop)
    async with alpha.begin() as session:
        await enrolling.set_approval(session, alpha.site, coop, by_hand=True)
    fans = [await alpha.organisation(name) for name in ("one", "two")]
    for fan in fans:
        await alpha.follow(fan, "@coop@alpha.test")
    await street.settle()
    _, waiting = await asks(alpha, token, "GET", "/api/v1/follow_requests")
    assert [one["username"] for one in waiting] == ["two", "one"]
    _, told = await asks(alpha, token, "GET", "/api/v1/notifications")
    assert {one["type"] for one in told} == {"follow_request"}
    one, two = (f"/api/v1/follow_requests/{fan.id}" for fan in fans)
    status, body = await asks(alpha, token, "POST", f"{one}/authorize")
    # At once, whenever their side hears of it: Phanpy takes anything else for a failure.
    assert (status, body["requested_by"], body["followed_by"]) == (200, False, True)
    await street.settle()
    status, body = await asks(alpha, token, "POST", f"{two}/reject")
    assert (status, body["requested_by"], body["followed_by"]) == (200, False, False)
    assert (await asks(alpha, token, "POST", f"{two}/authorize"))[0] == 404
    remove = f"/api/v1/accounts/{fans[0].id}/remove_from_followers"
    for _ in range(2):
        status, body = await asks(alpha, token, "POST", remove)
        assert (status, body["followed_by"]) == (200, False)


async def test_who_asks_is_told_at_once_whether_somebody_has_to_say_yes(street: Street) -> None:
    """An app that hears of a request offers to withdraw it, and never looks again."""
    alpha, beta = await street.open("alpha", "beta")
    coop = await alpha.organisation("coop")
    token = await alpha.token(await alpha.member("anna@example.org", coop), coop)
    neighbour, far = await alpha.organisation("ruche"), await beta.organisation("pre")
    await alpha.lookup.resolve(f"@{far.handle}@{beta.host}")
    closed = await alpha.organisation("club")
    async with alpha.begin() as session:
        await enrolling.set_approval(session, alpha.site, closed, by_hand=True)
    async with alpha.read() as session:
        known = [await profiles.by_iri(session, one.iri) for one in (neighbour, far, closed)]
    told: list[tuple[bool, bool]] = []
    for one in known:
        assert one is not None
        _, body = await asks(alpha, token, "POST", f"/api/v1/accounts/{one.id}/follow")
        told.append((body["following"], body["requested"]))
    assert told == [(True, False), (True, False), (False, True)]
    await street.settle()
    query = "&".join(f"id[]={one.id}" for one in known if one is not None)
    _, stand = await asks(alpha, token, "GET", f"/api/v1/accounts/relationships?{query}")
    assert [(one["following"], one["requested"]) for one in stand] == told
