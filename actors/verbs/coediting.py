"""Keeping a draft at which somebody else may be writing: part by part, never one over the other."""

from collections.abc import Mapping
from dataclasses import replace

from actors.database import Session
from actors.errors import Conflicting
from actors.rules import coediting
from actors.rules.coediting import Joined, Text
from actors.rules.modifications import Modification
from actors.rules.sections import Sheet
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.draft import Draft
from actors.tables.member import Member
from actors.verbs import beginning, drafting
from actors.verbs.drafting import Writing


class Collided(Conflicting):
    """Two members changed the same part of a draft; `kept` is what is there, `parts` which."""

    def __init__(self, parts: tuple[str, ...], kept: Text) -> None:
        super().__init__("Somebody else changed the same part of this draft meanwhile.")
        self.parts = parts
        self.kept = kept


def text_of(draft: Draft) -> Text:
    """What a draft says now."""
    told = tuple(Modification.from_json(one) for one in draft.modifications)
    return Text(Sheet.from_json(draft.sheet), draft.note, told)


async def save(
    session: Session,
    site: Site,
    organisation: Actor,
    member: Member,
    writing: Writing,
    draft: Draft,
    *,
    seen: Mapping[str, str],
    is_partial: bool = False,
) -> tuple[Draft, Joined]:
    """Keep what somebody has written, beside what others have kept since.

    Args:
        session: an open transaction.
        site: our clock.
        organisation: whose draft it is.
        member: who writes.
        writing: all that her page says.
        draft: as it was read; it is locked and read again.
        seen: the marks of what her page was drawn from; without any, hers stands.
        is_partial: whether to keep what does not collide, and leave the commons alone.

    Raises:
        Collided: a part collides, and all or nothing was wanted.
        Unwise, Gone: as `drafting.save`.
    """
    now = await beginning.held(session, draft)
    mine = Text(writing.sheet, writing.note, tuple(writing.modifications))
    kept, commons_id = text_of(now), now.commons_id
    done = coediting.joined(seen, mine, kept) if seen else Joined(mine)
    if done.collided and not is_partial:
        raise Collided(done.collided, kept)
    text = done.text
    together = replace(writing, sheet=text.sheet, note=text.note, modifications=text.modifications)
    saved = await drafting.save(session, site, organisation, member, together, now)
    if is_partial:
        saved.commons_id = commons_id
    return saved, done
