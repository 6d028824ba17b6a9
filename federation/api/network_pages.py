"""Network pages: who the network is, how to reach it, house rules, privacy, conduct, terms."""

from typing import Any, Final

from aiohttp import web

from actors.errors import NotFound
from actors.rules import permissions
from actors.rules.network_pages import (
    HouseRule,
    Kind,
    Said,
    with_email,
    with_every_rule,
    with_text,
)
from actors.site import id_in
from actors.verbs import presenting
from actors.views import network_pages as views
from actors.views.network_pages import Version
from federation.api import answers
from federation.api.answers import Answer
from federation.api.authenticating import WRITE, acting
from federation.api.operations import Operation
from federation.api.shapes import ByLanguage, ListOf, Number, Record, Text, read_body
from federation.app_keys import DATABASE, SITE

RULE: Final = Record(
    "A house rule.",
    {
        "number": Number("Of a rule that there is; without it, it is a new one."),
        "texts": ByLanguage("One sentence."),
        "hints": ByLanguage("What explains it.", may_be_empty=True),
    },
    required=frozenset({"texts"}),
)

PAGE: Final = Record(
    "What the page says from now on; what is left out stays as it is.",
    {
        "texts": ByLanguage("Markdown; all of it.", may_be_empty=True),
        "rules": ListOf("All rules in their order; of the house rules only.", RULE),
        "email": Text("To whom one may write; of `contact` only.", may_be_empty=True),
        "seen": Text("The version that is changed; empty for the first.", may_be_empty=True),
    },
    required=frozenset({"seen"}),
)


async def read(request: web.Request) -> web.Response:
    """GET network-pages."""
    async with request.app[DATABASE].read() as session:
        pages = await views.all_now(session)
    return answers.respond({"items": [_told(page) for page in pages.values()]})


async def write(request: web.Request) -> web.Response:
    """PUT network-pages/{kind}."""
    who = await acting(request, WRITE)
    permissions.must_administer(who.office, is_network=who.is_network)
    name = request.match_info["kind"]
    if name not in {str(kind) for kind in Kind}:
        raise NotFound("There is no such page.")
    kind, values = Kind(name), await read_body(request, PAGE)
    async with request.app[DATABASE].begin() as session:
        before = await views.now(session, kind)
        said = _said(kind, before.said, values)
        page = await presenting.write(
            session, request.app[SITE], who.member, kind, said, seen=id_in(values["seen"]) or 0
        )
    return answers.respond(_told(page))


def _said(kind: Kind, before: Said, values: dict[str, Any]) -> Said:
    """The page as it would be.

    Raises:
        Unwise: something in it is too long, or is none.
    """
    said = before
    if kind == Kind.RULES and "rules" in values:
        rules = [
            HouseRule(int(one.get("number", 0)), one["texts"], one.get("hints", {}))
            for one in values["rules"]
        ]
        said = with_every_rule(said, rules)
    if kind != Kind.RULES and "texts" in values:
        said = Said(email=said.email)
        for language, text in values["texts"].items():
            said = with_text(said, language, text)
    if kind == Kind.CONTACT and "email" in values:
        said = with_email(said, values["email"])
    return said


def _told(page: Version) -> Answer:
    """Schema `NetworkPage`."""
    said = page.said
    return {
        "kind": str(page.kind),
        "version": str(page.id) if page.id else "",
        "texts": dict(said.texts),
        "rules": [
            {"number": one.number, "texts": dict(one.texts), "hints": dict(one.hints)}
            for one in said.rules
        ],
        "email": said.email,
        "since": None if page.made_at is None else answers.time(page.made_at),
    }


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/network-pages",
        name="readNetworkPages",
        says="Read what the network says of itself: who it is, house rules, privacy",
        handler=read,
        answer="NetworkPages",
    ),
    Operation(
        method="PUT",
        path="/network-pages/{kind}",
        name="writeNetworkPage",
        says="Write one of these pages (stewards of the network); what it said before is kept",
        handler=write,
        scope=WRITE,
        body=PAGE,
        answer="NetworkPage",
        problems={
            403: "Only stewards of the network do this.",
            404: "There is no such page.",
            409: "Somebody else changed the page meanwhile.",
            422: "A text is too long, or there are too many of them.",
        },
    ),
)
