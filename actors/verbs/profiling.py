"""Profiling: an organisation of ours changes what its profile says, from an app or on a page.

Wire: one Update{Organization}, where anything that others see has changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from activitypub.canonical_json import Json
from activitypub.lettering import named
from actors.database import Session
from actors.documents import organisation as documents
from actors.errors import Unwise
from actors.rules.habits import Habits
from actors.rules.languages import is_tag
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.organisation import Organisation
from actors.verbs import enrolling, posting

LONGEST_NAME: Final = 100
"""Characters of a name; Mastodon takes 30, and organisations have longer ones."""

LONGEST_NOTE: Final = 5_000
"""Characters of what an organisation says of itself: as many as of a remark."""

MOST_LINES: Final = 8
"""Lines of a profile beside the facts: twice Mastodon's, which shows as many as come."""

LONGEST_PART: Final = 255
"""Characters of a line's name and of its value, as on Mastodon."""


MOST_WORDINGS: Final = 8
"""Other languages of a profile."""

LARGEST_WORDINGS: Final = 20_000
"""Bytes of all of them together: a document goes to every follower whole, and has 48 KB."""


@dataclass(frozen=True)
class Wording:
    """What an organisation is called and says of itself in one more language; either may be empty.

    Attributes:
        name: what people call it there.
        note: a few words about it, Markdown.
    """

    name: str = ""
    note: str = ""


@dataclass(frozen=True)
class Said:
    """What a profile says from now on; None for what stays as it is.

    Attributes:
        name: what people call it.
        note: a few words about it, Markdown.
        lines: name and value of each line, plain text; all of them.
        facts: structured statements by their names on the wire; all of them.
        wordings: language → the same in other languages than its own; all of them.
        approves: it decides itself who follows it.
        is_discoverable: it wants to be suggested.
        is_indexable: it wants to be found by what it says.
        habits: what its apps begin a post with; nobody is told of these.
    """

    name: str | None = None
    note: str | None = None
    lines: Sequence[tuple[str, str]] | None = None
    facts: Mapping[str, Json] | None = None
    wordings: Mapping[str, Wording] | None = None
    approves: bool | None = None
    is_discoverable: bool | None = None
    is_indexable: bool | None = None
    habits: Habits | None = None


def must_fit(said: Said) -> None:
    """Refuse what is too much.

    Raises:
        Unwise: the name is empty, or something is too long.
    """
    if said.name is not None and not 0 < len(named(said.name)) <= LONGEST_NAME:
        words = f"Validation failed: Display name must have 1 to {LONGEST_NAME} characters"
        raise Unwise(words, fields={"display_name": words})
    if said.note is not None and len(said.note) > LONGEST_NOTE:
        words = f"Validation failed: Note is too long (maximum is {LONGEST_NOTE:,} characters)"
        raise Unwise(words, fields={"note": words})
    _must_fit_in_words(said.wordings or {})
    lines = said.lines or ()
    if len(lines) > MOST_LINES:
        raise Unwise(f"Validation failed: At most {MOST_LINES} fields")
    for name, value in lines:
        if not name or max(len(name), len(value)) > LONGEST_PART:
            words = f"Validation failed: A field has a name, and at most {LONGEST_PART} characters"
            raise Unwise(words)


def _must_fit_in_words(wordings: Mapping[str, Wording]) -> None:
    size = sum(len((one.name + one.note).encode()) for one in wordings.values())
    if len(wordings) > MOST_WORDINGS or size > LARGEST_WORDINGS:
        raise Unwise(f"Validation failed: At most {MOST_WORDINGS} other languages, and short texts")
    for tag, one in wordings.items():
        if not is_tag(tag) or len(one.name) > LONGEST_NAME or len(one.note) > LONGEST_NOTE:
            raise Unwise("Validation failed: A name or a note in another language is too long")


async def say(session: Session, site: Site, organisation: Actor, said: Said) -> None:
    """A profile says something else from now on, and its followers are told.

    Raises:
        Unwise: something is empty or too long; nothing was changed.
    """
    must_fit(said)
    organisation = await posting.held(session, organisation)
    row = await session.get_one(Organisation, organisation.id)
    if said.habits is not None:
        row.habits = said.habits.to_json()
    before = _seen(organisation, row)
    _speak(organisation, row, said)
    if said.lines is not None:
        row.lines = [list(line) for line in said.lines]
    if said.facts is not None:
        row.facts = dict(said.facts)
    if said.approves is not None:
        organisation.approves_followers = said.approves
    if said.is_discoverable is not None:
        row.is_discoverable = said.is_discoverable
    if said.is_indexable is not None:
        row.is_indexable = said.is_indexable
    if _seen(organisation, row) != before:
        await enrolling.tell_profile(session, site, organisation)
    await session.flush()


def _speak(organisation: Actor, row: Organisation, said: Said) -> None:
    """What it is called and says of itself, in its own language and in others."""
    if said.name is not None:
        organisation.name = named(said.name)
    if said.note is not None:
        organisation.summary = documents.markdown_summary(said.note)
    if said.wordings is not None:
        row.wordings = {
            tag: {"name": named(one.name), "note": one.note}
            for tag, one in said.wordings.items()
            if one.name or one.note
        }


def _seen(organisation: Actor, row: Organisation) -> tuple[object, ...]:
    """What others see of it."""
    return (
        organisation.name,
        organisation.summary,
        list(row.lines),
        dict(row.facts),
        dict(row.wordings),
        organisation.approves_followers,
        row.is_discoverable,
        row.is_indexable,
    )
