"""A life in which two instances say everything that an instance can say, before a reader's server.

The reader (`mallory@reader.test`) follows everybody; what comes to it is kept as it came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import orjson
from sqlalchemy import select
from together.commons import CHARTER, known, open_commons, say
from together.judges.signatures import Signed
from together.judges.verdict import ACTIVITY_JSON, Answer
from together.pictures import kept
from together.stranger import Stranger
from together.street import House, Street, a_sheet

from activitypub import wire
from activitypub.addressing import PUBLIC, Visibility
from activitypub.canonical_json import Json
from actors.documents import media as documents
from actors.rules.codes.lists import NUTS
from actors.rules.consent import Quotable
from actors.rules.evidence import Verdict
from actors.rules.proposals import Change
from actors.rules.records import (
    Addition,
    Kind,
    Link,
    Observation,
    Outcome,
    Record,
    Stage,
    Step,
    Subject,
)
from actors.rules.sections import Adaptability, Role, Section, Sheet
from actors.tables.actor import Actor
from actors.tables.attestation import Attestation
from actors.tables.follow import Follow
from actors.tables.mail import Outgoing
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import (
    attesting,
    blocking,
    considering,
    enrolling,
    featuring,
    following,
    forgetting,
    forking,
    liking,
    moving,
    opening,
    portraying,
    proposing,
    publishing,
    quoting,
    relaying,
    remarking,
    replicating,
    reporting,
    rewording,
    tending,
)
from actors.verbs.attesting import Saying
from actors.views import coverage, history, proposals

Document = dict[str, Any]

LONG = "Un mot « après » l'autre, & <encore> un.\n\n" * 300
"""Some 12,000 characters: four sections of it are too much for one activity."""


FACTS: dict[str, Json] = {
    "family": "ess:family-hardware",
    "markPolicy": "Ask first.",
    "maturity": "ess:Proven",
    "territory": ["http://data.europa.eu/nuts/code/FR"],
    "economicActivity": ["http://data.europa.eu/ux2/nace2.1/95"],
    "sdg": ["http://metadata.un.org/sdg/12"],
    "legalFormIn": ["https://rdf.gleif.org/EntityLegalForm/ELF-BEWI", "ess:legalform-fr-scic"],
    "resourceLicense": ["https://spdx.org/licenses/AGPL-3.0-or-later"],
    "cost": [
        {
            "type": "MonetaryAmount",
            "costKind": "ess:Start",
            "currency": "EUR",
            "minValue": 500,
            "maxValue": 1500.5,
            "observedOn": "2024",
        }
    ],
}
"""Every kind of fact that a form can state."""


def a_large_sheet(*, parts: int = 5) -> Sheet:
    """A sheet of many long sections."""
    sections = tuple(
        Section(
            key=f"part-{number}",
            role=Role("Steps"),
            adaptability=Adaptability("Adaptable"),
            names={"fr": f"Partie {number}"},
            texts={"fr": LONG},
        )
        for number in range(parts)
    )
    return replace(a_sheet("Grand atelier"), sections=sections)


@dataclass
class Life:
    """What was lived through.

    Attributes:
        alpha: where `coop` publishes `model`, `large` and, for a while, `gone`, and says `word`.
        brief: an organisation of alpha's, as it was before it ended.
        beta: where `repair` makes `fork` of `model`, and `answer`s it, also in private; and puts
            `shared` into the `commons` of alpha.
        reader: the server of somebody who follows them all, whom coop's `quote` quotes, and who
            quotes coop: with consent, without, and no longer.
    """

    alpha: House
    beta: House
    reader: Stranger
    coop: Actor
    repair: Actor
    model: Model
    fork: Model
    large: Model
    gone: Model
    answer: Remark
    word: Remark
    quote: Remark
    brief: Actor
    commons: Actor
    shared: Model

    @property
    def street(self) -> Street:
        """Where it happened."""
        return self.alpha.street

    async def said(self) -> list[tuple[str, Document]]:
        """Every activity of both houses, under a label such as "Create Article"."""
        told: list[tuple[str, Document]] = []
        for house in (self.alpha, self.beta):
            async with house.read() as session:
                rows = (await session.scalars(select(Outgoing).order_by(Outgoing.id))).all()
            told += [(_label(one), one) for one in map(orjson.loads, (r.document for r in rows))]
        return told

    async def one(self, activity_type: str, subject: str) -> Document:
        """The last activity of this type about this id."""
        found = [
            activity
            for _, activity in await self.said()
            if activity["type"] == activity_type and _iri(activity["object"]) == subject
        ]
        return found[-1]

    async def read(self, url: str, *, accept: str = ACTIVITY_JSON) -> Answer:
        """Ask for a document, without following redirects."""
        headers = {"Accept": accept}
        async with self.street.session.get(url, headers=headers, allow_redirects=False) as answer:
            return Answer(
                url=url,
                status=answer.status,
                content_type=answer.headers["Content-Type"],
                document=orjson.loads(await answer.read()),
            )

    async def document(self, url: str) -> Mapping[str, Any]:
        """A document that is there."""
        answer = await self.read(url)
        assert answer.status == 200, url
        return answer.document

    async def requests(self) -> list[Signed]:
        """Every request of ours that came to the reader's server, with the actor who signed it."""
        return [await self._signed(one) for one in self.reader.requests]

    async def _signed(self, request: wire.Request) -> Signed:
        headers = dict(request.headers)
        bare = Signed(request.method, request.url, headers, request.body, {})
        actor = bare.says["keyId"].partition("#")[0]
        is_gone = actor == self.brief.iri  # known from before it ended
        signer = orjson.loads(self.brief.document) if is_gone else await self.document(actor)
        return Signed(request.method, request.url, headers, request.body, signer)


