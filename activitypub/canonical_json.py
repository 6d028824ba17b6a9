"""Bytes to JSON within limits and without surprises; JSON to RFC 8785 bytes.

Parsers disagree about what RFC 8259 leaves open (which of two equal keys counts, what 1e999 is),
and whoever signs a document counts on everybody reading the same one. So everything on which two
parsers may differ is refused: duplicate keys, numbers which a double cannot hold, NaN, lone
surrogates, NUL, byte order marks, anything but UTF-8, anything behind the document.

Canonical bytes (RFC 8785) are what digests and integrity proofs are computed over.
"""

import json
import re
from typing import TypeAlias, Union, cast

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
_ESCAPED_NUL = b"\\u0000"
_ALSO_WRITTEN = ((rb"\/", b"/"), (rb"\u003c", b"<"), (rb"\u003e", b">"), (rb"\u0026", b"&"))
_DELICATE = re.compile(rb"[-.]|[0-9][Ee]|[0-9]{16}")
"""Outside of strings: a number that is anything else than a whole one below 10**15."""


_WITH_LEVELS = (dict, list)


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
    document = _read_back(body, limits)
    if document is not None:
        return document
    value = _looked_at(body, limits)
    if not isinstance(value, dict):
        raise Malformed("the document must be a JSON object")
    return value


def _read_back(body: bytes, limits: Limits) -> Document | None:
    """What most documents say, at a fifth of the price; None where one has to look closer.

    What has the same bytes when it is written again can be read in one way only: no key stood
    twice, no number was rounded. Mastodon and GoToSocial escape what HTML does, PHP the slash.
    """
    if body.count(b":") > limits.keys:
        return None  # perhaps within strings
    if b"\\" in body:
        if b"\\\\" in body or _ESCAPED_NUL in body:
            return None
        for escaped, plain in _ALSO_WRITTEN:
            body = body.replace(escaped, plain)
    try:
        value: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(value, dict) or not _is_simple(value, limits.depth):
        return None
    return value if orjson.dumps(value) == body else None


def _is_simple(document: Document, deepest: int) -> bool:
    """Whether it has no more levels, and no number but whole ones that every parser holds."""
    level: list[Document | list[Json]] = [document]
    for _ in range(deepest):
        below: list[Document | list[Json]] = []
        for each in level:
            for one in each.values() if isinstance(each, dict) else each:
                if isinstance(one, str):
                    continue  # as most are
                if isinstance(one, _WITH_LEVELS):
                    below.append(one)
                elif isinstance(one, float) or (one is not None and abs(one) > LARGEST_INTEGER):
                    return False
        if not below:
            return True
        level = below
    return False


def _looked_at(body: bytes, limits: Limits) -> Json:
    bare = _STRINGS.sub(b"", body)
    _check_depth(bare, limits.depth)
    if _ESCAPED_NUL in body and _NUL.search(body):
        raise Malformed("a document may not contain the character NUL")
    try:
        # The strict judge of UTF-8, surrogates, NaN, 1e999 and syntax.
        value: Json = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise Malformed("the body is not one JSON document in UTF-8") from fault
    _check_members(value, bare.count(b":"), limits.keys)
    if _DELICATE.search(bare):
        value = _with_exact_numbers(body, limits)
    return value


def canonical(value: Json) -> bytes:
    """The one way to write this value (RFC 8785).

    Raises:
        Malformed: It holds a number that is not finite or not exact, or a lone surrogate.
    """
    try:
        if _is_plain(value):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        pass  # too deep, or a lone surrogate: the judge says which
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as fault:
        raise Malformed("the value has no canonical form") from fault


def _is_plain(value: Json) -> bool:
    """Whether orjson writes it as RFC 8785 wants it, at a fiftieth of the price.

    Both write strings and whole numbers alike, of which there is a test. Fractions are written in
    another way, and names outside of ASCII sorted in another order: that is left to `rfc8785`.
    """
    pending: list[Json] = [value]
    while pending:
        inside = pending.pop()
        kind = type(inside)
        if isinstance(inside, dict):
            if not all(type(name) is str and name.isascii() for name in inside):
                return False
            pending.extend(inside.values())
        elif isinstance(inside, list):
            pending.extend(inside)
        elif kind is int:
            if not -LARGEST_INTEGER <= cast("int", inside) <= LARGEST_INTEGER:
                return False
        elif inside is not None and kind is not str and kind is not bool:
            return False
    return True


def encode(value: Json) -> bytes:
    """Compact JSON with members in the order given: what we send.

    Raises:
        Malformed: It holds a lone surrogate or an integer of more than 64 bits.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as fault:
        raise Malformed("the value cannot be written as JSON") from fault


def _check_members(value: Json, written: int, most: int) -> None:
    """Compare what was written with what was kept: of two equal keys only one is.

    Args:
        value: as parsed.
        written: how many members there are, told by the colons outside of strings.
        most: how many there may be.
    """
    if written > most:
        raise TooLarge(f"a document may have {most} members at most")
    kept, pending = 0, [value]
    while pending:
        inside = pending.pop()
        if isinstance(inside, dict):
            kept += len(inside)
            pending.extend(inside.values())
        elif isinstance(inside, list):
            pending.extend(inside)
    if kept != written:
        raise Malformed("a key may appear only once in an object")


def _with_exact_numbers(body: bytes, limits: Limits) -> Json:
    """The same by the standard parser, which shows how each number was written."""
    numbers = _Numbers(limits)
    value: Json = json.loads(body, parse_int=numbers.integer, parse_float=numbers.fraction)
    return value


class _Numbers:
    """Reads numbers, and refuses those on which two parsers may differ."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def integer(self, text: str) -> int:
        """A whole number that a double holds exactly."""
        if len(text) > self._limits.number or abs(number := int(text)) > LARGEST_INTEGER:
            raise Malformed("an integer may not be larger than 2**53 - 1")
        return number

    def fraction(self, text: str) -> float:
        """A number with a fraction or an exponent."""
        if len(text) > self._limits.number:
            raise Malformed(f"a number may have {self._limits.number} characters at most")
        number = float(text)
        if LARGEST_INTEGER < abs(number) < _FIRST_WITH_EXPONENT:
            raise Malformed("a whole number may not be larger than 2**53 - 1")
        return number


def _check_depth(bare: bytes, deepest: int) -> None:
    """Count brackets; what has fewer of them than it may have levels needs no second look."""
    if bare.count(b"{") + bare.count(b"[") <= deepest:
        return
    depth = 0
    for bracket in bare.translate(None, _NOT_BRACKETS):
        if bracket in b"[{":
            depth += 1
            if depth > deepest:
                raise Malformed(f"a document may be {deepest} levels deep at most")
        else:
            depth -= 1
