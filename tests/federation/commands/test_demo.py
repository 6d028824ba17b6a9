"""`essaim demo`: the whole story, on three real instances; starting again; starting over."""

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from together.terminal import PATIENCE, Home, environment

from federation.commands import demo_directory
from federation.commands.demo_directory import NETWORKS, Demo

API = "/api/essaim/v1"
FORKER = "it/demo_telefonia"

# Settings of a real instance, lying about in the environment, must not reach the demo.
ENGLISH = environment() | {"LC_ALL": "C.UTF-8", "ESSAIM_INSTANCE_ORIGIN": "https://essaim.example"}


@dataclass(frozen=True)
class Played:
    """A demo whose story was played to its end.

    Attributes:
        directory: where it lives.
        shown: what it answered in JSON.
        told: the story as it was told, line by line.
    """

    directory: Path
    shown: dict[str, Any]
    told: list[str]

    def origin(self, key: str) -> str:
        return next(str(one["origin"]) for one in self.shown["networks"] if one["key"] == key)

    def ask(self, url: str, token: str | None = None, accept: str = "application/json") -> str:
        """What one of the instances answers; names below .localhost are this machine."""
        parts = urlsplit(url)
        headers = {"Host": parts.netloc, "Accept": accept}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=PATIENCE)
        try:
            connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
            answer = connection.getresponse()
            assert answer.status == 200, (url, answer.status)
            return answer.read().decode()
        finally:
            connection.close()

    def items(self, key: str, path: str, token: str | None = None) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = json.loads(
            self.ask(self.origin(key) + API + path, self.shown["tokens"].get(token))
        )["items"]
        return items

    def model(self, key: str, page: str) -> dict[str, Any]:
        """A model as the API of its own instance gives it, by its page."""
        models = self.items(key, "/directory?limit=80")
        found = next(one for one in models if one["url"] == self.shown["pages"][page])
        model: dict[str, Any] = json.loads(
            self.ask(f"{self.origin(key)}{API}/models/{found['id']}")
        )
        return model


