"""Bytes to JSON within limits and without surprises; JSON to RFC 8785 bytes.

Parsers disagree about what RFC 8259 leaves open (which of two equal keys counts, what 1e999 is),
and whoever signs a document counts on everybody reading the same one. So everything on which two
parsers may differ is refused: duplicate keys, numbers which a double cannot hold, NaN, lone
surrogates, NUL, byte order marks, anything but UTF-8, anything behind the document. Depth is judged
before parsing, because the parser is recursive.

Canonical bytes (RFC 8785) are what digests and integrity proofs are computed over.
"""

import json
import re
from typing import TypeAlias, Union

import orjson
import rfc8785

from activitypub.errors import Malformed, TooLarge
from activitypub.limits import DEFAULT, Limits

Json: TypeAlias = Union[bool, int, float, str, list["Json"], dict[str, "Json"], None]  # noqa: UP007
"""What JSON can say. A `Union`, because a recursive alias needs forward references."""

Document: TypeAlias = dict[str, Json]
"""A JSON object: what travels."""

LARGEST_INTEGER = 2**53 - 1
"""Beyond it neighbouring integers are the same double (RFC 7493, section 2.2)."""

_FIRST_WITH_EXPONENT = 1e21
"""Below it canonical JSON writes whole numbers as integers, which could not be read back."""

_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*+\\u0000")


def parse(body: bytes, limits: Limits = DEFAULT) -> Document:
    """Read one JSON object from bytes that a stranger sent.

    Returns:
        The object. Integers are `int` and at most 2**53 - 1 in size, fractions are finite `float`.

    Raises:
        TooLarge: More bytes or members than `limits` allow.
        Malformed: Not one JSON object in UTF-8, one that parsers may read in different ways, or one
            with more levels than `limits` allow: that is no size, and no parser agrees on it.
    """
    if len(body) > limits.body:
        raise TooLarge(f"a document may have {limits.body} bytes at most")
    _check_depth(body, limits.depth)
    if _NUL.search(body):
        raise Malformed("a document may not contain the character NUL")
    try:
        orjson.loads(body)  # the strict judge of UTF-8, surrogates, NaN, 1e999 and syntax
    except orjson.JSONDecodeError as fault:
        raise Malformed("the body is not one JSON document in UTF-8") from fault
    value = _Reader(limits).read(body)
    if not isinstance(value, dict):
        raise Malformed("the document must be a JSON object")
    return value


def canonical(value: Json) -> bytes:
    """The one way to write this value (RFC 8785).

    Raises:
        Malformed: It holds a number that is not finite or not exact, or a lone surrogate.
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as fault:
        raise Malformed("the value has no canonical form") from fault


def encode(value: Json) -> bytes:
    """Compact JSON with members in the order given: what we send.

    Raises:
        Malformed: It holds a lone surrogate or an integer of more than 64 bits.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as fault:
        raise Malformed("the value cannot be written as JSON") from fault


class _Reader:
    """The standard parser with hooks for everything it is too lenient about."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._members = 0

    def read(self, body: bytes) -> Json:
        value: Json = json.loads(
            body,
            object_pairs_hook=self._object,
            parse_int=self._integer,
            parse_float=self._fraction,
        )
        return value

    def _object(self, pairs: list[tuple[str, Json]]) -> Document:
        self._members += len(pairs)
        if self._members > self._limits.keys:
            raise TooLarge(f"a document may have {self._limits.keys} members at most")
        document = dict(pairs)
        if len(document) != len(pairs):
            raise Malformed("a key may appear only once in an object")
        return document

    def _integer(self, text: str) -> int:
        if len(text) > self._limits.number or abs(number := int(text)) > LARGEST_INTEGER:
            raise Malformed("an integer may not be larger than 2**53 - 1")
        return number

    def _fraction(self, text: str) -> float:
        if len(text) > self._limits.number:
            raise Malformed(f"a number may have {self._limits.number} characters at most")
        number = float(text)
        if LARGEST_INTEGER < abs(number) < _FIRST_WITH_EXPONENT:
            raise Malformed("a whole number may not be larger than 2**53 - 1")
        return number


def _check_depth(body: bytes, deepest: int) -> None:
    depth = 0
    for bracket in _STRINGS.sub(b"", body).translate(None, _NOT_BRACKETS):
        if bracket in b"[{":
            depth += 1
            if depth > deepest:
                raise Malformed(f"a document may be {deepest} levels deep at most")
        else:
            depth -= 1
