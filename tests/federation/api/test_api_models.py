"""Models by API: publish, read, revise, delete; what is wrong is said all at once."""

from typing import Any

import pytest
from together.program import Program, a_model, a_program, as_body, must_fit

from actors.rules.permissions import Office
from actors.verbs import signing_in
from federation.api.operations import ROOT


async def test_a_published_model_can_be_read_back(coop: Program, stranger: Program) -> None:
    reply = await coop.post("/models", a_model())

    assert reply.status == 201
    must_fit(reply.value, "Model")
    assert reply.headers["Location"] == coop.house.url(f"{ROOT}/models/{reply.value['id']}")
    assert reply.value["iri"] == "https://alpha.test/models/operateur-cooperatif"
    assert reply.value["url"] == "https://alpha.test/m/operateur-cooperatif"
    assert reply.value["version"]["number"] == 1
    assert reply.value["languages"] == ["fr", "en"]
    assert reply.value["author"]["handle"] == "coop@alpha.test"
    again = await stranger.get(reply.headers["Location"])
    assert (again.status, again.value) == (200, reply.value)


async def test_the_iri_is_the_activitypub_id(coop: Program) -> None:
    model = await coop.publish()
    session = coop.house.street.session
    async with session.get(model["iri"], headers={"Accept": "application/activity+json"}) as got:
        document = await got.json(content_type=None)
    assert document["id"] == model["iri"]
    assert document["currentVersion"] == model["version"]["iri"]
    assert document["digest"] == model["version"]["digest"]


async def test_an_original_has_no_upstream_and_no_relation(coop: Program) -> None:
    model = await coop.publish()
    assert (model["upstream"], model["relation"], model["forks"]) == (None, None, [])
    assert model["version"]["parents"] == model["parents"] == []


async def test_bare_strings_are_in_the_language_of_the_sheet(coop: Program) -> None:
    model = await coop.publish(
        name={"fr": "Un", "en": "One"},
        sections=[
            {
                "key": "one",
                "role": "ess:steps",
                "adaptability": "OPTIONAL",
                "name": "Étapes",
                "text": "D'abord.",
            }
        ],
    )
    (section,) = model["sections"]
    assert model["names"] == {"fr": "Un", "en": "One"}
    assert (section["role"], section["adaptability"]) == ("Steps", "Optional")
    assert (section["name"], section["text"]) == ({"fr": "Étapes"}, {"fr": "D'abord."})


async def test_facts_come_back_as_they_were_given(coop: Program) -> None:
    facts: dict[str, Any] = {
        "maturity": "proven",
        "replicationMode": "ess:Dissemination",
        "family": "hosting",
        "territory": ["FR", "http://data.europa.eu/nuts/code/ITC4"],
        "cost": [{"costKind": "Start", "currency": "EUR", "minValue": 1000, "maxValue": 5000}],
        "themes": [],
        "markPolicy": "Ask first.",
    }
    model = await coop.publish(**facts)
    wanted = facts | {
        "maturity": "Proven",
        "replicationMode": "Dissemination",
        "territory": [f"http://data.europa.eu/nuts/code/{code}" for code in ("FR", "ITC4")],
    }
    assert {name: model[name] for name in facts} == wanted


async def test_a_translation_goes_stale_when_its_source_changes(coop: Program) -> None:
    model = await coop.publish()
    assert model["sections"][0]["translatedFrom"] == {"en": model["sections"][0]["digest"]["fr"]}
    body = as_body(model)
    body["sections"][0]["text"]["fr"] = "Tout est facturé."
    reply = await coop.post(f"/models/{model['id']}/versions", body)
    assert reply.value["sections"][0]["stale"] == ["en"]


async def test_a_program_may_say_what_a_text_translates(coop: Program) -> None:
    first = await coop.publish()
    body = a_model(name="Un autre")
    source = first["sections"][0]["digest"]["en"]
    body["sections"][0]["translatedFrom"] = {"en": source}
    reply = await coop.post("/models", body)
    assert reply.value["sections"][0]["translatedFrom"] == {"en": source}


async def test_a_new_version_follows_the_one_before(coop: Program, stranger: Program) -> None:
    model = await coop.publish()
    body = as_body(model) | {"note": "Une forme de plus."}
    body["sections"][1]["text"] = {"fr": "Une SCIC ou une SCOP."}

    reply = await coop.post(f"/models/{model['id']}/versions", body)

    assert reply.status == 201
    must_fit(reply.value, "Model")
    newest = reply.value["version"]
    assert (newest["number"], newest["note"]) == (2, "Une forme de plus.")
    assert newest["parents"] == reply.value["parents"] == [model["version"]["iri"]]
    in_full = await stranger.get(reply.headers["Location"])
    must_fit(in_full.value, "VersionInFull")
    assert in_full.value["sections"][1]["text"] == {"fr": "Une SCIC ou une SCOP."}
    listed = await stranger.get(f"/models/{model['id']}/versions")
    must_fit(listed.value, "Versions")
    assert [one["number"] for one in listed.value["items"]] == [2, 1]
    first = await stranger.get(f"/models/{model['id']}/versions/1")
    assert first.value["digest"] == model["version"]["digest"]


async def test_a_version_that_changes_nothing_is_refused(coop: Program) -> None:
    model = await coop.publish()
    reply = await coop.post(f"/models/{model['id']}/versions", as_body(model))
    assert reply.is_problem(409)


