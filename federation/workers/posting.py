"""Posting: letters to people leave, one after another, after what they tell was committed."""

from collections.abc import Callable

import structlog

from actors.database import Database
from actors.site import Site
from actors.tables.letter import Letter
from actors.verbs import composing, corresponding
from actors.verbs.composing import Told
from federation.postman import Postman, Undelivered, Written

Words = Callable[[str, str, str, Told], tuple[str, str]]
"""Kind, language, our origin and what is told → subject and text of a letter."""

_log = structlog.stdlib.get_logger("federation.workers")


class Posting:
    """Sends what waits.

    Args:
        database: where letters wait.
        site: our clock.
        postman: takes them.
        words: writes them in somebody's language.
    """

    def __init__(self, database: Database, site: Site, postman: Postman, words: Words) -> None:
        self._database = database
        self._site = site
        self._postman = postman
        self._words = words

    async def work(self) -> int:
        """Send one letter that is due, or see that there is none; how much was done."""
        if not self._postman.is_ready:
            return 0
        async with self._database.read() as session:
            if not await corresponding.is_due(session, self._site):
                return 0
        async with self._database.begin() as session:
            letter = await corresponding.claim(session, self._site)
            told = None if letter is None else await composing.compose(session, self._site, letter)
            if letter is not None and told is None:
                await corresponding.drop(session, letter)
        if letter is None or told is None:
            return 0 if letter is None else 1
        await self._send(letter, told)
        return 1

    async def _send(self, letter: Letter, told: Told) -> None:
        subject, body = self._words(letter.kind, letter.locale, self._site.origin, told)
        written = Written(letter.id, letter.address, told.network, subject, body)
        self._site.passes("letter.claimed")
        try:
            await self._postman.send(written, self._site.now())
        except Undelivered as trouble:
            _log.warning("letter.undelivered", letter=letter.id, cause=trouble.reason)
            async with self._database.begin() as session:
                await corresponding.failed(
                    session, self._site, letter, trouble.reason, temporary=trouble.temporary
                )
            return
        self._site.passes("letter.sent")
        async with self._database.begin() as session:
            await corresponding.sent(session, self._site, letter)
