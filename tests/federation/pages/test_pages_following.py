"""Following somebody here or elsewhere, and fetching what lives elsewhere."""

import pytest
from together.reader import Reader, reading
from together.street import PASSWORD, House, Street

from actors.views import profiles


@pytest.fixture
async def beta(street: Street, alpha: House) -> House:
    """Another instance, with one organisation."""
    assert alpha.is_open
    (house,) = await street.open("beta")
    await house.organisation("rete", "Rete Beta")
    return house


async def test_a_handle_from_elsewhere_is_followed_and_unfollowed(
    street: Street, beta: House, anna: Reader
) -> None:
    await anna.go("/space")
    await anna.press_exactly("Follow", handle=" @rete@beta.test ")
    assert anna.path == "/@rete@beta.test"
    assert anna.heading == "Rete Beta"
    assert "their answer has not come yet" in anna.text
    await street.settle()
    await anna.go("/@rete@beta.test")
    assert "Coopérative Alpha follows them." in anna.text
    rete = await beta.actor("rete")
    async with beta.read() as session:
        assert (await profiles.counts(session, rete)).followers == 1
    await anna.press("Stop following")
    assert "You no longer follow them." in anna.text
    await street.settle()
    async with beta.read() as session:
        assert (await profiles.counts(session, rete)).followers == 0


async def test_what_those_we_follow_publish_arrives_in_our_space(
    street: Street, beta: House, anna: Reader
) -> None:
    await anna.go("/space")
    await anna.press_exactly("Follow", handle="@rete@beta.test")
    await street.settle()
    await beta.publish(await beta.actor("rete"))
    await street.settle()
    await anna.go("/space")
    news = anna.page.xpath("//section[@aria-labelledby='news']")[0].text_content()
    assert "Atelier de réparation (en)" in news
    await anna.go("/directory")
    assert "Atelier de réparation (en)" in anna.text
    assert "beta.test" in anna.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("@nobody@beta.test", "Their site knows nothing under this name or address."),
        ("@rete@nowhere.test", "No site of this name can be found."),
        ("nobody", "Nobody here has that name."),
        ("two words", "That is neither a handle such as @name@host nor an address."),
        ("coop", "An organisation does not follow itself."),
        ("", "Please fill this in."),
    ],
)
async def test_a_handle_that_cannot_be_followed_stays_in_its_field(
    beta: House, anna: Reader, typed: str, words: str
) -> None:
    assert beta.is_open
    await anna.go("/space")
    await anna.press_exactly("Follow", handle=typed)
    assert anna.status == 422
    assert words in anna.faults[0]
    assert anna.page.xpath("//input[@id='f-handle']/@value") == [typed]


async def test_a_stranger_is_shown_the_handle_to_paste(alpha: House, reader: Reader) -> None:
    await reader.go("/@coop")
    assert "search for this handle:" in reader.text
    assert reader.page.xpath("//code[@class='copy']/text()") == ["@coop@alpha.test"]


async def test_a_model_elsewhere_is_fetched_for_members_alone(beta: House, reader: Reader) -> None:
    slug = (await beta.publish(await beta.actor("rete"))).slug
    address = f"https://beta.test/models/{slug}"
    await reader.go("/directory")
    await reader.press("Search", q=address)
    assert "Members who are signed in can have it fetched." in reader.text
    assert reader.status == 200
    await reader.sign_in("anna@example.org")
    await reader.go("/directory")
    await reader.press("Search", q=address)
    assert reader.heading == "Atelier de réparation (en)"
    await reader.press("Sign out")
    await reader.go("/directory")
    await reader.press("Search", q=address)
    assert reader.heading == "Atelier de réparation (en)"  # remembered, so shown to everybody


async def test_an_address_that_leads_nowhere_is_explained(beta: House, anna: Reader) -> None:
    await anna.go("/directory")
    await anna.press("Search", q="https://beta.test/models/nothing")
    assert "We could not fetch this from elsewhere:" in anna.text
    await anna.press("Search", q="@rete@beta.test")
    assert anna.heading == "Rete Beta"
    assert beta.is_open


async def test_the_network_of_an_instance_shows_whom_it_follows(
    street: Street, alpha: House, beta: House, reader: Reader
) -> None:
    await alpha.follow(alpha.network, "@network@beta.test")
    await street.settle()
    assert beta.is_open
    for path in ("/", "/organisations"):
        await reader.go(path)
        assert "Réseau beta" in reader.text


async def test_a_network_shows_what_it_passed_on(alpha: House, reader: Reader) -> None:
    await alpha.publish(await alpha.actor("coop"))
    await reader.go("/@network")
    assert reader.page.xpath("//section[@aria-labelledby='passed']//h3")[0].text_content() == (
        "Atelier de réparation (en)"
    )


async def test_a_reader_follows_from_her_own_site(
    street: Street, beta: House, reader: Reader
) -> None:
    await beta.member("mara@example.org", await beta.actor("rete"))
    await reader.go("/@coop")
    await reader.follow("Follow from your own site")
    await reader.press("Show me the way", handle="@rete@beta.test")
    assert reader.heading == "Follow from your own site"
    [way] = reader.page.xpath("//a[starts-with(text(), 'Continue on beta.test')]/@href")
    assert way == "https://beta.test/interact?uri=https%3A%2F%2Falpha.test%2Factors%2Fcoop"
    async with reading(beta, street) as mara:
        await mara.go(way.removeprefix("https://beta.test"))
        assert mara.path == "/sign-in"
        await mara.press_exactly("Sign in", email="mara@example.org", password=PASSWORD)
        assert mara.path == "/@coop@alpha.test"
        await mara.press("Follow as")
        assert "You asked to follow" in mara.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("me", "Write your handle as name@site"),
        ("nobody@beta.test", "Their site knows nothing under this name or address."),
        ("me@nowhere.test", "No site of this name can be found."),
        ("instance.actor@beta.test", "Your site does not say where to do this."),
        ("", "Please fill this in."),
    ],
)
async def test_a_reader_who_cannot_be_shown_the_way_is_told_why(
    beta: House, reader: Reader, typed: str, words: str
) -> None:
    assert beta.is_open
    await reader.go("/from-elsewhere?do=reply&uri=https://alpha.test/@coop")
    assert reader.heading == "Answer from your own site"
    await reader.press("Show me the way", handle=typed)
    assert reader.status == 422
    assert words in reader.faults[0]
    assert reader.page.xpath("//input[@id='f-handle']/@value") == [typed]


@pytest.mark.parametrize("uri", ["https://evil.test/x", "javascript:x", ""])
async def test_we_lead_nobody_to_what_is_not_ours(reader: Reader, uri: str) -> None:
    await reader.go(f"/from-elsewhere?uri={uri}")
    assert reader.status == 404


async def test_whoever_is_followed_is_not_asked_and_whoever_has_not_answered_is_asked_again(
    street: Street, beta: House, anna: Reader
) -> None:
    assert beta.is_open
    for words in ("Their site will answer.", "Their site will answer."):
        await anna.go("/space")
        await anna.press_exactly("Follow", handle="@rete@beta.test")
        assert words in anna.text
    await street.settle()
    await anna.go("/space")
    await anna.press_exactly("Follow", handle="@rete@beta.test")
    assert "You follow them already." in anna.text
