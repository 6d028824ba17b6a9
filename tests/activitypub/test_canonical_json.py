"""JSON from strangers: one reading or none. JSON to be signed: one writing."""

import json
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from activitypub.canonical_json import LARGEST_INTEGER, canonical, encode, parse
from activitypub.errors import Malformed, ProtocolError, TooLarge
from activitypub.limits import DEFAULT

NUMBERS = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | st.floats(
    -LARGEST_INTEGER, LARGEST_INTEGER
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_what_we_write_is_read_as_it_was(document: dict[str, object]) -> None:
    written = json.dumps(document).encode()
    read = parse(written)
    assert read == document
    assert parse(encode(read)) == read
    assert canonical(parse(canonical(read))) == canonical(read)


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
@example({"a": "<p>\\u003c\\/</p>&", "b": "\\\\", "c": {"<": '"'}})
def test_whoever_wrote_it_the_same_is_read(document: dict[str, object]) -> None:
    compact = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    by_php = compact.replace("/", "\\/")
    by_rails = "".join(rf"\u{ord(one):04x}" if one in "<>&" else one for one in compact)
    for written in (compact, by_php, by_rails):
        assert parse(written.encode()) == document


@given(VALUES)
@example({"b": ['\u2028\x7f\x1f"\\/é😀', 0, -1, None, True], "a": {"10": 1, "9": 2, "B": {}}})
@example({"\ue000": 1, "😀": 2})
@example({"a": 1.0, "b": 1e21})
def test_the_quick_way_to_write_canonically_is_the_one_way(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_every_character_is_written_as_the_standard_says() -> None:
    everything = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
    assert canonical(everything) == rfc8785.dumps(everything)


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for written in (body, b'{"a":' + body + b"}", b'{"' + body + b'":1}'):
        try:
            parse(written)
        except ProtocolError:
            continue


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"7",
        b'"text"',
        b"[]",
        b"{",
        b"}",
        b"{} {}",
        b"{}x",
        b'{"a":1,"a":1}',
        b'{"b":{"a":1,"a":2}}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":9007199254740992.0}',
        b'{"a":-1e20}',
        b'{"a":1180591620717411303424}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":0.' + b"1" * 100 + b"}",
        b'{"a":"\\ud800"}',
        b'{"a":"\\udc00x"}',
        b'{"a":"\\u0000"}',
        b'{"a":"\\\\\\u0000"}',
        b'{"a\\u0000":1}',
        b'{"a":"\x00"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        '{"a":1}'.encode("utf-16"),
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a":01}',
        b'{"a":"' + b'\\"' * 200_000,
        b'{"a":"\\',
    ],
)
def test_what_parsers_read_differently_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse(body)


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    assert parse(b'{"a":"\\\\u0000"}') == {"a": "\\u0000"}


def test_numbers_keep_their_kind() -> None:
    assert repr(parse(b'{"a":1,"b":1.0,"c":1e2,"d":-0,"e":9007199254740991}')) == (
        "{'a': 1, 'b': 1.0, 'c': 100.0, 'd': 0, 'e': 9007199254740991}"
    )


@pytest.mark.parametrize("depth", [65, 300, 900, 20_000, 500_000])
@pytest.mark.parametrize("brackets", [(b"[", b"]"), (b'{"a":', b"}")])
def test_depth_is_limited(depth: int, brackets: tuple[bytes, bytes]) -> None:
    opening, closing = brackets
    for end in (b"", b"1" + closing * depth + b"}", closing * depth + b"}"):
        with pytest.raises(Malformed):
            parse((b'{"a":' + opening * depth + end)[: DEFAULT.body])


def test_brackets_in_strings_are_no_depth() -> None:
    text = "[{" * 100 + '"'
    assert parse(json.dumps({"a": text}).encode()) == {"a": text}
    assert parse(b'{"a":' + b"[" * 63 + b"]" * 63 + b"}")
    assert parse(b'{"a":' + b"[" * 63 + b"1" + b"]" * 63 + b"}")


def test_size_and_members_are_limited() -> None:
    with pytest.raises(TooLarge):
        parse(b'{"a":"' + b"x" * DEFAULT.body + b'"}')
    few = replace(DEFAULT, keys=3)
    assert parse(b'{"a":{"b":1,"c":2}}', few)
    with pytest.raises(TooLarge):
        parse(b'{"a":{"b":1,"c":2,"d":3}}', few)


def test_the_example_of_rfc_8785_has_its_published_form() -> None:
    document = parse(
        b'{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],'
        b'"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/",'
        b'"literals":[null,true,false]}'
    )
    assert canonical(document) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_order_and_escapes_make_no_difference() -> None:
    one = parse(b'{"b":"\\u0041\\/","a":1.0}')
    other = parse(b'{"a":1,"b":"A/"}')
    assert canonical(one) == canonical(other)


def test_what_has_no_canonical_form_is_refused() -> None:
    values: list[Any] = [float("nan"), 2**53, -(2**53), 2**60, "\ud800", {"\udc00": 1}]
    for value in values:
        with pytest.raises(Malformed):
            canonical({"a": value})


def test_what_is_not_json_is_not_written() -> None:
    for value in (2**70, "\ud800"):
        with pytest.raises(Malformed):
            encode({"a": value})
