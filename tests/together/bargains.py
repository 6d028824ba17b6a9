"""Bargains: changes are offered, asked about, taken in part, declined and withdrawn at random.

In the end who proposed and who was asked know the same of each; and each version credits whom it
took something from, for everybody who knows that version.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random

from sqlalchemy import select
from together import drawn
from together.street import House

from actors.errors import Conflicting, Refusal, Unwise
from actors.rules.merging import Verdict
from actors.rules.proposals import Change, Gain, State
from actors.rules.sections import Sheet
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.proposal import Proposal
from actors.tables.revision import Revision
from actors.verbs import considering, proposing
from actors.verbs.forking import Choice
from actors.views import history, proposals
from actors.views.paging import Page

SHUT_OUT = ("deleted", "wait here already", "none of this model")
"""Why an Offer is answered without being remembered: the model went meanwhile, or too many wait."""

Owed = tuple[str, str, str]
"""A version, and the credit in it: the proposal or version that it was taken from, and whose."""


async def propose(chance: Random, isle: House, us: Actor) -> str:
    """Offer a change of somebody else's model; most come from an adaptation, if there is one."""
    async with isle.begin() as session:
        rows = (
            await session.scalars(
                select(Model)
                .outerjoin(Lineage, Lineage.upstream_iri == Model.iri)
                .where(Model.is_ours.is_(False), Model.deleted_at.is_(None))
                .order_by(Lineage.id.is_(None), Model.id)
            )
        ).all()
        if not rows:
            return "propose: nothing"
        source = chance.choice(rows)
        sheet = history.sheet(await history.head(session, source))
        forks = await proposals.forks_of(session, us, source)
        fork = chance.choice(forks) if forks else None
        found: list[Change] = []
        if fork is not None:
            _, gains = await proposals.gains(session, fork)
            found = [_given(one) for one in gains if chance.random() < 0.7]
        if not found:
            fork, found = None, _drawn(chance, sheet)
        try:
            await proposing.propose(
                session, isle.site, us, source, found, message=drawn.line(chance), fork=fork
            )
        except (Unwise, Conflicting) as refused:
            return f"propose: {type(refused).__name__}"
    return "propose from a fork" if fork else "propose"


async def answer(chance: Random, isle: House, us: Actor, owed: set[Owed]) -> str | None:
    """Decide one that waits, or ask back; None where none does.

    `owed` is told which version has to credit whom.
    """
    async with isle.begin() as session:
        waiting = await proposals.received(session, us, Page(limit=40), waiting=True)
        if not waiting:
            return None
        item = chance.choice(waiting)
        if chance.random() < 0.2 and item.proposal.state == State.OPEN:
            await considering.ask(session, isle.site, item.proposal, drawn.line(chance))
            return "ask"
        beside = await proposals.beside(session, item)
        assert beside is not None, item.proposal.iri
        choices: dict[str, Choice] = {
            row.key: _choice(chance)
            for row in beside.rows
            if row.verdict is Verdict.CONFLICT or chance.random() < 0.3
        }
        try:
            if chance.random() < 0.8:
                async with session.begin_nested():
                    made = await considering.accept(session, isle.site, item.proposal, choices)
                if made.iri == beside.ours.iri:
                    return "accept what it says already"
                row = item.proposal
                owed.add((made.iri, row.fork_iri or row.iri, item.proposer.iri))
                return "accept in part" if choices else "accept"
        except Unwise:
            pass  # nothing was taken, or the sheet could not be published so
        await considering.reject(session, isle.site, item.proposal, drawn.line(chance))
    return "reject"


async def withdraw(chance: Random, isle: House, us: Actor) -> str:
    """Take one back that was not accepted, as far as is known here."""
    async with isle.begin() as session:
        sent = await proposals.sent(session, us, Page(limit=40))
        if not sent:
            return "withdraw: nothing"
        try:
            await proposing.withdraw(session, isle.site, chance.choice(sent).proposal)
        except Refusal as refused:
            return f"withdraw: {type(refused).__name__}"
    return "withdraw"


def _choice(chance: Random) -> Choice:
    options: tuple[Choice, ...] = ("theirs", "ours", {"fr": drawn.line(chance)})
    return chance.choice(options)


