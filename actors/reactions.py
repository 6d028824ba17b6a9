"""The table: what a peer says, about what → which verbs react, and what they need first.

*Gather, then apply*: `needs` is pure and says which documents must be fetched; when nothing is
missing, the verbs run in one transaction. What is not in the table is answered 202 and has no
effect.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import activitypub.vocabulary as ap
from activitypub.authority import Heard
from activitypub.iris import Iri
from actors.database import Session
from actors.mail import explorations
from actors.site import Site
from actors.verbs import (
    attesting,
    blocking,
    considering,
    featuring,
    following,
    forgetting,
    forking,
    forwarding,
    hearing,
    joining,
    knowing,
    mirroring,
    moving,
    overhearing,
    proposing,
    publishing,
    quoting,
    relaying,
    remarking,
    replicating,
    reporting,
    sharing,
)
from actors.verbs.mirroring import Gathered
from actors.vocabulary import is_attestation, is_model, is_note, is_record

HOLD: Final = timedelta(days=3)
"""How long an activity waits for what it needs: as long as Mastodon keeps delivering one."""

LONG_HOLD: Final = timedelta(days=30)
"""The same of what has to agree on both sides: models, proposals, records, and what is said of
them. Nobody says it again, and whoever says it to us through an absence is tried for as long."""

Verb = Callable[[Session, Site, Heard[Any], Gathered], Awaitable[None]]
Needs = Callable[[Heard[Any], Gathered], frozenset[Iri]]
Concern = Callable[[Session, Heard[Any]], Awaitable[bool]]


def nothing(heard: Heard[Any], gathered: Gathered) -> frozenset[Iri]:
    """Most reactions know enough from the activity itself."""
    return frozenset()


async def everybody(session: Session, heard: Heard[Any]) -> bool:
    """Most activities are addressed to us, or cost nothing."""
    return True


def passed_on(heard: Heard[Any], gathered: Gathered) -> frozenset[Iri]:
    """What our own network passes on is known here already."""
    if hearing.is_our_own(heard):
        return frozenset()
    return remarking.passed_on_wanted(heard, gathered)


@dataclass(frozen=True)
class Reaction:
    """What happens when an activity is heard: the verbs, in order, in one transaction."""

    verbs: tuple[Verb, ...]
    needs: Needs = nothing
    concerns: Concern = everybody
    """Asked before anything is fetched: what concerns nobody here must not cost a request."""
    reads_anew: bool = False
    """What it needs is read at its origin now, also where it is remembered."""
    hold: timedelta = HOLD
    """How long it waits for what it needs and cannot be had."""

    async def apply(
        self, session: Session, site: Site, heard: Heard[Any], gathered: Gathered
    ) -> None:
        """Run the verbs. Raises what they raise; the transaction is then undone."""
        for verb in self.verbs:
            await verb(session, site, heard, gathered)


async def _on_follow(session: Session, site: Site, heard: Heard[Any], gathered: Gathered) -> None:
    """Somebody follows one of ours, or a relay our instance."""
    if not await relaying.on_follow(session, site, heard):
        await following.on_follow(session, site, heard, gathered)


async def _on_announce(session: Session, site: Site, heard: Heard[Any], gathered: Gathered) -> None:
    """A relay brings something, or somebody passes it on."""
    if not await relaying.on_announce(session, site, heard, gathered):
        await remarking.on_announce(session, site, heard, gathered)


async def _on_accept(session: Session, site: Site, heard: Heard[Any], gathered: Gathered) -> None:
    """An Accept answers what we asked of a relay, a proposal, a fork, a quote or a follow."""
    if await relaying.on_accept(session, heard):
        return
    if await proposing.on_answer(session, site, heard, gathered):
        return
    if await forking.on_listed(session, site, heard, gathered):
        return
    quoting_remark = await quoting.on_accept(session, site, heard, gathered)
    if quoting_remark is not None:
        await explorations.ask(session, site, explorations.AROUND, quoting_remark.iri)
    else:
        await following.on_accept(session, site, heard, gathered)


async def _on_reject(session: Session, site: Site, heard: Heard[Any], gathered: Gathered) -> None:
    """A Reject answers what we asked of a relay or a commons, a proposal, a quote or a follow."""
    if await relaying.on_reject(session, heard):
        return
    if await proposing.on_answer(session, site, heard, gathered):
        return
    if await overhearing.on_declined(session, site, heard):
        return
    if not await quoting.on_reject(session, site, heard, gathered):
        await following.on_reject(session, site, heard, gathered)


async def _on_undo(session: Session, site: Site, heard: Heard[Any], gathered: Gathered) -> None:
    """A follow, like, boost, block or proposal is taken back, also one that comes only later."""
    if hearing.is_our_own(heard):
        return  # the verb that says so has done it
    found = (
        await following.on_undo(session, heard)
        or await remarking.on_undo(session, heard)
        or await blocking.on_undo(session, heard)
        or await considering.on_withdrawn(session, heard)
        or await attesting.on_undo(session, site, heard)
    )
    undone = hearing.iri_of(heard.activity.object)
    if undone and not found:
        await mirroring.bury(session, site, undone, await hearing.speaker(session, heard))


def overheard(heard: Heard[Any], gathered: Gathered) -> frozenset[Iri]:
    """What a commons passes on is read first; then whatever its own reaction needs."""
    wanted = overhearing.wanted(heard, gathered)
    said = None if wanted else overhearing.inner(heard, gathered)
    return wanted if said is None else reaction_for(said.activity).needs(said, gathered)


async def _on_overheard(
    session: Session, site: Site, heard: Heard[ap.Announce], gathered: Gathered
) -> None:
    """What a commons passed on has the effect that it has from its speaker."""
    said = overhearing.inner(heard, gathered)
    if said is not None:
        await overhearing.remember_speaker(session, site, said, gathered)
        await reaction_for(said.activity).apply(session, site, said, gathered)


IGNORED = Reaction(())

REACTIONS: dict[tuple[str, str], Reaction] = {
    ("Follow", "actor"): Reaction((_on_follow,)),
    ("Accept", "any"): Reaction((_on_accept,)),
    ("Reject", "any"): Reaction((_on_reject,)),
    ("Join", "actor"): Reaction((joining.on_join,)),
    ("Leave", "actor"): Reaction((joining.on_leave,)),
    ("Undo", "any"): Reaction((_on_undo, sharing.on_said)),
    ("Create", "model"): Reaction(
        (publishing.on_create, forking.on_fork, sharing.on_said),
        publishing.version_wanted,
        hold=LONG_HOLD,
    ),
    ("Update", "model"): Reaction(
        (publishing.on_update, forking.on_fork, forking.on_upstream_update, sharing.on_said),
        publishing.version_wanted,
        hold=LONG_HOLD,
    ),
    ("Create", "note"): Reaction((remarking.on_note, forwarding.on_answer, sharing.on_said)),
    ("Update", "note"): Reaction((remarking.on_update_note, forwarding.on_answer, sharing.on_said)),
    ("Create", "record"): Reaction(
        (remarking.on_note, replicating.on_record, forwarding.on_answer, sharing.on_said),
        replicating.sealed_wanted,
        reads_anew=True,
        hold=LONG_HOLD,
    ),
    ("Update", "record"): Reaction(
        (remarking.on_update_note, replicating.on_record, forwarding.on_answer, sharing.on_said),
        replicating.sealed_wanted,
        reads_anew=True,
        hold=LONG_HOLD,
    ),
    ("Create", "attestation"): Reaction(
        (attesting.on_attest,),
        attesting.wanted,
        attesting.concerns_us,
        reads_anew=True,
        hold=LONG_HOLD,
    ),
    ("Update", "actor"): Reaction((knowing.on_update_actor,)),
    ("Delete", "any"): Reaction((forwarding.on_answer, forgetting.on_delete, sharing.on_said)),
    ("Announce", "activity"): Reaction(
        (overhearing.on_new, overhearing.on_removal, _on_overheard),
        overheard,
        overhearing.concerns_us,
    ),
    ("Announce", "any"): Reaction((_on_announce,), passed_on, relaying.concerns_us),
    ("Like", "any"): Reaction((remarking.on_like, sharing.on_said)),
    ("Dislike", "any"): Reaction((sharing.on_said,)),
    ("Add", "any"): Reaction(
        (featuring.on_add, replicating.on_listed),
        replicating.listed_wanted,
        replicating.may_list,
        reads_anew=True,
        hold=LONG_HOLD,
    ),
    ("Remove", "any"): Reaction((featuring.on_remove, replicating.on_unlisted)),
    ("Block", "actor"): Reaction((blocking.on_block,)),
    ("Move", "actor"): Reaction(
        (moving.on_move,), moving.wanted, moving.concerns_us, reads_anew=True
    ),
    ("Flag", "any"): Reaction((reporting.on_flag,)),
    ("Offer", "any"): Reaction(
        (considering.on_offer,),
        considering.proposal_wanted,
        considering.concerns_us,
        hold=LONG_HOLD,
    ),
    ("TentativeAccept", "any"): Reaction((proposing.on_tentative_accept,)),
    ("QuoteRequest", "any"): Reaction(
        (quoting.on_quote_request,), quoting.instrument_wanted, quoting.may_be_asked
    ),
}
"""(activity, what it is about) → reaction. FEDERATION.md lists the same rows; a test compares
them."""


def reaction_for(activity: ap.Activity) -> Reaction:
    """The reaction to an activity; `IGNORED` when nothing here cares."""
    name = activity.type_name
    if overhearing.embeds_activity(activity):
        return REACTIONS["Announce", "activity"]
    specific = REACTIONS.get((name, _kind(activity.object)))
    return specific or REACTIONS.get((name, "any"), IGNORED)


def _kind(thing: ap.Object | Iri) -> str:
    if not isinstance(thing, ap.Object):
        return "actor"
    if isinstance(thing, ap.Actor):
        return "actor"
    if is_model(thing):
        return "model"
    if is_record(thing):
        return "record"
    if is_attestation(thing):
        return "attestation"
    return "note" if is_note(thing) else "other"