async def test_a_deleted_model_is_gone_for_ever(coop: Program, stranger: Program) -> None:
    model = await coop.publish()
    path = f"/models/{model['id']}"
    assert (await coop.delete(path)).status == 204
    assert (await stranger.get(path)).is_problem(410)
    assert (await stranger.get(f"{path}/versions")).is_problem(410)
    assert (await coop.delete(path)).is_problem(410)
    assert (await coop.post(f"{path}/versions", a_model())).is_problem(410)


@pytest.mark.parametrize("path", ["/models/1", "/models/abc", "/models/²", "/models/" + "9" * 40])
async def test_an_unknown_model_is_not_found(stranger: Program, path: str) -> None:
    assert (await stranger.get(path)).is_problem(404)


@pytest.mark.parametrize("number", ["0", "2", "x", "9" * 30])
async def test_an_unknown_version_is_not_found(coop: Program, number: str) -> None:
    model = await coop.publish()
    assert (await coop.get(f"/models/{model['id']}/versions/{number}")).is_problem(404)


async def test_an_unknown_address_and_method_are_problems_too(stranger: Program) -> None:
    assert (await stranger.get("/nothing")).is_problem(404)
    refused = await stranger.call("PUT", "/models/1", {})
    assert refused.is_problem(405)
    assert refused.headers["Allow"] == "DELETE,GET"


async def test_every_fault_of_a_body_is_named_at_once(coop: Program) -> None:
    reply = await coop.post(
        "/models",
        {
            "name": {},
            "langage": "fr",
            "summary": 3,
            "license": "CC-BY-4.0",
            "sections": [{"key": "a", "role": "Chief", "text": {}, "name": "A"}],
        },
    )
    assert reply.is_problem(422)
    assert set(reply.errors) == {
        "name",
        "langage",
        "language",
        "summary",
        "sections[0].role",
        "sections[0].adaptability",
        "sections[0].text",
    }


async def test_faults_of_a_sheet_carry_the_names_of_the_body(coop: Program) -> None:
    body = a_model(license="Mine", summary="x" * 301)
    body["sections"][1]["key"] = "Legal Form"
    body["sections"][2]["name"] = {"fr": "x" * 201}
    reply = await coop.post("/models", body)
    assert reply.is_problem(422)
    assert set(reply.errors) == {
        "license",
        "summary.fr",
        "sections[1].key",
        "sections[2].name.fr",
    }
    found = await coop.get("/directory")
    assert found.value["items"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"name": "a", "name": "b"}', 400),
        (b'{"name": NaN}', 400),
        (b"[" * 100 + b"]" * 100, 400),
        (b'{"name": "' + b"a" * 1_100_000 + b'"}', 413),
        (b'{"name": "' + b"a" * 2_200_000 + b'"}', 413),
    ],
)
async def test_what_is_no_document_is_refused(coop: Program, body: bytes, status: int) -> None:
    assert (await coop.post("/models", body)).is_problem(status)


async def test_writing_needs_a_token(coop: Program, stranger: Program) -> None:
    model = await coop.publish()
    reply = await stranger.post("/models", a_model())
    assert reply.is_problem(401)
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    assert (await stranger.delete(f"/models/{model['id']}")).is_problem(401)
    stranger.token = "made-up"
    reply = await stranger.post("/models", a_model())
    assert reply.is_problem(401)
    assert "invalid_token" in reply.headers["WWW-Authenticate"]


async def test_a_token_does_only_what_it_was_given_for(coop: Program) -> None:
    reader = await a_program(coop.house, "lecteurs", scopes="read")
    assert (await reader.post("/models", a_model())).is_problem(403)
    assert (await reader.get("/whoami")).status == 200
    writer = await a_program(coop.house, "ecrivains", scopes="write")
    assert (await writer.post("/models", a_model())).status == 201
    assert (await writer.get("/whoami")).is_problem(403)


async def test_an_application_alone_speaks_for_nobody(coop: Program) -> None:
    async with coop.house.begin() as session:
        app, _ = await signing_in.register_app(
            session, coop.house.site, name="App", redirect_uris=[], scopes="read write"
        )
        coop.token, _ = await signing_in.client_token(session, coop.house.site, app, "read write")
    assert (await coop.post("/models", a_model())).is_problem(403)


async def test_faults_of_a_new_version_are_named_and_change_nothing(coop: Program) -> None:
    model = await coop.publish()
    reply = await coop.post(f"/models/{model['id']}/versions", a_model(summary="x" * 301))
    assert reply.is_problem(422)
    assert list(reply.errors) == ["summary.fr"]
    assert (await coop.get(f"/models/{model['id']}")).value == model


async def test_a_reader_of_an_organisation_does_not_publish(coop: Program) -> None:
    reader = await a_program(coop.house, "lecteurs", office=Office.READER)
    assert (await reader.post("/models", a_model())).is_problem(403)


async def test_another_organisations_model_cannot_be_changed(coop: Program) -> None:
    model = await coop.publish()
    other = await a_program(coop.house, "autre")
    path = f"/models/{model['id']}"
    assert (await other.post(f"{path}/versions", a_model(name="À moi"))).is_problem(403)
    assert (await other.delete(path)).is_problem(403)
    assert (await coop.get(path)).value["version"]["number"] == 1
