"""Records of practice across instances: counted at the model, at its source, and so on upwards.

`alpha` has the source, `beta` a fork of it, `gamma` does what the fork says; `delta` has a network
that knows gamma.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from together.street import House, Street, a_sheet

from actors.documents import archive, proving
from actors.rules.evidence import Level, Standing, Verdict
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
from actors.tables.actor import Actor
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.notice import Notice
from actors.tables.remark import Remark
from actors.tables.replication import Replication
from actors.verbs import attesting, forgetting, forking, posting, replicating
from actors.verbs.attesting import Saying
from actors.views import coverage, history
from actors.views.coverage import Coverage
from federation.app_keys import ARCHIVIST

NUTS = "http://data.europa.eu/nuts/code/"

RECORD = Record(
    language="it",
    name="Officina a Torino",
    summary="Ripariamo insieme ogni sabato.",
    territory=f"{NUTS}ITC11",
    steps=(Step(Stage.PILOT, date(2026, 1, 10), "Un locale per sei mesi"),),
)
MEASURED = Addition(
    steps=(Step(Stage.RUNNING, date(2026, 2, 1)),),
    outcomes=(Outcome("Oggetti riparati", 120, "oggetti", date(2026, 2, 20), "Registro"),),
    observations=(Observation(Subject.DIFFICULTY, "Pochi volontari", date(2026, 2, 10)),),
)


async def _known(house: House, iri: str) -> Replication:
    async with house.read() as session:
        row = await coverage.by_iri(session, iri)
    assert row is not None
    return row


async def _coverage(house: House, iri: str) -> Coverage:
    async with house.read() as session:
        model = await history.model_by_iri(session, iri)
        assert model is not None
        return await coverage.coverage(session, model)


async def _fork(house: House, actor: Actor, iri: str) -> Model:
    source = await house.lookup.resolve(iri)
    assert isinstance(source, Model)
    async with house.begin() as session:
        return await forking.fork(session, house.site, actor, source, kind="variant", language="it")


async def _record(house: House, actor: Actor, iri: str, record: Record = RECORD) -> Replication:
    found = await house.lookup.resolve(iri)
    assert isinstance(found, Model)
    async with house.begin() as session:
        model = await session.get_one(Model, found.id)
        head = await history.head(session, model)
        return await replicating.replicate(session, house.site, actor, model, head, record)


async def _vouch(house: House, actor: Actor, iri: str, verdict: Verdict, *links: Link) -> str:
    async with house.begin() as session:
        row = await coverage.by_iri(session, iri)
        assert row is not None
        said = Saying(verdict, "Visto sul posto.", "it", sections=("value",), links=links)
        return (await attesting.attest(session, house.site, actor, row, said)).iri


async def _notices(house: House, actor: Actor) -> list[str]:
    async with house.read() as session:
        rows = await session.scalars(
            select(Notice.kind).where(Notice.owner_id == actor.id).order_by(Notice.id)
        )
        return list(rows)


async def test_a_record_counts_upwards_is_vouched_for_and_taken_back(street: Street) -> None:
    alpha, beta, gamma, delta = await street.open("alpha", "beta", "gamma", "delta")
    coop, torino = await alpha.organisation("coop"), await beta.organisation("torino")
    officina = await gamma.organisation("officina")
    source = await alpha.publish(coop)
    fork = await _fork(beta, torino, source.iri)
    await street.settle()

    # Gamma's organisation does what beta's fork says: beta and alpha count it, without asking.
    made = await _record(gamma, officina, fork.iri)
    await street.settle()
    for house, iri in ((gamma, fork.iri), (beta, fork.iri), (alpha, source.iri)):
        known = await _coverage(house, iri)
        assert (known.total, [one.code for one in known.countries]) == (1, ["IT"]), house.name
        assert known.levels[Level.E1] == 1
    assert "record" in await _notices(beta, torino)
    assert "mention" not in await _notices(beta, torino)
    assert "record" in await _notices(alpha, coop)
    listed = await _document(street, f"{source.iri}/replications?page=true")
    assert listed["orderedItems"] == [made.iri]
    # Whoever reads it elsewhere sees a post with a title, a sentence and a proof.
    document = await _document(street, made.iri)
    assert (document["type"], document["name"]) == ("Article", RECORD.name)
    assert "proof" in document

    # It grows; what was said before stays, and every level is computed by whoever reads.
    street.clock.turn(minutes=1)
    async with gamma.begin() as session:
        row = await session.get_one(Replication, made.id)
        await replicating.add(session, gamma.site, row, MEASURED)
    await street.settle()
    for house in (gamma, beta, alpha):
        row = await _known(house, made.iri)
        assert (row.stage, row.level) == ("Running", Level.E2), house.name
        assert [one["stage"] for one in row.record["steps"]] == ["Pilot", "Running"]

    # The source confirms; an organisation that is neither source nor network counts for nothing.
    other = await alpha.organisation("other")
    await _vouch(alpha, other, made.iri, Verdict.CONFIRMED)
    await street.settle()
    assert {(await _known(one, made.iri)).level for one in (alpha, gamma)} == {Level.E2}
    confirmed = await _vouch(alpha, coop, made.iri, Verdict.CONFIRMED)
    await street.settle()
    for house in (alpha, gamma, beta):
        assert (await _known(house, made.iri)).level == Level.E3, house.name
    assert "attested" in await _notices(gamma, officina)

    # A network that came to know it disagrees: both are shown, and nobody decides.
    await delta.follow(delta.network, "@officina@gamma.test")
    await street.settle()
    await delta.lookup.resolve(fork.iri)
    street.clock.turn(minutes=1)
    async with gamma.begin() as session:
        row = await session.get_one(Replication, made.id)
        more = Addition(steps=(Step(Stage.PAUSED, date(2026, 3, 1), "Locale chiuso"),))
        await replicating.add(session, gamma.site, row, more)
    await street.settle()
    await _vouch(delta, delta.network, made.iri, Verdict.DISPUTED)
    await street.settle()
    async with gamma.read() as session:
        said = await coverage.statements(session, await session.get_one(Replication, made.id))
    assert [(one.standing, one.row.verdict, one.is_older) for one in said] == [
        (Standing.OTHER, "Confirmed", True),
        (Standing.SOURCE, "Confirmed", True),
        (Standing.NETWORK, "Disputed", False),
    ]

    # An evaluation that lies elsewhere leads to E4, once it is confirmed.
    report = Link("https://university.test/report.pdf", "Valutazione", Kind.EVALUATION)
    await _vouch(alpha, coop, made.iri, Verdict.CONFIRMED, report)
    await street.settle()
    assert (await _known(gamma, made.iri)).level == Level.E4
    assert (await street_status(street, confirmed)) == 410
    async with alpha.begin() as session:
        for one in await coverage.statements(session, await _row(session, made.iri)):
            if one.author.id == coop.id:
                await attesting.revoke(session, alpha.site, one.row)
    await street.settle()
    assert {(await _known(one, made.iri)).level for one in (alpha, beta, gamma)} == {Level.E2}
    assert "unattested" in await _notices(gamma, officina)

    # Who changes the core is inspired by the source, and leaves its count; the fork keeps it.
    # What the source confirmed is then said by anybody, also where the record is written.
    await _vouch(alpha, coop, made.iri, Verdict.CONFIRMED)
    await street.settle()
    assert {(await _known(one, made.iri)).level for one in (beta, gamma)} == {Level.E3}
    street.clock.turn(minutes=1)
    await beta.revise(fork, a_sheet("Officina", text="Un altro principio."))
    await street.settle()
    assert (await _coverage(alpha, source.iri)).total == 0
    assert (await _coverage(beta, fork.iri)).total == 1
    assert {(await _known(one, made.iri)).level for one in (beta, gamma)} == {Level.E2}

    # It is deleted, and goes everywhere.
    async with gamma.begin() as session:
        remark = (await session.scalars(select(Remark).where(Remark.iri == made.iri))).one()
        await forgetting.delete_remark(session, gamma.site, remark)
    await street.settle()
    assert (await _coverage(beta, fork.iri)).total == 0
    assert (await street_status(street, made.iri)) == 410

    # Its model moves on, here and where it is known, as if there had been no record.
    street.clock.turn(minutes=1)
    await beta.revise(fork, a_sheet("Officina", text="Ancora un altro."))
    await street.settle()
    for house in (alpha, beta):
        async with house.read() as session:
            after = await history.model_by_iri(session, fork.iri)
        assert after is not None
        assert after.number == 3, house.name
        assert (await _coverage(house, fork.iri)).total == 0
    assert street.refusals() == []


async def test_a_chain_of_strangers_passes_a_record_up_by_its_address(street: Street) -> None:
    alpha, beta, gamma, delta = await street.open("alpha", "beta", "gamma", "delta")
    coop, torino = await alpha.organisation("coop"), await beta.organisation("torino")
    lyon, brest = await gamma.organisation("lyon"), await delta.organisation("brest")
    source = await alpha.publish(coop)
    middle = await _fork(beta, torino, source.iri)
    await street.settle()
    lower = await _fork(gamma, lyon, middle.iri)
    await street.settle()
    made = await _record(delta, brest, lower.iri)
    await street.settle()
    # Alpha has never heard of gamma's fork: beta vouches for the way, and alpha reads the record.
    async with alpha.read() as session:
        assert await history.model_by_iri(session, lower.iri) is None
    assert (await _coverage(alpha, source.iri)).total == 1
    assert (await _known(alpha, made.iri)).name == RECORD.name

    # It travels in the archive of the model, with what is said of it, and is believed by its proof.
    street.clock.turn(minutes=1)
    await _vouch(alpha, coop, made.iri, Verdict.CONFIRMED)
    data = await alpha.app[ARCHIVIST].make(source.id)
    held = archive.read(data)
    assert [one["id"] for one in held.records] == [made.iri]
    assert proving.examine(held, now=street.clock()).is_proven
    lie = replace(held, attestations=({**held.attestations[0], "content": "<p>Mai visto.</p>"},))
    assert "attestations/1.json" in proving.examine(lie, now=street.clock()).faults
    orphan = replace(held, records=())
    assert "attestations/1.json" in proving.examine(orphan, now=street.clock()).faults
    (omega,) = await street.open("omega")
    await omega.app[ARCHIVIST].restore(data)
    assert (await _known(omega, made.iri)).level == Level.E1

    # A neighbour who has no fork of it cannot put anything there, and costs no request.
    async with delta.begin() as session:
        liar = await session.get_one(Actor, brest.id)
        await posting.say(
            session,
            delta.site,
            liar,
            "Add",
            made.iri,
            about="x",
            recipients=[coop.iri],
            target=f"{source.iri}/replications",
            origin=middle.iri,
        )
    other = await _record(delta, brest, (await delta.publish(brest, a_sheet("Altro"))).iri)
    async with beta.begin() as session:
        owner = await session.get_one(Actor, torino.id)
        await posting.say(
            session,
            beta.site,
            owner,
            "Add",
            other.iri,
            about="y",
            recipients=[coop.iri],
            target=f"{source.iri}/replications",
            origin=source.iri,
        )
    await street.settle()
    assert (await _coverage(alpha, source.iri)).total == 1

    async with delta.begin() as session:
        remark = (await session.scalars(select(Remark).where(Remark.iri == made.iri))).one()
        await forgetting.delete_remark(session, delta.site, remark)
    await street.settle()
    assert (await _coverage(alpha, source.iri)).total == 0


async def test_what_a_record_counts_for_may_lie_here_and_there_in_turn_and_even_in_a_ring(
    street: Street,
) -> None:
    alpha, beta, gamma = await street.open("alpha", "beta", "gamma")
    coop, torino = await alpha.organisation("coop"), await beta.organisation("torino")
    other, brest = await alpha.organisation("other"), await gamma.organisation("brest")
    source = await alpha.publish(coop)
    middle = await _fork(beta, torino, source.iri)
    await street.settle()
    lower = await _fork(alpha, other, middle.iri)
    await street.settle()
    made = await _record(gamma, brest, lower.iri)
    await street.settle()  # once the mail went back and forth between alpha and beta for ever
    for house in (alpha, beta):
        for model in (source, middle, lower):
            assert (await _coverage(house, model.iri)).total == 1, (house.name, model.iri)

    # All say that the source was made from what was made from it: nobody could, but who would know?
    for house in (alpha, beta, gamma):
        async with house.begin() as session:
            first = await history.model_by_iri(session, source.iri)
            last = await history.model_by_iri(session, lower.iri)
            if first is None or last is None:
                continue
            head = await history.head(session, last)
            tie = Lineage(
                id=house.site.new_id(),
                model_id=first.id,
                upstream_iri=lower.iri,
                base_iri=head.iri,
                base_digest=head.digest,
                seen_iri=head.iri,
                kind="variant",
            )
            tie.listed_at = house.site.now()
            session.add(tie)
    lowest = await _fork(gamma, brest, source.iri)
    await street.settle()
    again = await _record(gamma, brest, lowest.iri)
    await street.settle()
    for model in (source, middle, lower):
        assert (await _coverage(alpha, model.iri)).total == 2
    async with gamma.begin() as session:
        for iri in (made.iri, again.iri):
            remark = (await session.scalars(select(Remark).where(Remark.iri == iri))).one()
            await forgetting.delete_remark(session, gamma.site, remark)
    await street.settle()
    for house in (alpha, beta):
        assert (await _coverage(house, source.iri)).total == 0


async def test_what_becomes_a_replication_again_brings_its_records(street: Street) -> None:
    alpha, beta, gamma = await street.open("alpha", "beta", "gamma")
    coop, torino = await alpha.organisation("coop"), await beta.organisation("torino")
    brest = await gamma.organisation("brest")
    source = await alpha.publish(coop)
    fork = await _fork(beta, torino, source.iri)
    await street.settle()
    street.clock.turn(minutes=1)
    await beta.revise(fork, a_sheet("Officina", text="Un altro principio."))
    await street.settle()
    made = await _record(gamma, brest, fork.iri)
    own = await _record(beta, torino, fork.iri)
    await street.settle()
    assert (await _coverage(alpha, source.iri)).total == 0
    street.clock.turn(minutes=1)
    await beta.revise(fork, a_sheet("Officina"))  # as the source has it
    await street.settle()
    assert (await _coverage(alpha, source.iri)).total == 2
    assert (await _known(alpha, made.iri)).name == (await _known(alpha, own.iri)).name


async def test_who_practises_what_was_made_from_their_own_model_counts_for_its_source(
    street: Street,
) -> None:
    alpha, beta, gamma = await street.open("alpha", "beta", "gamma")
    coop, torino = await alpha.organisation("coop"), await beta.organisation("torino")
    brest = await gamma.organisation("brest")
    source = await alpha.publish(coop)
    middle = await _fork(beta, torino, source.iri)
    await street.settle()
    lower = await _fork(gamma, brest, middle.iri)
    await street.settle()
    await _record(beta, torino, lower.iri)  # alpha has never heard of that one
    await street.settle()
    assert (await _coverage(alpha, source.iri)).total == 1


async def test_a_record_that_is_deleted_counts_no_more_where_its_author_is_unknown(
    street: Street,
) -> None:
    alpha, beta, gamma = await street.open("alpha", "beta", "gamma")
    coop, torino = await alpha.organisation("coop"), await beta.organisation("torino")
    officina = await gamma.organisation("officina")
    source = await alpha.publish(coop)
    fork = await _fork(beta, torino, source.iri)
    await street.settle()
    made = await _record(gamma, officina, fork.iri)
    await street.settle()
    assert (await _coverage(alpha, source.iri)).total == 1
    # Gamma may not know the source: only beta tells alpha what becomes of the record.
    async with gamma.begin() as session:
        remark = (await session.scalars(select(Remark).where(Remark.iri == made.iri))).one()
        remark.addressed = [one for one in remark.addressed if "alpha.test" not in one]
        await forgetting.delete_remark(session, gamma.site, remark)
    await street.settle()
    assert (await _coverage(beta, fork.iri)).total == 0
    assert (await _coverage(alpha, source.iri)).total == 0


async def _row(session: Any, iri: str) -> Replication:
    row = await coverage.by_iri(session, iri)
    assert row is not None
    return row


async def _document(street: Street, url: str) -> Any:
    headers = {"Accept": "application/activity+json"}
    async with street.session.get(url, headers=headers) as answer:
        assert answer.status == 200, url
        return orjson.loads(await answer.read())


async def street_status(street: Street, url: str) -> int:
    headers = {"Accept": "application/activity+json"}
    async with street.session.get(url, headers=headers) as answer:
        return answer.status


async def test_a_file_of_records_is_whole_in_their_order_and_bounded(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    model = await alpha.publish(coop)
    made = [await _record(alpha, coop, model.iri) for _ in range(5)]
    newest_first = [one.iri for one in reversed(made)]
    monkeypatch.setattr(coverage, "AT_ONCE", 2)
    for most, expected in ((10, [2, 2, 1]), (4, [2, 2]), (3, [2, 1]), (1, [1])):
        async with alpha.read() as session:
            some = [part async for part in coverage.lines(session, model, most)]
        assert [len(part) for part in some] == expected
        assert [one.iri for part in some for one in part] == newest_first[:most]
    async with alpha.read() as session:
        whole = await coverage.coverage(session, model)
        short = await coverage.by_country(session, model)
    assert (short.countries, short.total) == (whole.countries, 5)
