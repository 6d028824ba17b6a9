"""Deciding about followers, with a browser."""

from together.reader import Reader
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
