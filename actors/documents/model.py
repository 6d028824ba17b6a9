"""Model and version ↔ documents (FEDERATION.md, "Model" and "Fork").

A version carries the whole sheet and never changes; the living model says the same as its newest
version, under its own id. Both are Articles: Mastodon shows title, sentence and link, GoToSocial,
Akkoma and Misskey show the whole text. The digest of a version is that of its sheet
(`rules.sections.Sheet.digest`): a receiver computes it anew from what it read, and refuses a
document that says otherwise.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import activitypub.vocabulary as ap
from activitypub.addressing import PUBLIC
from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed
from activitypub.iris import Iri, fragment, parse
from activitypub.markup import render
from activitypub.mediatypes import LD_JSON
from actors import places
from actors.documents import crediting
from actors.documents.times import wire_time
from actors.errors import Unwise
from actors.places import place
from actors.rules.licences import spdx_id, spdx_iri
from actors.rules.modifications import MAX_NOTE, Modification, Nature, Reason
from actors.rules.proposals import Credit
from actors.rules.sections import Adaptability, Role, Section, Sheet, check, clean
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.vocabulary import FORK_KINDS, MODEL, MODEL_FACTS, bare, prefixed

MOST_ALSO = 4
"""Further versions that a version may be made from: one merge takes from one, and nobody does more
than a few at a time."""

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")  # what every integer column holds


MOST_SECTIONS: Final = 500
"""Of somebody else's model, five times what we publish: comparing two sheets takes time that grows
with the square of it, while others wait."""


@dataclass(frozen=True)
class Origin:
    """What a fork says about where it comes from, as read from the wire.

    `also` are versions of others that this very version took something from.
    """

    source: Iri
    base: Iri
    base_digest: str
    kind: str
    modifications: tuple[Modification, ...] = ()
    also: tuple[Iri, ...] = ()


@dataclass(frozen=True)
class Reading:
    """Everything a model or version document says, in our own words."""

    sheet: Sheet
    number: int
    parent: Iri | None
    digest: str
    origin: Origin | None = field(default=None)
    credits: tuple[Credit, ...] = ()


@dataclass(frozen=True)
class ForkTerms:
    """What stands behind a fork.

    Its tie to the source, what was adapted, whose the source is, if we know, and from which other
    version something was taken, if it was.
    """

    lineage: Lineage
    modifications: tuple[Modification, ...]
    source_author: Actor | None
    also: Revision | None = None


@dataclass(frozen=True)
class Telling:
    """Everything that a document of a model is made from."""

    site: Site
    model: Model
    revision: Revision
    sheet: Sheet
    author: Actor
    fork: ForkTerms | None

    def place(self, template: str, **values: str | int) -> Iri:
        """An address below the model's own."""
        return place(self.site.origin, template, slug=str(self.model.slug), **values)


def living(telling: Telling) -> Document:
    """The living model, not yet sealed."""
    model, revision = telling.model, telling.revision
    return _article(telling) | {
        "id": model.iri,
        "url": model.url,
        "updated": wire_time(model.updated_at) if model.updated_at > model.published_at else None,
        "currentVersion": revision.iri,
        "history": telling.place(places.HISTORY),
        "forks": telling.place(places.FORKS),
        "replications": telling.place(places.REPLICATIONS),
        "replies": telling.place(places.REPLIES),
        "likes": telling.place(places.LIKES),
        "shares": telling.place(places.SHARES),
        "context": telling.place(places.CONTEXT),
        "interactionPolicy": {"canQuote": {"automaticApproval": [PUBLIC]}},
    }


def version(telling: Telling) -> Document:
    """One version, immutable at its own address, not yet sealed."""
    revision = telling.revision
    return _article(telling) | {
        "id": revision.iri,
        "url": telling.place(places.VERSION_PAGE, number=revision.number),
        "published": wire_time(revision.made_at),
        "versionOf": telling.model.iri,
    }


def shown_language(sheet: Sheet) -> str:
    """The language of title, sentence and text where only one is shown.

    The sheet's own, once it has a name there.
    """
    return sheet.language if sheet.language in sheet.names else next(iter(sheet.names))


