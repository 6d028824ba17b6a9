"""Closing an organisation with a browser."""

from together.reader import Reader
from together.street import House


async def test_a_steward_closes_her_organisation_when_she_means_it(
    alpha: House, anna: Reader
) -> None:
    await anna.go("/closing")
    await anna.press("Close for good")
    assert "Please tick the box" in anna.text
    await anna.press("Close for good", understood="yes")
    assert "The organisation is closed." in anna.text
    assert (await alpha.actor("coop")).gone_at is not None
    await anna.go("/@coop")
    assert anna.status == 410
