"""Shapes: the same words say what a body may be and judge whether it is."""

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from federation.api import bodies
from federation.api.shapes import (
    LONGEST_TEXT,
    MOST_ITEMS,
    ByLanguage,
    Faults,
    Flag,
    ListOf,
    MapOf,
    Number,
    Record,
    Shape,
    Text,
    Word,
)

TEXT = Text("A text.")
WORD = Word("A word.", ["Core", "Optional"])
RECORD = Record("A record.", {"name": TEXT, "kind": WORD}, frozenset({"name"}))


def read(shape: Shape, value: Any) -> tuple[Any, Faults]:
    faults: Faults = {}
    return shape.read(value, "x", faults), faults


@pytest.mark.parametrize(
    ("shape", "value", "wanted"),
    [
        (TEXT, "a", "a"),
        (Text("May be empty.", may_be_empty=True), "", ""),
        (WORD, "core", "Core"),
        (WORD, "ess:OPTIONAL", "Optional"),
        (Flag("Yes or no."), False, False),
        (Number("How many."), 0, 0),
        (Number("How many."), 2.5, 2.5),
        (ByLanguage("Texts."), {"fr": "a", "pt-BR": ""}, {"fr": "a", "pt-BR": ""}),
        (ByLanguage("Texts.", or_text=True), "a", {"": "a"}),
        (ByLanguage("Texts.", may_be_empty=True), {}, {}),
        (ListOf("Texts.", TEXT), ["a", "b"], ["a", "b"]),
        (MapOf("Texts.", TEXT), {"a": "b"}, {"a": "b"}),
        (RECORD, {"name": "a"}, {"name": "a"}),
    ],
)
def test_what_fits_is_read(shape: Shape, value: object, wanted: object) -> None:
    assert read(shape, value) == (wanted, {})


@pytest.mark.parametrize(
    ("shape", "value", "path"),
    [
        (TEXT, 1, "x"),
        (TEXT, " ", "x"),
        (TEXT, "a" * (LONGEST_TEXT + 1), "x"),
        (WORD, "Free", "x"),
        (WORD, None, "x"),
        (Flag("Yes or no."), 1, "x"),
        (Number("How many."), True, "x"),
        (Number("How many."), -1, "x"),
        (ByLanguage("Texts."), "a", "x"),
        (ByLanguage("Texts."), {}, "x"),
        (ByLanguage("Texts."), {"fr": 1}, "x.fr"),
        (ByLanguage("Texts."), {"not a tag": "a"}, "x.not a tag"),
        (ByLanguage("Texts.", or_text=True), "", "x"),
        (ListOf("Texts.", TEXT), "a", "x"),
        (ListOf("Texts.", TEXT, least=1), [], "x"),
        (ListOf("Texts.", TEXT), ["a"] * (MOST_ITEMS + 1), "x"),
        (ListOf("Texts.", TEXT), ["a", 1], "x[1]"),
        (MapOf("Texts.", TEXT), [], "x"),
        (MapOf("Texts.", TEXT), {"a": 1}, "x.a"),
        (RECORD, "a", "x"),
        (RECORD, {}, "x.name"),
        (RECORD, {"name": "a", "kimd": "Core"}, "x.kimd"),
    ],
)
def test_what_does_not_fit_is_named_by_its_path(shape: Shape, value: object, path: str) -> None:
    _, faults = read(shape, value)
    assert list(faults) == [path]
    assert faults[path].endswith((".", "?"))


def test_every_fault_is_named_at_once() -> None:
    _, faults = read(ListOf("Records.", RECORD), [{"kind": "x"}, {"name": 1, "other": 2}])
    assert set(faults) == {"x[0].name", "x[0].kind", "x[1].name", "x[1].other"}


def test_a_misspelt_member_is_told_the_right_word() -> None:
    _, faults = read(RECORD, {"name": "a", "kimd": "Core"})
    assert "kind" in faults["x.kimd"]


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (bodies.MODEL, {"name": "a"}),
        (bodies.MODEL, {"unknown": 1}),
        (bodies.FORK, {"source": "https://a.test/m", "kind": "variant", "language": "it"}),
        (bodies.FORK, {"source": 1, "kind": "variant", "language": "it"}),
        (bodies.MERGE, {"choices": {"a": "theirs", "b": {"text": {"fr": "x"}}}}),
        (bodies.MERGE, {"choices": {"a": "both"}}),
        (bodies.MERGE, {"choices": {"a": {"text": {}}}}),
        (bodies.FOLLOW, {"handle": ""}),
        (bodies.READ_NOTICES, {"upTo": "5"}),
    ],
)
def test_reading_and_the_schema_judge_alike(shape: Record, value: object) -> None:
    is_described = jsonschema.Draft202012Validator(shape.schema()).is_valid(value)
    faults: Faults = {}
    shape.read(value, "", faults)  # type: ignore[arg-type]
    assert is_described == (not faults)


@pytest.mark.parametrize(
    "shape", [bodies.MODEL, bodies.REVISION, bodies.FORK, bodies.MERGE, bodies.FOLLOW]
)
def test_every_body_has_a_valid_schema(shape: Record) -> None:
    jsonschema.Draft202012Validator.check_schema(shape.schema())
