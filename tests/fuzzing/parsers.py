"""Every parser that a stranger can reach with bytes of his own, and what it may answer.

Each takes bytes, and either returns or raises a refusal of ours. What else it raises is a fault.
Some also check what came out: cleaned HTML holds nothing that runs, what is canonical stays so.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import orjson

import activitypub.vocabulary as ap
from activitypub import (
    addressing,
    authority,
    canonical_json,
    handles,
    iris,
    markup,
    mediatypes,
    reading,
)
from activitypub.authority import Vouched
from activitypub.canonical_json import Document
from activitypub.discovery import nodeinfo, webfinger
from activitypub.discovery.webfinger import Intent
from activitypub.errors import Malformed, ProtocolError
from activitypub.iris import Iri
from activitypub.jsonld import reading_alike
from activitypub.proofs import eddsa_jcs
from activitypub.signatures import claims, digests
from activitypub.signatures.keys import PublicKey
from activitypub.wire import Request, Response
from actors.documents import archive, proving
from actors.documents.archive import Contents
from actors.errors import Unwise
from federation.transport import redirects

NOW: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HERE: Final = Iri("https://here.example/inbox")
CAPTURES: Final = Path(__file__).parents[1] / "activitypub" / "captures"

RUNS: Final = frozenset(
    {"script", "style", "iframe", "object", "embed", "form", "base", "meta", "link", "svg", "math"}
)
"""Elements that do something, or change what others do."""


class _Elements(HTMLParser):
    """Reads cleaned HTML again, and takes offence at whatever does something."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element."""
        assert tag not in RUNS
        for name, value in attrs:
            assert not name.startswith("on")
            assert name != "style"
            if name == "href":
                assert (value or "").startswith(("https:", "http:", "mailto:"))


def activity(body: bytes) -> None:
    """What an inbox does with a body before anything is stored."""
    document = canonical_json.parse(body)
    reading_alike.check(document)
    told = reading.read_activity(document)
    authority.hear(told, speaker=told.actor, vouched=Vouched.REQUEST, at=NOW)
    addressing.without_blind_copies(document)


def thing(body: bytes) -> None:
    """What was read at an address: an object, an actor, or keys."""
    document = canonical_json.parse(body)
    reading_alike.check(document)
    for read in (reading.read, reading.read_actor, reading.read_keys):
        try:
            found = read(document)
        except ProtocolError:
            continue
        if isinstance(found, ap.Object) and found.content is not None:
            html(found.content.encode("utf-8", "replace"))


def proof(body: bytes) -> None:
    """A document with an integrity proof."""
    document = canonical_json.parse(body)
    eddsa_jcs.method(document)
    canonical = canonical_json.canonical(document)
    assert canonical_json.canonical(canonical_json.parse(canonical)) == canonical


def signature(body: bytes) -> None:
    """The headers of a request, one a line, and an empty line before its body."""
    head, _, rest = body.partition(b"\n\n")
    lines = (line.partition(":") for line in head.decode("latin-1").split("\n"))
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in lines)
    claims.claim(Request("POST", HERE, headers, rest))


def digest(body: bytes) -> None:
    """Digest and Content-Digest."""
    text = body.decode("latin-1")
    for check in (digests.check_digest, digests.check_content_digest):
        try:
            check(text, b"")
        except ProtocolError:
            continue


def key(body: bytes) -> None:
    """A public key, as PEM or Multikey."""
    text = body.decode("utf-8", "replace")
    for read in (PublicKey.from_pem, PublicKey.from_multikey):
        try:
            read(text)
        except ProtocolError:
            continue


def address(body: bytes) -> None:
    """An IRI: what is taken is taken again, unchanged."""
    text = body.decode("utf-8", "replace")
    taken = iris.parse(text)
    assert iris.parse(taken) == taken


def handle(body: bytes) -> None:
    """name@host: what is taken is taken again, unchanged."""
    taken = handles.parse(body.decode("utf-8", "replace"))
    assert handles.parse(str(taken)) == taken


def media_type(body: bytes) -> None:
    """Accept and Content-Type."""
    text = body.decode("latin-1")
    mediatypes.is_activity(text)
    mediatypes.prefers_activity(text)


