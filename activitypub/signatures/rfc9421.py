"""HTTP Message Signatures: the two headers, what they must cover, and the bytes that are signed.

RFC 9421. `Signature-Input` names, under a label, what is covered and with which parameters;
`Signature` holds the signature under the same label. Both are structured fields (RFC 9651), of
which exactly the shape that signatures have is read here, and nothing else: one label, components
without parameters, parameters that the RFC registers. Whatever two programs could read in two ways
is refused (RFC 9421, section 7.2 and 7.5).

What must be covered is what Mastodon asks for since 4.5 (`signature_verification.rb`): the method
and the whole target, so that nothing can be replayed elsewhere; `created`, so that nothing can be
replayed later; on POST `content-digest`, so that the body counts.
"""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from activitypub import iris
from activitypub.errors import NotAuthentic
from activitypub.wire import Request

METHOD: Final = "@method"
TARGET_URI: Final = "@target-uri"
CONTENT_DIGEST: Final = "content-digest"

ACCEPTED: Final = f'sig1=("{METHOD}" "{TARGET_URI}" "{CONTENT_DIGEST}");created'
"""The value of `Accept-Signature` (section 5.1): what a POST must cover to be believed here."""

ACCEPTED_ON_GET: Final = f'sig1=("{METHOD}" "{TARGET_URI}");created'
"""The same for a GET, which has no body."""

_LONGEST = 8_192  # characters of a header; with RSA-8192 and a long key id about 2,500 are needed
_MOST_COMPONENTS = 32  # real signatures cover 3 to 8
_LABEL = r"[a-z*][a-z0-9_.*-]*"
_MEMBER = re.compile(rf"({_LABEL})=\(([^()]*)\)(.*)")
_COMPONENTS = re.compile(r'(?:"[^"\\]*"(?: +"[^"\\]*")*)?')
_COMPONENT = re.compile(r'"([^"]*)"')
_NAME = re.compile(r"@[a-z-]+|[!#$%&'*+.^_`|~0-9a-z-]+")
_PARAMETER = re.compile(rf'; *({_LABEL})=(?:("(?:[ !#-\[\]-~]|\\["\\])*")|(-?[0-9]{{1,15}}))')
_VALUE = re.compile(rf"({_LABEL})=:([A-Za-z0-9+/=]*):")
_STRINGS = frozenset({"keyid", "alg", "nonce", "tag"})
_NUMBERS = frozenset({"created", "expires"})


@dataclass(frozen=True, slots=True)
class Input:
    """What one signature says of itself.

    Attributes:
        covered: names of headers in lower case and of derived components with `@`, as signed.
        strings: `keyid`, `alg`, `nonce`, `tag`, where they are given.
        numbers: `created`, `expires`, in seconds since 1970, where they are given.
        text: all of it as one structured field, the value of `@signature-params`.
        signature: the raw signature.
    """

    covered: tuple[str, ...]
    strings: Mapping[str, str]
    numbers: Mapping[str, int]
    text: str
    signature: bytes


def read(request: Request) -> Input:
    """Read the one signature of a request.

    Raises:
        NotAuthentic: There is not exactly one that can be read in exactly one way
            (`signature-syntax`), or it covers what is not understood here (`coverage`).
    """
    label, inner, rest = _member(_single(request, "signature-input"))
    value = _VALUE.fullmatch(_single(request, "signature"))
    if value is None or value[1] != label:
        raise _unreadable("Signature must hold the one signature that Signature-Input names")
    covered = _covered(inner)
    strings, numbers, text = _parameters(rest)
    return Input(covered, strings, numbers, _inner_list(covered) + text, _decoded(value[2]))


def parameters(
    covered: tuple[str, ...],
    *,
    created: int,
    key_id: str,
    algorithm: str,
    expires: int | None = None,
    nonce: str | None = None,
    tag: str | None = None,
) -> str:
    """The value of `@signature-params` and of the member of `Signature-Input` for a new signature.

    Args:
        covered: What is going to be signed, in order.
        created: Seconds since 1970.
        key_id: An address; it holds no quotes and no backslashes.
        algorithm: Of the RFC's registry.
        expires: Seconds since 1970.
        nonce: Printable ASCII without quotes and backslashes.
        tag: The same.
    """
    text = f"{_inner_list(covered)};created={created}"
    text += "" if expires is None else f";expires={expires}"
    text += f';keyid="{key_id}";alg="{algorithm}"'
    text += "" if nonce is None else f';nonce="{nonce}"'
    return text if tag is None else f'{text};tag="{tag}"'


