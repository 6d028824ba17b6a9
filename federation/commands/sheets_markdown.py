"""A sheet in Markdown: front matter, then one section for each ``## Heading``.

    ---
    name: Cooperative operator
    language: en
    license: CC-BY-SA-4.0
    ---

    ## What it brings {#value role=Value adaptability=Core}

    Mobile data is billed by actual use.

What stands in braces may be left out: the key is then made from the heading, the role guessed from
its words (`actors.rules.headings`), and a section about the core is core, any other adaptable.
Deeper headings belong to the text, and so does everything in a code block.

Front matter is YAML between two lines ``---``, as in Jekyll and Pandoc; ``{#key name=value}`` are
the heading attributes of Pandoc and Markdown Extra.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from activitypub.canonical_json import Json
from actors.errors import Unwise
from actors.rules.headings import guessed_role
from actors.rules.naming import slug
from actors.rules.sections import Adaptability, Role

_RULE: Final = "---"
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True)
class Part:
    """One section as written: its members, and the line of its heading (from 1)."""

    members: Mapping[str, Json]
    line: int


def split(text: str) -> tuple[str, list[Part]]:
    """The front matter, on the lines where it stands in the file, and the sections.

    Raises:
        Unwise: there is no front matter, it does not end, or text stands before the first heading.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[0].rstrip() != _RULE:
        raise _fault(1, "the file begins with a line --- and its front matter")
    ends = (number for number in range(1, len(lines)) if lines[number].rstrip() == _RULE)
    end = next(ends, None)
    if end is None:
        raise _fault(1, "the front matter ends with a second line ---")
    return "\n".join(["", *lines[1:end]]), _parts(lines, end + 1)


def _parts(lines: list[str], first: int) -> list[Part]:
    """The sections of the lines from ``first`` (from 0) on."""
    headings = list(_headings(lines, first))
    starts = [number for number, _ in headings] + [len(lines)]
    for number in range(first, starts[0]):
        if lines[number].strip():
            raise _fault(number + 1, "text stands before the first heading (## …)")
    keys: set[str] = set()
    parts: list[Part] = []
    for (number, heading), end in zip(headings, starts[1:], strict=True):
        members = _members(heading, number + 1, keys)
        members["text"] = "\n".join(lines[number + 1 : end])
        parts.append(Part(members, number + 1))
    return parts


def _headings(lines: list[str], first: int) -> Iterator[tuple[int, str]]:
    """Every heading of a section, with its place (from 0); none of them inside a code block."""
    fence = ""
    for number in range(first, len(lines)):
        fence = _fence_after(fence, lines[number])
        if not fence and lines[number].startswith(("## ", "##\t")):
            yield number, lines[number][2:].strip().rstrip("#").rstrip()


def _fence_after(fence: str, line: str) -> str:
    """The fence of the code block that is open after this line; empty when none is."""
    mark = _FENCE.match(line)
    if mark is None:
        return fence
    if not fence:
        return mark[1]
    closes = mark[1].startswith(fence) and not line.strip(" `~")
    return "" if closes else fence


def _members(heading: str, line: int, keys: set[str]) -> dict[str, Json]:
    attributes = ""
    if heading.endswith("}") and "{" in heading:
        heading, _, attributes = heading[:-1].rpartition("{")
    given: dict[str, str] = {}
    for word in attributes.split():
        name, equals, value = ("key", "=", word[1:]) if word[0] == "#" else word.partition("=")
        if not equals or name not in ("key", "role", "adaptability"):
            raise _fault(line, "in braces stand #key, role=… and adaptability=… only")
        given[name] = value
    role = given.get("role") or (guessed_role(heading) or Role.ACTIVITIES).value
    core = role == Role.CORE.value
    key = given.get("key") or slug(heading, keys)
    keys.add(key)
    return {
        "key": key,
        "role": role,
        "adaptability": given.get("adaptability")
        or (Adaptability.CORE if core else Adaptability.ADAPTABLE).value,
        "name": heading.strip(),
    }


def _fault(line: int, words: str) -> Unwise:
    return Unwise(
        "This file is not a sheet that can be read.", fields={"file": f"line {line}: {words}."}
    )
