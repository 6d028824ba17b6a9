"""The description: valid OpenAPI 3.1, and the very routes that there are."""

import re

import openapi_spec_validator
from together.program import Program

from federation.api import answers
from federation.api.operations import ROOT
from federation.api.routes import OPERATIONS
from federation.api.schemas.everything import SCHEMAS


async def test_the_document_is_valid_openapi(stranger: Program) -> None:
    reply = await stranger.get("/openapi.json")
    assert reply.status == 200
    openapi_spec_validator.validate(reply.value)
    assert reply.value["openapi"].startswith("3.1")
    assert reply.value["servers"] == [{"url": f"https://alpha.test{ROOT}"}]


async def test_it_names_the_routes_that_the_application_has(stranger: Program) -> None:
    described = {
        (method.upper(), ROOT + path)
        for path, methods in (await stranger.get("/openapi.json")).value["paths"].items()
        for method in methods
    }
    served = {
        (route.method, route.resource.canonical)
        for route in stranger.house.app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/api/essaim/")
    }
    assert described == {one for one in served if one[0] not in ("HEAD", "*")}
    assert len(described) == len(OPERATIONS)


def test_every_answer_is_described_and_every_schema_used() -> None:
    named = {one.answer for one in OPERATIONS if one.answer is not None} - {"OpenAPI"}
    text = str(SCHEMAS)
    used = named | set(re.findall(r"#/components/schemas/(\w+)", text)) | {"Problem"}
    assert used == set(SCHEMAS)


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [one.name for one in OPERATIONS]
    assert len(names) == len(set(names))


def test_every_answer_function_names_its_schema() -> None:
    said = {
        match
        for function in vars(answers).values()
        for match in re.findall(r"Schema `(\w+)`", getattr(function, "__doc__", None) or "")
    }
    assert said <= set(SCHEMAS)


async def test_operations_without_a_scope_are_open(stranger: Program) -> None:
    paths = (await stranger.get("/openapi.json")).value["paths"]
    assert paths["/directory"]["get"]["security"] == []
    assert paths["/models"]["post"]["security"] == [{"token": []}]
    assert {"401", "403", "422"} <= set(paths["/models"]["post"]["responses"])
