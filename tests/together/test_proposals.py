"""Giving back: a change is offered over the wire, decided section by section, and credited.

The source is in France; a fork of it is in Italy, whose owner offers what she improved.
"""

import asyncio
from typing import Any

import pytest
from together.program import Program, a_program, as_body, must_fit
from together.street import Street

from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.verbs import forgetting
from actors.views import proposals

Json = dict[str, Any]


@pytest.fixture
async def programs(street: Street) -> tuple[Program, Program]:
    """A program in France acting for an organisation, and one in Italy."""
    france, italy = await street.open("france", "italy")
    return await a_program(france, "coop"), await a_program(italy, "officina")


async def _forked(street: Street, france: Program, italy: Program) -> tuple[Json, Json, Json]:
    """The source, its copy in Italy, and the fork: with another billing and other costs."""
    source = await france.publish()
    forked = await _post(
        italy, "/forks", {"source": source["iri"], "kind": "variant", "language": "fr"}
    )
    body = as_body(forked)
    body["sections"][0]["text"]["fr"] = "La donnée est facturée au mois.\n\nSans forfait."
    body["sections"][2]["text"]["fr"] = "Cinq cents abonnés suffisent."
    await _post(italy, f"/models/{forked['id']}/versions", body)
    await street.settle()
    (copy,) = [
        one
        for one in (await _get(italy, "/directory?q=operateur"))["items"]
        if one["iri"] == source["iri"]
    ]
    return source, copy, forked


async def _get(program: Program, path: str) -> Any:
    return (await program.get(path)).told(200)


async def _post(program: Program, path: str, body: Json, status: int = 201) -> Any:
    return (await program.post(path, body)).told(status)


async def _kinds(program: Program) -> list[str]:
    return [one["kind"] for one in (await _get(program, "/notices"))["items"]]


async def test_what_a_fork_improved_is_offered_asked_about_taken_in_part_and_credited(
    street: Street, programs: tuple[Program, Program]
) -> None:
    france, italy = programs
    source, copy, forked = await _forked(street, france, italy)
    street.mail.clear()

    offered = await _post(
        italy,
        f"/models/{copy['id']}/proposals",
        {
            "message": "Chez nous, cinq cents suffisent.",
            "language": "fr",
            "fork": forked["id"],
            "sections": ["billing", "costs"],
        },
    )
    must_fit(offered, "Proposal")
    assert offered["fork"] == f"{forked['iri']}/versions/2"
    await street.settle()
    assert street.mail[:2] == ["italy → france Create", "italy → france Offer"]

    # In France she is told once, and sees the three columns.
    assert (await _kinds(france))[0] == "proposal"
    assert "reply" not in await _kinds(france)
    (waiting,) = (await _get(france, "/proposals?state=open"))["items"]
    must_fit(waiting, "ShortProposal")
    assert (waiting["iri"], waiting["message"]) == (offered["iri"], offered["message"])
    seen = await _get(france, f"/proposals/{waiting['id']}")
    assert {one["key"]: (one["verdict"], one["core"]) for one in seen["columns"]} == {
        "billing": ("theirs", True),
        "costs": ("theirs", False),
    }

    # She asks back; the question is public, and so is the answer.
    asked = {"question": "Depuis quand ?"}
    await _post(france, f"/proposals/{waiting['id']}/ask", asked, 200)
    await street.settle()
    assert (await _kinds(italy))[0] == "proposal-asked"
    assert (await _get(italy, f"/proposals/{offered['id']}"))["answer"] == "Depuis quand ?"

    # Meanwhile the model moves on in a section that is offered, and elsewhere.
    body = as_body(await _get(france, f"/models/{source['id']}"))
    body["sections"][0]["text"]["fr"] = "La donnée est facturée.\n\nSans forfait ni engagement."
    await _post(france, f"/models/{source['id']}/versions", body)

    # She takes one and leaves the other out.
    accepted = await _post(
        france,
        f"/proposals/{waiting['id']}/accept",
        {"choices": {"costs": "ours"}, "message": "Merci !"},
        200,
    )
    assert (accepted["state"], accepted["keys"]) == ("accepted", ["billing"])
    now = await _get(france, f"/models/{source['id']}")
    assert now["version"]["number"] == 3
    texts = {one["key"]: one["text"]["fr"] for one in now["sections"]}
    assert texts["billing"] == "La donnée est facturée au mois.\n\nSans forfait ni engagement."
    assert texts["costs"] == "Mille abonnés."
    assert now["version"]["credits"] == [
        {"iri": offered["fork"], "by": italy.house.url("/actors/officina")}
    ]
    again = await france.post(f"/proposals/{waiting['id']}/accept", {})
    assert again.is_problem(409)

    # In Italy it is known which version it is in, and the copy there gives the credit too.
    await street.settle()
    theirs = await _get(italy, f"/proposals/{offered['id']}")
    assert (theirs["state"], theirs["result"]) == ("accepted", f"{source['iri']}/versions/3")
    assert (theirs["answer"], theirs["keys"]) == ("Merci !", ["billing"])
    assert (await _kinds(italy))[:2] in (
        ["proposal-accepted", "upstream"],
        ["upstream", "proposal-accepted"],
    )
    mirrored = await _get(italy, f"/models/{copy['id']}")
    assert mirrored["version"]["credits"] == now["version"]["credits"]
    assert (await italy.delete(f"/proposals/{offered['id']}")).is_problem(409)
    assert street.refusals() == []

    # What was core there is the core of the source now: once taken, it is a replication again.
    assert (await _get(italy, f"/models/{forked['id']}"))["relation"] == "inspired-by"
    await _post(italy, f"/models/{forked['id']}/merge", {"choices": {}})
    assert (await _get(italy, f"/models/{forked['id']}"))["relation"] == "replication-of"


