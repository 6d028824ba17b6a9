"""Kin: the lineage of a model over all instances that this one knows of.

A fork says what it was made from; a source says what was made from it. Only when both say so is a
tie *confirmed*; what one side says alone is shown as that. Nothing here asks anybody: it is what
was remembered when the lineage was last walked (`verbs.tracing`), with the age of what is shown.

Each model has one source, so a lineage is a tree, except where somebody lies: who claims a place in
a circle is shown at the top, with the circle named.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select

from activitypub import iris
from activitypub.errors import ProtocolError
from activitypub.iris import Iri, fragment
from actors.database import Session
from actors.errors import NotFound
from actors.rules import merging, modifications
from actors.rules.merging import Verdict
from actors.rules.modifications import Modification
from actors.rules.sections import Sheet
from actors.tables.actor import Actor
from actors.tables.kin import ListedFork, Sighting
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.views import history, lineage, ways
from actors.views.lineage import Upstream
from actors.views.ways import Claim

MOST_SHOWN: Final = 300
"""Models of one lineage on a page: as many as one walk finds (`federation.workers.tracing`)."""

MOST_CANDIDATES: Final = 12
"""Siblings to choose from on a merge page, those that changed last; the page of siblings has
more."""

MOST_FORKS: Final = 200
"""Forks of one model that are followed: as many as are remembered of one list."""


class Standing(StrEnum):
    """How a model of a lineage was last found."""

    OURS = "ours"
    SEEN = "seen"
    TOLD = "told"  # it came by mail, and nobody has looked since
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    GONE = "gone"
    ODD = "odd"
    CLOSED = "closed"
    UNKNOWN = "unknown"  # an address that somebody names


class Tie(StrEnum):
    """What is known of the tie between a model and its source."""

    CONFIRMED = "confirmed"  # both say so
    CLAIMED = "claimed"  # it says so; its source does not list it
    UNCHECKED = "unchecked"  # it says so; its source's list was never read
    LISTED = "listed"  # its source lists it; it was never read
    DENIED = "denied"  # its source lists it; it says that it comes from elsewhere, or from nowhere


@dataclass
class Relative:
    """One model of a lineage.

    Attributes:
        iri: its address.
        standing: how it was last found; `reason` says more where it was not.
        model: what is remembered of it; None for a mere address.
        author: whose it is.
        source: what it comes from, as far as the lineage shows it.
        tie: how sure that is; None for who comes from nowhere.
        kind: how it means to differ from its source.
        looked_at: when it was last looked at where it lives.
        kept: how many of its versions are here.
        generation: steps from the first in its line.
        row: its line in a drawing, from 0.
        in_circle: what it says of its source leads back to itself.
    """

    iri: str
    standing: Standing
    model: Model | None = None
    author: Actor | None = None
    source: str | None = None
    tie: Tie | None = None
    kind: str = ""
    reason: str = ""
    looked_at: datetime | None = None
    kept: int = 0
    generation: int = 0
    row: int = 0
    in_circle: bool = False

    @property
    def host(self) -> str:
        """Where it lives."""
        return iris.host(Iri(self.iri))

    @property
    def name(self) -> str:
        """Its title; empty where none is known, or where it was deleted."""
        return "" if self.model is None else self.model.name


@dataclass(frozen=True)
class Kinship:
    """A lineage, as it is known here.

    Attributes:
        relatives: the first of the line first, then each one's forks below it.
        of: the address of the model that was asked about.
        known_at: when it was last walked from there; None for never.
        is_cut: there are more than are shown.
    """

    relatives: tuple[Relative, ...]
    of: str
    known_at: datetime | None
    is_cut: bool

    @property
    def hosts(self) -> int:
        """On how many instances it lives."""
        return len({one.host for one in self.relatives})


@dataclass(frozen=True)
class Family:
    """What is known of one model's place: its source, the version it took, its forks."""

    source: Iri | None
    base: Iri | None
    forks: tuple[Iri, ...]


