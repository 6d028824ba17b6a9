"""Who does it where, and how well is that shown? Records of practice, as far as we know them.

Counts are of all instances that this one has heard of, by country and level; records of somebody
whose site is blocked here, and deleted ones, are not counted. Nothing is added up to one score.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Select, func, select

from activitypub.canonical_json import parse
from actors.database import Session
from actors.rules import evidence
from actors.rules.core import Relation
from actors.rules.evidence import Level, Standing, Verdict
from actors.rules.records import Link, Record, Stage, links_from_json
from actors.tables.actor import Actor
from actors.tables.attestation import Attestation
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.tables.replication import Counted, Replication
from actors.views import lineage
from actors.views.paging import Page
from actors.vocabulary import NETWORK

S = TypeVar("S", bound=Select[*tuple[Any, ...]])

DEEPEST_CHAIN = 20
"""Models above one another that a record counts for: nobody has seen five."""


AT_ONCE = 250
"""Records of a file that are read at once: some 10 ms, after which others have their turn."""


@dataclass(frozen=True)
class Line:
    """A record in a file: as much of it as a table shows."""

    iri: str
    author: str
    author_iri: str
    model_iri: str
    version_iri: str
    territory: str
    stage: str
    level: int
    name: str
    language: str
    updated_at: datetime
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Listed:
    """A record, and whose it is."""

    row: Replication
    author: Actor

    @property
    def record(self) -> Record:
        """What it says."""
        return Record.from_json(self.row.record)


@dataclass(frozen=True)
class Statement:
    """What somebody says of a record, in which right, and whether it was added to since."""

    row: Attestation
    author: Actor
    standing: Standing
    is_older: bool

    @property
    def links(self) -> tuple[Link, ...]:
        """What it links."""
        return links_from_json(self.row.links)


@dataclass(frozen=True)
class Place:
    """A country or region: how many records by level, and by stage."""

    code: str
    levels: Mapping[int, int]
    stages: Mapping[str, int]

    @property
    def total(self) -> int:
        """All records there."""
        return sum(self.levels.values())


MOST_REGIONS: Final = 60
"""Regions in a table that people read; all of them are in the file for a spreadsheet."""

_COUNTRY: Final = 2  # characters of a country in the NUTS list


@dataclass(frozen=True)
class Coverage:
    """What this instance knows of the practice of one model.

    Attributes:
        places: by territory as each record names it, in the order of codes; empty where nobody
            asked (`by_country`).
        countries: the same by country; territories outside the NUTS list stand under no code.
    """

    places: Sequence[Place]
    countries: Sequence[Place]

    @property
    def total(self) -> int:
        """All records."""
        return sum(one.total for one in self.countries)

    @property
    def regions(self) -> list[Place]:
        """What is smaller than a country, where it is done most first; at most MOST_REGIONS."""
        found = [one for one in self.places if len(one.code) > _COUNTRY]
        return sorted(found, key=lambda one: (-one.total, one.code))[:MOST_REGIONS]

    @property
    def best(self) -> Level:
        """The highest level that any record has; there is one."""
        return Level(next(level for level, count in self.levels.items() if count))

    @property
    def levels(self) -> dict[int, int]:
        """How many records of each level there are, the highest first."""
        return {one: sum(p.levels.get(one, 0) for p in self.countries) for one in _HIGHEST_FIRST}

    @property
    def stages(self) -> dict[str, int]:
        """How many records there are at each stage."""
        found: dict[str, int] = {}
        for place in self.countries:
            for stage, count in place.stages.items():
                found[stage] = found.get(stage, 0) + count
        return found


_COUNTS = (
    *(func.count().filter(Replication.level == int(one)) for one in Level),
    *(func.count().filter(Replication.stage == one.value) for one in Stage),
)
"""How many records at each level, and then at each stage."""

_HIGHEST_FIRST = tuple(int(one) for one in sorted(Level, reverse=True))


async def by_iri(session: Session, iri: str) -> Replication | None:
    """A record by its id on the wire; deleted ones too."""
    return await session.scalar(select(Replication).where(Replication.iri == iri))


async def by_id(session: Session, record_id: int) -> Listed | None:
    """A record by its local id; none that was deleted, or whose author's site is blocked."""
    row = await session.get(Replication, record_id)
    if row is None or row.deleted_at is not None:
        return None
    author = await session.get_one(Actor, row.actor_id)
    return None if author.shut_at is not None else Listed(row, author)


async def is_gone(session: Session, record_id: int) -> bool:
    """Whether there was a record of this id, which was deleted."""
    row = await session.get(Replication, record_id)
    return row is not None and row.deleted_at is not None


