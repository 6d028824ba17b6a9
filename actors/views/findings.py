"""What is found, and by what it can be narrowed? Over everything this instance knows.

At most `MOST` things are looked at in one search, those that fit best and came last; where there
are more, counts are of these alone and said to be "at least". So a search for a word that stands
everywhere costs what any other costs.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    column,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.sql.expression import bindparam, cast

from actors.database import Session, is_sqlite
from actors.rules import labels, wishes
from actors.rules.expressions import Expression, both, in_fts5, in_tsquery
from actors.rules.wishes import Wish
from actors.tables.actor import Actor
from actors.tables.listing import Listing
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.views import blocks

S = TypeVar("S", bound=Select[*tuple[Any, ...]])

MOST: Final = 1000
"""Things that one search looks at: nobody reads further, whoever wants more adds a word."""

VALUES_SHOWN: Final = 12
"""Values of one facet: a list that is read at a glance; the most frequent ones."""

COUNTRY: Final = 2
"""Letters of a country's code: territories are counted by country first."""

_COUNTED: Final = frozenset({*wishes.FACETS, "in"} - {"territory", "by"})
_TOKENS: Final[ColumnElement[object]] = literal_column("listing.tokens", TSVECTOR)
_MARKS: Final[ColumnElement[object]] = literal_column("listing.marks", TSVECTOR)
_INDEX: Final = table("listing_words", column("rowid", BigInteger))
_HITS: Final = select(Listing.id, Listing.actor_id, Listing.labels).where(
    Listing.is_shut.is_(False), Listing.is_withheld.is_(False)
)


