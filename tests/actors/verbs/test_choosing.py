"""What is decided section by section is kept; what an earlier version said is published again."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from together.peer import work_off
from together.street import a_sheet

from actors.database import Session
from actors.errors import Conflicting, NotFound, Unwise
from actors.rules.core import Relation
from actors.rules.modifications import Modification, Nature, Reason
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.choice import Choice
from actors.tables.listing import Listing
from actors.tables.mail import Outgoing
from actors.tables.model import Model
from actors.verbs import choosing, forking, publishing, reverting
from actors.verbs.choosing import MAX_TEXTS, MOST_CHOICES, Chosen
from actors.views import catalogue, choices, history, lineage

OTHER = "https://peer.test/models/m"


async def _kept(session: Session, model: Model) -> dict[str, Chosen]:
    return {
        key: choosing.read(row) for key, row in (await choices.of(session, model, OTHER)).items()
    }


async def test_choices_are_kept_changed_and_undone_one_by_one(
    session: Session, site: Site, coop: Actor
) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    first = {
        "value": Chosen("theirs", fingerprint="1"),
        "costs": Chosen("own", {"fr": "Un local."}, "Cost", "Ici", planned=False, fingerprint="2"),
    }
    for _ in range(2):
        await choosing.keep(session, site, model, OTHER, first)
    assert await _kept(session, model) == first
    await choosing.keep(session, site, model, OTHER, {"value": Chosen("ours", fingerprint="3")})
    await choosing.keep(session, site, model, OTHER, {"costs": Chosen(), "gone": Chosen()})
    assert await _kept(session, model) == {"value": Chosen("ours", fingerprint="3")}
    await choosing.keep(session, site, model, "https://else.test/m", first)
    await choosing.undo(session, model, OTHER, "value")
    assert await _kept(session, model) == {}
    assert await session.scalar(select(func.count()).select_from(Choice)) == 2


@pytest.mark.parametrize(
    "odd",
    [
        Chosen("both"),
        Chosen("own", {"fr": "a" * (MAX_TEXTS + 1)}),
        Chosen("ours", why="a" * 1001),
    ],
)
async def test_what_is_no_choice_is_not_kept(
    session: Session, site: Site, coop: Actor, odd: Chosen
) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    with pytest.raises(Unwise) as refused:
        await choosing.keep(session, site, model, OTHER, {"costs": odd})
    assert list(refused.value.fields) == ["choices.costs"]
    many = {f"k{number}": Chosen("ours") for number in range(MOST_CHOICES + 1)}
    with pytest.raises(Unwise, match="more choices"):
        await choosing.keep(session, site, model, OTHER, many)
    assert await _kept(session, model) == {}


async def test_an_earlier_version_is_published_again_and_nothing_is_lost(
    session: Session, site: Site, coop: Actor
) -> None:
    first = a_sheet()
    model = await publishing.publish(session, site, coop, first)
    await publishing.revise(session, site, model, a_sheet(text="On répare mieux."))
    for number, note, error in ((1, " ", Unwise), (7, "x", NotFound), (2, "x", Conflicting)):
        with pytest.raises(error):
            await reverting.revert(session, site, model, number, note=note)
    made = await reverting.revert(session, site, model, 1, note="C'était plus clair.")
    assert (made.number, made.note) == (3, "C'était plus clair.")
    versions = await history.revisions(session, model)
    assert [one.number for one in versions] == [3, 2, 1]
    assert versions[0].digest == versions[2].digest != versions[1].digest
    assert made.parent_iri == versions[1].iri
    assert await history.said_before(session, model, versions) == {
        versions[1].digest: 2,
        versions[2].digest: 1,
    }
    below = await history.revisions_below(session, model, 3, 1)
    assert [one.number for one in below] == [2]
    assert await history.numbers(session, model) == [3, 2, 1]


async def test_going_back_keeps_to_the_licence_that_was_taken_since(
    session: Session, site: Site, coop: Actor
) -> None:
    free = replace(a_sheet(), license="CC-BY-4.0")
    source = await publishing.publish(session, site, coop, free)
    own = await forking.fork(session, site, coop, source, kind="variant", language="fr")
    await publishing.revise(session, site, source, replace(free, license="CC-BY-SA-4.0"))
    tie = await lineage.of(session, own)
    head = await history.head(session, source)
    assert tie is not None
    tie.seen_iri = head.iri
    await session.flush()
    await forking.merge(session, site, own, {})
    assert (await history.head(session, own)).sheet["license"] == "CC-BY-SA-4.0"
    with pytest.raises(Unwise, match="Share alike"):
        await reverting.revert(session, site, own, 1, note="Plus libre.")
    with pytest.raises(Unwise, match="Share alike"):
        await publishing.revise(session, site, own, free)


async def test_a_fork_has_its_own_name_licence_and_place(
    session: Session, site: Site, coop: Actor
) -> None:
    source = await publishing.publish(
        session, site, coop, replace(a_sheet(), license="CC-BY-4.0", facts={"territory": ["FR"]})
    )
    own = await forking.fork(
        session,
        site,
        coop,
        source,
        kind="variant",
        language="it",
        name="  Officina \n lenta ",
        wanted_license="CC-BY-SA-4.0",
        facts={"territory": ["IT"]},
    )
    assert (own.slug, own.license, own.territory) == ("officina-lenta", "CC-BY-SA-4.0", ["IT"])
    with pytest.raises(Unwise):
        await forking.fork(
            session, site, coop, own, kind="variant", language="it", wanted_license="CC0-1.0"
        )
    assert await lineage.made_by(session, coop, source) == [own]


async def test_a_working_copy_is_told_to_its_source_alone(
    session: Session, site: Site, coop: Actor
) -> None:
    source = await publishing.publish(session, site, coop, a_sheet())
    await work_off(session, site)
    copy = await forking.fork(session, site, coop, source, kind="working-copy", language="fr")
    await publishing.revise(session, site, copy, a_sheet(text="On répare mieux."))
    rows = await session.scalars(select(Outgoing).where(Outgoing.about == copy.iri))
    assert sorted(one.type for one in rows) == ["Create", "Update"]  # and no Announce
    listing = await session.get_one(Listing, copy.id)
    assert listing.is_withheld
    assert [one.model.id for one in await catalogue.latest(session, 5)] == [source.id]


async def test_the_source_may_take_a_changed_core_section_into_its_own(
    session: Session, site: Site, coop: Actor
) -> None:
    source = await publishing.publish(session, site, coop, a_sheet())
    own = await forking.fork(session, site, coop, source, kind="variant", language="fr")
    state = await lineage.core_state(session, own)
    assert state is not None
    assert (state.relation, state.broken) == (Relation.REPLICATION, {})
    why = [Modification("value", Nature.SUBSTITUTED, Reason.LESSON)]
    better = a_sheet(text="On répare et on apprend.")
    await publishing.revise(session, site, own, better, modifications=why)
    state = await lineage.core_state(session, own)
    assert state is not None
    assert (state.relation, list(state.broken), state.is_accepted) == (
        Relation.INSPIRED,
        ["value"],
        False,
    )
    await publishing.revise(session, site, source, better)
    tie = await lineage.of(session, own)
    assert tie is not None
    tie.seen_iri = (await history.head(session, source)).iri
    await session.flush()
    state = await lineage.core_state(session, own)
    assert state is not None
    assert state.is_accepted
    merged = await forking.merge(session, site, own, {})
    assert merged.modifications == []  # it does nothing differently any more
    assert await lineage.relation(session, own) is Relation.REPLICATION
    assert await lineage.core_state(session, source) is None
