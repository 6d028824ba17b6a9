"""Sections and sheets: the text of a model, and when it is fit to be published.

Rules a reader must know:

- A text belongs to a language (BCP 47). A text with an entry in ``translated_from`` is a
  translation of the text with that digest; a text without one was written for itself: it is the
  source text, or an adaptation.
- A section's digest covers what it says (role, adaptability, names, texts), not where it came from
  (``translated_from``, ``upstream``): a copy has the digest of its original.
- A sheet's digest covers everything in it, provenance too: it is taken over the RFC 8785 bytes of
  ``Sheet.to_json()``, where empty members are left out. Equal sheets have equal digests on every
  instance.
- ``clean`` must come before ``check`` and before any digest is published, so that the same words
  typed on two machines are the same bytes.

Source: WIRE decisions on models (roles, adaptability, digests as sha-256 over RFC 8785 bytes).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from activitypub.canonical_json import Json, canonical
from activitypub.errors import ProtocolError
from activitypub.iris import parse
from activitypub.multihash import digest_of
from actors.errors import Unwise
from actors.rules import json_members as members
from actors.rules.languages import canonical_tag, is_tag
from actors.rules.licences import is_licence

MAX_SECTIONS = 100  # five times the twenty roles; merge pages list them all
MAX_TEXT = 50_000  # characters of one text: some 25 printed pages, and line merges stay fast
MAX_NAME = 200  # characters; longer titles are cut by Mastodon cards and by every list of ours
MAX_SUMMARY = 300  # characters; what Mastodon shows of an Article beside name and link
MAX_SHEET = 256 * 1024  # bytes of RFC 8785 JSON; a document of 1 MiB says each text three times
MAX_KEY = 64  # characters; keys are URL fragments that people read

_KEY = re.compile(rf"[a-z0-9-]{{1,{MAX_KEY}}}")
_DIGEST = re.compile(r"z[1-9A-HJ-NP-Za-km-z]{10,128}")  # multibase base58btc
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and lone surrogates: no reader sees them and JSON cannot carry them."""
_BLANK_LINES = re.compile(r"\n{2,}")


class Role(StrEnum):
    """What a section is about; the values are the names on the wire, without their prefix."""

    SUMMARY = "Summary"
    PROBLEM = "Problem"
    BENEFICIARIES = "Beneficiaries"
    VALUE = "Value"
    ACTIVITIES = "Activities"
    GOVERNANCE = "Governance"
    LEGAL_FORM = "LegalForm"
    RESOURCES = "Resources"
    COSTS = "Costs"
    PREREQUISITES = "Prerequisites"
    STEPS = "Steps"
    RESULTS = "Results"
    DIFFICULTIES = "Difficulties"
    CORE = "Core"
    ADAPTABLE = "Adaptable"
    SUPPORT = "Support"
    RIGHTS = "Rights"
    TERRITORY = "Territory"
    CONTACT = "Contact"
    GLOSSARY = "Glossary"


class Adaptability(StrEnum):
    """How freely a fork may change a section and still call itself a replication."""

    CORE = "Core"
    ADAPTABLE = "Adaptable"
    OPTIONAL = "Optional"


@dataclass(frozen=True)
class Section:
    """One part of a sheet.

    ``names``, ``texts`` and ``translated_from`` are by language; texts are Markdown.
    ``translated_from`` holds digests of the texts that were translated. ``upstream`` is the IRI of
    the section that a fork took this one from, ``upstream_digests`` the digests of its texts then.
    """

    key: str
    role: Role
    adaptability: Adaptability
    names: Mapping[str, str]
    texts: Mapping[str, str]
    translated_from: Mapping[str, str] = field(default_factory=dict)
    upstream: str | None = None
    upstream_digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def digests(self) -> Mapping[str, str]:
        """The digest of each text, by language."""
        return {language: digest_of(text) for language, text in self.texts.items()}

    @property
    def digest(self) -> str:
        """The digest of what this section says: role, adaptability, names and texts."""
        return digest_of(
            {
                "role": self.role.value,
                "adaptability": self.adaptability.value,
                "names": _json(self.names),
                "texts": _json(self.texts),
            }
        )

    def to_json(self) -> dict[str, Json]:
        """This section as JSON; empty provenance is left out."""
        value: dict[str, Json] = {
            "key": self.key,
            "role": self.role.value,
            "adaptability": self.adaptability.value,
            "names": _json(self.names),
            "texts": _json(self.texts),
        }
        if self.translated_from:
            value["translated_from"] = _json(self.translated_from)
        if self.upstream is not None:
            value["upstream"] = self.upstream
        if self.upstream_digests:
            value["upstream_digests"] = _json(self.upstream_digests)
        return value

    @classmethod
    def from_json(cls, value: object) -> Self:
        """The section that ``to_json`` wrote.

        Raises:
            Unwise: a member is missing or of the wrong type; unknown members are ignored.
        """
        read = members.members(value, "section")
        upstream = read.get("upstream")
        return cls(
            key=members.text(read, "key"),
            role=members.word(Role, read, "role"),
            adaptability=members.word(Adaptability, read, "adaptability"),
            names=members.texts(read, "names"),
            texts=members.texts(read, "texts"),
            translated_from=members.texts(read, "translated_from", required=False),
            upstream=None if upstream is None else members.text(read, "upstream"),
            upstream_digests=members.texts(read, "upstream_digests", required=False),
        )


