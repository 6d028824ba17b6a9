"""Addressees: the people whom a text names, made known before it is said.

A text names somebody of another server as `@name@host`. Their server is asked who that is here,
before the transaction in which the text becomes a remark; who cannot be found stays a word.
"""

import asyncio

from activitypub import handles
from activitypub.errors import ProtocolError
from actors.errors import Refusal
from actors.rules import speech
from actors.verbs.phrasing import MOST_PEOPLE
from federation.errors import TransportError
from federation.lookup import Lookup

PATIENCE = 8
"""Seconds for all of them together: whoever wrote the text is waiting."""


async def make_known(lookup: Lookup, text: str) -> None:
    """Ask for everybody of another server whom the text names and whom we do not know yet."""
    names = [name for name in speech.people_in(text)[:MOST_PEOPLE] if "@" in name]
    if not names:
        return
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(_ask(lookup, name) for name in names))
    except TimeoutError:
        return


async def _ask(lookup: Lookup, name: str) -> None:
    try:
        await lookup.by_address(handles.parse(name))
    except (ProtocolError, Refusal, TransportError):
        return
