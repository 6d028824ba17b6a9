"""Illustrated: what a sheet or a remark shows, as templates want it.

Pictures of ours are shown, and our copies of others'; what lies on another server alone is only
linked: a browser that fetched it would tell that server who reads what, and our pages promise that
it does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from activitypub.canonical_json import parse
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from actors.database import Session
from actors.documents import media as documents
from actors.documents.media import Shown
from actors.rules import illustrations
from actors.rules.pictures import MOST_ON_A_REMARK
from actors.rules.sections import Sheet
from actors.tables.actor import Actor
from actors.tables.media import Media
from actors.tables.remark import Remark
from actors.views import media as views


async def copies_of(session: Session, origin: Iri, sheet: Sheet) -> dict[str, str]:
    """Our copies of what a sheet shows from other servers: addresses there → addresses here."""
    items = documents.shown([dict(one) for one in illustrations.of(sheet).items])
    found = await views.copies(session, [one.url for one in items])
    return {url: documents.address(origin, media) for url, media in found.items()}


def picture_of(sheet: Sheet, copies: Mapping[str, str]) -> Shown | None:
    """The picture that stands for a model."""
    said = documents.read(illustrations.of(sheet).image)
    return None if said is None else documents.as_copied(said, copies)


def files_of(sheet: Sheet, copies: Mapping[str, str]) -> tuple[Shown, ...]:
    """What else it shows."""
    listed = documents.shown(list(illustrations.of(sheet).attachments))
    return tuple(documents.as_copied(one, copies) for one in listed)


@dataclass(frozen=True)
class Looks:
    """How an organisation of ours looks; of others nothing is shown from their servers."""

    icon: Shown | None = None
    header: Shown | None = None


def looks_of(actor: Actor) -> Looks:
    """The sign of an organisation, and the picture above its page."""
    if not actor.is_ours or b'"mediaType"' not in actor.document:
        return Looks()
    said = parse(actor.document)
    return Looks(documents.read(said.get("icon")), documents.read(said.get("image")))


def small_of(origin: Iri, media: Media) -> str:
    """The small picture of one of ours."""
    return documents.small_address(origin, media)


def of_remark(remark: Remark) -> tuple[Shown, ...]:
    """What a remark shows."""
    if b'"attachment"' not in remark.document:
        return ()
    try:
        said = parse(remark.document)
    except ProtocolError:  # it was taken under older, wider limits
        return ()
    return documents.shown(said.get("attachment"))[:MOST_ON_A_REMARK]