def _drawn(chance: Random, sheet: Sheet) -> list[Change]:
    after = drawn.changed(chance, sheet)
    keys = dict.fromkeys(one.key for one in (*sheet.sections, *after.sections))
    return [
        Change(key, after.section(key)) for key in keys if sheet.section(key) != after.section(key)
    ]


def _given(gain: Gain) -> Change:
    return Change(gain.key, gain.proposed)


# --- what is known of them ------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """A proposal as one instance knows it; `credit` is what the version names that it is in."""

    iri: str
    is_ours: bool
    state: str
    answer: str
    keys: tuple[str, ...]
    result: str | None
    current: str | None
    said: tuple[str, str, str, int] | None
    credit: tuple[str, str]


@dataclass(frozen=True)
class Bargains:
    """All that one instance knows.

    Attributes:
        offers: by their ids: those that it made and those that were made to it.
        credits: by version: whose work it says is in it.
        given: the same of its own versions.
    """

    offers: Mapping[str, Offer]
    credits: Mapping[str, tuple[tuple[str, str], ...]]
    given: Mapping[str, tuple[tuple[str, str], ...]]


async def read(isle: House) -> Bargains:
    """What an instance knows now."""
    async with isle.read() as session:
        rows = await session.execute(
            select(Proposal, Actor).join(Actor, Actor.id == Proposal.proposer_id)
        )
        offers = {row.iri: _as_offer(row, proposer) for row, proposer in rows}
        named, given = {}, {}
        for version, is_ours in await session.execute(
            select(Revision, Model.is_ours).join(Model, Model.id == Revision.model_id)
        ):
            named[version.iri] = tuple((one["iri"], one["by"]) for one in version.credits)
            if is_ours:
                given[version.iri] = named[version.iri]
    return Bargains(offers, named, given)


def _as_offer(row: Proposal, proposer: Actor) -> Offer:
    is_told = bool(row.message)  # one that was withdrawn says nothing any more
    return Offer(
        iri=row.iri,
        is_ours=proposer.is_ours,
        state=row.state,
        answer=row.answer,
        keys=tuple(row.keys),
        result=row.result_iri,
        current=row.current_iri,
        said=(row.base_iri, row.digest, row.message, len(row.changes)) if is_told else None,
        credit=(row.fork_iri or row.iri, proposer.iri),
    )


def disagreements(known: Mapping[str, Bargains], owed: set[Owed]) -> Iterable[str]:
    """Everything that two sides know differently."""
    sent = {one.iri: one for book in known.values() for one in book.offers.values() if one.is_ours}
    got = {
        one.iri: one for book in known.values() for one in book.offers.values() if not one.is_ours
    }
    for iri, theirs in got.items():
        if iri not in sent:
            yield f"nobody made the proposal {iri}"
            continue
        yield from _offer(sent[iri], theirs)
    for iri, ours in sent.items():
        if iri not in got and not _may_be_unknown(ours):
            yield f"{iri} is {ours.state} ({ours.answer}), and nobody was asked"
    yield from _credits(known, owed)


def _offer(ours: Offer, theirs: Offer) -> Iterable[str]:
    if ours.said is not None and ours.said != theirs.said:
        yield f"{ours.iri} said {ours.said}, and was heard to say {theirs.said}"
    for name in ("state", "answer", "keys", "result", "current", "credit"):
        one, other = getattr(ours, name), getattr(theirs, name)
        if one != other:
            yield f"{ours.iri} is {name} {one!r} to who made it, {other!r} to who decides"


def _may_be_unknown(offer: Offer) -> bool:
    """Whether the other side need not know it: taken back, or turned down before it was read."""
    if offer.state == State.WITHDRAWN:
        return True
    return offer.state == State.REJECTED and any(why in offer.answer for why in SHUT_OUT)


def _credits(known: Mapping[str, Bargains], owed: set[Owed]) -> Iterable[str]:
    """Does every version credit what was taken into it, and nothing else, wherever it is known?"""
    given = {iri: one for book in known.values() for iri, one in book.given.items()}
    for name, book in known.items():
        for iri, said in book.credits.items():
            if iri in given and said != given[iri]:
                yield f"{name} says that {iri} credits {said}, which credits {given[iri]}"
    named = {(iri, *credit) for iri, said in given.items() for credit in said}
    for one in named ^ {one for one in owed if one[0] in given}:
        yield f"{one} is credited for nothing, or was taken and is not credited"
