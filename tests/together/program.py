"""A program that talks to the API of a real instance, and what it sends."""

import io
import json
from dataclasses import dataclass, field
from typing import Any

import jsonschema  # type: ignore[import-untyped]
from together.street import House

from actors.rules.permissions import Office
from actors.tables.actor import Actor
from federation.api.operations import ROOT
from federation.api.schemas.everything import SCHEMAS

Body = dict[str, Any]


@dataclass
class Reply:
    """What the API answered."""

    status: int
    content_type: str
    headers: Any
    value: Any

    def is_problem(self, status: int) -> bool:
        """Whether it is a well-formed problem document with this status."""
        must_fit(self.value, "Problem")
        assert self.content_type == "application/problem+json"
        return bool(self.status == status == self.value["status"])

    def told(self, status: int) -> Any:
        """What it says, when the status is the one that is wanted."""
        assert self.status == status, (self.status, self.value)
        return self.value

    @property
    def errors(self) -> dict[str, str]:
        """What is wrong with which member."""
        errors: dict[str, str] = self.value.get("errors", {})
        return errors


@dataclass
class Program:
    """A program with a bearer token, or without."""

    house: House
    actor: Actor
    token: str | None
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, body: object = None) -> Reply:
        """Ask for one operation."""
        headers = dict(self.headers)
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            raw_body = body if isinstance(body, bytes) else json.dumps(body).encode()
            data = io.BytesIO(raw_body)
            headers["Content-Type"] = "application/json"
        address = path if path.startswith("https:") else self.house.url(ROOT + path)
        async with self.house.street.session.request(
            method, address, data=data, headers=headers
        ) as answer:
            raw = await answer.read()
            return Reply(
                answer.status, answer.content_type, answer.headers, json.loads(raw) if raw else None
            )

    async def get(self, path: str) -> Reply:
        """GET."""
        return await self.call("GET", path)

    async def post(self, path: str, body: object) -> Reply:
        """POST."""
        return await self.call("POST", path, body)

    async def delete(self, path: str) -> Reply:
        """DELETE."""
        return await self.call("DELETE", path)

    async def publish(self, **changes: object) -> Body:
        """Publish a model and give the answer."""
        reply = await self.post("/models", a_model(**changes))
        assert reply.status == 201, reply.value
        model: Body = reply.value
        return model


def must_fit(value: object, name: str) -> None:
    """Fail unless the value is what the description says of this schema."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": dict(SCHEMAS)}}
    jsonschema.Draft202012Validator(schema).validate(value)


def a_model(**changes: object) -> Body:
    """A body for publishing: two languages, a core section and two others."""
    return {
        "name": "Opérateur coopératif",
        "language": "fr",
        "summary": "Un opérateur détenu par ses abonnés.",
        "license": "CC-BY-SA-4.0",
        "sections": [
            {
                "key": "billing",
                "role": "Value",
                "adaptability": "Core",
                "name": {"fr": "Facturer l'usage réel", "en": "Bill actual use"},
                "text": {"fr": "La donnée est facturée.\n\nSans forfait.", "en": "Data is billed."},
            },
            {
                "key": "legal",
                "role": "LegalForm",
                "adaptability": "Adaptable",
                "name": {"fr": "Forme juridique"},
                "text": {"fr": "Une SCIC."},
            },
            {
                "key": "costs",
                "role": "Costs",
                "adaptability": "Adaptable",
                "name": {"fr": "Coûts"},
                "text": {"fr": "Mille abonnés."},
            },
        ],
    } | changes


def as_body(model: Body) -> Body:
    """A model that was read, as the body of its next version."""
    members = ("key", "role", "adaptability", "name", "text")
    return {
        "name": model["names"],
        "language": model["language"],
        "summary": model["summaries"],
        "license": model["license"],
        "sections": [{name: one[name] for name in members} for one in model["sections"]],
    }


async def a_program(
    house: House,
    handle: str,
    *,
    scopes: str = "read write follow",
    office: Office = Office.EDITOR,
) -> Program:
    """A new organisation, and a program that acts for it."""
    organisation = await house.organisation(handle)
    member = await house.member(f"{handle}@example.org", organisation, office)
    return Program(house, organisation, await house.token(member, organisation, scopes))