async def test_between_neighbours_a_proposal_is_answered_once_and_a_large_one_arrives(
    street: Street, programs: tuple[Program, Program]
) -> None:
    france, italy = programs
    neighbour = await a_program(france.house, "voisine")
    source, copy, _ = await _forked(street, france, italy)
    where = f"/models/{source['id']}/proposals"
    one = {"message": "Moins cher.", "changes": [{"section": "costs", "text": "Cent."}]}
    offered = await _post(neighbour, where, one)
    await street.settle()
    assert (await _kinds(france))[0] == "proposal"
    path = f"/proposals/{offered['id']}"

    # Two who accept at the same moment make one version; who comes late is told so.
    answers = await asyncio.gather(*(france.post(f"{path}/accept", {}) for _ in range(2)))
    assert sorted(answer.status for answer in answers) == [200, 409]
    await street.settle()
    assert (await _kinds(neighbour))[0] == "proposal-accepted"
    now = await _get(france, f"/models/{source['id']}")
    assert (now["version"]["number"], now["sections"][2]["text"]["fr"]) == (2, "Cent.")
    assert (await neighbour.post(f"{path}/ask", {"question": "?"})).is_problem(403)
    assert (await italy.delete(path)).is_problem(404)

    # A large one is linked to, read at its own address, and can be declined with what conflicts.
    long = "Un mot après l'autre.\n\n" * 2_000
    changes = [
        {"section": "costs", "text": long, "reason": "Lesson", "note": "Vu"},
        {"section": "steps", "name": "Étapes", "text": "Un.", "role": "Steps"},
        {"section": "legal", "remove": True},
    ]
    large = await _post(
        italy, f"/models/{copy['id']}/proposals", {"message": "Tout.", "changes": changes}
    )
    await street.settle()
    (waiting,) = (await _get(france, "/proposals?state=open"))["items"]
    assert (waiting["iri"], waiting["sections"]) == (large["iri"], ["costs", "steps", "legal"])
    body = as_body(now)
    body["sections"][2]["text"]["fr"] = "Deux cents."
    await _post(france, f"/models/{source['id']}/versions", body)
    path = f"/proposals/{waiting['id']}"
    assert (await france.post(f"{path}/accept", {})).is_problem(409)
    declined = await _post(france, f"{path}/reject", {"reason": "Trop long."}, 200)
    assert (declined["state"], declined["keys"]) == ("rejected", ["costs"])
    await street.settle()
    told = await _get(italy, f"/proposals/{large['id']}")
    assert (told["answer"], told["keys"]) == ("Trop long.", ["costs"])
    assert told["currentVersion"] == f"{source['iri']}/versions/3"

    # Withdrawn, it is gone on both sides, with its Tombstone; so is the remark.
    (await italy.delete(f"/proposals/{large['id']}")).told(204)
    await street.settle()
    assert (await france.get(path)).is_problem(404)
    assert (await italy.get(f"/proposals/{large['id']}")).is_problem(410)
    assert (await _get(italy, "/proposals?side=sent"))["items"] == []
    assert [one["iri"] for one in (await _get(france, where))["items"]] == [offered["iri"]]

    # Who waits for an answer hears of it when the model is deleted.
    other = await _post(france, "/models", as_body(now) | {"name": "Un autre"})
    await street.settle()
    found = await italy.house.lookup.resolve(other["iri"])
    await _post(italy, f"/models/{found.id}/proposals", one)
    await street.settle()
    (await france.delete(f"/models/{other['id']}")).told(204)
    await street.settle()
    (left,) = (await _get(italy, "/proposals?side=sent"))["items"]
    assert left["state"] == "gone"

    # What is wrong with a body is said at its place; a model of one's own is not proposed to.
    for wrong, field in (
        ({"changes": []}, "message"),
        ({"message": " ", "changes": changes}, "message"),
        ({"message": "x", "sections": ["nothing"], "fork": "7"}, "fork"),
        ({"message": "x", "changes": []}, "changes"),
        ({"message": "x", "changes": [{"section": "X Y", "text": "…"}]}, "changes[0].key"),
        ({"message": "x" * 2_001, "changes": changes}, "message"),
    ):
        refused = await neighbour.post(where, wrong)
        assert refused.is_problem(422)
        assert field in refused.errors, (wrong, refused.errors)
    assert (await france.post(where, one)).is_problem(403)
    assert (await _get(france, "/proposal-policy"))["from"] == "everybody"
    assert (await france.call("PUT", "/proposal-policy", {"from": "nobody"})).is_problem(403)
    assert street.refusals() == []


