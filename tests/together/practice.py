"""Practice: records are made, added to, vouched for, taken back and deleted at random.

In the end each owner counts for each model exactly those records whose model is still, over every
step, a replication of it; and knows of each record what is said in it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random

from sqlalchemy import ColumnElement, select
from together import drawn
from together.books import Book, Known
from together.street import House

from actors.database import Session
from actors.errors import Refusal
from actors.rules.core import Relation
from actors.rules.evidence import Verdict
from actors.rules.records import Addition, Kind, Link, Outcome, Record, Stage, Step
from actors.tables.actor import Actor
from actors.tables.attestation import Attestation
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.tables.replication import Replication
from actors.verbs import attesting, forgetting, replicating
from actors.verbs.attesting import Saying
from actors.views import coverage, history

NUTS = "http://data.europa.eu/nuts/code/"
TERRITORIES = ("FR101", "FRK26", "ITC11", "DE300")
EVALUATION = Link("https://university.test/report.pdf", "Étude", Kind.EVALUATION)


async def record(chance: Random, isle: House, us: Actor) -> str:
    """Record that a model is done, one's own or somebody else's."""
    async with isle.begin() as session:
        rows = (
            await session.scalars(
                select(Model).where(Model.deleted_at.is_(None)).order_by(Model.id)
            )
        ).all()
        if not rows:
            return "record: nothing"
        model = chance.choice(rows)
        said = Record(
            language="fr",
            name=drawn.line(chance),
            summary=drawn.line(chance),
            territory=NUTS + chance.choice(TERRITORIES),
            steps=(_step(chance, isle),),
        )
        head = await history.head(session, model)
        await replicating.replicate(session, isle.site, us, model, head, said)
    return "record" if model.is_ours else "record of another's"


async def add(chance: Random, isle: House, us: Actor) -> str:
    """Add a stage or an indicator to a record."""
    async with isle.begin() as session:
        row = await _one(session, chance, Replication.actor_id == us.id)
        if row is None:
            return "add: nothing"
        today = isle.site.now().date()
        more = Addition(steps=(_step(chance, isle),))
        if chance.random() < 0.5:
            measured = Outcome("Objets", chance.randrange(100), "objets", today, "Registre")
            more = Addition(outcomes=(measured,))
        try:
            await replicating.add(session, isle.site, row, more)
        except Refusal as refused:
            return f"add: {type(refused).__name__}"
    return "add"


async def attest(chance: Random, isle: House, us: Actor) -> str:
    """Say of somebody else's record whether it is so; most say so, some with an evaluation."""
    async with isle.begin() as session:
        row = await _one(session, chance, Replication.actor_id != us.id)
        if row is None:
            return "attest: nothing"
        verdict = chance.choices(list(Verdict), (3, 1))[0]
        links = (EVALUATION,) if chance.random() < 0.4 else ()
        saying = Saying(verdict, drawn.line(chance), "fr", links=links)
        await attesting.attest(session, isle.site, us, row, saying)
    return f"attest {verdict}"


async def revoke(chance: Random, isle: House, us: Actor) -> str:
    """Take back what was said of a record."""
    async with isle.begin() as session:
        rows = (
            await session.scalars(
                select(Attestation)
                .where(Attestation.actor_id == us.id, Attestation.revoked_at.is_(None))
                .order_by(Attestation.id)
            )
        ).all()
        if not rows:
            return "revoke: nothing"
        await attesting.revoke(session, isle.site, chance.choice(rows))
    return "revoke"


async def delete(chance: Random, isle: House, us: Actor) -> str:
    """Delete a record."""
    async with isle.begin() as session:
        row = await _one(session, chance, Replication.actor_id == us.id)
        if row is None:
            return "delete record: nothing"
        remark = (await session.scalars(select(Remark).where(Remark.iri == row.iri))).one()
        await forgetting.delete_remark(session, isle.site, remark)
    return "delete record"


def _step(chance: Random, isle: House) -> Step:
    stage = chance.choices(list(Stage), [4 if one is Stage.RUNNING else 1 for one in Stage])[0]
    return Step(stage, isle.site.now().date(), drawn.line(chance))


async def _one(session: Session, chance: Random, which: ColumnElement[bool]) -> Replication | None:
    rows = await session.scalars(
        select(Replication).where(which, Replication.deleted_at.is_(None)).order_by(Replication.id)
    )
    found = rows.all()
    return chance.choice(found) if found else None


