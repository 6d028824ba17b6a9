"""`essaim commons open`, `list`, `tend`, and `model publish --commons`."""

import json
from pathlib import Path

from together.terminal import Call, Home, done

SHEET = """\
---
name: Atelier
language: fr
summary: Réparer ensemble.
license: CC-BY-SA-4.0
---

## Le principe {#value role=Value adaptability=Core}

On répare ensemble.
"""


def test_a_commons_is_opened_listed_and_tended(home: Home, call: Call, tmp_path: Path) -> None:
    rules = tmp_path / "rules.md"
    rules.write_text("Say where.")
    words = ("--name", "Repair cafés", "--language", "EN", "--rules", rules, "--json")
    opened = json.loads(done("commons", "open", home.directory, "repair", *words))
    assert opened["iri"] == f"{home.origin}/actors/repair"
    code, out, _ = call("commons", "list", home.directory)
    assert (code, "0 members" in out) == (0, True)
    code, _, error = call("commons", "open", home.directory, "repair", *words)
    assert (code, "taken" in error) == (1, True)

    sheet = tmp_path / "atelier.md"
    sheet.write_text(SHEET)
    publish = ("model", "publish", home.directory, sheet, "--organisation", "coop")
    model = json.loads(done(*publish, "--commons", opened["address"], "--json"))

    tend = ("commons", "tend", home.directory, "repair")
    by = ("--organisation", "network")
    code, _, error = call(*tend, "pin", model["iri"], *by)
    assert code == 1  # the server has not passed it on yet
    assert "does not stand" in error
    code, _, _ = call(*tend, "appoint", "coop@" + opened["address"].partition("@")[2], *by)
    assert code == 0
    code, _, error = call("commons", "tend", home.directory, "coop", "pin", "x", *by)
    assert (code, "no commons" in error) == (1, True)
