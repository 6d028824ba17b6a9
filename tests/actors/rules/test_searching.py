"""What is compared when somebody looks for words."""

from actors.rules.searching import folded, pattern


def test_words_are_found_without_their_accents_and_capitals() -> None:
    assert folded("Coopérative ÉTÉ Straße") == "cooperative ete strasse"


def test_the_signs_of_a_pattern_stand_for_themselves() -> None:
    assert pattern("50%_Of\\") == "%50\\%\\_of\\\\%"
