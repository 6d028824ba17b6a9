"""Evidence: how much a record of practice shows, and who may confirm it.

The ladder (FEDERATION.md, "Records"):

- E0: an intention: somebody considers or prepares it.
- E1: it runs or ran, as they say themselves.
- E2: they give at least one dated indicator with the method by which it was found.
- E3: the organisation of the source, or a network, confirms it.
- E4: it is confirmed, and an evaluation by somebody independent is linked.

Nobody sets a level: it is computed by everybody from what is there, and what an organisation says
of itself leads to E2 at most. Levels are counted, never added up or averaged. A record that was
paused or stopped keeps its level: what was learned stays learned.
"""

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Final

from activitypub.errors import ProtocolError
from activitypub.iris import host, parse
from actors.rules.records import Kind, Link, Record, Stage


class Level(IntEnum):
    """How much a record shows."""

    E0 = 0
    E1 = 1
    E2 = 2
    E3 = 3
    E4 = 4


class Verdict(StrEnum):
    """What somebody who vouches says of a record."""

    CONFIRMED = "Confirmed"
    DISPUTED = "Disputed"


class Standing(StrEnum):
    """In which right somebody vouches."""

    SOURCE = "source"
    NETWORK = "network"
    OTHER = "other"


COUNTS: Final = frozenset({Standing.SOURCE, Standing.NETWORK})
"""Whose confirmation leads to E3; what others say is shown beside it."""


def own_level(record: Record) -> Level:
    """What an organisation's own words amount to: E2 at most."""
    was_done = any(step.stage in (Stage.PILOT, Stage.RUNNING) for step in record.steps)
    if not was_done:
        return Level.E0
    measured = any(one.observed_on is not None and one.method for one in record.outcomes)
    return Level.E2 if measured else Level.E1


def level(
    record: Record,
    *,
    by: str,
    confirmations: Iterable[tuple[Standing, Iterable[Link]]],
) -> Level:
    """What a record amounts to with what others say of it.

    Args:
        record: what the organisation says.
        by: its IRI; an evaluation on its own site is not independent.
        confirmations: in which right each confirms, and what each links.
    """
    own = own_level(record)
    counted = [links for standing, links in confirmations if standing in COUNTS]
    if not counted or own is Level.E0:
        return own  # an intention that others confirm is an intention
    linked = [*record.links, *(link for links in counted for link in links)]
    return Level.E4 if any(_is_independent(link, by) for link in linked) else Level.E3


def standing(
    attester: str,
    *,
    by: str,
    sources: Iterable[str],
    is_network: bool,
) -> Standing:
    """In which right an actor vouches; nobody vouches for itself.

    Args:
        attester: who says so.
        by: whose record it is.
        sources: the owners of the model and of what it was made from.
        is_network: the attester's own document says that it is a network.
    """
    if attester == by:
        return Standing.OTHER
    if attester in set(sources):
        return Standing.SOURCE
    return Standing.NETWORK if is_network else Standing.OTHER


def _is_independent(link: Link, by: str) -> bool:
    """Whether it is an evaluation that does not lie on the organisation's own site."""
    if link.kind is not Kind.EVALUATION:
        return False
    try:
        return host(parse(link.href)) != host(parse(by))
    except ProtocolError:
        return False
