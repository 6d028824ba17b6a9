"""Would a JSON-LD processor read this document as we do? If not, it is refused.

We read documents as plain JSON, as most servers do. JSON-LD allows to write the same things
differently (`as:actor`, a term that renames `object`, `@graph`), and whoever can make two servers
read two things in one signed document can forge (CVE-2022-24307, CVE-2026-46349, CVE-2026-42462).
So a document passes only if both readings agree about everything that ActivityStreams names.

What is *not* asked, because real documents would fail: contexts which we do not know are no fault,
their terms are unknown to us; nested contexts that keep these rules are ignored; values of members
with a prefix (`vcard:hasAddress`) are not looked at, because nobody here reads them. That holds for
words which the AS2 context does not define, too: Fedify writes `as:manuallyApprovesFollowers` when
it embeds an actor in a document whose context has no shorter name for it.

Measured on the 124 documents of some twenty programs that Lemmy keeps as fixtures: refused are only
those which are stored there without any context, which is not how they are sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import repeat

import orjson

from activitypub import canonical_json
from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed, UnknownContext
from activitypub.jsonld import loader
from activitypub.limits import DEFAULT

AS2_NAMESPACE = "https://www.w3.org/ns/activitystreams#"

_ALIASES_ALLOWED = frozenset({f"{AS2_NAMESPACE}icon"})
"""What another word may stand for as well: PeerTube has `icons`, and nobody's rights hang on it."""

_FREE_WORDS = frozenset({"location"})
"""Words of AS2 that may mean something else: Mobilizon's `location` is schema.org's."""

_HARMLESS_KEYWORDS = frozenset({"@language", "@version"})
"""Pleroma and Akkoma send `@language`; it says nothing about what a member is."""

_DEFINITION = frozenset({"@id", "@type", "@container", "@language", "@prefix"})
"""What may stand in the definition of a term. No scopes, no nesting, no protection, no import."""

_CONTAINERS = frozenset({"@list", "@set", "@language"})
_LANGUAGE_MAPS = frozenset({"nameMap", "summaryMap", "contentMap"})

_SIGNATURE_CONTEXT = "https://w3id.org/identity/v1"
_SIGNATURE_WORDS = frozenset(
    {"@context", "type", "creator", "created", "nonce", "domain", "signatureValue"}
)
"""A Linked Data signature may stand in the context in which it is computed, as Fedify writes it
(2.3.6, `signJsonLd`), although that context changes words of AS2: it has none of them inside."""

_KEY_CONTEXTS = frozenset(
    {
        loader.SECURITY,
        loader.DATA_INTEGRITY,
        loader.DID,
        loader.MULTIKEY,
        "https://w3id.org/security/data-integrity/v1",
        "https://www.w3.org/ns/cid/v1",
    }
)
"""Contexts of which at least one is enough for a key that stands alone."""

USUAL = 256
"""Contexts that are known to keep the rules: more than there are programs and versions."""

LONGEST_USUAL = 4096
"""Bytes of such a context; Mastodon's has 1,500."""

