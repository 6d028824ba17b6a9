"""What the documents say is what the program does: tables, lists, examples, commands, links.

`deploy/essaim.toml` has a test of its own, beside the settings.
"""

import ast
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields

import pytest
from cyclopts import App, CycloptsError
from shape.repository import ROOT, document, modules, quoted, section, table, texts, words_of

from activitypub import vocabulary as ap
from activitypub.multihash import digest_of
from activitypub.vocabulary.lexicon import AS2
from actors.reactions import REACTIONS
from actors.rules.modifications import Nature, Reason
from actors.rules.sections import Adaptability, Role, Sheet
from actors.vocabulary import FORK_KINDS, MODEL_FACTS, ORGANISATION_FACTS
from federation import settings
from federation.api.facts import FACTS
from federation.commands.parser import APP
from federation.peers import routes as peers

FEDERATION = document("FEDERATION.md")
OPERATING = document("deploy/operating.md")
ACTIVITIES = table(FEDERATION, "activity", "object", "sent", "accepted", "effect", "file")

SHOWN = (
    "README.md",
    "deploy/operating.md",
    "deploy/archive.md",
    "deploy/compose.yaml",
    "deploy/compose.postgres.yaml",
    "deploy/essaim.service",
    "deploy/essaim-work.service",
)
"""Where commands are shown to be typed, or to be run by something else."""

_SAYING = {"activity", "about_object", "say", "tell_of"}  # what the verbs call to say something


def row_key(row: dict[str, str]) -> tuple[str, str]:
    return row["activity"].strip("`"), row["object"]


def test_what_is_accepted_is_what_the_table_of_reactions_holds() -> None:
    accepted = [row_key(row) for row in ACTIVITIES if row["accepted"] == "yes"]
    assert sorted(accepted) == sorted(REACTIONS)


def test_every_reaction_is_in_the_files_that_its_row_names() -> None:
    named = {row_key(row): set(quoted(row["file"])) for row in ACTIVITIES}
    for key, reaction in REACTIONS.items():
        homes = {verb.__module__.replace(".", "/") + ".py" for verb in reaction.verbs}
        assert homes - {"actors/reactions.py"} <= named[key], key


def test_what_is_sent_is_what_the_verbs_say() -> None:
    said = set(activities_said())
    rows = [row for row in ACTIVITIES if row["sent"] == "yes"]
    documented = {
        (row["activity"].strip("`"), file) for row in rows for file in quoted(row["file"])
    }
    assert said <= documented
    assert {name for name, _ in said} == {row["activity"].strip("`") for row in rows}


