"""Is this Content-Type or Accept about ActivityStreams?

ActivityPub 3.2: documents travel as `application/ld+json;
profile="https://www.w3.org/ns/activitystreams"` or `application/activity+json`. Plain
`application/json` is never a document: files that people upload are served as such, and reading
them would let a user speak for a server (CVE-2024-25623).
"""

import re
from collections.abc import Iterator

ACTIVITY_JSON = "application/activity+json"
"""What we send, and what most servers send."""

AS2_PROFILE = "https://www.w3.org/ns/activitystreams"
"""The profile that makes JSON-LD an ActivityStreams document."""

LD_JSON = f'application/ld+json; profile="{AS2_PROFILE}"'
"""What ActivityPub asks clients to accept."""

JRD_JSON = "application/jrd+json"
"""WebFinger answers (RFC 7033, section 10.2)."""

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105  a grammar rule of RFC 9110, no secret
_TYPE = re.compile(rf"\s*({_TOKEN}/{_TOKEN})\s*")
_PARAMETER = re.compile(rf';\s*({_TOKEN})=({_TOKEN}|"(?:[^"\\]|\\.)*")\s*')
_ENTRY = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
_WEIGHT = re.compile(r"[01](?:\.[0-9]{0,3})?")

_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_LONGEST_ACCEPT = 2_000  # characters; browsers send under 300


def is_activity(content_type: str) -> bool:
    """Whether a body under this Content-Type may be read as an ActivityStreams document.

    Parameters such as `charset=utf-8` are allowed; JSON-LD needs the ActivityStreams profile.
    """
    parsed = _parse(content_type)
    if parsed is None:
        return False
    name, parameters = parsed
    if name == ACTIVITY_JSON:
        return True
    profiles = parameters.get("profile", "").split()
    return name == "application/ld+json" and AS2_PROFILE in profiles


def prefers_activity(accept: str) -> bool:
    """Whether the client asks for the document rather than for the page under the same address.

    Weights are honoured; with equal weight the document wins, because no browser asks for one.
    `*/*` and an empty header mean a person or a crawler: the page. Bare `application/json` means
    the document only if no page is asked for.
    """
    weights: dict[str, float] = {"document": 0.0, "page": 0.0, "json": 0.0}
    for name, weight in _accepted(accept):
        if name in (ACTIVITY_JSON, "application/ld+json"):
            weights["document"] = max(weights["document"], weight)
        elif name in _PAGE_TYPES:
            weights["page"] = max(weights["page"], weight)
        elif name == "application/json":
            weights["json"] = max(weights["json"], weight)
    if weights["document"] > 0:
        return weights["document"] >= weights["page"]
    return weights["json"] > 0 and weights["page"] == 0


def _accepted(accept: str) -> Iterator[tuple[str, float]]:
    for entry in _ENTRY.findall(accept[:_LONGEST_ACCEPT]):
        parsed = _parse(entry)
        if parsed is None:
            continue
        name, parameters = parsed
        weight = parameters.get("q", "1")
        yield name, float(weight) if _WEIGHT.fullmatch(weight) else 0.0


def _parse(text: str) -> tuple[str, dict[str, str]] | None:
    """Type in lower case, and parameters; None if it is no media type or one is repeated."""
    match = _TYPE.match(text)
    if match is None:
        return None
    parameters: dict[str, str] = {}
    position = match.end()
    while position < len(text):
        parameter = _PARAMETER.match(text, position)
        if parameter is None or parameter[1].lower() in parameters:
            return None
        value = parameter[2]
        parameters[parameter[1].lower()] = value[1:-1] if value.startswith('"') else value
        position = parameter.end()
    return match[1].lower(), parameters