async def family_of(session: Session, iri: str) -> Family:
    """The nearest kin of a model, known here or not."""
    facts = await _facts(session, [iri])
    claim = facts.claims.get(iri)
    named = await session.scalars(
        select(Model.iri)
        .join(Lineage, Lineage.model_id == Model.id)
        .where(Lineage.upstream_iri == iri, Model.deleted_at.is_(None))
        .order_by(Lineage.id)
        .limit(MOST_FORKS)
    )
    listed = await session.scalars(
        select(ListedFork.fork_iri).where(ListedFork.source_iri == iri).order_by(ListedFork.id)
    )
    forks = dict.fromkeys(one for one in (*named, *listed) if one != iri)
    return Family(
        source=None if claim is None else _address(claim.source),
        base=None if claim is None else _address(claim.base),
        forks=tuple(one for one in map(_address, list(forks)[:MOST_FORKS]) if one is not None),
    )


async def kinship(session: Session, model: Model) -> Kinship:
    """The whole lineage of a model: its sources, their forks, and so on, nearest first."""
    facts, is_cut = await _gathered(session, model.iri)
    relatives = {iri: _relative(iri, facts) for iri in facts.found}
    await _count_kept(session, relatives.values())
    for one in relatives.values():
        one.source, one.tie = _tie(one.iri, facts)
    seen = facts.sightings.get(model.iri)
    return Kinship(
        relatives=tuple(_in_order(relatives)),
        of=model.iri,
        known_at=None if seen is None else seen.looked_at,
        is_cut=is_cut,
    )


async def beside(session: Session, model: Model, iri: str) -> Upstream:
    """A fork beside any relative of it: what the relative has that is not here yet.

    Raises:
        NotFound: the model is no fork, or that is no relative whose text is here.
    """
    tie = await lineage.of(session, model)
    other = await history.model_by_iri(session, iri)
    if tie is None or other is None or other.deleted_at is not None or other.id == model.id:
        raise NotFound("That is no relative of this model whose text is kept here.")
    above, beyond = await ways.sources(session, model), await ways.sources(session, other)
    if not {model.iri, *above.addresses} & {other.iri, *beyond.addresses}:
        raise NotFound("That is no relative of this model whose text is kept here.")
    hops = [*above.models, *beyond.models]
    known = await ways.ancestry(session, [model, other, *hops])
    ours, theirs = await history.head(session, model), await history.head(session, other)
    at = known.common(ours.iri, theirs.iri)
    shared = None if at is None else await history.revision_by_iri(session, at)
    since = await ways.between(
        session, known, shared, ours, theirs, [*above.models, *beyond.models]
    )
    base = shared or _nothing(other)
    return Upstream(
        lineage=tie,
        source=other,
        source_author=await history.author(session, other),
        base=base,
        current=theirs,
        ours=ours,
        sections=merging.compare(
            history.sheet(base), history.sheet(ours), history.sheet(theirs), between=since
        ),
        is_direct=False,
        own_base=await lineage.base_of(session, tie),
    )


async def choose(session: Session, model: Model, iri: str | None) -> Upstream | None:
    """A fork beside its source, or beside the relative that is named; None for an original.

    Raises:
        NotFound: that is no relative of it, or none whose text is here.
    """
    tie = await lineage.of(session, model)
    if not iri or (tie is not None and tie.upstream_iri == iri):
        return await lineage.upstream(session, model)
    return await beside(session, model, iri)


@dataclass(frozen=True)
class Candidate:
    """A relative that a fork may take from.

    Attributes:
        model: which one.
        author: whose it is.
        is_source: it is the fork's own source.
        is_above: it is a further source, not a sibling.
        has_news: it has a version that has not come into the fork yet.
    """

    model: Model
    author: Actor
    is_source: bool
    is_above: bool
    has_news: bool


async def candidates(session: Session, model: Model) -> list[Candidate]:
    """From whom a fork may take: its sources, the nearest first, then its siblings."""
    above = (await ways.sources(session, model)).models
    tie = await lineage.of(session, model)
    if tie is None:
        return []
    rows = await session.scalars(
        select(Model)
        .join(Lineage, Lineage.model_id == Model.id)
        .where(
            Lineage.upstream_iri == tie.upstream_iri,
            Model.id != model.id,
            Model.deleted_at.is_(None),
        )
        .order_by(Model.updated_at.desc(), Model.id.desc())
        .limit(MOST_CANDIDATES)
    )
    others = [one for one in (*above, *rows) if one.deleted_at is None and one.head_id]
    known = await ways.ancestry(session, [model, *others])
    ours = await history.head(session, model)
    come = known.of(ours.iri)
    found: list[Candidate] = []
    for one in others:
        head = await history.head(session, one)
        found.append(
            Candidate(
                model=one,
                author=await history.author(session, one),
                is_source=one.iri == tie.upstream_iri,
                is_above=one in above,
                has_news=head.iri not in come,
            )
        )
    return found


