"""What a stranger may offer, what is answered to what cannot be taken, and offers taken back."""

from typing import Any

import pytest
from sqlalchemy import func, select
from together.stranger import Document, Stranger, moved_in
from together.street import House, Street, a_sheet

from activitypub.multihash import digest_of
from actors.errors import Conflicting, NotFound
from actors.rules.proposals import MAX_OPEN, Change, Takes, applied
from actors.rules.sections import Section, Sheet
from actors.tables.model import Model
from actors.tables.proposal import Proposal
from actors.tables.revision import Revision
from actors.verbs import blocking, considering
from actors.views import history, notices, proposals
from actors.views.paging import Page

NEW = "On répare ensemble, et on apprend."


@pytest.fixture
async def alpha(street: Street) -> House:
    """Where coop lives."""
    (house,) = await street.open("alpha")
    await house.organisation("coop")
    return house


class Offering:
    """Makes offers of mallory's for one model, whole and bent."""

    def __init__(self, alpha: House, mallory: Stranger, model: Model, sheet: Sheet) -> None:
        self.alpha, self.mallory, self.model, self.sheet = alpha, mallory, model, sheet
        self.street, self.base, self.number = alpha.street, f"{model.iri}/versions/1", 0

    def document(self, *, text: str = NEW, **changes: Any) -> Document:
        """A ChangeProposal for the section `value`."""
        self.number += 1
        section = self.sheet.sections[0]
        texts = {**section.texts, "fr": text}
        change = Change("value", _with(section, texts))
        body: Document = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{self.mallory.origin}/proposals/{self.number}",
            "type": "ChangeProposal",
            "attributedTo": self.mallory.iri,
            "target": self.model.iri,
            "summary": "Une idée.",
            "baseVersion": {"id": self.base, "digest": self.sheet.digest},
            "digest": applied(self.sheet, [change]).digest,
            "changes": [
                {
                    "type": "Modification",
                    "onSection": f"{self.model.iri}#value",
                    "role": "ess:Value",
                    "adaptability": "ess:Core",
                    "nameMap": dict(section.names),
                    "contentMap": texts,
                    "translatedFromDigest": dict(section.translated_from),
                }
            ],
        }
        return body | changes

    async def offer(self, thing: Document | str, **changes: Any) -> Document:
        """Send it, and let it have its effect."""
        offer = self.mallory.activity("Offer", thing, **({"target": self.model.iri} | changes))
        assert (await self.mallory.send(self.alpha, offer)).status == 202
        await self.street.settle()
        return offer

    def answers(self) -> list[tuple[str, str]]:
        """Type and words of what came back, in order; it is forgotten then."""
        told = [(one["type"], one.get("summary", "")) for one in self.mallory.told]
        self.mallory.told.clear()
        return told

    async def waiting(self) -> int:
        """How many wait for coop."""
        async with self.alpha.read() as session:
            return (await session.scalars(select(func.count()).select_from(Proposal))).one()


def _with(section: Section, texts: dict[str, str]) -> Section:
    return Section.from_json(section.to_json() | {"texts": texts})


@pytest.fixture
async def offering(street: Street, alpha: House) -> Any:
    """Mallory on evil.test, beside a model of coop's."""
    model = await alpha.publish(await alpha.actor("coop"))
    async with alpha.read() as session:
        sheet = history.sheet(await history.head(session, model))
    async with moved_in(street) as mallory:
        yield Offering(alpha, mallory, model, sheet)


async def test_what_cannot_be_taken_is_answered_with_the_reason_and_changes_nothing(
    offering: Offering,
) -> None:
    alpha, model = offering.alpha, offering.model
    other = await alpha.publish(await alpha.actor("coop"), a_sheet("Un autre"))
    unknown = "The version that the proposal starts from is none of this model's."
    forged = "The proposal is not what its digest says."
    too_long = offering.document(text="x" * 60_000)
    crowd = [
        {
            "type": "Modification",
            "onSection": f"{model.iri}#part-{number}",
            "role": "ess:Steps",
            "adaptability": "ess:Optional",
            "nameMap": {"fr": "Partie"},
            "contentMap": {"fr": "Texte."},
        }
        for number in range(150)
    ]
    for bent, reason in (
        ({"baseVersion": {"id": f"{model.iri}/versions/9", "digest": "zQm"}}, unknown),
        ({"baseVersion": {"id": offering.base, "digest": "zQmForged"}}, unknown),
        ({"baseVersion": {"id": f"{other.iri}/versions/1", "digest": "zQm"}}, unknown),
        ({"digest": "zQmForged"}, forged),
        ({"wasDerivedFrom": f"{other.iri}/versions/1"}, "comes from is somebody else's"),
        ({"wasDerivedFrom": "https://third.test/models/1/versions/1"}, "somebody else's"),
        ({"attributedTo": f"{offering.mallory.origin}/users/other"}, ""),
        ({"target": other.iri}, "about another model"),
        ({"summary": ""}, "a proposal says why"),
        ({"summary": "x" * 2_001}, "a proposal says why"),
        ({"changes": []}, "This proposes no change."),
        ({"changes": "none"}, "This proposes no change."),
        ({"changes": [7]}, "a change is an object"),
        ({"changes": [{"onSection": f"{model.iri}#x", "contentMap": {"fr": "…"}}]}, "understood"),
        ({"changes": crowd}, "A proposal has at most 100 sections."),
        ({"changes": crowd * 4}, "more sections than a model has"),
        ({"changes": too_long["changes"]}, "60,000 characters long"),
        ({"baseVersion": None}, "the version that it is written against"),
    ):
        thing = offering.document(**bent)
        path = str(thing["id"]).removeprefix(offering.mallory.origin)
        offering.mallory.documents[path] = (200, thing)
        await offering.offer(thing)
        ((kind, words),) = offering.answers()
        assert kind == "Reject", bent
        assert reason in words, (bent, words)
    assert await offering.waiting() == 0
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        assert await notices.of(session, coop, Page()) == []

    # About what is not ours nothing is answered; about a deleted model it is.
    await offering.offer(offering.document(), target="https://third.test/models/1")
    assert offering.answers() == []
    await alpha.delete(other)
    offering.answers()
    gone = offering.document(target=other.iri)
    await offering.offer(gone, target=other.iri)
    ((kind, words),) = [one for one in offering.answers() if one[0] != "Delete"]
    assert (kind, words) == ("Reject", "This model was deleted by its organisation.")


