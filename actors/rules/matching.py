"""Matching: which section of one sheet is which section of another.

Position and name mean nothing here: a section that was moved or renamed is still itself. A section
may claim its identity in three ways:

- same key and same upstream address: two versions of one fork;
- by the fragment of its upstream address: a fork may have given the section another key;
- by its key.

Two sections may claim one identity (a fork split a section in two, or reused a key). In a fork of
the known sections they win in the order above; between versions of one model, whose upstream is
somebody else, the key goes before the upstream address. Then the first in the sheet wins. The loser
is a section of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from activitypub.iris import Iri, fragment
from actors.rules.sections import Section

_BOTH, _UPSTREAM, _KEY = "both", "upstream", "key"
_IN_FORK = (_BOTH, _UPSTREAM, _KEY)
_IN_VERSION = (_BOTH, _KEY, _UPSTREAM)


@dataclass(frozen=True)
class Matched:
    """The sections of one side: those that were claimed, by identity, and the others in order."""

    twins: Mapping[str, Section]
    others: tuple[Section, ...]


_NO_ROOTS: Mapping[str, str] = {}


def match(
    known: Mapping[str, Section],
    side: Iterable[Section],
    *,
    is_fork: bool = False,
    roots: Mapping[str, str] = _NO_ROOTS,
) -> Matched:
    """Find each known section (by key) again on one side.

    ``is_fork``: that side was made from the known sections; else it is another version of them.
    ``roots``: upstream address → key in the known sections, where there were hops between them.
    """
    sections = list(side)
    claims = [_claim(known, section, roots) for section in sections]
    ranks = _IN_FORK if is_fork else _IN_VERSION
    twins: dict[str, Section] = {}
    order = sorted(range(len(sections)), key=lambda index: (ranks.index(claims[index][0]), index))
    for index in order:
        twins.setdefault(claims[index][1], sections[index])
    matched = {key: section for key, section in twins.items() if key in known}
    claimed = {id(section) for section in matched.values()}
    return Matched(
        twins=matched,
        others=tuple(section for section in sections if id(section) not in claimed),
    )


def by_key(sections: Iterable[Section]) -> dict[str, Section]:
    """Sections by their key; the first one where a key is used twice."""
    found: dict[str, Section] = {}
    for section in sections:
        found.setdefault(section.key, section)
    return found


def _claim(
    known: Mapping[str, Section], section: Section, roots: Mapping[str, str]
) -> tuple[str, str]:
    upstream = section.upstream
    if upstream is not None:
        twin = known.get(section.key)
        if twin is not None and twin.upstream == upstream:
            return _BOTH, section.key
        if (taken_from := roots.get(upstream) or fragment(Iri(upstream))) in known:
            return _UPSTREAM, taken_from
    return _KEY, section.key
