"""Sections and sheets: digests, cleaning, and when a sheet may be published."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.multihash import digest_of
from actors.errors import Unwise
from actors.rules.sections import (
    MAX_NAME,
    MAX_SECTIONS,
    MAX_SUMMARY,
    MAX_TEXT,
    Adaptability,
    Role,
    Section,
    Sheet,
    check,
    clean,
    stale,
)

COSTS = Section(
    key="costs",
    role=Role.COSTS,
    adaptability=Adaptability.ADAPTABLE,
    names={"fr": "Coûts", "en": "Costs"},
    texts={"fr": "Peu.", "en": "Little."},
    translated_from={"en": digest_of("Peu.")},
)
SHEET = Sheet(
    language="fr",
    names={"fr": "Un modèle"},
    summaries={"fr": "Une phrase."},
    license="CC-BY-SA-4.0",
    sections=(COSTS,),
    facts={"family": "hosting"},
)


def faults(sheet: Sheet) -> dict[str, str]:
    try:
        check(sheet)
    except Unwise as refusal:
        return dict(refusal.fields)
    return {}


def test_a_role_carries_its_name_on_the_wire() -> None:
    assert len(Role) == 20
    assert Role("LegalForm") is Role.LEGAL_FORM
    assert list(Adaptability) == ["Core", "Adaptable", "Optional"]


def test_the_digest_of_a_section_is_that_of_what_it_says() -> None:
    copy = replace(
        COSTS,
        key="other",
        translated_from={},
        upstream="https://a.test/m#costs",
        upstream_digests=COSTS.digests,
    )
    assert copy.digest == COSTS.digest
    assert COSTS.digests == {"fr": digest_of("Peu."), "en": digest_of("Little.")}


@pytest.mark.parametrize(
    "other",
    [
        replace(COSTS, role=Role.SUPPORT),
        replace(COSTS, adaptability=Adaptability.CORE),
        replace(COSTS, names={"fr": "Coûts"}),
        replace(COSTS, texts={"fr": "Peu."}),
    ],
)
def test_saying_something_else_is_another_digest(other: Section) -> None:
    assert other.digest != COSTS.digest


def test_the_digest_of_a_sheet_covers_everything_in_it() -> None:
    others = [
        replace(SHEET, language="en"),
        replace(SHEET, names={"fr": "Un autre"}),
        replace(SHEET, summaries={}),
        replace(SHEET, license="CC0-1.0"),
        replace(SHEET, facts={}),
        SHEET.with_sections([replace(COSTS, key="other")]),
        SHEET.with_sections([replace(COSTS, translated_from={})]),
        SHEET.with_sections([replace(COSTS, upstream="https://a.test/m#costs")]),
    ]
    digests = {sheet.digest for sheet in (SHEET, *others)}
    assert len(digests) == 1 + len(others)
    assert replace(SHEET, names=dict(SHEET.names)).digest == SHEET.digest


def test_sections_and_sheets_survive_a_database_column() -> None:
    forked = replace(COSTS, upstream="https://a.test/m#costs", upstream_digests=COSTS.digests)
    for sheet in (SHEET, SHEET.with_sections([forked]), replace(SHEET, facts={})):
        assert Sheet.from_json(sheet.to_json()) == sheet


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {**SHEET.to_json(), "sections": {}},
        {**SHEET.to_json(), "sections": [None]},
        {**SHEET.to_json(), "language": 1},
        {**SHEET.to_json(), "facts": []},
        {**SHEET.to_json(), "sections": [{**COSTS.to_json(), "role": "Recipe"}]},
        {**SHEET.to_json(), "sections": [{**COSTS.to_json(), "upstream": 1}]},
    ],
)
def test_a_broken_column_is_refused_in_words(value: object) -> None:
    with pytest.raises(Unwise):
        Sheet.from_json(value)


def test_the_languages_of_a_sheet_begin_with_its_source() -> None:
    sheet = replace(SHEET, language="it", summaries={"de": "Ein Satz."})
    assert sheet.languages == ("it", "de", "en", "fr")


def test_a_section_is_found_by_its_key() -> None:
    assert SHEET.section("costs") is COSTS
    assert SHEET.section("value") is None


class TestStale:
    """A translation is stale when its digest is not that of what the section says now."""

    def test_a_translation_of_the_present_text_is_fresh(self) -> None:
        assert stale(COSTS, "fr") == ()

    def test_a_translation_of_an_older_text_is_stale(self) -> None:
        assert stale(replace(COSTS, texts={"fr": "Cher.", "en": "Little."}), "fr") == ("en",)

    def test_a_text_written_for_itself_is_never_stale(self) -> None:
        assert stale(replace(COSTS, texts={**COSTS.texts, "it": "Poco."}), "fr") == ()

    def test_a_translation_that_was_withdrawn_is_not_stale(self) -> None:
        assert stale(replace(COSTS, texts={"fr": "Cher."}), "fr") == ()

    def test_in_a_fork_whose_language_is_a_translation_the_written_text_counts(self) -> None:
        fork = replace(
            COSTS,
            texts={**COSTS.texts, "it": "Poco."},
            translated_from={**COSTS.translated_from, "it": digest_of("Peu.")},
        )
        assert stale(fork, "it") == ()
        assert stale(replace(fork, texts={**fork.texts, "fr": "Cher."}), "it") == ("en", "it")

    def test_a_copied_translation_of_a_text_that_the_fork_adapted_is_stale(self) -> None:
        fork = replace(COSTS, texts={**COSTS.texts, "it": "Tutt'altro."})
        assert stale(fork, "it") == ("en",)

    def test_in_a_fork_of_translations_only_the_text_taken_last_counts(self) -> None:
        fork = replace(
            COSTS,
            texts={"it": "Poco."},
            translated_from={"it": digest_of("Peu.")},
            upstream_digests={"fr": digest_of("Peu.")},
        )
        assert stale(fork, "it") == ()
        assert stale(replace(fork, upstream_digests={"fr": digest_of("Cher.")}), "it") == ("it",)


class TestClean:
    """The same words typed on two machines are the same bytes."""

    def test_line_ends_blanks_and_accents_are_made_equal(self) -> None:
        typed = replace(COSTS, texts={"fr": "\r\n\r\nCafe\u0301 \r\nnoir\t\rfin\n\n"})
        assert clean(SHEET.with_sections([typed])).sections[0].texts == {"fr": "Café\nnoir\nfin"}

    def test_names_become_one_line_and_summaries_keep_their_paragraphs(self) -> None:
        sheet = clean(
            replace(SHEET, names={"fr": " Un\n modèle "}, summaries={"fr": "Une\nphrase.\n\nDeux."})
        )
        assert sheet.names == {"fr": "Un modèle"}
        assert sheet.summaries == {"fr": "Une phrase.\n\nDeux."}

    def test_empty_texts_are_left_out_with_what_they_said_of_their_source(self) -> None:
        section = clean(
            SHEET.with_sections([replace(COSTS, texts={"fr": "Peu.", "en": " \n"})])
        ).sections[0]
        assert section.texts == {"fr": "Peu."}
        assert section.translated_from == {}

    def test_language_tags_get_their_recommended_spelling(self) -> None:
        sheet = clean(replace(SHEET, language="FR", names={"Fr": "Un", "pt_br": "Um"}))
        assert sheet.language == "fr"
        assert sheet.names == {"fr": "Un", "pt-BR": "Um"}

    @pytest.mark.parametrize("names", [{"fr": "Un", "FR": "Deux"}, {"Fr": "Un", "FR": "Deux"}])
    def test_two_spellings_of_one_language_are_kept_and_refused(
        self, names: dict[str, str]
    ) -> None:
        sheet = clean(replace(SHEET, names=names))
        assert set(sheet.names.values()) == {"Un", "Deux"}
        assert "names.FR" in faults(sheet)

    @given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
    def test_cleaning_twice_changes_nothing(self, text: str) -> None:
        section = replace(COSTS, names={"fr": text}, texts={"fr": text})
        once = clean(
            replace(SHEET, names={"fr": text}, summaries={"fr": text}, sections=(section,))
        )
        assert clean(once) == once


class TestCheck:
    """Every fault at once, each under its path."""

    def test_a_complete_sheet_may_be_published(self) -> None:
        assert faults(SHEET) == {}

    def test_all_faults_are_told_at_once(self) -> None:
        bad = replace(
            SHEET,
            language="français",
            license="none",
            sections=(replace(COSTS, key="Coûts"), replace(COSTS, names={}, texts={})),
        )
        assert set(faults(bad)) == {
            "language",
            "license",
            "names.français",
            "sections[0].key",
            "sections[1].names",
            "sections[1].texts",
            "sections[1].translated_from.en",
        }

    @pytest.mark.parametrize(
        ("sheet", "path"),
        [
            (replace(SHEET, names={}), "names.fr"),
            (replace(SHEET, names={"fr": "x" * (MAX_NAME + 1)}), "names.fr"),
            (replace(SHEET, names={"fr": "Un", "x": "Un"}), "names.x"),
            (replace(SHEET, names={"fr": "Un\x00"}), "names.fr"),
            (replace(SHEET, summaries={"fr": "x" * (MAX_SUMMARY + 1)}), "summaries.fr"),
            (replace(SHEET, summaries={"fr": "Un.\n\nDeux."}), "summaries.fr"),
            (replace(SHEET, license="CC-BY-SA"), "license"),
            (replace(SHEET, sections=()), "sections"),
            (replace(SHEET, facts={"cost": float("inf")}), "facts"),
        ],
    )
    def test_a_fault_of_the_sheet_is_named(self, sheet: Sheet, path: str) -> None:
        assert set(faults(sheet)) == {path}

    @pytest.mark.parametrize(
        ("section", "path"),
        [
            (replace(COSTS, key=""), "key"),
            (replace(COSTS, key="k" * 65), "key"),
            (replace(COSTS, names={"fr": "x" * (MAX_NAME + 1)}), "names.fr"),
            (replace(COSTS, texts={"fr": "x" * (MAX_TEXT + 1), "en": "x"}), "texts.fr"),
            (replace(COSTS, texts={"fr": "\ud800", "en": "x"}), "texts.fr"),
            (replace(COSTS, texts={"fr": "x", "en": "x", "FR": "x"}), "texts.FR"),
            (replace(COSTS, translated_from={"en": "sha256:1"}), "translated_from.en"),
            (replace(COSTS, upstream="costs"), "upstream"),
            (replace(COSTS, upstream_digests={"fr": "1"}), "upstream_digests.fr"),
            (replace(COSTS, upstream_digests={"?": digest_of("")}), "upstream_digests.?"),
        ],
    )
    def test_a_fault_of_a_section_is_named(self, section: Section, path: str) -> None:
        first = replace(
            COSTS, key="first", upstream="https://a.test/m#costs", upstream_digests=COSTS.digests
        )
        assert set(faults(SHEET.with_sections([first, section]))) == {f"sections[1].{path}"}

    def test_two_sections_cannot_share_a_key(self) -> None:
        assert faults(SHEET.with_sections([COSTS, COSTS])) == {
            "sections[1].key": "Another section has the same key."
        }

    def test_a_licence_of_ones_own_has_a_reference(self) -> None:
        assert faults(replace(SHEET, license="LicenseRef-CoopCycle")) == {}

    def test_a_book_is_no_sheet(self) -> None:
        many = [replace(COSTS, key=f"k{number}") for number in range(MAX_SECTIONS + 1)]
        assert set(faults(SHEET.with_sections(many))) == {"sections"}
        assert faults(SHEET.with_sections(many[:-1])) == {}

    def test_a_sheet_too_heavy_for_peers_is_refused(self) -> None:
        heavy = [
            replace(COSTS, key=f"k{number}", texts={"fr": "x" * MAX_TEXT, "en": "x"})
            for number in range(6)
        ]
        assert "262,144" in faults(SHEET.with_sections(heavy))["sections"]
