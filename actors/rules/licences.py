"""Licences: may this text be forked, and under what.

The table holds the licences that sheets, data and programs of the social economy really carry, by
SPDX id. Anything else may be named ``LicenseRef-…``: we then know nothing about it but its name, so
a fork keeps it.

Only the text of the sheet is judged here. Software, data and the name or mark of an organisation
have rights of their own, which a sheet states as facts.

Sources: SPDX licence list 3.25 for the ids; Creative Commons, "Compatible licenses" and the FAQ on
adapters' licences; ODbL 1.0, section 4.4; GNU, "Various licenses and comments". This is help in
plain words, not legal advice.
"""

import re
from dataclasses import dataclass

from actors.errors import Unwise

SPDX = "https://spdx.org/licenses/"
OWN = "https://w3id.org/essaim/ns#"  # LicenseRef-… ids have no page at SPDX

_REFERENCE = re.compile(r"LicenseRef-[A-Za-z0-9.-]{1,64}")
_CREATIVE_COMMONS = re.compile(
    r"https?://creativecommons\.org/licenses/([a-z-]+)/([0-9.]+)(?:/[a-z/]*)?"
)
_ZERO = re.compile(r"https?://creativecommons\.org/publicdomain/zero/1\.0(?:/[a-z/]*)?")
_SPDX_PAGE = re.compile(r"https?://spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json)?/?")


@dataclass(frozen=True)
class Licence:
    """What a licence asks of a fork.

    ``public_domain``: it asks nothing. ``carries_to``: the ids an adaptation may be under, when the
    licence is share-alike (or non-commercial); ``None`` when any licence that credits is fine.
    """

    id: str
    name: str
    derivatives: bool = True
    public_domain: bool = False
    carries_to: frozenset[str] | None = None


@dataclass(frozen=True)
class ForkTerms:
    """Whether a fork is allowed, under which licence, and why, as plain sentences (msgids)."""

    license: str
    allowed: bool
    explanation: str


FREE = "Do what you like with it."
CREDIT = "Say who wrote it and where it is from; an adaptation here does so by itself."
NOT_FOR_MONEY = "Do not use it mainly to earn money."
UNCHANGED = "Pass it on unchanged only: no adaptation and no translation without leave."
ALIKE = "Put what you make from it under this licence or one that is compatible with it."


def _kept(*ids: str) -> frozenset[str]:
    return frozenset(ids)


_BY_NC = _kept("CC-BY-NC-4.0", "CC-BY-NC-SA-4.0")
_GPL3 = _kept("GPL-3.0-only", "GPL-3.0-or-later")

LICENCES: dict[str, Licence] = {
    licence.id: licence
    for licence in (
        Licence("CC0-1.0", "Creative Commons Zero 1.0", public_domain=True),
        Licence("CC-BY-3.0", "Creative Commons Attribution 3.0"),
        Licence("CC-BY-4.0", "Creative Commons Attribution 4.0"),
        Licence(
            "CC-BY-SA-3.0",
            "Creative Commons Attribution-ShareAlike 3.0",
            carries_to=_kept("CC-BY-SA-3.0", "CC-BY-SA-4.0"),
        ),
        Licence(
            "CC-BY-SA-4.0",
            "Creative Commons Attribution-ShareAlike 4.0",
            carries_to=_kept("CC-BY-SA-4.0", "LAL-1.3", "GPL-3.0-only", "GPL-3.0-or-later"),
        ),
        Licence(
            "CC-BY-NC-4.0", "Creative Commons Attribution-NonCommercial 4.0", carries_to=_BY_NC
        ),
        Licence(
            "CC-BY-NC-SA-4.0",
            "Creative Commons Attribution-NonCommercial-ShareAlike 4.0",
            carries_to=_kept("CC-BY-NC-SA-4.0"),
        ),
        Licence(
            "CC-BY-ND-4.0", "Creative Commons Attribution-NoDerivatives 4.0", derivatives=False
        ),
        Licence(
            "CC-BY-NC-ND-4.0",
            "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0",
            derivatives=False,
        ),
        Licence("LAL-1.3", "Licence Art Libre 1.3", carries_to=_kept("LAL-1.3", "CC-BY-SA-4.0")),
        Licence(
            "GFDL-1.3-or-later",
            "GNU Free Documentation License 1.3 or later",
            carries_to=_kept("GFDL-1.3-or-later"),
        ),
        Licence("ODbL-1.0", "Open Database License 1.0", carries_to=_kept("ODbL-1.0")),
        Licence("ODC-By-1.0", "Open Data Commons Attribution 1.0"),
        Licence("PDDL-1.0", "Public Domain Dedication and License 1.0", public_domain=True),
        Licence("etalab-2.0", "Licence Ouverte 2.0"),
        Licence("MIT", "MIT License"),
        Licence("BSD-3-Clause", "BSD 3-Clause License"),
        Licence("Apache-2.0", "Apache License 2.0"),
        Licence("EUPL-1.2", "European Union Public Licence 1.2", carries_to=_kept("EUPL-1.2")),
        Licence(
            "GPL-2.0-only", "GNU General Public License 2 only", carries_to=_kept("GPL-2.0-only")
        ),
        Licence(
            "GPL-2.0-or-later",
            "GNU General Public License 2 or later",
            carries_to=_kept("GPL-2.0-only", "GPL-2.0-or-later", *_GPL3),
        ),
        Licence(
            "GPL-3.0-only", "GNU General Public License 3 only", carries_to=_kept("GPL-3.0-only")
        ),
        Licence(
            "GPL-3.0-or-later",
            "GNU General Public License 3 or later",
            carries_to=_GPL3,
        ),
        Licence(
            "AGPL-3.0-only",
            "GNU Affero General Public License 3 only",
            carries_to=_kept("AGPL-3.0-only"),
        ),
        Licence(
            "AGPL-3.0-or-later",
            "GNU Affero General Public License 3 or later",
            carries_to=_kept("AGPL-3.0-only", "AGPL-3.0-or-later"),
        ),
    )
}


