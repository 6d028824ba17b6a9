"""Illustrating: pictures and documents of a model: each change is its next version.

Who reads a model sees what its version shows; an earlier version goes on showing what it did. Only
who takes a file away everywhere takes it from those too.
"""

from actors.database import Session
from actors.rules import illustrations
from actors.rules.illustrations import Illustrations
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.draft import Draft
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import beginning, drafting, publishing
from actors.verbs.drafting import Writing
from actors.views import drafts, history


async def illustrate(
    session: Session,
    site: Site,
    model: Model,
    shown: Illustrations,
    *,
    author: Member | None = None,
    note: str = "",
) -> Revision:
    """A model of ours shows this from now on; its text stays as it is.

    Raises:
        Unwise: that is too much.
        Conflicting: it shows that already.
        NotAllowed, Gone: as `publishing.held`.
    """
    model = await publishing.held(session, model)
    head = await history.head(session, model)
    sheet = illustrations.on(history.sheet(head), shown)
    return await publishing.revise(session, site, model, sheet, author=author, note=note)


async def illustrate_draft(
    session: Session,
    site: Site,
    organisation: Actor,
    member: Member,
    draft: Draft,
    shown: Illustrations,
) -> Draft:
    """A draft shows this from now on.

    Raises:
        Unwise: that is too much.
        Gone: it was published or thrown away meanwhile.
    """
    draft = await beginning.held(session, draft)
    model = None if draft.model_id is None else await session.get_one(Model, draft.model_id)
    commons = None if draft.commons_id is None else await session.get(Actor, draft.commons_id)
    writing = Writing(
        sheet=illustrations.on(drafts.sheet(draft), shown),
        note=draft.note,
        model=model,
        base=draft.base,
        commons=commons,
        modifications=drafts.modifications(draft),
    )
    return await drafting.save(session, site, organisation, member, writing, draft)
