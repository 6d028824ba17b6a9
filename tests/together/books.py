"""Books: everything that each instance knows of models, and where two books differ.

An instance has to know what it could know: of a model that is told to it, the newest version and
every one since the first it heard of; of a model of its own, every fork. What it remembers of
anything must be what was written.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from together.street import House

from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.notice import Notice
from actors.tables.revision import Revision
from actors.verbs import following
from actors.views import history, lineage


@dataclass(frozen=True)
class Version:
    """One version as an instance knows it."""

    digest: str
    sheet: Any
    document: bytes
    number: int
    parent: str | None
    merged: str | None


@dataclass(frozen=True)
class Known:
    """A model as one isle knows it.

    `tie` is source, base, digest of the base, kind; `relation` what it is to its source.
    """

    iri: str
    author: str
    head: str | None
    names: Any
    is_gone: bool
    numbers: tuple[int, ...]
    tie: tuple[str, str, str, str] | None
    seen: str | None
    is_listed: bool
    relation: str | None


@dataclass(frozen=True)
class Book:
    """Everything that one instance knows.

    Attributes:
        us: who publishes there.
        told: how often it was told, by the kind of notice and the model.
        upstream: of which versions of its source the owner of a fork was told.
    """

    name: str
    us: str
    network: str
    own: dict[str, Known]
    known: dict[str, Known]
    written: dict[str, Version]
    versions: dict[str, Version]
    follows: set[str]
    followers: set[tuple[str, str]]
    told: Counter[tuple[str, str]]
    upstream: dict[str, set[int]]


async def read(isle: House, us: Actor) -> Book:
    """What an instance knows now."""
    async with isle.read() as session:
        models = (await session.scalars(select(Model))).all()
        known = {one.iri: await _as_known(session, one) for one in models}
        rows = await session.execute(
            select(Revision, Model).join(Model, Model.id == Revision.model_id)
        )
        versions, written = {}, {}
        for version, model in rows:
            entry = Version(
                *(version.digest, version.sheet, version.document),
                *(version.number, version.parent_iri, version.merged_iri),
            )
            versions[version.iri] = entry
            if model.is_ours:
                written[version.iri] = entry
        actors = {one.id: one for one in await session.scalars(select(Actor))}
        follows, followers = set(), set()
        for follow in await session.scalars(
            select(Follow).where(Follow.state == following.ACCEPTED)
        ):
            there, here = actors[follow.followee_id], actors[follow.follower_id]
            if here.id == us.id:
                follows.add(there.iri)
            if there.is_ours:
                followers.add((here.iri, there.iri))
        told: Counter[tuple[str, str]] = Counter()
        upstream: dict[str, set[int]] = {}
        by_id = {one.id: one.iri for one in models}
        for notice in await session.scalars(select(Notice)):
            about = by_id.get(notice.model_id or 0, "")
            told[notice.kind, about] += 1
            if notice.kind == "upstream":
                upstream.setdefault(about, set()).add(int(notice.about["version"]))
    return Book(
        name=isle.name,
        us=us.iri,
        network=isle.network.iri,
        own={one.iri: known[one.iri] for one in models if one.is_ours},
        known=known,
        written=written,
        versions=versions,
        follows=follows,
        followers=followers,
        told=told,
        upstream=upstream,
    )


async def _as_known(session: Session, model: Model) -> Known:
    author = await session.get_one(Actor, model.actor_id)
    is_gone = model.deleted_at is not None
    head = None if is_gone else await history.head(session, model)
    tie = await lineage.of(session, model)
    relation = None if tie is None or is_gone else await lineage.relation(session, model)
    return Known(
        iri=model.iri,
        author=author.iri,
        head=head.iri if head else None,
        names=model.names,
        is_gone=is_gone,
        numbers=tuple(sorted(one.number for one in await history.revisions(session, model))),
        tie=(tie.upstream_iri, tie.base_iri, tie.base_digest, tie.kind) if tie else None,
        seen=tie.seen_iri if tie else None,
        is_listed=tie is not None and tie.listed_at is not None,
        relation=relation.value if relation else None,
    )


def disagreements(books: Mapping[str, Book]) -> list[str]:
    """Everything that two instances know differently, though they could know it."""
    truth = {iri: version for book in books.values() for iri, version in book.written.items()}
    owned = {iri: model for book in books.values() for iri, model in book.own.items()}
    wrong: list[str] = []
    for book in books.values():
        wrong += _mirrored(book, books, truth, owned)
        wrong += _forks(book, books, owned)
    return [*wrong, *_followers(books)]


def _followers(books: Mapping[str, Book]) -> list[str]:
    """Whom an isle follows and who counts it among the followers have to be the same."""
    follows = {(book.us, one) for book in books.values() for one in book.follows}
    counted = {one for book in books.values() for one in book.followers}
    return [
        f"{one[0]} {'follows' if one in follows else 'is a follower of'} {one[1]}, says one side"
        for one in sorted(follows ^ counted)
    ]


def _mirrored(
    book: Book,
    books: Mapping[str, Book],
    truth: Mapping[str, Version],
    owned: Mapping[str, Known],
) -> list[str]:
    """What an instance says of the models of the others, and what they are."""
    wrong = [
        f"{book.name} remembers another {name} of {iri}"
        for iri, version in book.versions.items()
        for name in _differing(version, truth.get(iri), book)
    ]
    for home in books.values():
        for iri, theirs in home.own.items():
            ours = book.known.get(iri)
            if ours is None:
                if theirs.author in book.follows and not theirs.is_gone and not _is_private(theirs):
                    wrong.append(f"{book.name} follows {theirs.author} and does not know {iri}")
            elif home is not book and _hears(book, home, theirs, owned):
                wrong += _mirror(book, ours, theirs)
    return wrong


def _differing(ours: Version, theirs: Version | None, book: Book) -> list[str]:
    """In what a version is not what was written; its author may have deleted it.

    Of the first that is known it need not be known whether it took something over.
    """
    if theirs is None:
        return []
    differing = [name for name, value in vars(ours).items() if value != vars(theirs)[name]]
    is_unknowable = ours.parent not in book.versions and ours.merged is None
    return [name for name in differing if name != "merged" or not is_unknowable]


def _mirror(book: Book, ours: Known, theirs: Known) -> list[str]:
    if ours.is_gone and theirs.is_gone:
        return []
    wrong: list[str] = []
    if (ours.is_gone, ours.head, ours.names) != (theirs.is_gone, theirs.head, theirs.names):
        wrong.append(f"{book.name} has {ours.iri} at {ours.head}, which is at {theirs.head}")
    if ours.tie != theirs.tie:
        wrong.append(f"{book.name} says of {ours.iri} {ours.tie}, which is {theirs.tie}")
    if ours.numbers != tuple(range(ours.numbers[0], ours.numbers[-1] + 1)):
        wrong.append(f"{book.name} misses versions of {ours.iri}: knows {ours.numbers}")
    return wrong


def _forks(book: Book, books: Mapping[str, Book], owned: Mapping[str, Known]) -> list[str]:
    """What an isle says of the forks of its models, and what they are."""
    wrong: list[str] = []
    everybody = [fork for other in books.values() for fork in other.own.values()]
    for iri, source in book.own.items():
        if source.is_gone:
            continue
        made = {one.iri: one for one in everybody if one.tie and one.tie[0] == iri}
        there = {one for one, fork in made.items() if not fork.is_gone}
        listed = {
            one.iri
            for one in book.known.values()
            if one.tie and one.tie[0] == iri and one.is_listed and not one.is_gone
        }
        if there != listed:
            wrong.append(f"{book.name} lists of {iri} {listed ^ there} wrongly, or not at all")
        for fork in made.values():
            wrong += _fork(book, source, fork, books)
    return wrong


def _fork(book: Book, source: Known, fork: Known, books: Mapping[str, Book]) -> list[str]:
    wrong: list[str] = []
    home = next(one for one in books.values() if fork.iri in one.own)
    if fork.is_gone:
        return wrong
    if fork.seen != source.head:
        wrong.append(f"{home.name} has seen {fork.seen} of what {fork.iri} was made from")
    if not fork.is_listed:
        wrong.append(f"{home.name} does not know that {fork.iri} is listed")
    here = book.known.get(fork.iri)
    if here is not None and here.relation != fork.relation:
        wrong.append(f"{fork.iri} is {fork.relation}; {book.name} says {here.relation}")
    if fork.author != source.author:
        if book.told["fork", fork.iri] != 1:
            wrong.append(f"{book.name} was told {book.told['fork', fork.iri]} times of {fork.iri}")
        newest = books[book.name].written[str(source.head)].number
        has_moved = fork.tie is not None and fork.tie[1] != source.head
        if has_moved and newest not in home.upstream.get(fork.iri, set()):
            wrong.append(f"{home.name} was not told of version {newest} above {fork.iri}")
    return wrong


def _hears(book: Book, home: Book, theirs: Known, owned: Mapping[str, Known]) -> bool:
    """Whether somebody on an isle is told what becomes of a model elsewhere."""
    authors = {theirs.author, home.network} & book.follows
    if not _is_private(theirs) and any((book.us, one) in home.followers for one in authors):
        return True
    if any(
        one.tie and one.tie[0] == theirs.iri and not one.is_gone and one.is_listed
        for one in book.own.values()
    ):
        return True
    source = owned.get(theirs.tie[0]) if theirs.tie else None
    return source is not None and source.iri in book.own and not source.is_gone


def _is_private(model: Known) -> bool:
    """Of a working copy nobody is told but the owner of its source."""
    return model.tie is not None and model.tie[3] == lineage.WORKING_COPY