def is_licence(id_: str) -> bool:
    """Whether this is an SPDX id of the table or a ``LicenseRef-…`` name."""
    return id_ in LICENCES or _REFERENCE.fullmatch(id_) is not None


def fork_terms(source: str, wanted: str | None = None) -> ForkTerms:
    """What a fork of a text under ``source`` may be under; ``wanted`` is what its author asks for.

    Nothing asked means the licence of the source. A fork that is not allowed says why.
    """
    asked = wanted or source
    licence = LICENCES.get(source)
    if licence is None:
        return _unknown_terms(source, asked)
    if not licence.derivatives:
        return ForkTerms(
            source,
            allowed=False,
            explanation="This licence allows no derivatives: the text may be shared, not adapted.",
        )
    if not is_licence(asked):
        return ForkTerms(
            asked, allowed=False, explanation="The licence asked for the fork is not one we know."
        )
    if asked == source:
        return ForkTerms(source, allowed=True, explanation=_same(licence))
    if licence.carries_to is not None:
        return _carried_terms(licence, asked)
    return _credited_terms(licence, asked)


def choices(source: str) -> tuple[str, ...]:
    """The ids that a fork of a text under ``source`` may be under, its own first."""
    known = (id_ for id_ in LICENCES if id_ != source)
    return tuple(id_ for id_ in (source, *known) if fork_terms(source, id_).allowed)


def asks(id_: str) -> tuple[str, ...]:
    """What a licence asks, as plain sentences (msgids); nothing, if we do not know it."""
    licence = LICENCES.get(id_)
    if licence is None:
        return ()
    if licence.public_domain:
        return (FREE,)
    told = [CREDIT]
    if "-NC" in id_:
        told.append(NOT_FOR_MONEY)
    if not licence.derivatives:
        told.append(UNCHANGED)
    elif licence.carries_to is not None:
        told.append(ALIKE)
    return tuple(told)


def judge_fork(source: str, wanted: str | None = None) -> ForkTerms:
    """The terms of a fork that is allowed.

    Raises:
        Unwise: the licence of the source forbids the fork, or forbids it under ``wanted``.
    """
    terms = fork_terms(source, wanted)
    if not terms.allowed:
        raise Unwise(terms.explanation, fields={"license": terms.explanation})
    return terms


def spdx_iri(id_: str) -> str:
    """The IRI of a licence on the wire; a ``LicenseRef-…`` name is put under our own namespace."""
    return (OWN if _REFERENCE.fullmatch(id_) else SPDX) + id_


def spdx_id(iri: str) -> str:
    """The id of the licence that an IRI names, whether the table holds it or not.

    Pages at spdx.org (with or without ``.html``) and deeds at creativecommons.org are understood,
    because peers that are not ours write those.

    Raises:
        Unwise: it names no licence that has an id.
    """
    if page := _SPDX_PAGE.fullmatch(iri):
        return page[1]
    if iri.startswith(OWN) and _REFERENCE.fullmatch(reference := iri.removeprefix(OWN)):
        return reference
    if deed := _CREATIVE_COMMONS.fullmatch(iri):
        return f"CC-{deed[1].upper()}-{deed[2]}"
    if _ZERO.fullmatch(iri):
        return "CC0-1.0"
    raise Unwise("This names no licence that we can read.", fields={"license": "Use an SPDX id."})


def _unknown_terms(source: str, asked: str) -> ForkTerms:
    if not is_licence(source):
        return ForkTerms(
            source,
            allowed=False,
            explanation="We do not know the licence of the source, so we cannot fork it.",
        )
    if asked != source:
        return ForkTerms(
            source,
            allowed=False,
            explanation="We do not know this licence, so a fork has to keep it.",
        )
    return ForkTerms(
        source,
        allowed=True,
        explanation="We do not know this licence: read it before you fork. The fork keeps it.",
    )


def _same(licence: Licence) -> str:
    if licence.public_domain:
        return "The text is free of conditions; the fork stays so."
    if licence.carries_to is not None:
        return "Share alike: the fork keeps the licence of its source and credits it."
    return "The fork keeps the licence of its source and credits it."


def _carried_terms(licence: Licence, asked: str) -> ForkTerms:
    if licence.carries_to is not None and asked in licence.carries_to:
        return ForkTerms(
            asked,
            allowed=True,
            explanation="This licence may follow the one of the source, which the fork credits.",
        )
    return ForkTerms(
        licence.id,
        allowed=False,
        explanation="Share alike: a fork has to keep the licence of its source.",
    )


def _credited_terms(licence: Licence, asked: str) -> ForkTerms:
    target = LICENCES.get(asked)
    if target is not None and target.public_domain and not licence.public_domain:
        return ForkTerms(
            licence.id,
            allowed=False,
            explanation="The source asks for credit, which this choice would give away.",
        )
    return ForkTerms(
        asked,
        allowed=True,
        explanation="The fork chooses its own licence and credits its source as that one asks.",
    )
