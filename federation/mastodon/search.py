"""Search: by words, by handle, by an address pasted from anywhere.

With `resolve`, a handle or address that we do not know is asked for on the network, as the page's
search box does, before any transaction is open. What cannot be found is an empty result, never an
error: that is what apps expect while somebody is still typing. Source:
docs.joinmastodon.org/methods/search (4.2).
"""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from activitypub import iris
from activitypub.canonical_json import Json
from activitypub.errors import ProtocolError
from actors.database import Session
from actors.errors import Refusal
from actors.rules.speech import tag_name
from actors.site import Site
from actors.tables.actor import Actor
from actors.views import catalogue, profiles, reception, timelines
from actors.views.access import Acting, AppOnly
from actors.views.paging import LARGEST_PAGE, Page
from actors.views.timelines import Item
from federation.app_keys import DATABASE, LOOKUP, SITE
from federation.errors import TransportError
from federation.mastodon import answers, arguments, authenticating, paging
from federation.mastodon.accounts import by_acct
from federation.mastodon.arguments import Arguments
from federation.mastodon.authenticating import viewer
from federation.mastodon.describing import Describer
from federation.mastodon.entities import hashtags, reading
from federation.mastodon.entities.entity import Entity

LONGEST: Final = 500
"""Characters of a question that are looked at: an address fits, a whole text is nobody's search."""

DEEPEST: Final = LARGEST_PAGE
"""Results that can be paged through by `offset`; whoever wants more adds a word."""

Caller = Acting | AppOnly | None


@dataclass(frozen=True)
class Question:
    """What is looked for, and how much of the answer is wanted.

    Attributes:
        text: what was typed or pasted.
        exact: the one thing that the text names, if it names one that could be found.
        start: results to pass over.
        end: where the wanted results stop.
    """

    text: str
    exact: Actor | Item | None
    start: int
    end: int

    @property
    def names_one_thing(self) -> bool:
        """A whole handle or an address: nothing else is meant."""
        return _is_address(self.text) or _is_handle(self.text)


async def search(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/search and /api/v1/search: accounts, statuses and hashtags."""
    given = await arguments.read(request)
    caller, question = await _asked(request, given, paging.SEARCH, "read:search")
    kind = given.text("type")
    async with request.app[DATABASE].read() as session:
        describer = Describer(session, request.app[SITE], viewer(caller))
        accounts: list[Entity] = []
        statuses: list[Entity] = []
        tags: list[Json] = []
        if kind in ("", "accounts"):
            accounts = await describer.accounts(await _actors(session, question))
        if kind in ("", "statuses"):
            statuses = await describer.statuses(await _items(session, question))
        if kind in ("", "hashtags"):
            tags += await _hashtags(session, request.app[SITE], question)
    return answers.entity(reading.search(accounts, statuses, tags))


async def search_accounts(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts/search: accounts alone, as a bare list."""
    given = await arguments.read(request)
    caller, question = await _asked(request, given, paging.ACCOUNTS, "read:accounts")
    us = viewer(caller)
    async with request.app[DATABASE].read() as session:
        actors = await _actors(session, question)
        if given.flag("following") and us is not None:
            stand = [await profiles.relationship(session, us, them) for them in actors]
            actors = [them for them, known in zip(actors, stand, strict=True) if known.following]
        found = await Describer(session, request.app[SITE], us).accounts(actors)
    return answers.entity(list(found))


async def _asked(
    request: web.Request, given: Arguments, bounds: tuple[int, int], scope: str
) -> tuple[Caller, Question]:
    """Who asks for what. The network is asked here, if at all, between two transactions."""
    site, text = request.app[SITE], given.text("q")[:LONGEST]
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, scope)
        exact = await _remembered(session, site, text, viewer(caller))
    may_ask_others = given.flag("resolve") and isinstance(caller, Acting)
    if exact is None and (may_ask_others or _is_ours(site, text)):
        exact = await _resolved(request, text, viewer(caller))
    start = paging.passed_over(given, DEEPEST)
    end = min(start + paging.size(given, bounds), DEEPEST)
    return caller, Question(text, exact, start, end)


async def _remembered(
    session: Session, site: Site, text: str, us: Actor | None
) -> Actor | Item | None:
    if _is_address(text):
        found = await profiles.by_iri(session, text)
        if found is not None:
            return found if found.gone_at is None else None
        return await timelines.by_iri(session, text, us)
    return await by_acct(session, site, text) if _is_handle(text) else None


async def _resolved(request: web.Request, text: str, us: Actor | None) -> Actor | Item | None:
    """What the text names, wherever that is; None for whatever reason it cannot be had."""
    if not (_is_address(text) or _is_handle(text)):
        return None
    try:
        found = await request.app[LOOKUP].resolve(text)
    except (ProtocolError, Refusal, TransportError):
        return None
    if isinstance(found, Actor):
        return found
    async with request.app[DATABASE].read() as session:
        return await timelines.status(session, found.id, us)


async def _actors(session: Session, question: Question) -> list[Actor]:
    exact = [question.exact] if isinstance(question.exact, Actor) else []
    if question.names_one_thing:
        return exact[question.start :]
    found = (
        await profiles.search_actors(session, question.text, question.end) if question.text else []
    )
    return found[question.start :]


async def _items(session: Session, question: Question) -> list[Item]:
    exact = [question.exact] if isinstance(question.exact, Item) else []
    if question.names_one_thing or not question.text:
        return exact[question.start :]
    entries = await catalogue.search(session, q=question.text, page=Page(limit=question.end))
    items = [Item(each.model.id, each.model, each.author) for each in entries]
    return items[question.start :]


async def _hashtags(session: Session, site: Site, question: Question) -> list[Entity]:
    name = "" if question.names_one_thing else tag_name(question.text)
    if not name:
        return []
    found = await reception.search_hashtags(session, name, question.end)
    return [hashtags.tag(site.origin, each) for each in found[question.start :]]


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def _is_handle(text: str) -> bool:
    return "@" in text.removeprefix("@") and not _is_address(text)


def _is_ours(site: Site, text: str) -> bool:
    """Whether it lives here, so that finding it asks nobody else."""
    if _is_handle(text):
        return text.rpartition("@")[2].lower() == iris.host(site.origin)
    return text.startswith(f"{site.origin}/")
