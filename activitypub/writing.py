"""Putting the right `@context` on a document of ours.

The context is the AS2 address, the well-known security contexts that are in use, and one inline
object with only the terms that this document uses. Never an address of our own: every JSON-LD
processor would have to fetch it, and documents would stop being readable when we stop answering.

Source: the wire rules of Essaim, taken from what Mastodon, GoToSocial and PeerTube do; JSON-LD 1.1.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from activitypub.canonical_json import Document, Json
from activitypub.jsonld import loader

_WELL_KNOWN = (loader.SECURITY, loader.DATA_INTEGRITY, loader.DID, loader.MULTIKEY)
"""In this order wherever they are used, so that a document always gets the same context."""

_REFERENCES = ("@id", "@vocab")


def with_context(
    document: Document, terms: Mapping[str, Json], well_known: Sequence[str] = ()
) -> Document:
    """A copy of the document with the `@context` that it needs, as its first member.

    A context it already has is replaced; doing it twice changes nothing. Objects inside which carry
    a context of their own (because they are signed) keep it, and need nothing from the outer one.

    Args:
        document: A document of ours.
        terms: All terms that we may use and what they mean, as an inline context would say it.
        well_known: Contexts that it needs besides those which its members ask for: name
            `loader.DATA_INTEGRITY` before attaching a proof, because the proof covers the context.
    """
    body = {name: value for name, value in document.items() if name != "@context"}
    needed = {*well_known, *_implied(body)}
    addresses = [loader.AS2, *(url for url in _WELL_KNOWN if url in needed)]
    addresses += [url for url in dict.fromkeys(well_known) if url not in addresses]
    used = _with_prefixes(_words(body, terms), terms)
    inline: Document = {name: meaning for name, meaning in terms.items() if name in used}
    context: list[Json] = [*addresses]
    if inline:
        context.append(inline)
    return {"@context": context if len(context) > 1 else loader.AS2, **body}


def _implied(body: Document) -> Iterator[str]:
    """The well-known contexts that its members ask for."""
    for node in _nodes(body):
        if "publicKey" in node or "publicKeyPem" in node:
            yield loader.SECURITY
        if "proof" in node:
            yield loader.DATA_INTEGRITY
        if "assertionMethod" in node:
            yield loader.DID
        if node.get("type") == "Multikey":
            yield loader.MULTIKEY


def _words(body: Document, terms: Mapping[str, Json]) -> Iterator[str]:
    """Names of members, types, and prefixes of values that stand for addresses."""
    for node in _nodes(body):
        yield from node
        for name, value in node.items():
            if name == "type":
                for entry in _strings(value):
                    yield entry
                    yield entry.partition(":")[0]
            elif _is_reference(terms.get(name)):
                yield from (entry.partition(":")[0] for entry in _strings(value) if ":" in entry)


def _nodes(body: Document) -> Iterator[Document]:
    """The document and all objects inside it to which its context applies."""
    pending: list[Json] = [*body.values()]
    yield body
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict) and "@context" not in value:
            yield value
            pending.extend(value.values())


def _with_prefixes(words: Iterable[str], terms: Mapping[str, Json]) -> frozenset[str]:
    """Those words that are terms, and the terms that their definitions are written with."""
    used: set[str] = set()
    pending = list(words)
    while pending:
        word = pending.pop()
        if word not in terms or word in used:
            continue
        used.add(word)
        meaning = terms[word]
        parts = meaning.values() if isinstance(meaning, dict) else (meaning,)
        pending.extend(part.partition(":")[0] for part in parts if isinstance(part, str))
    return frozenset(used)


def _strings(value: Json) -> Iterator[str]:
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, str):
            yield entry


def _is_reference(meaning: Json) -> bool:
    return isinstance(meaning, dict) and meaning.get("@type") in _REFERENCES
