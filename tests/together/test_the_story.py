"""The main job, on two real instances, through the API that anybody's program may use.

A model is published in France and arrives in Italy; it is forked, adapted and merged when its
source has moved.
"""

from typing import Any

import pytest
from together.program import Program, a_program
from together.street import Street

Json = dict[str, Any]

FRENCH: Json = {
    "name": {"fr": "Opérateur mobile coopératif", "en": "Cooperative mobile operator"},
    "language": "fr",
    "summary": {"fr": "Monter un opérateur mobile détenu par ses abonnés."},
    "license": "CC-BY-SA-4.0",
    "territory": ["http://data.europa.eu/nuts/code/FR"],
    "sections": [
        {
            "key": "billing",
            "role": "Value",
            "adaptability": "Core",
            "name": {"fr": "Facturer l'usage réel", "en": "Bill actual use"},
            "text": {"fr": "On ne paie que ce qu'on consomme.", "en": "You pay what you use."},
        },
        {
            "key": "legal",
            "role": "LegalForm",
            "adaptability": "Adaptable",
            "name": {"fr": "Forme juridique", "en": "Legal form"},
            "text": {"fr": "Une SCIC.", "en": "A SCIC."},
        },
        {
            "key": "costs",
            "role": "Costs",
            "adaptability": "Adaptable",
            "name": {"fr": "Coûts", "en": "Costs"},
            "text": {"fr": "Un fonds de départ.", "en": "A starting fund."},
        },
    ],
}


def _italian(fork: Json) -> Json:
    """The fork, translated, with two sections adapted: one of them because Italian law differs."""
    texts = {
        "billing": "Si paga solo quello che si consuma.",
        "legal": "Una società cooperativa, perché la SCIC non esiste in Italia.",
        "costs": "Un fondo iniziale con un partner bancario etico.",
    }
    sections = [
        {
            "key": one["key"],
            "role": one["role"],
            "adaptability": one["adaptability"],
            "name": {**one["name"], "it": one["key"].title()},
            "text": {**one["text"], "it": texts[one["key"]]},
        }
        for one in fork["sections"]
    ]
    return {
        "name": {"it": "Operatore mobile cooperativo"},
        "language": "it",
        "summary": {"it": "Creare un operatore mobile dei suoi abbonati."},
        "license": "CC-BY-SA-4.0",
        "sections": sections,
        "modifications": [
            {
                "section": "legal",
                "nature": "Substituted",
                "reason": "LegalContext",
                "note": "La SCIC è una forma francese.",
            },
            {"section": "costs", "nature": "Substituted", "reason": "Partners"},
        ],
    }


@pytest.fixture
async def programs(street: Street) -> tuple[Program, Program]:
    """A program in France acting for an organisation, and one in Italy; Italy follows France."""
    france, italy = await street.open("france", "italy")
    await italy.follow(italy.network, "@network@france.test")
    await street.settle()
    return await a_program(france, "coop"), await a_program(italy, "coop")


async def _get(program: Program, path: str) -> Any:
    return (await program.get(path)).told(200)


async def _post(program: Program, path: str, body: Json) -> Any:
    return (await program.post(path, body)).told(201)


