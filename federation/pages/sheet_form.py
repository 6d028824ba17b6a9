"""The sheet form: the whole text of a model as fields, and back.

A draft is what somebody has typed so far, fit to be published or not. Adding, removing and moving
sections and languages are submit buttons, so that everything works without JavaScript and nothing
typed is lost on the way.

A text in a further language is one of three *kinds*: a translation that is up to date, one that is
to be reviewed, or a text of its own (an adaptation). The kind becomes the section's
`translated_from`, which is what merges and staleness are judged by (`actors.rules`).

Names of fields: `name.fr`, `summary.fr`; for the section at place 2 `s2.key`, `s2.role`,
`s2.name.fr`, `s2.text.fr`, `s2.kind.fr`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from activitypub.multihash import digest_of
from actors.places import version_in
from actors.rules import naming
from actors.rules.languages import canonical_tag, is_tag
from actors.rules.readiness import MANDATORY, readiness
from actors.rules.sections import MAX_SECTIONS, Adaptability, Role, Section, Sheet, clean, stale
from federation.pages import facts_form
from federation.pages.facts_form import DraftFacts
from federation.pages.forms import Fields
from federation.pages.translating import N_

OWN, FRESH, STALE = "own", "fresh", "stale"
KINDS: Final = (OWN, FRESH, STALE)

LONGEST_HANDLE: Final = 300  # characters of name@host as they are kept while the form is filled
LONGEST_SEEN: Final = 20_000  # characters: marks of a hundred sections, each with a key of 64
MAX_LANGUAGES: Final = 12  # languages of one draft: each is a set of fields in every section
MOST_SHOWN: Final = 6  # languages of a sheet that have fields; a hundred sections of them still fit
MOST_FOLDED: Final = 500  # languages beside those: no sheet has as many

NOT_IN_LIST: Final = N_("Please choose one from the list.")

MANDATORY_GAP: Final = N_("A mandatory section is missing.")
OR_UNFINISHED: Final = N_("Write the sections that are missing, or tick this box.")

_PLACE: Final = re.compile(r"sections\[(\d+)\]\.(.*)")
_BUTTON: Final = re.compile(r"([a-z-]+)(?::([A-Za-z0-9-]+))?")
_UNKNOWN: Final = digest_of("")  # names no text: what a translation of something lost translates


@dataclass(frozen=True)
class DraftSection:
    """One section as typed: names, texts and kinds by language."""

    key: str = ""
    role: str = Role.ACTIVITIES.value
    adaptability: str = Adaptability.ADAPTABLE.value
    names: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    why: str = ""
    nature: str = ""
    unplanned: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether it was offered and nobody wrote anything into it."""
        written = (*self.names.values(), *self.texts.values())
        return not self.key and not any(text.strip() for text in written)


@dataclass(frozen=True)
class Draft:
    """A whole sheet as typed.

    Attributes:
        language: the language the model is written in.
        languages: every language with fields, that one first.
        folded: languages without fields: what the sheet says in them stays as it is.
        base: the number of the version the draft started from; 0 for a new model.
        note: what changed, in the author's words, for the history.
        unfinished: its author knows that mandatory sections are missing.
        leaves_core: its author knows that it will be “inspired by” its source.
        seen: for a draft that is kept, which state of it the page shows (`meanwhile`).
    """

    language: str
    languages: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    summaries: Mapping[str, str] = field(default_factory=dict)
    license: str = "CC-BY-SA-4.0"
    facts: DraftFacts = field(default_factory=DraftFacts)
    commons: str = ""
    note: str = ""
    base: int = 0
    unfinished: bool = False
    leaves_core: bool = False
    sections: tuple[DraftSection, ...] = ()
    folded: tuple[str, ...] = ()
    seen: str = ""


def blank(language: str) -> Draft:
    """A new model: the sections that a stranger needs first, empty."""
    return with_offers(Draft(language=language, languages=(language,)))


def with_offers(draft: Draft) -> Draft:
    """The draft with an empty section for each mandatory one that it lacks."""
    there = {typed.role for typed in draft.sections}
    core = (Role.VALUE, Role.CORE)
    offered = (
        DraftSection(
            role=role.value,
            adaptability=(Adaptability.CORE if role in core else Adaptability.ADAPTABLE).value,
        )
        for role in MANDATORY
        if role.value not in there
    )
    return replace(draft, sections=(*draft.sections, *offered))


