"""Two changes of one section, side by side: when that is possible, and what it gives."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from activitypub.multihash import digest_of
from actors.rules.combining import MAX_LINES, combine
from actors.rules.sections import Adaptability, Role, Section

FR = "Une ligne.\n\nUne autre.\n\nLa fin."
BASE = Section(
    key="costs",
    role=Role.COSTS,
    adaptability=Adaptability.ADAPTABLE,
    names={"fr": "Coûts"},
    texts={"fr": FR, "en": "A line."},
    translated_from={"en": digest_of(FR)},
)


def saying(texts: Mapping[str, str], translated_from: Mapping[str, str] | None = None) -> Section:
    """The base section with some texts changed or added, all others as they were."""
    return replace(
        BASE,
        texts={**BASE.texts, **texts},
        translated_from=BASE.translated_from if translated_from is None else translated_from,
    )


START, MIDDLE, END = (
    FR.replace(a, b)
    for a, b in (("Une ligne", "Dix lignes"), ("autre", "tierce"), ("fin", "suite"))
)


def test_our_translation_stays_beside_their_new_text_and_is_stale() -> None:
    ours = saying({"it": "Una riga."}, {"en": digest_of(FR), "it": digest_of(FR)})
    combined = combine(BASE, ours, saying({"fr": END}))
    assert combined is not None
    assert combined.texts == {"fr": END, "en": "A line.", "it": "Una riga."}
    assert combined.translated_from["it"] == digest_of(FR) != combined.digests["fr"]


def test_our_stale_translation_is_still_a_translation() -> None:
    ours = saying({"it": "Una riga."}, {"it": digest_of("plus ancien")})
    assert combine(BASE, ours, saying({"fr": END})) is not None


def test_an_adaptation_in_another_language_cannot_stand_beside_a_changed_source() -> None:
    assert combine(BASE, saying({"it": "Tutt'altro."}), saying({"fr": END})) is None


def test_changes_on_different_lines_of_one_text_are_both_kept() -> None:
    combined = combine(BASE, saying({"fr": START}), saying({"fr": END}))
    assert combined is not None
    assert combined.texts["fr"] == "Dix lignes.\n\nUne autre.\n\nLa suite."


def test_changes_of_the_same_line_overlap() -> None:
    theirs = saying({"fr": FR.replace("Une ligne", "Cent lignes")})
    assert combine(BASE, saying({"fr": START}), theirs) is None


def test_changes_of_different_languages_cannot_be_laid_on_each_other() -> None:
    assert combine(BASE, saying({"en": "One line."}), saying({"fr": END})) is None


def test_a_text_we_changed_and_they_removed_overlaps() -> None:
    theirs = replace(BASE, texts={"fr": FR})
    assert combine(BASE, saying({"en": "One line."}), theirs) is None


def test_a_text_they_removed_and_we_left_is_removed() -> None:
    ours = replace(BASE, names={"fr": "Coûts", "it": "Costi"})
    combined = combine(BASE, ours, replace(BASE, texts={"fr": FR}, translated_from={}))
    assert combined is not None
    assert combined.texts == {"fr": FR}
    assert combined.names == {"fr": "Coûts", "it": "Costi"}
    assert combined.translated_from == {}


def test_two_translations_into_one_language_overlap() -> None:
    ours = saying({"it": "Una riga."}, {"it": digest_of(FR)})
    theirs = saying({"it": "Una linea."}, {"it": digest_of(FR)})
    assert combine(BASE, ours, theirs) is None


def test_their_word_on_what_a_translation_translates_is_taken_with_their_text() -> None:
    ours = replace(BASE, names={"fr": "Le coût"})
    theirs = saying({"fr": END}, {"en": digest_of(END)})
    combined = combine(BASE, ours, theirs)
    assert combined is not None
    assert combined.translated_from == {"en": digest_of(END)}
    assert combined.names == {"fr": "Le coût"}


def test_role_and_adaptability_are_taken_from_the_side_that_changed_them() -> None:
    ours = replace(BASE, adaptability=Adaptability.CORE)
    theirs = replace(BASE, role=Role.SUPPORT, names={"fr": "Coûts", "en": "Costs"})
    combined = combine(BASE, ours, theirs)
    assert combined is not None
    assert (combined.role, combined.adaptability) == (Role.SUPPORT, Adaptability.CORE)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (replace(BASE, names={"fr": "Le coût"}), replace(BASE, names={"fr": "Frais"})),
        (replace(BASE, role=Role.VALUE), replace(BASE, role=Role.SUPPORT)),
        (
            replace(BASE, adaptability=Adaptability.CORE),
            replace(BASE, adaptability=Adaptability.OPTIONAL),
        ),
    ],
)
def test_a_value_both_changed_overlaps(ours: Section, theirs: Section) -> None:
    assert combine(BASE, ours, theirs) is None


def test_our_key_and_provenance_stay() -> None:
    ours = replace(saying({"fr": START}), key="costi", upstream="https://a.test/m#costs")
    combined = combine(BASE, ours, saying({"fr": END}))
    assert combined is not None
    assert (combined.key, combined.upstream) == ("costi", "https://a.test/m#costs")


def test_a_text_of_too_many_lines_is_left_to_people() -> None:
    long = "\n".join(str(number) for number in range(MAX_LINES + 1))
    base = replace(BASE, texts={"fr": long})
    ours, theirs = (replace(base, texts={"fr": text}) for text in ("x\n" + long, long + "\ny"))
    assert combine(base, ours, theirs) is None
