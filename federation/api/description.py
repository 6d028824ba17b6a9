"""The description of this API: an OpenAPI 3.1 document, made from the table of operations.

Nothing is written by hand that the routes, the bodies or the schemas say already. It is itself an
operation, open to everybody: a program may read it before it has a token.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from activitypub.iris import Iri
from federation import __version__
from federation.api.operations import ROOT, Operation
from federation.api.schemas.everything import SCHEMAS
from federation.api.shapes import Schema

OPENAPI: Final = "3.1.0"

_PLACE: Final = re.compile(r"\{(\w+)\}")
_ABOUT: Final = """\
Publish, read, fork and merge models, follow organisations, search what this instance knows.

Reading needs no token. For everything else, send `Authorization: Bearer …`; the operator gives
tokens out with `essaim token create`, and applications get them by OAuth 2. A token acts for one
organisation.

Ids are local to an instance; `iri` is what a thing is called everywhere. Times are RFC 3339, in
UTC. Errors are problem documents (RFC 9457); where several members of a body are wrong, `errors`
names all of them at once."""

_EVERYWHERE: Final = {
    400: "The body is not one JSON object.",
    401: "There is no token, or none that is known.",
    403: "The token, the organisation or the member's office does not allow it.",
    413: "The body is too large.",
    422: "A member of the body is wrong.",
}


def describe(operations: Iterable[Operation], origin: Iri) -> dict[str, Any]:
    """The OpenAPI document of these operations at this instance."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "Essaim",
            "version": __version__,
            "summary": "Proven models of the social economy: publish, follow, fork, adapt.",
            "description": _ABOUT,
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": f"{origin}{ROOT}"}],
        "paths": paths,
        "components": {
            "schemas": dict(SCHEMAS),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.says,
        "security": [] if one.scope is None else [{"token": []}],
        "responses": {str(one.status): _success(one)}
        | {
            str(status): _problem(words)
            for status, words in sorted((_usual(one) | dict(one.problems)).items())
        },
    }
    if one.scope is not None:
        described["description"] = f"Needs a token with the scope `{one.scope}`."
    if parameters := _parameters(one):
        described["parameters"] = parameters
    if one.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": one.body.schema()}},
        }
    if one.body_media is not None:
        described["requestBody"] = {"required": True, "content": {one.body_media: {}}}
    return described


def _usual(one: Operation) -> dict[int, str]:
    """The problems that need not be said of each operation."""
    wanted = {401, 403} if one.scope is not None else set()
    if one.body is not None:
        wanted |= {400, 413, 422}
    return {status: words for status, words in _EVERYWHERE.items() if status in wanted}


def _success(one: Operation) -> dict[str, Any]:
    if one.is_text:
        return {
            "description": "The answer.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        }
    if one.media is not None:
        return {"description": "The file.", "content": {one.media: {}}}
    if one.answer is None:
        return {"description": "Done."}
    is_document = one.answer not in SCHEMAS
    schema: Schema = (
        {"type": "object"} if is_document else {"$ref": f"#/components/schemas/{one.answer}"}
    )
    answer: dict[str, Any] = {
        "description": "Done." if one.status == 201 else "The answer.",
        "content": {"application/json": {"schema": schema}},
    }
    if one.has_location:
        answer["headers"] = {
            "Location": {
                "description": "The address of what was made.",
                "schema": {"type": "string", "format": "uri"},
            }
        }
    return answer


def _problem(words: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": words, "content": {"application/problem+json": {"schema": schema}}}


def _parameters(one: Operation) -> list[dict[str, Any]]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PLACE.findall(one.path)
    ]
    in_query = [
        {"name": each.name, "in": "query", "description": each.says, "schema": each.schema}
        for each in one.arguments
    ]
    return in_path + in_query
