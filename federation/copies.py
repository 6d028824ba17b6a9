"""Copies: files that models of others show, read where they lie and kept here.

Each is asked for once, in the background, without a signature and without a cookie: its server
learns that this instance keeps it, and nothing of who reads it. What has the digest that its author
said is kept as it is, so that it can still be proven; anything else is drawn anew, as every file
that comes here (`federation.files.uploads`).
"""

from typing import Final

from activitypub import wire
from activitypub.iris import Iri
from actors.database import Database
from actors.rules.pictures import ACCEPTED, LARGEST_FILE
from actors.site import Site
from actors.verbs import safeguarding
from federation.files.uploads import Uploads
from federation.transport.client import Client
from federation.transport.redirects import land

ACCEPT: Final = ", ".join(ACCEPTED)
PURPOSE: Final = "media"


class Copies:
    """Reads files of others, and keeps them. No method may be called in a transaction.

    Args:
        database: what is remembered.
        site: our origin, clock and ids.
        client: opens the connections.
        uploads: takes files in.
    """

    def __init__(self, database: Database, site: Site, client: Client, uploads: Uploads) -> None:
        self._database = database
        self._site = site
        self._client = client
        self._uploads = uploads

    async def keep(self, url: Iri, digest: str) -> None:
        """Read the file at this address and keep it for the models that show it.

        Args:
            url: where it lies.
            digest: of its bytes, as its author says; may be empty.

        Raises:
            TransportError: it cannot be read, now or ever.
            Refusal, Malformed: it is nothing that is kept here, or not what its author said.
        """
        async with self._database.read() as session:
            if not await safeguarding.is_wanted(session, url):
                return
        landed = await land(self._client, url, accept=ACCEPT, purpose=PURPOSE, call=self._call)
        sent = await self._uploads.take_over(landed.response.body, digest)
        async with self._database.begin() as session:
            await safeguarding.keep(session, self._site, url, sent, self._uploads.room)

    async def _call(self, request: wire.Request) -> wire.Response:
        return await self._client.request(
            "GET", request.url, request.headers, purpose=PURPOSE, max_body=LARGEST_FILE
        )
