"""Jotting: a record of practice is begun, left, taken up again and published.

A draft belongs to its organisation: every member who may publish sees it and goes on with it.
Nothing of it leaves this instance, and it goes in the very transaction that publishes the record.
Its file stays as long as the draft.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import delete

from actors.database import Session
from actors.errors import Gone
from actors.rules import jottings
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.media import Media
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.record_draft import RecordDraft
from actors.verbs import picturing
from actors.verbs.beginning import MOST, held, must_have_room

TOO_MANY: Final = f"An organisation has at most {MOST} drafts of records."


async def save(
    session: Session,
    site: Site,
    organisation: Actor,
    member: Member,
    model: Model,
    fields: Mapping[str, str],
    media: Media | None = None,
    draft: RecordDraft | None = None,
) -> RecordDraft:
    """Keep what somebody has typed, as a new draft or in place of what a draft said.

    Raises:
        Unwise: it is too long, or there are too many drafts.
        Gone: the model was deleted; or the draft was published or thrown away meanwhile.
    """
    if model.deleted_at is not None:
        raise Gone("This model was deleted.")
    said = jottings.checked(fields)
    if draft is None:
        await must_have_room(session, RecordDraft, organisation, TOO_MANY)
        draft = RecordDraft(
            id=site.new_id(),
            actor_id=organisation.id,
            model_id=model.id,
            changed_at=site.now(),
        )
        session.add(draft)
    else:
        draft = await held(session, draft)
    draft.author_id, draft.fields, draft.changed_at = member.id, said, site.now()
    draft.media_id = None if media is None else media.id
    await session.flush()
    await picturing.show(session, site, picturing.RECORD_DRAFT, draft.id, [media])
    return draft


async def discard(session: Session, draft: RecordDraft) -> None:
    """Throw a draft away; its file goes too, unless something else shows it.

    Raises:
        Gone: that was done already, or it was published.
    """
    draft = await held(session, draft)
    await session.execute(delete(RecordDraft).where(RecordDraft.id == draft.id))
    await picturing.let_go(session, picturing.RECORD_DRAFT, draft.id)
