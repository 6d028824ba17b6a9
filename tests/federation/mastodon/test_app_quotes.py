"""Apps quote, see quotes, and take consent back."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from together.stranger import AS2, Stranger, moved_in
from together.street import House, Street

from actors.tables.actor import Actor
from actors.tables.model import Model


@pytest.fixture
async def alpha(street: Street) -> House:
    (house,) = await street.open("alpha")
    return house


@pytest.fixture
async def coop(alpha: House) -> Actor:
    return await alpha.organisation("coop")


@pytest.fixture
async def model(alpha: House, coop: Actor) -> Model:
    return await alpha.publish(coop)


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street) as stranger:
        yield stranger


async def _app(house: House, who: Actor) -> dict[str, str]:
    member = await house.member(f"{who.handle}@example.org", who)
    return {"Authorization": f"Bearer {await house.token(member, who)}"}


async def _call(
    house: House, app: dict[str, str], method: str, path: str, **body: Any
) -> tuple[int, Any]:
    session: aiohttp.ClientSession = house.street.session
    url = house.url(f"/api/v1/{path}")
    async with session.request(method, url, headers=app, data=body or None) as answer:
        return answer.status, await answer.json()


async def test_an_app_quotes_a_model_of_its_own_instance(
    street: Street, alpha: House, coop: Actor, model: Model
) -> None:
    other = await alpha.organisation("other")
    app = await _app(alpha, other)
    status, said = await _call(
        alpha, app, "POST", "statuses", status="À lire", quoted_status_id=str(model.id)
    )
    assert status == 200
    assert said["quote"]["state"] == "accepted"
    assert said["quote"]["quoted_status"]["id"] == str(model.id)
    assert said["quote"]["quoted_status"]["quote"] is None
    assert said["quote_approval"] == {
        "automatic": ["public"],
        "manual": [],
        "current_user": "automatic",
    }
    owner = await _app(alpha, coop)
    _, notes = await _call(alpha, owner, "GET", "notifications")
    assert [(one["type"], one["status"]["id"]) for one in notes] == [("quote", said["id"])]
    _, quoting = await _call(alpha, owner, "GET", f"statuses/{model.id}/quotes")
    assert [one["id"] for one in quoting] == [said["id"]]
    _, quoted = await _call(alpha, owner, "GET", f"statuses/{model.id}")
    assert quoted["quotes_count"] == 1

    assert (await _call(alpha, app, "GET", f"statuses/{model.id}/quotes"))[0] == 403
    path = f"statuses/{model.id}/quotes/{said['id']}/revoke"
    assert (await _call(alpha, app, "POST", path))[0] == 403
    status, after = await _call(alpha, owner, "POST", path)
    assert (status, after["quote"]) == (200, {"state": "revoked", "quoted_status": None})
    assert (await _call(alpha, owner, "POST", path))[0] == 404
    _, quoting = await _call(alpha, owner, "GET", f"statuses/{model.id}/quotes")
    assert quoting == []


async def test_an_edited_quote_goes_on_quoting(
    street: Street, alpha: House, coop: Actor, model: Model
) -> None:
    other = await alpha.organisation("other")
    app = await _app(alpha, other)
    _, said = await _call(
        alpha, app, "POST", "statuses", status="À lire", quoted_status_id=str(model.id)
    )
    street.clock.turn(minutes=1)
    status, now = await _call(alpha, app, "PUT", f"statuses/{said['id']}", status="À relire")
    assert status == 200
    assert now["quote"]["state"] == "accepted"
    assert now["content"].startswith('<p class="quote-inline">')
    assert "À relire" in now["content"]
    headers = {"Accept": "application/activity+json"}
    async with street.session.get(said["uri"], headers=headers) as answer:
        document = await answer.json(content_type=None)
    assert document["quote"] == model.iri
    assert document["quoteAuthorization"].startswith(f"{alpha.origin}/stamps/")
    assert "interactionPolicy" in document


async def test_who_may_quote_is_chosen_with_the_status(
    street: Street, alpha: House, coop: Actor
) -> None:
    app, other = await _app(alpha, coop), await alpha.organisation("other")
    _, said = await _call(
        alpha, app, "POST", "statuses", status="Pour nous", quote_approval_policy="nobody"
    )
    assert said["quote_approval"]["automatic"] == []
    theirs = await _app(alpha, other)
    _, seen = await _call(alpha, theirs, "GET", f"statuses/{said['id']}")
    assert seen["quote_approval"]["current_user"] == "denied"
    status, refused = await _call(
        alpha, theirs, "POST", "statuses", status="Quand même", quoted_status_id=said["id"]
    )
    assert (status, refused["error"]) == (422, "Its author does not want it to be quoted.")
    odd = {"status": "x", "quote_approval_policy": "friends"}
    assert (await _call(alpha, app, "POST", "statuses", **odd))[0] == 422
    missing = {"status": "x", "quoted_status_id": "1"}
    assert (await _call(alpha, app, "POST", "statuses", **missing))[0] == 404


async def test_a_quote_of_somebody_elsewhere_waits_for_consent(
    street: Street, alpha: House, coop: Actor, mallory: Stranger
) -> None:
    policy = {"canQuote": {"manualApproval": [f"{AS2}#Public"]}}
    theirs = await alpha.lookup.resolve(mallory.note(interactionPolicy=policy)["id"])
    app = await _app(alpha, coop)
    _, seen = await _call(alpha, app, "GET", f"statuses/{theirs.id}")
    assert seen["quote_approval"]["current_user"] == "manual"
    _, said = await _call(
        alpha, app, "POST", "statuses", status="Bien dit", quoted_status_id=str(theirs.id)
    )
    assert said["quote"] == {"state": "pending", "quoted_status": None}