@dataclass(frozen=True)
class Sheet:
    """The whole text of one version of a model.

    ``language`` is the source language; ``license`` an SPDX id; ``facts`` structured data beside
    the text (costs, legal forms, family …) as JSON.
    """

    language: str
    names: Mapping[str, str]
    summaries: Mapping[str, str]
    license: str
    sections: tuple[Section, ...]
    facts: Mapping[str, Json] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language this sheet speaks, the source language first, the others in order."""
        spoken = {*self.names, *self.summaries}
        for section in self.sections:
            spoken.update(section.texts)
        return (self.language, *sorted(spoken - {self.language}))

    @property
    def digest(self) -> str:
        """The digest of everything in this sheet, over the RFC 8785 bytes of ``to_json()``."""
        return digest_of(self.to_json())

    def section(self, key: str) -> Section | None:
        """The section with this key, if there is one."""
        return next((section for section in self.sections if section.key == key), None)

    def with_sections(self, sections: Iterable[Section]) -> "Sheet":
        """The same sheet with other sections."""
        return replace(self, sections=tuple(sections))

    def to_json(self) -> dict[str, Json]:
        """This sheet as JSON, sections in order; facts are left out when there are none."""
        value: dict[str, Json] = {
            "language": self.language,
            "names": _json(self.names),
            "summaries": _json(self.summaries),
            "license": self.license,
            "sections": [section.to_json() for section in self.sections],
        }
        if self.facts:
            value["facts"] = dict(self.facts)
        return value

    @classmethod
    def from_json(cls, value: object) -> Self:
        """The sheet that ``to_json`` wrote.

        Raises:
            Unwise: a member is missing or of the wrong type; unknown members are ignored.
        """
        read = members.members(value, "sheet")
        sections = read.get("sections")
        if not isinstance(sections, list):
            raise members.misread("sections", "must be a list")
        return cls(
            language=members.text(read, "language"),
            names=members.texts(read, "names"),
            summaries=members.texts(read, "summaries", required=False),
            license=members.text(read, "license"),
            sections=tuple(Section.from_json(section) for section in sections),
            facts=members.members(read.get("facts", {}), "facts"),
        )


def stale(section: Section, source_language: str) -> tuple[str, ...]:
    """The languages whose translation no longer translates what the section says now.

    What it says is the source text. In a fork whose own language is itself a translation, or is
    not there yet, it is every text that was written for itself; in a fork that kept translations
    only, it is the text of the upstream section that was taken last.
    """
    written = [language for language in section.texts if language not in section.translated_from]
    if source_language in written:
        written = [source_language]
    present = {digest_of(section.texts[language]) for language in written}
    if not written:
        present = set(section.upstream_digests.values())
    return tuple(
        language
        for language, source in sorted(section.translated_from.items())
        if language in section.texts and source not in present
    )


def clean(sheet: Sheet) -> Sheet:
    """The same sheet with its text normalised, so that the same words are the same bytes.

    NFC; lines end with LF and carry no trailing blanks (a Markdown line break is a backslash);
    names are one line, summaries paragraphs without inner line ends; empty texts are left out;
    language tags get their recommended spelling. Cleaning twice changes nothing.
    """
    return replace(
        sheet,
        language=canonical_tag(sheet.language),
        names=_by_language(sheet.names, _line),
        summaries=_by_language(sheet.summaries, _paragraphs),
        license=sheet.license.strip(),
        sections=tuple(_clean_section(section) for section in sheet.sections),
    )


def check(sheet: Sheet) -> None:
    """Whether this (cleaned) sheet may be published.

    Raises:
        Unwise: with every fault at once in ``fields``, keyed by path (``sections[2].key``).
    """
    faults = dict(_faults(sheet))
    if not faults:
        faults = dict(_weight_faults(sheet))
    if faults:
        raise Unwise("This sheet cannot be published yet.", fields=faults)


def _clean_section(section: Section) -> Section:
    texts = _by_language(section.texts, _block)
    translated_from = _by_language(section.translated_from, str.strip)
    return replace(
        section,
        key=section.key.strip(),
        names=_by_language(section.names, _line),
        texts=texts,
        # A translation that was emptied is gone, and so is what it said about its source.
        translated_from={tag: value for tag, value in translated_from.items() if tag in texts},
    )


def _by_language(texts: Mapping[str, str], tidy: Callable[[str], str]) -> dict[str, str]:
    cleaned: dict[str, str] = {}
    for tag, text in texts.items():
        spelt = canonical_tag(tag)
        # Two spellings of one tag: keep the second as it is, so that check() can name it.
        taken = spelt in cleaned or (spelt != tag and spelt in texts)
        if tidied := tidy(text):
            cleaned[tag if taken else spelt] = tidied
    return cleaned


def _line(text: str) -> str:
    """A name: one line, single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _paragraphs(text: str) -> str:
    """A summary: paragraphs are kept, so that check() can refuse a second one."""
    return "\n\n".join(_line(paragraph) for paragraph in _BLANK_LINES.split(_block(text)))


