"""Sheets as files: Markdown with front matter, or YAML.

For people at a keyboard. YAML says everything in every language:

    name: {fr: Opérateur coopératif, en: Cooperative operator}
    language: fr
    summary: {fr: Une phrase., en: One sentence.}
    license: CC-BY-SA-4.0
    facts: {family: internet-access, replicationMode: Dissemination, territory: [FR]}
    sections:
      - {key: value, role: Value, adaptability: Core, name: {fr: …}, text: {fr: …}}

Where a text by language is asked for, a plain text is one in the sheet's language. A Markdown file
carries one language: the same members (without sections) stand in its front matter, and each
``## Heading`` opens a section (``sheets_markdown``).

Only true, false, null and numbers are anything but text (the JSON schema of YAML 1.2, 10.2), so
that ``no`` is Norwegian and a date is a text. Anchors and aliases are refused: a few lines of them
unfold into gigabytes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

import yaml

from activitypub.canonical_json import Json
from actors.errors import Unwise
from actors.rules.facts import CODED, address_of, cost_faults
from actors.rules.languages import canonical_tag
from actors.rules.sections import Adaptability, Role, Section, Sheet, check, clean
from actors.vocabulary import MODEL_FACTS, prefixed
from federation.commands import sheets_markdown

MEMBERS: Final = ("name", "language", "summary", "license", "facts", "sections")
SECTION_MEMBERS: Final = ("key", "role", "adaptability", "name", "text")

_CONCEPTS: Final = ("maturity", "replicationMode")
_FROM_CHECK: Final = {"names": "name", "summaries": "summary", "texts": "text"}

Word = TypeVar("Word", bound=StrEnum)


class _Loader(yaml.SafeLoader):
    """YAML in which only JSON's literals are not text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 # replaces the parent's


