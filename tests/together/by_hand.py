"""Requests that are signed by hand: as others sign them, or as nobody should.

Nothing of our own signing is used but a private key, so what is right here is right by the
specifications alone.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import format_datetime

import aiohttp
from together.stranger import Stranger
from together.street import House
from yarl import URL

from activitypub.signatures.keys import PrivateKey

USUAL = ("(request-target)", "host", "date", "digest", "content-type")
COMPONENTS = ("@method", "@target-uri", "content-digest", "content-type")


@dataclass(frozen=True)
class Forgery:
    """A request that is signed by hand.

    Attributes:
        covered: what the signature covers, in order; None leaves the parameter out.
        lines: what is signed in place of what is sent, by component.
        parameters: of the Signature header, in place of the right ones; None leaves one out.
        headers: in place of the right ones; None leaves one out.
        more: headers that are sent besides, at the end.
        created: seconds from now.
        expires: seconds from now.
        path: where it is sent; it is signed for that, too.
    """

    covered: Sequence[str] | None = USUAL
    lines: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str | None] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    more: Sequence[tuple[str, str]] = ()
    created: int | None = None
    expires: int | None = None
    path: str = "/inbox"


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def digest(body: bytes) -> str:
    return f"SHA-256={b64(hashlib.sha256(body).digest())}"


def by_hand(
    forgery: Forgery, mallory: Stranger, body: bytes, key: PrivateKey
) -> list[tuple[str, str]]:
    """The headers of a draft-cavage request."""
    now = mallory.street.clock()
    sent: dict[str, str | None] = {
        "host": "alpha.test",
        "date": format_datetime(now, usegmt=True),
        "digest": digest(body),
        "content-type": "application/activity+json",
    }
    sent |= forgery.headers
    seconds = int(now.timestamp())
    times = {
        name: None if after is None else str(seconds + after)
        for name, after in (("created", forgery.created), ("expires", forgery.expires))
    }
    values = {name: value or "" for name, value in sent.items()}
    values |= {f"({name})": value for name, value in times.items() if value is not None}
    values["(request-target)"] = f"post {forgery.path}"
    values |= forgery.lines
    covered = ["date"] if forgery.covered is None else forgery.covered
    text = "\n".join(f"{name}: {values.get(name, '')}" for name in covered)
    said: dict[str, str | None] = {
        "keyId": mallory.key_id,
        "algorithm": "hs2019",
        "created": times["created"],
        "expires": times["expires"],
        "headers": None if forgery.covered is None else " ".join(forgery.covered),
        "signature": b64(key.sign(text.encode())),
    }
    said |= forgery.parameters
    header = ",".join(
        f"{name}={value}" if name in ("created", "expires") else f'{name}="{value}"'
        for name, value in said.items()
        if value is not None
    )
    headers = [(name, value) for name, value in sent.items() if value is not None]
    return [*headers, ("signature", header), *forgery.more]


async def post(
    alpha: House, path: str, headers: Sequence[tuple[str, str]], body: bytes
) -> aiohttp.ClientResponse:
    async with alpha.street.session.post(
        URL(alpha.url(path), encoded=True),
        data=body,
        headers=list(headers),
        skip_auto_headers=("Content-Type", "User-Agent", "Accept"),
    ) as response:
        await response.read()
        return response


def by_rfc9421(
    mallory: Stranger,
    body: bytes,
    *,
    covered: Sequence[str] = COMPONENTS,
    inner: str | None = None,
    parameters: str | None = None,
    values: Mapping[str, str] | None = None,
    label: str = "sig1",
    signature: str | None = None,
) -> list[tuple[str, str]]:
    """The headers of a request signed by RFC 9421, by hand."""
    sent = {
        "host": "alpha.test",
        "content-type": "application/activity+json",
        "content-digest": f"sha-256=:{b64(hashlib.sha256(body).digest())}:",
    }
    known = {"@method": "POST", "@target-uri": "https://alpha.test/inbox"}
    known |= {**sent, **(values or {})}
    sent |= {name: known[name] for name in sent}
    created = int(mallory.street.clock().timestamp())
    listed = " ".join(f'"{name}"' for name in covered) if inner is None else inner
    rest = f";created={created}" if parameters is None else parameters
    text = f'({listed}){rest};keyid="{mallory.key_id}"'
    lines = [f'"{name}": {known.get(name, "")}' for name in covered]
    base = "\n".join([*lines, f'"@signature-params": {text}'])
    value = b64(mallory.key.sign(base.encode())) if signature is None else signature
    return [
        *sent.items(),
        ("signature-input", f"sig1={text}"),
        ("signature", f"{label}=:{value}:"),
    ]
