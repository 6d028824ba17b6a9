"""Listing: what models and actors are found by is written in the transaction that changes them.

Notes are not listed: an inbox takes thousands of them, and what is said in conversations is read
where they are, not searched.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, select, text, update

from activitypub.addressing import Visibility, visibility
from activitypub.canonical_json import Json, parse
from activitypub.markup import plain
from actors.database import Session, is_sqlite
from actors.rules import labels, searching
from actors.rules.sections import Sheet
from actors.rules.wishes import LEAD
from actors.tables.actor import Actor
from actors.tables.listing import Listing
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.views import coverage, lineage

EDITION = 1
"""Of the rules by which words are made. Whoever changes these rules, the stemmers included, counts
on: every row of an older edition is then made anew by the housekeeping."""

MOST_WORDS = 10_000
"""Tokens of one thing: a sheet of 256 KiB in several languages has fewer; PostgreSQL indexes up to
a megabyte of them."""

LONGEST_PROFILE = 5000
"""Characters of what an organisation says of itself that it is found by: two printed pages."""

AT_ONCE = 25
"""Rows of one transaction while an index is made anew: others write in between."""

_NOBODY = "Application"


async def list_model(session: Session, model: Model, sheet: Sheet) -> None:
    """A model is found by what its newest sheet says, from the end of this transaction on."""
    author = await session.get_one(Actor, model.actor_id)
    profile = _document(author)
    stated = labels.of_model(
        sheet,
        model.languages,
        status=labels.status_of(profile),
        author_id=author.id,
        best_level=await coverage.best_level(session, model.id),
    )
    lead: set[str] = set()
    rest: set[str] = set()
    for said in (sheet.names, sheet.summaries):
        for language, words in said.items():
            lead |= searching.found_by(words, language)
    for section in sheet.sections:
        for said in (section.names, section.texts):
            for language, words in said.items():
                rest |= searching.found_by(words, language)
    await _write(
        session,
        Listing(
            id=model.id,
            kind=labels.MODEL,
            actor_id=author.id,
            labels=" ".join(stated),
            words=_words(stated, lead, rest),
            edition=EDITION,
            is_shut=author.shut_at is not None or author.gone_at is not None,
            is_withheld=_is_withheld(profile)
            or not _is_for_all(model)
            or lineage.is_working_copy(await lineage.of(session, model)),
            changed_at=model.updated_at,
        ),
    )


async def list_evidence(session: Session, model_id: int, best: int | None) -> None:
    """Records of practice came, went or grew: a model is found by the levels they have reached."""
    row = await session.get(Listing, model_id)
    if row is None or row.kind != labels.MODEL:
        return
    old = [one for one in row.labels.split() if one.startswith("evidence=")]
    new = labels.evidence(best)
    if old == new:
        return
    gone, come = set(map(labels.token, old)), set(map(labels.token, new))
    row.labels = " ".join([*(one for one in row.labels.split() if one not in old), *new])
    row.words = " ".join(sorted((set(row.words.split()) - gone) | come))
    await session.flush()


async def list_actor(session: Session, actor: Actor) -> None:
    """Somebody is found by name and handle, an organisation by what it says of itself too."""
    if actor.type == _NOBODY:
        return
    profile = _document(actor)
    stated = labels.of_actor(actor.type, profile)
    kind = labels.KINDS.get(actor.type, labels.PERSON)
    lead = set(searching.words(f"{actor.name}\n{actor.handle}"))
    rest: set[str] = set()
    if kind != labels.PERSON:
        names = " ".join([actor.name, *_by_language(profile, "nameMap")])
        about = plain(" ".join([actor.summary, *_by_language(profile, "summaryMap")]))
        for language in searching.ASKED_IN:  # few say in which one they speak of themselves
            lead |= searching.found_by(names[:LONGEST_PROFILE], language)
            rest |= searching.found_by(about[:LONGEST_PROFILE], language)
    is_withheld = _is_withheld(profile)
    before = await session.get(Listing, actor.id)
    if before is not None and kind != labels.PERSON:
        await _list_models_of(
            session, actor, before, labels.status_of(profile), is_withheld=is_withheld
        )
    await _write(
        session,
        Listing(
            id=actor.id,
            kind=kind,
            actor_id=actor.id,
            labels=" ".join(stated),
            words=_words(stated, lead, rest),
            edition=EDITION,
            is_shut=actor.shut_at is not None or actor.gone_at is not None,
            is_withheld=is_withheld,
            changed_at=actor.updated_at,
        ),
    )


@dataclass(frozen=True)
class Progress:
    """How far an index has been made anew: the last id looked at, of models, then of actors."""

    model_id: int = 0
    actor_id: int = 0
    is_done: bool = False
    listed: int = 0


async def catch_up(session: Session, progress: Progress) -> Progress:
    """List some of what is not listed, or by older rules."""
    rows = (
        await session.execute(
            select(Model, Revision)
            .join(Revision, Revision.id == Model.head_id)
            .outerjoin(Listing, and_(Listing.id == Model.id, Listing.edition == EDITION))
            .where(Model.deleted_at.is_(None), Listing.id.is_(None), Model.id > progress.model_id)
            .order_by(Model.id)
            .limit(AT_ONCE)
        )
    ).all()
    for model, head in rows:
        await list_model(session, model, Sheet.from_json(head.sheet))
    if rows:
        return Progress(rows[-1][0].id, 0, listed=len(rows))
    actors = (
        await session.scalars(
            select(Actor)
            .outerjoin(Listing, and_(Listing.id == Actor.id, Listing.edition == EDITION))
            .where(
                Actor.gone_at.is_(None),
                Actor.type != _NOBODY,
                Listing.id.is_(None),
                Actor.id > progress.actor_id,
            )
            .order_by(Actor.id)
            .limit(AT_ONCE)
        )
    ).all()
    for actor in actors:
        await list_actor(session, actor)
    last = actors[-1].id if actors else progress.actor_id
    return Progress(progress.model_id, last, is_done=not actors, listed=len(actors))


async def forget_all(session: Session) -> None:
    """Everything is to be listed anew; until then it is found by what is there.

    What the index of SQLite holds is compared with nothing and made anew from the rows.
    """
    await session.execute(update(Listing).values(edition=0))
    if is_sqlite(session):
        await session.execute(text("INSERT INTO listing_words(listing_words) VALUES ('rebuild')"))


async def _write(session: Session, row: Listing) -> None:
    """In place of the one before, if there is one."""
    known = await session.get(Listing, row.id)
    if known is None:
        session.add(row)
    else:
        for column in Listing.__table__.columns:
            value = getattr(row, column.key)
            if getattr(known, column.key) != value:
                setattr(known, column.key, value)
    await session.flush()


async def _list_models_of(
    session: Session, actor: Actor, before: Listing, status: str, *, is_withheld: bool
) -> None:
    """What an organisation says of itself stands beside its models too."""
    new = [f"status={status}"] if status else []
    old = [one for one in before.labels.split() if one.startswith("status=")]
    if old == new and before.is_withheld == is_withheld:
        return
    rows = await session.scalars(
        select(Listing).where(Listing.actor_id == actor.id, Listing.kind == labels.MODEL)
    )
    gone, come = set(map(labels.token, old)), set(map(labels.token, new))
    for row in rows:
        row.labels = " ".join([*(one for one in row.labels.split() if one not in old), *new])
        row.words = " ".join(sorted((set(row.words.split()) - gone) | come))
        model = await session.get_one(Model, row.id)
        row.is_withheld = (
            is_withheld
            or not _is_for_all(model)
            or lineage.is_working_copy(await lineage.of(session, model))
        )
    await session.flush()


def _words(stated: tuple[str, ...], lead: set[str], rest: set[str]) -> str:
    """Labels first, then what stands in front, so that nothing of these is cut off."""
    first = [*map(labels.token, stated), *(LEAD + one for one in sorted(lead)), *sorted(lead)]
    tokens = list(dict.fromkeys([*first, *sorted(rest)]))[:MOST_WORDS]
    return " ".join(sorted(tokens))


def _by_language(profile: Mapping[str, Json], name: str) -> list[str]:
    said = profile.get(name)
    return [one for one in said.values() if isinstance(one, str)] if isinstance(said, dict) else []


def _document(actor: Actor) -> Mapping[str, Json]:
    return parse(actor.document) if actor.document else {}


def _is_for_all(model: Model) -> bool:
    """Whether everybody may read it, listed: a peer may address a model to its followers alone.

    A document that says nothing of it was sent openly.
    """
    document = parse(model.document) if model.document else {}
    to, cc = _named(document.get("to")), _named(document.get("cc"))
    return not (to or cc) or visibility(to, cc, None) is Visibility.PUBLIC


def _named(value: Json) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [one for one in items if isinstance(one, str)]


def _is_withheld(profile: Mapping[str, Json]) -> bool:
    """Whether somebody says that they, or what they publish, shall not be found.

    Sources: `discoverable` (Mastodon), `indexable` (FEP-5feb).
    """
    return profile.get("discoverable") is False or profile.get("indexable") is False
