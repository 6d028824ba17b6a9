"""Polls: asked in an app, answered here and elsewhere, each voter counted once."""

from typing import Any

from together.app import Reader, reader
from together.stranger import AS2, Stranger
from together.street import House, Street


async def posts(who: Reader, path: str, body: Any) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {who.token}"}
    url = who.house.url(path)
    async with who.house.street.session.post(url, json=body, headers=headers) as response:
        return response.status, await response.json()


def asked(**more: Any) -> dict[str, Any]:
    options = ["Lundi", "Mardi", "<b>Jeudi</b>"]
    return {"status": "Quel jour ?", "poll": {"options": options, "expires_in": 3600} | more}


def numbers(poll: Any) -> list[int]:
    return [one["votes_count"] for one in poll["options"]]


async def test_a_poll_is_asked_answered_from_here_and_there_and_ends(street: Street) -> None:
    alpha, beta = await street.open("alpha", "beta")
    coop, ruche = await reader(alpha, "coop"), await reader(alpha, "ruche")
    far = await reader(beta, "far")
    await beta.follow(far.us, "@coop@alpha.test")
    await street.settle()
    status, said = await posts(coop, "/api/v1/statuses", asked())
    assert status == 200, said
    poll = said["poll"]
    assert [one["title"] for one in poll["options"]] == ["Lundi", "Mardi", "<b>Jeudi</b>"]
    assert (poll["voted"], poll["own_votes"], poll["multiple"], poll["expired"]) == (
        True,
        [],
        False,
        False,
    )
    votes = f"/api/v1/polls/{said['id']}/votes"
    wrong: tuple[list[Any], ...] = ([], [3], [0, 1], ["x"], [-1])
    for choices in wrong:
        assert (await posts(ruche, votes, {"choices": choices}))[0] == 422, choices
    assert (await posts(coop, votes, {"choices": [0]}))[0] == 422
    status, voted = await posts(ruche, votes, {"choices": [1]})
    assert (status, numbers(voted), voted["own_votes"]) == (200, [0, 1, 0], [1])
    assert (await posts(ruche, votes, {"choices": [0]}))[0] == 422
    await street.settle()

    # Elsewhere: the vote goes to who asked, and newer numbers come back after a while.
    (there,) = await far.gets("/api/v1/timelines/home")
    assert (there["poll"]["voted"], numbers(there["poll"])) == (False, [0, 0, 0])
    status, voted = await posts(far, f"/api/v1/polls/{there['id']}/votes", {"choices": [2]})
    assert (status, numbers(voted), voted["voted"]) == (200, [0, 0, 1], True)
    await street.settle()
    assert numbers(await coop.gets(f"/api/v1/polls/{said['id']}")) == [0, 1, 1]
    street.clock.turn(minutes=4)
    await street.settle()
    (there,) = await far.gets("/api/v1/timelines/home")
    assert (numbers(there["poll"]), there["poll"]["voters_count"]) == ([0, 1, 1], 2)
    assert there["edited_at"] is None

    # It ends: whoever had to do with it is told, once, and nobody votes any more.
    street.clock.turn(hours=1)
    await street.settle()
    assert (await posts(ruche, votes, {"choices": [0]}))[0] == 422
    for each in (coop, ruche, far):
        ended = await each.gets("/api/v1/notifications?types[]=poll")
        assert [one["status"]["poll"]["expired"] for one in ended] == [True]
    (there,) = await far.gets("/api/v1/timelines/home")
    assert there["poll"]["expired"] is True

    # Several answers, and polls that nobody could answer.
    _, several = await posts(coop, "/api/v1/statuses", asked(multiple=True))
    again = f"/api/v1/polls/{several['id']}/votes"
    _, voted = await posts(ruche, again, {"choices": [0, 2, 2]})
    assert (numbers(voted), voted["voters_count"], voted["own_votes"]) == ([1, 0, 1], 1, [0, 2])
    unanswerable: tuple[dict[str, Any], ...] = (
        {"options": ["une"]},
        {"options": ["a", "b", "c", "d", "e"]},
        {"options": ["a", "a"]},
        {"options": ["a", "b" * 51]},
        {"expires_in": 10},
        {"expires_in": 10**8},
        {"hide_totals": True},
    )
    for bad in unanswerable:
        assert (await posts(coop, "/api/v1/statuses", asked(**bad)))[0] == 422, bad
    changed = {"status": "Quel mois ?", "poll": {"options": ["Mai", "Juin"], "expires_in": 3600}}
    headers = {"Authorization": f"Bearer {coop.token}"}
    url = alpha.url(f"/api/v1/statuses/{several['id']}")
    async with street.session.put(url, json=changed, headers=headers) as response:
        assert response.status == 422
    async with street.session.put(url, json={"status": "Alors ?"}, headers=headers) as response:
        assert numbers((await response.json())["poll"]) == [1, 0, 1]


async def test_a_stranger_is_counted_once(alpha: House, mallory: Stranger) -> None:
    coop = await reader(alpha, "conseil")
    _, said = await posts(coop, "/api/v1/statuses", asked())
    iri = said["uri"]

    def vote(number: int, name: str, **more: Any) -> dict[str, Any]:
        note = {
            "id": f"{mallory.iri}#votes/{number}",
            "type": "Note",
            "name": name,
            "attributedTo": mallory.iri,
            "inReplyTo": iri,
            "to": coop.us.iri,
        }
        return {"@context": AS2, **mallory.activity("Create", note | more)}

    async def counted() -> list[int]:
        await alpha.street.settle()
        return numbers(await coop.gets(f"/api/v1/polls/{said['id']}"))

    await mallory.send(alpha, vote(1, "Vendredi"))
    await mallory.send(alpha, vote(2, "Lundi", attributedTo="https://evil.test/users/other"))
    assert await counted() == [0, 0, 0]
    await mallory.send(alpha, vote(3, "Lundi"))
    await mallory.send(alpha, vote(3, "Lundi"))
    await mallory.send(alpha, vote(4, "Mardi"))
    assert await counted() == [1, 0, 0]
    assert await coop.gets("/api/v1/notifications") == []
    _, later = await posts(coop, "/api/v1/statuses", asked(expires_in=300))
    alpha.street.clock.turn(minutes=6)
    iri = later["uri"]
    await mallory.send(alpha, vote(5, "Lundi"))
    await alpha.street.settle()
    assert numbers(await coop.gets(f"/api/v1/polls/{later['id']}")) == [0, 0, 0]