async def live(alpha: House, beta: House, reader: Stranger) -> Life:
    """Live through everything."""
    coop, repair = await alpha.organisation("coop"), await beta.organisation("repair")
    await _meet(alpha, beta, reader, coop, repair)
    await _relay(alpha, reader)
    model = await alpha.publish(coop)
    large = await alpha.publish(coop, a_large_sheet())
    gone = await alpha.publish(coop, a_sheet("Atelier fermé"))
    await alpha.street.settle()
    fork = await _fork(beta, repair, model)
    await alpha.street.settle()
    photo, statutes = await kept(alpha, coop), await kept(alpha, coop, "Statuts", is_picture=False)
    async with alpha.begin() as session:
        ours = await session.get_one(Actor, coop.id)
        await portraying.portray(session, alpha.site, ours, icon=photo, header=photo)
    files = [documents.to_document(alpha.origin, one) for one in (photo, statutes)]
    shown: dict[str, Json] = {"image": files[0], "attachment": [*files]}
    for house, one, sheet in (
        (alpha, model, replace(a_sheet(text="On répare mieux."), facts=FACTS | shown)),
        (alpha, large, a_large_sheet(parts=4)),
        (beta, fork, a_sheet("Atelier de Turin")),
    ):
        alpha.street.clock.turn(minutes=1)
        await house.revise(one, sheet)
    await _practise(alpha, beta, coop, repair, fork)
    await _take_from_a_sibling(beta, fork, model)
    await alpha.delete(gone)
    await alpha.street.settle()
    await _give_back(alpha, beta, repair, model, fork)
    answer = await _remark(beta, repair, "Merci pour l'atelier", model)
    word = await _remark(
        alpha, coop, "Nous ouvrons samedi", None, media=[photo, statutes], is_sensitive=True
    )
    await _remark(beta, repair, "Entre nous", model, visible=Visibility.DIRECT)
    quote = await _quotes(alpha, coop, reader, model, word)
    await alpha.street.settle()
    await _talk(alpha, coop, answer, word)
    commons, shared = await _share(alpha, beta, repair, reader)
    await _part(alpha, coop, reader)
    await alpha.street.settle()
    for change in (featuring.pin, featuring.unpin):
        async with alpha.begin() as session:
            here = await session.get_one(Model, model.id)
            await change(session, alpha.site, coop, here)
    await alpha.street.settle()
    await _quarrel(alpha, coop, reader)
    await _report(alpha, coop, reader)
    await _move(alpha, reader)
    brief = await alpha.organisation("brief")
    async with alpha.begin() as session:
        await forgetting.close_organisation(session, alpha.site, brief)
    await alpha.street.settle()
    return Life(
        alpha,
        beta,
        reader,
        coop,
        repair,
        model,
        fork,
        large,
        gone,
        answer,
        word,
        quote,
        brief,
        commons,
        shared,
    )


