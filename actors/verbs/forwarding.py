"""Forwarding: an answer to one of ours reaches those who read the conversation here.

Who answers a model or a note of ours addresses our list of followers, and does not know who is on
it. So we hand the activity on, as it came, with the proof or Linked Data signature that shows
whose it is (ActivityPub 7.1.2; Mastodon, `app/lib/activitypub/activity/create.rb`,
`forward_for_reply`). Without one nobody could believe it, so it stays here.

Forwarded is, once for each id, what its author sent us herself, about a note that we keep, that
answers something of ours whose author has not barred her, is for everybody to see, and names the
list of followers of ours that it answers. The request is signed by the one who is answered.
"""

from sqlalchemy import select

import activitypub.vocabulary as ap
from activitypub.authority import Heard, Vouched
from activitypub.canonical_json import encode
from actors.database import Session, insert_once
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.mail import Outgoing
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import hearing
from actors.verbs.mirroring import Gathered
from actors.views import blocks, timelines


async def on_answer(
    session: Session, site: Site, heard: Heard[ap.Activity], gathered: Gathered
) -> None:
    """A note was made, changed or deleted by its author: hand it on where it answers one of ours.

    Of a deleted note, only who had it before it went can be asked to forget it: so this comes
    before the note is buried.
    """
    document = heard.activity.document
    if heard.vouched is not Vouched.REQUEST or not {"proof", "signature"} & document.keys():
        return
    speaker = await hearing.speaker(session, heard)
    note = await session.scalar(
        select(Remark).where(
            Remark.iri == hearing.iri_of(heard.activity.object),
            Remark.actor_id == speaker.id,
            Remark.deleted_at.is_(None),
            Remark.visibility.in_(timelines.OPEN),
        )
    )
    owner = None if note is None else await _answered(session, note)
    if note is None or owner is None or owner.followers not in note.addressed:
        return
    if await blocks.bars(session, owner.id, speaker):
        return
    await insert_once(
        session,
        Outgoing,
        {
            "id": site.new_id(),
            "activity_iri": str(heard.activity.id),
            "actor_id": owner.id,
            "type": heard.activity.type_name,
            "about": note.iri,
            "document": encode(document),
            "followers_of": [owner.id],
            "recipients": [],
            "is_public": False,
            "made_at": site.now(),
        },
    )


async def _answered(session: Session, note: Remark) -> Actor | None:
    """The organisation of ours that the note answers directly."""
    for table in (Model, Remark):
        owner = await session.scalar(
            select(Actor)
            .join(table, table.actor_id == Actor.id)
            .where(
                table.iri == note.in_reply_to,
                table.deleted_at.is_(None),
                Actor.is_ours.is_(True),
                Actor.gone_at.is_(None),
            )
        )
        if owner is not None:
            return owner
    return None
