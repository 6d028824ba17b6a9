"""Ancestry: the last version that two models share, over hops, gaps, circles and lies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.rules.ancestry import MOST_BETWEEN, Ancestry, Version, roots


def version(name: str, *parents: str, known: bool = True) -> Version:
    """`G2`: version 2 of the model G."""
    return Version(name, name[0], int(name[1:]), parents, known)


def known(*versions: Version) -> Ancestry:
    return Ancestry(versions)


# G was forked as P, P as F and as S. F took G2 before P did; P took it as P2.
FAMILY = known(
    version("G1"),
    version("G2", "G1"),
    version("P1", "G1"),
    version("P2", "P1", "G2"),
    version("F1", "P1"),
    version("F2", "F1", "G2"),
    version("S1", "P1"),
    version("S2", "S1", "P2"),
)


@pytest.mark.parametrize(
    ("ours", "theirs", "shared"),
    [
        ("F1", "P1", "P1"),
        ("F1", "P2", "P1"),
        ("F1", "G2", "G1"),
        ("F2", "G2", "G2"),
        ("F1", "S1", "P1"),
        ("F1", "S2", "P1"),
        ("F1", "F2", "F1"),
    ],
)
def test_two_versions_share_the_last_one_that_both_come_from(
    ours: str, theirs: str, shared: str
) -> None:
    assert FAMILY.common(ours, theirs) == shared
    assert FAMILY.common(theirs, ours) == shared


def test_who_took_from_each_other_share_one_of_the_last() -> None:
    assert FAMILY.common("F2", "P2") in {"G2", "P1"}
    assert FAMILY.common("F2", "S2") in {"G2", "P1"}


def test_a_version_that_nobody_has_read_stands_between_those_around_it() -> None:
    gap = known(version("P1"), version("P3", known=False), version("F1", "P1"), version("S1", "P3"))
    assert gap.common("F1", "S1") == "P1"
    assert known(version("F1", "P3"), version("S1", "P3")).common("F1", "S1") is None
    assert gap.of("nobody") == {"nobody": None}


def test_the_way_from_a_base_is_told_oldest_first_without_its_ends() -> None:
    assert FAMILY.between("P1", "S2") == ("P2", "S1") or FAMILY.between("P1", "S2") == ("S1", "P2")
    assert FAMILY.between("G1", "P2") == ("P1", "G2") or FAMILY.between("G1", "P2") == ("G2", "P1")
    assert FAMILY.between("P1", "P1") == ()
    assert set(FAMILY.between(None, "F1")) == {"G1", "P1"}


def test_of_a_long_way_the_newest_part_is_looked_at() -> None:
    long = known(*(version(f"P{number}") for number in range(1, MOST_BETWEEN + 10)))
    way = long.between("P1", f"P{MOST_BETWEEN + 9}")
    assert len(way) == MOST_BETWEEN
    assert way[-1] == f"P{MOST_BETWEEN + 8}"


def test_sections_are_followed_over_hops_where_they_changed_their_keys() -> None:
    found = roots(
        [[("valeur", "G#value"), ("new", None)], [("valore", "P#valeur"), ("mio", "X#other")]],
        lambda place, key: f"{'PF'[place]}#{key}",
    )
    assert found == {"P#valeur": "value", "F#valore": "value", "F#mio": "other"}


NAMES = st.sampled_from([f"{model}{number}" for model in "FGPS" for number in (1, 2, 3)])


@given(ties=st.dictionaries(NAMES, st.lists(NAMES, max_size=3)), ours=NAMES, theirs=NAMES)
def test_circles_and_lies_end_and_both_sides_share_one_version(
    ties: dict[str, list[str]], ours: str, theirs: str
) -> None:
    family = known(*(version(name, *parents) for name, parents in ties.items()))
    shared, back = family.common(ours, theirs), family.common(theirs, ours)
    assert (shared is None) == (back is None)
    if shared is not None:
        assert shared in family.of(ours)
        assert shared in family.of(theirs)
    assert shared not in family.between(shared, ours)
