"""Commons by API: opened by the network, read by everybody, tended, and models put into them."""

import pytest
from together.program import Program, a_model, a_program, must_fit
from together.street import Street

from actors.rules.permissions import Office

COMMONS = {
    "handle": "repair",
    "language": "en",
    "name": {"en": "Repair cafés", "fr": "Ateliers"},
    "summary": "Mending together.",
    "rules": "Say where.",
    "family": "hardware",
    "posting": "members",
}


@pytest.fixture
async def network(street: Street) -> Program:
    """A program of the network's steward."""
    (alpha,) = await street.open("alpha")
    member = await alpha.member("nora@example.org", alpha.network, Office.STEWARD)
    return Program(alpha, alpha.network, await alpha.token(member, alpha.network))


async def test_a_commons_is_opened_read_and_described_anew(network: Program) -> None:
    opened = (await network.post("/commons", COMMONS)).told(201)
    must_fit(opened, "Commons")
    assert (opened["handle"], opened["name"]) == ("repair@alpha.test", "Repair cafés")
    assert [one["handle"] for one in opened["moderators"]] == ["network@alpha.test"]
    assert (await network.post("/commons", COMMONS)).is_problem(409)

    changed = {key: COMMONS[key] for key in COMMONS if key != "handle"} | {
        "posting": "everybody",
        "approvesMembers": True,
    }
    told = (await network.call("PUT", "/commons/repair", changed)).told(200)
    assert (told["posting"], told["approvesMembers"]) == ("everybody", True)
    stranger = Program(network.house, network.actor, None)
    must_fit((await stranger.get("/commons")).told(200), "CommonsList")
    must_fit((await stranger.get("/commons/repair")).told(200), "CommonsInFull")
    assert (await stranger.get("/commons/network")).is_problem(404)


async def test_only_stewards_of_the_network_open_one_and_faults_are_named(
    network: Program,
) -> None:
    coop = await a_program(network.house, "coop")
    assert (await coop.post("/commons", COMMONS)).is_problem(403)
    reply = await network.post("/commons", COMMONS | {"name": {"fr": "Ateliers"}})
    assert reply.is_problem(422)
    assert "name" in reply.errors
    reply = await network.post("/commons", COMMONS | {"family": "ess:family-x y"})
    assert "family" in reply.errors


async def test_a_model_is_put_into_a_commons_pinned_and_taken_out(
    street: Street, network: Program
) -> None:
    (await network.post("/commons", COMMONS | {"posting": "everybody"})).told(201)
    coop = await a_program(network.house, "coop")
    reply = await coop.post("/models", a_model(commons="repair@alpha.test"))
    model = reply.told(201)
    assert model["commons"] == "https://alpha.test/actors/repair"
    await street.settle()

    path = f"/models/{model['id']}/commons"
    assert (await coop.call("PUT", path, {"commons": "repair@alpha.test"})).is_problem(409)
    assert (await coop.call("PUT", path, {"commons": "coop@alpha.test"})).is_problem(422)
    assert (await coop.call("PUT", path, {"commons": "no handle"})).is_problem(422)

    tending = "/commons/repair/tending"
    assert (await coop.post(tending, {"do": "pin", "iri": model["iri"]})).is_problem(403)
    (await network.post(tending, {"do": "pin", "iri": model["iri"]})).told(204)
    [entry] = (await network.get("/commons/repair")).told(200)["entries"]
    assert (entry["name"], entry["pinned"]) == ("Opérateur coopératif", True)
    async with street.session.get("https://alpha.test/actors/repair/featured") as answer:
        assert model["iri"] in await answer.text()

    removal = {"do": "remove", "iri": model["iri"], "reason": "It is about telephones."}
    (await network.post(tending, removal)).told(204)
    assert (await network.post(tending, removal)).is_problem(404)
    assert (await network.post(tending, {"do": "exclude"})).is_problem(422)
    excluded = {"do": "exclude", "handle": "coop@alpha.test", "reason": "Telephones again."}
    (await network.post(tending, excluded)).told(204)
    (await coop.call("PUT", path, {"commons": ""})).told(200)
    await street.settle()
    assert (await network.get("/commons/repair")).told(200)["entries"] == []
    assert street.refusals() == []
