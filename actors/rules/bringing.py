"""Bringing: a text that people wrote elsewhere becomes the beginning of a sheet.

Rules a reader must know:

- Nothing is dropped in silence. What has no place in a sheet is kept beside it, in plain words, and
  whatever stands in the text stands in a section.
- The sections are those of the text: one for each heading of its highest level. What they are about
  is guessed from the heading, and told as a guess. What nothing is guessed about is an activity,
  adaptable: the two words that promise least.
- Rights are not assumed: the sheet has no licence until somebody chooses one.
- It is a draft: it may break every rule of a sheet that is published.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from actors.rules.headings import guessed_role
from actors.rules.naming import slug
from actors.rules.sections import MAX_NAME, MAX_SECTIONS, Adaptability, Role, Section, Sheet

MOST_LEFT: Final = 60
"""Kinds of things left out that are told one by one: more than that nobody reads."""

LONGEST_LEFT: Final = 2_000
"""Characters of one of them; what is behind is counted."""

_HEADING: Final = re.compile(r"(#{1,6})[ \t]+(\S.*?)[ \t]*#*[ \t]*$")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_PICTURE: Final = re.compile(r"!\[([^\]\n]*)\]\(([^)\n]*)\)")
_ATTRIBUTES: Final = re.compile(r"[ \t]*\{([^{}]*)\}$")
_ROLE: Final = re.compile(r"\brole=(\w+)")
_MARKS: Final = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>|~])|\*{1,3}|__|`")


@dataclass(frozen=True)
class Found:
    """One section: its heading as it stood in the text, the role, and whether words told it."""

    heading: str
    role: str
    is_told: bool


@dataclass(frozen=True)
class Left:
    """Something that has no place in a sheet: what kind of thing (a word), and what it said."""

    kind: str
    said: str


@dataclass(frozen=True)
class Brought:
    """What came of a text.

    Attributes:
        sheet: without a licence.
        found: how each section was understood, in order.
        left: what was not taken over.
        more: how many further things were left out than are told.
    """

    sheet: Sheet
    found: tuple[Found, ...]
    left: tuple[Left, ...]
    more: int = 0

    def to_json(self, source: str) -> dict[str, Any]:
        """What is told beside the draft: where it came from, and what happened to it."""
        return {
            "source": source,
            "found": [[one.heading, one.role, one.is_told] for one in self.found],
            "left": [[one.kind, one.said] for one in self.left],
            "more": self.more,
        }


def brought(markdown: str, language: str, *, title: str = "", left: Sequence[Left] = ()) -> Brought:
    """The sheet that a text begins.

    Args:
        markdown: the text.
        language: in which it is written.
        title: what its file says it is called; a heading above everything else goes before it.
        left: what was left out already when it was read.
    """
    lines = markdown.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines, front = _without_front_matter(lines)
    lines, pictures = _without_pictures(lines)
    parts = list(_parts(lines))
    if parts[0][0] == 0 and len(parts) > 1 and _is_title(parts):
        opening, (_, heading, body) = parts[0][2], parts[1]
        title = _plain(heading)
        parts = [(0, "", [*opening, *body]), *parts[2:]]
    sections, found = _sections(parts, language)
    told = [Left("front", "\n".join(front))] if front else []
    told += [*(Left("picture", name) for name in pictures), *left]
    sheet = Sheet(
        language=language,
        names={language: title[:MAX_NAME]} if title else {},
        summaries={},
        license="",
        sections=tuple(sections),
    )
    shown = tuple(replace(one, said=_shortened(one.said)) for one in told[:MOST_LEFT])
    return Brought(sheet, tuple(found), shown, max(0, len(told) - MOST_LEFT))


_Part = tuple[int, str, list[str]]
"""The level of a heading (0: before the first), the heading, the lines below it."""


def _parts(lines: Sequence[str]) -> Iterator[_Part]:
    """Every heading with what is below it; none of them inside a block of code."""
    level, heading, body, fence = 0, "", list[str](), ""
    for line in lines:
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line.strip(" `~"):
            fence = ""
        found = None if fence else _HEADING.match(line)
        if found is None:
            body.append(line)
            continue
        yield level, heading, body
        level, heading, body = len(found[1]), found[2], []
    yield level, heading, body


def _is_title(parts: Sequence[_Part]) -> bool:
    """Whether the first heading is that of the whole: nothing before it, none as high behind it."""
    first = parts[1][0]
    nothing = not any(line.strip() for line in parts[0][2])
    return nothing and all(level > first for level, _, _ in parts[2:])


def _sections(parts: Sequence[_Part], language: str) -> tuple[list[Section], list[Found]]:
    highest = min((level for level, _, _ in parts if level), default=0)
    joined: list[tuple[str, list[str]]] = []
    for level, heading, body in parts:
        if level == 0 and not any(line.strip() for line in body):
            continue
        opens = level in (0, highest) and len(joined) < MAX_SECTIONS
        if opens or not joined:
            joined.append((heading, list(body)))
        else:
            deeper = max(3, 3 + level - highest - 1)
            joined[-1][1].extend([f"{'#' * min(deeper, 6)} {heading}", *body])
    keys: set[str] = set()
    sections: list[Section] = []
    found: list[Found] = []
    for heading, body in joined:
        name, role, is_told = _understood(heading)
        key = slug(name or role.value, keys)
        keys.add(key)
        sections.append(
            Section(
                key=key,
                role=role,
                adaptability=Adaptability.CORE
                if is_told and role in (Role.CORE, Role.VALUE)
                else Adaptability.ADAPTABLE,
                names={language: name[:MAX_NAME]} if name else {},
                texts={language: "\n".join(body).strip("\n")},
            )
        )
        found.append(Found(name, role.value, is_told))
    return sections, found


def _understood(heading: str) -> tuple[str, Role, bool]:
    """The title of a section, its role, and whether words told it.

    What stands before the first heading tells what the whole is about.
    """
    if not heading:
        return "", Role.SUMMARY, False
    attributes = _ATTRIBUTES.search(heading)
    said = _ROLE.search(attributes[1]) if attributes else None
    name = _plain(heading[: attributes.start()] if attributes else heading)
    if said and said[1] in set(Role):
        return name, Role(said[1]), True
    role = guessed_role(name)
    return name, role or Role.ACTIVITIES, role is not None


def _without_front_matter(lines: list[str]) -> tuple[list[str], list[str]]:
    """The text without what stands between two lines `---` above it, and that."""
    if lines and lines[0].rstrip() == "---":
        for number in range(1, len(lines)):
            if lines[number].rstrip() in ("---", "..."):
                return lines[number + 1 :], lines[1:number]
    return lines, []


def _without_pictures(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The text without its pictures, and what they are called."""
    names: list[str] = []

    def taken(match: re.Match[str]) -> str:
        address = match[2].split(" ")[0].strip("<>")
        file = "" if address.startswith("data:") else address.rsplit("/", 1)[-1]
        names.append(" · ".join(filter(None, (match[1].strip(), file))) or "?")
        return ""

    return [_PICTURE.sub(taken, line) for line in lines], names


def _plain(heading: str) -> str:
    """A heading without the marks that set it out."""
    return " ".join(_MARKS.sub(lambda match: match[1] or "", heading).split())


def _shortened(said: str) -> str:
    """Words that fit a box; how many are behind them is told."""
    if len(said) <= LONGEST_LEFT:
        return said
    return f"{said[:LONGEST_LEFT]}… (+{len(said) - LONGEST_LEFT})"