@dataclass(frozen=True)
class Hit:
    """One thing that was found: its id, and what is said of it beside its words."""

    id: int
    actor_id: int
    labels: Sequence[str]


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes:
        hits: what fits best first; of equal ones the latest.
        has_more: there is more than was looked at.
        facets: how the hits can be narrowed: facet → (value, how many), the most frequent first.
    """

    hits: Sequence[Hit]
    has_more: bool
    facets: Mapping[str, Sequence[tuple[str, int]]]


NOTHING: Final = Found((), has_more=False, facets={})


@dataclass(frozen=True)
class Entry:
    """A model, whose it is, and what it says now."""

    model: Model
    author: Actor
    head: Revision


async def find(session: Session, wish: Wish, viewer: Actor | None = None) -> Found:
    """Everything that somebody wishes for.

    Args:
        session: an open transaction.
        wish: checked (`wishes.check`).
        viewer: the organisation that looks; whom it blocks or mutes is not shown to it.
    """
    steps = wishes.steps(wish)
    if wish.q.strip() and not steps:
        return NOTHING  # only signs were typed
    facets = wishes.narrowed(wish)
    ids: dict[int, None] = {}
    for step in steps[:-1]:
        if len(ids) < MOST:
            ids |= dict.fromkeys(await _ids(session, wish, step, facets))
    has_more = len(ids) >= MOST
    hits: dict[int, Hit] = {}
    if not has_more:
        hits = await _latest(session, wish, steps[-1] if steps else None, facets)
        has_more = len(hits) > MOST
    if missing := [one for one in ids if one not in hits]:  # older than the latest of all
        hits |= await _rows(session, missing)
    hidden = await _hidden(session, viewer)
    ranked = [hits[one] for one in [*ids, *(one for one in hits if one not in ids)] if one in hits]
    shown = [hit for hit in ranked if hit.actor_id not in hidden]
    has_more = has_more or len(shown) > MOST
    return Found(shown[:MOST], has_more=has_more, facets=_facets(wish, shown[:MOST]))


async def models(session: Session, hits: Sequence[Hit]) -> list[Entry]:
    """The models of some hits, in their order."""
    rows = await session.execute(
        select(Model, Actor, Revision)
        .join(Actor, Actor.id == Model.actor_id)
        .join(Revision, Revision.id == Model.head_id)
        .where(
            Model.id.in_([hit.id for hit in hits]),
            Model.deleted_at.is_(None),
            Actor.shut_at.is_(None),
        )
    )
    by_id = {row[0].id: Entry(row[0], row[1], row[2]) for row in rows}
    return [by_id[hit.id] for hit in hits if hit.id in by_id]


async def changed_last(session: Session, hits: Sequence[Hit], limit: int) -> list[Entry]:
    """Of the models of some hits, those that changed last."""
    ids = [hit.id for hit in hits]
    latest = (
        await session.scalars(
            select(Listing.id)
            .where(Listing.id.in_(ids))
            .order_by(Listing.changed_at.desc(), Listing.id.desc())
            .limit(limit)
        )
    ).all()
    by_id = {hit.id: hit for hit in hits}
    return await models(session, [by_id[one] for one in latest])


async def actors(session: Session, hits: Sequence[Hit]) -> list[Actor]:
    """The actors of some hits, in their order."""
    rows = await session.scalars(
        select(Actor).where(
            Actor.id.in_([hit.id for hit in hits]),
            Actor.gone_at.is_(None),
            Actor.shut_at.is_(None),
        )
    )
    by_id = {row.id: row for row in rows}
    return [by_id[hit.id] for hit in hits if hit.id in by_id]


def listed(
    session: Session, statement: S, words: Expression | None, facets: Expression | None = None
) -> S:
    """A statement on listings, restricted to what the index of words finds.

    PostgreSQL keeps the labels among them apart too: where it goes through the latest rows, it
    need not fetch all words of each to see that it is in another language.
    """
    given = [one for one in (words, facets) if one is not None]
    if is_sqlite(session):
        joined = statement.join(_INDEX, _INDEX.c.rowid == Listing.id)
        return joined.where(_is_matched(both(*given)))
    for tokens, wanted in ((_MARKS, facets), (_TOKENS, words)):
        if wanted is not None:
            query: BindParameter[str] = bindparam(None, in_tsquery(wanted), unique=True)
            statement = statement.where(tokens.op("@@")(cast(query, TSQUERY)))
    return statement


def by_id(session: Session) -> ColumnElement[int]:
    """By what is sorted what an expression finds; so that the first are found without the others.

    SQLite's index of words gives its rows in the order of ids, and is not known to do so where the
    same number is called by another name.
    """
    return _INDEX.c.rowid if is_sqlite(session) else Listing.id.expression


def _is_matched(expression: Expression) -> ColumnElement[bool]:
    return literal_column("listing_words").op("MATCH")(
        bindparam("words_wanted", in_fts5(expression))
    )


async def _ids(session: Session, wish: Wish, words: Expression, facets: Expression) -> list[int]:
    """What one step finds, the latest first; whether it may be shown is not asked yet."""
    if is_sqlite(session):  # the index alone answers
        found = select(_INDEX.c.rowid).where(_is_matched(both(words, facets)))
        statement = found.order_by(_INDEX.c.rowid.desc())
    else:
        of_kind = select(Listing.id).where(Listing.kind == wish.kind)
        statement = listed(session, of_kind, words, facets).order_by(Listing.id.desc())
    return list((await session.execute(statement.limit(MOST))).scalars())


async def _latest(
    session: Session, wish: Wish, words: Expression | None, facets: Expression
) -> dict[int, Hit]:
    statement = _HITS
    if wish.is_empty or not is_sqlite(session):
        # The words say of which kind it is too; but so PostgreSQL may go along the index of kinds.
        statement = statement.where(Listing.kind == wish.kind)
    if not wish.is_empty:
        statement = listed(session, statement, words, facets)
    latest = (Listing.id.expression if wish.is_empty else by_id(session)).desc()
    rows = await session.execute(statement.order_by(latest).limit(MOST + 1))
    return {row[0]: Hit(row[0], row[1], row[2].split()) for row in rows}


async def _rows(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    rows = await session.execute(_HITS.where(Listing.id.in_(ids)))
    return {row[0]: Hit(row[0], row[1], row[2].split()) for row in rows}


async def _hidden(session: Session, viewer: Actor | None) -> frozenset[int]:
    if viewer is None:
        return frozenset()
    hidden = blocks.hidden_from(viewer).subquery()
    return frozenset(await session.scalars(select(hidden.c[0])))


def _facets(wish: Wish, hits: Sequence[Hit]) -> dict[str, list[tuple[str, int]]]:
    counted = Counter(label for hit in hits for label in hit.labels)
    found: dict[str, list[tuple[str, int]]] = {}
    for label, number in sorted(counted.items(), key=lambda one: (-one[1], one[0])):
        name, _, value = label.partition("=")
        if name not in _COUNTED or (name == "in" and not _is_next(wish.territory, value)):
            continue
        values = found.setdefault("territory" if name == "in" else name, [])
        if len(values) < VALUES_SHOWN:
            values.append((value, number))
    return found


def _is_next(chosen: str, code: str) -> bool:
    """Whether a territory is offered: countries, and within the chosen one those next below it."""
    inside = labels.territory(chosen)
    if not inside:
        return len(code) == COUNTRY
    return code.startswith(inside) and len(code) == len(inside) + 1
