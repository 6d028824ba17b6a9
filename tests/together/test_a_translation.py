"""A model is translated on another instance: what its source changes is translated again there."""

from typing import Any

from together.program import Program, a_program
from together.street import Street

from actors.views import history

SOURCE: dict[str, Any] = {
    "name": "Atelier de réparation",
    "language": "fr",
    "summary": "Réparer au lieu de jeter.",
    "license": "CC-BY-SA-4.0",
    "sections": [
        {
            "key": "value",
            "role": "Value",
            "adaptability": "Core",
            "name": {"fr": "Le principe"},
            "text": {"fr": "On répare ensemble."},
        },
        {
            "key": "words",
            "role": "Glossary",
            "adaptability": "Optional",
            "name": {"fr": "Mots"},
            "text": {"fr": "- **réparer**: riparare (it)"},
        },
    ],
}
CHANGED = "On répare ensemble, le samedi."


async def languages(program: Program, model_id: str) -> Any:
    return (await program.get(f"/models/{model_id}/translations")).told(200)["items"]


async def test_a_translation_abroad_is_behind_and_never_in_conflict(street: Street) -> None:
    alpha, beta = await street.open("alpha", "beta")
    french, italian = await a_program(alpha, "coop"), await a_program(beta, "bottega")
    source = (await french.post("/models", SOURCE)).told(201)
    await street.settle()
    wanted = {"source": source["iri"], "kind": "translation", "language": "it"}
    fork = (await italian.post("/forks", wanted)).told(201)
    await street.settle()
    path = f"/models/{fork['id']}/translations"

    # The glossary came with the model.
    unit = (await italian.get(f"{path}/it")).told(200)["units"][1]
    assert [one["equivalent"] for one in unit["words"]] == ["riparare"]
    for section, text in ((".title", "Riparare."), ("value", "Si ripara insieme.")):
        body = {"name": "Officina", "text": text}
        (await italian.call("PUT", f"{path}/it/sections/{section}", body)).told(200)
    made = (await italian.post(f"{path}/it/publish", {})).told(201)
    assert made["relation"] == "replication-of"
    # She reads Italian only: the French text of that section need not stand beside it.
    sections: list[dict[str, Any]] = [
        {name: one[name] for name in ("key", "role", "adaptability", "name", "text")}
        | {"translatedFrom": one["translatedFrom"]}
        for one in made["sections"]
    ]
    sections[0]["text"] = {"it": "Si ripara insieme."}
    again: dict[str, Any] = {name: made[name] for name in ("language", "license")}
    again |= {"name": made["names"], "summary": made["summaries"], "sections": sections}
    (await italian.post(f"/models/{fork['id']}/versions", again)).told(201)
    await street.settle()

    changed = {**SOURCE["sections"][0], "text": {"fr": CHANGED}}
    moved = {**SOURCE, "sections": [changed, SOURCE["sections"][1]]}
    (await french.post(f"/models/{source['id']}/versions", moved)).told(201)
    await street.settle()
    notices = (await italian.get("/notices")).told(200)["items"]
    (told,) = [one["about"] for one in notices if one["kind"] == "upstream"]
    assert (told["changed"], told["conflicts"], told["again"]) == (["value"], [], ["value"])
    work = (await italian.get(f"{path}/it")).told(200)
    assert work["waiting"] == ["value"]

    taken = (await italian.post(f"{path}/take", {"note": "Testi nuovi."})).told(201)
    assert taken["relation"] == "replication-of"
    assert taken["sections"][0]["text"] == {"fr": CHANGED, "it": "Si ripara insieme."}
    unit = (await italian.get(f"{path}/it")).told(200)["units"][1]
    assert (unit["state"], unit["source"]["text"]) == ("stale", CHANGED)
    assert {"op": "added", "text": ", le samedi"} in unit["changed"]["words"]
    await street.settle()
    (copy,) = (await french.get(f"/models/{source['id']}")).told(200)["forks"]
    async with alpha.read() as session:
        mirrored = await history.model_by_iri(session, copy["iri"])
    assert mirrored is not None
    there = {one["language"]: one for one in await languages(french, str(mirrored.id))}
    assert (there["it"]["stale"], there["it"]["new"], there["fr"]["own"]) == (1, 1, 2)

    better = {"text": "Si ripara insieme, il sabato.", "seen": unit["standing"]}
    (await italian.call("PUT", f"{path}/it/sections/value", better)).told(200)
    (await italian.post(f"{path}/it/publish", {})).told(201)
    await street.settle()
    unit = (await italian.get(f"{path}/it")).told(200)["units"][1]
    assert (unit["state"], unit["needsWork"]) == ("fresh", False)
    assert (await italian.post(f"{path}/take", {})).is_problem(404)
