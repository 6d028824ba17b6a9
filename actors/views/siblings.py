"""Siblings: what others who adapted the same source made of each section.

They solved the same problem under another law or in another language, so what they changed, and
why, is often worth more than what the source says. Only those count that say themselves that they
come from this source and whose text is here; what they changed is told against the version of the
source that each of them took.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select

from actors.database import Session
from actors.rules.matching import by_key, match
from actors.rules.modifications import Modification
from actors.rules.sections import Section
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.views import history, lineage

MOST: Final = 30
"""Siblings whose sheets are compared, those that moved last: each costs two sheets to read."""


@dataclass(frozen=True)
class Sibling:
    """Another adaptation of the same source."""

    model: Model
    author: Actor


@dataclass(frozen=True)
class Variation:
    """What a sibling made of one section.

    Attributes:
        by: which sibling.
        before: the section as the sibling took it; None where it added the section.
        now: as it is there now; None where it was removed.
        reasons: what the sibling recorded about it.
    """

    by: Sibling
    before: Section | None
    now: Section | None
    reasons: tuple[Modification, ...]


@dataclass(frozen=True)
class Siblings:
    """The other adaptations of a model's source.

    Attributes:
        known: those whose text is here, the last changed first, at most `MOST`.
        count: how many there are in all.
        by_section: key of a section of ours → what they made of it.
        added: what they have and we have not, by their own key.
    """

    known: tuple[Sibling, ...] = ()
    count: int = 0
    by_section: Mapping[str, tuple[Variation, ...]] = field(default_factory=dict)
    added: tuple[Variation, ...] = ()


async def count(session: Session, model: Model) -> int:
    """How many other adaptations of the same source are known here."""
    tie = await lineage.of(session, model)
    if tie is None:
        return 0
    found = await session.scalar(
        select(func.count(Lineage.id))
        .join(Model, Model.id == Lineage.model_id)
        .where(
            Lineage.upstream_iri == tie.upstream_iri,
            Lineage.model_id != model.id,
            Model.deleted_at.is_(None),
        )
    )
    return found or 0


async def of(session: Session, model: Model) -> Siblings:
    """What others who adapted the same source made of it; nothing for an original."""
    tie = await lineage.of(session, model)
    if tie is None:
        return Siblings()
    rows = await session.execute(
        select(Model, Actor, Lineage)
        .join(Lineage, Lineage.model_id == Model.id)
        .join(Actor, Actor.id == Model.actor_id)
        .where(
            Lineage.upstream_iri == tie.upstream_iri,
            Model.id != model.id,
            Model.deleted_at.is_(None),
            Model.head_id.is_not(None),
        )
        .order_by(Model.updated_at.desc(), Model.id.desc())
        .limit(MOST)
    )
    found = [(Sibling(one, author), its) for one, author, its in rows.all()]
    own = await _own_keys(session, model, tie)
    by_section: dict[str, list[Variation]] = {}
    added: list[Variation] = []
    for sibling, its in found:
        for key, variation in await _variations(session, sibling, its):
            if key is None:
                added.append(variation)
            else:
                by_section.setdefault(own.get(key, key), []).append(variation)
    return Siblings(
        known=tuple(sibling for sibling, _ in found),
        count=await count(session, model),
        by_section={key: tuple(one) for key, one in by_section.items()},
        added=tuple(added),
    )


async def _own_keys(session: Session, model: Model, tie: Lineage) -> Mapping[str, str]:
    """Key of a section of the source → its key with us."""
    base = await lineage.base_of(session, tie)
    sections = history.sheet(await history.head(session, model)).sections
    known = by_key(history.sheet(base).sections) if base is not None else {}
    twins = match(known, sections, is_fork=True).twins
    return {key: section.key for key, section in twins.items()}


async def _variations(
    session: Session, sibling: Sibling, tie: Lineage
) -> list[tuple[str | None, Variation]]:
    """What a sibling changed, by the source's key; None for what it added."""
    base = await lineage.base_of(session, tie)
    if base is None:
        return []
    head: Revision = await history.head(session, sibling.model)
    before, now = history.sheet(base).sections, history.sheet(head).sections
    matched = match(by_key(before), now, is_fork=True)
    recorded = history.modifications(head)

    def variation(old: Section | None, new: Section | None) -> Variation:
        keys = {one.key for one in (old, new) if one is not None}
        return Variation(sibling, old, new, tuple(one for one in recorded if one.section in keys))

    changed = [
        (old.key, variation(old, matched.twins.get(old.key)))
        for old in before
        if _has_changed(old, matched.twins.get(old.key))
    ]
    return [*changed, *((None, variation(None, one)) for one in matched.others)]


def _has_changed(before: Section, now: Section | None) -> bool:
    """Whether it says something else, and not only the same in another language."""
    if now is None:
        return True
    rewritten = any(
        now.texts[tag] != text for tag, text in before.texts.items() if tag in now.texts
    )
    own = now.texts.keys() - before.texts.keys() - now.translated_from.keys()
    kept: Sequence[str] = [tag for tag in before.texts if tag in now.texts]
    return rewritten or bool(own) or not (kept or now.translated_from)
