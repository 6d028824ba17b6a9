"""Proofs: for a copy, whether its origin still answers, and what its author has signed."""

from dataclasses import dataclass
from datetime import datetime

from activitypub.iris import Iri
from activitypub.signatures.keys import PublicKey
from actors.database import Session
from actors.documents.proving import Evidence, HeldBy
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.restoration import Restoration
from actors.tables.revision import Revision
from actors.verbs import recalling
from actors.views import keeping, origins, restorations
from actors.views.origins import Origin
from federation import archives


@dataclass(frozen=True)
class Proof:
    """What a reader of a copy may want to know.

    Attributes:
        origin: the site of its author; None for ours.
        evidence: what the version that she reads proves, by the keys that its author has.
        restored: the archives from which something of it came here.
        witnessed_at: when it came here and its signature was checked first, by the key that its
            author had then.
    """

    origin: Origin | None
    evidence: Evidence
    restored: list[Restoration]
    witnessed_at: datetime | None = None


async def of(
    session: Session, site: Site, model: Model, author: Actor, revision: Revision
) -> Proof | None:
    """What is known about one version of somebody else's; None for ours."""
    origin = await origins.of(session, author)
    if origin is None:
        return None
    return await for_any(session, site, model, author, revision)


async def for_any(
    session: Session, site: Site, model: Model, author: Actor, revision: Revision
) -> Proof:
    """The same for a version of anybody's, by the key that was its author's when it came."""
    keys = await recalling.keys_of(session, author)
    seen = await keeping.witness_of(session, revision)
    if seen is not None:
        keys[Iri(seen.method)] = HeldBy(Iri(seen.owner_iri), PublicKey.from_multikey(seen.public))
    return Proof(
        origin=await origins.of(session, author),
        evidence=archives.weighed(revision, keys, site.now()),
        restored=await restorations.of(session, model),
        witnessed_at=None if seen is None else seen.checked_at,
    )
