"""A lineage as it is known here: who says so, where it stops, and what lies and circles do."""

import pytest
from together.peer import Peer, Published
from together.street import a_sheet

from activitypub.iris import Iri
from actors.database import Session
from actors.errors import NotFound
from actors.rules.merging import Verdict
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.verbs import forgetting, publishing, tracing
from actors.views import history, keeping, kin
from actors.views.kin import Kinship, Relative


def of(model: Published) -> tuple[str, str, str]:
    """What a fork says of this source."""
    return str(model.iri), str(model.version_iri), str(model.version["digest"])


async def known(session: Session, iri: str) -> Model:
    model = await history.model_by_iri(session, iri)
    assert model is not None
    return model


def told(family: Kinship) -> dict[str, tuple[int, str, str | None]]:
    """Generation, standing and tie, by the last part of the address."""
    return {
        one.iri.rsplit("/", 1)[1]: (one.generation, str(one.standing), one.tie and str(one.tie))
        for one in family.relatives
    }


@pytest.fixture
def far(site: Site) -> Peer:
    return Peer(site, "https://far.test")


async def test_each_side_is_believed_about_itself_alone(
    session: Session, site: Site, peer: Peer, far: Peer
) -> None:
    source = far.model(a_sheet(), slug="source")
    await far.publish(session, source)
    for slug in ("both", "alone"):
        await peer.publish(session, peer.model(a_sheet(), slug=slug, fork_of=of(source)))
    stranger = peer.model(a_sheet(), slug="stranger")
    await peer.publish(session, stranger)
    model = await known(session, str(source.iri))
    assert told(await kin.kinship(session, model)) == {
        "source": (0, "told", None),
        "both": (1, "told", "unchecked"),
        "alone": (1, "told", "unchecked"),
    }
    at = str(stranger.iri).rsplit("/", 1)[0]
    await tracing.sighted(session, site, source.iri, tracing.SEEN)
    listed = [Iri(f"{at}/{slug}") for slug in ("both", "stranger", "never")]
    await tracing.listed(session, site, source.iri, listed, begins=True)
    assert told(await kin.kinship(session, model)) == {
        "source": (0, "seen", None),
        "both": (1, "told", "confirmed"),
        "alone": (1, "told", "claimed"),
        "stranger": (1, "told", "denied"),
        "never": (1, "unknown", "listed"),
    }
    await tracing.listed(session, site, source.iri, listed[:1], begins=True)
    assert "stranger" not in told(await kin.kinship(session, model))


async def test_a_circle_of_liars_is_shown_as_one_and_ends(
    session: Session, site: Site, peer: Peer, far: Peer
) -> None:
    here = str(peer.model(a_sheet(), slug="a").iri).rsplit("/", 1)[0]
    for slug, source in (("a", "c"), ("b", "a"), ("c", "b"), ("self", "self"), ("d", "a")):
        claim = (f"{here}/{source}", f"{here}/{source}/versions/1", "")
        await peer.publish(session, peer.model(a_sheet(), slug=slug, fork_of=claim))
    family = await kin.kinship(session, await known(session, f"{here}/a"))
    assert told(family).keys() == {"a", "b", "c", "d"}
    assert [one.in_circle for one in family.relatives].count(True) == 1
    assert sorted(one.row for one in family.relatives) == [0, 0, 0, 1]
    (alone,) = (await kin.kinship(session, await known(session, f"{here}/self"))).relatives
    assert alone.in_circle
    with pytest.raises(NotFound):
        await kin.beside(session, await known(session, f"{here}/a"), f"{here}/self")
    beside = await kin.beside(session, await known(session, f"{here}/a"), f"{here}/b")
    assert not beside.is_direct


async def test_the_middle_that_was_deleted_still_ties_a_fork_to_its_grandparent(
    session: Session, site: Site, coop: Actor, peer: Peer, far: Peer
) -> None:
    first = far.model(a_sheet(), slug="first")
    await far.publish(session, first)
    middle = peer.model(a_sheet(text="Deux."), slug="middle", fork_of=of(first))
    await peer.publish(session, middle)
    last = far.model(a_sheet(text="Trois."), slug="last", fork_of=of(middle))
    await far.publish(session, last)
    await forgetting.forget_read(session, site, str(middle.iri), for_ever=True)
    model = await known(session, str(last.iri))
    family = await kin.kinship(session, model)
    assert told(family) == {
        "first": (0, "told", None),
        "middle": (1, "gone", "unchecked"),
        "last": (2, "told", "unchecked"),
    }
    sources = await keeping.sources(session, model)
    assert [(one.iri, one.is_lost, len(one.versions)) for one in sources] == [
        (str(middle.iri), True, 1),
        (str(first.iri), False, 1),
    ]
    witness = sources[0].versions[0][1]
    assert witness is not None
    assert witness.owner_iri == peer.iri("ada")
    beside = await kin.beside(session, model, str(first.iri))
    assert (beside.base.iri, beside.moved) == (first.version_iri, False)
    newer = far.model(a_sheet(text="Neuf."), slug="first", number=2)
    await far.publish(session, newer, kind="Update")
    beside = await kin.beside(session, model, str(first.iri))
    verdicts = {row.key: row.verdict for row in beside.sections}
    assert verdicts == {"value": Verdict.CONFLICT, "costs": Verdict.SAME}


async def test_a_relative_whose_common_past_is_unknown_differs_in_everything(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    """Two forks of a source that nobody here has ever read."""
    unknown = "https://lost.test/models/m"
    texts = {"ours": "Chez nous.", "theirs": "Ailleurs."}
    for slug, text in texts.items():
        claim = (unknown, f"{unknown}/versions/{len(text)}", "")
        await peer.publish(session, peer.model(a_sheet(text=text), slug=slug, fork_of=claim))
    at = str(peer.model(a_sheet(), slug="ours").iri).rsplit("/", 1)[0]
    ours = await known(session, f"{at}/ours")
    family = told(await kin.kinship(session, ours))
    assert family["m"] == (0, "unknown", None)
    assert family["theirs"][0] == 1
    beside = await kin.beside(session, ours, f"{at}/theirs")
    assert (beside.base.number, beside.moved) == (0, True)
    verdicts = {row.key: row.verdict for row in beside.sections}
    assert verdicts == {"value": Verdict.CONFLICT, "costs": Verdict.ALIKE}


async def test_a_large_family_is_cut_and_says_so(
    session: Session, site: Site, coop: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    monkeypatch.setattr(kin, "MOST_SHOWN", 5)
    forks = [Iri(f"https://h{number}.test/models/m") for number in range(9)]
    await tracing.sighted(session, site, model.iri, tracing.SEEN)
    await tracing.listed(session, site, model.iri, forks, begins=True)
    family = await kin.kinship(session, model)
    assert (len(family.relatives), family.is_cut, family.hosts) == (5, True, 5)
    first: Relative = family.relatives[0]
    assert (first.name, first.host) == ("Atelier de réparation", "alpha.test")


async def test_a_list_holds_no_more_addresses_than_anybody_reads(
    session: Session, site: Site
) -> None:
    forks = [Iri(f"https://liar.test/models/{number}") for number in range(150)]
    source = "https://liar.test/models/source"
    await tracing.sighted(session, site, source, tracing.SEEN)
    await tracing.listed(session, site, source, forks, begins=True)
    more = [Iri(f"{one}-again") for one in forks]
    await tracing.listed(session, site, source, more, begins=False)
    assert len((await kin.family_of(session, source)).forks) == tracing.MOST_LISTED
