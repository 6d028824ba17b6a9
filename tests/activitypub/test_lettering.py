"""No name hides, turns or interrupts what stands beside it; what scripts need stays."""

import pytest

from activitypub import lettering


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Coopérative des Lilas", "Coopérative des Lilas"),
        ("moc.live\u202egro", "moc.livegro"),
        ("\u2066\u2067a\u2069\u061c\u200e\u200fb", "ab"),
        ("co\u200bop\ufeff \u00adx\u2060y", "coop xy"),
        ("line\u2028one\r\n\x0btwo\x00", "line one two"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("co\u200dop \u200cx", "coop x"),
        ("می‌خواهم", "می‌خواهم"),  # Persian needs its joiner
        ("👩‍🌾 ferme", "👩‍🌾 ferme"),
        ("\u202e\u200b ", ""),
    ],
)
def test_a_name_is_one_line_of_what_can_be_seen(written: str, read: str) -> None:
    assert lettering.named(written) == read
    assert lettering.named(read) == read


def test_a_text_is_not_turned_and_keeps_its_marks_and_lines() -> None:
    text = "عنوان \u200f(2)\u200f\n\tline"
    assert lettering.upright(text) is text
    assert lettering.upright("a\u202eb\u202dc\u202ad") == "abcd"
