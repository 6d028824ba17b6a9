"""An organisation's page, ours or elsewhere, and following it."""

import html
import re
from dataclasses import dataclass
from typing import Any, NoReturn

import orjson
from aiohttp import web
from wtforms import StringField

from actors.database import Session
from actors.errors import Gone, NotAllowed, NotFound
from actors.rules import permissions
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.remark import Remark
from actors.verbs import following
from actors.views import catalogue, crawling, pins, profiles, reception, timelines
from actors.views.access import Acting
from actors.views.paging import Page
from federation.app_keys import DATABASE, LOOKUP, SITE
from federation.pages import (
    addresses,
    elsewhere,
    forms,
    rendering,
    saying,
    sessions,
    sharing,
    space,
)
from federation.pages.forms import Form

MODELS_SHOWN: int = 50
REMARKS_SHOWN: int = 10
LINES_SHOWN: int = 14
"""Name-value lines of a profile: those of six facts, and eight more, twice what Mastodon has."""

_ADDRESS = re.compile(r'href="(https?://[^"]+)"')
_HANDLE = re.compile(r"@?[^@\s]+(@[^@\s]+)?")


@dataclass(frozen=True)
class Line:
    """One statement of a profile: a name and, as HTML, a value."""

    name: str
    value: str


UNKNOWN = "We do not know this organisation."
NOBODY_HERE = "Nobody here has that name. Whoever is on another site is written @name@site.example."


async def known(session: Session, handle: str) -> Actor:
    """Whoever has this handle, as far as we know; also somebody who left or is blocked.

    Raises:
        NotFound: we do not know it.
    """
    name, _, host = forms.without_nul(handle).strip().removeprefix("@").partition("@")
    actor = (
        await profiles.by_address(session, name, host)
        if host
        else await profiles.by_handle(session, name)
    )
    if actor is None:
        raise NotFound(UNKNOWN)
    return actor


async def find(session: Session, handle: str) -> Actor:
    """The organisation that an address of ours names: `coop`, or `coop@fr.example`.

    Raises:
        NotFound: we do not know it.
        Gone: it was deleted.
        NotAllowed: its site is blocked here.
    """
    actor = await known(session, handle)
    if actor.gone_at is not None:
        raise Gone("This organisation has left.")
    if actor.shut_at is not None:
        raise NotAllowed("The site of this organisation is blocked here.")
    return actor


async def organisation(request: web.Request) -> web.Response:
    """GET /@{handle}: who they are and what they publish."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        actor = await find(session, request.match_info["handle"])
        counts = await profiles.counts(session, actor)
        facts = await profiles.facts(session, actor)
        pinned = await pins.of(session, actor)
        models = await catalogue.of_actor(session, actor.id, Page(limit=MODELS_SHOWN))
        items = await timelines.account(
            session, actor, Page(limit=MODELS_SHOWN), viewer=here.organisation
        )
        receptions = await reception.receptions(
            session, here.organisation, [item.subject for item in items]
        )
        relationship = (
            None
            if here.organisation is None or here.organisation.id == actor.id
            else await profiles.relationship(session, here.organisation, actor)
        )
        withheld = await crawling.is_withheld(session, actor.id)
    document, spoken = _document(actor), rendering.language(request)
    said = [item for item in items if isinstance(item.subject, Remark) and item.boost is None]
    passed_on = [item for item in items if item.boost]
    return rendering.page(
        request,
        here,
        "organisation.html",
        actor=actor,
        counts=counts,
        facts=facts,
        lines=_lines(document),
        name=_told(document, "nameMap", spoken, actor.name or actor.handle),
        summary=_told(document, "summaryMap", spoken, actor.summary),
        own_links=_own_links(document) if actor.is_ours else [],
        models=models,
        pinned=pinned,
        remarks=said[:REMARKS_SHOWN],
        passed_on=passed_on,
        receptions=receptions,
        relationship=relationship,
        withheld=withheld,
        as_data=sharing.organisation_as_data(actor),
        is_network=here.network is not None and here.network.id == actor.id,
    )


def _document(actor: Actor) -> dict[str, Any]:
    """What somebody says of itself; a peer's document may hold anything."""
    try:
        found = orjson.loads(actor.document)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _told(document: dict[str, Any], name: str, language: str, otherwise: str) -> tuple[str, str]:
    """A name or a summary in the reader's language, and that language; else the one for all."""
    texts = document.get(name)
    text = texts.get(language) if isinstance(texts, dict) else None
    return (text, language) if isinstance(text, str) and text else (otherwise, "")


