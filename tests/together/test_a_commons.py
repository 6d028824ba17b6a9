"""A commons on one instance; organisations of two others join it, put things into it, and read."""

import pytest
from together.commons import at_home, known, open_commons, put, say, standing
from together.street import House, Street, a_sheet

from actors.errors import Conflicting, NotAllowed, Unwise
from actors.rules.commons import MayPost
from actors.tables.actor import Actor
from actors.verbs import joining, publishing, tending
from actors.views import commons as view
from actors.views import notices, profiles, timelines
from actors.views.paging import Page

COMMONS = "@repair@alpha.test"


@pytest.fixture
async def three(street: Street) -> tuple[House, House, House]:
    """The commons is on alpha; `mender` of beta and `reader` of gamma are members."""
    alpha, beta, gamma = await street.open("alpha", "beta", "gamma")
    await open_commons(alpha)
    await beta.follow(await beta.organisation("mender"), COMMONS)
    await gamma.follow(await gamma.organisation("reader"), COMMONS)
    await street.settle()
    return alpha, beta, gamma


async def network_of(house: House) -> Actor:
    """Who tends the commons there."""
    return await house.actor("network")


async def told(house: House, organisation: Actor, kind: str) -> list[str]:
    """The reasons of the notices of one kind."""
    async with house.read() as session:
        items = await notices.of(session, organisation, Page())
    return [str(one.notice.about.get("reason")) for one in items if one.notice.kind == kind]


async def test_what_a_member_publishes_into_a_commons_reaches_all_members(
    street: Street, three: tuple[House, House, House]
) -> None:
    alpha, beta, gamma = three
    mender, reader = await beta.actor("mender"), await gamma.actor("reader")
    group = await known(beta, COMMONS)
    async with beta.begin() as session:
        model = await publishing.publish(session, beta.site, mender, a_sheet(), commons=group)
    await street.settle()
    assert street.refusals() == []
    assert await standing(alpha, await alpha.actor("repair")) == [model.iri]
    assert await at_home(gamma, reader) == [(model.iri, "repair")]

    # An answer by a reader of the third is passed on to the second, and to the author.
    answer = await say(gamma, reader, "It works in Bologna too.", answer_to=model.iri)
    await street.settle()
    assert street.refusals() == []
    async with beta.read() as session:
        item = await timelines.by_iri(session, model.iri, None)
        assert item is not None
        below = (await timelines.thread(session, item, None))[1]
        heard = await notices.of(session, mender, Page())
    assert [one.subject.iri for one in below] == [answer.iri]
    assert [one.notice.kind for one in heard if one.sender.handle == "reader"] == ["reply"]

    # A new version reaches the third, which follows the commons and nobody else.
    street.clock.turn(minutes=1)
    await beta.revise(model, a_sheet(text="On répare mieux."))
    await street.settle()
    async with gamma.read() as session:
        item = await timelines.by_iri(session, model.iri, None)
    assert item is not None
    assert getattr(item.subject, "number", 0) == 2

    # So does its end.
    await beta.delete(model)
    await street.settle()
    assert street.refusals() == []
    assert await standing(alpha, await alpha.actor("repair")) == []
    # What the reader answered is its own, and stays on its timeline.
    assert await at_home(gamma, reader) == [(answer.iri, None)]


async def test_a_model_is_put_into_a_commons_later_and_taken_out_again(
    street: Street, three: tuple[House, House, House]
) -> None:
    _, beta, gamma = three
    mender, reader = await beta.actor("mender"), await gamma.actor("reader")
    model = await beta.publish(mender)
    await street.settle()
    assert await at_home(gamma, reader) == []
    street.clock.turn(minutes=1)
    await put(beta, model, COMMONS)
    await street.settle()
    assert street.refusals() == []
    assert await at_home(gamma, reader) == [(model.iri, "repair")]
    with pytest.raises(Conflicting):
        await put(beta, model, COMMONS)
    with pytest.raises(Unwise):
        await put(beta, model, "@mender@beta.test")
    street.clock.turn(minutes=1)
    await put(beta, model, None)
    await street.settle()
    assert street.refusals() == []


async def test_an_organisation_of_the_same_instance_takes_part_like_any_other(
    street: Street, three: tuple[House, House, House]
) -> None:
    alpha, beta, gamma = three
    neighbour = await alpha.organisation("neighbour")
    await alpha.follow(neighbour, COMMONS)
    await street.settle()
    word = await say(alpha, neighbour, "Who has a workshop?", commons=COMMONS)
    await street.settle()
    answer = await say(beta, await beta.actor("mender"), "We do.", commons=COMMONS)
    await street.settle()
    assert street.refusals() == []
    group = await alpha.actor("repair")
    assert await standing(alpha, group) == [answer.iri, word.iri]
    assert (answer.iri, "repair") in await at_home(alpha, neighbour)
    assert await at_home(gamma, await gamma.actor("reader")) == [
        (answer.iri, "repair"),
        (word.iri, "repair"),
    ]


async def test_who_may_not_post_is_told_why_and_nothing_is_passed_on(street: Street) -> None:
    alpha, beta, gamma = await street.open("alpha", "beta", "gamma")
    group = await open_commons(alpha, posting=MayPost.MEMBERS)
    reader, outsider = await gamma.organisation("reader"), await beta.organisation("outsider")
    await gamma.follow(reader, COMMONS)
    await street.settle()
    await say(beta, outsider, "Buy my tools.", commons=COMMONS)
    await street.settle()
    assert await standing(alpha, group) == []
    assert await at_home(gamma, reader) == []
    [reason] = await told(beta, outsider, "declined")
    assert "Only members" in reason
    await beta.follow(outsider, COMMONS)
    await street.settle()
    word = await say(beta, outsider, "Good morning.", commons=COMMONS)
    await street.settle()
    assert await standing(alpha, group) == [word.iri]