def current_version(article: ap.Object) -> Iri:
    """The exact version a living model says it is at.

    Raises:
        Malformed: it does not say.
    """
    current = _iri(article.extra.get("currentVersion"))
    if current is None:
        raise Malformed("a model names its current version", code="json")
    return current


def taken_from(article: ap.Object) -> tuple[Iri, Iri] | None:
    """The living source of a fork and the exact version that it took; None for an original.

    Raises:
        Malformed: a fork does not name the version.
    """
    origin = _origin(article.extra)
    return None if origin is None else (origin.source, origin.base)


def pinned_digest(article: ap.Object) -> str | None:
    """The digest of the version that a large model links to, because it does not carry its text.

    None when it carries it.
    """
    link = article.extra.get("data")
    if not isinstance(link, dict) or link.get("href") != article.extra.get("currentVersion"):
        return None
    return str(link.get("digest"))


def read(article: ap.Object) -> Reading:
    """What a model or version document says.

    Raises:
        Malformed: it is no sheet that we can understand, or its digest is not that of what it says.
    """
    extra = article.extra
    if article.id is None:
        raise Malformed("a model has an id", code="json")
    sheet = _sheet(article)
    digest = sheet.digest
    if extra.get("digest") != digest:
        raise Malformed("the digest of the model is not that of its text", code="digest")
    return Reading(
        sheet=sheet,
        number=_number(extra.get("versionNumber")),
        parent=_iri(extra.get("wasRevisionOf")),
        digest=digest,
        origin=_origin(extra),
        credits=crediting.credits_in(extra.get("wasDerivedFrom")),
    )


def section_iri(model_iri: str, key: str) -> str:
    """The address of one section: a fragment of its model."""
    return f"{model_iri}#{key}"


def _article(telling: Telling) -> Document:
    sheet, author = telling.sheet, telling.author
    shown = shown_language(sheet)
    languages = (shown, *(one for one in sheet.languages if one != shown and _speaks(sheet, one)))
    texts = {one: sheet_html(sheet, one) for one in languages}
    contents: dict[str, Json] = {one: text for one, text in texts.items() if text or one == shown}
    return {
        "type": "Article",
        "conformsTo": MODEL,
        "attributedTo": author.iri,
        "name": sheet.names.get(shown, ""),
        "nameMap": _ordered(sheet.names, languages),
        # Akkoma and Misskey show no name: without a summary, nothing would say what this is.
        "summary": sheet.summaries.get(shown) or sheet.names.get(shown),
        "summaryMap": _ordered(sheet.summaries, languages),
        "content": contents[shown],
        "contentMap": contents,
        "mediaType": "text/html",
        "published": wire_time(telling.model.published_at),
        "to": [PUBLIC],
        "cc": _copies(telling),
        "audience": telling.model.commons_iri,
        "versionNumber": str(telling.revision.number),
        "digest": telling.revision.digest,
        "wasRevisionOf": telling.revision.parent_iri,
        "sourceLanguage": sheet.language,
        "inLanguage": list(languages),
        "license": spdx_iri(sheet.license),
        **{name: sheet.facts[name] for name in MODEL_FACTS if name in sheet.facts},
        "sections": [_section(telling.model.iri, one, languages) for one in sheet.sections],
        **(_fork(telling.fork) if telling.fork else {}),
        "wasDerivedFrom": _derived(telling),
    }


def _derived(telling: Telling) -> Json:
    """What a fork took, and whose contributions are in this version."""
    taken = _taken(telling.fork) if telling.fork else []
    return crediting.derived(taken, telling.revision.credits)


def _copies(telling: Telling) -> list[Json]:
    """The followers, the commons, and for a fork the source's organisation, to be notified."""
    copies = [telling.author.followers, telling.model.commons_iri]
    if telling.fork and telling.fork.source_author:
        copies.append(telling.fork.source_author.iri)
    return [one for one in copies if one]