# --- what is known of it --------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A record as one instance knows it.

    Attributes:
        says: territory, country, stage, title and digest.
        level: that is written there.
        worth: the level that follows from what is known there.
        statements: standing ones of others.
        counts_for: the ids of the models for which it counts there.
    """

    iri: str
    model: str
    is_ours: bool
    is_gone: bool
    says: tuple[str, ...]
    level: int
    worth: int
    statements: frozenset[str]
    counts_for: frozenset[str]


@dataclass(frozen=True)
class Practice:
    """All that one instance knows.

    Attributes:
        records: by their ids.
        said: what its organisations say of whose records, and have not taken back.
        shown: of each model: how many records by territory and level it tells people.
    """

    records: Mapping[str, Entry]
    said: Mapping[str, str]
    shown: Mapping[str, Counter[tuple[str, int]]]


async def read(isle: House) -> Practice:
    """What an instance knows now."""
    async with isle.read() as session:
        rows = (await session.scalars(select(Replication))).all()
        records = {row.iri: await _entry(session, row) for row in rows}
        attestations = await session.execute(
            select(Attestation.iri, Attestation.replication_iri)
            .join(Actor, Actor.id == Attestation.actor_id)
            .where(Actor.is_ours.is_(True), Attestation.revoked_at.is_(None))
        )
        said = {row[0]: row[1] for row in attestations}
        shown: dict[str, Counter[tuple[str, int]]] = {}
        for model in await session.scalars(select(Model).where(Model.deleted_at.is_(None))):
            found = await coverage.coverage(session, model)
            shown[model.iri] = Counter(
                {(one.code, at): n for one in found.places for at, n in one.levels.items()}
            )
    return Practice(records, said, shown)


async def _entry(session: Session, row: Replication) -> Entry:
    is_gone = row.deleted_at is not None
    counted = [] if is_gone else await coverage.counted_for(session, row)
    standing = [] if is_gone else await coverage.statements(session, row)
    return Entry(
        iri=row.iri,
        model=row.model_iri,
        is_ours=row.is_ours,
        is_gone=is_gone,
        says=(row.territory, row.country, row.stage, row.name, row.digest),
        level=row.level,
        worth=row.level if is_gone else int(await coverage.level_of(session, row)),
        statements=frozenset(one.row.iri for one in standing),
        counts_for=frozenset(one.iri for one in counted),
    )


def disagreements(known: Mapping[str, Practice], books: Mapping[str, Book]) -> Iterable[str]:
    """Everything that is counted or known wrongly."""
    truth = {
        one.iri: one
        for book in known.values()
        for one in book.records.values()
        if one.is_ours and not one.is_gone
    }
    owned = {iri: model for book in books.values() for iri, model in book.own.items()}
    for name, book in known.items():
        for model in books[name].own.values():
            if not model.is_gone:
                yield from _counted(name, book, model, truth, owned)
    yield from _statements(known, truth)


def _counted(
    name: str,
    book: Practice,
    model: Known,
    truth: Mapping[str, Entry],
    owned: Mapping[str, Known],
) -> Iterable[str]:
    """Does the owner of a model count what counts for it, each as what it is?"""
    here = {one.iri for one in book.records.values() if model.iri in one.counts_for}
    there = {iri for iri, one in truth.items() if model.iri in _chain(one.model, owned)}
    # Of what was made from a model that is gone nobody can tell any more.
    lost = {iri for iri, one in truth.items() if one.model in owned and owned[one.model].is_gone}
    for iri in (here ^ there) - lost:
        what = "counts" if iri in here else "does not count"
        yield f"{name} {what} {iri} of {truth[iri].model if iri in truth else '?'} for {model.iri}"
    for iri in here & there:
        entry = book.records[iri]
        if entry.says != truth[iri].says:
            yield f"{name} has {iri} as {entry.says}, which says {truth[iri].says}"
        if entry.level != entry.worth:
            yield f"{name} has {iri} at {entry.level}, by what it knows it is {entry.worth}"
        is_direct = truth[iri].model == model.iri
        if is_direct and entry.level != truth[iri].level:
            yield f"{name} has {iri} at {entry.level}, its author at {truth[iri].level}"
    counted = Counter((book.records[iri].says[0], book.records[iri].level) for iri in here)
    if counted != book.shown[model.iri]:
        yield f"{name} shows {book.shown[model.iri]} of {model.iri}, and counts {counted}"


def _chain(iri: str, owned: Mapping[str, Known]) -> list[str]:
    """A model and what it is a replication of, over every step."""
    found: list[str] = []
    while iri in owned and not owned[iri].is_gone and iri not in found:
        found.append(iri)
        model = owned[iri]
        if model.tie is None or model.relation != Relation.REPLICATION:
            break
        iri = model.tie[0]
    return found


def _statements(known: Mapping[str, Practice], truth: Mapping[str, Entry]) -> Iterable[str]:
    """Do the author, and whose model a record is of, know what is said of it?"""
    standing = {iri: about for book in known.values() for iri, about in book.said.items()}
    for name, book in known.items():
        for iri, entry in book.records.items():
            if not entry.is_ours or iri not in truth:
                continue
            said = {one for one, about in standing.items() if about == iri}
            if entry.statements != said:
                yield f"{name} knows of {iri} {entry.statements ^ said} wrongly, or not at all"
