"""Grounds: against what a section is judged when changes came on more than one way.

A fork takes a change from its grandparent; later its parent takes the same one. Judged against the
version of the parent that the fork was made from, both have changed the section, and somebody
would have to choose again. But both have *said the same* since: that is the ground they share.

Each part of a section (a text or title in one language, the role, the adaptability) is looked at
by itself, as the sequence of its values on either side since the base. Its ground is

- the base's value, when the two sequences share nothing;
- the value they share last, when both leave it last: whoever went on from there changed it;
- nothing certain, when each went on to what the other had left (A → B → A here, A → B → A → B
  there): the sides are *crossed*, and a person has to look.

Equal values are found as they are; equal texts have equal digests, so it makes no difference on
which instance a text was written or which way it came.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from actors.rules.sections import Section

Value = TypeVar("Value")

_Way = Sequence[Section | None]


def ground(base: Section | None, ours: _Way, theirs: _Way) -> tuple[Section | None, bool]:
    """What a section is judged against, and whether the sides are crossed.

    Args:
        base: the section in the base.
        ours: the section on our side since the base, the oldest first, the last one as it is now;
            None where it was not there.
        theirs: the same of theirs.
    """
    ours_now, theirs_now = ours[-1], theirs[-1]
    if ours_now is None or theirs_now is None:
        return _ground_of_whole(base, ours, theirs)
    if ours_now.digest == theirs_now.digest:
        return base, False
    return _ground_by_parts(base, (ours, ours_now), (theirs, theirs_now))


def _ground_of_whole(base: Section | None, ours: _Way, theirs: _Way) -> tuple[Section | None, bool]:
    """One side does not have it now: only the section as a whole can be compared."""
    found, is_crossed = _shared(_digest(base), _map(ours, _digest), _map(theirs, _digest))
    if found == _digest(base):
        return base, is_crossed
    said = next((one for one in (*ours, *theirs) if _digest(one) == found), None)
    return said, is_crossed


def _ground_by_parts(
    base: Section | None, our_side: tuple[_Way, Section], their_side: tuple[_Way, Section]
) -> tuple[Section | None, bool]:
    (ours, ours_now), (theirs, theirs_now) = our_side, their_side
    crossed = False

    def part(read: Callable[[Section], Value]) -> Value | None:
        nonlocal crossed
        own, other = _map(ours, _of(read)), _map(theirs, _of(read))
        found, is_crossed = _shared(_of(read)(base), own, other)
        crossed = crossed or (is_crossed and own[-1] != other[-1])
        return found

    known = [one for one in (base, *ours, *theirs) if one is not None]
    languages = dict.fromkeys(tag for one in known for tag in one.texts)
    titles = dict.fromkeys(tag for one in known for tag in one.names)
    texts = {tag: part(lambda one, tag=tag: one.texts.get(tag)) for tag in languages}  # type: ignore[misc] # mypy does not infer lambdas with defaults
    names = {tag: part(lambda one, tag=tag: one.names.get(tag)) for tag in titles}  # type: ignore[misc] # as above
    role, adaptability = part(lambda one: one.role), part(lambda one: one.adaptability)
    # A section cannot be without these: where nothing is shared, there is no ground for them.
    crossed = crossed or (role is None and ours_now.role != theirs_now.role)
    crossed = crossed or (adaptability is None and ours_now.adaptability != theirs_now.adaptability)
    told = {tag: text for tag, text in texts.items() if text is not None}
    if base is None and not told:
        return None, crossed
    like = base or ours_now
    found = replace(
        like,
        role=role or like.role,
        adaptability=adaptability or like.adaptability,
        names={tag: name for tag, name in names.items() if name is not None},
        texts=told,
        translated_from={
            tag: source for tag, source in like.translated_from.items() if tag in told
        },
    )
    return found, crossed


def _shared(
    base: Value | None, ours: Sequence[Value | None], theirs: Sequence[Value | None]
) -> tuple[Value | None, bool]:
    """The ground of one part, and whether the sides are crossed."""
    own, other = _since(base, ours), _since(base, theirs)
    common = set(own) & set(other)
    if not common:
        return base, False
    last = next(one for one in reversed(own) if one in common)
    other_last = next(one for one in reversed(other) if one in common)
    return (last, False) if last == other_last else (base, True)


def _since(base: Value | None, way: Sequence[Value | None]) -> list[Value | None]:
    """A way without its first steps, on which the base's value had not changed yet."""
    start = next((index for index, value in enumerate(way) if value != base), len(way))
    return list(way[start:])


def _map(way: _Way, read: Callable[[Section | None], Value | None]) -> list[Value | None]:
    return [read(one) for one in way]


def _of(read: Callable[[Section], Value]) -> Callable[[Section | None], Value | None]:
    """The same question, with no answer where there is no section."""
    return lambda one: None if one is None else read(one)


def _digest(section: Section | None) -> str | None:
    return None if section is None else section.digest