@contextmanager
def demo(*words: str | Path) -> Iterator[subprocess.Popen[str]]:
    """The command, running; it is killed in the end if it still runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "federation", "demo", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENGLISH,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(PATIENCE)


def lines_until(process: subprocess.Popen[str], wanted: str) -> list[str]:
    """What is told, up to the line that holds these words."""
    assert process.stderr is not None
    told = []
    for line in process.stderr:
        told.append(line.strip())
        if wanted in line:
            return told
    raise AssertionError(told)


def order_to_stop(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=PATIENCE)
    return process.returncode, told


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    directory = tmp_path_factory.mktemp("demo") / "here"
    with demo(directory, "--ports", "0,0,0", "--until-played", "--json") as process:
        out, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, told
    return Played(directory, json.loads(out), told.splitlines())


@pytest.fixture(scope="module")
def again(played: Played) -> Iterator[Played]:
    """The same demo, started a second time, while it runs."""
    with demo(played.directory, "--json") as process:
        told = lines_until(process, "Everything runs.")
        assert process.stdout is not None
        yield Played(played.directory, json.loads(process.stdout.readline()), told)
        code, _ = order_to_stop(process)
        assert code == 0


def test_the_story_is_told_in_four_steps(played: Played) -> None:
    steps = [line for line in played.told if line[:2] in ("1.", "2.", "3.", "4.")]
    assert [line[:2] for line in steps] == ["1.", "2.", "3.", "4."]
    assert "in French and English; it arrives in Italy" in steps[0]
    assert "“Legal form” (a legal reason)" in steps[1]
    assert "“Legal form” (conflicts with its own text)" in steps[2]
    assert "“What is core” (core)" in steps[2]
    assert "the lineage shows both parents: version 2 of it.localhost" in steps[3]


def test_a_second_start_plays_nothing_and_says_so(played: Played, again: Played) -> None:
    assert "The story was played before" in again.told[0]
    assert not [line for line in again.told if line.startswith("1.")]
    assert again.shown == played.shown


def test_the_lineage_of_the_fork_shows_both_parents(again: Played) -> None:
    source, fork = again.model("fr", "source"), again.model("it", "fork")
    versions = again.items("it", f"/models/{fork['id']}/versions")
    assert [one["number"] for one in versions] == [4, 3, 2, 1]
    assert versions[1]["parents"] == [versions[2]["iri"], source["version"]["iri"]]
    assert fork["upstream"]["iri"] == source["iri"]
    assert fork["upstream"]["base"] == source["version"]["iri"]
    assert fork["upstream"]["moved"] is False
    assert fork["relation"] == "replication-of"
    assert fork["territory"] == ["http://data.europa.eu/nuts/code/IT"]


def test_the_fork_took_the_core_and_kept_its_legal_form(again: Played) -> None:
    source, fork = (
        {one["key"]: one for one in model["sections"]}
        for model in (again.model("fr", "source"), again.model("it", "fork"))
    )
    assert fork["core"]["text"]["fr"] == source["core"]["text"]["fr"]
    assert fork["core"]["stale"] == []
    assert fork["legal-form"]["text"].keys() == {"it"}
    assert "società cooperativa" in fork["legal-form"]["text"]["it"]
    assert source["legal-form"]["stale"] == ["en"]


def test_the_french_model_lists_the_fork_with_its_reasons(again: Played) -> None:
    (listed,) = again.model("fr", "source")["forks"]
    assert listed["url"] == again.shown["pages"]["fork"]
    assert {one["section"]: one["reason"] for one in listed["modifications"]} == {
        "legal-form": "LegalContext",
        "costs": "Cost",
    }


def test_the_owner_of_the_fork_was_told_what_changed(again: Played) -> None:
    (told,) = (one for one in again.items("it", "/notices", FORKER) if one["kind"] == "upstream")
    assert told["about"]["core"] == ["core"]
    assert told["about"]["conflicts"] == ["legal-form"]
    assert set(told["about"]["changed"]) == {"core", "legal-form"}


def test_twenty_six_models_are_spread_over_three_networks(again: Played) -> None:
    own = {
        key: [
            one
            for one in again.items(key, "/directory?limit=80")
            if one["iri"].startswith(again.origin(key) + "/")
            and one["url"] != again.shown["pages"]["fork"]
        ]
        for key in ("fr", "be", "it")
    }
    assert sum(map(len, own.values())) == 26
    assert all(own.values())


def test_pages_and_the_token_for_an_app_show_the_model(again: Played) -> None:
    page = again.ask(again.shown["pages"]["fork"] + "?text=it", accept="text/html")
    assert "Operatore mobile cooperativo e sobrio" in page
    app = again.shown["app"]
    timeline = again.ask(f"{app['server']}/api/v1/timelines/home", app["token"])
    assert again.model("fr", "source")["url"] in timeline


def test_nobody_else_starts_what_runs_already(again: Played) -> None:
    with demo(again.directory, "--reset") as process:
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "is running already" in said


def test_what_was_interrupted_starts_over_and_keeps_what_is_not_its_own(tmp_path: Path) -> None:
    demo_directory.write(tmp_path, Demo(ports=dict.fromkeys(NETWORKS, 1)))
    (tmp_path / "fr").mkdir()
    half_made, stranger = tmp_path / "fr" / "essaim.db", tmp_path / "fr" / "notes.txt"
    half_made.write_text("half", encoding="utf-8")
    stranger.write_text("mine", encoding="utf-8")

    with demo(tmp_path, "--ports", "0,0,0", "--json") as process:
        told = lines_until(process, "are ready in")
        code, said = order_to_stop(process)
    assert "was interrupted before the end of its story; it starts over" in told[0]
    assert code == 1
    assert "stopped before the end of its story" in said
    assert half_made.read_bytes().startswith(b"SQLite format 3")
    assert stranger.read_text(encoding="utf-8") == "mine"


def test_an_instance_stops_when_the_demo_is_gone(home: Home) -> None:
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "federation.commands.demo_leash"),
            *("serve", str(home.directory), "--json"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["address"] == home.origin
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
