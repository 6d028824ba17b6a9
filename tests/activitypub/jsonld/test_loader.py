"""The pinned contexts: every file accounted for, nothing fetched."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from pyld.jsonld import JsonLdError

from activitypub.errors import UnknownContext
from activitypub.jsonld import frozen, loader

FOLDER = Path(loader.__file__).parent / "contexts"


def test_index_table_and_files_agree() -> None:
    index = json.loads((FOLDER / "index.json").read_text("utf-8"))
    table = re.findall(
        r"^\| `([\w.-]+)` \| <([^>]+)> \| [^|]+ \| `([0-9a-f]{64})` \|$",
        (FOLDER / "SOURCES.md").read_text("utf-8"),
        re.MULTILINE,
    )
    assert {url: name for name, url, _ in table} == index
    assert {each.name for each in FOLDER.glob("*.json")} == {*index.values(), "index.json"}
    for name, _, digest in table:
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("url", sorted(loader.KNOWN))
def test_every_copy_is_a_context(url: str) -> None:
    assert "@context" in loader.document(url)
    assert frozen.loader()(url, {})["document"] == loader.document(url)


@pytest.mark.parametrize(
    "url", [loader.AS2, loader.SECURITY, loader.DATA_INTEGRITY, loader.DID, loader.MULTIKEY]
)
def test_the_contexts_we_write_are_among_them(url: str) -> None:
    assert url in loader.KNOWN


def test_an_unknown_context_is_refused_and_never_fetched() -> None:
    with pytest.raises(UnknownContext):
        loader.document("https://evil.example/context")
    with pytest.raises(JsonLdError):
        frozen.loader()("https://evil.example/context", {})
