"""Organisations: whoever speaks, for whom a token acts, whom one follows, what one is told."""

from collections.abc import Mapping
from typing import Final

from actors.rules.permissions import Office
from federation.api.schemas.notation import (
    FLAG,
    ID,
    IRI,
    TIME,
    array,
    one_of,
    or_null,
    page_of,
    record,
    ref,
    text,
)
from federation.api.shapes import Schema

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Actor": record(
        "An organisation, or anybody else who can speak.",
        {
            "id": ID,
            "iri": IRI,
            "handle": text("name@host"),
            "name": text("As people know it."),
            "url": or_null(IRI),
        },
    ),
    "Myself": record(
        "Who the token acts for.",
        {
            "member": record("The person.", {"id": ID, "name": text("As given at sign-up.")}),
            "organisation": ref("Actor"),
            "office": one_of("What the person may do there.", *(str(office) for office in Office)),
            "isNetwork": {
                **FLAG,
                "description": "Whether it is the network: its stewards run this instance.",
            },
            "scopes": array({"type": "string"}, "What the token may do."),
        },
    ),
    "Follow": record(
        "Somebody the organisation follows.",
        {
            "id": ID,
            "handle": text("name@host"),
            "actor": ref("Actor"),
            "state": one_of("What the other side has answered.", "pending", "accepted", "rejected"),
        },
    ),
    "Follows": page_of("Follow", "Whom the organisation follows."),
    "Notice": record(
        "Something the organisation should know.",
        {
            "id": ID,
            "kind": text(
                "follow, followed, fork, upstream, reply, mention, like, boost, declined, removed, "
                "published, unpublished, proposal, proposal-accepted …"
            ),
            "from": ref("Actor"),
            "model": or_null(
                record("The model it is about.", {"id": ID, "iri": IRI, "name": text("Name")})
            ),
            "about": {"type": "object", "description": "Counts and section keys, by kind."},
            "at": TIME,
            "read": FLAG,
        },
    ),
    "Notices": page_of("Notice", "What the organisation should know."),
}