async def test_who_is_not_welcome_or_has_enough_waiting_is_told_so(
    street: Street, offering: Offering
) -> None:
    alpha, coop = offering.alpha, await offering.alpha.actor("coop")
    for number in range(MAX_OPEN):
        await offering.offer(offering.document(text=f"Idée {number}."))
    assert offering.answers() == []
    await offering.offer(offering.document())
    ((kind, words),) = offering.answers()
    assert (kind, words[:12]) == ("Reject", "10 proposals")
    assert await offering.waiting() == MAX_OPEN
    for takes, reason in ((Takes.FOLLOWERS, "followers only"), (Takes.NOBODY, "at present")):
        async with alpha.begin() as session:
            await considering.take_from(session, coop, takes)
        await offering.offer(offering.document())
        ((kind, words),) = offering.answers()
        assert kind == "Reject"
        assert reason in words
    async with alpha.begin() as session:
        await considering.take_from(session, coop, Takes.EVERYBODY)
        first = (await proposals.received(session, coop, Page()))[0]
        await blocking.block(session, alpha.site, coop, first.proposer)
    await street.settle()
    offering.answers()
    await offering.offer(offering.document())
    assert offering.answers() == [("Reject", "Proposals of yours are not taken here.")]
    assert await offering.waiting() == MAX_OPEN


async def test_an_offer_is_taken_back_before_it_comes_twice_and_after_an_answer(
    offering: Offering,
) -> None:
    alpha, mallory = offering.alpha, offering.mallory
    coop = await alpha.actor("coop")
    # Before it comes.
    early = mallory.activity("Offer", offering.document(), target=offering.model.iri)
    undo = mallory.activity("Undo", early | {"object": early["object"]["id"]})
    await mallory.send(alpha, undo)
    await offering.street.settle()
    await mallory.send(alpha, early)
    await offering.street.settle()
    assert (await offering.waiting(), offering.answers()) == (0, [])

    # A large one is read at its own address, and must be what was announced.
    whole = offering.document(text="Long. " * 8_000)
    path = str(whole["id"]).removeprefix(mallory.origin)
    mallory.documents[path] = (200, whole)
    light = {name: value for name, value in whole.items() if name != "changes"}
    link = {"type": "Link", "href": whole["id"], "digest": "zQmOther"}
    await offering.offer(light | {"data": link})
    assert offering.answers() == [("Reject", "the proposal is not what the link to it says")]
    await offering.offer(light | {"data": link | {"digest": digest_of(whole)}})
    assert (await offering.waiting(), offering.answers()) == (1, [])

    # The same proposal in another Offer is nothing new; nobody else can take it back.
    offer = await offering.offer(whole)
    assert (await offering.waiting(), offering.answers()) == (1, [])
    assert await _kinds(alpha) == ["proposal"]

    # It is taken back, twice: gone on this side too, and it cannot be accepted any more.
    async with alpha.read() as session:
        (item,) = await proposals.received(session, coop, Page())
    first = {"id": item.proposal.offer_iri, "type": "Offer", "actor": mallory.iri}
    for _ in range(2):
        await mallory.send(alpha, mallory.activity("Undo", first | {"object": whole["id"]}))
        await offering.street.settle()
    assert (await offering.waiting(), await _kinds(alpha)) == (0, [])
    with pytest.raises(NotFound):
        async with alpha.begin() as session:
            await considering.accept(session, alpha.site, item.proposal, {})
    assert offer["id"] != item.proposal.offer_iri

    # After it was accepted it is part of the model, and stays known.
    offer = await offering.offer(offering.document())
    async with alpha.begin() as session:
        (item,) = await proposals.received(session, coop, Page())
        made = await considering.accept(session, alpha.site, item.proposal, {})
    await offering.street.settle()
    (kind, _), *_ = [one for one in offering.answers() if one[0] == "Accept"]
    assert (kind, made.number) == ("Accept", 2)
    with pytest.raises(Conflicting):
        async with alpha.begin() as session:
            await considering.reject(session, alpha.site, item.proposal, "Non.")
    await mallory.send(alpha, mallory.activity("Undo", offer | {"object": offer["object"]["id"]}))
    await offering.street.settle()
    assert await offering.waiting() == 1
    async with alpha.read() as session:
        head = (await session.scalars(select(Revision).where(Revision.id == made.id))).one()
        assert history.sheet(head).sections[0].texts["fr"] == NEW
        assert [one["by"] for one in head.credits] == [mallory.iri]


async def _kinds(alpha: House) -> list[str]:
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        return [one.notice.kind for one in await notices.of(session, coop, Page())]
