"""Which section of one sheet is which section of another."""

from dataclasses import replace

from actors.rules.matching import by_key, match
from actors.rules.sections import Adaptability, Role, Section

A = Section("a", Role.VALUE, Adaptability.CORE, {"fr": "A"}, {"fr": "A."})
B = replace(A, key="b")


def test_a_section_is_found_by_its_key() -> None:
    matched = match(by_key([A, B]), [B, A])
    assert matched.twins == {"a": A, "b": B}
    assert matched.others == ()


def test_a_fork_may_have_given_another_key() -> None:
    mine = replace(A, key="valore", upstream="https://a.test/m#a")
    assert match(by_key([A, B]), [mine]).twins == {"a": mine}


def test_what_a_fork_took_is_matched_before_what_only_shares_the_key() -> None:
    own = replace(A, names={"it": "Mia"})
    taken = replace(A, key="valore", upstream="https://a.test/m#a")
    matched = match(by_key([A]), [own, taken], is_fork=True)
    assert matched.twins == {"a": taken}
    assert matched.others == (own,)


def test_between_versions_the_key_counts_more_than_what_was_taken_from_elsewhere() -> None:
    new = replace(A, key="new", upstream="https://grand.test/m#a")
    matched = match(by_key([A]), [new, A])
    assert matched.twins == {"a": A}
    assert matched.others == (new,)


def test_a_section_split_in_two_is_matched_once() -> None:
    first = replace(A, key="a", upstream="https://a.test/m#a")
    second = replace(A, key="a-bis", upstream="https://a.test/m#a")
    matched = match(by_key([A]), [first, second])
    assert matched.twins == {"a": first}
    assert matched.others == (second,)


def test_two_versions_of_a_fork_are_matched_by_key_whatever_they_were_taken_from() -> None:
    base = [
        replace(A, key="a", upstream="https://a.test/m#b"),
        replace(A, key="b", upstream="https://a.test/m#a"),
    ]
    assert match(by_key(base), base).twins == {"a": base[0], "b": base[1]}


def test_an_upstream_elsewhere_is_not_ours_and_the_key_decides() -> None:
    theirs = replace(A, upstream="https://grand.test/m#origin")
    assert match(by_key([A]), [theirs]).twins == {"a": theirs}


def test_the_first_of_two_equal_keys_is_known() -> None:
    other = replace(A, texts={"fr": "Autre."})
    assert by_key([A, other]) == {"a": A}
