"""The rule of the core: is a fork still a replication of its source?

Anybody may change a core section, the licence permitting. The fork is then "inspired by" its source
and leaves the source's replication count; nothing else happens. It is computed from digests, by any
instance, and nobody has to police it.

A core section is kept when the fork has it, says the same in every language that both have, and
says the rest in declared translations. At least one of its texts must be, or translate, a text of
the base: a stale translation alone does not show that the core is kept.
"""

from dataclasses import dataclass
from enum import StrEnum

from actors.rules.matching import by_key, match
from actors.rules.sections import Adaptability, Section, Sheet


class Relation(StrEnum):
    """What a fork is to its source; the values are those of the wire."""

    REPLICATION = "replication-of"
    INSPIRED = "inspired-by"


def relation(fork: Sheet, base: Sheet) -> Relation:
    """What this fork is to the version it was made from (or merged with last)."""
    return Relation.INSPIRED if broken_core(fork, base) else Relation.REPLICATION


def broken_core(fork: Sheet, base: Sheet) -> tuple[str, ...]:
    """The keys, in the base, of the core sections that the fork does not keep."""
    known = by_key(base.sections)
    twins = match(known, fork.sections, is_fork=True).twins
    return tuple(
        key
        for key, section in known.items()
        if section.adaptability is Adaptability.CORE and not _keeps(section, twins.get(key))
    )


@dataclass(frozen=True)
class Consequence:
    """What a text of a fork makes of its tie to the source.

    `before` and `after` are what it is and would be; `broken` the core sections of the source, by
    their keys there, that it then would not keep; `left` those of them that it keeps today.
    """

    before: Relation
    after: Relation
    broken: tuple[str, ...]
    left: tuple[str, ...]


def consequence(now: Sheet, then: Sheet, base: Sheet, taken: Sheet | None = None) -> Consequence:
    """What publishing ``then`` in place of ``now`` means for a fork of ``base``.

    ``taken`` is the version of the source that is taken with it, if one is.
    """
    broken_now, broken_then = broken_core(now, base), broken_core(then, taken or base)
    return Consequence(
        before=Relation.INSPIRED if broken_now else Relation.REPLICATION,
        after=Relation.INSPIRED if broken_then else Relation.REPLICATION,
        broken=broken_then,
        left=tuple(key for key in broken_then if key not in broken_now),
    )


def _keeps(base: Section, fork: Section | None) -> bool:
    if fork is None:
        return False
    digests = set(base.digests.values())
    shown = False
    for language, text in fork.texts.items():
        if language in base.texts:
            if text != base.texts[language]:
                return False
            shown = True
        elif language not in fork.translated_from:
            return False
        else:
            shown = shown or fork.translated_from[language] in digests
    return shown
