"""Reverting: publish again what an earlier version said.

Nothing is overwritten: it becomes the newest version, and every version between stays where it is.
A fork keeps the base that it took last, so that the next merge sees what was turned back as its own
change.
"""

from actors.database import Session
from actors.errors import Conflicting, NotFound, Unwise
from actors.rules import licences
from actors.rules.sections import Sheet, check
from actors.site import Site
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import publishing
from actors.verbs.publishing import Making
from actors.views import history, lineage


async def revert(
    session: Session,
    site: Site,
    model: Model,
    number: int,
    *,
    note: str,
    author: Member | None = None,
) -> Revision:
    """An organisation of ours publishes again what its model said in an earlier version.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        model: one of ours.
        number: of the earlier version.
        note: why; those who follow the model read it.
        author: the member who acts.

    Raises:
        NotFound: there is no such version.
        Unwise: no reason is given, or what it said could not be published today.
        Conflicting: it says what the newest version says.
        NotAllowed, Gone: as `publishing.held`.
    """
    model = await publishing.held(session, model)
    before = await history.head(session, model)
    earlier = await history.revision_by_number(session, model, number)
    if earlier is None:
        raise NotFound("There is no such version of this model here.")
    if not note.strip():
        words = "Say why, for those who follow the model."
        raise Unwise(words, fields={"note": words})
    if earlier.digest == before.digest:
        raise Conflicting("This is what the newest version says.")
    sheet = history.sheet(earlier)
    check(sheet)
    await _check_licence(session, model, sheet, history.sheet(before))
    making = Making(
        author=author,
        note=note.strip(),
        parent=before,
        modifications=history.modifications(earlier),
    )
    return await publishing.advance(session, site, model, sheet, making)


async def _check_licence(session: Session, model: Model, sheet: Sheet, before: Sheet) -> None:
    """What was taken from a source meanwhile may ask for another licence than there was then."""
    tie = await lineage.of(session, model)
    base = await history.revision_by_iri(session, tie.base_iri) if tie else None
    if base is not None and sheet.license != before.license:
        licences.judge_fork(history.sheet(base).license, sheet.license)