def _speaks(sheet: Sheet, language: str) -> bool:
    """Is anything said in this language? The sheet's own may be one it will only speak later."""
    return any(
        language in texts
        for texts in (
            sheet.names,
            sheet.summaries,
            *(one.names for one in sheet.sections),
            *(one.texts for one in sheet.sections),
        )
    )


def _fork(fork: ForkTerms) -> Document:
    """Whence, from which exact version, what was adapted and why.

    The Mention makes every server notify the source's organisation; the Link is FEP-e232.
    """
    lineage, author = fork.lineage, fork.source_author
    tags: list[Json] = [
        {
            "type": "Link",
            "mediaType": LD_JSON,
            "href": lineage.upstream_iri,
            "name": lineage.upstream_iri,
        }
    ]
    if author is not None:
        tags.append({"type": "Mention", "href": author.iri, "name": f"@{author.address}"})
    return {
        "origin": lineage.upstream_iri,
        "forkKind": prefixed(FORK_KINDS[lineage.kind]),
        "wasGeneratedBy": {
            "type": "Adaptation",
            "modifications": [_modification(lineage, one) for one in fork.modifications],
        },
        "tag": tags,
    }


def _taken(fork: ForkTerms) -> list[Json]:
    """The version of the source that it is based on; then any other that it took from."""
    base: Json = {"id": fork.lineage.base_iri, "digest": fork.lineage.base_digest}
    also: Json = {"id": fork.also.iri, "digest": fork.also.digest} if fork.also else None
    return [base] if also is None else [base, also]


def parents(document: Mapping[str, Json]) -> tuple[Iri, ...]:
    """The versions that a version names as what it was made from: of its source, then others.

    What is no address is left out.
    """
    found: list[Iri] = []
    for one in crediting.taken_in(document.get("wasDerivedFrom"))[: 1 + MOST_ALSO]:
        try:
            iri = _iri(one)
        except Malformed:
            continue
        found += [] if iri is None else [iri]
    return tuple(found)


def render_ahead(sheet: Sheet) -> None:
    """Render what this sheet says, so that it is at hand when its documents are written.

    That takes up to a second, and belongs into a thread; a sheet that cannot be published is left
    alone.
    """
    tidy = clean(sheet)
    try:
        check(tidy)
    except Unwise:
        return
    for language in tidy.languages:
        sheet_html(tidy, language)


def sheet_html(sheet: Sheet, language: str) -> str:
    """The whole sheet in one language, as HTML; a section not yet translated is left out."""
    parts = []
    for section in sheet.sections:
        text = section.texts.get(language)
        if text:
            title = section.names.get(language, "")
            parts.append(render(f"## {title}") if title else "")
            parts.append(render(text))
    return "".join(parts)


def _section(model_iri: str, section: Section, languages: tuple[str, ...]) -> Json:
    body: dict[str, Json] = {
        "id": section_iri(model_iri, section.key),
        "type": "Section",
        "role": prefixed(section.role.value),
        "adaptability": prefixed(section.adaptability.value),
        "nameMap": _ordered(section.names, languages),
        "contentMap": _ordered(section.texts, languages),
        "textDigest": _ordered(section.digests, languages),
    }
    if section.translated_from:
        body["translatedFromDigest"] = dict(section.translated_from)
    if section.upstream:
        body["upstreamSection"] = section.upstream
    if section.upstream_digests:
        body["upstreamDigest"] = dict(section.upstream_digests)
    return body


def _ordered(texts: Mapping[str, str], languages: Iterable[str]) -> dict[str, Json]:
    """A language map whose first key is the language shown.

    Mastodon takes that for the language of the post.
    """
    return {language: texts[language] for language in languages if language in texts}


def _modification(lineage: Lineage, one: Modification) -> Json:
    body: dict[str, Json] = {
        "type": "Modification",
        "onSection": section_iri(lineage.upstream_iri, one.section),
        "nature": prefixed(one.nature),
        "reason": prefixed(one.reason),
        "planned": one.planned,
        "coreConsistent": one.core_consistent,
    }
    if one.note:
        body["summary"] = one.note
    return body


