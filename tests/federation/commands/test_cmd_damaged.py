"""A SQLite file that was cut off or garbled: what is said, and that nothing is made of it."""

import random
import sqlite3
from pathlib import Path

import pytest
from together.terminal import Call, Home

PAGE = 4096


def cut(file: Path) -> None:
    """Half of it is missing."""
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2 // PAGE * PAGE])


def garble(file: Path) -> None:
    """Pages in its middle hold anything."""
    whole = bytearray(file.read_bytes())
    start, end = 20 * PAGE, 24 * PAGE
    whole[start:end] = random.Random(1).randbytes(end - start)  # noqa: S311 - not for secrets
    file.write_bytes(whole)


def overwrite(file: Path) -> None:
    """Its beginning is something else."""
    file.write_bytes(b"something else" * 8 + file.read_bytes()[112:])


@pytest.mark.parametrize("damage", [cut, garble, overwrite])
def test_a_damaged_file_is_told_with_what_to_do_and_left_alone(
    home: Home, call: Call, tmp_path: Path, damage: object
) -> None:
    instance = home.copy(tmp_path / "damaged")
    file = instance.directory / "essaim.db"
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert callable(damage)
    damage(file)
    before = file.read_bytes()
    for command in ("check", "serve"):
        code, out, err = call(command, instance.directory)
        assert code == 1
        assert "The database file is damaged" in err
        assert ".recover" in err
        assert "Traceback" not in out + err
        assert len(err.splitlines()) == 1
    assert file.read_bytes() == before