def modifications_after(
    beside_: Upstream, choices: Mapping[str, object]
) -> tuple[Modification, ...]:
    """What a fork has adapted once these choices are made, and why.

    What is taken from another fork of the same source comes with that one's reasons.
    """
    own = history.modifications(beside_.ours)
    if beside_.is_direct:
        return own
    taken = {
        row.theirs.key
        for row in beside_.sections
        if row.theirs is not None
        and choices.get(row.key, "theirs" if row.verdict is Verdict.THEIRS else "ours") == "theirs"
        and row.verdict in (Verdict.THEIRS, Verdict.CONFLICT)
    }
    roots = {
        fragment(Iri(one.upstream)): one.key
        for one in history.sheet(beside_.current).sections
        if one.upstream is not None
    }
    theirs = history.modifications(beside_.current)
    return modifications.merged(
        own, (one for one in theirs if roots.get(one.section, one.section) in taken)
    )


@dataclass
class _Facts:
    """Everything remembered of some models, by address."""

    models: dict[str, Model] = field(default_factory=dict)
    authors: dict[int, Actor] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    sightings: dict[str, Sighting] = field(default_factory=dict)
    lists: set[tuple[str, str]] = field(default_factory=set)
    found: dict[str, None] = field(default_factory=dict)


async def _gathered(session: Session, start: str) -> tuple[_Facts, bool]:
    """What is remembered of a lineage, level by level from where it is asked for."""
    facts = _Facts()
    level, is_cut = [start], False
    while level:
        fresh = [one for one in dict.fromkeys(level) if one not in facts.found]
        room = MOST_SHOWN - len(facts.found)
        is_cut = is_cut or len(fresh) > room
        fresh = fresh[:room]
        if not fresh:
            break
        facts.found |= dict.fromkeys(fresh)
        more = await _facts(session, fresh)
        for name in ("models", "authors", "claims", "sightings"):
            getattr(facts, name).update(getattr(more, name))
        above = [claim.source for claim in more.claims.values()]
        level = [*above, *(await _below(session, facts, fresh))]
    return facts, is_cut


async def _below(session: Session, facts: _Facts, of: Sequence[str]) -> list[str]:
    """Who says to come from these, and whom they list."""
    named = await session.execute(
        select(Model.iri)
        .join(Lineage, Lineage.model_id == Model.id)
        .where(Lineage.upstream_iri.in_(of))
        .order_by(Lineage.id)
        .limit(MOST_SHOWN)
    )
    seen = await session.execute(
        select(Sighting.iri).where(Sighting.upstream_iri.in_(of)).limit(MOST_SHOWN)
    )
    listed = await session.execute(
        select(ListedFork.source_iri, ListedFork.fork_iri)
        .where(ListedFork.source_iri.in_(of))
        .order_by(ListedFork.id)
        .limit(MOST_SHOWN)
    )
    pairs = [(source, fork) for source, fork in listed]
    facts.lists |= set(pairs)
    return [*(one for (one,) in named), *(one for (one,) in seen), *(fork for _, fork in pairs)]


async def _facts(session: Session, wanted: Sequence[str]) -> _Facts:
    facts = _Facts()
    rows = await session.execute(
        select(Model, Actor, Lineage)
        .join(Actor, Actor.id == Model.actor_id)
        .outerjoin(Lineage, Lineage.model_id == Model.id)
        .where(Model.iri.in_(wanted))
    )
    for model, author, tie in rows.all():
        facts.models[model.iri] = model
        facts.authors[author.id] = author
        if tie is not None:
            is_listed = tie.listed_at is not None
            facts.claims[model.iri] = Claim(tie.upstream_iri, tie.base_iri, tie.kind, is_listed)
        elif model.deleted_at is not None:
            kept = await ways.claim_of_deleted(session, model)
            if kept is not None:
                facts.claims[model.iri] = kept
    sightings = await session.scalars(select(Sighting).where(Sighting.iri.in_(wanted)))
    for one in sightings:
        facts.sightings[one.iri] = one
        if one.upstream_iri is not None:
            facts.claims.setdefault(one.iri, Claim(one.upstream_iri))
    return facts


