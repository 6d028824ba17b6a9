"""`essaim init`: all of it or nothing, once."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from together.terminal import Call, Home

from actors.mail import keyring

ORIGIN = ("--origin", "https://essaim.test")


def test_it_makes_settings_and_a_database_for_the_operator_alone(founded: Home) -> None:
    files = {file.name: file for file in founded.directory.iterdir()}
    assert {"essaim.toml", "essaim.db", "essaim.secret"} <= set(files)
    assert not [name for name in files if name.startswith(".")]
    for name in ("essaim.toml", "essaim.db", "essaim.secret"):
        assert stat.S_IMODE(files[name].stat().st_mode) == 0o600
    assert stat.S_IMODE(files["essaim.toml"].parent.stat().st_mode) == 0o700
    text = files["essaim.toml"].read_text()
    assert f'origin = "{founded.origin}"' in text
    assert 'url = "sqlite:///essaim.db"' in text


def test_a_second_call_refuses_and_changes_nothing(home: Home, call: Call) -> None:
    before = {file: file.read_bytes() for file in home.directory.iterdir()}
    code, out, err = call("init", home.directory, *ORIGIN)
    assert (code, out) == (1, "")
    assert "already" in err
    assert {file: file.read_bytes() for file in home.directory.iterdir()} == before


def test_every_fault_is_told_at_once_and_nothing_is_made(call: Call, tmp_path: Path) -> None:
    code, out, err = call(
        *("init", tmp_path / "deep" / "home", "--origin", "http://essaim.example.org"),
        *("--listen", "somewhere", "--private-destination", "localhost:80"),
    )
    assert (code, out) == (1, "")
    assert "instance.origin" in err
    assert "instance.listen" in err
    assert "federation.private_destinations" in err
    assert list(tmp_path.iterdir()) == []


def test_a_handle_that_cannot_be_used_makes_nothing(call: Call, tmp_path: Path) -> None:
    code, _, err = call("init", tmp_path / "home", *ORIGIN, "--network-handle", "admin")
    assert code == 1
    assert "reserved" in err
    assert list(tmp_path.iterdir()) == []


def test_a_failure_half_way_leaves_nothing_behind(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> keyring.KeyPems:
        raise OSError("the machine has no randomness left")

    monkeypatch.setattr(keyring, "new_keys", broken)
    code, _, err = call("init", tmp_path / "deep" / "home", *ORIGIN)
    assert code == 1
    assert "no randomness" in err
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_there_already_is_not_touched(call: Call, tmp_path: Path) -> None:
    (tmp_path / "essaim.db").write_bytes(b"somebody else's")
    code, _, err = call("init", tmp_path, *ORIGIN)
    assert code == 1
    assert "already" in err
    assert (tmp_path / "essaim.db").read_bytes() == b"somebody else's"
    assert [file.name for file in tmp_path.iterdir()] == ["essaim.db"]


def test_a_directory_that_is_there_keeps_what_was_in_it(call: Call, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    code, out, err = call("init", tmp_path, *ORIGIN, "--locale", "en", "--json")
    assert (code, err) == (0, "")
    assert '"origin":"https://essaim.test"' in out
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert 'locale = "en"' in (tmp_path / "essaim.toml").read_text()


@pytest.mark.postgres
def test_an_instance_can_live_in_postgresql(
    call: Call, tmp_path: Path, postgres: Callable[[], str]
) -> None:
    url = postgres()
    code, _, err = call("init", tmp_path / "home", *ORIGIN, "--database", url)
    assert (code, err) == (0, "")
    made = {file.name for file in (tmp_path / "home").iterdir()}
    assert made == {"essaim.toml", "essaim.secret"}
    code, _, err = call("organisation", "add", tmp_path / "home", "coop", "--name", "La coop")
    assert (code, err) == (0, "")

    code, _, err = call("init", tmp_path / "second", *ORIGIN, "--database", url)

    assert code == 1
    assert "already" in err
    assert not (tmp_path / "second").exists()


def test_a_database_that_does_not_answer_makes_nothing(call: Call, tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    code, _, err = call("init", tmp_path / "home", *ORIGIN, "--database", url)
    assert code == 1
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
