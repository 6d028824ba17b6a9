"""Deriving: in which of its versions a fork took something over, and from whom.

A document says which version of the source it is based on, and from which other relatives it took
something, and not whether it was the first to be based there. That shows beside the version before
it: a fork took something over from its source where the two name different bases. Versions come in
any order, and of one before which we know nothing it is not claimed.
"""

from sqlalchemy import select

from activitypub.canonical_json import parse
from activitypub.iris import Iri
from actors.database import Session
from actors.documents.model import parents
from actors.tables.revision import Revision


async def note(session: Session, revision: Revision) -> None:
    """Say of a version of somebody's fork, and of the one after it, whether it took something."""
    if not _named(revision):
        return
    same = select(Revision).where(Revision.model_id == revision.model_id)
    before = await session.scalar(same.where(Revision.iri == revision.parent_iri))
    after = await session.scalar(same.where(Revision.parent_iri == revision.iri).limit(1))
    if before is not None or revision.parent_iri is None:
        _compare(revision, before)
    if after is not None:
        _compare(after, revision)
    await session.flush()


def _compare(revision: Revision, before: Revision | None) -> None:
    made_from = _named(revision)
    is_same = before is not None and made_from[:1] == _named(before)[:1]
    revision.merged_iri = next(iter(made_from[1:] if is_same else made_from), None)


def _named(revision: Revision) -> tuple[Iri, ...]:
    return parents(parse(revision.document))
