"""Code lists: look a code up by words, or see what lists there are."""

from typing import Final

from aiohttp import web

from actors.errors import NotFound, Unwise
from actors.rules.codes.lists import EDITIONS, MOST_FOUND, CodeList, code_list
from federation.api import answers
from federation.api.operations import Argument, Operation

_LONGEST: Final = 200  # characters of a query: the longest label is shorter


async def lists(_: web.Request) -> web.Response:
    """GET codes: every list with its edition."""
    items = [
        {"name": name, "edition": edition, "count": len(code_list(name).codes)}
        for name, edition in EDITIONS.items()
    ]
    return answers.respond({"items": items, "next": None})


async def search(request: web.Request) -> web.Response:
    """GET codes/{list}: the codes in which every word occurs."""
    known = _named(request.match_info["list"])
    words, language = request.query.get("q", ""), request.query.get("language", "en")
    if len(words) > _LONGEST:
        raise Unwise("This is too long to look for.", fields={"q": f"At most {_LONGEST} signs."})
    exact = known.find(words)
    found = known.search(words, broader=request.query.get("in", ""))
    if exact is not None:
        found = [exact, *(one for one in found if one is not exact)][:MOST_FOUND]
    return answers.respond({"items": [answers.code(one, language) for one in found], "next": None})


def _named(name: str) -> CodeList:
    if name not in EDITIONS:
        raise NotFound("There is no such list; codes names them all.")
    return code_list(name)


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/codes",
        name="listCodeLists",
        says="List the code lists",
        handler=lists,
        answer="CodeLists",
    ),
    Operation(
        method="GET",
        path="/codes/{list}",
        name="searchCodes",
        says="Look codes up by words",
        handler=search,
        answer="Codes",
        arguments=(
            Argument("q", "Words of a label in any language, or part of a code."),
            Argument("in", "Only what belongs to this: a country, for regions and legal forms."),
            Argument("language", "The language of `label` (BCP 47)."),
        ),
        problems={404: "There is no such list."},
    ),
)
