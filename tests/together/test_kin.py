"""A lineage over four instances: walked, merged across hops, and kept when its sources go.

Lille publishes; Liège adapts that; Bologna and Porto adapt Liège's.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from together.program import Program, a_program, as_body, must_fit
from together.street import House, Street

from activitypub.canonical_json import parse
from actors.tables.actor import Actor
from actors.verbs import forgetting
from actors.views import history

Json = dict[str, Any]


class Town:
    """An instance, a program of its cooperative, and the one model it has."""

    def __init__(self, house: House, program: Program) -> None:
        self.house, self.program, self.model = house, program, dict[str, Any]()

    @property
    def iri(self) -> str:
        return str(self.model["iri"])

    @property
    def path(self) -> str:
        return f"/models/{self.model['id']}"

    async def publish(self) -> None:
        self.model = await self.program.publish()

    async def fork(self, source: "Town") -> None:
        body = {"source": source.iri, "kind": "variant", "language": "fr"}
        self.model = (await self.program.post("/forks", body)).told(201)

    async def say(self, section: str, text: str, **more: object) -> None:
        """Publish a version in which this section says this in French."""
        now = as_body((await self.program.get(self.path)).told(200))
        (part,) = (one for one in now["sections"] if one["key"] == section)
        part["text"] = {**part["text"], "fr": text}
        (await self.program.post(f"{self.path}/versions", now | more)).told(201)

    async def text(self, section: str) -> str:
        now = (await self.program.get(self.path)).told(200)
        (part,) = (one for one in now["sections"] if one["key"] == section)
        return str(part["text"]["fr"])

    async def ask(self, what: str, schema: str) -> Json:
        answer: Json = (await self.program.get(f"{self.path}/{what}")).told(200)
        must_fit(answer, schema)
        return answer

    async def verdicts(self, taken_from: "Town | None" = None) -> Json:
        query = f"upstream?from={taken_from.iri}" if taken_from else "upstream"
        rows = (await self.ask(query, "Comparison"))["sections"]
        return {one["key"]: one["verdict"] for one in rows}

    async def merge(self, choices: Mapping[str, str], taken_from: "Town | None" = None) -> Json:
        body: Json = {"choices": dict(choices)}
        body |= {"from": taken_from.iri} if taken_from else {}
        merged: Json = (await self.program.post(f"{self.path}/merge", body)).told(201)
        return merged

    async def look(self, street: Street) -> dict[str, Json]:
        """Walk the lineage anew, and tell it by host."""
        street.clock.turn(minutes=20)
        asked = (await self.program.post(f"{self.path}/lineage", {})).told(202)
        assert asked["walking"]
        await street.settle()
        found = await self.ask("lineage", "Lineage")
        assert not found["walking"]
        return {one["host"].removesuffix(".test"): one for one in found["models"]}


@pytest.fixture
async def towns(street: Street) -> list[Town]:
    houses = await street.open("lille", "liege", "bologna", "porto")
    lille, liege, bologna, porto = [Town(one, await a_program(one, "coop")) for one in houses]
    await lille.publish()
    await liege.fork(lille)
    await street.settle()
    await bologna.fork(liege)
    await porto.fork(liege)
    await street.settle()
    return [lille, liege, bologna, porto]


async def test_a_lineage_is_walked_merged_across_hops_and_outlives_its_sources(
    street: Street, towns: list[Town]
) -> None:
    lille, liege, bologna, porto = towns

    # Bologna knows only what it was made from; a walk finds the rest, and what each side says.
    before = await bologna.ask("lineage", "Lineage")
    assert before["knownAt"] is None
    assert {one["host"] for one in before["models"]} == {"bologna.test", "liege.test", "lille.test"}
    seen = await bologna.look(street)
    assert {
        host: (one["generation"], one["standing"], one["tie"]) for host, one in seen.items()
    } == {
        "lille": (0, "seen", None),
        "liege": (1, "seen", "confirmed"),
        "bologna": (2, "ours", "confirmed"),
        "porto": (2, "seen", "confirmed"),
    }

    # Porto changes the costs and says why: Bologna sees it, and takes it with its reason.
    cost = {"section": "costs", "nature": "Substituted", "reason": "Cost", "note": "Trop cher."}
    await porto.say("costs", "Cinq cents abonnés.", modifications=[cost])
    await bologna.look(street)
    (varied,) = (await bologna.ask("siblings", "Siblings"))["sections"]["costs"]
    assert (varied["by"], varied["now"]["fr"]) == (porto.iri, "Cinq cents abonnés.")
    assert [one["reason"] for one in varied["reasons"]] == ["Cost"]
    assert await bologna.verdicts(porto) == {"billing": "same", "legal": "same", "costs": "theirs"}
    # What is decided beside Porto is kept apart from what is decided beside the source.
    where, beside = f"{bologna.path}/choices", {"from": porto.iri}
    decided = {"choices": {"costs": "ours"}, **beside}
    kept = (await bologna.program.post(where, decided)).told(200)
    must_fit(kept, "Choices")
    assert (kept["from"], [one["key"] for one in kept["choices"]]) == (porto.iri, ["costs"])
    assert (await bologna.program.get(where)).told(200) == {"from": liege.iri, "choices": []}
    result = await bologna.program.post(f"{bologna.path}/merge/preview", {"choices": {}, **beside})
    assert (result.told(200)["relation"], result.value["brokenCore"]) == ("replication-of", [])
    (await bologna.program.delete(f"{where}?from={porto.iri}")).told(204)
    assert (await bologna.program.get(f"{where}?from={porto.iri}")).told(200)["choices"] == []
    unknown = await bologna.program.get(f"{where}?from=https://nobody.test/m/1")
    assert unknown.is_problem(404)
    merged = await bologna.merge({}, porto)
    assert merged["version"]["parents"] == [f"{bologna.iri}/versions/1", f"{porto.iri}/versions/2"]
    assert [one["note"] for one in merged["version"]["modifications"]] == ["Trop cher."]
    assert merged["upstream"]["base"] == f"{liege.iri}/versions/1"
    assert set((await bologna.verdicts(porto)).values()) == {"same"}
    nothing = await bologna.program.post(
        f"{bologna.path}/merge", {"choices": {}, "from": porto.iri}
    )
    assert nothing.is_problem(404)

    # What was taken from whom travels with the version.
    await street.settle()
    async with liege.house.read() as session:
        version = await history.revision_by_iri(session, f"{bologna.iri}/versions/2")
    assert version is not None
    assert version.merged_iri == f"{porto.iri}/versions/2"
    derived = parse(version.document)["wasDerivedFrom"]
    assert isinstance(derived, list)
    assert [one["id"] for one in derived if isinstance(one, dict)] == [
        f"{liege.iri}/versions/1",
        f"{porto.iri}/versions/2",
    ]

    # Lille improves its core. Bologna takes that before Liège does, and goes on.
    await lille.say("billing", "La donnée est facturée à l'usage.\n\nSans forfait.")
    await bologna.look(street)
    assert (await bologna.verdicts(lille))["billing"] == "theirs"
    await bologna.merge({"billing": "theirs"}, lille)
    await bologna.say("billing", "La donnée est facturée à l'usage.\n\nSans forfait, toujours.")
    await street.settle()
    await liege.merge({"billing": "theirs"})
    await street.settle()
    assert await bologna.verdicts() == {"billing": "ours", "legal": "same", "costs": "ours"}
    await bologna.merge({})
    assert await bologna.text("billing") == (
        "La donnée est facturée à l'usage.\n\nSans forfait, toujours."
    )
    assert (await bologna.program.get(bologna.path)).told(200)["upstream"]["moved"] is False

    # A stranger's model is no relative.
    other = (await lille.program.publish(name="Autre chose"))["iri"]
    assert (await bologna.program.get(f"{bologna.path}/upstream?from={other}")).is_problem(404)

    # The one in the middle deletes its model; the first one's instance burns down.
    (await liege.program.delete(liege.path)).told(204)
    await street.settle()
    await lille.house.stop()
    seen = await bologna.look(street)
    assert {host: (one["generation"], one["standing"]) for host, one in seen.items()} == {
        "lille": (0, "unreachable"),
        "liege": (1, "gone"),
        "bologna": (2, "ours"),
        "porto": (2, "seen"),
    }
    assert seen["liege"]["name"] == ""
    kept = (await bologna.ask("kept", "KeptSources"))["items"]
    assert [(one["iri"], one["deleted"], one["lost"]) for one in kept] == [
        (liege.iri, True, True),
        (lille.iri, False, True),
    ]
    for source in kept:
        assert source["versions"]
        assert {one["proven"] for one in source["versions"]} == {"proven"}
        assert all(one["key"] and one["keyKnownSince"] for one in source["versions"])

    # The account of the middle is closed too: its keys go, the proofs stay.
    async with liege.house.begin() as session:
        owner = await session.get_one(Actor, liege.program.actor.id)
        await forgetting.close_organisation(session, liege.house.site, owner)
    await street.settle()
    kept = (await bologna.ask("kept", "KeptSources"))["items"]
    assert [one["iri"] for one in kept] == [liege.iri, lille.iri]
    assert {one["proven"] for one in kept[0]["versions"]} == {"proven"}
    assert street.refusals() == []
