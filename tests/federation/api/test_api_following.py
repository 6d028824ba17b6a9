"""Follows, notices, the directory and whoami by API."""

import pytest
from together.program import Program, a_program, must_fit
from together.street import Street


@pytest.fixture
async def both(street: Street) -> tuple[Program, Program]:
    """Two organisations on two instances."""
    alpha, beta = await street.open("alpha", "beta")
    return await a_program(alpha, "coop"), await a_program(beta, "amici")


async def test_a_follow_is_asked_accepted_listed_and_ended(both: tuple[Program, Program]) -> None:
    them, us = both
    asked = await us.post("/follows", {"handle": "@coop@alpha.test"})
    assert asked.status == 201
    must_fit(asked.value, "Follow")
    assert (asked.value["handle"], asked.value["state"]) == ("coop@alpha.test", "pending")

    await us.house.street.settle()
    listed = (await us.get("/follows")).value
    must_fit(listed, "Follows")
    assert [one["state"] for one in listed["items"]] == ["accepted"]
    assert [one["kind"] for one in (await them.get("/notices")).value["items"]] == ["follow"]

    path = f"/follows/{asked.value['id']}"
    assert (await them.delete(path)).is_problem(404)
    assert (await us.delete(path)).status == 204
    assert (await us.get("/follows")).value["items"] == []
    assert (await us.delete(path)).is_problem(404)


async def test_what_the_followed_publishes_arrives(both: tuple[Program, Program]) -> None:
    them, us = both
    await us.post("/follows", {"handle": "coop@alpha.test"})
    await us.house.street.settle()
    model = await them.publish(territory=["http://data.europa.eu/nuts/code/FR10"])
    await us.house.street.settle()

    (found,) = (await us.get("/directory?q=operateur&language=en&territory=FR")).value["items"]

    assert found["iri"] == model["iri"]
    read = (await us.get(f"/models/{found['id']}")).value
    must_fit(read, "Model")
    assert read["version"]["digest"] == model["version"]["digest"]
    assert (await us.delete(f"/models/{found['id']}")).is_problem(403)


@pytest.mark.parametrize("handle", ["nobody", "a@b@c d", "@"])
async def test_what_is_no_handle_is_refused(coop: Program, handle: str) -> None:
    reply = await coop.post("/follows", {"handle": handle})
    assert reply.is_problem(422)
    assert list(reply.errors) == ["handle"]


async def test_nobody_behind_a_handle_is_not_found(both: tuple[Program, Program]) -> None:
    _, us = both
    assert (await us.post("/follows", {"handle": "nobody@alpha.test"})).status in (404, 422)
    assert (await us.get("/follows")).value["items"] == []


async def test_following_needs_its_scope(coop: Program) -> None:
    reader = await a_program(coop.house, "lecteurs", scopes="read")
    assert (await reader.post("/follows", {"handle": "coop@alpha.test"})).is_problem(403)
    follower = await a_program(coop.house, "suiveurs", scopes="follow")
    assert (await follower.post("/follows", {"handle": "coop@alpha.test"})).status == 201
    assert (await follower.post("/models", {})).status in (403, 422)


async def test_notices_can_be_read_and_marked(both: tuple[Program, Program]) -> None:
    them, us = both
    await us.post("/follows", {"handle": "coop@alpha.test"})
    await us.house.street.settle()
    (notice,) = (await them.get("/notices")).value["items"]
    must_fit(notice, "Notice")
    assert (notice["from"]["handle"], notice["read"]) == ("amici@beta.test", False)

    assert (await them.post("/notices/read", {"upTo": notice["id"]})).status == 204

    assert (await them.get("/notices")).value["items"][0]["read"] is True
    wrong = await them.post("/notices/read", {"upTo": "the last one"})
    assert wrong.is_problem(422)
    assert list(wrong.errors) == ["upTo"]


async def test_the_directory_is_open_and_comes_in_parts(coop: Program, stranger: Program) -> None:
    for title in ("Un atelier", "Deux ateliers", "Trois ateliers"):
        await coop.publish(name=title, family="hosting")
    await coop.publish(name="Une laverie", family="commons")

    first = (await stranger.get("/directory?q=ATELIER&family=hosting&limit=2")).value
    must_fit(first, "Directory")
    rest = (await stranger.get(first["next"])).value

    names = [one["name"] for one in first["items"] + rest["items"]]
    assert names == ["Trois ateliers", "Deux ateliers", "Un atelier"]
    assert rest["next"] is None
    assert (await stranger.get("/directory?language=it")).value["items"] == []


async def test_wrong_arguments_are_named_together(stranger: Program) -> None:
    reply = await stranger.get("/directory?limit=81&max_id=last")
    assert reply.is_problem(422)
    assert set(reply.errors) == {"limit", "max_id"}


async def test_a_token_knows_who_it_acts_for(coop: Program, stranger: Program) -> None:
    reply = await coop.get("/whoami")
    must_fit(reply.value, "Myself")
    assert reply.value["organisation"]["handle"] == "coop@alpha.test"
    assert (reply.value["office"], reply.value["isNetwork"]) == ("editor", False)
    assert reply.value["scopes"] == ["follow", "read", "write"]
    assert (await stranger.get("/whoami")).is_problem(401)
