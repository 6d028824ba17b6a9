"""What a program decides on the way to a merge, and what it asks of versions: one long story."""

import pytest
from together.program import Body, Program, a_program, as_body, must_fit
from together.street import Street


@pytest.fixture
async def both(street: Street) -> tuple[Program, Program]:
    """A French publisher on one instance, an Italian organisation on another."""
    alpha, beta = await street.open("alpha", "beta")
    return await a_program(alpha, "coop"), await a_program(beta, "amici")


async def changed(who: Program, model: Body, **changes: object) -> Body:
    """The next version of a model."""
    reply = await who.post(f"/models/{model['id']}/versions", as_body(model) | changes)
    assert reply.status == 201, reply.value
    result: Body = reply.value
    return result


async def test_a_program_decides_step_by_step_compares_cites_and_goes_back(
    both: tuple[Program, Program],
) -> None:
    them, us = both
    source = await them.publish(sdg=["1"])
    wanted = {
        "source": source["iri"],
        "kind": "variant",
        "language": "it",
        "name": "Operatore",
        "license": "CC-BY-SA-4.0",
        "territory": ["IT"],
    }
    fork = (await us.post("/forks", wanted)).told(201)
    assert (fork["names"]["it"], fork["brokenCore"]) == ("Operatore", [])
    assert (await us.post("/forks", wanted | {"license": "CC0-1.0"})).is_problem(422)
    path = f"/models/{fork['id']}"
    found = (await us.get(f"{path}/progress")).told(200)
    must_fit(found, "Progress")
    assert (found["done"], found["total"]) == (2, 8)
    body = as_body(fork)
    body["sections"][1]["text"] = {"it": "Una società cooperativa."}
    why = [{"section": "legal", "nature": "Substituted", "reason": "LegalContext"}]
    await changed(
        us, fork, sections=body["sections"], modifications=why, territory=["IT"], sdg=["1"]
    )
    await us.house.street.settle()

    # The source changes its title, its goals, its core and the legal form.
    body = as_body(source)
    body["sections"][0]["text"]["fr"] = "Au juste prix."
    body["sections"][1]["text"]["fr"] = "Une SCIC ou une SCOP."
    await changed(them, source, sections=body["sections"], name="Opérateur sobre", sdg=["1", "12"])
    await us.house.street.settle()
    beside = (await us.get(f"{path}/upstream")).told(200)
    must_fit(beside, "Comparison")
    assert {one["key"]: one["verdict"] for one in beside["values"]} == {
        "@name.fr": "theirs",
        "@name.it": "ours",
        "@summary.fr": "same",
        "@license": "same",
        "@sdg": "theirs",
        "@territory": "ours",
    }

    # Decide about some, look, decide again: nothing is published.
    kept = await us.post(
        f"{path}/choices",
        {
            "choices": {"@name.fr": "ours", "legal": {"text": {"it": "Una cooperativa sociale."}}},
            "modifications": [{**why[0], "note": "Legge 381", "planned": False}],
        },
    )
    must_fit(kept.told(200), "Choices")
    legal = next(one for one in kept.value["choices"] if one["key"] == "legal")
    assert (legal["choice"], legal["note"], legal["planned"]) == ("own", "Legge 381", False)
    assert legal["overtaken"] is False
    assert (await us.post(f"{path}/choices", {"choices": {"x": "ours"}})).is_problem(422)
    must_fit((await us.get(f"{path}/choices")).told(200), "Choices")
    choices = {"legal": "theirs", "@name.fr": "ours", "billing": "ours"}
    seen = (await us.post(f"{path}/merge/preview", {"choices": choices})).told(200)
    must_fit(seen, "MergePreview")
    assert (seen["relation"], seen["brokenCore"]) == ("inspired-by", ["billing"])
    assert seen["names"]["fr"] == "Opérateur coopératif"
    assert (await us.post(f"{path}/merge/preview", {"choices": {}})).value["keys"] == ["legal"]
    assert (await us.get(path)).value["version"]["number"] == 2

    merged = (await us.post(f"{path}/merge", {"choices": choices, "modifications": why})).told(201)
    must_fit(merged, "Model")
    assert (merged["brokenCore"], merged["acceptedBySource"]) == (["billing"], False)
    assert [one.rsplit("/")[-1] for one in merged["sdg"]] == ["1", "12"]
    assert (await us.get(f"{path}/choices")).value["choices"] == []
    await us.post(f"{path}/choices", {"choices": {"legal": "ours"}})
    assert (await us.delete(f"{path}/choices")).status == 204

    # Two versions, two models; a reference; back to the first.
    two = (await us.get(f"{path}/compare?from=1&to=3")).told(200)
    must_fit(two, "TwoVersions")
    assert [one["key"] for one in two["sections"]] == ["legal"]
    assert [one["key"] for one in two["values"]] == ["@sdg"]
    source_here = (await us.get("/directory?q=sobre")).value["items"][0]["id"]
    two = (await us.get(f"{path}/compare?with={source_here}")).told(200)
    assert [one["key"] for one in two["sections"]] == ["billing", "legal"]
    assert (await us.get(f"{path}/compare?with=7")).is_problem(422)
    assert (await us.get(f"{path}/compare?to=1")).is_problem(404)
    cited = (await us.get(f"{path}/versions/3/citation")).told(200)
    must_fit(cited, "Citation")
    assert cited["csl"]["URL"] == merged["version"]["iri"]
    assert (await us.post(f"{path}/versions/1/restore", {"note": " "})).is_problem(422)
    back = (await us.post(f"{path}/versions/1/restore", {"note": "Prima."})).told(201)
    assert (back["version"]["number"], back["version"]["digest"]) == (
        4,
        fork["version"]["digest"],
    )
    older = (await us.get(f"{path}/versions?below=3")).told(200)
    assert [one["number"] for one in older["items"]] == [2, 1]
    assert (await us.get(f"/models/{source_here}/progress")).is_problem(403)
