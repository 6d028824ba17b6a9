"""Search: models, organisations and commons that are known here, by words and facets."""

from collections.abc import Sequence
from typing import Final

from aiohttp import web
from yarl import URL

from actors.database import Session
from actors.errors import Unwise
from actors.rules import concepts, extracts, wishes
from actors.rules.labels import COMMONS, MODEL, ORGANISATION
from actors.rules.wishes import Wish
from actors.site import id_in
from actors.views import findings, history
from actors.views.catalogue import Entry
from actors.views.findings import Found, Hit
from federation import searching
from federation.api import answers, authenticating
from federation.api.answers import Answer
from federation.api.operations import ROOT, Argument, Operation
from federation.api.paging import MOST, USUAL
from federation.app_keys import DATABASE, SETTINGS

_LAST: Final = findings.MOST
_NARROWING: Final = {
    "family": "A family of models, such as hosting.",
    "theme": "A theme, as its word (repair) or address; `/concepts` lists ours.",
    "territory": "What lies there: a NUTS code or an address, such as FR or ITC4.",
    "language": "What can be read in this language, such as it.",
    "maturity": "How far it has come, such as Proven.",
    "evidence": "A level that a record of practice has reached at least, such as E2.",
    "licence": "Its SPDX id.",
    "status": "The ESS status of its organisation, such as EssByLegalForm.",
    "by": "The id here of the organisation whose it is.",
    "near": "What lies in this territory or around it, or names none.",
    "form": "What takes this legal form or one of its kind, or names none: an ELF code, an address,"
    " or association, cooperative, foundation, mutual, company.",
}


async def search(request: web.Request) -> web.Response:
    """GET search."""
    wish = searching.wish_of(request.query)
    wishes.check(wish)
    page, limit = _number(request, "page", _LAST) or 1, _number(request, "limit", MOST) or USUAL
    start = (page - 1) * limit
    viewer = None
    if "Authorization" in request.headers:
        viewer = (await authenticating.acting(request, authenticating.READ)).organisation
    async with request.app[DATABASE].read() as session:
        found = await findings.find(session, wish, viewer)
        items = await _items(session, wish, found.hits[start : start + limit])
    origin = request.app[SETTINGS].instance.origin
    following = None
    if start + limit < len(found.hits):
        query = {**wish.said, "page": str(page + 1), "limit": str(limit)}
        following = str(URL(f"{origin}{ROOT}/search").with_query(query))
    return answers.respond(
        {
            "items": items,
            "next": following,
            "count": len(found.hits),
            "hasMore": found.has_more,
            "facets": _facets(found),
            "feed": origin + searching.address(searching.FEED, wish),
        }
    )


async def list_concepts(request: web.Request) -> web.Response:
    """GET concepts."""
    found = concepts.search(request.query.get("q", "")[: wishes.LONGEST])
    return answers.respond({"items": [_concept(one) for one in found]})


async def _items(session: Session, wish: Wish, hits: Sequence[Hit]) -> list[Answer]:
    if wish.kind != MODEL:
        return [_about(answers.actor(one)) for one in await findings.actors(session, hits)]
    wanted = extracts.needles(wish.q)
    return [
        _about(
            answers.actor(one.author),
            answers.short_model(Entry(one.model, one.author)),
            [
                _extract(found)
                for found in extracts.sections(
                    history.sheet(one.head), wanted, (wish.language,) if wish.language else ()
                )
            ],
        )
        for one in await findings.models(session, hits)
    ]


def _about(
    who: Answer, model: Answer | None = None, sections: list[Answer] | None = None
) -> Answer:
    """Schema `Finding`."""
    return {"actor": who, "model": model, "sections": sections or []}


def _extract(one: extracts.Extract) -> Answer:
    """Schema `Extract`."""
    return {
        "key": one.key,
        "name": one.name,
        "language": one.language,
        "before": one.before,
        "found": one.found,
        "after": one.after,
    }


def _facets(found: Found) -> Answer:
    return {
        name: [{"value": value, "count": number} for value, number in values]
        for name, values in found.facets.items()
    }


def _concept(one: concepts.Concept) -> Answer:
    """Schema `Concept`."""
    return {
        "kind": one.kind,
        "word": one.word,
        "iri": f"https://w3id.org/essaim/ns#{one.kind}-{one.word}",
        "names": {language: list(names) for language, names in one.names.items()},
    }


def _number(request: web.Request, name: str, most: int) -> int | None:
    text = request.query.get(name, "").strip()
    if not text:
        return None
    number = id_in(text)
    if number is not None and 1 <= number <= most:
        return number
    words = f"This must be a whole number from 1 to {most}."
    raise Unwise("An argument cannot be understood.", fields={name: words})


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/search",
        name="search",
        says="Search models, organisations and commons, with facets; what fits best first",
        handler=search,
        answer="Search",
        arguments=(
            Argument(
                "q", "Words, in any form, of any language; what they mean in others is found too."
            ),
            Argument(
                "kind",
                "What is looked for; model if it is not said.",
                {"type": "string", "enum": [MODEL, ORGANISATION, COMMONS]},
            ),
            *(Argument(name, says) for name, says in _NARROWING.items()),
            Argument(
                "page", "Which part, from 1.", {"type": "integer", "minimum": 1, "maximum": _LAST}
            ),
            Argument(
                "limit",
                "How many at most.",
                {"type": "integer", "minimum": 1, "maximum": MOST},
            ),
        ),
        problems={422: "An argument cannot be understood."},
    ),
    Operation(
        method="GET",
        path="/concepts",
        name="listConcepts",
        says="Families and themes, with what they are called in five languages",
        handler=list_concepts,
        answer="Concepts",
        arguments=(Argument("q", "The beginning of a name, in any of the languages."),),
    ),
)