async def _meet(alpha: House, beta: House, reader: Stranger, coop: Actor, repair: Actor) -> None:
    for house, organisation in ((alpha, coop), (alpha, alpha.network), (beta, repair)):
        answer = await reader.send(house, reader.activity("Follow", organisation.iri))
        assert answer.status == 202
    await beta.follow(repair, "@coop@alpha.test")
    await alpha.follow(coop, reader.iri)
    await alpha.street.settle()
    async with alpha.begin() as session:
        await enrolling.update_organisation(
            session,
            alpha.site,
            coop,
            name="La Coop",
            summary="On **répare**.",
            facts={"legalName": "La Coop SCIC", "foundingDate": "2009-05-01"},
        )


async def _give_back(alpha: House, beta: House, repair: Actor, model: Model, fork: Model) -> None:
    """Offer a change three times: it is asked about and accepted, declined, and withdrawn."""
    for decision in ("accept", "reject", "withdraw"):
        async with beta.begin() as session:
            source = await history.model_by_iri(session, model.iri)
            assert source is not None
            sheet = history.sheet(await history.head(session, source))
            costs = sheet.section("costs")
            assert costs is not None
            change = Change("costs", replace(costs, texts={"fr": f"Un local prêté: {decision}."}))
            offered = await proposing.propose(
                session, beta.site, repair, source, [change], message="Essayez.", fork=fork
            )
        await alpha.street.settle()
        async with alpha.begin() as session:
            item = await proposals.by_iri(session, offered.iri)
            assert item is not None
            if decision == "accept":
                await considering.ask(session, alpha.site, item.proposal, "Depuis quand ?")
                await considering.accept(session, alpha.site, item.proposal, {}, message="Merci !")
            elif decision == "reject":
                await considering.reject(session, alpha.site, item.proposal, "Pas ici.")
        if decision == "withdraw":
            async with beta.begin() as session:
                await proposing.withdraw(session, beta.site, offered)
        await alpha.street.settle()


async def _practise(alpha: House, beta: House, coop: Actor, repair: Actor, fork: Model) -> None:
    """Record practice of a fork, which its owner passes up; confirm it, and take that back."""
    there = await alpha.lookup.resolve(fork.iri)
    assert isinstance(there, Model)
    step = Step(Stage.PILOT, date(2026, 1, 5), "Un local")
    record = Record("fr", "Atelier à Lyon", "On répare.", NUTS + "FRK2", (step,))
    more = Addition(
        outcomes=(Outcome("Objets", 12.5, "objets", date(2026, 2, 1), "Liste"),),
        links=(Link("https://uni.test/r", "Rapport", Kind.EVALUATION),),
        observations=(Observation(Subject.LESSON, "Tenir une liste", date(2026, 2, 1)),),
    )
    async with alpha.begin() as session:
        model = await session.get_one(Model, there.id)
        head = await history.head(session, model)
        row = await replicating.replicate(session, alpha.site, coop, model, head, record)
    await alpha.street.settle()
    alpha.street.clock.turn(minutes=1)
    evidence = [
        await kept(alpha, coop, "L'atelier"),
        await kept(alpha, coop, "Bilan", is_picture=False),
    ]
    async with alpha.begin() as session:
        await replicating.add(session, alpha.site, row, more, evidence)
    await alpha.street.settle()
    saying = Saying(Verdict.CONFIRMED, "Vu sur place.", "fr", ("value",), date(2026, 1, 5))
    async with beta.begin() as session:
        known = await coverage.by_iri(session, row.iri)
        assert known is not None
        said = await attesting.attest(session, beta.site, repair, known, saying)
    await alpha.street.settle()
    async with beta.begin() as session:
        await attesting.revoke(session, beta.site, await session.get_one(Attestation, said.id))
    await alpha.street.settle()
    async with alpha.begin() as session:
        remark = await session.scalar(select(Remark).where(Remark.iri == row.iri))
        assert remark is not None
        await forgetting.delete_remark(session, alpha.site, remark)
    await alpha.street.settle()