def who(body: bytes) -> None:
    """WebFinger and NodeInfo."""
    document = canonical_json.parse(body)
    for read in (nodeinfo.document_link, nodeinfo.read, webfinger.subject):
        try:
            read(document)
        except ProtocolError:
            continue
    webfinger.destination(document, Intent.FOLLOW, HERE)
    webfinger.actor_link(document, webfinger.subject(document))


def html(body: bytes) -> None:
    """HTML of strangers: nothing that runs is left, and cleaning again changes nothing."""
    cleaned = markup.clean(body.decode("utf-8", "replace"))
    assert markup.clean(cleaned) == cleaned
    markup.plain(cleaned)
    reader = _Elements()
    reader.feed(cleaned)
    reader.close()


def delay(body: bytes) -> None:
    """Retry-After and Date of an answer."""
    when, _, date = body.decode("latin-1").partition("\n")
    redirects.retry_after(Response(429, (("retry-after", when), ("date", date))))


def packed(body: bytes) -> None:
    """An archive, and what it proves: what is taken is written again, unchanged."""
    try:
        contents = archive.read(body)
    except Unwise as refused:
        raise Malformed(refused.reason) from refused
    assert archive.write(contents) == body
    proving.examine(contents, now=NOW)


PARSERS: Final[dict[str, Callable[[bytes], None]]] = {
    parser.__name__: parser
    for parser in (
        activity,
        thing,
        proof,
        signature,
        digest,
        key,
        address,
        handle,
        media_type,
        who,
        html,
        packed,
        delay,
    )
}

_VERSION: Final[Document] = {"id": "https://x.example/models/a/versions/1", "versionNumber": "1"}

SEEDS: Final[dict[str, list[bytes]]] = {
    "packed": [archive.write(Contents({"type": "Article"}, (_VERSION,), (), {}))],
    "signature": [
        b'signature: keyId="https://a.example/k#main-key",algorithm="rsa-sha256",'
        b'headers="(request-target) host date digest",signature="AAAA"\ndate: Fri, 02 Jan 2026 '
        b"03:04:05 GMT\nhost: here.example\ndigest: SHA-256=AAAA\n\n{}",
        b'signature-input: sig1=("@method" "@target-uri" "content-digest");created=1767323045;'
        b'keyid="https://a.example/k";alg="ed25519"\nsignature: sig1=:AAAA:\n\n{}',
    ],
    "digest": [b"SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", b"sha-256=:AAAA:"],
    "key": [b"z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", b"-----BEGIN PUBLIC KEY-----\n"],
    "address": [b"https://example.org:8443/a/b?c=d#e", b"https://xn--bcher-kva.example/"],
    "handle": [b"@name@host.example", b"acct:name@host.example"],
    "media_type": [
        b'application/ld+json; profile="https://www.w3.org/ns/activitystreams"; charset=utf-8',
        b"text/html, application/activity+json;q=0.9, */*;q=0.1",
    ],
    "who": [
        b'{"subject":"acct:a@b.example","links":[{"rel":"self","type":"application/activity+json",'
        b'"href":"https://b.example/a"},{"rel":"https://w3id.org/fep/3b86/Follow",'
        b'"template":"https://b.example/?o={object}"}]}',
        b'{"version":"2.1","software":{"name":"mastodon","version":"4.6.5"}}',
    ],
    "html": [
        b'<p><a href="https://a.example" class="mention" rel="me">a</a><br><script>1</script></p>',
        b"<svg><style><img src=x onerror=alert(1)></style></svg><math><mi>x</mi></math>",
    ],
    "delay": [b"120\nFri, 02 Jan 2026 03:04:05 GMT", b"Fri, 02 Jan 2026 03:04:05 GMT\n"],
}
"""Well-formed input of each parser, from which mutations start."""


def seeds(name: str) -> list[bytes]:
    """Where to start from; documents in the shapes that real programs send for the others."""
    return SEEDS.get(name) or [
        orjson.dumps(document)
        for path in sorted(CAPTURES.glob("*.json"))
        for document in orjson.loads(path.read_bytes())
    ]
