"""Filtering: words and statuses that an organisation of ours does not want to meet in apps.

A filter changes nothing of what is kept or sent; apps are told what it found, and hide that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select

from actors.database import Session, insert_once
from actors.errors import Unwise
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.word_filter import Filter, FilteredStatus, FilterWord

MOST_FILTERS = 100
"""Filters of one organisation: each is tried on every status that an app is shown."""

MOST_WORDS = 100
"""Words of one filter, and statuses of one: as above."""

LONGEST_WORD = 512
"""Characters of the words that a filter looks for, as on Mastodon."""

LONGEST_TITLE = 256
"""Characters of the title of a filter, as on Mastodon."""

LONGEST_TERM = timedelta(days=366 * 10)
"""The farthest end of a filter; who wants it for longer names no end."""

CONTEXTS = ("home", "notifications", "public", "thread", "account")
"""Where a filter can hold."""

ACTIONS = ("warn", "hide", "blur")
"""What an app does with what a filter found."""


@dataclass(frozen=True)
class Wanted:
    """A word that a filter shall look for.

    Attributes:
        id: of the word, where it is there already.
        text: what it says; None leaves that as it is.
        is_whole: not as a part of another word; None leaves that as it is.
        is_removed: it is not looked for any more.
    """

    id: int | None = None
    text: str | None = None
    is_whole: bool | None = None
    is_removed: bool = False


async def make(
    session: Session,
    site: Site,
    us: Actor,
    *,
    title: str,
    contexts: Sequence[str],
    action: str,
    expires_in: int | None = None,
) -> Filter:
    """Begin a filter that looks for nothing yet.

    Raises:
        Unwise: it has no title or context, or there are enough filters.
    """
    count = select(func.count()).where(Filter.owner_id == us.id)
    if (await session.scalar(count) or 0) >= MOST_FILTERS:
        raise Unwise(f"At most {MOST_FILTERS} filters can be kept.")
    row = Filter(
        id=site.new_id(),
        owner_id=us.id,
        title="",
        contexts=[],
        action="warn",
        made_at=site.now(),
    )
    change(row, title=title, contexts=contexts, action=action)
    end(site, row, expires_in)
    session.add(row)
    await session.flush()
    return row


def change(
    row: Filter,
    *,
    title: str | None = None,
    contexts: Sequence[str] | None = None,
    action: str | None = None,
) -> None:
    """Change where a filter holds and what it does; what is None stays.

    Raises:
        Unwise: a word is none of those there are.
    """
    if title is not None:
        if not 0 < len(title) <= LONGEST_TITLE:
            raise Unwise("Validation failed: Title can't be blank")
        row.title = title
    if contexts is not None:
        if not contexts or not set(contexts) <= set(CONTEXTS):
            raise Unwise("Validation failed: Context None or invalid context supplied")
        row.contexts = list(dict.fromkeys(contexts))
    if action is not None:
        if action not in ACTIONS:
            raise Unwise("Validation failed: Action is not included in the list")
        row.action = action


def end(site: Site, row: Filter, expires_in: int | None) -> None:
    """A filter ends so many seconds from now, or never."""
    span = None if expires_in is None else timedelta(seconds=max(0, expires_in))
    row.expires_at = None if span is None else site.now() + min(span, LONGEST_TERM)


async def remove(session: Session, row: Filter) -> None:
    """Remove a filter, with everything that it looks for."""
    await session.execute(delete(Filter).where(Filter.id == row.id))


async def reword(session: Session, site: Site, row: Filter, wanted: Sequence[Wanted]) -> None:
    """Add, change and remove words of a filter.

    Raises:
        Unwise: a word is empty or too long, or there are too many.
    """
    held = {
        one.id: one
        for one in await session.scalars(select(FilterWord).where(FilterWord.filter_id == row.id))
    }
    for one in wanted:
        known = held.get(one.id) if one.id is not None else None
        if known is None:
            if not one.is_removed:
                session.add(_word(site, row, one))
        elif one.is_removed:
            await session.delete(known)
        else:
            known.text = _text(known.text if one.text is None else one.text)
            known.is_whole = known.is_whole if one.is_whole is None else one.is_whole
    await session.flush()
    count = select(func.count()).where(FilterWord.filter_id == row.id)
    if (await session.scalar(count) or 0) > MOST_WORDS:
        raise Unwise(f"A filter looks for at most {MOST_WORDS} words.")


async def add_word(
    session: Session, site: Site, row: Filter, text: str, *, is_whole: bool
) -> FilterWord:
    """Add one word.

    Raises:
        Unwise: as `reword`.
    """
    count = select(func.count()).where(FilterWord.filter_id == row.id)
    if (await session.scalar(count) or 0) >= MOST_WORDS:
        raise Unwise(f"A filter looks for at most {MOST_WORDS} words.")
    word = _word(site, row, Wanted(text=text, is_whole=is_whole))
    session.add(word)
    await session.flush()
    return word


async def change_word(
    session: Session, word: FilterWord, *, text: str | None, is_whole: bool | None
) -> None:
    """Change one word; what is None stays.

    Raises:
        Unwise: as `reword`.
    """
    word.text = _text(word.text if text is None else text)
    word.is_whole = word.is_whole if is_whole is None else is_whole
    await session.flush()


async def remove_word(session: Session, word: FilterWord) -> None:
    """Look for this word no more."""
    await session.delete(word)
    await session.flush()


async def add_status(session: Session, site: Site, row: Filter, subject_id: int) -> FilteredStatus:
    """The filter holds for this status too.

    Raises:
        Unwise: it does already, or there are too many.
    """
    count = select(func.count()).where(FilteredStatus.filter_id == row.id)
    if (await session.scalar(count) or 0) >= MOST_WORDS:
        raise Unwise(f"A filter holds at most {MOST_WORDS} statuses.")
    values = {"id": site.new_id(), "filter_id": row.id, "subject_id": subject_id}
    if not await insert_once(session, FilteredStatus, values):
        raise Unwise("Validation failed: Status has already been taken")
    return await session.get_one(FilteredStatus, values["id"])


async def remove_status(session: Session, status: FilteredStatus) -> None:
    """The filter does not hold for this status any more."""
    await session.delete(status)
    await session.flush()


def _word(site: Site, row: Filter, one: Wanted) -> FilterWord:
    return FilterWord(
        id=site.new_id(),
        filter_id=row.id,
        text=_text(one.text or ""),
        is_whole=one.is_whole is not False,
    )


def _text(text: str) -> str:
    if not 0 < len(text.strip()) <= LONGEST_WORD:
        raise Unwise("Validation failed: Keyword can't be blank")
    return text.strip()
