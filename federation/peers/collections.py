"""Collections: outbox, followers, featured, history, forks … made on asking.

Mastodon reads `totalItems` and, of `featured`, the first page, whose items must be plain addresses;
it never reads old posts from an outbox, so the best models are pinned there. Long
lists come in pages; the address of a page holds the id behind which it begins, so it stays the same
while new things arrive.

`likes` is a number, because a Like is told to one alone; `shares`, `replies` and `context` name
what was said to everybody.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from aiohttp import web

from activitypub import canonical_json
from activitypub.canonical_json import Json, encode
from activitypub.errors import Malformed
from actors import places
from actors.documents import collections
from actors.errors import Gone, NotFound
from actors.places import place
from actors.site import id_in
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.views import commons, history, lineage, mail, pins, profiles, reception, timelines
from actors.views.paging import Page
from actors.views.profiles import Listed
from actors.views.timelines import Item
from federation.app_keys import DATABASE, SITE
from federation.negotiation import activity_response
from federation.peers.documents import organisation, our_model, our_remark

MOST_FORKS: Final = 100
"""Forks that are listed whole, and on one page of a longer list: addresses are short."""


async def outbox(request: web.Request) -> web.Response:
    """GET /actors/{handle}/outbox: what the organisation told everybody, the newest first."""
    async with request.app[DATABASE].read() as session:
        owner = _living_organisation(await organisation(session, request))
        iri = _address(request, places.OUTBOX, handle=owner.handle)
        page = page_asked(request)
        if page is None:
            return whole(iri, total=await mail.outbox_total(session, owner))
        rows = await mail.outbox_page(session, owner, page)
    items: list[Json] = [canonical_json.parse(row.document) for row in rows]
    return part(iri, items, [row.id for row in rows], page)


async def instance_outbox(request: web.Request) -> web.Response:
    """GET /actor/outbox: nothing, it only reads; but Lemmy takes no actor without an outbox."""
    return _short(place(request.app[SITE].origin, places.INSTANCE_OUTBOX), [])


async def followers(request: web.Request) -> web.Response:
    """GET /actors/{handle}/followers: organisations and people who hear from this one."""
    async with request.app[DATABASE].read() as session:
        owner = _living_organisation(await organisation(session, request))
        iri = _address(request, places.FOLLOWERS, handle=owner.handle)
        page = page_asked(request)
        if page is None:
            return whole(iri, total=(await profiles.counts(session, owner)).followers)
        return _listed(iri, await profiles.followers(session, owner, page), page)


async def following(request: web.Request) -> web.Response:
    """GET /actors/{handle}/following: whom the organisation hears from."""
    async with request.app[DATABASE].read() as session:
        owner = _living_organisation(await organisation(session, request))
        iri = _address(request, places.FOLLOWING, handle=owner.handle)
        page = page_asked(request)
        if page is None:
            return whole(iri, total=(await profiles.counts(session, owner)).following)
        return _listed(iri, await profiles.following(session, owner, page), page)


async def featured(request: web.Request) -> web.Response:
    """GET /actors/{handle}/featured: what it pinned, else its newest models.

    Plain addresses, because Mastodon reads no others.
    """
    async with request.app[DATABASE].read() as session:
        owner = _living_organisation(await organisation(session, request))
        if await commons.of(session, owner) is not None:
            chosen = await commons.pinned(session, owner)
        else:
            chosen = await pins.featured(session, owner)
    return _short(_address(request, places.FEATURED, handle=owner.handle), chosen)


async def moderators(request: web.Request) -> web.Response:
    """GET /actors/{handle}/moderators: who tends a commons; nobody else has such a list.

    Raises:
        NotFound: the organisation is no commons.
    """
    async with request.app[DATABASE].read() as session:
        owner = _living_organisation(await organisation(session, request))
        if await commons.of(session, owner) is None:
            raise NotFound("only a commons has moderators")
        tending = await commons.moderators(session, owner)
    iri = _address(request, places.MODERATORS, handle=owner.handle)
    return _short(iri, [one.iri for one in tending])


async def versions(request: web.Request) -> web.Response:
    """GET /models/{slug}/history: every version, the newest first."""
    async with request.app[DATABASE].read() as session:
        model = _living_model(await our_model(session, request))
        found = await history.revisions(session, model)
    iri = _address(request, places.HISTORY, slug=str(model.slug))
    return _short(iri, [one.iri for one in found])


async def forks(request: web.Request) -> web.Response:
    """GET /models/{slug}/forks: the adaptations that the model's organisation lists.

    A long list comes in pages.
    """
    async with request.app[DATABASE].read() as session:
        model = _living_model(await our_model(session, request))
        iri = _address(request, places.FORKS, slug=str(model.slug))
        page = page_asked(request)
        if page is None and (total := await lineage.count_forks(session, model)) > MOST_FORKS:
            return whole(iri, total=total)
        page = replace(page or Page(), limit=MOST_FORKS)
        found = await lineage.fork_addresses(session, model, page)
    addresses: list[Json] = [address for _, address in found]
    if "page" in request.query:
        return part(iri, addresses, [number for number, _ in found], page)
    return _short(iri, [address for _, address in found])


async def replies(request: web.Request) -> web.Response:
    """GET /models/{slug}/replies: what was said in direct answer to the model."""
    model, answers = await _conversation(request)
    direct = [one.subject.iri for one in answers if _answers_to(one) == model.iri]
    return _short(_address(request, places.REPLIES, slug=str(model.slug)), direct)


async def context(request: web.Request) -> web.Response:
    """GET /models/{slug}/context: the model and everything said about it here, in order."""
    model, answers = await _conversation(request)
    return await _discussion(request, places.CONTEXT, model, answers, slug=str(model.slug))


async def likes(request: web.Request) -> web.Response:
    """GET /models/{slug}/likes: how many like it. Who does said so to its organisation alone."""
    async with request.app[DATABASE].read() as session:
        model = _living_model(await our_model(session, request))
        tallies = await timelines.tallies(session, model.iri)
    return _number(_address(request, places.LIKES, slug=str(model.slug)), tallies.likes)


async def shares(request: web.Request) -> web.Response:
    """GET /models/{slug}/shares: the Announces of it."""
    async with request.app[DATABASE].read() as session:
        model = _living_model(await our_model(session, request))
        found = await reception.shares(session, model.iri)
        tallies = await timelines.tallies(session, model.iri)
    return _counted(_address(request, places.SHARES, slug=str(model.slug)), found, tallies.boosts)


async def remark_replies(request: web.Request) -> web.Response:
    """GET /remarks/{id}/replies: what was said in direct answer to it, for everybody."""
    remark, answers = await _said_below(request)
    direct = [one.subject.iri for one in answers if _answers_to(one) == remark.iri]
    return _short(_address(request, places.REMARK_REPLIES, id=str(remark.id)), direct)


async def remark_context(request: web.Request) -> web.Response:
    """GET /remarks/{id}/context: the remark and everything said below it here, in order."""
    remark, answers = await _said_below(request)
    return await _discussion(request, places.REMARK_CONTEXT, remark, answers, id=str(remark.id))


async def remark_likes(request: web.Request) -> web.Response:
    """GET /remarks/{id}/likes: how many like it."""
    async with request.app[DATABASE].read() as session:
        remark = _living_remark(await our_remark(session, request))
        tallies = await timelines.tallies(session, remark.iri)
    return _number(_address(request, places.REMARK_LIKES, id=str(remark.id)), tallies.likes)


async def remark_shares(request: web.Request) -> web.Response:
    """GET /remarks/{id}/shares: the Announces of it."""
    async with request.app[DATABASE].read() as session:
        remark = _living_remark(await our_remark(session, request))
        found = await reception.shares(session, remark.iri)
        tallies = await timelines.tallies(session, remark.iri)
    return _counted(
        _address(request, places.REMARK_SHARES, id=str(remark.id)), found, tallies.boosts
    )


async def _said_below(request: web.Request) -> tuple[Remark, list[Item]]:
    async with request.app[DATABASE].read() as session:
        remark = _living_remark(await our_remark(session, request))
        item = await timelines.by_iri(session, remark.iri, None)
        answers = [] if item is None else (await timelines.thread(session, item, None))[1]
    return remark, answers


async def _discussion(
    request: web.Request,
    template: str,
    first: Model | Remark,
    answers: Sequence[Item],
    **values: str,
) -> web.Response:
    """A conversation and whose it is (FEP-7888): who backs it up believes nobody else's."""
    async with request.app[DATABASE].read() as session:
        owner = await profiles.by_id(session, first.actor_id)
    items: list[Json] = [first.iri, *(one.subject.iri for one in answers)]
    document = collections.ordered(
        _address(request, template, **values),
        total=len(items),
        items=items,
        owner=owner.iri if owner else None,
    )
    return activity_response(encode(document))


