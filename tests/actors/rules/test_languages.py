"""Language tags that a sheet may use."""

import pytest

from actors.rules.languages import canonical_tag, is_right_to_left, is_tag


@pytest.mark.parametrize(
    "tag", ["fr", "oc", "ast", "pt-BR", "sr-Latn", "zh-Hant-TW", "es-419", "ca-valencia", "de-1901"]
)
def test_a_language_tag_in_its_recommended_spelling_is_accepted(tag: str) -> None:
    assert is_tag(tag)


@pytest.mark.parametrize(
    "tag", ["", "f", "french", "FR", "pt-br", "pt_BR", "x-mine", "en-u-ca-buddhist", "fr ", "fr-"]
)
def test_anything_else_is_no_language_tag(tag: str) -> None:
    assert not is_tag(tag)


def test_a_tag_too_long_for_others_is_refused() -> None:
    assert not is_tag("fr-" + "-".join(["abcdefgh"] * 5))


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        (" FR ", "fr"),
        ("pt_br", "pt-BR"),
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("ES-419", "es-419"),
        ("de-1901", "de-1901"),
        ("CA-Valencia", "ca-valencia"),
    ],
)
def test_a_tag_gets_its_recommended_case(written: str, spelt: str) -> None:
    assert canonical_tag(written) == spelt


@pytest.mark.parametrize(
    ("tag", "runs_left"),
    [("ar", True), ("he-IL", True), ("az-Arab", True), ("ks-Deva", False), ("fr", False)],
)
def test_a_script_runs_from_right_to_left_or_not(tag: str, runs_left: bool) -> None:
    assert is_right_to_left(tag) is runs_left