def from_sheet(sheet: Sheet, number: int) -> Draft:
    """The draft that an edit of this version starts from."""
    return Draft(
        language=sheet.language,
        languages=sheet.languages[:MOST_SHOWN],
        folded=sheet.languages[MOST_SHOWN:],
        names=sheet.names,
        summaries=sheet.summaries,
        license=sheet.license,
        facts=facts_form.from_sheet(sheet),
        base=number,
        sections=tuple(
            DraftSection(
                key=section.key,
                role=section.role.value,
                adaptability=section.adaptability.value,
                names=section.names,
                texts=section.texts,
                kinds=kinds(section, sheet.language),
            )
            for section in sheet.sections
        ),
    )


def kinds(section: Section, language: str) -> dict[str, str]:
    """What kind of text each language of a section has."""
    late = stale(section, language)
    return {
        tag: STALE if tag in late else FRESH if tag in section.translated_from else OWN
        for tag in section.texts
    }


def read(fields: Fields) -> Draft:
    """The draft as it was sent. Whatever is missing or odd is left empty, and judged later."""
    language = canonical_tag(fields.get("was-language", fields.get("language", "")) or "")
    wanted = [canonical_tag(tag) for tag in fields.getall("languages", [])]
    languages = tuple(dict.fromkeys(tag for tag in (language, *wanted) if is_tag(tag)))
    folded = (canonical_tag(tag) for tag in fields.getall("folded", [])[:MOST_FOLDED])
    places = fields.getall("section", [])[:MAX_SECTIONS]
    base = fields.get("base", "0")
    draft = Draft(
        language=language,
        languages=languages[:MAX_LANGUAGES],
        names=_by_language(fields, "name", languages),
        summaries=_by_language(fields, "summary", languages),
        license=fields.get("license", ""),
        facts=facts_form.read(fields),
        commons=fields.get("commons", "")[:LONGEST_HANDLE],
        note=fields.get("note", ""),
        base=version_in(base) or 0,
        unfinished=fields.get("unfinished") == "yes",
        leaves_core=fields.get("core") == "yes",
        sections=tuple(_read_section(fields, f"s{place}", languages) for place in places),
        folded=tuple(tag for tag in folded if tag not in languages),
        seen=fields.get("seen", "")[:LONGEST_SEEN],
    )
    return _written_in(draft, canonical_tag(fields.get("language", "")))


def _written_in(draft: Draft, language: str) -> Draft:
    """The draft after its author chose another language: what she typed is in that one."""
    if language == draft.language or language in draft.folded or not is_tag(language):
        return draft
    if language in draft.languages:
        others = (tag for tag in draft.languages if tag != language)
        return replace(draft, language=language, languages=(language, *others))

    def renamed(texts: Mapping[str, str]) -> dict[str, str]:
        return {language if tag == draft.language else tag: text for tag, text in texts.items()}

    return replace(
        draft,
        language=language,
        languages=(language, *draft.languages[1:]),
        names=renamed(draft.names),
        summaries=renamed(draft.summaries),
        sections=tuple(
            replace(
                typed,
                names=renamed(typed.names),
                texts=renamed(typed.texts),
                kinds=renamed(typed.kinds),
            )
            for typed in draft.sections
        ),
    )


def _read_section(fields: Fields, prefix: str, languages: Sequence[str]) -> DraftSection:
    return DraftSection(
        key=fields.get(f"{prefix}.key", ""),
        role=fields.get(f"{prefix}.role", ""),
        adaptability=fields.get(f"{prefix}.adaptability", ""),
        names=_by_language(fields, f"{prefix}.name", languages),
        texts=_by_language(fields, f"{prefix}.text", languages),
        kinds=_by_language(fields, f"{prefix}.kind", languages),
        reason=fields.get(f"{prefix}.reason", ""),
        why=fields.get(f"{prefix}.why", ""),
        nature=fields.get(f"{prefix}.nature", ""),
        unplanned=fields.get(f"{prefix}.unplanned") == "yes",
    )


def _by_language(fields: Fields, name: str, languages: Sequence[str]) -> dict[str, str]:
    return {tag: fields[f"{name}.{tag}"] for tag in languages if f"{name}.{tag}" in fields}


