"""Forks by API, across two instances: fork, adapt, hear of a change, compare, merge."""

import pytest
from together.program import Body, Program, a_program, as_body, must_fit
from together.street import Street


@pytest.fixture
async def both(street: Street) -> tuple[Program, Program]:
    """A French publisher on one instance, an Italian organisation on another."""
    alpha, beta = await street.open("alpha", "beta")
    return await a_program(alpha, "coop"), await a_program(beta, "amici")


async def a_fork(us: Program, source: Body, language: str = "it") -> Body:
    """Fork a model and give the answer."""
    reply = await us.post(
        "/forks", {"source": source["iri"], "kind": "variant", "language": language}
    )
    assert reply.status == 201, reply.value
    must_fit(reply.value, "Model")
    fork: Body = reply.value
    return fork


async def adapted(us: Program, fork: Body) -> Body:
    """Translate the core section, and rewrite the legal one for a legal reason."""
    body = as_body(fork)
    body["name"] |= {"it": "Operatore cooperativo"}
    body["sections"][0]["text"] |= {"it": "I dati sono fatturati."}
    body["sections"][1]["text"] = {"it": "Una società cooperativa."}
    body["modifications"] = [
        {
            "section": "legal",
            "nature": "Substituted",
            "reason": "LegalContext",
            "note": "La legge italiana non conosce la SCIC.",
        }
    ]
    reply = await us.post(f"/models/{fork['id']}/versions", body)
    assert reply.status == 201, reply.value
    result: Body = reply.value
    return result


async def moved(them: Program, source: Body) -> Body:
    """Change the core section and the legal one at the source."""
    body = as_body(source)
    body["sections"][0]["text"]["fr"] = "La donnée est facturée au juste prix.\n\nSans forfait."
    body["sections"][1]["text"]["fr"] = "Une SCIC ou une SCOP."
    reply = await them.post(f"/models/{source['id']}/versions", body)
    assert reply.status == 201, reply.value
    result: Body = reply.value
    return result


async def test_a_remote_model_is_forked_with_its_texts(both: tuple[Program, Program]) -> None:
    them, us = both
    source = await them.publish()

    fork = await a_fork(us, source)

    assert fork["iri"].startswith("https://beta.test/models/")
    assert [one["text"] for one in fork["sections"]] == [one["text"] for one in source["sections"]]
    assert [one["upstream"] for one in fork["sections"]] == [
        f"{source['iri']}#{one['key']}" for one in source["sections"]
    ]
    assert fork["version"]["parents"] == [source["version"]["iri"]]
    assert fork["relation"] == "replication-of"
    upstream = fork["upstream"]
    assert (upstream["iri"], upstream["base"]) == (source["iri"], source["version"]["iri"])
    assert (upstream["kind"], upstream["moved"]) == ("variant", False)
    assert upstream["author"]["handle"] == "coop@alpha.test"


async def test_the_source_lists_the_fork_with_its_reasons(both: tuple[Program, Program]) -> None:
    them, us = both
    source = await them.publish()
    await adapted(us, await a_fork(us, source))
    await us.house.street.settle()

    read = (await them.get(f"/models/{source['id']}")).value

    must_fit(read, "Model")
    (fork,) = read["forks"]
    assert fork["name"] == "Operatore cooperativo"
    assert fork["author"]["handle"] == "amici@beta.test"
    (reason,) = fork["modifications"]
    assert (reason["section"], reason["reason"]) == ("legal", "LegalContext")
    notices = (await them.get("/notices")).value
    must_fit(notices, "Notices")
    assert [one["kind"] for one in notices["items"]] == ["fork"]


