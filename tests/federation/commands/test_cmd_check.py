"""`essaim check`, `migrate`, and what is said when something is not in order."""

import json
import sqlite3
from pathlib import Path

import pytest
from together.terminal import Call, Home, done

from federation import __version__


def test_an_instance_in_order_is_told_so(home: Home) -> None:
    value = json.loads(done("check", home.directory, "--json"))
    assert value["isWell"] is True
    assert [one["about"] for one in value["findings"]] == [
        "settings",
        "private destinations",
        "database",
        "origin",
        "secret",
        "keys",
        "mail",
    ]
    assert f'instance.origin = "{home.origin}"' in value["settings"]


def test_all_faults_in_the_settings_are_reported_together(home: Home, call: Call) -> None:
    file = home.directory / "essaim.toml"
    file.write_text(file.read_text().replace("per_host = 4", "per_host = 0\nper_hots = 1"))
    code, out, err = call("check", home.directory)
    assert (code, out) == (1, "")
    assert "per_host = 0" in err
    assert "per_hots" in err
    assert len(err.splitlines()) == 1


def test_a_variable_wins_and_is_checked_too(
    home: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAIM_PRIVATE_DESTINATIONS", "10.0.0.7:443")
    code, out, _ = call("check", home.directory)
    assert code == 0
    assert "10.0.0.7:443" in out
    monkeypatch.setenv("ESSAIM_INSTANCE_ORIGIN", "https://elsewhere.test")
    code, out, err = call("check", home.directory)
    assert code == 1
    assert "belongs to" in err
    code, _, err = call("organisation", "add", home.directory, "amap", "--name", "AMAP")
    assert code == 1
    assert "belongs to" in err


def test_a_directory_without_an_instance_is_told_apart(call: Call, tmp_path: Path) -> None:
    for words in (("check", tmp_path), ("migrate", tmp_path), ("lookup", tmp_path, "a@b.test")):
        code, _, err = call(*words)
        assert code == 1
        assert "essaim init" in err
    assert list(tmp_path.iterdir()) == []


def test_a_missing_database_is_not_made_by_looking(home: Home, call: Call) -> None:
    database = home.directory / "essaim.db"
    database.unlink()
    for words in (("check",), ("migrate",), ("serve",)):
        code, _, err = call(*words, home.directory)
        assert code == 1
        assert "missing" in err
    code, _, err = call("organisation", "add", home.directory, "amap", "--name", "AMAP")
    assert code == 1
    assert not database.exists()


def test_lost_keys_are_noticed(home: Home, call: Call) -> None:
    with sqlite3.connect(home.directory / "essaim.db") as database:
        database.execute("UPDATE key SET private = NULL WHERE iri LIKE '%/actors/coop#%'")
    database.close()
    code, out, err = call("check", home.directory)
    assert code == 1
    assert "coop" in err
    assert "FAULT keys" in out


@pytest.mark.parametrize(
    ("revision", "words"),
    [("9999_of_the_future", "newer"), (None, "empty")],
)
def test_another_programs_database_is_refused_with_what_to_do(
    home: Home, call: Call, revision: str | None, words: str
) -> None:
    with sqlite3.connect(home.directory / "essaim.db") as database:
        if revision is None:
            database.execute("DELETE FROM alembic_version")
        else:
            database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    database.close()
    for command in (("check",), ("migrate",)):
        code, _, err = call(*command, home.directory)
        assert code == 1
        assert words in err
    code, _, err = call("organisation", "add", home.directory, "amap", "--name", "AMAP")
    assert code == 1
    assert words in err


def test_a_current_database_needs_no_migration(home: Home, call: Call) -> None:
    assert call("migrate", home.directory) == (0, "The database was up to date.", "")


@pytest.mark.parametrize(
    "words",
    [
        ("chekc",),
        ("check",),
        ("organisation", "add", "x"),
        ("member", "add", ".", "a@b.test", "--organisation", "x", "--role", "king"),
        ("model", "fork", ".", "x", "--organisation", "y", "--kind", "copy", "--language", "it"),
        ("serve", ".", "--fast"),
    ],
)
def test_what_is_not_understood_ends_with_2_and_one_sentence(
    call: Call, words: tuple[str, ...]
) -> None:
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert err.startswith("essaim: ")
    assert len(err.splitlines()) == 1


def test_help_and_version_are_there(call: Call) -> None:
    code, out, _ = call("model", "publish", "--help")
    assert code == 0
    assert "--organisation" in out
    assert "--json" in out
    assert call("--version") == (0, __version__, "")
