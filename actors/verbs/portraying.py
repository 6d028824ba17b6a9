"""Portraying: the sign of an organisation and the picture above its page.

Wire: Update{Organization} with `icon` and `image`, as every server shows them.
"""

from typing import Final

from actors.database import Session
from actors.documents import media as documents
from actors.errors import Unwise
from actors.rules.pictures import PICTURE
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.media import Media
from actors.verbs import enrolling, picturing, posting
from actors.verbs.picturing import DESCRIBE
from actors.views import media as views

NOT_A_PICTURE: Final = "This has to be a picture."


async def portray(
    session: Session,
    site: Site,
    organisation: Actor,
    *,
    icon: Media | None,
    header: Media | None,
) -> None:
    """An organisation of ours looks like this from now on, and its followers are told.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        organisation: one of ours.
        icon: its sign; None for none.
        header: the picture above its page; None for none.

    Raises:
        Unwise: one of them is no picture, or nothing is said of what it shows.
    """
    for name, one in (("icon", icon), ("header", header)):
        if one is not None and one.kind != PICTURE:
            raise Unwise(NOT_A_PICTURE, fields={name: NOT_A_PICTURE})
        if one is not None and not one.description:
            raise Unwise(DESCRIBE, fields={name: DESCRIBE})
    organisation = await posting.held(session, organisation)
    before = await views.portrait(session, organisation.id)
    if before == views.Portrait(icon, header):
        return
    await picturing.show(session, site, picturing.ORGANISATION, organisation.id, [icon, header])
    organisation.icon = None if icon is None else documents.address(site.origin, icon)
    await enrolling.tell_profile(session, site, organisation)
