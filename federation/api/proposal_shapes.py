"""What programs send about proposals, and what they are answered."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from actors.database import Session
from actors.rules.modifications import Reason
from actors.rules.proposals import Change, Takes
from actors.rules.sections import Adaptability, Role, Section, Sheet
from actors.views import history, proposals
from actors.views.proposals import Beside, Item
from federation.api import answers, bodies
from federation.api.answers import Answer
from federation.api.shapes import ByLanguage, Flag, ListOf, Record, Text, Word
from federation.app_keys import SETTINGS

_MESSAGE: Final = "At most 2,000 characters; everybody can read it."

_CHANGE: Final = Record(
    "One section as it shall be. What is not given stays as it is.",
    {
        "section": Text("Its key; a new one adds a section."),
        "name": ByLanguage("Its title.", or_text=True),
        "text": ByLanguage(
            "What it shall say, as Markdown; languages not named stay.", or_text=True
        ),
        "role": Word("What it is about; only for a new section.", [str(role) for role in Role]),
        "adaptability": Word(
            "How freely a fork may change it; only for a new section.",
            [str(one) for one in Adaptability],
        ),
        "remove": Flag("It shall go."),
        "reason": Word("Why.", [str(one) for one in Reason]),
        "note": Text("The reason in words.", may_be_empty=True),
    },
    frozenset({"section"}),
)
PROPOSAL: Final = Record(
    "A change to propose to the owner of a model.",
    {
        "message": Text(f"Why. {_MESSAGE}"),
        "language": Text("The language of the message (BCP 47)."),
        "fork": Text("The id of the organisation's own fork that it comes from."),
        "sections": ListOf(
            "Keys of sections of that fork which differ: as the fork says them.", Text("A key.")
        ),
        "changes": ListOf("Sections written for the purpose.", _CHANGE),
    },
    frozenset({"message"}),
)
ACCEPTANCE: Final = Record(
    "What to take of a proposal. A section without a choice is taken; a conflict needs one.",
    {
        "choices": bodies.MERGE.members["choices"],
        "message": Text(f"A word to the proposer. {_MESSAGE}", may_be_empty=True),
    },
)
QUESTION: Final = Record(
    "What to ask.", {"question": Text(f"The question. {_MESSAGE}")}, frozenset({"question"})
)
REFUSAL: Final = Record(
    "Why it is declined.", {"reason": Text(f"The reason. {_MESSAGE}")}, frozenset({"reason"})
)
POLICY: Final = Record(
    "From whom the organisation takes proposals.",
    {"from": Word("From whom.", [one.value for one in Takes])},
    frozenset({"from"}),
)


def change(one: Mapping[str, Any], sheet: Sheet) -> Change:
    """The section that a body of shape PROPOSAL describes; what it does not say stays."""
    key, reason = one["section"], Reason(one.get("reason", Reason.LESSON))
    note = one.get("note", "")
    if one.get("remove"):
        return Change(key=key, section=None, reason=reason, note=note)
    before = sheet.section(key)
    names = bodies.by_language(one.get("name", {}), sheet.language)
    texts = bodies.by_language(one.get("text", {}), sheet.language)
    section = Section(
        key=key,
        role=before.role if before else Role(one.get("role", Role.ADAPTABLE)),
        adaptability=before.adaptability
        if before
        else Adaptability(one.get("adaptability", Adaptability.ADAPTABLE)),
        names={**(before.names if before else {}), **names},
        texts={**(before.texts if before else {}), **texts},
        translated_from={
            tag: of
            for tag, of in (before.translated_from if before else {}).items()
            if tag not in texts
        },
    )
    return Change(key=key, section=section, reason=reason, note=note)


def short(request: web.Request, item: Item) -> Answer:
    """Schema `ShortProposal`."""
    row, model = item.proposal, item.model
    return {
        "id": str(row.id),
        "iri": row.iri,
        "url": f"{request.app[SETTINGS].instance.origin}/proposals/{row.id}",
        "model": {"id": str(model.id), "iri": model.iri, "name": model.name},
        "from": answers.actor(item.proposer),
        "to": answers.actor(item.owner),
        "state": item.standing,
        "message": row.message,
        "language": row.language,
        "sections": [one.key for one in item.changes],
        "baseVersion": row.base_iri,
        "fork": row.fork_iri,
        "answer": row.answer,
        "keys": row.keys,
        "result": row.result_iri,
        "currentVersion": row.current_iri,
        "note": row.note_iri,
        "at": answers.time(row.made_at),
        "answered": answers.time(row.answered_at) if row.answered_at else None,
    }


async def in_full(request: web.Request, session: Session, item: Item) -> Answer:
    """Schema `Proposal`."""
    beside = await proposals.beside(session, item)
    changes = [
        {
            "section": one.key,
            "reason": one.reason.value,
            "note": one.note,
            "text": dict(one.section.texts) if one.section else None,
            "name": dict(one.section.names) if one.section else None,
        }
        for one in item.changes
    ]
    return short(request, item) | {"changes": changes, "columns": _columns(beside)}


def _columns(beside: Beside | None) -> list[Answer]:
    if beside is None:
        return []
    base, ours = history.sheet(beside.base), history.sheet(beside.ours)
    return [answers.compared(row, base, ours, beside.theirs) for row in beside.rows]
