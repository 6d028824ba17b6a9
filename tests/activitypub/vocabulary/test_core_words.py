"""Objects and activities as values."""

from dataclasses import FrozenInstanceError

import pytest

import activitypub.vocabulary as ap
from activitypub.iris import Iri

A = Iri("https://a.example/1")


def test_objects_are_frozen_and_made_by_keyword() -> None:
    note = ap.Note(id=A, content="x")
    assert (note.id, note.content, note.to, note.types) == (A, "x", (), ())
    with pytest.raises(FrozenInstanceError):
        note.content = "y"  # type: ignore[misc]


@pytest.mark.parametrize("name", sorted(ap.AS2.classes))
def test_every_word_is_a_frozen_class_under_its_own_prefix(name: str) -> None:
    kind = ap.AS2.classes[name]
    assert issubclass(kind, ap.Object)
    assert getattr(ap, kind.type_name) is kind
    assert kind.__doc__


@pytest.mark.parametrize(
    ("maps", "language"),
    [
        ({"content_map": {"fr": "x", "en": "y"}, "name_map": {"it": "z"}}, "fr"),
        ({"name_map": {"it": "z"}, "summary_map": {"de": "z"}}, "it"),
        ({"summary_map": {"de": "z"}}, "de"),
        ({}, None),
    ],
)
def test_the_language_is_the_first_key_of_the_first_map(
    maps: dict[str, dict[str, str]], language: str | None
) -> None:
    article = ap.Article(
        content_map=maps.get("content_map", {}),
        name_map=maps.get("name_map", {}),
        summary_map=maps.get("summary_map", {}),
    )
    assert article.language == language


def test_an_activity_knows_the_address_of_its_object() -> None:
    assert ap.Like(actor=A, object=A).object_id == A
    assert ap.Create(actor=A, object=ap.Note(id=A)).object_id == A
    assert ap.Create(actor=A, object=ap.Note()).object_id is None
