"""`essaim archive`: made here, verified by a bare process anywhere, brought to another instance."""

import json
import os
import subprocess
import sys
from pathlib import Path

from together.terminal import ROOT, Call, Home

SHEET = """\
---
name: Atelier de réparation
language: fr
summary: Réparer ensemble au lieu de jeter.
license: CC-BY-SA-4.0
---

## Le principe {#value role=Value adaptability=Core}

On répare ensemble.
"""


def test_a_model_is_made_a_file_that_proves_itself_without_an_instance(
    home: Home, call: Call, tmp_path: Path
) -> None:
    sheet = tmp_path / "atelier.md"
    sheet.write_text(SHEET)
    code, out, _ = call(
        *("model", "publish", home.directory, sheet, "--organisation", "coop", "--json")
    )
    assert code == 0
    iri = json.loads(out)["iri"]
    file = tmp_path / "atelier.essaim.zip"
    code, out, _ = call("archive", "make", home.directory, iri, "--file", file)
    assert code == 0
    assert "zQm" in out
    assert call("archive", "make", home.directory, iri, "--file", file)[0] == 1

    # No settings, no home, no network: only the program and the file.
    empty = tmp_path / "empty"
    empty.mkdir()
    bare = subprocess.run(
        [sys.executable, "-m", "federation", "archive", "verify", str(file)],
        capture_output=True,
        text=True,
        cwd=empty,
        env={"PYTHONPATH": str(ROOT), "PATH": os.defpath},
        timeout=60,
        check=False,
    )
    assert (bare.returncode, bare.stderr) == (0, "")
    assert "versions/1.json: signed by its author" in bare.stdout
    assert "What it cannot prove:" in bare.stdout
    assert list(empty.iterdir()) == []

    code, out, _ = call("archive", "verify", file, "--json")
    told = json.loads(out)
    assert (code, told["isProven"], told["model"]) == (0, True, iri)
    key = told["versions"][0]["key"]
    assert call("archive", "verify", file, "--key", key)[0] == 0
    code, _, err = call("archive", "verify", file, "--key", "z6Mkanother")
    assert code == 1
    assert key in err

    broken = tmp_path / "broken.zip"
    broken.write_bytes(file.read_bytes().replace(b"ensemble", b"Ensemble", 1))
    code, out, err = call("archive", "verify", broken)
    assert code == 1
    assert "damaged or altered" in out
    assert "json is damaged" in err
    assert call("archive", "verify", tmp_path / "none.zip")[0] == 1

    code, out, _ = call("archive", "import", home.directory, file)
    assert code == 0
    assert "Nothing was changed." in out
    assert call("archive", "import", home.directory, broken)[0] == 1
