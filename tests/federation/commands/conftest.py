"""An instance made by commands, once, and copied for each test."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from together.ports import free_port
from together.terminal import PASSWORD, Call, Home, done

from federation.__main__ import main


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An instance as `init`, `organisation add`, `member add` and `token create` make it."""
    directory, port = tmp_path_factory.mktemp("founded") / "home", free_port()
    done(
        *("init", directory, "--origin", f"http://127.0.0.1:{port}"),
        *("--listen", f"127.0.0.1:{port}", "--network-name", "Réseau d'essai"),
    )
    done("organisation", "add", directory, "coop", "--name", "La coop")
    person = ("anna@example.org", "--organisation", "coop")
    done(
        *("member", "add", directory, *person, "--role", "editor", "--password-stdin"),
        stdin=f"{PASSWORD}\n",
    )
    token = done("token", "create", directory, *person, "--scopes", "read write follow")
    return Home(directory, port, token)


@pytest.fixture
def home(founded: Home, tmp_path: Path) -> Home:
    """A copy of that instance."""
    return founded.copy(tmp_path / "home")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Run a command in this process: exit code, standard output, standard error."""

    def run(*words: str | Path) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out.strip(), said.err.strip()

    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield run
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()
