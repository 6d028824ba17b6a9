"""Comparing: any two versions side by side, of one model or of two.

What one says and the other does not is marked, section by section and value by value, in the
language that the reader chose; what is the same is folded away. An adaptation beside its source
shows what became of it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound
from actors.rules import comparing, heading
from actors.rules.comparing import Mark, SectionChange
from actors.rules.matching import by_key, match
from actors.rules.sections import Section, Sheet
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.views import history, lineage
from federation.app_keys import DATABASE
from federation.pages import columns, models, reading, rendering, sessions, words
from federation.pages.sessions import Visitor
from federation.pages.translating import speaking


@dataclass(frozen=True)
class Passage:
    """A text of two versions in one language: as one, and each side by itself, words marked."""

    language: str
    marks: list[Mark]

    @property
    def before(self) -> list[Mark]:
        """What it said, the words that went marked."""
        return [mark for mark in self.marks if mark[0] != "added"]

    @property
    def after(self) -> list[Mark]:
        """What it says, the words that came marked."""
        return [mark for mark in self.marks if mark[0] != "removed"]


@dataclass(frozen=True)
class Compared:
    """One section of two versions; `texts` are those that differ, the reader's language first."""

    key: str
    name: str
    kinds: tuple[str, ...]
    core: bool
    texts: tuple[Passage, ...]


@dataclass(frozen=True)
class Side:
    """A version that is compared, and whose it is."""

    model: Model
    author: Actor
    revision: Revision
    numbers: Sequence[int]

    @property
    def sheet(self) -> Sheet:
        """What it says."""
        return history.sheet(self.revision)


async def compare(request: web.Request) -> web.Response:
    """GET /m/{slug}/compare?from=1&to=2: two versions, the words that differ marked.

    `with` names another model; `from` is then a version of that one, its newest if none is named.
    `text` is the language to compare in.
    """
    here = await sessions.visitor(request)
    other = request.query.get("with", "").strip()
    async with request.app[DATABASE].read() as session:
        found = await models.find(session, request.match_info["slug"])
        beside = await models.find(session, other) if other else found
        after = await _side(session, found, request.query.get("to", ""))
        before = await _before(session, beside, after, request.query.get("from", ""))
        tie = await lineage.of(session, found)
        relatives = await _relatives(session, found)
    is_fork = tie is not None and beside.iri == tie.upstream_iri
    return await asyncio.to_thread(_draw, request, here, before, after, relatives, is_fork=is_fork)


def _draw(
    request: web.Request,
    here: Visitor,
    before: Side,
    after: Side,
    relatives: list[Model],
    *,
    is_fork: bool,
) -> web.Response:
    """The page; marking the words of long texts takes a while."""
    only = request.query.get("text", "")
    spoken = rendering.language(request)
    language, old, new = only or spoken, before.sheet, after.sheet
    return rendering.page(
        request,
        here,
        "compare.html",
        model=after.model,
        before=before,
        after=after,
        relatives=relatives,
        languages=columns.first(list(dict.fromkeys((*new.languages, *old.languages))), language),
        only=only,
        values=values(old, new, spoken),
        sections=sections(old, new, language, is_fork=is_fork),
        same=same(old, new, language, is_fork=is_fork),
    )


def sections(
    before: Sheet, after: Sheet, language: str, *, is_fork: bool = False
) -> list[Compared]:
    """What differs between two sheets, section by section, for a reader of this language."""
    kinds: dict[str, list[SectionChange]] = {}
    for change in comparing.changed(before, after, is_fork=is_fork):
        kinds.setdefault(change.key, []).append(change)
    known = by_key(before.sections)
    twins = match(known, after.sections, is_fork=is_fork).twins
    earlier = {section.key: known[identity] for identity, section in twins.items()}
    found: list[Compared] = []
    for key, changes in kinds.items():
        new = after.section(key)
        old = earlier.get(key) if new is not None else known.get(key)
        shown = new or old
        if shown is not None:
            found.append(
                Compared(
                    key=key,
                    name=reading.best(dict(shown.names), language, after.language)[0],
                    kinds=tuple(dict.fromkeys(change.kind.value for change in changes)),
                    core=any(change.core for change in changes),
                    texts=passages(old, new, language),
                )
            )
    return found


def same(before: Sheet, after: Sheet, language: str, *, is_fork: bool = False) -> list[str]:
    """The titles of the sections that say the same in both."""
    told = {change.key for change in comparing.changed(before, after, is_fork=is_fork)}
    titles = reading.titles(after, language)
    return [titles[section.key] for section in after.sections if section.key not in told]


def passages(old: Section | None, new: Section | None, language: str) -> tuple[Passage, ...]:
    """The texts that differ between two sides of a section, the reader's language first."""
    before = {} if old is None else dict(old.texts)
    after = {} if new is None else dict(new.texts)
    differing = [
        tag for tag in dict.fromkeys((*after, *before)) if before.get(tag) != after.get(tag)
    ]
    return tuple(
        Passage(tag, comparing.words(before.get(tag, ""), after.get(tag, "")))
        for tag in columns.first(differing, language)
    )


@dataclass(frozen=True)
class ValueShown:
    """A name, summary, licence or fact of two versions."""

    name: str
    language: str
    passage: Passage


def values(before: Sheet, after: Sheet, language: str) -> list[ValueShown]:
    """What differs beside the sections, called as a reader of this language calls it."""
    with speaking(language):
        return _values(before, after)


def _values(before: Sheet, after: Sheet) -> list[ValueShown]:
    found = []
    for change in heading.differing(before, after):
        name = change.value.name or change.value.kind.value
        old, new = (columns.told(name, side) or "" for side in (change.before, change.after))
        passage = Passage(change.value.language, comparing.words(old, new))
        found.append(ValueShown(words.value_name(change.value), change.value.language, passage))
    return found


async def _side(session: Session, model: Model, number: str) -> Side:
    """A version of a model; the newest, if no number is given."""
    revision = (
        await models.numbered(session, model, number)
        if number
        else await history.head(session, model)
    )
    return Side(
        model,
        await history.author(session, model),
        revision,
        await history.numbers(session, model),
    )


async def _before(session: Session, model: Model, after: Side, number: str) -> Side:
    """The version that another one is compared with: the one before it, if none is named.

    Raises:
        NotFound: there is no such version, or none before it.
    """
    if number or model.id != after.model.id:
        return await _side(session, model, number)
    earlier = [one for one in after.numbers if one < after.revision.number]
    if not earlier:
        raise NotFound("There is no version before this one.")
    return await _side(session, model, str(max(earlier)))


async def _relatives(session: Session, model: Model) -> list[Model]:
    """What a model may be compared with from a list: its source, and what was made from it."""
    upstream = await lineage.upstream(session, model)
    source = [upstream.source] if upstream is not None and upstream.source is not None else []
    return [*source, *await lineage.some_forks(session, model)]
