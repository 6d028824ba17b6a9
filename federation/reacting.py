"""Reacting: what was heard has its effect, now or when what it needs was fetched.

Most of what servers say needs nothing to be fetched. It has its effect in the very transaction in
which it is accepted (`peers.storing`); all else waits for a worker (`workers.receiving`). Either
way it is the same reaction, and the row of the activity is settled with the effect.
"""

import asyncio
from collections.abc import Iterable

import activitypub.vocabulary as ap
from activitypub import markup
from activitypub.authority import Heard
from activitypub.errors import ProtocolError
from actors import reactions
from actors.database import Session
from actors.documents import remark as remark_documents
from actors.reactions import Reaction


def needs_nothing(reaction: Reaction, heard: Heard[ap.Activity]) -> bool:
    """Whether it can act at once."""
    try:
        return not reaction.needs(heard, {})
    except ProtocolError:
        return False  # why it is refused is said where it is worked on


async def why_none(session: Session, reaction: Reaction, heard: Heard[ap.Activity]) -> str:
    """Why an activity has no effect here, as the log says it; empty where it has one."""
    if not await reaction.concerns(session, heard):
        return "not-addressed"
    return "type" if reaction is reactions.IGNORED else ""


async def tidy_ahead(things: Iterable[ap.Object]) -> None:
    """Clean long texts in a thread, before the transaction in which they are remembered.

    A megabyte of HTML takes 50 ms, in which the loop would do nothing else.
    """
    for one in things:
        text = remark_documents.shown(one)
        if len(text) >= markup.LONG:
            await asyncio.to_thread(markup.clean, text)
