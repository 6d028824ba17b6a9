"""Storing: what an inbox believes becomes a row, and has its effect at once where it can.

What needs nothing from elsewhere acts in the transaction that accepts it: its row is settled from
the beginning, and one commit makes all of it durable before anybody is answered. It must not
overtake what its speaker said before: as long as any of that waits, it waits too.

Where something stands in the way, a refusal, a trouble that passes, a bug of ours, nothing of that
transaction remains. The activity is stored alone then, and the worker meets the same thing again
and deals with it, so that there is one place that does (`workers.receiving`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

import activitypub.vocabulary as ap
from activitypub.authority import Heard
from actors import reactions
from actors.database import Database, Session
from actors.mail import inbox, journal
from actors.mail.inbox import DONE, NOBODY
from actors.mail.journal import HeardEntry
from actors.reactions import Reaction
from actors.site import Site
from actors.verbs import hearing, sharing
from federation.reacting import needs_nothing, tidy_ahead, why_none
from federation.refusals import FORESEEN

BLOCKED: Final = "ignored:blocked"
"""Nothing is taken from that host."""

_log = structlog.stdlib.get_logger("federation.inbox")


@dataclass(frozen=True)
class Outcome:
    """What became of an activity.

    Attributes:
        disposition: accepted, duplicate, or why it is ignored.
        is_settled: it has had its effect, or never will.
        without_effect: why it has none; empty where it has one, or waits.
    """

    disposition: str
    is_settled: bool = False
    without_effect: str = ""


async def store(
    database: Database,
    site: Site,
    heard: Heard[ap.Activity],
    body: bytes,
    note: Callable[[str], HeardEntry],
) -> Outcome:
    """Remember an activity, once; it has its effect by that, or a worker sees to it.

    Args:
        database: where.
        site: our origin, clock and ids.
        heard: what was said.
        body: the same in its bytes.
        note: the journal's entry for a disposition.
    """
    reaction = reactions.reaction_for(heard.activity)
    if needs_nothing(reaction, heard):
        if isinstance(heard.activity.object, ap.Object):
            await tidy_ahead([heard.activity.object])
        try:
            return await _store(database, site, heard, body, note, reaction)
        except FORESEEN as error:
            _log.debug("inbox.put_off", reason=error.code, activity=heard.activity.id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the worker meets it again
            name = type(error).__name__
            _log.warning("inbox.put_off", error=name, activity=heard.activity.id)
    return await _store(database, site, heard, body, note, None)


async def _store(
    database: Database,
    site: Site,
    heard: Heard[ap.Activity],
    body: bytes,
    note: Callable[[str], HeardEntry],
    reaction: Reaction | None,
) -> Outcome:
    """One transaction; without a reaction it only stores."""
    async with database.begin() as session:
        standing = await inbox.admitted(session, heard.speaker)
        if standing is None:
            return Outcome(BLOCKED)
        if reaction is None or standing.actor is None or standing.is_behind:
            is_new = await inbox.wait(session, site, heard, body)
            outcome = Outcome(journal.ACCEPTED if is_new else journal.DUPLICATE)
        else:
            hearing.introduce(session, standing.actor)
            if not standing.has_commons:
                sharing.without_commons(session)
            outcome = await _act(session, site, heard, reaction)
        if outcome.disposition == journal.ACCEPTED:
            why = outcome.without_effect
            await journal.write(session, [note(f"ignored:{why}" if why else journal.ACCEPTED)])
        site.passes("inbox.stored")
    site.passes("inbox.committed")
    if outcome.is_settled:
        site.passes("process.committed")
    return outcome


async def _act(
    session: Session, site: Site, heard: Heard[ap.Activity], reaction: Reaction
) -> Outcome:
    site.passes("process.begin")
    why = await why_none(session, reaction, heard)
    is_new = await inbox.put(
        session,
        site,
        activity_iri=str(heard.activity.id),
        speaker=heard.speaker,
        vouched=heard.vouched.name,
        document=b"",
        state=DONE,
        reason=NOBODY if why else "",
    )
    if not is_new:
        return Outcome(journal.DUPLICATE)
    if not why:
        await reaction.apply(session, site, heard, {})
    site.passes("process.effect")
    return Outcome(journal.ACCEPTED, is_settled=True, without_effect=why)
