"""Proposals: changes offered upstream."""

from collections.abc import Mapping
from typing import Final

from actors.rules.modifications import Reason
from actors.rules.proposals import Takes
from federation.api.schemas.notation import (
    BY_LANGUAGE,
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

_SHORT_PROPOSAL: Final[dict[str, Schema]] = {
    "id": ID,
    "iri": {**IRI, "description": "The ActivityPub id."},
    "url": {**IRI, "description": "The page for people."},
    "model": record("What is to change.", {"id": ID, "iri": IRI, "name": text("Name")}),
    "from": ref("Actor"),
    "to": ref("Actor"),
    "state": one_of(
        "What became of it; gone: the model was deleted; left: who proposed has closed the account;"
        " moved: the owner has moved, and answers nothing under this address.",
        "open",
        "asked",
        "accepted",
        "rejected",
        "gone",
        "left",
        "moved",
    ),
    "message": text("Why, by who proposes it."),
    "language": or_null(text("Of the message (BCP 47).")),
    "sections": array({"type": "string"}, "The keys of the sections it is about."),
    "baseVersion": {**IRI, "description": "The version it was written against."},
    "fork": or_null({**IRI, "description": "The version of a fork that it comes from."}),
    "answer": text("What the owner said last; may be empty."),
    "keys": array({"type": "string"}, "The sections that were taken, or are in conflict."),
    "result": or_null({**IRI, "description": "The version that it is in."}),
    "currentVersion": or_null({**IRI, "description": "The version at the refusal."}),
    "note": or_null({**IRI, "description": "The remark under which people talk about it."}),
    "at": TIME,
    "answered": or_null(TIME),
}

SCHEMAS: Final[Mapping[str, Schema]] = {
    "ShortProposal": record("A change that is proposed, in a list.", _SHORT_PROPOSAL),
    "Proposals": page_of("ShortProposal", "Changes that are proposed."),
    "Proposal": record(
        "A change that is proposed, beside the model as it is now.",
        _SHORT_PROPOSAL
        | {
            "changes": array(
                record(
                    "One section as it shall be.",
                    {
                        "section": text("Its key."),
                        "reason": one_of("Why.", *(str(reason) for reason in Reason)),
                        "note": text("The reason in words; may be empty."),
                        "text": or_null({**BY_LANGUAGE, "description": "Null: it shall go."}),
                        "name": or_null(BY_LANGUAGE),
                    },
                ),
                "As it was proposed.",
            ),
            "columns": array(
                ref("ComparedSection"),
                "Base: when it was proposed; ours: the model now; theirs: with the change.",
            ),
        },
    ),
    "ProposalPolicy": record(
        "From whom an organisation takes proposals.",
        {"from": one_of("From whom.", *(str(one) for one in Takes))},
    ),
}
