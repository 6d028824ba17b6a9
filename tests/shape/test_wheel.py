"""The wheel: everything the program needs is inside, and it runs from there alone."""

import json
import os
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from shape.repository import PACKAGES, ROOT, files
from together.ports import free_port
from together.terminal import PATIENCE


@dataclass(frozen=True)
class Unpacked:
    """The wheel, unpacked: other packages still come from where the tests have theirs."""

    folder: Path
    names: frozenset[str]

    def command(self, *words: str | Path) -> list[str]:
        """`essaim` and these words."""
        return [sys.executable, "-m", "federation", *map(str, words)]

    @property
    def environment(self) -> dict[str, str]:
        """Ours, with the wheel's packages before those of the repository."""
        kept = {name: value for name, value in os.environ.items() if name[:7] != "ESSAIM_"}
        return kept | {"PYTHONPATH": str(self.folder)}

    def run(self, directory: Path, *words: str | Path) -> str:
        """Run one command to its end, away from the repository."""
        done = subprocess.run(
            self.command(*words),
            cwd=directory,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    """Built once, by the tool that `make` installs with."""
    home = tmp_path_factory.mktemp("wheel")
    _build(home)
    (file,) = home.glob("*.whl")
    with zipfile.ZipFile(file) as packed:
        packed.extractall(home / "site")
        return Unpacked(home / "site", frozenset(packed.namelist()))


def _build(home: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    assert uv.exists(), "uv is not beside this Python: run `make tests`, which installs it"
    words = [str(uv), "build", "--quiet", "--wheel", "--python", sys.executable]
    words += ["--out-dir", str(home), str(ROOT)]
    # What `make` installed with is in uv's cache; only where that was cleared must uv ask again.
    built = subprocess.run([*words, "--offline"], capture_output=True, text=True, check=False)
    if built.returncode != 0:
        built = subprocess.run(words, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr


def test_the_wheel_holds_every_file_of_the_three_packages_and_no_other(wheel: Unpacked) -> None:
    ours = {path.relative_to(ROOT).as_posix() for path in files(*PACKAGES)}
    assert {name for name in wheel.names if ".dist-info/" not in name} == ours


def test_the_wheel_brings_its_command_its_licence_and_its_types(wheel: Unpacked) -> None:
    (points,) = (name for name in wheel.names if name.endswith("entry_points.txt"))
    assert "essaim = federation.__main__:main" in (wheel.folder / points).read_text("utf-8")
    assert any(name.endswith("licenses/LICENSE") for name in wheel.names)
    assert {f"{package}/py.typed" for package in PACKAGES} <= wheel.names


def test_the_program_runs_from_the_wheel_alone(wheel: Unpacked, tmp_path: Path) -> None:
    said = "import activitypub, actors, federation as f; print(activitypub, actors, f)"
    where = subprocess.run(
        [sys.executable, "-c", said],
        cwd=tmp_path,
        env=wheel.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.count(str(wheel.folder)) == len(PACKAGES)
    assert "organisation" in wheel.run(tmp_path, "--help")


def test_an_instance_made_and_served_by_the_wheel_shows_its_pages(
    wheel: Unpacked, tmp_path: Path
) -> None:
    """Migrations, sheets, templates, catalogues, style, terms and contexts are all at work."""
    origin = f"http://127.0.0.1:{free_port()}"
    instance = tmp_path / "instance"
    listen = origin.removeprefix("http://")
    wheel.run(tmp_path, "init", instance, "--origin", origin, "--listen", listen)
    wheel.run(tmp_path, "organisation", "add", instance, "coop", "--name", "La coop")
    sheet = wheel.folder / "federation/commands/demo_sheets/repair-cafe.yaml"
    told = wheel.run(
        tmp_path, "model", "publish", instance, sheet, "--organisation", "coop", "--json"
    )
    model = json.loads(told)
    with serving(wheel, tmp_path, instance):
        page = ask(model["url"], "text/html")
        assert "Repair Café" in page
        assert 'lang="fr"' in page
        style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert "{" in ask(origin + style, "text/css")
        article = json.loads(ask(model["iri"], "application/activity+json"))
        assert article["type"] == "Article"
        assert article["@context"][-1]["sections"]["@container"] == "@list"
        assert json.loads(ask(f"{origin}/api/essaim/v1/openapi.json", "application/json"))["paths"]


@contextmanager
def serving(wheel: Unpacked, home: Path, instance: Path) -> Iterator[None]:
    """A server from the wheel, from the moment when it listens."""
    with (
        (home / "server.log").open("w") as log,
        subprocess.Popen(
            wheel.command("serve", instance, "--json"),
            cwd=home,
            env=wheel.environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            assert process.stdout.readline(), (home / "server.log").read_text()
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def ask(address: str, accept: str) -> str:
    """What our own server on loopback answers."""
    request = urllib.request.Request(address, headers={"Accept": accept})  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
        text: str = answer.read().decode()
    return text
