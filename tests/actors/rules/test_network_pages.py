"""Pages of a network: languages, house rules in their order, and what is too much."""

import pytest

from actors.errors import Unwise
from actors.rules.network_pages import (
    LONGEST_HINT,
    LONGEST_RULE,
    LONGEST_TEXT,
    MOST_LANGUAGES,
    MOST_RULES,
    NOTHING,
    HouseRule,
    Row,
    Said,
    best,
    with_email,
    with_every_rule,
    with_rules,
    with_text,
)

POLITE = Said(rules=(HouseRule(1, {"fr": "Polis.", "en": "Polite."}, {"fr": "Toujours."}),), last=1)


def rule_texts(said: Said, language: str) -> list[str]:
    return [one.texts.get(language, "") for one in said.rules]


def test_a_text_is_written_kept_and_taken_away_language_by_language() -> None:
    said = with_text(with_text(NOTHING, "fr", " Oui.\r\nNon. "), "en", "Yes.")
    assert said.texts == {"fr": "Oui.\nNon.", "en": "Yes."}
    assert not said.is_empty
    assert Said.from_json(said.to_json()) == said
    assert best(said.texts, "it", "en") == ("Yes.", "en")
    assert best(said.texts, "it") == ("Oui.\nNon.", "fr")
    assert best({}, "it") == ("", "it")
    assert best({}) == ("", "")
    assert with_text(with_text(said, "en", ""), "fr", "").is_empty


def test_what_is_too_long_or_no_language_is_refused() -> None:
    assert with_text(NOTHING, "fr", "x" * LONGEST_TEXT).texts
    with pytest.raises(Unwise, match="40,001 characters"):
        with_text(NOTHING, "fr", "x" * (LONGEST_TEXT + 1))
    with pytest.raises(Unwise, match="not a language tag"):
        with_text(NOTHING, "français", "Oui.")
    full = Said({f"f{chr(97 + n)}": "x" for n in range(MOST_LANGUAGES)})
    assert with_text(full, "fa", "y").texts["fa"] == "y"
    with pytest.raises(Unwise, match="24 languages"):
        with_text(full, "zz", "y")


def test_an_address_is_one_or_there_is_none() -> None:
    assert with_email(NOTHING, " Us@Example.org ").email == "Us@example.org"
    assert with_email(Said(email="a@b.example"), " ").is_empty
    with pytest.raises(Unwise, match="e-mail"):
        with_email(NOTHING, "us")


def test_rules_stand_where_they_were_put_and_keep_their_numbers() -> None:
    rows = [Row(1, 2, "Polis !", ""), Row(0, 1, "Vrais.", "Sources."), Row(0, 3, " ", "")]
    said = with_rules(POLITE, "fr", rows)
    assert [(one.number, one.texts["fr"]) for one in said.rules] == [(2, "Vrais."), (1, "Polis !")]
    assert said.rules[1].texts["en"] == "Polite."
    assert said.rules[1].hints == {}
    assert said.languages == ("fr", "en")
    without = with_rules(said, "fr", [Row(2, 1, "", "", is_dropped=True), Row(1, 1, "Polis !", "")])
    assert rule_texts(without, "fr") == ["Polis !"]
    again = with_rules(without, "fr", [Row(1, 1, "Polis !", ""), Row(0, 2, "Neuf.", "")])
    assert [one.number for one in again.rules] == [1, 3]


def test_a_rule_that_is_told_in_no_language_is_gone_and_one_that_nobody_named_stays() -> None:
    french = Said(rules=(HouseRule(1, {"fr": "Polis."}),), last=1)
    assert with_rules(french, "fr", [Row(1, 1, "", "")]).rules == ()
    assert rule_texts(with_rules(french, "fr", [Row(0, 1, "Neuf.", "")]), "fr") == [
        "Neuf.",
        "Polis.",
    ]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (Row(0, 1, "x" * (LONGEST_RULE + 1), ""), "rule.0"),
        (Row(0, 1, "x", "y" * (LONGEST_HINT + 1)), "hint.0"),
        (Row(0, 1, "", "Why?"), "rule.0"),
    ],
)
def test_a_rule_that_does_not_fit_is_named(row: Row, field: str) -> None:
    with pytest.raises(Unwise) as refused:
        with_rules(NOTHING, "fr", [row])
    assert field in refused.value.fields


def test_there_are_thirty_rules_at_most() -> None:
    rows = [Row(0, at, f"Règle {at}", "") for at in range(MOST_RULES)]
    full = with_rules(NOTHING, "fr", rows)
    with pytest.raises(Unwise, match="30 house rules"):
        with_rules(full, "fr", [Row(0, 99, "Encore une", "")])


def test_all_rules_are_given_at_once() -> None:
    given = [HouseRule(7, {"fr": "Neuf.", "en": "New."}), *POLITE.rules, *POLITE.rules]
    said = with_every_rule(POLITE, given)
    assert [one.number for one in said.rules] == [2, 1, 3]
    assert rule_texts(said, "en") == ["New.", "Polite.", "Polite."]
    assert with_every_rule(said, []).rules == ()
    assert with_every_rule(said, []).last == 3
    with pytest.raises(Unwise):
        with_every_rule(NOTHING, [HouseRule(0, {"fr": "x" * 301})])
