"""A text as the beginning of a sheet: its headings are its sections, and nothing is lost."""

import pytest

from actors.rules.bringing import LONGEST_LEFT, MOST_LEFT, Left, brought
from actors.rules.headings import guessed_role
from actors.rules.sections import MAX_SECTIONS, Role

TEXT = """---
author: Anna
---
# A *garden*

It began in Bologna. ![Us](https://a.example/us.jpg)

## Les étapes {#steps role=Steps adaptability=Core}

1. Dig

### Tools

```
## no heading
```

## Whatever
"""


def test_headings_open_sections_and_what_has_no_place_is_told() -> None:
    made = brought(TEXT, "en", title="file name", left=[Left("around", "Menu")])
    assert made.sheet.names == {"en": "A garden"}
    assert made.sheet.license == ""
    texts = [section.texts["en"] for section in made.sheet.sections]
    assert texts[0].strip() == "It began in Bologna."
    assert texts[1] == "1. Dig\n\n### Tools\n\n```\n## no heading\n```"
    assert [(one.heading, one.role, one.is_told) for one in made.found] == [
        ("", "Summary", False),
        ("Les étapes", "Steps", True),
        ("Whatever", "Activities", False),
    ]
    assert made.left == (
        Left("front", "author: Anna"),
        Left("picture", "Us · us.jpg"),
        Left("around", "Menu"),
    )


def test_more_headings_than_a_sheet_has_sections_stay_in_the_last() -> None:
    text = "\n".join(f"# Part {number}\n\nText {number}" for number in range(MAX_SECTIONS + 2))
    made = brought(text, "en")
    assert len(made.sheet.sections) == MAX_SECTIONS
    assert made.sheet.sections[-1].texts["en"].endswith(f"Text {MAX_SECTIONS + 1}")


def test_what_is_told_fits_a_box_and_the_rest_is_counted() -> None:
    left = [Left("picture", "x" * (LONGEST_LEFT + 7))] * (MOST_LEFT + 3)
    made = brought("Text", "en", left=left)
    assert (len(made.left), made.more) == (MOST_LEFT, 3)
    assert made.left[0].said.endswith("… (+7)")


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Per chi", Role.BENEFICIARIES),
        ("Costi e finanziamento", Role.COSTS),
        ("I passi", Role.STEPS),
        ("Para quién", Role.BENEFICIARIES),
        ("Presupuesto", Role.COSTS),
        ("Für wen", Role.BENEFICIARIES),
        ("Kosten", Role.COSTS),
        ("Schritte", Role.STEPS),
        ("Unterstützung", Role.SUPPORT),
        ("Passion", None),
        ("", None),
    ],
)
def test_headings_are_understood_in_our_languages(heading: str, role: Role | None) -> None:
    assert guessed_role(heading) is role
