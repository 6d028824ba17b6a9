"""Operation: one thing a program can ask for, said once.

The table of operations is what the routes are made from, and what the OpenAPI document is made
from: neither can drift from the other.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from federation.api.shapes import Record, Schema

ROOT: Final = "/api/essaim/v1"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Argument:
    """One member of the query string, always optional."""

    name: str
    says: str
    schema: Schema = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    Attributes:
        path: below `ROOT`; its `{names}` are the same for aiohttp and for OpenAPI.
        name: the operation's id, a verb and a noun in lower camel case.
        scope: what the token must be allowed to do; None where no token is needed.
        status: of the answer when all goes well.
        answer: the name of its schema in `schemas.everything`, or None where there is no body.
        is_text: the answer is plain text and not JSON.
        media: the answer is a file of this type.
        body_media: the body is a file of this type.
        problems: the statuses of problem documents that it may answer, with their reasons.
    """

    method: str
    path: str
    name: str
    says: str
    handler: Handler
    scope: str | None = None
    status: int = 200
    answer: str | None = None
    body: Record | None = None
    arguments: tuple[Argument, ...] = ()
    problems: Mapping[int, str] = field(default_factory=dict)
    has_location: bool = False
    is_text: bool = False
    media: str | None = None
    body_media: str | None = None
