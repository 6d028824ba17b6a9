"""Ancestry: which version two models both come from, over any number of hops.

A version comes from the one before it, from the version of its source that it was made from or
took last, and from whatever else it took over. Of many versions we know no more than the address;
versions of one model follow each other by number, so a known one is an ancestor of every higher
one, also of those that were never read here or are gone.

What strangers say of their ancestry may lead in a circle or be made up: every walk ends, because
nothing is visited twice, and a lie costs nothing but a worse base, that is more to choose from.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

MOST_BETWEEN = 40
"""Versions of one way that are looked at: two years of a busy model; each costs a millisecond."""


@dataclass(frozen=True)
class Version:
    """One version, as far as its ancestry goes.

    Attributes:
        iri: its address.
        model: the address of its model.
        number: it counts up from 1.
        parents: the versions it was made from.
        is_known: its text is here.
    """

    iri: str
    model: str
    number: int
    parents: tuple[str, ...] = ()
    is_known: bool = True


class Ancestry:
    """The versions of several models, and how they come from each other."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self._versions = {one.iri: one for one in versions}
        self._found: dict[str, dict[str, None]] = {}
        by_model: dict[str, list[Version]] = {}
        for one in self._versions.values():
            by_model.setdefault(one.model, []).append(one)
        self._before: dict[str, str] = {}
        for line in by_model.values():
            line.sort(key=lambda one: one.number)
            for earlier, later in pairwise(line):
                if earlier.number < later.number:
                    self._before[later.iri] = earlier.iri

    def of(self, iri: str) -> dict[str, None]:
        """A version and everything it comes from, the oldest first; itself last."""
        if iri not in self._found:
            self._found[iri] = self._walked(iri)
        return self._found[iri]

    def _walked(self, iri: str) -> dict[str, None]:
        found: dict[str, None] = {}
        seen: set[str] = set()
        open_ = [(iri, False)]
        while open_:
            at, is_done = open_.pop()
            if is_done:
                found[at] = None
            elif at not in seen:
                seen.add(at)
                open_.append((at, True))
                # The version before goes last, and so stands nearest in the order.
                open_ += [(parent, False) for parent in self._parents(at)]
        return found

    def common(self, ours: str, theirs: str) -> str | None:
        """The last version that both come from and whose text is here; None without any.

        Either may be the answer itself. Where several are the last (two models that took from each
        other), any of them will do: what came to both since is no conflict (`rules.grounds`).
        """
        own, other = self.of(ours), self.of(theirs)
        shared = [iri for iri in own if iri in other and self._is_known(iri)]
        older = {before for iri in shared for before in self.of(iri) if before != iri}
        last = [iri for iri in shared if iri not in older] or shared
        return max(last, key=lambda iri: (len(self.of(iri)), iri), default=None)

    def between(self, base: str | None, head: str) -> tuple[str, ...]:
        """The versions on the way from the base to a head whose text is here, the oldest first.

        Neither of the two is among them. Of a longer way the newest MOST_BETWEEN.
        """
        way = [
            iri
            for iri in self.of(head)
            if iri not in (base, head)
            and self._is_known(iri)
            and (base is None or base in self.of(iri))
        ]
        return tuple(way[-MOST_BETWEEN:])

    def _is_known(self, iri: str) -> bool:
        known = self._versions.get(iri)
        return known is not None and known.is_known

    def _parents(self, iri: str) -> list[str]:
        known = self._versions.get(iri)
        before = self._before.get(iri)
        named = [] if known is None else [one for one in known.parents if one != before]
        return [*([before] if before else []), *named]


def roots(
    hops: Sequence[Iterable[tuple[str, str | None]]], address: Callable[[int, str], str]
) -> Mapping[str, str]:
    """For sections taken over several hops: the address each was taken from → its key at the root.

    Args:
        hops: of each model on the way, the nearest to the root first, the keys of its sections
            with the addresses they were taken from; the root itself is not among them.
        address: the address of a section, from the place of its model in `hops` and its key.
    """
    found: dict[str, str] = {}
    for place, sections in enumerate(hops):
        for key, taken_from in sections:
            if taken_from is None:
                continue
            root = found.get(taken_from) or taken_from.rpartition("#")[2]
            found.setdefault(address(place, key), root)
    return found