def signature_base(request: Request, covered: tuple[str, ...], text: str) -> bytes:
    """The bytes that are signed (section 2.5).

    Args:
        request: What is sent, or came.
        covered: What is covered, in order.
        text: The value of `@signature-params`.

    Raises:
        NotAuthentic: A covered component is unknown, was not sent, or was sent twice.
    """
    lines = [f'"{name}": {_value(request, name)}' for name in covered]
    try:
        return "\n".join([*lines, f'"@signature-params": {text}']).encode("ascii")
    except UnicodeEncodeError as fault:
        raise _uncovered("what is signed must be ASCII") from fault


def check_coverage(request: Request, covered: tuple[str, ...]) -> None:
    """Check that the signature is about this request.

    Raises:
        NotAuthentic: It leaves out the method, the target or (on POST) the digest; or a header that
            must be unique was sent twice.
    """
    for name in ("host", "date", CONTENT_DIGEST):
        if len(request.headers_named(name)) > 1:
            raise _uncovered(f"the header {name} may be sent only once")
    for name in (METHOD, TARGET_URI, *([CONTENT_DIGEST] if request.method == "POST" else [])):
        if name not in covered:
            raise _uncovered(f"the signature must cover {name}")


def _single(request: Request, name: str) -> str:
    values = request.headers_named(name)
    if len(values) != 1 or len(values[0]) > _LONGEST:
        raise _unreadable(f"there must be one {name} header of moderate length")
    return values[0].strip(" \t")


def _member(header: str) -> tuple[str, str, str]:
    """Label, inner list and parameters of the only member of Signature-Input."""
    match = _MEMBER.fullmatch(header)
    if match is None:
        raise _unreadable("Signature-Input must be one label with its list of components")
    return match[1], match[2], match[3]


def _covered(inner: str) -> tuple[str, ...]:
    if ";" in inner:
        raise _uncovered("components with parameters are not understood here")
    names = tuple(_COMPONENT.findall(inner))
    well_formed = _COMPONENTS.fullmatch(inner.strip(" ")) and all(
        _NAME.fullmatch(name) for name in names
    )
    if not well_formed or len(names) > _MOST_COMPONENTS or len(set(names)) != len(names):
        raise _unreadable("the list of components cannot be read in one way")
    return names


def _parameters(text: str) -> tuple[dict[str, str], dict[str, int], str]:
    """Parameters by their type, and all of them serialised again in their order."""
    strings: dict[str, str] = {}
    numbers: dict[str, int] = {}
    again = ""
    position = 0
    while position < len(text):
        match = _PARAMETER.match(text, position)
        known = match and match[1] in (_STRINGS if match[2] else _NUMBERS)
        if match is None or not known or match[1] in strings or match[1] in numbers:
            raise _unreadable("the parameters of the signature cannot be read in one way")
        if match[2]:
            strings[match[1]] = re.sub(r"\\(.)", r"\1", match[2][1:-1])
        else:
            numbers[match[1]] = int(match[3])
        again += f";{match[1]}={match[2] or int(match[3])}"
        position = match.end()
    return strings, numbers, again


def _inner_list(covered: tuple[str, ...]) -> str:
    return "(" + " ".join(f'"{name}"' for name in covered) + ")"


def _value(request: Request, name: str) -> str:
    """Of one component (section 2.1 and 2.2)."""
    if name.startswith("@"):
        return _derived(request, name)
    values = request.headers_named(name)
    if len(values) != 1:
        raise _uncovered(f"the signature covers {name}, which must be sent exactly once")
    return values[0].strip(" \t")


def _derived(request: Request, name: str) -> str:
    origin = iris.origin(request.url)
    target = iris.without_fragment(request.url).removeprefix(origin) or "/"
    path, _, query = target.partition("?")
    values = {
        METHOD: request.method,
        TARGET_URI: origin + target,
        "@authority": iris.host(request.url),
        "@scheme": origin.partition(":")[0],
        "@request-target": target,
        "@path": path or "/",
        "@query": f"?{query}",
    }
    if name not in values:
        raise _uncovered(f"the component {name} is not understood here")
    return values[name]


def _decoded(text: str) -> bytes:
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error as fault:
        raise _unreadable("the signature is not base64") from fault
    if not raw:
        raise _unreadable("the signature is empty")
    return raw


def _unreadable(reason: str) -> NotAuthentic:
    return NotAuthentic(reason, code="signature-syntax")


def _uncovered(reason: str) -> NotAuthentic:
    return NotAuthentic(reason, code="coverage")
