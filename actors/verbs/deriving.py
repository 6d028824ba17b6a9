"""Deriving: in which of its versions a fork took something over from its source.

A document says which version of the source it is based on, and not whether it was the first to be.
That shows beside the version before it: a fork took something over where the two name different
bases. Versions come in any order, and of one before which we know nothing it is not claimed.
"""

from sqlalchemy import select

from activitypub.canonical_json import parse
from actors.database import Session
from actors.tables.revision import Revision


async def note(session: Session, revision: Revision) -> None:
    """Say of a version of somebody's fork, and of the one after it, whether it took something."""
    if _base(revision) is None:
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
    base = _base(revision)
    revision.merged_iri = base if before is None or base != _base(before) else None


def _base(revision: Revision) -> str | None:
    derived = parse(revision.document).get("wasDerivedFrom")
    base = derived.get("id") if isinstance(derived, dict) else derived
    return base if isinstance(base, str) else None