async def coverage(session: Session, model: Model) -> Coverage:
    """How often a model is done where: a row for each region, however many records there are."""
    where = (Replication.country, Replication.territory)
    rows = await session.execute(_counting(select(*where, *_COUNTS), model).group_by(*where))
    known = [(row[0], row[1], row[2:]) for row in rows]
    return Coverage(
        places=_places((one[1], one[2]) for one in known),
        countries=_places((one[0], one[2]) for one in known),
    )


async def by_country(session: Session, model: Model) -> Coverage:
    """The same by country alone, which is all that the page of a model shows."""
    counts = select(Replication.country, *_COUNTS)
    rows = await session.execute(_counting(counts, model).group_by(Replication.country))
    return Coverage(places=(), countries=_places((row[0], row[1:]) for row in rows))


async def by_country_of(session: Session, models: Sequence[Model]) -> dict[int, Coverage]:
    """The same for several models at once, by their ids; a model without records is left out."""
    found: dict[int, list[tuple[str, Sequence[int]]]] = {}
    where = (Counted.model_id, Replication.country)
    counts = _counted(select(*where, *_COUNTS), [one.id for one in models]).group_by(*where)
    for row in await session.execute(counts):
        found.setdefault(row[0], []).append((row[1], row[2:]))
    return {number: Coverage((), _places(rows)) for number, rows in found.items()}


async def records(
    session: Session,
    model: Model,
    page: Page,
    *,
    territory: str = "",
    level: int | None = None,
    stage: str = "",
) -> list[Listed]:
    """The records that count for a model, the newest first.

    Args:
        session: an open transaction.
        model: ours or a mirror.
        page: which part of the list.
        territory: only in this region or what lies in it, by the beginning of its code.
        level: only of this level.
        stage: only at this stage.
    """
    statement = _counting(select(Replication, Actor), model)
    if territory:
        statement = statement.where(Replication.territory.startswith(territory, autoescape=True))
    if level is not None:
        statement = statement.where(Replication.level == level)
    if stage:
        statement = statement.where(Replication.stage == stage)
    rows = await session.execute(page.cut(statement, Counted.replication_id.expression))
    return [Listed(row[0], row[1]) for row in rows]


async def everything(session: Session, model: Model, most: int) -> list[Listed]:
    """The records that count for a model, the newest first, with their documents."""
    statement = _counting(select(Replication, Actor), model)
    rows = await session.execute(statement.order_by(Counted.replication_id.desc()).limit(most))
    return [Listed(row[0], row[1]) for row in rows]


async def lines(session: Session, model: Model, most: int) -> AsyncIterator[list[Line]]:
    """The records that count for a model, the newest first, for a file: so many at once."""
    wanted = (
        select(
            Replication.iri,
            Actor.name,
            Actor.iri,
            Replication.model_iri,
            Replication.version_iri,
            Replication.territory,
            Replication.stage,
            Replication.level,
            Replication.name,
            Replication.language,
            Replication.updated_at,
            Replication.record,
        )
        .add_columns(Counted.replication_id)
        .order_by(Counted.replication_id.desc())
    )
    statement, before, left = _counting(wanted, model), None, most
    while left > 0:
        cut = statement if before is None else statement.where(Counted.replication_id < before)
        rows = (await session.execute(cut.limit(min(left, AT_ONCE)))).all()
        if rows:
            yield [Line(*row[:-1]) for row in rows]
        if len(rows) < AT_ONCE:
            return
        before, left = rows[-1][-1], left - len(rows)


async def iris(session: Session, model: Model, page: Page) -> list[tuple[int, str]]:
    """Id and address of the records that count for a model, the newest first."""
    statement = _counting(select(Replication.id, Replication.iri), model)
    rows = await session.execute(page.cut(statement, Counted.replication_id.expression))
    return [(row[0], row[1]) for row in rows]


async def total(session: Session, model: Model) -> int:
    """How many records count for a model."""
    return await session.scalar(_counting(select(func.count()), model)) or 0


async def of_organisation(
    session: Session, actor: Actor, model_iris: Sequence[str]
) -> list[Listed]:
    """An organisation's own records of some models."""
    rows = await session.scalars(
        select(Replication).where(
            Replication.actor_id == actor.id,
            Replication.model_iri.in_(model_iris),
            Replication.deleted_at.is_(None),
        )
    )
    return [Listed(row, actor) for row in rows]


async def counted_for(session: Session, row: Replication) -> list[Model]:
    """The models for which a record counts, as far as we know them; the one it names first."""
    models = await session.scalars(
        select(Model)
        .join(Counted, Counted.model_id == Model.id)
        .where(Counted.replication_id == row.id, Model.deleted_at.is_(None))
        .order_by(Counted.id)
    )
    return list(models)


