"""The secret that private keys are locked with: what is kept, lost, mistaken, and made anew."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from together.terminal import PATIENCE, Call, Home, environment, serving

from activitypub.mediatypes import ACTIVITY_JSON
from actors.safe import new_secret
from federation import safekeeping
from federation.lab import KILLED

LINE = b"PRIVATE KEY"


def secret_of(home: Home) -> Path:
    return home.directory / "essaim.secret"


def query(home: Home, statement: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home.directory / "essaim.db")) as database, database:
        return database.execute(statement, values).fetchall()


def locked(home: Home) -> dict[object, object]:
    return dict(query(home, "SELECT iri, private FROM key WHERE private IS NOT NULL"))  # type: ignore[arg-type]


def as_before_there_was_a_secret(home: Home) -> None:
    """What a database looks like that an earlier version of the program has left."""
    safe = safekeeping.read(secret_of(home))
    assert safe is not None
    for iri, private in locked(home).items():
        query(home, "UPDATE key SET private = ? WHERE iri = ?", safe.unlock(str(private)), iri)
    query(home, "UPDATE instance SET safe_check = NULL")
    secret_of(home).unlink()


def test_no_private_key_can_be_read_in_the_database(home: Home, call: Call) -> None:
    call("keys", "rotate", home.directory, "coop")
    for file in home.directory.glob("essaim.db*"):
        assert LINE not in file.read_bytes()
    assert len(locked(home)) == 6


@pytest.mark.parametrize("command", ["serve", "check", "organisation"])
def test_without_its_file_nothing_starts_and_nothing_is_made_up(
    home: Home, call: Call, command: str
) -> None:
    secret_of(home).unlink()
    before = locked(home)
    words = (command, "add") if command == "organisation" else (command,)
    given = ("amap", "--name", "AMAP") if command == "organisation" else ()
    code, _, err = call(*words, home.directory, *given)
    assert code == 1
    assert "essaim.secret is missing" in err
    assert "backup" in err
    assert not secret_of(home).exists()
    assert locked(home) == before


def test_another_instances_file_is_told_apart(home: Home, call: Call) -> None:
    secret_of(home).write_text(f"{new_secret()}\n")
    before = locked(home)
    for command in ("serve", "check"):
        code, _, err = call(command, home.directory)
        assert code == 1
        assert "another secret" in err
    assert locked(home) == before


@pytest.mark.parametrize("text", ["", "# only words\n", "too short\n", "clé\n"])
def test_a_file_that_holds_no_secret_is_told_apart(home: Home, call: Call, text: str) -> None:
    secret_of(home).write_text(text)
    code, _, err = call("check", home.directory)
    assert code == 1
    assert "does not hold the secret" in err


def test_the_secret_is_shown_nowhere(home: Home, call: Call) -> None:
    secret = secret_of(home).read_text().splitlines()[-1]
    for words in (("check", home.directory), ("check", home.directory, "--json")):
        code, out, err = call(*words)
        assert code == 0
        assert secret not in out + err
        assert "essaim.secret" in out


def test_a_file_that_others_may_read_is_noticed(home: Home, call: Call) -> None:
    secret_of(home).chmod(0o644)
    code, out, _ = call("check", home.directory)
    assert code == 0
    assert "chmod 600" in out


def test_the_file_may_be_elsewhere(
    home: Home, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = secret_of(home).rename(tmp_path / "credential")
    monkeypatch.setenv("ESSAIM_DATABASE_SECRET_FILE", str(place))
    code, out, _ = call("check", home.directory)
    assert code == 0
    assert str(place) in out


def test_keys_that_lie_open_are_locked_at_the_first_start(home: Home, call: Call) -> None:
    as_before_there_was_a_secret(home)
    assert LINE in (home.directory / "essaim.db").read_bytes()
    code, _, err = call("check", home.directory)
    assert code == 1
    assert "not locked yet" in err
    assert not secret_of(home).exists()
    with serving(home):
        assert home.ask("/actors/coop", accept=ACTIVITY_JSON)["preferredUsername"] == "coop"
    assert call("check", home.directory)[0] == 0
    query(home, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert LINE not in (home.directory / "essaim.db").read_bytes()


def test_migrate_locks_them_too_and_only_once(home: Home, call: Call) -> None:
    as_before_there_was_a_secret(home)
    assert call("migrate", home.directory)[0] == 0
    before, secret = locked(home), secret_of(home).read_bytes()
    assert LINE not in (home.directory / "essaim.db").read_bytes()
    assert call("migrate", home.directory) == (0, "The database was up to date.", "")
    assert (locked(home), secret_of(home).read_bytes()) == (before, secret)


def test_whoever_dies_between_file_and_locking_goes_on_with_that_file(
    home: Home, call: Call
) -> None:
    as_before_there_was_a_secret(home)
    safekeeping.make(secret_of(home))
    secret = secret_of(home).read_bytes()
    assert call("migrate", home.directory)[0] == 0
    assert secret_of(home).read_bytes() == secret
    assert call("check", home.directory)[0] == 0


def test_a_new_secret_locks_everything_and_the_former_opens_nothing(home: Home, call: Call) -> None:
    before, former = locked(home), secret_of(home).read_bytes()
    code, out, _ = call("keys", "relock", home.directory)
    assert code == 0
    assert out.startswith("6 private keys")
    after = locked(home)
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())
    assert call("check", home.directory)[0] == 0
    secret_of(home).write_bytes(former)
    assert call("check", home.directory)[0] == 1


def test_relocking_that_was_interrupted_is_given_again(home: Home, call: Call) -> None:
    safekeeping.add(secret_of(home))
    assert call("check", home.directory)[0] == 0
    assert call("keys", "relock", home.directory)[0] == 0
    assert len(secret_of(home).read_text().splitlines()) == 3
    assert call("check", home.directory)[0] == 0


def test_a_key_that_was_put_in_by_somebody_else_is_noticed(home: Home, call: Call) -> None:
    query(home, "UPDATE key SET private = 'gAAAAA' WHERE iri LIKE '%/actors/coop#%'")
    code, _, err = call("check", home.directory)
    assert code == 1
    assert "coop" in err


def test_killed_while_keys_change_the_old_ones_hold(home: Home, call: Call) -> None:
    before = locked(home)
    lab = {"ESSAIM_ENVIRONMENT": "lab", "ESSAIM_CRASHPOINTS": "key.rotated:2"}
    killed = subprocess.run(
        [sys.executable, "-m", "federation", "keys", "rotate", str(home.directory), "--all"],
        env=environment() | lab,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert killed.returncode == KILLED
    after = locked(home)
    kept = {iri for iri in before if after.get(iri) == before[iri]}
    assert len(kept) == 4, "the second actor's change was never committed, the third's never begun"
    assert call("check", home.directory)[0] == 0
    assert call("keys", "rotate", home.directory, "--all")[0] == 0
    assert call("check", home.directory)[0] == 0


@pytest.mark.postgres
def test_a_second_server_on_the_same_database_needs_the_same_file(
    call: Call, tmp_path: Path, postgres: Callable[[], str]
) -> None:
    url = postgres()
    origin = ("--origin", "https://essaim.test")
    assert call("init", tmp_path / "one", *origin, "--database", url)[0] == 0
    second = tmp_path / "two"
    second.mkdir()
    (second / "essaim.toml").write_bytes((tmp_path / "one" / "essaim.toml").read_bytes())
    code, _, err = call("check", second)
    assert code == 1
    assert "missing" in err
    (second / "essaim.secret").write_bytes((tmp_path / "one" / "essaim.secret").read_bytes())
    assert call("check", second)[0] == 0
