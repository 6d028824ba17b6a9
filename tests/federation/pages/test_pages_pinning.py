"""Showing a model first, with a browser."""

from together.reader import Reader
from together.street import House


async def test_a_model_is_shown_first_and_no_longer(alpha: House, anna: Reader) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    await anna.go(f"/m/{model.slug}")
    await anna.press("Show it first")
    assert "The model is shown first on your page." in anna.text
    await anna.go("/@coop")
    assert "Pinned" in anna.text
    await anna.go(f"/m/{model.slug}")
    await anna.press("Do not show it first any more")
    await anna.go("/@coop")
    assert "Pinned" not in anna.text