async def statements(session: Session, row: Replication) -> list[Statement]:
    """Everything that others say of a record and have not taken back, the oldest first."""
    rows = (
        await session.execute(
            select(Attestation, Actor)
            .join(Actor, Actor.id == Attestation.actor_id)
            .where(
                Attestation.replication_iri == row.iri,
                Attestation.revoked_at.is_(None),
                Actor.shut_at.is_(None),
                Actor.gone_at.is_(None),
            )
            .order_by(Attestation.id)
        )
    ).all()
    if not rows:
        return []
    by = await session.get_one(Actor, row.actor_id)
    sources = await sources_of(session, row)
    return [
        Statement(
            said,
            author,
            evidence.standing(
                author.iri, by=by.iri, sources=sources, is_network=is_network(author)
            ),
            is_older=said.record_digest != row.digest,
        )
        for said, author in rows
    ]


async def statement(session: Session, iri: str) -> Statement | None:
    """What somebody said of a record, by its id on the wire; also one that was taken back."""
    row = (
        await session.execute(
            select(Attestation, Actor)
            .join(Actor, Actor.id == Attestation.actor_id)
            .where(Attestation.iri == iri)
        )
    ).first()
    return None if row is None else Statement(row[0], row[1], Standing.OTHER, is_older=False)


async def stone(session: Session, row: Replication) -> bytes:
    """What stands at the address of a record that was deleted: it is a remark's Tombstone too."""
    return await session.scalar(select(Remark.document).where(Remark.iri == row.iri)) or b""


async def level_of(session: Session, row: Replication) -> Level:
    """The level of evidence of a record, by all that is known here."""
    said = await statements(session, row)
    by = await session.get_one(Actor, row.actor_id)
    return evidence.level(
        Record.from_json(row.record),
        by=by.iri,
        confirmations=[
            (one.standing, one.links)
            for one in said
            if one.row.verdict == Verdict.CONFIRMED and one.row.version_iri == row.version_iri
        ],
    )


async def sources_of(session: Session, row: Replication) -> list[str]:
    """The owners of the models for which a record counts."""
    owners = await session.scalars(
        select(Actor.iri)
        .join(Model, Model.actor_id == Actor.id)
        .join(Counted, Counted.model_id == Model.id)
        .where(Counted.replication_id == row.id, Model.deleted_at.is_(None))
    )
    return list(dict.fromkeys(owners))


async def chain(session: Session, model: Model) -> list[Model]:
    """A model, its source, and so on, while each is a replication of the next that we know."""
    found = [model]
    while len(found) < DEEPEST_CHAIN:
        above = await above_of(session, found[-1])
        if above is None or any(one.id == above.id for one in found):
            break
        found.append(above)
    return found


async def above_of(session: Session, model: Model) -> Model | None:
    """The source of a model for which its records count too; None where there is none known."""
    tie = await session.scalar(select(Lineage).where(Lineage.model_id == model.id))
    if tie is None:
        return None
    source = await session.scalar(
        select(Model).where(Model.iri == tie.upstream_iri, Model.deleted_at.is_(None))
    )
    if source is None or await lineage.relation(session, model) is not Relation.REPLICATION:
        return None
    # Whether a source of ours lists the fork is its owner's to say: who blocks it does not.
    return None if source.is_ours and tie.listed_at is None and not model.is_ours else source


async def best_level(session: Session, model_id: int) -> int | None:
    """The highest level that a record of a model has reached; None where there is no record."""
    return await session.scalar(
        select(func.max(Replication.level))
        .join(Counted, Counted.replication_id == Replication.id)
        .where(Counted.model_id == model_id, Replication.deleted_at.is_(None))
    )


def is_network(actor: Actor) -> bool:
    """Whether an actor's own document says that it is a network."""
    if not actor.document:
        return False
    said = parse(actor.document).get("conformsTo")
    return NETWORK in said if isinstance(said, list) else said == NETWORK


def _counting(statement: S, model: Model) -> S:
    return _counted(statement, [model.id])


def _counted(statement: S, models: Sequence[int]) -> S:
    return (
        statement.select_from(Counted)
        .join(Replication, Replication.id == Counted.replication_id)
        .join(Actor, Actor.id == Replication.actor_id)
        .where(
            Counted.model_id.in_(models),
            Replication.deleted_at.is_(None),
            Actor.shut_at.is_(None),
        )
    )


def _places(rows: Iterable[tuple[str, Sequence[int]]]) -> list[Place]:
    """Places out of the counts of `_COUNTS`, of which several may be about one code."""
    sums: dict[str, list[int]] = {}
    for code, counts in rows:
        known = sums.get(code)
        sums[code] = [a + b for a, b in zip(known, counts, strict=True)] if known else list(counts)
    return [
        Place(
            code,
            {int(one): n for one, n in zip(Level, counts, strict=False) if n},
            {one.value: n for one, n in zip(Stage, counts[len(Level) :], strict=True) if n},
        )
        for code, counts in sorted(sums.items())
    ]