def activities_said() -> Iterator[tuple[str, str]]:
    """Type and file of every activity that a verb posts."""
    kinds = {name for name, kind in AS2.classes.items() if issubclass(kind, ap.Activity)}
    for path, tree in modules("actors/verbs"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                for given in node.args if called in _SAYING else ():
                    if isinstance(given, ast.Constant) and given.value in kinds:
                        yield str(given.value), path


def test_every_address_that_answers_peers_is_documented_and_no_other() -> None:
    served = {f"{route.method} {route.path}" for route in peers.routes()}
    served |= {f"GET {template}" for template in (*peers.SHARED, *peers.PAGES)}
    documented = [row["address"].strip("`") for row in table(FEDERATION, "address", "what answers")]
    assert sorted(documented) == sorted(served)


def test_the_lists_hold_the_words_of_the_program() -> None:
    rows = table(section(FEDERATION, "Lists"), "member", "values")
    assert {row["member"].strip("`"): words_of(row["values"]) for row in rows} == {
        "role": list(Role),
        "adaptability": list(Adaptability),
        "forkKind": list(FORK_KINDS.values()),
        "nature": list(Nature),
        "reason": list(Reason),
        "maturity": FACTS["maturity"].schema()["enum"],
        "replicationMode": FACTS["replicationMode"].schema()["enum"],
    }


@pytest.mark.parametrize(
    ("heading", "facts"), [("Organisation", ORGANISATION_FACTS), ("Model", MODEL_FACTS)]
)
def test_every_fact_is_named(heading: str, facts: tuple[str, ...]) -> None:
    assert set(facts) <= set(quoted(section(FEDERATION, heading)))


def test_the_worked_example_has_the_digests_it_claims() -> None:
    told = section(FEDERATION, "Digests and proofs")
    match = re.search(
        r"```json\n(.*?)```\n\nhas the digest `(\w+)`, and its one text `(\w+)`", told, re.S
    )
    assert match is not None
    example = json.loads(match[1])
    sheet = Sheet.from_json(example)
    assert sheet.to_json() == example
    assert (sheet.digest, digest_of(example)) == (match[2], match[2])
    assert sheet.sections[0].digests == {"en": match[3]}


def test_a_rule_or_heading_that_code_refers_to_is_there() -> None:
    headings = set(re.findall(r"^##+ (.+)$", FEDERATION, re.M))
    rules = set(re.findall(r"^(\d+)\. ", section(FEDERATION, "Rules"), re.M))
    for path, text in texts(".py"):
        for said in re.findall(r"FEDERATION\.md, ([^).;\n]+)", " ".join(text.split())):
            for kind, number in re.findall(r"(rules?)|\b(\d+)\b", said):
                assert kind or number in rules, f"{path}: rule {number}"
            for heading in re.findall(r'"([^"]+)"', said):
                assert heading in headings, f"{path}: {heading}"


def test_every_document_that_code_names_is_here() -> None:
    here = {path.rpartition("/")[2] for path, _ in texts(".md")}
    named = [
        (path, name)
        for path, text in texts(".py", ".toml", ".yaml", "Makefile")
        if not path.startswith("tests/") and "demo_sheets" not in path
        for name in re.findall(r"\b([A-Za-z_]+\.md)\b", text)
        if name not in here
    ]
    assert named == []


def test_every_command_has_an_example_for_operators() -> None:
    rows = table(OPERATING, "command", "for example")
    assert sorted(row["command"].strip("`") for row in rows) == sorted(
        f"essaim {words}" for words in commands(APP)
    )
    for row in rows:
        assert row["for example"].strip("`").startswith(row["command"].strip("`"))


@pytest.mark.parametrize("name", SHOWN)
def test_every_command_that_is_shown_can_be_typed(name: str) -> None:
    shown = [words for words in examples(document(name)) if " ".join(words) not in commands(APP)]
    assert shown
    for words in shown:
        try:
            APP.parse_args(words, exit_on_error=False, print_error=False)
        except CycloptsError as error:
            pytest.fail(f"{name}: essaim {shlex.join(words)}: {error}")


def commands(app: App, *before: str) -> list[str]:
    """Every command of the parser, with the words before it."""
    found = []
    for name in app:
        if not name.startswith("-"):
            inner = commands(app[name], *before, name)
            does_something = app[name].default_command is not None
            found += [*inner, *([" ".join((*before, name))] if does_something else [])]
    return found


def examples(text: str) -> Iterator[list[str]]:
    """The words behind `essaim` wherever a command is shown whole."""
    bare = re.sub(r"^\s*# {0,7}", "", text, flags=re.M).replace("\\\n", " ")
    shown = re.findall(r"^(?:ExecStart=)?(?:[\w/.-]*/)?essaim (.+)$", bare, re.M)
    shown += re.findall(r"run --rm +(?:-T )?essaim +([^`\n]+)$", bare, re.M)
    shown += re.findall(r"`essaim ([^`\n]+)`", bare)
    for line in shown:
        if "…" not in line:
            yield shlex.split(line)


def test_every_variable_that_is_shown_is_a_setting() -> None:
    known = {
        f"ESSAIM_{name}_{each.name}".upper()
        for name, kind in settings._SECTIONS.items()
        for each in fields(kind)
    }
    known |= set(settings._ALIASES)
    for path, text in texts(".md", ".service", "Dockerfile"):
        for variable in re.findall(r"\bESSAIM_[A-Z_]+\b", text):
            assert variable in known, f"{path}: {variable}"


def test_every_target_that_is_shown_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", document("Makefile"), re.M))
    for path, text in texts(".md"):
        for target in re.findall(r"(?:`|^)make ([a-z-]+)", text, re.M):
            assert target in targets, f"{path}: make {target}"


def test_every_link_and_every_path_in_a_document_leads_somewhere() -> None:
    lost = []
    for path, text in texts(".md"):
        home = (ROOT / path).parent
        links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
        lost += [f"{path}: {link}" for link in links if not (home / link).exists()]
        for named in quoted(text):
            if re.fullmatch(r"(?:activitypub|actors|federation|tests|deploy)/[\w/.-]+", named):
                lost += [] if (ROOT / named).exists() else [f"{path}: {named}"]
        for anchor in re.findall(r"\]\(#([^)]+)\)", text):
            titles = re.findall(r"^#+ (.+)$", text, re.M)
            anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
            lost += [] if anchor in anchors else [f"{path}: #{anchor}"]
    assert lost == []
