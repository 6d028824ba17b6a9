"""Reports, as an app makes them, and as the other site hears them."""

from typing import Any

import pytest
from together.stranger import moved_in
from together.street import House, Street

from activitypub.addressing import Visibility
from actors.tables.remark import Remark
from actors.verbs import remarking
from actors.views import reports
from actors.views.paging import Page


async def asks(house: House, **data: Any) -> tuple[int, Any]:
    us = await house.actor("coop")
    member = await house.member("anna@example.org", us)
    headers = {"Authorization": f"Bearer {await house.token(member, us)}"}
    url = house.url("/api/v1/reports")
    async with house.street.session.post(url, headers=headers, json=data) as response:
        return response.status, await response.json()


@pytest.fixture
async def alpha(street: Street) -> House:
    """An instance with two organisations."""
    (house,) = await street.open("alpha")
    await house.organisation("coop")
    await house.organisation("rude")
    return house


async def test_a_post_elsewhere_is_reported_and_its_site_told_without_names(
    street: Street, alpha: House
) -> None:
    async with moved_in(street, "rude.test") as rude:
        note = await alpha.lookup.resolve(rude.note()["id"])
        assert isinstance(note, Remark)
        given = {"account_id": str(note.actor_id), "status_ids": [str(note.id)], "forward": True}
        status, made = await asks(alpha, **given, comment="Du spam", category="spam")
        await street.settle()
        [told] = rude.told
    assert (status, made["forwarded"], made["category"]) == (200, True, "spam")
    assert (made["action_taken"], made["status_ids"]) == (False, [str(note.id)])
    assert made["target_account"]["id"] == str(note.actor_id)
    assert (told["type"], told["actor"]) == ("Flag", alpha.url("/actor"))
    assert (told["object"], told["content"]) == ([rude.iri, note.iri], "Du spam")
    assert "coop" not in str(told)


async def test_what_one_may_not_see_cannot_be_reported(alpha: House) -> None:
    rude = await alpha.actor("rude")
    async with alpha.begin() as session:
        secret = await remarking.remark(
            session, alpha.site, rude, text="Entre nous", visible=Visibility.DIRECT
        )
    status, _ = await asks(alpha, account_id=str(rude.id), status_ids=[str(secret.id)])
    assert status == 404
    async with alpha.read() as session:
        assert await reports.of(session, Page()) == []


async def test_a_flag_of_another_site_reaches_the_stewards(street: Street, alpha: House) -> None:
    coop = await alpha.actor("coop")
    async with moved_in(street, "judge.test") as judge:
        flag = judge.activity("Flag", [coop.iri], content="<b>Du</b> bruit")
        answer = await judge.send(alpha, flag)
        forged = flag | {"id": f"{judge.origin}/flags/2", "actor": "https://else.test/actor"}
        refused = await judge.send(alpha, forged)
        many = judge.activity("Flag", [f"{coop.iri}/{number}" for number in range(5_000)])
        too_many = await judge.send(alpha, many)
        await street.settle()
    assert (answer.status, refused.status, too_many.status) == (202, 401, 413)
    async with alpha.read() as session:
        [found] = await reports.of(session, Page())
    assert (found.report.comment, found.report.times) == ("<b>Du</b> bruit", 1)
