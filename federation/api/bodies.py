"""Bodies: what programs may send, and what it means.

A body is read by its shape; what follows here turns it into the domain's own values. Names and
texts may be a bare string, which is then in the sheet's own language.
"""

from collections.abc import Mapping
from typing import Any, Final

from actors.errors import Unwise
from actors.rules.commons import MayPost
from actors.rules.languages import canonical_tag
from actors.rules.modifications import Modification, Nature, Reason
from actors.rules.sections import Adaptability, Role, Section, Sheet
from actors.site import id_in
from actors.verbs.tending import Act
from actors.vocabulary import FORK_KINDS
from federation.api import facts
from federation.api.shapes import (
    ByLanguage,
    Faults,
    Flag,
    ListOf,
    MapOf,
    Number,
    OneOf,
    Record,
    Shape,
    Text,
    Word,
)

_USUAL_LICENCE: Final = "CC-BY-SA-4.0"  # of a draft that does not say yet

_SECTION: Final = Record(
    "One section.",
    {
        "key": Text(
            "Its identity inside the model: a-z, 0-9 and hyphens. It stays when the name changes."
        ),
        "role": Word("What it is about.", [str(role) for role in Role]),
        "adaptability": Word(
            "How freely a fork may change it.", [str(one) for one in Adaptability]
        ),
        "name": ByLanguage("Its title.", or_text=True),
        "text": ByLanguage("What it says, as Markdown.", or_text=True),
        "translatedFrom": ByLanguage(
            "For a translation, the digest of the text it translates. Left out, a new text beside "
            "the source text is its translation, unless `modifications` list the section.",
            may_be_empty=True,
        ),
    },
    frozenset({"key", "role", "adaptability", "name", "text"}),
)

_MODEL_MEMBERS: Final[Mapping[str, Shape]] = {
    "name": ByLanguage("The title.", or_text=True),
    "language": Text("The language it is written in (BCP 47)."),
    "summary": ByLanguage("One neutral sentence of at most 300 characters.", or_text=True),
    "license": Text("SPDX id, or LicenseRef-…."),
    "sections": ListOf("In order.", _SECTION, least=1),
    **facts.FACTS,
}
_MODEL_REQUIRED: Final = frozenset({"name", "language", "summary", "license", "sections"})

_DRAFT_SECTION: Final = Record(
    "One section, as far as it is written.", _SECTION.members, frozenset({"key", "role"})
)

_MODIFICATION: Final = Record(
    "One thing a fork does differently from its source.",
    {
        "section": Text("The key of the section."),
        "nature": Word("What was done.", [str(one) for one in Nature]),
        "reason": Word("Why.", [str(one) for one in Reason]),
        "note": Text("The reason in words.", may_be_empty=True),
        "planned": Flag("Decided before starting (the default), or found on the way."),
    },
    frozenset({"section", "nature", "reason"}),
)

_NOTE: Final = Text("What is new, in a sentence for readers.", may_be_empty=True)

_COMMONS: Final = Text("The handle of the commons, user@host; empty for none.", may_be_empty=True)

MODEL: Final = Record(
    "A model to publish.", {**_MODEL_MEMBERS, "commons": _COMMONS}, _MODEL_REQUIRED
)
REVISION: Final = Record(
    "A new version: the whole sheet, not a difference.",
    {
        **_MODEL_MEMBERS,
        "note": _NOTE,
        "modifications": ListOf("For a fork: what is done differently, and why.", _MODIFICATION),
        "after": Number("The number of the version that was read: refused if there is a newer."),
    },
    _MODEL_REQUIRED,
)
DRAFT: Final = Record(
    "What is written so far; it may break every rule of what is published.",
    {
        **_MODEL_MEMBERS,
        "sections": ListOf("In order.", _DRAFT_SECTION),
        "commons": _COMMONS,
        "note": _NOTE,
        "model": Text("The id of the model it is to be the next version of."),
        "modifications": ListOf("For a fork: what is done differently, and why.", _MODIFICATION),
    },
    frozenset({"language"}),
)
PLAN: Final = Record(
    "When to publish a draft.",
    {
        "publishAt": Text("A moment with its offset: 2026-03-12T14:00:00+01:00."),
        "zone": Text("The time zone in which people are told of it; UTC if left out."),
    },
    frozenset({"publishAt"}),
)
FORK: Final = Record(
    "What to fork.",
    {
        "source": Text("The address (ActivityPub id) of the model, here or on any instance."),
        "kind": Word("How the fork means to differ.", list(FORK_KINDS)),
        "language": Text("The language the fork will speak (BCP 47)."),
        "name": Text("What it is called in that language; its address is made from this."),
        "license": Text("SPDX id; that of the source, if left out."),
        "territory": facts.FACTS["territory"],
        "legalFormIn": facts.FACTS["legalFormIn"],
    },
    frozenset({"source", "kind", "language"}),
)
RESTORE: Final = Record(
    "Why an earlier version is published again.",
    {"note": Text("The reason, for those who follow the model.")},
    frozenset({"note"}),
)
_CHOICES: Final = MapOf(
    "Section key → choice. Keys that begin with @ are values beside the sections: `@name.fr`.",
    OneOf(
        "Whose text to keep, or another one.",
        Word("Take theirs or keep ours.", ["theirs", "ours"]),
        Record(
            "A text of one's own.",
            {"text": ByLanguage("What the section shall say, as Markdown.")},
            frozenset({"text"}),
        ),
    ),
)
_REASONS: Final = ListOf("Why sections of ours stay different.", _MODIFICATION)

