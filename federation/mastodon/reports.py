"""Reports: a member tells the stewards about an account and its posts.

Source: docs.joinmastodon.org/methods/reports and entities/Report (4.2). Which house rule
was broken (`rule_ids`) is not kept: the comment says it.
"""

from aiohttp import web

from activitypub.canonical_json import Json
from actors.database import Session
from actors.errors import Gone, NotFound
from actors.rules import permissions
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.tables.report import Report
from actors.verbs import reporting
from actors.views import profiles, timelines
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, paging
from federation.mastodon.describing import Describer
from federation.mastodon.entities.entity import Entity, moment


async def create(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/reports: `account_id`, `status_ids[]`, `comment`, `category`, `forward`."""
    given = await arguments.read(request)
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:reports")
        permissions.must_publish(acting.office)
        us = acting.organisation
        them = await _account(session, given.text("account_id"))
        things = [await _status(session, one, us) for one in given.many("status_ids")]
        made = await reporting.report(
            session,
            site,
            us,
            them,
            things,
            comment=given.text("comment"),
            category=given.text("category", "other"),
            forwards=given.flag("forward"),
        )
        account = await Describer(session, site, us).account(them)
    ids: list[Json] = [str(one.id) for one in things]
    return answers.entity(_report(made, account, ids))


def _report(made: Report, account: Entity, status_ids: list[Json]) -> Entity:
    """A Report."""
    return {
        "id": str(made.id),
        "action_taken": made.closed_at is not None,
        "action_taken_at": None if made.closed_at is None else moment(made.closed_at),
        "category": made.category,
        "comment": made.comment,
        "forwarded": made.is_forwarded,
        "created_at": moment(made.made_at),
        "status_ids": status_ids,
        "rule_ids": None,
        "target_account": account,
    }


async def _account(session: Session, text: str) -> Actor:
    found = await profiles.by_id(session, paging.number(text))
    if found is None or found.type == "Application":
        raise NotFound("Record not found")
    if found.gone_at is not None:
        raise Gone("This account was deleted")
    return found


async def _status(session: Session, text: str, us: Actor) -> Model | Remark:
    """A post that the reporter may see: of anything else it must not even be told that it is there.

    Raises:
        NotFound: there is none.
    """
    item = await timelines.status(session, paging.number(text), us)
    if item is None:
        raise NotFound("Record not found")
    return item.subject
