"""The typed keys under which the application carries its few collaborators.

An edge takes what it needs from `request.app[...]` and passes plain arguments down; below the edges
nothing ever sees a request, an application or settings. `application.build` fills all of them but
TEMPLATES and PRIVACY, which `federation.pages.rendering` fills.
"""

from collections.abc import Callable
from typing import Final

from aiohttp import web
from jinja2 import Environment

from actors.database import Database
from actors.listening import Listening
from actors.site import Site
from federation.archives import Archivist
from federation.files.reading_room import ReadingRoom
from federation.files.uploads import Uploads
from federation.journal import Journal
from federation.kept import Answer, Kept
from federation.lookup import Lookup
from federation.rates import Rates
from federation.settings import Settings
from federation.streams import Streams
from federation.transport.client import Client
from federation.tries import Tries

SETTINGS: Final = web.AppKey("settings", Settings)
"""What the operator decided."""

SITE: Final = web.AppKey("site", Site)
"""Our origin, clock and ids: the first thing every verb asks for after the session."""

DATABASE: Final = web.AppKey("database", Database)
"""`async with request.app[DATABASE].begin() as session` (or `.read()`), once in each handler."""

CLIENT: Final = web.AppKey("client", Client)
"""The one HTTP client; handlers hardly ever need it, LOOKUP is what they want."""

LOOKUP: Final = web.AppKey("lookup", Lookup)
"""A handle or an address → something remembered, asking the network if it must. Never inside a
transaction.
"""

ARCHIVIST: Final = web.AppKey("archivist", Archivist)
"""Makes archives of models, and restores from them. Never inside a transaction."""

ANSWERS: Final[web.AppKey[Kept[tuple[int, str], Answer]]] = web.AppKey("answers")
"""What apps were answered, by the organisation that asked and the address with its query."""

UPLOADS: Final = web.AppKey("uploads", Uploads)
"""Takes in files, and knows where they lie. Never inside a transaction."""

READING_ROOM: Final = web.AppKey("reading room", ReadingRoom)
"""Reads texts that people already have. Never inside a transaction."""

RATES: Final = web.AppKey("rates", Rates)
"""How often who did what: see `callers`."""

TRIES: Final = web.AppKey("tries", Tries)
"""The same of what is dear, over all processes."""

LISTENING: Final = web.AppKey("listening", Listening)
"""What other processes on the same database tell this one."""

STREAMS: Final = web.AppKey("streams", Streams)
"""Who looks on, and is told at once what happens."""

JOURNAL: Final = web.AppKey("journal", Journal)
"""Notes what came in and whom we called, for operators; the inbox writes into it."""

WAKE: Final[web.AppKey[Callable[[], None]]] = web.AppKey("wake")
"""Tells the workers of this process to look now."""

PRIVACY: Final[web.AppKey[Callable[[str], str]]] = web.AppKey("privacy")
"""What becomes of people's data here, where the network has not written it itself: language →
Markdown."""

TEMPLATES: Final = web.AppKey("templates", Environment)
"""The pages' Jinja environment."""
