"""Models as nobody would write them, and forks whose source is not what it was.

Each gets a clear answer, and nothing of anybody's is lost.
"""

import asyncio
from typing import Any

import pytest
from together.program import Program, a_model, a_program, as_body
from together.reader import reading
from together.street import Street

Json = dict[str, Any]

LANGUAGES = (
    *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr"),
    *("hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv"),
)
"""Those of the European Union."""


async def _fork(program: Program, source: str, language: str = "it") -> Json:
    body = {"source": source, "kind": "variant", "language": language}
    forked: Json = (await program.post("/forks", body)).told(201)
    return forked


def _with_text(model: Json, text: str, at: int = 0) -> Json:
    body = as_body(model)
    section = body["sections"][at]
    section["text"] = {**section["text"], "fr": text}
    if model["language"] not in body["name"]:
        body["name"] = {**body["name"], model["language"]: "Nome"}
    return body


async def _section(program: Program, model: Json, at: int = 0) -> str:
    now = (await program.get(f"/models/{model['id']}")).told(200)
    return str(now["sections"][at]["text"]["fr"])


async def _revise(program: Program, model: Json, text: str, at: int = 0) -> None:
    now = (await program.get(f"/models/{model['id']}")).told(200)
    (await program.post(f"/models/{model['id']}/versions", _with_text(now, text, at))).told(201)


@pytest.fixture
def engine() -> str:
    return "sqlite"


async def test_a_fork_of_a_fork_outlives_the_middle(street: Street) -> None:
    houses = await street.open("source", "middle", "end")
    source, middle, end = [await a_program(house, "coop") for house in houses]
    first = await source.publish()
    second = await _fork(middle, first["iri"])
    third = await _fork(end, second["iri"])
    await street.settle()
    await _revise(middle, second, "Au milieu.")
    await street.settle()
    before = (await end.get(f"/models/{third['id']}/upstream")).told(200)
    assert [one["verdict"] for one in before["sections"]] == ["theirs", "same", "same"]

    # The middle is deleted: what it said last can still be taken, and says where it was.
    (await middle.delete(f"/models/{second['id']}")).told(204)
    await street.settle()
    kept = (await end.get(f"/models/{third['id']}")).told(200)
    assert len(kept["sections"]) == 3
    assert kept["upstream"]["iri"] == second["iri"]
    async with reading(houses[2], street) as reader:
        for page in ("", "/upstream", "/versions"):
            await reader.go(kept["url"] + page)
            assert reader.status in (200, 404), page
    merge: Json = {"choices": {}}
    merged = (await end.post(f"/models/{third['id']}/merge", merge)).told(201)
    assert merged["parents"][1] == f"{second['iri']}/versions/2"
    assert await _section(end, third) == "Au milieu."
    await _revise(end, third, "À la fin.")
    assert await _section(end, third) == "À la fin."

    # Its whole instance is gone.
    await houses[1].stop()
    await _revise(source, first, "Au début.")
    await _revise(end, third, "Plus loin.")
    await street.settle()
    assert (await _section(end, third)) == "Plus loin."
    again = await end.post("/forks", {"source": second["iri"], "kind": "variant", "language": "de"})
    assert again.is_problem(410)


