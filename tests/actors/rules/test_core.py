"""The rule of the core: replication or inspired."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from activitypub.multihash import digest_of
from actors.rules.core import Consequence, Relation, broken_core, consequence, relation
from actors.rules.sections import Adaptability, Role, Section, Sheet

CORE = Section(
    "core",
    Role.VALUE,
    Adaptability.CORE,
    {"fr": "Valeur"},
    {"fr": "Le cœur.", "en": "The core."},
    {"en": digest_of("Le cœur.")},
)
FREE = replace(CORE, key="free", adaptability=Adaptability.ADAPTABLE)
OF_NOW, OF_THEN = digest_of("Le cœur."), digest_of("Le vieux cœur.")


def sheet(*sections: Section) -> Sheet:
    """A French sheet of these sections."""
    return Sheet("fr", {"fr": "Modèle"}, {}, "CC-BY-SA-4.0", sections)


def with_texts(texts: Mapping[str, str], translated_from: Mapping[str, str]) -> Section:
    """The core section as a fork has it."""
    return replace(CORE, texts=texts, translated_from=translated_from)


def test_the_words_are_those_of_the_wire() -> None:
    assert [each.value for each in Relation] == ["replication-of", "inspired-by"]


def test_changing_anything_but_the_core_stays_a_replication() -> None:
    fork = sheet(CORE, replace(FREE, texts={"it": "Altro."}), replace(FREE, key="more"))
    assert relation(fork, sheet(CORE, FREE)) is Relation.REPLICATION
    assert relation(sheet(CORE), sheet(CORE, FREE)) is Relation.REPLICATION


@pytest.mark.parametrize(
    ("texts", "translated_from", "kept"),
    [
        ({"fr": "Le cœur."}, {}, True),
        ({"fr": "Le cœur.", "en": "The core."}, {"en": OF_NOW}, True),
        ({"fr": "Le cœur.", "it": "Il cuore."}, {"it": OF_NOW}, True),
        ({"it": "Il cuore."}, {"it": OF_NOW}, True),
        ({"it": "Il cuore."}, {"it": digest_of("The core.")}, True),
        ({"fr": "Le cœur.", "it": "Il cuore."}, {"it": OF_THEN}, True),
        ({"it": "Il cuore."}, {"it": OF_THEN}, False),
        ({"fr": "Un autre.", "en": "The core."}, {}, False),
        ({"fr": "Le cœur.", "it": "Altro."}, {}, False),
        ({}, {}, False),
    ],
)
def test_a_core_section_is_kept_in_the_same_words_or_their_translation(
    texts: Mapping[str, str], translated_from: Mapping[str, str], kept: bool
) -> None:
    fork = sheet(with_texts(texts, translated_from))
    expected = Relation.REPLICATION if kept else Relation.INSPIRED
    assert relation(fork, sheet(CORE)) is expected


def test_a_core_section_left_out_is_not_kept() -> None:
    assert broken_core(sheet(FREE), sheet(CORE, FREE)) == ("core",)


def test_a_core_section_under_another_key_is_found_by_its_upstream() -> None:
    moved = replace(CORE, key="cuore", upstream="https://fr.test/m#core")
    assert broken_core(sheet(moved), sheet(CORE)) == ()


def test_calling_the_core_adaptable_does_not_change_what_the_source_called_core() -> None:
    fork = sheet(replace(CORE, adaptability=Adaptability.ADAPTABLE, texts={"fr": "Autre."}))
    assert relation(fork, sheet(CORE)) is Relation.INSPIRED


def test_what_publishing_means_is_known_before() -> None:
    other = replace(CORE, texts={"fr": "Un autre cœur."}, translated_from={})
    base, kept, left = sheet(CORE, FREE), sheet(CORE), sheet(other)
    assert consequence(kept, left, base) == Consequence(
        Relation.REPLICATION, Relation.INSPIRED, ("core",), ("core",)
    )
    assert consequence(left, left, base).left == ()
    accepted = consequence(left, left, base, sheet(other))
    assert (accepted.before, accepted.after) == (Relation.INSPIRED, Relation.REPLICATION)