async def test_a_model_is_published_forked_adapted_and_merged(
    street: Street, programs: tuple[Program, Program]
) -> None:
    france, italy = programs

    # It is published in French and English, and arrives in Italy.
    source = await _post(france, "/models", FRENCH)
    await street.settle()
    found = await _get(italy, "/directory?q=operateur&language=en&territory=FR")
    assert [one["iri"] for one in found["items"]] == [source["iri"]]

    # It is forked into Italian, and two sections are adapted.
    forked = await _post(
        italy, "/forks", {"source": source["iri"], "kind": "variant", "language": "it"}
    )
    assert forked["language"] == "it"
    assert [one["text"]["fr"] for one in forked["sections"]] == [
        "On ne paie que ce qu'on consomme.",
        "Une SCIC.",
        "Un fonds de départ.",
    ]
    await _post(italy, f"/models/{forked['id']}/versions", _italian(forked))
    await street.settle()
    (listed,) = (await _get(france, f"/models/{source['id']}"))["forks"]
    assert listed["iri"] == forked["iri"]
    assert listed["name"] == "Operatore mobile cooperativo"
    assert listed["relation"] == "replication-of"
    assert {one["section"]: one["reason"] for one in listed["modifications"]} == {
        "legal": "LegalContext",
        "costs": "Partners",
    }

    # The French text changes in two sections, one of them core.
    changed = {**FRENCH, "sections": [dict(one) for one in FRENCH["sections"]]}
    changed["sections"][0]["text"] = {
        "fr": "On ne paie que ce qu'on consomme, au centime près.",
        "en": "You pay what you use.",
    }
    changed["sections"][1]["text"] = {"fr": "Une SCIC ou une SCOP.", "en": "A SCIC."}
    await _post(france, f"/models/{source['id']}/versions", changed)
    await street.settle()
    notice = next(
        one for one in (await _get(italy, "/notices"))["items"] if one["kind"] == "upstream"
    )
    assert notice["about"]["changed"] == ["billing", "legal"]
    assert notice["about"]["core"] == ["billing"]
    assert notice["about"]["conflicts"] == ["legal"]
    upstream = await _get(italy, f"/models/{forked['id']}/upstream")
    assert {one["key"]: (one["verdict"], one["core"]) for one in upstream["sections"]} == {
        "billing": ("theirs", True),
        "legal": ("conflict", False),
        "costs": ("ours", False),
    }

    # A merge without a decision about the conflict changes nothing.
    undecided = await italy.post(f"/models/{forked['id']}/merge", {"choices": {}})
    assert undecided.is_problem(409)

    # She takes one and keeps one; the lineage shows both parents.
    merged = await _post(
        italy, f"/models/{forked['id']}/merge", {"choices": {"billing": "theirs", "legal": "ours"}}
    )
    assert merged["version"]["number"] == 3
    newest = (await _get(italy, f"/models/{forked['id']}/versions"))["items"][0]
    assert newest["parents"] == [
        f"{forked['iri']}/versions/2",
        f"{source['iri']}/versions/2",
    ]
    now = await _get(italy, f"/models/{forked['id']}")
    texts = {one["key"]: one["text"] for one in now["sections"]}
    assert texts["billing"]["fr"] == "On ne paie que ce qu'on consomme, au centime près."
    assert texts["legal"]["it"].startswith("Una società cooperativa")
    assert now["upstream"]["moved"] is False
    await street.settle()
    (listed,) = (await _get(france, f"/models/{source['id']}"))["forks"]
    assert listed["relation"] == "replication-of"


async def test_deleting_the_source_leaves_the_fork_whole(
    street: Street, programs: tuple[Program, Program]
) -> None:
    france, italy = programs
    source = await _post(france, "/models", FRENCH)
    await street.settle()
    forked = await _post(
        italy, "/forks", {"source": source["iri"], "kind": "variant", "language": "it"}
    )
    await street.settle()
    (await france.delete(f"/models/{source['id']}")).told(204)
    await street.settle()
    assert (await france.get(f"/models/{source['id']}")).is_problem(410)
    kept = await _get(italy, f"/models/{forked['id']}")
    assert len(kept["sections"]) == 3
    found = await _get(italy, "/directory?q=operateur")
    assert [one["iri"] for one in found["items"]] == [forked["iri"]]


async def test_ten_days_of_outage_lose_nothing_and_keep_the_order(
    street: Street, programs: tuple[Program, Program]
) -> None:
    france, italy = programs
    source = await _post(france, "/models", FRENCH)
    await street.settle()
    await _post(italy, "/forks", {"source": source["iri"], "kind": "variant", "language": "it"})
    await street.settle()
    await italy.house.stop()
    for number in range(3):
        changed = {**FRENCH, "summary": {"fr": f"Résumé numéro {number}."}}
        await _post(france, f"/models/{source['id']}/versions", changed)
        await street.settle()
        street.clock.turn(days=3, hours=8)
    street.mail.clear()
    await italy.house.start()
    street.clock.turn(days=1)
    await street.settle()
    assert street.mail == ["france → italy Update"], "the newest"
    (mirror,) = [
        one
        for one in (await _get(italy, "/directory?q=operateur"))["items"]
        if one["iri"] == source["iri"]
    ]
    assert mirror["summary"] == "Résumé numéro 2."
    assert (await _get(italy, f"/models/{mirror['id']}"))["version"]["number"] == 4
