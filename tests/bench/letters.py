"""Letters: what neighbours send, signed before the clock runs.

A neighbour signs as Mastodon does (draft-cavage-12, RSA-2048). All of them have one key: what is
measured is the server, not the making of keys.
"""

import base64
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from activitypub import iris, wire
from activitypub.mediatypes import ACTIVITY_JSON
from activitypub.signatures.keys import PrivateKey
from activitypub.signatures.signing import sign

Document = dict[str, Any]

AS2: Final = "https://www.w3.org/ns/activitystreams"
PUBLIC: Final = f"{AS2}#Public"
_NUMBERS: Final = itertools.count(1)


@dataclass(frozen=True)
class Receiver:
    """Whom letters are for.

    Attributes:
        actor: the id.
        inbox: where its mail goes.
        handle: as `name@host`.
    """

    actor: str
    inbox: str
    handle: str


def utc_now() -> datetime:
    """The time at which something is said and signed."""
    return datetime.now(UTC)  # noqa: TID251 - neighbours have no site


def new_key(file: Path) -> PrivateKey:
    """A fresh RSA-2048 key, also written to a file as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    file.write_text(pem)
    return PrivateKey.from_pem(pem)


def create(sender: str, receiver: Receiver) -> Document:
    """A public note that mentions the receiver: some 1.7 kB, as Mastodon writes it."""
    note = f"{sender}/notes/{next(_NUMBERS)}"
    head = {
        "to": [PUBLIC],
        "cc": [f"{sender}/followers", receiver.actor],
        "published": utc_now().isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    return {
        "@context": [
            AS2,
            "https://w3id.org/security/v1",
            {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive"},
        ],
        "id": f"{note}/activity",
        "type": "Create",
        "actor": sender,
        **head,
        "object": {
            "id": note,
            "type": "Note",
            "attributedTo": sender,
            **head,
            "url": note,
            "sensitive": False,
            "summary": None,
            "inReplyTo": None,
            "content": f'<p><a href="{receiver.actor}" class="u-url mention">@{receiver.handle}</a>'
            " bonjour : we lend tools to our neighbours since March, and would like to know how"
            " you count what comes back. Our charter is on our site; our rules are two pages.</p>",
            "contentMap": {"fr": "<p>Bonjour</p>"},
            "tag": [{"type": "Mention", "href": receiver.actor, "name": f"@{receiver.handle}"}],
            "attachment": [],
            "replies": {
                "id": f"{note}/replies",
                "type": "Collection",
                "first": {
                    "type": "CollectionPage",
                    "next": f"{note}/replies?page=true",
                    "partOf": f"{note}/replies",
                    "items": [],
                },
            },
        },
    }


def follow(sender: str, receiver: Receiver) -> Document:
    """A request to follow the receiver."""
    return {
        "@context": AS2,
        "id": f"{sender}/follows/{next(_NUMBERS)}",
        "type": "Follow",
        "actor": sender,
        "object": receiver.actor,
    }


def posts(
    key: PrivateKey, inbox: str, documents: Iterable[Document], *, is_forged: bool = False
) -> list[bytes]:
    """Each as a whole signed POST, in the same order.

    Args:
        key: of all neighbours.
        inbox: where they go.
        documents: activities.
        is_forged: spoil the signature, and nothing else: the digest is right, so that only
            verifying tells.
    """

    def one(document: Document) -> bytes:
        request = wire.Request(
            "POST",
            iris.parse(inbox),
            (("content-type", ACTIVITY_JSON), ("user-agent", "bench/1")),
            orjson.dumps(document),
        )
        key_id = iris.parse(f"{document['actor']}#main-key")
        signed = sign(request, key_id=key_id, key=key, now=utc_now())
        return _as_bytes(_spoilt(signed) if is_forged else signed)

    return [one(document) for document in documents]


def get(address: str, accept: str) -> bytes:
    """A whole GET."""
    return _as_bytes(
        wire.Request(
            "GET",
            iris.parse(address),
            (
                ("host", iris.host(iris.parse(address))),
                ("accept", accept),
                ("user-agent", "bench/1"),
            ),
        )
    )


def door_of(address: str) -> tuple[str, int]:
    """Host and port of an http address."""
    name, _, port = iris.host(iris.parse(address)).rpartition(":")
    return name, int(port)


def _spoilt(request: wire.Request) -> wire.Request:
    head, _, signature = (request.header("signature") or "").rpartition('signature="')
    raw = bytearray(base64.b64decode(signature.rstrip('"')))
    raw[17] ^= 0x55
    value = f'{head}signature="{base64.b64encode(bytes(raw)).decode()}"'
    headers = tuple((name, value if name == "signature" else old) for name, old in request.headers)
    return wire.Request(request.method, request.url, headers, request.body)


def _as_bytes(request: wire.Request) -> bytes:
    target = "/" + request.url.split("/", 3)[3]
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    if request.body:
        lines.append(f"content-length: {len(request.body)}")
    return "\r\n".join([*lines, "", ""]).encode() + request.body
