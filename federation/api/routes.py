"""The table of operations, as routes and as a description."""

import re
from typing import Final, NoReturn

from aiohttp import web

from actors.errors import NotFound
from federation.api import (
    admin,
    answers,
    archives,
    choices,
    codes,
    commons,
    directory,
    drafts,
    follows,
    forks,
    glossaries,
    jottings,
    kin,
    look,
    media,
    members,
    models,
    network_pages,
    notices,
    proposals,
    records,
    reports,
    search,
    translations,
    versions,
)
from federation.api.description import describe
from federation.api.operations import ROOT, Operation
from federation.app_keys import SETTINGS


async def description(request: web.Request) -> web.Response:
    """GET openapi.json: what this API can do."""
    return answers.respond(describe(OPERATIONS, request.app[SETTINGS].instance.origin))


OPERATIONS: Final = (
    *models.OPERATIONS,
    *versions.OPERATIONS,
    *drafts.OPERATIONS,
    *archives.OPERATIONS,
    *media.OPERATIONS,
    *look.OPERATIONS,
    *network_pages.OPERATIONS,
    *forks.OPERATIONS,
    *proposals.OPERATIONS,
    *translations.OPERATIONS,
    *glossaries.OPERATIONS,
    *choices.OPERATIONS,
    *kin.OPERATIONS,
    *follows.OPERATIONS,
    *commons.OPERATIONS,
    *directory.OPERATIONS,
    *search.OPERATIONS,
    *codes.OPERATIONS,
    *records.OPERATIONS,
    *members.OPERATIONS,
    *jottings.OPERATIONS,
    *notices.OPERATIONS,
    *reports.OPERATIONS,
    *admin.OPERATIONS,
    Operation(
        method="GET",
        path="/openapi.json",
        name="describe",
        says="This document",
        handler=description,
        answer="OpenAPI",
    ),
)


async def unknown(request: web.Request) -> NoReturn:
    """Everything else below `ROOT`.

    Another edge answers preflights for all of `/api/`, so aiohttp alone would say of any path here
    that it exists and only the method is wrong.

    Raises:
        HTTPMethodNotAllowed: the path has other methods (405).
        NotFound: there is no such path (404).
    """
    path = request.path.removeprefix(ROOT)
    allowed = {one.method for one in OPERATIONS if re.fullmatch(_pattern(one.path), path)}
    if allowed:
        raise web.HTTPMethodNotAllowed(request.method, allowed)
    raise NotFound(f"There is no such address; {ROOT}/openapi.json lists them all.")


def _pattern(path: str) -> str:
    return re.sub(r"\{\w+\}", "[^/]+", path)


def routes() -> list[web.RouteDef]:
    """Every operation as a route, and the one that answers for all other paths."""
    served = [web.route(one.method, ROOT + one.path, one.handler) for one in OPERATIONS]
    return [*served, web.route("*", ROOT + "/{tail:.*}", unknown)]
