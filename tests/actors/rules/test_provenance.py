"""Where the texts of a new version come from, when its author says nothing."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from activitypub.multihash import digest_of
from actors.rules.provenance import carried
from actors.rules.sections import Adaptability, Role, Section, Sheet

PLAIN = Section("a", Role.VALUE, Adaptability.CORE, {"fr": "A"}, {"fr": "Un."})
TAKEN = replace(PLAIN, upstream="https://fr.test/m#a", upstream_digests={"fr": digest_of("Un.")})


def sheet(section: Section, language: str = "fr") -> Sheet:
    """A sheet of one section."""
    return Sheet(language, {language: "M"}, {}, "CC-BY-SA-4.0", (section,))


def filled(
    before: Section | None,
    texts: Mapping[str, str],
    *,
    language: str = "fr",
    adapted: Collection[str] = (),
    said: Mapping[str, str] | None = None,
) -> Section:
    """What becomes of a section that its author sends with these texts."""
    after = replace(PLAIN, texts=texts, translated_from=said or {})
    result = carried(
        sheet(before, language) if before else None,
        sheet(after, language),
        upstream_language="fr" if before is not None and before.upstream else None,
        adapted=adapted,
    )
    return result.sections[0]


def test_a_new_text_in_another_language_is_a_translation_of_the_source() -> None:
    assert filled(None, {"fr": "Un.", "en": "One."}).translated_from == {"en": digest_of("Un.")}


def test_a_text_without_any_source_was_written_for_itself() -> None:
    assert filled(None, {"en": "One."}).translated_from == {}


def test_what_the_author_says_holds() -> None:
    said = {"en": digest_of("Avant.")}
    assert filled(PLAIN, {"fr": "Un.", "en": "One."}, said=said).translated_from == said


def test_an_unchanged_translation_of_a_changed_text_is_known_to_be_old() -> None:
    before = replace(
        PLAIN,
        texts={"fr": "Un.", "en": "One.", "it": "Mio."},
        translated_from={"en": digest_of("Un.")},
    )
    after = filled(before, {"fr": "Deux.", "en": "One.", "it": "Mio."})
    assert after.translated_from == {"en": digest_of("Un.")}


def test_a_fork_translates_from_the_language_of_its_source_and_keeps_its_tie() -> None:
    after = filled(TAKEN, {"fr": "Un.", "it": "Uno."}, language="it")
    assert after.translated_from == {"it": digest_of("Un.")}
    assert after.upstream == TAKEN.upstream
    assert after.upstream_digests == TAKEN.upstream_digests


def test_a_fork_that_dropped_the_source_text_still_translates_it() -> None:
    after = filled(TAKEN, {"it": "Uno."}, language="it")
    assert after.translated_from == {"it": digest_of("Un.")}


def test_an_adapted_section_was_written_for_itself() -> None:
    after = filled(TAKEN, {"fr": "Un.", "it": "Altro."}, language="it", adapted={"a"})
    assert after.translated_from == {}
