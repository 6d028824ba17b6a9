"""Arguments: what a client sent, whichever way it sent it.

Mastodon's clients send the same arguments in the query, as a form, as multipart or as JSON, write
lists as `id[]=1&id[]=2`, `id[0]=1`, `id[][]=1`, `id=1` or as a JSON list, and nest as `a[b]=c`
or as JSON objects.
Booleans arrive as true, "true", "1" or "on". Here all of that becomes one flat table of texts.
Where a name stands in the query and in the body, the body wins.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from activitypub.canonical_json import Json
from activitypub.errors import Malformed

FALSE: Final = frozenset({"", "0", "f", "false", "off", "no", "null"})
"""Texts that mean no, in lower case; everything else means yes, as with Rails, which Mastodon is
written in."""

_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_NESTING: Final = 4  # Mastodon's own arguments nest twice


@dataclass(frozen=True)
class Arguments:
    """The arguments of one request: each name with its values in order.

    `id[]` and `id[0]` become `id`.
    """

    values: Mapping[str, tuple[str, ...]]

    def text(self, name: str, default: str = "") -> str:
        """The last value under this name, without blanks around it."""
        found = self.values.get(name)
        return found[-1].strip() if found else default

    def exact(self, name: str, default: str = "") -> str:
        """The last value under this name, byte for byte: for secrets and redirect addresses."""
        found = self.values.get(name)
        return found[-1] if found else default

    def many(self, name: str) -> tuple[str, ...]:
        """Every value under this name."""
        return self.values.get(name, ())

    def whole(self, name: str, default: int) -> int:
        """A number that is not negative, of at most nine digits; anything else is the default."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else default

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A yes or no."""
        if name not in self.values:
            return default
        return self.text(name).lower() not in FALSE


async def read(request: web.Request) -> Arguments:
    """Collect the arguments of a request from its query and its body.

    Files are left aside: no endpoint that asks for arguments takes one.

    Raises:
        Malformed: the body is not what its content type says.
        TooLarge: the body is larger than the site takes.
    """
    values = _collected(request.query.items())
    if request.can_read_body:
        values |= _collected(await _body(request))
    return Arguments(values)


def of_fields(request: web.Request, fields: Iterable[tuple[str, str]]) -> Arguments:
    """The same, where the form had files and was read by who takes those."""
    return Arguments(_collected(request.query.items()) | _collected(fields))


async def _body(request: web.Request) -> list[tuple[str, str]]:
    if request.content_type in _FORMS:
        try:
            posted = await request.post()
        except (ValueError, AssertionError, LookupError, HttpProcessingError) as error:
            raise Malformed("The form could not be read", code="json") from error
        return [(name, value) for name, value in posted.items() if isinstance(value, str)]
    if request.content_type != "application/json":
        return []
    body = await request.read()
    return _flat("", _json(body), _NESTING) if body.strip() else []


def _json(body: bytes) -> Json:
    """JSON as apps write it: our ids are larger than what a peer may send, and some send numbers.

    Raises:
        Malformed: it is none, or no object, or holds half a character.
    """
    try:
        found = json.loads(body)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is no JSON", code="json") from error
    if not isinstance(found, dict):
        raise Malformed("The body is no JSON object", code="json")
    return found


def _flat(name: str, value: Json, depth: int) -> list[tuple[str, str]]:
    """Write nested JSON as the names that a form would have used."""
    if depth < 0:
        raise Malformed("The arguments are nested too deeply", code="json")
    if isinstance(value, Mapping):
        pairs = ((f"{name}[{key}]" if name else key, part) for key, part in value.items())
        return [found for inner, part in pairs for found in _flat(inner, part, depth - 1)]
    if isinstance(value, list):
        return [found for part in value for found in _flat(f"{name}[]", part, depth - 1)]
    if value is None:
        return []
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    return [(name, str(value))]


def _collected(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if "\x00" in value:
            raise Malformed("No argument holds NUL", code="json")
        found.setdefault(_ITEM.sub("", name), []).append(value)
    return {name: tuple(values) for name, values in found.items()}


_ITEM: Final = re.compile(r"(\[\d{0,3}\])+$")
"""That a value is one of a list: `id[]`, or `id[0]` as some libraries number them, in order, or
`id[][]` as Mastodon.py 2.3 writes some."""