async def _gathered(street: Street, program: Program, model: Json, choices: Json) -> list[int]:
    """The answers to three merges that are asked for at the same moment."""
    path = f"/models/{model['id']}/merge"
    replies = await asyncio.gather(*(program.post(path, {"choices": choices}) for _ in range(3)))
    assert all(reply.is_problem(reply.status) for reply in replies if reply.status != 201)
    return sorted(reply.status for reply in replies)


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_of_two_merges_at_the_same_moment_one_counts(street: Street, engine: str) -> None:
    source, end = [await a_program(one, "coop") for one in await street.open("source", "end")]
    first = await source.publish()
    forked = await _fork(end, first["iri"])
    await street.settle()
    await _revise(source, first, "De la source.")
    await _revise(end, forked, "De la fin.")
    await street.settle()
    assert await _gathered(street, end, forked, {"billing": {"text": {"fr": "Les deux."}}}) == [
        201,
        404,
        404,
    ]
    now = (await end.get(f"/models/{forked['id']}")).told(200)
    assert now["version"]["number"] == 3
    assert await _section(end, forked) == "Les deux."
    versions = (await end.get(f"/models/{forked['id']}/versions")).told(200)["items"]
    assert [one["number"] for one in versions] == [3, 2, 1]

    # A merge and a new version at once: whoever wrote the version has not seen what was merged.
    await _revise(source, first, "Encore.", 1)
    await street.settle()
    body = _with_text(now, "En même temps.", 2) | {"after": 3}
    replies = await asyncio.gather(
        end.post(f"/models/{forked['id']}/merge", {"choices": {}}),
        end.post(f"/models/{forked['id']}/versions", body),
    )
    counts = [reply.status for reply in replies]
    assert counts in ([201, 409], [201, 201]), "either both, one after the other, or one"
    after = (await end.get(f"/models/{forked['id']}")).told(200)
    texts = [one["text"]["fr"] for one in after["sections"]]
    assert texts[:2] == ["Les deux.", "Encore."]
    assert texts[2] == ("En même temps." if counts[1] == 201 else "Mille abonnés.")
    versions = (await end.get(f"/models/{forked['id']}/versions")).told(200)["items"]
    assert [one["number"] for one in versions] == list(range(after["version"]["number"], 0, -1))


def _sections(number: int, **changes: Any) -> list[Json]:
    section = a_model()["sections"][0]
    return [section | {"key": f"s{one}"} | changes for one in range(number)]


async def test_what_is_too_much_is_refused_by_name_and_changes_nothing(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await a_program(alpha, "coop")
    model = await coop.publish()
    path = f"/models/{model['id']}/versions"
    for sections in (
        _sections(500),
        _sections(1, text={"fr": "x" * 200 * 1024}),
        _sections(8, text=dict.fromkeys(LANGUAGES, "Un mot. " * 500)),
    ):
        reply = await coop.post(path, a_model(sections=sections))
        assert reply.is_problem(422)
        reply = await coop.post("/models", a_model(sections=sections))
        assert reply.is_problem(422)
    assert (await coop.get(f"/models/{model['id']}")).told(200)["version"]["number"] == 1


async def test_a_model_in_twenty_four_languages_and_two_directions(street: Street) -> None:
    here, there = await street.open("here", "there")
    coop, other = await a_program(here, "coop"), await a_program(there, "coop")
    texts = {one: f"Texte {one}, {number}." for number, one in enumerate(LANGUAGES)}
    rtl = {"ar": "نصلح الأشياء معا.", "he": "מתקנים ביחד."}
    sections = _sections(20, name={"fr": "Le principe", **rtl}, text=texts | rtl)
    model = await coop.publish(sections=sections, name={"fr": "Atelier", "ar": "ورشة"})
    assert {*LANGUAGES, *rtl} <= set(model["languages"])
    forked = await _fork(other, model["iri"], "ar")
    await street.settle()
    assert forked["version"]["digest"]
    mirrored = (await other.get(f"/models/{forked['id']}/upstream")).told(200)
    assert {one["verdict"] for one in mirrored["sections"]} == {"same"}
    changed = as_body(model)
    changed["sections"][3]["text"] |= {"ar": "نصلح الدراجات معا."}
    (await coop.post(f"/models/{model['id']}/versions", changed)).told(201)
    await street.settle()
    async with reading(there, street) as reader:
        await reader.go(forked["url"] + "?text=ar")
        assert "نصلح الأشياء معا." in reader.text
        assert reader.page.find(".//h1").get("lang") == "ar"
    merged = (await other.post(f"/models/{forked['id']}/merge", {"choices": {}})).told(201)
    assert merged["sections"][3]["text"]["ar"] == "نصلح الدراجات معا."