async def test_a_change_upstream_is_told_compared_and_merged(both: tuple[Program, Program]) -> None:
    them, us = both
    source = await them.publish()
    fork = await adapted(us, await a_fork(us, source))
    await us.house.street.settle()
    newest = await moved(them, source)
    await us.house.street.settle()

    (notice,) = [
        one for one in (await us.get("/notices")).value["items"] if one["kind"] == "upstream"
    ]
    assert notice["about"]["core"] == ["billing"]
    assert notice["about"]["conflicts"] == ["legal"]
    assert notice["model"]["id"] == fork["id"]
    assert (await us.get(f"/models/{fork['id']}")).value["upstream"]["moved"] is True

    compared = (await us.get(f"/models/{fork['id']}/upstream")).value
    must_fit(compared, "Comparison")
    assert compared["base"] == source["version"]["iri"]
    assert compared["current"] == newest["version"]["iri"]
    assert {one["key"]: (one["verdict"], one["core"]) for one in compared["sections"]} == {
        "billing": ("theirs", True),
        "legal": ("conflict", False),
        "costs": ("same", False),
    }

    path = f"/models/{fork['id']}/merge"
    undecided = await us.post(path, {"choices": {"billing": "theirs"}})
    assert undecided.is_problem(409)
    assert undecided.value["keys"] == ["legal"]
    reply = await us.post(path, {"choices": {"billing": "theirs", "legal": "ours"}})

    assert reply.status == 201
    must_fit(reply.value, "Model")
    assert reply.value["version"]["number"] == 3
    assert reply.value["version"]["parents"] == [
        fork["version"]["iri"],
        newest["version"]["iri"],
    ]
    texts = {one["key"]: one["text"] for one in reply.value["sections"]}
    assert texts["billing"]["fr"].startswith("La donnée est facturée au juste prix.")
    assert texts["legal"] == {"it": "Una società cooperativa."}
    assert reply.value["upstream"]["moved"] is False
    assert (await us.post(path, {"choices": {}})).is_problem(404)


async def test_a_merge_may_write_a_third_text(both: tuple[Program, Program]) -> None:
    them, us = both
    source = await them.publish()
    fork = await adapted(us, await a_fork(us, source))
    await us.house.street.settle()
    await moved(them, source)
    await us.house.street.settle()
    choices = {"billing": "theirs", "legal": {"text": {"it": "Cooperativa o impresa sociale."}}}
    reply = await us.post(f"/models/{fork['id']}/merge", {"choices": choices, "note": "Insieme."})
    assert reply.status == 201
    assert reply.value["sections"][1]["text"]["it"] == "Cooperativa o impresa sociale."
    assert reply.value["version"]["note"] == "Insieme."


async def test_a_choice_for_no_section_changes_nothing(both: tuple[Program, Program]) -> None:
    them, us = both
    source = await them.publish()
    fork = await a_fork(us, source)
    await us.house.street.settle()
    await moved(them, source)
    await us.house.street.settle()
    path = f"/models/{fork['id']}/merge"
    reply = await us.post(path, {"choices": {"nowhere": "ours"}})
    assert reply.is_problem(422)
    assert list(reply.errors) == ["choices.nowhere"]
    wrong = await us.post(path, {"choices": {"legal": "both", "costs": {"text": {}}}})
    assert set(wrong.errors) == {"choices.legal", "choices.costs.text"}
    assert (await us.get(f"/models/{fork['id']}")).value["version"]["number"] == 1


async def test_changing_the_core_makes_a_fork_inspired_by(both: tuple[Program, Program]) -> None:
    them, us = both
    fork = await a_fork(us, await them.publish(), language="fr")
    body = as_body(fork)
    body["sections"][0]["text"]["fr"] = "Un forfait pour tous."
    reply = await us.post(f"/models/{fork['id']}/versions", body)
    assert reply.value["relation"] == "inspired-by"


async def test_an_original_has_nothing_to_compare_with(coop: Program) -> None:
    model = await coop.publish()
    assert (await coop.get(f"/models/{model['id']}/upstream")).is_problem(404)
    assert (await coop.post(f"/models/{model['id']}/merge", {"choices": {}})).is_problem(404)


async def test_what_is_no_model_cannot_be_forked(coop: Program) -> None:
    body = {"source": coop.actor.iri, "kind": "variant", "language": "it"}
    reply = await coop.post("/forks", body)
    assert reply.is_problem(422)
    assert list(reply.errors) == ["source"]
    nowhere = await coop.post("/forks", body | {"source": "https://alpha.test/models/nothing"})
    assert nowhere.is_problem(404)
    wrong = await coop.post("/forks", body | {"kind": "copy"})
    assert list(wrong.errors) == ["kind"]


async def test_a_licence_without_derivatives_is_respected(both: tuple[Program, Program]) -> None:
    them, us = both
    source = await them.publish(license="CC-BY-ND-4.0")
    reply = await us.post(
        "/forks", {"source": source["iri"], "kind": "translation", "language": "it"}
    )
    assert reply.is_problem(422)


async def test_nothing_is_fetched_for_somebody_who_may_not_fork(
    both: tuple[Program, Program],
) -> None:
    them, us = both
    source = await them.publish()
    us.token = None
    before = len(us.house.street.events)
    body = {"source": source["iri"], "kind": "variant", "language": "it"}
    assert (await us.post("/forks", body)).is_problem(401)
    dialled = [one for one in us.house.street.events[before:] if "egress" in one["event"]]
    assert dialled == []
