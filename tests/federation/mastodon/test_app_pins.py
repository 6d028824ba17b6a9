"""Pins, as an app asks for them."""

from together.street import Street


async def test_a_status_is_pinned_shown_on_the_profile_and_unpinned(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    token = await alpha.token(await alpha.member("anna@example.org", coop), coop)
    model = await alpha.publish(coop)
    headers = {"Authorization": f"Bearer {token}"}

    async def asks(method: str, path: str) -> tuple[int, object]:
        url = alpha.url(path)
        async with street.session.request(method, url, headers=headers) as response:
            return response.status, await response.json()

    path, shown = f"/api/v1/statuses/{model.id}", f"/api/v1/accounts/{coop.id}/statuses"
    status, pinned = await asks("POST", f"{path}/pin")
    assert status == 200
    assert isinstance(pinned, dict)
    assert pinned["pinned"] is True
    _, listed = await asks("GET", f"{shown}?pinned=true")
    assert isinstance(listed, list)
    assert [one["id"] for one in listed] == [str(model.id)]
    _, unpinned = await asks("POST", f"{path}/unpin")
    assert isinstance(unpinned, dict)
    assert unpinned["pinned"] is False
    assert await asks("GET", f"{shown}?pinned=true") == (200, [])