async def test_where_only_moderators_post_others_read_and_answer_nothing(street: Street) -> None:
    alpha, beta = await street.open("alpha", "beta")
    group = await open_commons(alpha, posting=MayPost.MODERATORS)
    mender, reader = await beta.organisation("mender"), await beta.organisation("reader")
    for one in (mender, reader):
        await beta.follow(one, COMMONS)
    await street.settle()
    word = await say(alpha, await network_of(alpha), "The newsletter", commons=COMMONS)
    await street.settle()
    declined = await say(beta, mender, "Me too", commons=COMMONS)
    await street.settle()
    assert await standing(alpha, group) == [word.iri]
    # What one said stays on one's own timeline; that of another member shows nothing of it.
    assert await at_home(beta, mender) == [(declined.iri, None), (word.iri, "repair")]
    assert await at_home(beta, reader) == [(word.iri, "repair")]
    assert len(await told(beta, mender, "declined")) == 1


async def test_members_are_let_in_by_hand_where_the_commons_says_so(street: Street) -> None:
    alpha, beta = await street.open("alpha", "beta")
    group = await open_commons(alpha, approves=True)
    mender, spammer = await beta.organisation("mender"), await beta.organisation("spammer")
    for one in (mender, spammer):
        await beta.follow(one, COMMONS)
    await street.settle()
    async with alpha.begin() as session:
        asking = {one.handle: one for one in await view.applicants(session, group)}
        await joining.admit(session, alpha.site, group, asking["mender"])
        await joining.turn_away(session, alpha.site, group, asking["spammer"])
    await street.settle()
    states = {}
    for one in (mender, spammer):
        async with beta.read() as session:
            [(follow, _)] = await profiles.our_follows(session, one)
        states[one.handle] = follow.state
    assert states == {"mender": "accepted", "spammer": "rejected"}


async def test_what_a_moderator_takes_out_is_gone_for_members_and_stays_with_its_author(
    street: Street, three: tuple[House, House, House]
) -> None:
    alpha, beta, gamma = three
    mender, reader = await beta.actor("mender"), await gamma.actor("reader")
    word = await say(beta, mender, "Cheap watches", commons=COMMONS)
    await street.settle()
    group, network = await alpha.actor("repair"), await network_of(alpha)
    async with alpha.begin() as session:
        with pytest.raises(Unwise):
            await tending.remove(session, alpha.site, group, network, word.iri, " ")
        await tending.remove(session, alpha.site, group, network, word.iri, "An advertisement.")
    await street.settle()
    assert street.refusals() == []
    assert await standing(alpha, group) == []
    assert await at_home(gamma, reader) == []
    assert await told(beta, mender, "removed") == ["An advertisement."]
    async with beta.read() as session:
        assert await timelines.by_iri(session, word.iri, None) is not None


async def test_who_is_kept_out_posts_nothing_and_cannot_come_back_until_readmitted(
    street: Street, three: tuple[House, House, House]
) -> None:
    alpha, beta, _ = three
    mender = await beta.actor("mender")
    group, network = await alpha.actor("repair"), await network_of(alpha)
    there = await known(alpha, "@mender@beta.test")
    async with alpha.begin() as session:
        await tending.exclude(session, alpha.site, group, network, there, "Insults.")
    await street.settle()
    await say(beta, mender, "I am back", commons=COMMONS)
    await street.settle()
    assert await standing(alpha, group) == []
    async with beta.begin() as session:
        [(follow, _)] = await profiles.our_follows(session, mender)
        await session.delete(follow)
    await beta.follow(mender, COMMONS)
    await street.settle()
    async with beta.read() as session:
        [(follow, _)] = await profiles.our_follows(session, mender)
    assert follow.state == "rejected"
    async with alpha.begin() as session:
        await tending.readmit(session, alpha.site, group, network, there)
    await beta.follow(mender, COMMONS)
    await street.settle()
    async with beta.read() as session:
        [(follow, _)] = await profiles.our_follows(session, mender)
    assert follow.state == "accepted"


async def test_only_those_who_tend_it_tend_it_and_somebody_always_does(
    street: Street, three: tuple[House, House, House]
) -> None:
    alpha, _, _ = three
    group, network = await alpha.actor("repair"), await network_of(alpha)
    helper = await alpha.organisation("helper")
    there = await known(alpha, "@mender@beta.test")
    async with alpha.begin() as session:
        with pytest.raises(NotAllowed):
            await tending.exclude(session, alpha.site, group, helper, there, "Because.")
        with pytest.raises(Unwise):
            await tending.appoint(session, alpha.site, group, network, there)
        await tending.appoint(session, alpha.site, group, network, helper)
        await tending.dismiss(session, alpha.site, group, helper, network)
        with pytest.raises(Conflicting):
            await tending.dismiss(session, alpha.site, group, helper, helper)
        tending_it = await view.moderators(session, group)
    assert [one.handle for one in tending_it] == ["helper"]
    await street.settle()
    assert street.refusals() == []


async def test_what_is_not_for_everybody_is_not_passed_on(
    street: Street, three: tuple[House, House, House]
) -> None:
    alpha, beta, gamma = three
    mender = await beta.actor("mender")
    model = await beta.publish(mender)  # addressed to everybody, but not to the commons
    await street.settle()
    assert await standing(alpha, await alpha.actor("repair")) == []
    assert await at_home(gamma, await gamma.actor("reader")) == []
    assert model.commons_iri is None