for _tag, _pattern, _first in (
    ("null", r"null|~|", ["n", "~", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"-?(?:0|[1-9][0-9]*)", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?", list("-0123456789")),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first
    )


@dataclass
class _Faults:
    """Every fault found so far, by path, and the line on which each path begins (from 1)."""

    lines: Mapping[str, int]
    found: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, words: str) -> None:
        """Remember a fault with the line of the nearest thing that is there."""
        self.found.setdefault(path, f"line {self.line(path)}: {words}")

    def line(self, path: str) -> int:
        """The line of this path, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, 1)

    def end(self) -> None:
        """Refuse the file if there was any fault.

        Raises:
            Unwise: with all of them.
        """
        if self.found:
            raise Unwise("This file is not a sheet that can be published.", fields=self.found)


def read(source: Path | str, suffix: str | None = None) -> Sheet:
    """Read a sheet, cleaned and fit to be published.

    Args:
        source: the file, or its text.
        suffix: ``.md``, ``.yaml`` or ``.yml``; of a file, its own when left out.

    Raises:
        Unwise: every fault at once by path, with its line.
        OSError: the file cannot be read.
    """
    text, kind = _text_of(source, suffix)
    if kind == ".md":
        front, parts = sheets_markdown.split(text)
        document, lines = _parsed(front)
        document["sections"] = [dict(part.members) for part in parts]
        for index, part in enumerate(parts):
            lines[f"sections[{index}]"] = part.line
    else:
        document, lines = _parsed(text)
    faults = _Faults(lines)
    sheet = clean(_sheet(document, faults))
    faults.end()
    try:
        check(sheet)
    except Unwise as refusal:
        for path, words in refusal.fields.items():
            faults.add(_path_in_file(path), words)
        faults.end()
    return sheet


def _text_of(source: Path | str, suffix: str | None) -> tuple[str, str]:
    kind = suffix or (source.suffix if isinstance(source, Path) else "")
    if kind.lower() not in (".md", ".yaml", ".yml"):
        raise _fault("file", "A sheet is a file that ends in .md, .yaml or .yml.")
    if isinstance(source, str):
        return source, kind.lower()
    try:
        return source.read_text(encoding="utf-8-sig"), kind.lower()
    except UnicodeDecodeError:
        raise _fault("file", "The file is not a text in UTF-8.") from None


def _parsed(text: str) -> tuple[dict[str, Json], dict[str, int]]:
    """The members of a YAML text, and the line of each path.

    Raises:
        Unwise: it is not YAML of the kind described above, or not an object.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        lines = dict(_lines(node, "", set()))
        value: object = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = 1 if mark is None else mark.line + 1
        raise _fault("file", f"line {line}: this is not YAML ({error.problem}).") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise _fault("file", "This is not YAML that can be read.") from None
    if not isinstance(value, dict):
        raise _fault("file", "A sheet begins with members such as name: and language:.")
    return _plain(value, "", lines), lines


def _lines(node: yaml.Node | None, path: str, seen: set[int]) -> Iterator[tuple[str, int]]:
    """The line of every path, from 1.

    Raises:
        Unwise: the text uses an alias, or one key twice.
    """
    if node is None:
        return
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise _fault(path, f"line {line}: anchors and aliases cannot be used here.")
    seen.add(id(node))
    yield path, line
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _lines(item, f"{path}[{index}]", seen)
    elif isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            name = f"{path}.{key.value}" if path else str(key.value)
            if name in keys:
                raise _fault(name, f"line {key.start_mark.line + 1}: this stands here twice.")
            keys.add(name)
            yield from _lines(value, name, seen)


def _plain(value: dict[object, object], path: str, lines: Mapping[str, int]) -> dict[str, Json]:
    """An object whose keys are texts and whose values are JSON.

    Raises:
        Unwise: there is something else in it (an explicit tag made it).
    """
    return {
        str(key): _json(item, f"{path}.{key}".lstrip("."), lines) for key, item in value.items()
    }


def _json(value: object, path: str, lines: Mapping[str, int]) -> Json:
    if isinstance(value, dict):
        return _plain(value, path, lines)
    if isinstance(value, list):
        return [_json(item, f"{path}[{index}]", lines) for index, item in enumerate(value)]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise _fault(path, f"line {lines.get(path, 1)}: only texts, numbers and lists can stand here.")


def _sheet(document: Mapping[str, Json], faults: _Faults) -> Sheet:
    _only(document, "", MEMBERS, faults)
    language = canonical_tag(_text(document, "language", "", faults))
    sections = document.get("sections")
    if not isinstance(sections, list):
        faults.add("sections", "A sheet has a list of sections.")
        sections = []
    return Sheet(
        language=language,
        names=_texts(document, "name", "", language, faults),
        summaries=_texts(document, "summary", "", language, faults)
        if "summary" in document
        else {},
        license=_text(document, "license", "", faults),
        sections=tuple(
            _section(item, f"sections[{index}]", language, faults)
            for index, item in enumerate(sections)
        ),
        facts=_facts(document.get("facts", {}), faults),
    )


def _section(value: Json, path: str, language: str, faults: _Faults) -> Section:
    if not isinstance(value, dict):
        faults.add(path, "A section has members such as key: and text:.")
        value = {}
    _only(value, path, SECTION_MEMBERS, faults)
    return Section(
        key=_text(value, "key", path, faults),
        role=_word(Role, value, "role", path, faults) or Role.ACTIVITIES,
        adaptability=_word(Adaptability, value, "adaptability", path, faults)
        or Adaptability.ADAPTABLE,
        names=_texts(value, "name", path, language, faults),
        texts=_texts(value, "text", path, language, faults),
    )


def _facts(value: Json, faults: _Faults) -> dict[str, Json]:
    """Structured facts under their names and forms on the wire."""
    if not isinstance(value, dict):
        faults.add("facts", "Facts are members such as family: and territory:.")
        return {}
    _only(value, "facts", MODEL_FACTS, faults)
    return {name: _fact(name, fact, faults) for name, fact in value.items() if name in MODEL_FACTS}


def _fact(name: str, fact: Json, faults: _Faults) -> Json:
    """A fact as on the wire: ``hosting`` is ``ess:family-hosting``, ``FR`` the NUTS address."""
    if name in CODED and isinstance(fact, list):
        return [_fact(name, item, faults) for item in fact]
    if name == "cost":
        _check_costs(fact, faults)
    if name in CODED and isinstance(fact, int):
        fact = str(fact)  # YAML reads the activity 62 as a number
    if not isinstance(fact, str):
        return fact
    if name in CODED:
        address = address_of(name, fact)
        if address is None:
            faults.add(f"facts.{name}", f"“{fact}” is no code that we know.")
        return address
    if name == "family" and ":" not in fact:
        return prefixed(f"family-{fact}")
    return prefixed(fact) if name in _CONCEPTS else fact


def _check_costs(fact: Json, faults: _Faults) -> None:
    for one in fact if isinstance(fact, list) else []:
        if isinstance(one, dict):
            for member, words in cost_faults(one):
                faults.add("facts.cost", f"{member}: {words}")


def _only(members: Mapping[str, Json], path: str, known: tuple[str, ...], faults: _Faults) -> None:
    for name in members:
        if name not in known:
            faults.add(_inside(path, name), f"Unknown; what can stand here: {', '.join(known)}.")


def _text(members: Mapping[str, Json], name: str, path: str, faults: _Faults) -> str:
    value = members.get(name)
    if isinstance(value, str):
        return value
    faults.add(_inside(path, name), "A text is missing here.")
    return ""


def _texts(
    members: Mapping[str, Json], name: str, path: str, language: str, faults: _Faults
) -> dict[str, str]:
    value = members.get(name)
    if isinstance(value, str):
        return {language: value}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        faults.add(_inside(path, name), "A text, or texts by language, are missing here.")
        return {}
    return {tag: text for tag, text in value.items() if isinstance(text, str)}


def _word(
    kind: type[Word], members: Mapping[str, Json], name: str, path: str, faults: _Faults
) -> Word | None:
    value = members.get(name)
    if isinstance(value, str) and value in list(kind):
        return kind(value)
    faults.add(_inside(path, name), f"This is one of: {', '.join(kind)}.")
    return None


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _path_in_file(path: str) -> str:
    """``sections[2].texts.fr`` is called ``sections[2].text.fr`` in a file."""
    return ".".join(_FROM_CHECK.get(part, part) for part in path.split("."))


def _fault(path: str, words: str) -> Unwise:
    return Unwise("This file is not a sheet that can be read.", fields={path or "file": words})