async def _quotes(
    alpha: House, coop: Actor, reader: Stranger, model: Model, word: Remark
) -> Remark:
    """Quote the reader, and be quoted."""
    policy = {"canQuote": {"automaticApproval": [PUBLIC]}}
    theirs = await alpha.lookup.resolve(reader.note("/notes/1", interactionPolicy=policy)["id"])
    assert isinstance(theirs, Remark)
    closed = await _remark(alpha, coop, "Entre nous tous", None, quotable=Quotable.NOBODY)
    quote = await _remark(alpha, coop, "Bien dit", None, quoted=theirs)
    for number, subject in ((2, model), (3, word), (4, closed)):
        note = reader.note(f"/notes/{number}", quote=subject.iri)
        await reader.send(alpha, reader.activity("QuoteRequest", subject.iri, instrument=note))
    await alpha.street.settle()
    request = next(one for one in reader.told if one["type"] == "QuoteRequest")
    stamp = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{reader.origin}/stamps/1",
        "type": "QuoteAuthorization",
        "attributedTo": reader.iri,
        "interactingObject": quote.iri,
        "interactionTarget": theirs.iri,
    }
    reader.documents["/stamps/1"] = (200, stamp)
    await reader.send(alpha, reader.activity("Accept", request["id"], result=stamp["id"]))
    await alpha.street.settle()
    async with alpha.begin() as session:
        one = await session.scalar(select(Remark).where(Remark.iri == f"{reader.origin}/notes/3"))
        assert one is not None
        await quoting.revoke(session, alpha.site, coop, one)
    await alpha.street.settle()
    return quote


async def _talk(alpha: House, coop: Actor, answer: Remark, word: Remark) -> None:
    """Like and pass on an answer, and take both back; edit a remark, and delete another."""
    alpha.street.clock.turn(minutes=1)
    async with alpha.begin() as session:
        theirs = (await session.scalars(select(Remark).where(Remark.iri == answer.iri))).one()
        for verb in (liking.like, liking.boost, liking.unlike, liking.unboost):
            await verb(session, alpha.site, coop, theirs)
        ours = await session.get_one(Remark, word.id)
        text = "Nous ouvrons samedi, @repair@beta.test #Atelier"
        await rewording.reword(session, alpha.site, ours, text=text)
        slip = await remarking.remark(session, alpha.site, coop, text="Oups #Atelier")
        await forgetting.delete_remark(session, alpha.site, slip)


async def _relay(alpha: House, reader: Stranger) -> None:
    """Take part in a relay, which the reader plays: it accepts, and follows back."""
    async with alpha.begin() as session:
        actor = await session.scalar(select(Actor).where(Actor.iri == reader.iri))
        asked = await relaying.join(session, alpha.site, reader.iri, actor)
    for said in (
        reader.activity("Accept", asked.follow_iri),
        reader.activity("Follow", alpha.url("/actor")),
    ):
        assert (await reader.send(alpha, said)).status == 202
    await alpha.street.settle()


async def _part(alpha: House, coop: Actor, reader: Stranger) -> None:
    """Stop following the reader, and leave the relay."""
    async with alpha.begin() as session:
        await relaying.leave(session, alpha.site, reader.iri)
        for follow in await session.scalars(select(Follow).where(Follow.follower_id == coop.id)):
            await following.unfollow(session, alpha.site, follow)


async def _quarrel(alpha: House, coop: Actor, reader: Stranger) -> None:
    """Block the reader, who still follows, and take it back."""
    for change in (blocking.block, blocking.unblock):
        async with alpha.begin() as session:
            them = await session.scalar(select(Actor).where(Actor.iri == reader.iri))
            assert them is not None
            await change(session, alpha.site, coop, them)
        await alpha.street.settle()


async def _report(alpha: House, coop: Actor, reader: Stranger) -> None:
    """Report the reader, and a note of theirs, to their own site."""
    async with alpha.begin() as session:
        them = await session.scalar(select(Actor).where(Actor.iri == reader.iri))
        note = await session.scalar(select(Remark).where(Remark.iri == f"{reader.origin}/notes/1"))
        assert them is not None
        assert note is not None
        await reporting.report(
            session, alpha.site, coop, them, [note], comment="Du spam", forwards=True
        )
    await alpha.street.settle()