_RELATIVE: Final = Text(
    "The address of the relative to take from: a further source, or another fork of one."
    " Left out, it is the source."
)

MERGE: Final = Record(
    "What to take from upstream. Every section in conflict needs a choice.",
    {
        "choices": _CHOICES,
        "note": _NOTE,
        "modifications": _REASONS,
        "from": _RELATIVE,
    },
    frozenset({"choices"}),
)
CHOICES: Final = Record(
    "What is decided so far; what is not named stays as it was decided before.",
    {"choices": _CHOICES, "modifications": _REASONS, "from": _RELATIVE},
    frozenset({"choices"}),
)
FOLLOW: Final = Record(
    "Whom to follow.", {"handle": Text("user@host, or user@host:port.")}, frozenset({"handle"})
)
_CHARTER: Final[Mapping[str, Shape]] = {
    "language": Text("Its own language (BCP 47)."),
    "name": ByLanguage("What people call it.", or_text=True),
    "summary": ByLanguage("What it is about, as Markdown.", or_text=True, may_be_empty=True),
    "rules": Text("What one keeps to there, as Markdown.", may_be_empty=True),
    "family": Text("Its theme: a family of models.", may_be_empty=True),
    "posting": Word("Who may put something into it.", [one.value for one in MayPost]),
    "approvesMembers": Flag("Whether members are let in by hand."),
}
COMMONS: Final = Record(
    "A commons to open.",
    {"handle": Text("Its name in addresses; it can never change."), **_CHARTER},
    frozenset({"handle", "language", "name"}),
)
CHARTER: Final = Record(
    "What a commons says of itself, all of it.", _CHARTER, frozenset({"language", "name"})
)
TENDING: Final = Record(
    "What to do to what, or to whom.",
    {
        "do": Word("What to do.", [one.value for one in Act]),
        "iri": Text("The address of the model or remark: for remove, pin and unpin."),
        "handle": Text("Who is meant, user@host: for all else."),
        "reason": Text("Why, for those concerned: for remove and exclude."),
    },
    frozenset({"do"}),
)
PLACE: Final = Record("Where a model stands.", {"commons": _COMMONS}, frozenset({"commons"}))
READ_NOTICES: Final = Record(
    "Up to where the notices have been read.",
    {"upTo": Text("The id of the newest notice that has been read.")},
    frozenset({"upTo"}),
)


def sheet(values: Mapping[str, Any]) -> Sheet:
    """The sheet that a body of shape MODEL, REVISION or DRAFT describes."""
    language = canonical_tag(values["language"])
    return Sheet(
        language=language,
        names=by_language(values.get("name", {}), language),
        summaries=by_language(values.get("summary", {}), language),
        license=values.get("license", _USUAL_LICENCE),
        sections=tuple(_section(one, language) for one in values.get("sections", ())),
        facts=facts.given(values),
    )


def modifications(values: Mapping[str, Any]) -> tuple[Modification, ...]:
    """What a fork says it does differently."""
    return tuple(
        Modification(
            section=one["section"],
            nature=Nature(one["nature"]),
            reason=Reason(one["reason"]),
            note=one.get("note", ""),
            planned=one.get("planned", True),
        )
        for one in values.get("modifications", ())
    )


def choices(values: Mapping[str, Any]) -> dict[str, Any]:
    """The choices of a merge as the verb wants them: "theirs", "ours" or texts by language."""
    return {
        key: choice["text"] if isinstance(choice, dict) else choice
        for key, choice in values["choices"].items()
    }


def number(text: str, path: str) -> int:
    """An id that came as text.

    Raises:
        Unwise: it is no id.
    """
    found = id_in(text)
    if found is None:
        raise Unwise("This is not an id.", fields={path: "This must be an id that was given here."})
    return found


_PATHS: Final = {
    "names": "name",
    "summaries": "summary",
    "texts": "text",
    "translated_from": "translatedFrom",
}


def in_words_of_the_body(fields: Mapping[str, str]) -> Faults:
    """Faults of a sheet under the names that its members have in a body: `sections[2].text.fr`."""
    return {
        ".".join(_PATHS.get(part, part) for part in path.split(".")): fault
        for path, fault in fields.items()
    }


def _section(one: Mapping[str, Any], language: str) -> Section:
    return Section(
        key=one["key"],
        role=Role(one["role"]),
        adaptability=Adaptability(one.get("adaptability", Adaptability.ADAPTABLE)),
        names=by_language(one.get("name", {}), language),
        texts=by_language(one.get("text", {}), language),
        translated_from=one.get("translatedFrom", {}),
    )


def by_language(given: Mapping[str, str], language: str) -> dict[str, str]:
    """Texts by language; the one under the empty tag is in the sheet's own language."""
    return {tag or language: text for tag, text in given.items()}