async def _conversation(request: web.Request) -> tuple[Model, list[Item]]:
    async with request.app[DATABASE].read() as session:
        model = _living_model(await our_model(session, request))
        item = await timelines.by_iri(session, model.iri, None)
        answers = [] if item is None else (await timelines.thread(session, item, None))[1]
    return model, answers


def _answers_to(item: Item) -> str | None:
    return getattr(item.subject, "in_reply_to", None)


def _living_organisation(owner: Actor) -> Actor:
    if owner.gone_at is not None:
        raise Gone("that organisation was deleted")
    return owner


def _living_model(model: Model) -> Model:
    if model.deleted_at is not None:
        raise Gone("that model was deleted")
    return model


def _living_remark(remark: Remark) -> Remark:
    if remark.deleted_at is not None:
        raise Gone("that remark was deleted")
    return remark


def _address(request: web.Request, template: str, **values: str) -> str:
    return place(request.app[SITE].origin, template, **values)


def page_asked(request: web.Request) -> Page | None:
    """The page that is asked for; None for the collection itself."""
    if "page" not in request.query:
        return None
    if "max_id" not in request.query:
        return Page(limit=collections.PAGE)
    behind = id_in(request.query["max_id"])
    if behind is None:
        raise Malformed("max_id must be a number that a page of ours has named")
    return Page(max_id=behind, limit=collections.PAGE)


