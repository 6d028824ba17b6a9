"""Proofs: for a copy, whether its origin still answers, and what its author has signed."""

from dataclasses import dataclass

from actors.database import Session
from actors.documents.proving import Evidence
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.restoration import Restoration
from actors.tables.revision import Revision
from actors.verbs import recalling
from actors.views import origins, restorations
from actors.views.origins import Origin
from federation import archives


@dataclass(frozen=True)
class Proof:
    """What a reader of a copy may want to know.

    Attributes:
        origin: the site of its author.
        evidence: what the version that she reads proves, by the keys that its author has.
        restored: the archives from which something of it came here.
    """

    origin: Origin
    evidence: Evidence
    restored: list[Restoration]


async def of(
    session: Session, site: Site, model: Model, author: Actor, revision: Revision
) -> Proof | None:
    """What is known about one version of somebody else's; None for ours."""
    origin = await origins.of(session, author)
    if origin is None:
        return None
    keys = await recalling.keys_of(session, author)
    evidence = archives.weighed(revision, keys, site.now())
    return Proof(origin, evidence, await restorations.of(session, model))
