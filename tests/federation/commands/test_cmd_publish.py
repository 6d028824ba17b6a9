"""`essaim model publish`, `model fork`, `follow`, `lookup`: alone, and between two instances."""

import json
from pathlib import Path

import pytest
from together.ports import free_port
from together.terminal import Call, Home, done, serving

SHEET = """\
---
name: Atelier de réparation
language: fr
summary: Réparer ensemble au lieu de jeter.
license: CC-BY-SA-4.0
facts: {family: commons, territory: [FR]}
---

## Le principe {#value role=Value adaptability=Core}

On répare ensemble.

## Les coûts {#costs role=Costs adaptability=Adaptable}

Un local et des outils.
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A sheet in Markdown."""
    file = tmp_path / "atelier.md"
    file.write_text(SHEET)
    return file


def test_a_file_is_published_found_and_forked_on_the_same_instance(
    home: Home, call: Call, sheet: Path
) -> None:
    words = ("model", "publish", home.directory, sheet, "--organisation", "coop")
    model = json.loads(done(*words, "--json"))
    assert model["iri"] == f"{home.origin}/models/atelier-de-reparation"
    assert model["version"]["number"] == 1

    code, out, _ = call("lookup", home.directory, model["url"])
    assert code == 0
    assert "Atelier de réparation, a model in fr" in out

    wanted = ("--organisation", "network", "--kind", "variant", "--language", "IT", "--json")
    code, out, _ = call("model", "fork", home.directory, model["iri"], *wanted)
    assert code == 0
    fork = json.loads(out)
    assert (fork["source"], fork["kind"]) == (model["iri"], "variant")
    assert fork["iri"] != model["iri"]


def test_a_file_that_is_no_sheet_is_refused_with_every_fault(
    home: Home, call: Call, sheet: Path
) -> None:
    sheet.write_text(SHEET.replace("CC-BY-SA-4.0", "Mine").replace("role=Value", "role=Chief"))
    words = ("--organisation", "coop")
    code, out, err = call("model", "publish", home.directory, sheet, *words)
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert "Chief" in err or "role" in err
    missing = sheet.with_name("nothing.md")
    code, _, err = call("model", "publish", home.directory, missing, *words)
    assert code == 1
    assert "No such file" in err
    sheet.write_text("x" * (2 * 1024 * 1024 + 1))
    code, _, err = call("model", "publish", home.directory, sheet, *words)
    assert code == 1
    assert "bytes" in err


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("nobody@127.0.0.1:1", ""),
        ("https://10.0.0.1/models/x", ""),
        ("what is this", ""),
    ],
)
def test_what_cannot_be_found_is_told_in_one_sentence(
    home: Home, call: Call, text: str, complaint: str
) -> None:
    code, out, err = call("lookup", home.directory, text)
    assert (code, out) == (1, "")
    assert complaint in err
    assert len(err.splitlines()) == 1


def test_only_models_are_forked(home: Home, call: Call) -> None:
    words = ("--organisation", "network", "--kind", "variant", "--language", "it")
    code, _, err = call("model", "fork", home.directory, f"{home.origin}/actors/coop", *words)
    assert code == 1
    assert "no model" in err


def test_a_follow_and_a_fork_reach_another_instance(
    home: Home, call: Call, tmp_path: Path, sheet: Path
) -> None:
    port = free_port()
    other = Home(tmp_path / "other", port, "")
    call(
        *("init", other.directory, "--origin", other.origin, "--listen", f"127.0.0.1:{port}"),
        *("--private-destination", f"127.0.0.1:{home.port}"),
    )
    words = ("model", "publish", home.directory, sheet, "--organisation", "coop", "--json")
    model = json.loads(call(*words)[1])
    with serving(home):
        followed = done(
            *("follow", other.directory, f"@coop@127.0.0.1:{home.port}"),
            *("--organisation", "network", "--json"),
        )
        assert json.loads(followed)["state"] == "pending"
        fork = done(
            *("model", "fork", other.directory, model["iri"], "--organisation", "network"),
            *("--kind", "translation", "--language", "it", "--json"),
        )
    assert json.loads(fork)["iri"].startswith(f"{other.origin}/models/")
