"""Tries: limits on what is dear, which hold for all processes of an instance together.

Guessing passwords and registering apps. Everything else (`rates`) each process counts for itself:
a transaction for each request would cost more than what the limit protects.
"""

from actors.database import Database
from actors.site import Site
from actors.verbs import trying
from federation.rates import Limit, TooMany, ends


class Tries:
    """Counts in the database.

    Args:
        database: which the processes share.
        site: our clock and ids.
    """

    def __init__(self, database: Database, site: Site) -> None:
        self._database = database
        self._site = site

    async def take(self, *counted: tuple[Limit, str]) -> None:
        """Count one of each, or none of them.

        Args:
            counted: limits, each with whom it is about; always in the same order, because each row
                is held until all are counted.

        Raises:
            TooMany: one of them is used up.
        """
        now = self._site.now()
        async with self._database.begin() as session:
            for limit, who in counted:
                until = ends(limit, now)
                if not await trying.count(
                    session, self._site, limit.name, who, most=limit.most, until=until
                ):
                    raise TooMany(until - now)

    async def give_back(self, *counted: tuple[Limit, str]) -> None:
        """Count one of each less: it was no fault."""
        now = self._site.now()
        async with self._database.begin() as session:
            for limit, who in counted:
                await trying.give_back(session, limit.name, who, until=ends(limit, now))
