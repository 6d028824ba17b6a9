"""Blocking and muting with a browser, and taking it back."""

from together.reader import Reader
from together.street import House


async def test_somebody_is_blocked_from_their_page_and_unblocked(
    alpha: House, anna: Reader
) -> None:
    await alpha.organisation("rude", "Les Rudes")
    await anna.go("/@rude")
    await anna.press_exactly("Block")
    assert anna.path == "/blocks"
    assert "You block them. They are being told." in anna.text
    assert "Les Rudes" in anna.text
    await anna.go("/@rude")
    await anna.press("Follow as")
    assert anna.faults == ["Error: They are blocked here; take that back first."]
    await anna.go("/blocks")
    await anna.press("Unblock")
    assert "That is taken back." in anna.text
    assert "Les Rudes" not in anna.text


async def test_somebody_is_muted_and_heard_again(alpha: House, anna: Reader) -> None:
    await alpha.organisation("loud", "Les Bavards")
    await anna.go("/@loud")
    await anna.press_exactly("Mute")
    assert "Les Bavards" in anna.text
    await anna.press("Unmute")
    assert "Les Bavards" not in anna.text


async def test_an_organisation_blocks_a_site_and_not_the_instance(
    alpha: House, anna: Reader
) -> None:
    assert alpha.is_open
    await anna.go("/blocks")
    assert "whole instance" not in anna.text
    await anna.press("Block for our organisation", host="no site")
    assert anna.faults == ["Error: That is not the name of a site, such as site.example."]
    await anna.press("Block for our organisation", host="EVIL.test")
    assert "evil.test" in anna.text


async def test_a_steward_of_the_network_blocks_a_site_for_everybody(
    alpha: House, reader: Reader
) -> None:
    await alpha.member("ines@example.org", alpha.network)
    await reader.sign_in("ines@example.org")
    await reader.go("/blocks")
    await reader.press("Block for everybody here", host="no site", reason="publicité")
    [typed] = reader.page.xpath("//input[@aria-invalid='true']")
    assert (typed.get("id"), typed.get("value")) == ("f-shut", "no site")
    await reader.press("Block for everybody here", host="evil.test", reason="publicité")
    assert "evil.test publicité" in reader.text
    await reader.press("Unblock")
    assert "evil.test" not in reader.text