def _sheet(article: ap.Object) -> Sheet:
    extra = article.extra
    language = extra.get("sourceLanguage")
    license_iri = extra.get("license")
    if not isinstance(language, str) or not isinstance(license_iri, str):
        raise Malformed("a model names its source language and its licence", code="json")
    parts = _items(extra.get("sections"))
    if len(parts) > MOST_SECTIONS:
        raise Malformed(f"a model has at most {MOST_SECTIONS} sections here", code="too-large")
    try:
        return Sheet(
            language=language,
            names=_texts(article.name_map) or {language: article.name or ""},
            summaries=_texts(article.summary_map),
            license=spdx_id(license_iri),
            sections=tuple(_read_section(one) for one in parts),
            facts={
                name: article.document[name] for name in MODEL_FACTS if name in article.document
            },
        )
    except (ValueError, Unwise) as error:
        raise Malformed("a section of the model cannot be understood", code="json") from error


def _read_section(value: Json) -> Section:
    if not isinstance(value, dict):
        raise Malformed("a section is an object", code="json")
    return Section(
        key=fragment(parse(value.get("id"))),
        role=Role(bare(str(value.get("role")))),
        adaptability=Adaptability(bare(str(value.get("adaptability")))),
        names=_texts(value.get("nameMap")),
        texts=_texts(value.get("contentMap")),
        translated_from=_texts(value.get("translatedFromDigest")),
        upstream=_iri(value.get("upstreamSection")),
        upstream_digests=_texts(value.get("upstreamDigest")),
    )


def _origin(extra: Mapping[str, Json]) -> Origin | None:
    source, taken = _iri(extra.get("origin")), crediting.taken_in(extra.get("wasDerivedFrom"))
    if source is None:
        return None
    first = next(iter(taken), None)
    base = first if isinstance(first, dict) else {"id": first}
    base_iri = _iri(base.get("id"))
    if base_iri is None:
        raise Malformed("a fork names the exact version it took", code="json")
    kind = bare(str(extra.get("forkKind", "Variant")))
    return Origin(
        source=source,
        base=base_iri,
        base_digest=str(base.get("digest") or ""),
        kind=next((ours for ours, theirs in FORK_KINDS.items() if theirs == kind), "variant"),
        modifications=tuple(_read_modifications(extra.get("wasGeneratedBy"))),
        also=tuple(one for one in parents(extra)[1:] if one != base_iri),
    )


def _read_modifications(adaptation: Json) -> Iterable[Modification]:
    if not isinstance(adaptation, dict):
        return
    for one in _items(adaptation.get("modifications")):
        if not isinstance(one, dict) or not (on := _iri(one.get("onSection"))):
            continue
        nature, reason = bare(str(one.get("nature"))), bare(str(one.get("reason")))
        yield Modification(
            section=fragment(on),
            nature=Nature(nature) if nature in list(Nature) else Nature.SUBSTITUTED,
            reason=Reason(reason) if reason in list(Reason) else Reason.LESSON,
            note=str(one.get("summary") or "")[:MAX_NOTE],
            planned=one.get("planned") is not False,
            core_consistent=one.get("coreConsistent") is not False,
        )


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    return {str(key): text for key, text in value.items() if isinstance(text, str)}


def _items(value: Json) -> list[Json]:
    """A list, wherever a single value may stand for a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _iri(value: Json) -> Iri | None:
    """An IRI given as a string or as an object with an id."""
    if isinstance(value, dict):
        value = value.get("id")
    return None if value is None else parse(value)


def _number(value: Json) -> int:
    text = str(value)
    if not _NUMBER.fullmatch(text):
        raise Malformed("a version number is a positive whole number", code="json")
    return int(text)


def belongs_together(article: ap.Object, version_document: ap.Object) -> bool:
    """Is the version document one of this model's?"""
    of = _iri(version_document.extra.get("versionOf"))
    return (
        of is not None
        and of == article.id
        and version_document.attributed_to == article.attributed_to
    )
