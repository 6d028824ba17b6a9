"""Looking: a member looks at a conversation, so the rest of it may be read.

Or at an adaptation of ours, so its lineage may be walked, once a day.

For what serves people and apps. Nothing is read while they wait: a worker does it afterwards. Only
members cause it, or a crawler could make us read all day.
"""

from aiohttp import web

from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import conversing, tracing
from federation.app_keys import DATABASE, SITE


async def look(app: web.Application, subject: Model | Remark) -> None:
    """Let the answers to this be read, and its quote be checked; most looks write nothing."""
    site = app[SITE]
    async with app[DATABASE].read() as session:
        is_worth_it = await conversing.is_worth_a_look(session, site, subject)
    if is_worth_it:
        async with app[DATABASE].begin() as session:
            await conversing.look(session, site, subject)


async def look_at_kin(app: web.Application, model: Model) -> bool:
    """Let the lineage of a model be walked if that was never done, or a day ago.

    Returns:
        Whether it is being walked now.
    """
    site = app[SITE]
    async with app[DATABASE].read() as session:
        is_walking = await tracing.is_walking(session, model)
        is_stale = await tracing.is_stale(session, site, model)
    if not is_stale or is_walking:
        return is_walking
    async with app[DATABASE].begin() as session:
        return await tracing.ask(session, site, model)