async def _move(alpha: House, reader: Stranger) -> None:
    """An organisation that the reader follows goes on at the reader's, and comes back."""
    nomad = await alpha.organisation("nomad")
    await reader.send(alpha, reader.activity("Follow", nomad.iri))
    await alpha.street.settle()
    reader.documents["/users/mallory"] = (200, reader.actor(alsoKnownAs=[nomad.iri]))
    target: Any = await alpha.lookup.newest(reader.iri)
    async with alpha.begin() as session:
        await moving.add_alias(session, alpha.site, nomad, "https://old.test/users/nomad")
        await moving.move(session, alpha.site, nomad, target)
    await alpha.street.settle()


async def _share(alpha: House, beta: House, repair: Actor, reader: Stranger) -> tuple[Actor, Model]:
    """Open a commons, put things into it, and tend it; the reader and `repair` are members."""
    group = await open_commons(alpha, "mending")
    assert (await reader.send(alpha, reader.activity("Follow", group.iri))).status == 202
    assert (await reader.send(alpha, reader.activity("Join", group.iri))).status == 202
    await beta.follow(repair, "@mending@alpha.test")
    await alpha.street.settle()
    there = await known(beta, "@mending@alpha.test")
    async with beta.begin() as session:
        shared = await publishing.publish(
            session, beta.site, repair, a_sheet("Atelier partagé"), commons=there
        )
    word = await say(beta, repair, "Qui a un local ?", commons="@mending@alpha.test")
    await alpha.street.settle()
    await say(beta, repair, "Nous, à Turin.", answer_to=word.iri)
    await reader.send(alpha, reader.activity("Like", shared.iri, audience=group.iri))
    await alpha.street.settle()
    network = await alpha.actor("network")
    helper, somebody = await alpha.organisation("helper"), await known(alpha, reader.iri)
    async with alpha.begin() as session:
        for change in (tending.pin, tending.unpin):
            await change(session, alpha.site, group, network, shared.iri)
        await tending.remove(session, alpha.site, group, network, word.iri, "Hors sujet.")
        await tending.appoint(session, alpha.site, group, network, helper)
        await tending.exclude(session, alpha.site, group, network, somebody, "Publicité.")
        await opening.describe(session, alpha.site, group, CHARTER)
    await alpha.street.settle()
    note = reader.note("/notes/late", cc=[group.iri])
    await reader.send(alpha, reader.activity("Create", note, to=note["to"], cc=note["cc"]))
    await alpha.street.settle()
    async with alpha.begin() as session:
        await tending.readmit(session, alpha.site, group, network, somebody)
        await tending.pin(session, alpha.site, group, network, shared.iri)
    await alpha.street.settle()
    return group, shared


async def _fork(house: House, organisation: Actor, source: Model) -> Model:
    found = await house.lookup.resolve(source.iri)
    assert isinstance(found, Model)
    async with house.begin() as session:
        here = await session.get_one(Model, found.id)
        return await forking.fork(
            session, house.site, organisation, here, kind="variant", language="fr"
        )


async def _take_from_a_sibling(house: House, fork: Model, source: Model) -> None:
    """The network adapts the same source; the fork takes what it changed: a second parent."""
    sibling = await _fork(house, house.network, source)
    await house.revise(sibling, a_sheet("Atelier de Gênes", text="On répare à Gênes."))
    async with house.begin() as session:
        here = await session.get_one(Model, fork.id)
        await forking.merge(session, house.site, here, {"value": "theirs"}, taken_from=sibling.iri)
    await house.street.settle()


async def _remark(
    house: House,
    organisation: Actor,
    text: str,
    about: Model | None,
    *,
    visible: Visibility = Visibility.PUBLIC,
    **more: Any,
) -> Remark:
    async with house.begin() as session:
        here = None
        if about is not None:
            here = await session.scalar(select(Model).where(Model.iri == about.iri))
        return await remarking.remark(
            session,
            house.site,
            organisation,
            text=text,
            in_reply_to=here,
            visible=visible,
            language="fr",
            **more,
        )


def _label(activity: Document) -> str:
    """Its type, and that of what it is about where it says so."""
    subject = activity["object"]
    is_private = activity["type"] == "Create" and PUBLIC not in (*activity["to"], *activity["cc"])
    kind = subject["type"] if isinstance(subject, dict) else "address"
    return f"{activity['type']} {kind}" + (" to one" if is_private else "")


def _iri(subject: Any) -> str:
    return str(subject["id"] if isinstance(subject, dict) else subject)
