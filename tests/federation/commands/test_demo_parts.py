"""The parts of the demo: its ports, its directory, its words, its cast."""

import ast
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.rules.modifications import Modification
from federation.commands import (
    demo,
    demo_cast,
    demo_directory,
    demo_ports,
    demo_processes,
    demo_story,
    demo_table,
    sheets,
)
from federation.commands.demo_directory import NETWORKS, Demo
from federation.commands.demo_words import FRENCH, Words, words_of
from federation.commands.output import Failed

ENGLISH = Words("en")
FRESH = Demo(ports=dict.fromkeys(NETWORKS, 1))


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which somebody listens."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        yield door.getsockname()[1]


# --- ports ------------------------------------------------------------------


def test_a_busy_port_gives_way_to_the_next_with_the_same_last_digit(taken: int) -> None:
    chosen = demo_ports.choose({"fr": taken}, ENGLISH)
    assert chosen["fr"] > taken
    assert (chosen["fr"] - taken) % 10 == 0


def test_any_free_port_is_never_given_twice() -> None:
    assert len(set(demo_ports.choose(dict.fromkeys(NETWORKS, 0), ENGLISH).values())) == 3


def test_no_port_near_by_is_said(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_ports, "_TRIES", 0)
    with pytest.raises(Failed, match=f"no free port near {taken}"):
        demo_ports.choose({"fr": taken}, ENGLISH)


def test_the_network_whose_port_is_busy_is_named(taken: int) -> None:
    free = demo_ports.choose({"fr": 0}, ENGLISH)["fr"]
    assert demo_ports.busy({"fr": free}) is None
    assert demo_ports.busy({"fr": free, "be": taken}) == "be"


@pytest.mark.parametrize(
    "text", ["", "8001", "8001,8002", "1,2,3,4", "1,1,2", "a,b,c", "1,2,65536"]
)
def test_anything_but_three_different_ports_is_refused(text: str) -> None:
    with pytest.raises(Failed, match="Three ports are wanted"):
        demo_ports.wanted(text, ENGLISH)


def test_three_ports_go_to_the_networks_in_order() -> None:
    assert demo_ports.wanted("8001, 0,0", ENGLISH) == {"fr": 8001, "be": 0, "it": 0}


# --- the directory -----------------------------------------------------------


@pytest.mark.parametrize("name", ["notes.txt", ".git"])
def test_a_directory_with_something_else_in_it_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with (
        pytest.raises(Failed, match="something else than a demo"),
        demo_directory.held(tmp_path, ENGLISH),
    ):
        pass
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with (
        pytest.raises(Failed, match="something else than a demo"),
        demo_directory.held(file, ENGLISH),
    ):
        pass


def test_one_demo_at_a_time_uses_a_directory(tmp_path: Path) -> None:
    with (
        demo_directory.held(tmp_path / "here", ENGLISH),
        pytest.raises(Failed, match="running already"),
        demo_directory.held(tmp_path / "here", ENGLISH),
    ):
        pass
    with demo_directory.held(tmp_path / "here", ENGLISH):
        pass


def test_what_is_remembered_is_read_again_and_closed_to_others(tmp_path: Path) -> None:
    told = Demo(ports=dict.fromkeys(NETWORKS, 1), played=True, tokens={"fr/x": "t"})
    demo_directory.write(tmp_path, told)
    assert demo_directory.read(tmp_path) == told
    assert (tmp_path / demo_directory.MARK).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"ports": {}}', '{"ports": {"fr": 1}}', '{"odd": 1}']
)
def test_a_mark_that_cannot_be_read_is_no_demo_that_could_be_started(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / demo_directory.MARK).write_text(text, encoding="utf-8")
    assert demo_directory.read(tmp_path) is None


def test_clearing_takes_away_what_the_demo_makes_and_nothing_else(tmp_path: Path) -> None:
    demo_directory.write(tmp_path, FRESH)
    for key in NETWORKS:
        home = tmp_path / key
        home.mkdir()
        secrets = ("essaim.secret", ".essaim.secret.4711")
        for name in ("essaim.toml", ".essaim.toml.4711", *secrets, "essaim.db", "essaim.db-wal"):
            (home / name).touch()
        (home / "media" / "ab").mkdir(parents=True)
        (home / "media" / "ab" / "abcdef").touch()
        demo_directory.log_of(tmp_path, key).touch()
    (tmp_path / "it" / "notes.txt").touch()
    demo_directory.clear(tmp_path)
    left = {str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*")}
    assert left == {"it", "it/notes.txt"}


# --- words -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_BE.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8", "LC_ALL": ""}, "fr"),
        ({"LANG": "it_IT.UTF-8"}, "en"),
    ],
)
def test_the_locale_of_the_terminal_chooses_the_language(
    environ: dict[str, str], language: str
) -> None:
    assert words_of(environ).language == language


def sentences() -> set[str]:
    """Every sentence that the demo may say, as it stands in its code."""
    said = set()
    for module in (demo, demo_directory, demo_ports, demo_processes, demo_story, demo_table):
        assert module.__file__ is not None
        for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
    return said & FRENCH.keys()


def spoken() -> set[str]:
    """The sentences that are passed to whatever says them."""
    found = set()
    folder = Path(demo.__file__).parent
    for file in folder.glob("demo*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("words", "tell", "doing", "step"):
                found |= {
                    each.value
                    for each in node.args[:2]
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    return found


def test_every_sentence_can_be_said_in_french() -> None:
    assert spoken() - FRENCH.keys() == set()


def test_no_french_sentence_is_left_over() -> None:
    assert FRENCH.keys() - sentences() - spoken() == set()


@pytest.mark.parametrize("sentence", FRENCH)
def test_both_languages_have_the_same_gaps(sentence: str) -> None:
    assert set(re.findall(r"{(\w+)}", sentence)) == set(re.findall(r"{(\w+)}", FRENCH[sentence]))


@pytest.mark.parametrize(("items", "said"), [("a", "a"), ("ab", "a and b"), ("abc", "a, b and c")])
def test_several_things_are_listed_as_people_do(items: str, said: str) -> None:
    assert ENGLISH.listed(items) == said


# --- the cast ----------------------------------------------------------------


def test_every_sheet_has_one_publisher() -> None:
    named = [
        model
        for network in demo_cast.networks().values()
        for organisation in network.organisations
        for model in organisation.models
    ]
    shipped = {file.stem for file in demo_cast.SHEETS.glob("*.yaml")} - {"index"}
    assert sorted(named) == sorted(shipped)
    assert len(shipped) == 26


def test_the_story_speaks_of_sections_that_are_there() -> None:
    story = demo_cast.story()
    sheet = sheets.read(story.source.file)
    keys = {one.key for one in sheet.sections}
    assert story.fork.writing.texts.keys() == keys
    assert story.change.texts.keys() <= keys
    assert story.choices.keys() <= story.change.texts.keys()
    assert story.update.texts.keys() <= keys
    assert all(set(one.names) >= {"fr", "en"} for one in sheet.sections)


def test_the_reasons_of_the_fork_are_words_of_the_list() -> None:
    reasons = [
        Modification.from_json(one).reason for one in demo_cast.story().fork.writing.modifications
    ]
    assert "LegalContext" in reasons
    assert len(reasons) == 2
