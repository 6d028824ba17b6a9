"""Citing: one version of a model as a reference that leads to exactly that text.

The address of a version never changes and never says anything else; its fingerprint tells whether a
copy is that text. A fork names what it was made from: most licences ask for that credit.

Sources: CSL-JSON, schema 1.0.2 (type `document`); BibTeX, entry `@misc`, which every style knows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from activitypub.canonical_json import Json
from actors.rules.naming import slug

_SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "de": ("{who} ({year}). {title}, Version {number}.", "Bearbeitet nach {origin}"),
    "en": ("{who} ({year}). {title}, version {number}.", "Adapted from {origin}"),
    "es": ("{who} ({year}). {title}, versión {number}.", "Adaptado de {origin}"),
    "fr": ("{who} ({year}). {title}, version {number}.", "D’après {origin}"),
    "it": ("{who} ({year}). {title}, versione {number}.", "Adattato da {origin}"),
}
_LICENCES: Final[Mapping[str, str]] = {
    "de": "Lizenz: {licence}.",
    "en": "Licence: {licence}.",
    "es": "Licencia: {licence}.",
    "fr": "Licence : {licence}.",
    "it": "Licenza: {licence}.",
}
LANGUAGES: Final = tuple(_SENTENCES)
"""Languages in which a reference can be written out."""

_SPECIAL: Final = re.compile(r"[\\{}%&$#_~^]")
_IN_TEX: Final = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True)
class Citation:
    """What is cited.

    Attributes:
        title: in the language of the sheet.
        who: the organisation.
        number: of the version.
        at: when it was published.
        address: its permanent one.
        licence: SPDX id.
        language: of the sheet.
        digest: its fingerprint.
        origin: the version that it was adapted from, if it was.
    """

    title: str
    who: str
    number: int
    at: datetime
    address: str
    licence: str
    language: str
    digest: str
    origin: str | None = None

    @property
    def key(self) -> str:
        """A name for it in somebody's list of references."""
        return f"{slug(self.who)}-{slug(self.title)}-v{self.number}"


def in_words(cited: Citation, language: str) -> str:
    """A reference written out, in one of `LANGUAGES`; in English for any other."""
    tag = language if language in LANGUAGES else "en"
    main, adapted = _SENTENCES[tag]
    parts = [
        main.format(who=cited.who, year=cited.at.year, title=cited.title, number=cited.number),
        _LICENCES[tag].format(licence=cited.licence),
        cited.address,
    ]
    if cited.origin is not None:
        parts.append(f"({adapted.format(origin=cited.origin)})")
    return " ".join(parts)


def bibtex(cited: Citation) -> str:
    """A BibTeX entry; what TeX would take for a command is escaped."""
    origin = "" if cited.origin is None else f", adapted from {cited.origin}"
    members = {
        "author": f"{{{_tex(cited.who)}}}",
        "title": f"{{{_tex(cited.title)}}}",
        "year": str(cited.at.year),
        "month": str(cited.at.month),
        "url": cited.address,
        "note": _tex(f"Version {cited.number}, {cited.licence}, {cited.digest}{origin}"),
    }
    lines = (f"  {name} = {{{value}}}" for name, value in members.items())
    return f"@misc{{{cited.key},\n" + ",\n".join(lines) + "\n}\n"


def csl(cited: Citation) -> dict[str, Json]:
    """A CSL-JSON item, as Zotero and others read it."""
    item: dict[str, Json] = {
        "id": cited.key,
        "type": "document",
        "title": cited.title,
        "author": [{"literal": cited.who}],
        "issued": {"date-parts": [[cited.at.year, cited.at.month, cited.at.day]]},
        "version": str(cited.number),
        "URL": cited.address,
        "language": cited.language,
        "note": f"{cited.licence}; {cited.digest}",
    }
    if cited.origin is not None:
        item["references"] = cited.origin
    return item


def _tex(text: str) -> str:
    return _SPECIAL.sub(lambda sign: _IN_TEX.get(sign[0], f"\\{sign[0]}"), text)
