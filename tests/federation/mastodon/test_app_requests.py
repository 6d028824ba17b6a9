"""Follow requests, as an app answers them."""

from typing import Any

from together.street import House, Street

from actors.verbs import enrolling


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
    assert (status, body["requested_by"]) == (200, True)  # until their side has heard of it
    await street.settle()
    status, body = await asks(alpha, token, "POST", f"{two}/reject")
    assert (status, body["requested_by"], body["followed_by"]) == (200, False, False)
    assert (await asks(alpha, token, "POST", f"{two}/authorize"))[0] == 404
    remove = f"/api/v1/accounts/{fans[0].id}/remove_from_followers"
    for _ in range(2):
        status, body = await asks(alpha, token, "POST", remove)
        assert (status, body["followed_by"]) == (200, False)
