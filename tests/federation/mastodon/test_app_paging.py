"""Paging: cursors in, Link header out."""

import pytest

from activitypub.errors import Malformed
from actors.views.paging import Page
from federation.mastodon import paging
from federation.mastodon.arguments import Arguments


def given(**values: str) -> Arguments:
    return Arguments({name: (value,) for name, value in values.items()})


def test_nothing_asked_for_is_the_first_page_of_the_usual_size() -> None:
    assert paging.wanted(given(), paging.STATUSES) == Page(limit=20)


def test_cursors_are_ids_and_an_empty_one_is_none() -> None:
    page = paging.wanted(given(max_id="9", since_id="", min_id="4", limit="5"), paging.STATUSES)
    assert page == Page(max_id=9, since_id=None, min_id=4, limit=5)


@pytest.mark.parametrize(("text", "size"), [("0", 1), ("1", 1), ("40", 40), ("999", 40), ("x", 20)])
def test_a_limit_is_held_within_its_bounds(text: str, size: int) -> None:
    assert paging.wanted(given(limit=text), paging.STATUSES).limit == size


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "01H8ULID", "9" * 30, "٣", str(2**63)])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        paging.wanted(given(max_id=text), paging.STATUSES)


def test_a_full_page_leads_to_older_and_newer_ones_and_keeps_the_other_arguments() -> None:
    query = [("local", "true"), ("limit", "2"), ("max_id", "100")]
    link = paging.links("https://a.test/list", query, [30, 40], Page(limit=2, max_id=100))
    assert link == (
        '<https://a.test/list?local=true&limit=2&max_id=30>; rel="next", '
        '<https://a.test/list?local=true&limit=2&min_id=40>; rel="prev"'
    )


def test_the_last_page_leads_to_newer_ones_only_and_an_empty_one_nowhere() -> None:
    link = paging.links("https://a.test/list", [], [30], Page(limit=2))
    assert link == '<https://a.test/list?min_id=30>; rel="prev"'
    assert paging.links("https://a.test/list", [], [], Page(limit=2)) is None


def test_how_many_results_to_pass_over_is_bounded() -> None:
    assert paging.passed_over(given(), 80) == 0
    assert paging.passed_over(given(offset="7"), 80) == 7
    assert paging.passed_over(given(offset="5000"), 80) == 80


def test_a_page_that_was_held_to_the_largest_leads_on() -> None:
    """A hundred hashtags are asked for by default, and fewer are given at once."""
    page = paging.wanted(given(), paging.TAGS)
    assert page.size < page.limit
    link = paging.links("https://a.test/list", [], range(1, page.size + 1), page)
    assert link is not None
    assert 'max_id=1>; rel="next"' in link