def press(draft: Draft, button: str, new_language: str = "") -> tuple[Draft, str]:
    """The draft after one of its buttons, and the id of the field to go on with.

    Buttons: `add-section`, `remove:2`, `up:2`, `down:2`, `add-language`, `remove-language:it`. Any
    other changes nothing.
    """
    pressed = _BUTTON.fullmatch(button)
    if pressed is None:
        return draft, ""
    verb, target = pressed[1], pressed[2] or ""
    if verb == "add-section" and len(draft.sections) < MAX_SECTIONS:
        added = replace(draft, sections=(*draft.sections, DraftSection()))
        return added, f"s{len(draft.sections)}.role"
    if verb == "add-language" or verb == "remove-language":
        return _with_language(draft, verb, canonical_tag(new_language or target)), "languages"
    if target.isdigit() and int(target) < len(draft.sections):
        return _rearranged(draft, verb, int(target))
    return draft, ""


def _with_language(draft: Draft, verb: str, tag: str) -> Draft:
    may_be_added = is_tag(tag) and tag not in draft.folded
    if verb == "add-language" and may_be_added and len(draft.languages) < MAX_LANGUAGES:
        return replace(draft, languages=tuple(dict.fromkeys((*draft.languages, tag))))
    if verb == "remove-language" and tag != draft.language:
        left = tuple(language for language in draft.languages if language != tag)
        return replace(draft, languages=left)
    return draft


def _rearranged(draft: Draft, verb: str, place: int) -> tuple[Draft, str]:
    sections = list(draft.sections)
    if verb == "remove":
        del sections[place]
        focus = f"s{min(place, len(sections) - 1)}.role" if sections else "add-section"
        return replace(draft, sections=tuple(sections)), focus
    other = place + {"up": -1, "down": 1}.get(verb, 0)
    if not 0 <= other < len(sections):
        return draft, ""
    sections[place], sections[other] = sections[other], sections[place]
    return replace(draft, sections=tuple(sections)), f"s{other}.role"


def to_sheet(draft: Draft, before: Sheet | None = None) -> tuple[Sheet, dict[str, str]]:
    """The sheet that a draft describes, cleaned, and faults that only this form can have.

    Args:
        draft: what was typed.
        before: the version it started from: what the form does not show (further facts, where a
            section was taken from) is kept from there.

    Returns:
        The sheet, which may still break rules (`actors.rules.sections.check`), and field → fault.
        Sections into which nobody wrote are left out.
    """
    facts, faults = facts_form.to_facts(draft.facts, before)
    sections: list[Section] = []
    for place, (typed, key) in enumerate(zip(draft.sections, _keys(draft), strict=True)):
        if typed.role not in set(Role):
            faults[f"s{place}.role"] = NOT_IN_LIST
        if typed.adaptability not in set(Adaptability):
            faults[f"s{place}.adaptability"] = NOT_IN_LIST
        if not typed.is_blank:
            was = None if before is None else before.section(key)
            sections.append(_to_section(typed, key, draft, was))
    sheet = Sheet(
        language=draft.language,
        names=_spoken(draft.names, draft) | _folded({} if before is None else before.names, draft),
        summaries=_spoken(draft.summaries, draft)
        | _folded({} if before is None else before.summaries, draft),
        license=draft.license,
        sections=tuple(sections),
        facts=facts,
    )
    return clean(sheet), faults


def is_rewritten(typed: DraftSection, was: Section) -> bool:
    """Whether an author changed a text of a section, or wrote one, for itself: no translation."""
    return any(
        text.strip()
        and typed.kinds.get(tag, OWN) not in (FRESH, STALE)
        and _block(text) != was.texts.get(tag, "")
        for tag, text in typed.texts.items()
    )


def key_of(draft: Draft, place: int) -> str:
    """The key of the section at this place, also of one that has just been added."""
    return _keys(draft)[place]


def _keys(draft: Draft) -> list[str]:
    taken = {section.key for section in draft.sections if section.key}
    keys: list[str] = []
    for typed in draft.sections:
        key = typed.key or naming.slug(_title(typed, draft.language), taken)
        taken.add(key)
        keys.append(key)
    return keys


def _block(text: str) -> str:
    """A text as `clean` leaves it: browsers send CRLF."""
    plain = Section("x", Role.SUMMARY, Adaptability.CORE, {}, {"en": text})
    cleaned = clean(Sheet("en", {}, {}, "", (plain,))).sections[0]
    return cleaned.texts.get("en", "")


def _title(typed: DraftSection, language: str) -> str:
    names = [name for name in (typed.names.get(language), *typed.names.values()) if name]
    return names[0] if names else typed.role


