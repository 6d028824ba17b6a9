"""The pages of a commons: opening it, joining, putting things into it, tending it."""

from collections.abc import AsyncIterator

import pytest
from together.commons import open_commons
from together.reader import Reader, reading
from together.street import House, Street

from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.verbs import remarking


@pytest.fixture
async def nora(alpha: House, street: Street) -> AsyncIterator[Reader]:
    """Steward of the network, signed in."""
    await alpha.member("nora@example.org", alpha.network)
    async with reading(alpha, street) as browser:
        yield await browser.sign_in("nora@example.org")


async def test_the_network_opens_a_commons_and_says_what_it_is(nora: Reader) -> None:
    await nora.go("/commons")
    assert "No commons yet." in nora.text
    await nora.press("Open it", handle="in strument", name="Repair cafés")
    assert nora.status == 422
    await nora.press(
        "Open it",
        handle="repair",
        name="Repair cafés",
        summary="Mending *together*.",
        rules="Say where.",
        family="hardware",
        posting="members",
    )
    assert (nora.path, nora.heading) == ("/@repair", "Repair cafés")
    assert "Members may put something into it." in nora.text
    assert "Say where." in nora.text
    await nora.go("/@repair/charter")
    await nora.press("Save", name="Repair cafés in Europe", posting="everybody")
    assert nora.heading == "Repair cafés in Europe"
    assert "Everybody may put something into it." in nora.text
    await nora.go("/commons")
    assert "Repair cafés in Europe" in nora.text


async def test_a_reader_without_account_sees_it_and_how_to_join(
    alpha: House, reader: Reader
) -> None:
    await open_commons(alpha)
    await reader.go("/@repair")
    assert reader.heading == "Repair cafés in Europe"
    assert "@repair@alpha.test" in reader.text
    assert "take out" not in reader.text
    await reader.go("/commons")
    assert "Open it" not in reader.text


async def test_a_member_joins_talks_and_puts_a_model_into_it(
    street: Street, alpha: House, anna: Reader
) -> None:
    await open_commons(alpha)
    model = await alpha.publish(await alpha.actor("coop"))
    await anna.go("/@repair")
    await anna.press("Join as Coopérative Alpha")
    await street.settle()
    await anna.go("/@repair")
    assert "1 member" in anna.text
    await anna.press("Say it as Coopérative Alpha", text="Who has a workshop?")
    assert "You said it." in anna.text
    await street.settle()
    await anna.go(f"/m/{model.slug}")
    section = "//section[@aria-labelledby='commons']"
    assert anna.page.xpath(section)
    await anna.press_exactly("Save", commons="@repair@alpha.test")
    assert "This is where the model stands now." in anna.text
    assert "It stands in Repair cafés in Europe" in anna.text
    await street.settle()
    await anna.go("/@repair")
    assert "Who has a workshop?" in anna.text
    assert "Atelier de réparation" in anna.text
    assert street.refusals() == []


async def test_those_who_tend_it_take_things_out_and_keep_people_out(
    street: Street, alpha: House, anna: Reader, nora: Reader
) -> None:
    await open_commons(alpha)
    await anna.go("/@repair")
    await anna.press("Say it as Coopérative Alpha", text="Cheap watches")
    await street.settle()
    await nora.go("/@repair")
    await nora.press_exactly("Pin")
    assert "Pinned" in nora.text
    await nora.press("Take out of the commons", reason="An advertisement.")
    assert "Cheap watches" not in nora.text
    await nora.press("Keep out", handle="nobody@nowhere.test", reason="Ads")
    [fault] = nora.faults
    assert "No site of this name can be found." in fault
    await nora.press("Keep out", handle="coop", reason="Advertisements.")
    assert "Kept out" in nora.text
    await street.settle()
    await anna.go("/notices")
    assert "has taken out what you put into it." in anna.text
    assert "An advertisement." in anna.text
    await anna.go("/@repair/charter")
    assert anna.status == 403
    await nora.press("Let back in")
    assert "Kept out" not in nora.text


async def test_a_model_can_be_written_for_a_commons(
    street: Street, alpha: House, anna: Reader
) -> None:
    await open_commons(alpha)
    await anna.go("/write?commons=repair@alpha.test")
    [field] = anna.page.xpath("//input[@name='commons']")
    assert field.get("value") == "repair@alpha.test"


async def test_what_stands_in_a_commons_shows_what_it_quotes_and_can_be_liked_there(
    street: Street, alpha: House, anna: Reader
) -> None:
    group = await open_commons(alpha)
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    async with alpha.begin() as session:
        await remarking.remark(
            session,
            alpha.site,
            await session.get_one(Actor, coop.id),
            text="Read this.",
            quoted=await session.get_one(Model, model.id),
            commons=await session.get_one(Actor, group.id),
        )
    await street.settle()
    await anna.go("/@repair")
    [shown] = anna.page.find_class("quoted")
    assert "Atelier de réparation" in shown.text_content()
    await anna.press_exactly("Like")
    await anna.go("/@repair")
    assert "1 like" in anna.text


async def test_what_is_wrong_with_taking_something_out_is_said_beside_the_things(
    street: Street, alpha: House, anna: Reader, nora: Reader
) -> None:
    await open_commons(alpha)
    await anna.go("/@repair")
    await anna.press("Say it as Coopérative Alpha", text="Cheap watches")
    await street.settle()
    await nora.go("/@repair")
    await nora.press("Take out of the commons", reason=" ")
    assert nora.status == 422
    [fault] = nora.page.xpath("//section[@aria-labelledby='entries']//p[@class='fault']")
    assert "Say why" in fault.text_content()


async def test_who_may_not_open_a_commons_is_told_who_may(anna: Reader, alpha: House) -> None:
    await anna.go("/commons")
    assert f"Those who are responsible for {alpha.network.name} open commons" in anna.text
