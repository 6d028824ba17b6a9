"""`essaim restored`: an older copy of the database is noticed, until it is said to be one."""

import shutil
import signal
from pathlib import Path

from together.terminal import PATIENCE, Call, Home, serving

SHEET = """---
name: {name}
language: fr
summary: Réparer au lieu de jeter.
license: CC-BY-SA-4.0
---

## Le principe {{#value role=Value adaptability=Core}}

On répare ensemble.
"""


def publish(home: Home, call: Call, name: str) -> None:
    sheet = home.directory / "sheet.md"
    sheet.write_text(SHEET.format(name=name))
    code, _, err = call("model", "publish", home.directory, sheet, "--organisation", "coop")
    assert code == 0, err


def test_a_server_does_not_start_on_an_older_copy_until_it_is_said_to_be_one(
    home: Home, call: Call, tmp_path: Path
) -> None:
    database = home.directory / "essaim.db"
    back_up = Path(shutil.copyfile(database, tmp_path / "back-up.db"))
    publish(home, call, "Atelier")
    with serving(home) as server:
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
    assert call("check", home.directory)[0] == 0

    for left in home.directory.glob("essaim.db-*"):
        left.unlink()
    shutil.copyfile(back_up, database)
    for command in ("serve", "check"):
        code, _, err = call(command, home.directory)
        assert code == 1
        assert f"`essaim restored {home.directory}`" in err
        assert "Nothing was changed" in err

    code, out, _ = call("restored", home.directory)
    assert code == 0
    assert "above 100" in out
    assert call("check", home.directory)[0] == 0
    publish(home, call, "Atelier")
