"""Reading members of JSON objects whose writer may have been mistaken."""

import pytest

from actors.errors import Unwise
from actors.rules import json_members
from actors.rules.sections import Role


def test_members_of_the_right_type_are_read() -> None:
    source = json_members.members({"key": "a", "names": {"fr": "Nom"}, "role": "Costs"}, "section")
    assert json_members.text(source, "key") == "a"
    assert json_members.texts(source, "names") == {"fr": "Nom"}
    assert json_members.texts(source, "missing", required=False) == {}
    assert json_members.word(Role, source, "role") is Role.COSTS


@pytest.mark.parametrize("value", [None, 1, "text", [], [{}]])
def test_what_is_not_an_object_is_refused(value: object) -> None:
    with pytest.raises(Unwise, match="section must be an object"):
        json_members.members(value, "section")


@pytest.mark.parametrize("value", [None, 1, {}, []])
def test_what_is_not_a_text_is_refused(value: None) -> None:
    with pytest.raises(Unwise) as refusal:
        json_members.text({"key": value}, "key")
    assert refusal.value.fields == {"key": "The key must be a text."}


@pytest.mark.parametrize("value", [None, 1, "Nom", ["Nom"], {"fr": 1}])
def test_what_is_not_texts_by_language_is_refused(value: None) -> None:
    with pytest.raises(Unwise):
        json_members.texts({"names": value}, "names")


def test_a_word_outside_its_list_is_refused_with_the_list() -> None:
    with pytest.raises(Unwise, match="Summary, Problem"):
        json_members.word(Role, {"role": "Recipe"}, "role")