def _block(text: str) -> str:
    """Markdown: LF line ends, no trailing blanks, no blank lines around it."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


Fault = tuple[str, str]  # path, plain words


def _faults(sheet: Sheet) -> Iterator[Fault]:
    if not is_tag(sheet.language):
        yield "language", "This is not a language tag such as fr, en or pt-BR."
    if not is_licence(sheet.license):
        yield "license", "This is not a licence we know; use an SPDX id or LicenseRef-…."
    yield from _names_faults("names", sheet.names)
    if not sheet.names.get(sheet.language):
        yield f"names.{sheet.language}", "A name in the source language is missing."
    for tag, summary in sheet.summaries.items():
        yield from _textfaults(f"summaries.{tag}", tag, summary, MAX_SUMMARY)
        if "\n" in summary:
            yield f"summaries.{tag}", "A summary is one paragraph."
    yield from _sections_faults(sheet.sections)


def _sections_faults(sections: tuple[Section, ...]) -> Iterator[Fault]:
    if not sections:
        yield "sections", "A sheet needs at least one section."
    if len(sections) > MAX_SECTIONS:
        yield "sections", f"A sheet has at most {MAX_SECTIONS} sections."
        return
    seen: set[str] = set()
    for index, section in enumerate(sections):
        yield from _section_faults(f"sections[{index}]", section)
        if section.key in seen:
            yield f"sections[{index}].key", "Another section has the same key."
        seen.add(section.key)


def _section_faults(path: str, section: Section) -> Iterator[Fault]:
    if not _KEY.fullmatch(section.key):
        yield f"{path}.key", f"A key is 1 to {MAX_KEY} of a-z, 0-9 and the hyphen."
    if not section.names:
        yield f"{path}.names", "A section needs a name."
    yield from _names_faults(f"{path}.names", section.names)
    if not section.texts:
        yield f"{path}.texts", "A section needs a text."
    for tag, text in section.texts.items():
        yield from _textfaults(f"{path}.texts.{tag}", tag, text, MAX_TEXT)
    yield from _provenance_faults(path, section)


def _provenance_faults(path: str, section: Section) -> Iterator[Fault]:
    for tag, source in section.translated_from.items():
        if tag not in section.texts:
            yield f"{path}.translated_from.{tag}", "There is no text in this language."
        elif not _DIGEST.fullmatch(source):
            yield f"{path}.translated_from.{tag}", "This is not a digest."
    for tag, source in section.upstream_digests.items():
        if not is_tag(tag) or not _DIGEST.fullmatch(source):
            yield f"{path}.upstream_digests.{tag}", "This is not a digest by language."
    if section.upstream is not None:
        try:
            parse(section.upstream)
        except ProtocolError:
            yield f"{path}.upstream", "This is not the address of a section."


def _names_faults(path: str, names: Mapping[str, str]) -> Iterator[Fault]:
    for tag, name in names.items():
        yield from _textfaults(f"{path}.{tag}", tag, name, MAX_NAME)


def _textfaults(path: str, tag: str, text: str, longest: int) -> Iterator[Fault]:
    if not is_tag(tag):
        yield path, "This is not a language tag such as fr, en or pt-BR."
    if len(text) > longest:
        yield path, f"This is {len(text):,} characters long; at most {longest:,} are allowed."
    if _UNPRINTABLE.search(text):
        yield path, "This contains an invisible control character."


def _weight_faults(sheet: Sheet) -> Iterator[Fault]:
    try:
        weight = len(canonical(sheet.to_json()))
    except ProtocolError:
        yield "facts", "A fact is not plain JSON (a number out of range, or a broken text)."
        return
    if weight > MAX_SHEET:
        yield "sections", f"The sheet is {weight:,} bytes; at most {MAX_SHEET:,} are allowed."


def _json(texts: Mapping[str, str]) -> dict[str, Json]:
    return dict(texts)