def _own_links(document: dict[str, Any]) -> list[str]:
    """Addresses that an organisation names as its own: what leads to them from here says `me`.

    By that, Mastodon shows a link to this page on an account of theirs as verified.
    """
    found = (_ADDRESS.search(line.value) for line in _lines(document))
    return [html.unescape(one[1]) for one in found if one]


def _lines(document: dict[str, Any]) -> list[Line]:
    """The name-value lines that a profile shows everywhere."""
    attached = document.get("attachment")
    lines = attached if isinstance(attached, list) else [attached]
    return [
        Line(str(line["name"]), str(line["value"]))
        for line in lines[:LINES_SHOWN]
        if isinstance(line, dict)
        and line.get("type") == "PropertyValue"
        and isinstance(line.get("name"), str)
        and isinstance(line.get("value"), str)
    ]


class FollowForm(Form):
    """Somebody's handle, as people write it, and whether to follow or to stop."""

    handle = StringField(validators=forms.required(300))
    do = StringField()


async def follow(request: web.Request) -> web.Response:
    """POST /space: follow whoever has this handle, here or elsewhere; or no longer."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, FollowForm)
    permissions.must_follow(acting.office)
    if form.do.data == "unfollow":
        await _unfollow(request, acting, form.handle.data or "")
    text = (form.handle.data or "").strip()
    if not form.validate():
        return await space.show(request, here, acting, handle=text, faults=forms.faults(form))
    try:
        actor = await somebody(request, text)
        async with request.app[DATABASE].begin() as session:
            between = await profiles.relationship(session, acting.organisation, actor)
            if between.following:
                done = "follow-stands"
            else:
                row = await following.follow(session, request.app[SITE], acting.organisation, actor)
                done = _done(row, actor)
    except elsewhere.FORESEEN as refused:
        faults = {"handle": elsewhere.plainly(refused)}
        return await space.show(request, here, acting, handle=text, faults=faults)
    raise web.HTTPSeeOther(saying.address(addresses.page_of_actor(actor), done))


def _done(row: Follow, actor: Actor) -> str:
    """The word for what came of asking to follow."""
    if row.state == "accepted" or (actor.is_ours and not actor.approves_followers):
        return "followed"
    return "follow-waits" if actor.approves_followers else "follow-asked"


async def _unfollow(request: web.Request, acting: Acting, handle: str) -> NoReturn:
    async with request.app[DATABASE].begin() as session:
        actor = await find(session, handle)
        standing = await profiles.relationship(session, acting.organisation, actor)
        if standing.follow is not None:
            await following.unfollow(session, request.app[SITE], standing.follow)
    raise web.HTTPSeeOther(saying.address("/space", "unfollowed"))


async def somebody(request: web.Request, text: str) -> Actor:
    """Whoever is meant: what we remember, else what the network answers.

    Raises:
        NotFound: nobody is meant by it.
    """
    if _HANDLE.fullmatch(text) and not text.startswith(("http://", "https://")):
        try:
            async with request.app[DATABASE].read() as session:
                return await find(session, text)
        except NotFound:
            if "@" not in text.removeprefix("@"):
                raise NotFound(NOBODY_HERE) from None
    found = await request.app[LOOKUP].resolve(text)
    if not isinstance(found, Actor):
        raise NotFound("This is not an organisation or a person one can follow.")
    return found