def _to_section(typed: DraftSection, key: str, draft: Draft, was: Section | None) -> Section:
    texts = _spoken(typed.texts, draft)
    plain = Section(
        key=key,
        role=Role(typed.role) if typed.role in set(Role) else Role.ACTIVITIES,
        adaptability=(
            Adaptability(typed.adaptability)
            if typed.adaptability in set(Adaptability)
            else Adaptability.ADAPTABLE
        ),
        names=_spoken(typed.names, draft),
        texts=texts,
        upstream=None if was is None else was.upstream,
        upstream_digests={} if was is None else was.upstream_digests,
    )
    tidy = clean(Sheet(draft.language, {}, {}, draft.license, (plain,))).sections[0]
    shown = replace(tidy, translated_from=_translated_from(tidy, typed, draft.language, was))
    if was is None:
        return shown
    return replace(
        shown,
        names={**shown.names, **_folded(was.names, draft)},
        texts={**shown.texts, **_folded(was.texts, draft)},
        translated_from={**shown.translated_from, **_folded(was.translated_from, draft)},
    )


def _folded(texts: Mapping[str, str], draft: Draft) -> dict[str, str]:
    """What stays as it is, because the form has no fields for its language."""
    return {tag: text for tag, text in texts.items() if tag in draft.folded}


def _translated_from(
    section: Section, typed: DraftSection, language: str, was: Section | None
) -> dict[str, str]:
    """Which text each translation translates.

    “Up to date” on a text that was not touched, while its source was, is taken for an oversight: it
    keeps the digest it had, and so is shown as to be reviewed. Whoever means it chooses it again.
    """
    own = [tag for tag in section.texts if typed.kinds.get(tag, OWN) not in (FRESH, STALE)]
    source = language if language in own else next(iter(own), None)
    if source is None:
        known = {} if was is None else was.translated_from
        return {tag: digest for tag, digest in known.items() if tag in section.texts}
    current = section.digests[source]
    found: dict[str, str] = {}
    for tag in section.texts:
        kind = typed.kinds.get(tag, OWN)
        had = None if was is None else was.translated_from.get(tag)
        if kind == FRESH and tag != source:
            found[tag] = had if had and _untouched(section, was, tag, language) else current
        elif kind == STALE and tag != source:
            found[tag] = had if had and had != current else _UNKNOWN
    return found


def _untouched(section: Section, was: Section | None, tag: str, language: str) -> bool:
    """Whether this text, and its standing as up to date, are as they were."""
    if was is None or was.texts.get(tag) != section.texts[tag]:
        return False
    return tag not in stale(was, language)


def _spoken(texts: Mapping[str, str], draft: Draft) -> dict[str, str]:
    return {tag: text for tag, text in texts.items() if tag in draft.languages and text.strip()}


def field_of(path: str, places: Sequence[int] = ()) -> str:
    """The field that a fault of `actors.rules.sections.check` belongs to.

    `sections[2].texts.fr` → `s2.text.fr`; `names.fr` → `name.fr`; `sections` stays.

    Args:
        path: in the sheet.
        places: the place in the form of each section of the sheet; without it they are the same.
    """
    place = _PLACE.fullmatch(path)
    prefix, rest = "", path
    if place:
        number, rest = int(place[1]), place[2]
        prefix = f"s{places[number] if number < len(places) else number}."
    head, dot, tag = rest.partition(".")
    singular = {"names": "name", "texts": "text", "summaries": "summary", "translated_from": "kind"}
    return prefix + singular.get(head, head) + dot + tag


def faults_by_field(fields: Mapping[str, str], draft: Draft) -> dict[str, str]:
    """The faults of a sheet beside the fields they belong to; a missing text at the first one."""
    found: dict[str, str] = {}
    places = [place for place, typed in enumerate(draft.sections) if not typed.is_blank]
    for path, words in fields.items():
        name = field_of(path, places)
        if re.fullmatch(r"s\d+\.(name|text)", name):
            name = f"{name}.{draft.language}"
        found.setdefault(name, words)
    return found


def unfinished_faults(draft: Draft, sheet: Sheet) -> dict[str, str]:
    """What is missing before a stranger could start, beside the fields where it belongs.

    Nothing where the author says that it may be unfinished.
    """
    missing = () if draft.unfinished else readiness(sheet).missing
    offered = {typed.role: place for place, typed in reversed(list(enumerate(draft.sections)))}
    faults = {
        f"s{offered[role]}.text.{draft.language}" if role in offered else "sections": MANDATORY_GAP
        for role in missing
    }
    return {**faults, "unfinished": OR_UNFINISHED} if faults else {}
