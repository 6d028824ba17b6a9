"""The directory: models that this instance knows, its own and those of peers."""

from typing import Final

from aiohttp import web

from actors.rules.languages import canonical_tag
from actors.views import catalogue
from federation.api import answers
from federation.api.operations import ROOT, Argument, Operation
from federation.api.paging import ARGUMENTS, cut, page_of
from federation.app_keys import DATABASE

_FACETS: Final = ("q", "language", "territory", "family")


async def search(request: web.Request) -> web.Response:
    """GET directory."""
    page = page_of(request)
    facets = {name: request.query.get(name, "").strip() for name in _FACETS}
    async with request.app[DATABASE].read() as session:
        entries = await catalogue.search(
            session,
            q=facets["q"],
            language=canonical_tag(facets["language"]) if facets["language"] else None,
            territory=facets["territory"] or None,
            family=facets["family"] or None,
            page=page,
        )
    items = [answers.short_model(entry) for entry in entries]
    return answers.respond(cut(request, f"{ROOT}/directory", items, page, keep=_FACETS))


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/directory",
        name="searchDirectory",
        says="Search the models known here",
        handler=search,
        answer="Directory",
        arguments=(
            Argument("q", "Words that must all be there, in any language, case and accents."),
            Argument("language", "A language it can be read in, such as it."),
            Argument("territory", "A territory, as NUTS code or address, such as FR."),
            Argument("family", "A family of models."),
            *ARGUMENTS,
        ),
        problems={422: "An argument cannot be understood."},
    ),
)