_WITH_MEMBERS = (dict, list)
_KEYWORD_NAMES: Mapping[str, str] = {"id": "@id", "type": "@type"}
_LONGEST_CHAIN = 8  # definitions that a prefix may lead through; real ones lead through two


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a term stands for."""

    iri: str
    is_reference: bool
    container: str


_Definitions = dict[str, Json]


def check(document: Document) -> None:
    """Refuse a document which a JSON-LD processor would read differently from us.

    Args:
        document: As parsed by `canonical_json.parse`, so that keys are unique and depth is bounded.

    Raises:
        UnknownContext: There is no AS2 context, or a context changes what ActivityStreams means.
        Malformed: A JSON-LD keyword stands where plain JSON has none (`ld-keyword`), or a member or
            type of ActivityStreams is written under another name (`context`).
    """
    entries = _listed(document.get("@context"))
    if loader.AS2 not in entries:
        raise UnknownContext(f"the context of a document must name {loader.AS2}")
    budget = _Budget()
    definitions = _check_entries(entries, {}, budget)
    _check_members(document, definitions, entries, budget)


def check_key(document: Document) -> None:
    """The same for what is found at the id of a key.

    A key that stands alone (FEP-521a, `Multikey`) is no ActivityStreams, and need not name its
    context: then it names published contexts of keys and nothing else, so that its members mean
    what they say.

    Raises:
        UnknownContext, Malformed: as `check` does.
    """
    entries = _listed(document.get("@context"))
    named = {entry for entry in entries if isinstance(entry, str)}
    if not named or len(named) != len(entries) or not named <= _KEY_CONTEXTS:
        check(document)
        return
    for name in document:
        _check_name(name, {})


class _Budget:
    """How many contexts and terms a document may still have."""

    def __init__(self) -> None:
        self._contexts = DEFAULT.nested_contexts
        self._terms = DEFAULT.nested_terms

    def spend(self, entries: list[Json]) -> None:
        """Count one context with these entries."""
        terms = 0
        for entry in entries:
            if isinstance(entry, dict):
                terms += len(entry)
        self._contexts -= 1
        self._terms -= terms
        if len(entries) > DEFAULT.context_entries or terms > DEFAULT.context_terms:
            raise UnknownContext("a context has more entries or terms than it may")
        if self._contexts < 0 or self._terms < 0:
            raise UnknownContext("a document has more contexts than it may")


def _check_entries(entries: list[Json], outer: _Definitions, budget: _Budget) -> _Definitions:
    """Check all inline definitions; return what holds inside: these over the outer ones."""
    budget.spend(entries)
    written = b"" if outer else canonical_json.encode(entries)
    if 0 < len(written) <= LONGEST_USUAL:
        return _checked_before(written)
    return _definitions(entries, outer)


@lru_cache(maxsize=USUAL)
def _checked_before(written: bytes) -> _Definitions:
    """What most documents begin with: the context of the program that wrote them."""
    return _definitions(orjson.loads(written), {})


def _definitions(entries: list[Json], outer: _Definitions) -> _Definitions:
    _check_order(entries)
    definitions = dict(outer)
    for entry in entries:
        if isinstance(entry, str):
            if entry in loader.KNOWN:
                definitions |= _published(entry)
        elif isinstance(entry, dict):
            definitions |= {name: value for name, value in entry.items() if name[:1] != "@"}
        else:
            raise UnknownContext("a context must be made of addresses and objects")
    for entry in entries:
        if isinstance(entry, dict):
            for name, value in entry.items():
                _check_definition(name, value, definitions)
    return definitions


def _check_definition(name: str, value: Json, definitions: _Definitions) -> None:
    if name.startswith("@"):
        if name not in _HARMLESS_KEYWORDS or isinstance(value, dict | list):
            raise UnknownContext(f"{_shown(name)} may not stand in a context")
        return
    meaning = _meaning(name, value, definitions)
    if meaning.iri.startswith("@"):
        if _KEYWORD_NAMES.get(name) != meaning.iri:
            raise UnknownContext(f"{_shown(name)} may not stand for a keyword of JSON-LD")
        return
    usual = _as2_meanings().get(name)
    if meaning == usual:
        return
    if usual is not None and name not in _FREE_WORDS:
        raise UnknownContext(f"{_shown(name)} may not mean anything else than in AS2")
    if meaning.iri in _as2_iris() or AS2_NAMESPACE.startswith(meaning.iri):
        raise UnknownContext(f"{_shown(name)} may not be another word for something in AS2")


def _meaning(name: str, value: Json, definitions: _Definitions) -> _Meaning:
    """What an inline definition makes of a term."""
    if isinstance(value, str):
        return _Meaning(_expanded(value, definitions), is_reference=False, container="")
    if not isinstance(value, dict) or not value.keys() <= _DEFINITION:
        raise UnknownContext(f"the definition of {_shown(name)} says more than it may")
    target, kind = value.get("@id", name), value.get("@type", "")
    container = value.get("@container", "")
    if isinstance(container, list) and len(container) == 1:
        container = container[0]
    if not isinstance(target, str) or not isinstance(kind, str) or not isinstance(container, str):
        raise UnknownContext(f"the definition of {_shown(name)} cannot be read")
    if kind in ("@json", "@none") or (container and container not in _CONTAINERS):
        raise UnknownContext(f"the definition of {_shown(name)} says more than it may")
    iri = name if target == name and ":" in name else _expanded(target, definitions)
    return _Meaning(iri, is_reference=kind in ("@id", "@vocab"), container=container)


def _expanded(text: str, definitions: _Definitions) -> str:
    """The IRI that a term or a compact IRI stands for (JSON-LD 1.1 API, 5.2), blank if none."""
    for _ in range(_LONGEST_CHAIN):
        if text.startswith("@"):
            return text
        prefix, colon, rest = text.partition(":")
        if rest.startswith("//") or (colon and prefix not in definitions):
            return text
        definition = definitions.get(prefix)
        if isinstance(definition, dict):
            definition = definition.get("@id", prefix)
        if not isinstance(definition, str) or definition == prefix:
            return f"_:{text}"
        text = definition + rest
    raise UnknownContext("the definitions of a context lead in a circle")


def _check_order(entries: list[Json]) -> None:
    """Refuse a known context that gives words of AS2 another meaning, unless AS2 follows it."""
    overridden = False
    for entry in entries:
        if entry == loader.AS2:
            overridden = False
        elif isinstance(entry, str) and entry in loader.KNOWN:
            overridden = overridden or _overrides_as2(entry)
    if overridden:
        raise UnknownContext("a context that changes words of AS2 must stand before it")


def _check_members(
    document: Document, definitions: _Definitions, entries: list[Json], budget: _Budget
) -> None:
    """Check all objects of a document, those in arrays included."""
    pending: list[tuple[Json, _Definitions]] = [(document, definitions)]
    while pending:
        value, known = pending.pop()
        if isinstance(value, list):
            pending.extend(zip(reversed(value), repeat(known)))
        elif isinstance(value, dict):
            if value is not document and "@context" in value:
                known = _check_nested(value["@context"], known, entries, budget)
            inside = _check_object(value, known, is_whole=value is document)
            pending.extend(zip(inside, repeat(known)))


def _check_object(node: Document, known: _Definitions, *, is_whole: bool) -> list[Json]:
    """Check the members of one object; return what is in them and is to be looked at, too."""
    inside: list[Json] = []
    for name, value in node.items():
        is_plain = ":" not in name
        if not is_plain or name[:1] == "@":
            _check_name(name, known)
        if name == "type" and (not isinstance(value, str) or ":" in value):
            _check_types(value, known)
        if not isinstance(value, _WITH_MEMBERS):
            continue  # as most are
        if is_whole and name == "signature" and _is_signature(value):
            continue
        if is_plain and name not in _LANGUAGE_MAPS and name != "@context":
            inside.append(value)
    return inside


def _check_nested(
    context: Json, outer: _Definitions, outer_entries: list[Json], budget: _Budget
) -> _Definitions:
    """A context inside: of known addresses, and of definitions that keep the same rules."""
    entries = _listed(context)
    named = {entry for entry in outer_entries if isinstance(entry, str)}
    for entry in entries:
        if isinstance(entry, str) and entry not in {*loader.KNOWN, *named}:
            raise UnknownContext("a nested context may name only contexts that are known")
    return _check_entries(entries, outer, budget)


def _is_signature(value: Json) -> bool:
    """Whether this is a Linked Data signature and nothing else: its own words, all of them text."""
    return (
        isinstance(value, dict)
        and value.keys() <= _SIGNATURE_WORDS
        and value.get("@context", _SIGNATURE_CONTEXT) == _SIGNATURE_CONTEXT
        and all(isinstance(entry, str) for entry in value.values())
    )


def _check_name(name: str, definitions: _Definitions) -> None:
    if name.startswith("@"):
        if name != "@context":
            raise Malformed(f"{_shown(name)} may not stand in a document", code="ld-keyword")
    elif ":" in name and _expanded(name, definitions) in _as2_iris() | _ALIASES_ALLOWED:
        raise Malformed("members of AS2 must be written by their plain names", code="context")


def _check_types(value: Json, definitions: _Definitions) -> None:
    for entry in _listed(value):
        compact = isinstance(entry, str) and ":" in entry
        if compact and _expanded(str(entry), definitions) in _as2_iris():
            raise Malformed("types of AS2 must be written by their plain names", code="context")


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


@cache
def _published(url: str) -> _Definitions:
    """The terms of a known context, and of those that it names."""
    context = loader.document(url)["@context"]
    definitions: _Definitions = {}
    for entry in _listed(context):
        if isinstance(entry, dict):
            definitions |= {name: value for name, value in entry.items() if name[:1] != "@"}
        else:
            definitions |= _published(str(entry))
    return definitions


@cache
def _as2_meanings() -> Mapping[str, _Meaning]:
    published = _published(loader.AS2)
    return {name: _meaning(name, value, published) for name, value in published.items()}


@cache
def _as2_iris() -> frozenset[str]:
    """What other words may not stand for."""
    named = {m.iri for m in _as2_meanings().values() if m.iri.startswith(AS2_NAMESPACE)}
    return frozenset(named - _ALIASES_ALLOWED)


@cache
def _overrides_as2(url: str) -> bool:
    """Whether a known context gives a word of AS2 another IRI."""
    published = _published(url)
    for name, usual in _as2_meanings().items():
        value = published.get(name)
        if value is None:
            continue
        target = value.get("@id", name) if isinstance(value, dict) else value
        if _expanded(str(target), published) != usual.iri:
            return True
    return False


def _shown(name: str) -> str:
    """A peer's word, short and harmless enough for a message."""
    return repr(name[:40])
