"""Deciding about followers, with a browser."""

from together.reader import Reader, reading
from together.street import House, Street


async def test_a_request_is_accepted_and_a_follower_removed(
    street: Street, alpha: House, anna: Reader
) -> None:
    fan = await alpha.organisation("fan", "Les Curieux")
    await anna.go("/space")
    await anna.press("Decide each time")
    assert "You decide who follows you." in anna.text
    await alpha.follow(fan, "@coop@alpha.test")
    await street.settle()
    await anna.go("/notices")
    assert "asks to follow you." in anna.text
    await anna.go("/space")
    await anna.press("Accept")
    await street.settle()
    await anna.go("/space")
    assert "Who asks to follow us" not in anna.text
    await anna.press("Remove")
    assert "They do not follow you." in anna.text
    await anna.press("Let everybody follow")
    assert "Everybody may follow you." in anna.text


async def test_whoever_was_refused_is_told_on_their_page(
    street: Street, alpha: House, anna: Reader
) -> None:
    (beta,) = await street.open("beta")
    await beta.member("berta@example.org", await beta.organisation("rete", "Rete"))
    await anna.go("/space")
    await anna.press("Decide each time")
    async with reading(beta, street) as berta:
        await berta.sign_in("berta@example.org")
        await berta.go("/space")
        await berta.press_exactly("Follow", handle="@coop@alpha.test")
        assert "They decide themselves who follows them." in berta.text
        await street.settle()
        await anna.go("/space")
        await anna.press("Refuse")
        await street.settle()
        await berta.go("/@coop@alpha.test")
        assert "They did not want you to follow them." in berta.text
        await berta.press("Follow as Rete")
        assert "You will be told." in berta.text