async def test_what_waits_leaves_when_either_side_closes_and_says_so_when_the_owner_moves(
    street: Street, programs: tuple[Program, Program]
) -> None:
    france, italy = programs
    neighbour = await a_program(france.house, "voisine")
    source = await france.publish()
    found = await italy.house.lookup.resolve(source["iri"])
    assert isinstance(found, Model)
    one = {"message": "Moins cher.", "changes": [{"section": "costs", "text": "Cent."}]}
    where = f"/models/{source['id']}/proposals"
    kept = await _post(neighbour, where, one)
    (await _post(france, f"/proposals/{kept['id']}/accept", {}, 200))
    other = {"message": "Autre.", "changes": [{"section": "costs", "text": "Mille."}]}
    mine = await _post(neighbour, where, other)
    theirs = await _post(italy, f"/models/{found.id}/proposals", other)
    await street.settle()
    assert len((await _get(france, "/proposals?state=open"))["items"]) == 2

    # The owner moves: both sides are told that nobody answers there, until she is back.
    owner = france.house
    coop = await owner.actor("coop")
    async with owner.begin() as session:
        (await session.get_one(Actor, coop.id)).moved_to = "https://elsewhere.test/actors/coop"
    assert (await _get(france, "/proposals?state=open"))["items"] == []
    assert (await _get(neighbour, f"/proposals/{mine['id']}"))["state"] == "moved"
    async with owner.begin() as session:
        (await session.get_one(Actor, coop.id)).moved_to = None
    assert len((await _get(france, "/proposals?state=open"))["items"]) == 2

    # Who proposed closes, here and elsewhere: what nobody took in vanishes, with its notice.
    for house, name in ((france.house, "voisine"), (italy.house, "officina")):
        leaving = await house.actor(name)
        async with house.begin() as session:
            await forgetting.close_organisation(session, house.site, leaving)
    await street.settle()
    told = [one["iri"] for one in (await _get(france, "/proposals"))["items"]]
    assert told == [kept["iri"]]
    assert await _kinds(france) == []
    assert (await france.get(f"/proposals/{mine['id']}")).is_problem(410)
    assert (await _get(france, f"/models/{source['id']}"))["version"]["number"] == 2
    async with italy.house.read() as session:
        assert await proposals.open_about(session, found) == 0
        item = await proposals.by_iri(session, theirs["iri"])
    assert item is not None
    assert item.proposal.state == "withdrawn"
    assert street.refusals() == []
