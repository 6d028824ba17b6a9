"""Colours: whatever a network chooses can be read, by day and by night, and keeps its hue."""

import colorsys

import pytest

from actors.errors import Unwise
from actors.rules import colours
from actors.rules.colours import READABLE, Colour, adapted, contrast, parse
from federation.pages import looks

BLACK, WHITE = Colour(0, 0, 0), Colour(255, 255, 255)


def test_contrast_is_what_wcag_says() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(WHITE, WHITE) == 1
    assert contrast(parse("#767676"), WHITE) == pytest.approx(4.54, abs=0.01)
    assert contrast(parse("#777"), WHITE) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("text", ["#0F6B5E", " 0f6b5e ", "#ffff00", "#fff", "#000", "#1d5fa6"])
def test_every_colour_can_be_read_on_every_ground_in_the_end(text: str) -> None:
    chosen = parse(text)
    for grounds, found in zip(looks.tokens(), looks.adapted(chosen), strict=True):
        for name in looks.GROUNDS:
            assert contrast(found.colour, grounds[name]) >= READABLE, name
        assert contrast(found.colour, found.wash) >= READABLE
        assert found.is_moved == (found.contrast < READABLE)


def test_the_words_on_buttons_can_be_read_too() -> None:
    for text in ("#ffee00", "#222222", "#ff0055"):
        for grounds, found in zip(looks.tokens(), looks.adapted(parse(text)), strict=True):
            assert contrast(found.colour, grounds["--on-accent"]) >= READABLE


def test_a_colour_that_is_moved_keeps_its_hue() -> None:
    found = adapted(parse("#ffcc00"), [WHITE])
    shown = found.colour
    hue, *_ = colorsys.rgb_to_hls(shown.red / 255, shown.green / 255, shown.blue / 255)
    assert hue == pytest.approx(48 / 360, abs=0.01)
    assert found.is_moved
    assert found.contrast == pytest.approx(1.5, abs=0.1)


@pytest.mark.parametrize(
    "text", ["", "red", "#12345", "#1234567", "url(x)", "#0f6b5e;}", "#gggggg"]
)
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(Unwise) as refused:
        parse(text)
    assert refused.value.fields == {"colour": colours.NO_COLOUR}