def whole(iri: str, *, total: int) -> web.Response:
    """An empty list has a first page too: Mastodon takes one without for hidden."""
    first = f"{iri}?page=true"
    return activity_response(encode(collections.ordered(iri, total=total, first=first)))


def _short(iri: str, items: Sequence[str]) -> web.Response:
    return activity_response(encode(collections.ordered(iri, total=len(items), items=list(items))))


def _number(iri: str, total: int) -> web.Response:
    """A collection whose members are nobody's business."""
    return activity_response(encode(collections.ordered(iri, total=total)))


def _counted(iri: str, items: Sequence[str], total: int) -> web.Response:
    return activity_response(encode(collections.ordered(iri, total=total, items=list(items))))


def _listed(iri: str, rows: Sequence[Listed], page: Page) -> web.Response:
    return part(iri, [row.actor.iri for row in rows], [row.id for row in rows], page)


def part(iri: str, items: Sequence[Json], ids: Sequence[int], page: Page) -> web.Response:
    """One page of a long list; `ids` are those of its rows."""
    here = f"{iri}?page=true"
    following_page = f"{here}&max_id={ids[-1]}" if len(ids) == page.limit else None
    if page.max_id is not None:
        here += f"&max_id={page.max_id}"
    return activity_response(
        encode(collections.page(here, part_of=iri, items=items, following=following_page))
    )