def _relative(iri: str, facts: _Facts) -> Relative:
    model, seen = facts.models.get(iri), facts.sightings.get(iri)
    claim = facts.claims.get(iri)
    return Relative(
        iri=iri,
        standing=_standing(model, seen),
        model=model,
        author=None if model is None else facts.authors.get(model.actor_id),
        kind="" if claim is None else claim.kind,
        reason="" if seen is None else seen.reason,
        looked_at=None if seen is None or (model is not None and model.is_ours) else seen.looked_at,
    )


def _standing(model: Model | None, seen: Sighting | None) -> Standing:
    if model is not None and model.deleted_at is not None:
        return Standing.GONE
    if model is not None and model.is_ours:
        return Standing.OURS
    if seen is not None:
        return Standing(seen.state)
    return Standing.UNKNOWN if model is None else Standing.TOLD


def _tie(iri: str, facts: _Facts) -> tuple[str | None, Tie | None]:
    """Where a model stands: below what it says it comes from, else below who lists it."""
    claim = facts.claims.get(iri)
    if claim is not None and claim.source in facts.found:
        source = facts.models.get(claim.source)
        seen = facts.sightings.get(claim.source)
        if claim.is_listed or (claim.source, iri) in facts.lists:
            return claim.source, Tie.CONFIRMED
        was_asked = (source is not None and source.is_ours) or (
            seen is not None and seen.forks_at is not None
        )
        return claim.source, Tie.CLAIMED if was_asked else Tie.UNCHECKED
    listing = next((source for source, fork in sorted(facts.lists) if fork == iri), None)
    if listing is None:
        return None, None
    model, seen = facts.models.get(iri), facts.sightings.get(iri)
    was_read = model is not None or (seen is not None and seen.seen_at is not None)
    return listing, Tie.DENIED if was_read else Tie.LISTED


def _in_order(relatives: Mapping[str, Relative]) -> Iterable[Relative]:
    """Each line from its first model downwards; rows and generations are filled in."""
    below: dict[str, list[Relative]] = {}
    for one in relatives.values():
        if one.source is not None:
            below.setdefault(one.source, []).append(one)
    firsts = [one for one in relatives.values() if one.source is None]
    done: dict[str, Relative] = {}
    row = 0
    for first in (*firsts, *relatives.values()):
        if first.iri in done:
            continue
        # Whoever is left when all lines with a beginning are drawn stands in a circle.
        first.in_circle = first.source is not None
        row = _draw(first, below, done, row)
    return done.values()


def _draw(
    first: Relative, below: Mapping[str, Collection[Relative]], done: dict[str, Relative], row: int
) -> int:
    """One line; each one's first fork stands beside it, the next ones in rows of their own."""
    first.generation = 0
    open_ = [first]
    is_new_row = False
    while open_:
        one = open_.pop()
        if one.iri in done:
            continue
        done[one.iri] = one
        row += is_new_row
        one.row = row
        forks = [each for each in below.get(one.iri, ()) if each.iri not in done]
        for each in reversed(forks):
            each.generation = one.generation + 1
            open_.append(each)
        is_new_row = not forks
    return row + 1


async def _count_kept(session: Session, relatives: Iterable[Relative]) -> None:
    by_id = {one.model.id: one for one in relatives if one.model is not None}
    rows = await session.execute(
        select(Revision.model_id, func.count(Revision.id))
        .where(Revision.model_id.in_(by_id))
        .group_by(Revision.model_id)
    )
    for model_id, count in rows.all():
        by_id[model_id].kept = count


def _nothing(model: Model) -> Revision:
    """A version that says nothing, for sides that share none that is known here."""
    return Revision(
        id=0,
        iri="",
        model_id=model.id,
        number=0,
        sheet=Sheet(model.language, {}, {}, "", ()).to_json(),
        digest="",
        document=b"",
        made_at=model.published_at,
    )


def _address(text: str | None) -> Iri | None:
    try:
        return None if text is None else iris.parse(text)
    except ProtocolError:
        return None
