"""Credits ↔ `wasDerivedFrom`: from whose work a version was made, beside its own parent.

A fork names the version it is based on first, and then what it took from other relatives, without
`attributedTo`; every contribution that was
taken in is a further value, with the id of the fork's version (or of the proposal, where it comes
from no fork) and its author in `attributedTo` (FEDERATION.md, "Proposals").
"""

from collections.abc import Sequence

from activitypub import iris
from activitypub.canonical_json import Json
from activitypub.errors import Malformed
from actors.rules.proposals import MAX_CREDITS, Credit


def derived(taken: Sequence[Json], credits_: Sequence[object]) -> Json:
    """The value of `wasDerivedFrom`; None where there is nothing to name.

    Args:
        taken: what a fork took, its base first; nothing for an original.
        credits_: the rows of `Revision.credits`.
    """
    named = list(taken)
    for one in map(Credit.from_json, credits_):
        value: dict[str, Json] = {"id": one.iri, "attributedTo": one.by}
        named.append(value | ({"digest": one.digest} if one.digest else {}))
    return None if not named else named[0] if len(named) == 1 else named


def taken_in(said: Json) -> list[Json]:
    """What a fork took, its base first: the values that name no author."""
    values = said if isinstance(said, list) else [] if said is None else [said]
    return [one for one in values if not (isinstance(one, dict) and "attributedTo" in one)]


def credits_in(said: Json) -> tuple[Credit, ...]:
    """The contributions that a version names; what cannot be read is left out."""
    found: list[Credit] = []
    for one in said if isinstance(said, list) else [said]:
        if not isinstance(one, dict):
            continue
        try:
            iri, by = iris.parse(one.get("id")), iris.parse(one.get("attributedTo"))
        except Malformed:
            continue
        found.append(Credit(iri=iri, by=by, digest=str(one.get("digest") or "")))
    return tuple(found[:MAX_CREDITS])
