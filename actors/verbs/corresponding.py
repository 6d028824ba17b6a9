"""Corresponding: e-mails wait as rows until they are sent, once.

A row says what to write to whom; the words are made when it leaves (`federation.letters`), so no
secret lies in it. It is sent after the transaction that wrote it. Who sends claims it first; who
dies between sending and saying so sends it a second time after `CLAIMED`, under the same
Message-ID, by which mail programs know it again.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, or_, select, update

from actors.database import Session, waits_in
from actors.site import Site
from actors.tables.letter import Letter

CLAIMED: Final = timedelta(minutes=5)
"""How long a process may take for one letter; its dialogue has a minute."""

WAITS: Final = (1, 5, 15, 60, 240, 720)
"""Minutes before the next try. After a day the address or the server needs a person."""

KEPT: Final = timedelta(days=30)
"""How long it is remembered what was sent: stewards see it beside their invitations."""


class Kind(StrEnum):
    """What a letter is about."""

    INVITATION = "invitation"
    CLAIM = "claim"
    RECOVERY = "recovery"
    ADDRESS = "address"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a kind of letter
    ADDRESS_CHANGED = "address-changed"


async def write(
    session: Session, site: Site, kind: Kind, address: str, locale: str, *, about: int | None = None
) -> None:
    """A letter waits to be sent as soon as this transaction is committed."""
    session.add(
        Letter(
            id=site.new_id(),
            kind=kind.value,
            address=address,
            locale=locale,
            about_id=about,
            made_at=site.now(),
            due_at=site.now(),
        )
    )
    await session.flush()
    waits_in(session, Letter)


async def is_due(session: Session, site: Site) -> bool:
    """Whether a letter waits to be sent now; a cheap look."""
    now = site.now()
    found = await session.scalar(
        select(Letter.id)
        .where(
            Letter.due_at <= now,
            or_(Letter.claimed_until.is_(None), Letter.claimed_until <= now),
        )
        .limit(1)
    )
    return found is not None


async def claim(session: Session, site: Site) -> Letter | None:
    """A letter that is due, for this process alone."""
    now = site.now()
    is_free = or_(Letter.claimed_until.is_(None), Letter.claimed_until <= now)
    number = await session.scalar(
        select(Letter.id)
        .where(Letter.due_at <= now, is_free)
        .order_by(Letter.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if number is None:
        return None
    claimed: Letter | None = await session.scalar(
        update(Letter)
        .where(Letter.id == number)
        .values(claimed_until=now + CLAIMED)
        .returning(Letter)
    )
    return claimed


async def sent(session: Session, site: Site, letter: Letter) -> None:
    """It has left: the mail server took it."""
    await _settle(session, letter, due_at=None, sent_at=site.now(), failure="")


async def failed(
    session: Session, site: Site, letter: Letter, failure: str, *, temporary: bool
) -> None:
    """It has not left; it is tried again where that may help."""
    tries = letter.tries + 1
    again = temporary and tries <= len(WAITS)
    due = site.now() + timedelta(minutes=WAITS[tries - 1]) if again else None
    await _settle(session, letter, due_at=due, tries=tries, failure=failure)


async def drop(session: Session, letter: Letter) -> None:
    """There is nobody to write to, or nothing to say any more."""
    await session.execute(delete(Letter).where(Letter.id == letter.id))


async def call_off(session: Session, about: int) -> None:
    """What waits to be sent about this is not sent."""
    await session.execute(
        delete(Letter).where(Letter.about_id == about, Letter.due_at.is_not(None))
    )


async def forget_old(session: Session, site: Site) -> None:
    """Throw away what was settled a month ago."""
    old = site.now() - KEPT
    await session.execute(delete(Letter).where(Letter.due_at.is_(None), Letter.made_at <= old))


async def _settle(session: Session, letter: Letter, **values: object) -> None:
    await session.execute(
        update(Letter).where(Letter.id == letter.id).values(claimed_until=None, **values)
    )
