"""Choosing: decide section by section, at leisure; what was decided is kept until it is published.

Rules a reader must know:

- A choice belongs to the organisation: every member who may publish goes on with it.
- It is kept whatever happens to either side meanwhile, and tells what there was to choose between:
  whoever comes back sees which choices were made before the source changed again.
- Nothing of it leaves this instance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete

from actors.database import Session
from actors.errors import Unwise
from actors.rules.modifications import MAX_NOTE
from actors.rules.sections import MAX_SECTIONS, MAX_TEXT
from actors.site import Site
from actors.tables.choice import Choice
from actors.tables.member import Member
from actors.tables.model import Model
from actors.views import choices as kept_choices

MOST_CHOICES = 4 * MAX_SECTIONS
"""Choices beside one model: those of two full sheets, and as many again for names and facts."""

MAX_TEXTS = 2 * MAX_TEXT  # characters of one third text in all its languages

PRINT_DIGITS = 24
"""Characters of a fingerprint that are kept: nobody forges one against herself."""

WAYS = ("", "theirs", "ours", "own")
"""What may be chosen; nothing, where somebody has only begun to write."""


@dataclass(frozen=True)
class Chosen:
    """What somebody decides about one section; the members are those of `tables.choice.Choice`."""

    chosen: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    why: str = ""
    planned: bool = True
    fingerprint: str = ""


async def keep(
    session: Session,
    site: Site,
    model: Model,
    beside_iri: str,
    decided: Mapping[str, Chosen],
    *,
    author: Member | None = None,
) -> None:
    """Keep what was decided, in place of what was decided about the same sections before.

    What is about nothing at all (no way, no text, no reason) is forgotten.

    Raises:
        Unwise: something is too long, there is too much of it, or no such way.
    """
    _check(decided)
    known = await kept_choices.of(session, model, beside_iri)
    if len(known.keys() | decided.keys()) > MOST_CHOICES:
        raise Unwise("These are more choices than two sheets can have.")
    for key, one in decided.items():
        row = known.get(key)
        said = (one.chosen, dict(one.texts), one.reason, one.why)
        if not any(said):
            if row is not None:
                await session.delete(row)
            continue
        if row is None:
            row = Choice(
                id=site.new_id(),
                model_id=model.id,
                beside_iri=beside_iri,
                key=key,
                chosen="",
                fingerprint="",
                chosen_at=site.now(),
            )
            session.add(row)
        elif said == (row.chosen, row.texts, row.reason, row.why) and (
            one.planned,
            one.fingerprint,
        ) == (row.planned, row.fingerprint):
            continue
        row.chosen, row.texts, row.reason, row.why = said
        row.planned, row.fingerprint = one.planned, one.fingerprint
        row.member_id = author.id if author else None
        row.chosen_at = site.now()
    await session.flush()


async def undo(session: Session, model: Model, beside_iri: str, key: str | None = None) -> None:
    """Forget what was decided about one section, or about all of them."""
    gone = delete(Choice).where(Choice.model_id == model.id, Choice.beside_iri == beside_iri)
    await session.execute(gone if key is None else gone.where(Choice.key == key))


def read(row: Choice) -> Chosen:
    """A choice as it was made."""
    return Chosen(row.chosen, dict(row.texts), row.reason, row.why, row.planned, row.fingerprint)


def _check(decided: Mapping[str, Chosen]) -> None:
    faults: dict[str, str] = {}
    for key, one in decided.items():
        if one.chosen not in WAYS:
            faults[f"choices.{key}"] = "Choose ours, theirs, or write the section."
        elif sum(map(len, one.texts.values())) > MAX_TEXTS:
            faults[f"choices.{key}"] = f"A text is longer than {MAX_TEXTS:,} characters."
        elif len(one.why) > MAX_NOTE:
            faults[f"choices.{key}"] = f"A reason is longer than {MAX_NOTE:,} characters."
    if faults:
        raise Unwise("This is not a choice that can be made here.", fields=faults)
