"""Writing: an app says something, changes it, deletes it.

What an app writes is a remark, which may ask something; models are written on their own page,
where a member sees all of one.

Source: docs.joinmastodon.org/methods/statuses (4.2): create, edit, delete, source, history.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from activitypub import markup
from activitypub.addressing import Visibility
from actors.database import Session
from actors.errors import NotFound, Unwise
from actors.rules import permissions, polls
from actors.rules.consent import Quotable
from actors.rules.habits import Habits
from actors.rules.languages import canonical_tag, is_tag
from actors.rules.pictures import MOST_ON_A_REMARK, focus
from actors.rules.polls import Poll
from actors.site import Site, id_in
from actors.tables.actor import Actor
from actors.tables.media import Media
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import forgetting, liking, picturing, planning, remarking, rewording
from actors.verbs.picturing import Words
from actors.verbs.planning import Said
from actors.views import media as media_views
from actors.views import profiles, reception, timelines
from actors.views.timelines import Item
from federation import addressees
from federation.app_keys import DATABASE, LOOKUP, SITE
from federation.mastodon import answers, arguments, authenticating, paging, planned
from federation.mastodon.arguments import Arguments
from federation.mastodon.authenticating import viewer
from federation.mastodon.describing import Describer
from federation.mastodon.entities import posts
from federation.mastodon.entities.entity import VISIBILITIES
from federation.mastodon.statuses import addressed, by_number

AUDIENCES: Final[Mapping[str, Visibility]] = {
    theirs: Visibility[ours.upper()] for ours, theirs in VISIBILITIES.items()
}
"""Mastodon's word for who may see a remark → the audience."""

TOO_MANY_FILES: Final = f"Cannot attach more than {MOST_ON_A_REMARK} files"

LONGEST_FAULT: Final = 300
"""Characters of a refusal that repeats what somebody sent."""

LONGEST_KEY: Final = 200
"""Characters of an Idempotency-Key that are looked at: apps send a UUID or a digest."""


async def create(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/statuses: say something, answer, or quote."""
    given = await arguments.read(request)
    begun = await _may_write(request)
    visible = AUDIENCES.get(given.text("visibility")) or begun.visible
    if given.text("visibility") and given.text("visibility") not in AUDIENCES:
        raise Unwise("Validation failed: Visibility is not included in the list")
    quotable = _quotable(given, begun)
    await addressees.make_known(request.app[LOOKUP], given.text("status"))
    site = request.app[SITE]
    at = planned.time(given)
    if at is not None and at - site.now() >= planning.SOONEST:
        if any(given.many("poll[options]")):
            raise Unwise("A post that is made later asks nothing here")
        return await _planned(request, given, visible, quotable, at)
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:statuses")
        us = acting.organisation
        above = await _answered(session, given, us)
        said = await remarking.remark(
            session,
            site,
            us,
            text=given.text("status"),
            in_reply_to=above.subject if above else None,
            visible=visible,
            language=_language(given) or begun.language or site.locale,
            summary=given.text("spoiler_text"),
            request_key=request.headers.get("Idempotency-Key", "")[:LONGEST_KEY] or None,
            quoted=await _quoted(session, given, us),
            quotable=quotable,
            media=await _media(session, us, given.many("media_ids")),
            is_sensitive=given.flag("sensitive", default=begun.is_sensitive),
            poll=_asked(given, site),
        )
        item = await by_number(session, str(said.id), us)
        entity = await Describer(session, site, us).status(item)
    return answers.entity(entity)


async def _planned(
    request: web.Request,
    given: Arguments,
    visible: Visibility,
    quotable: Quotable,
    at: datetime,
) -> web.StreamResponse:
    """It is said later: what is due within minutes is said at once, as on Mastodon."""
    above, quoted = given.text("in_reply_to_id"), given.text("quoted_status_id")
    said = Said(
        text=given.text("status"),
        summary=given.text("spoiler_text"),
        visible=visible,
        language=_language(given),
        in_reply_to_id=paging.number(above) if above else None,
        quoted_id=paging.number(quoted) if quoted else None,
        quotable=quotable,
        is_sensitive=given.flag("sensitive"),
    )
    key = request.headers.get("Idempotency-Key", "")[:LONGEST_KEY] or None
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, "write:statuses")).organisation
        media = await _media(session, us, given.many("media_ids"))
        site = request.app[SITE]
        row = await planning.plan(session, site, us, said, at, request_key=key, media=media)
        entity = await planned.entity(session, site, row)
    return answers.entity(entity)


async def edit(request: web.Request) -> web.StreamResponse:
    """PUT /api/v1/statuses/{id}: a remark of ours says something else from now on."""
    given = await arguments.read(request)
    await _may_write(request)
    await addressees.make_known(request.app[LOOKUP], given.text("status"))
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        us, item = await _own(request, session)
        remark = _remark(item)
        _must_ask_the_same(remark, given)
        media = None
        if "media_ids" in given.values:
            media = await _media(session, us, given.many("media_ids"), remark)
        await _describe(session, us, given)
        said = await rewording.reword(
            session,
            site,
            remark,
            text=given.text("status"),
            summary=given.text("spoiler_text"),
            language=_language(given),
            media=media,
            is_sensitive=given.flag("sensitive") if "sensitive" in given.values else None,
        )
        item = await by_number(session, str(said.id), us)
        entity = await Describer(session, site, us).status(item)
    return answers.entity(entity)


async def say_who_quotes(request: web.Request) -> web.StreamResponse:
    """PUT /api/v1/statuses/{id}/interaction_policy (4.5): who may quote it from now on.

    Raises:
        Unwise: not everybody may see it, so that nobody quotes it; or it is a model, which
            everybody may quote.
    """
    given = await arguments.read(request)
    quotable = _quotable(given, Habits())
    await _may_write(request)
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        us, item = await _own(request, session)
        remark = _remark(item)
        if remark.visibility not in timelines.OPEN:
            raise Unwise("Validation failed: Nobody can quote what not everybody may see")
        await rewording.say_who_quotes(session, site, remark, quotable)
        item = await by_number(session, str(item.id), us)
        entity = await Describer(session, site, us).status(item)
    return answers.entity(entity)


async def delete(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v1/statuses/{id}: the answer holds the text, for whoever writes it anew.

    The status of a boost is deleted by passing the thing on no longer.
    """
    await _may_write(request)
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        us, item = await _own(request, session)
        entity = await Describer(session, site, us).status(item)
        if item.boost is not None:
            await liking.unboost(session, site, us, item.subject)
        else:
            remark = _remark(item)
            entity["text"] = _source(remark)
            await forgetting.delete_remark(session, site, remark)
    return answers.entity(entity)


async def source(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/statuses/{id}/source: the text as it was typed, to be edited."""
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, "read:statuses")
        item = await addressed(request, session, acting.organisation)
    return answers.entity(posts.source(item.subject, _source(item.subject)))


async def history(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/statuses/{id}/history: every wording, the oldest first."""
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:statuses")
        item = await addressed(request, session, viewer(caller))
        describer = Describer(session, request.app[SITE], viewer(caller))
        now = await describer.status(Item(item.subject.id, item.subject, item.author))
        author = await describer.account(item.author)
        before = (
            await reception.wordings(session, item.subject)
            if isinstance(item.subject, Remark)
            else []
        )
    found = [posts.wording(author, one.content, one.summary, one.said_at) for one in before]
    latest = posts.wording(
        author, str(now["content"]), str(now["spoiler_text"]), item.subject.updated_at
    )
    latest |= {"media_attachments": now["media_attachments"], "sensitive": now["sensitive"]}
    return answers.entity([*found, latest])


async def _may_write(request: web.Request) -> Habits:
    """Asked before the network is, for which nobody else may give cause.

    Returns:
        How her posts begin.
    """
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, "write:statuses")
        permissions.must_publish(acting.office)
        row = await profiles.of_ours(session, acting.organisation)
    return Habits.from_json(row.habits)


async def _own(request: web.Request, session: Session) -> tuple[Actor, Item]:
    """Who asks, and the status of the address, which is theirs; others' do not exist here."""
    acting = await authenticating.member(request, session, "write:statuses")
    us = acting.organisation
    item = await addressed(request, session, us)
    owner = item.booster or item.author
    if owner.id != us.id:
        raise NotFound("Record not found")
    return us, item


async def _answered(session: Session, given: Arguments, us: Actor) -> Item | None:
    number = given.text("in_reply_to_id")
    return await by_number(session, number, us) if number else None


async def _media(
    session: Session, us: Actor, ids: Sequence[str], remark: Remark | None = None
) -> list[Media]:
    """The files of these ids, which nothing else shows.

    Raises:
        Unwise: there is no such file, or something else shows it; or there are too many.
    """
    wanted = list(dict.fromkeys(one for one in ids if one))
    if len(wanted) > MOST_ON_A_REMARK:
        raise Unwise(TOO_MANY_FILES)
    numbers = [number for one in wanted if (number := id_in(one)) is not None]
    own = await media_views.own(session, us, numbers)
    shown = await media_views.uses(session, numbers)
    here: set[int] = set()
    if remark is not None:
        now = await media_views.of_subject(session, picturing.REMARK, remark.id)
        here = {one.id for one in now}
    found = {one.id: one for one in own if one.id in here or one.id not in shown}
    missing = [one for one in wanted if id_in(one) not in found]
    if missing:
        words = f"Media {', '.join(missing)} not found or already attached to another post"
        raise Unwise(f"Validation failed: {words}"[:LONGEST_FAULT])
    return [found[number] for number in numbers]


async def _describe(session: Session, us: Actor, given: Arguments) -> None:
    """Say anew what files show (`media_attributes`), as an edit in an app does."""
    ids = given.many("media_attributes[][id]")
    descriptions = given.many("media_attributes[][description]")
    focuses = given.many("media_attributes[][focus]")
    if not ids or (descriptions and len(descriptions) != len(ids)):
        return
    files = {one.id: one for one in await media_views.own(session, us, map(_id, ids))}
    for place, one in enumerate(ids[:MOST_ON_A_REMARK]):
        media = files.get(_id(one))
        if media is not None:
            point = focus(focuses[place]) if len(focuses) == len(ids) else None
            said = descriptions[place] if descriptions else None
            picturing.say(media, Words(description=said, focus=point))


def _id(text: str) -> int:
    return id_in(text) or 0


def _asked(given: Arguments, site: Site) -> Poll | None:
    """What a new status asks.

    Raises:
        Unwise: nobody could answer that, or it shows files beside it, as on Mastodon.
    """
    options = given.many("poll[options]")
    if not any(one.strip() for one in options):
        return None
    if any(given.many("media_ids")):
        raise Unwise("Cannot attach both a poll and media")
    if given.flag("poll[hide_totals]"):
        raise Unwise("The numbers of a poll cannot be hidden here")
    lasts = timedelta(seconds=given.whole("poll[expires_in]", 0))
    several = given.flag("poll[multiple]")
    return polls.ask(options, lasts, site.now(), is_multiple=several)


def _must_ask_the_same(remark: Remark, given: Arguments) -> None:
    """Refuse to change what was asked: people have answered it.

    Raises:
        Unwise: the options differ.
    """
    named = [one.strip() for one in given.many("poll[options]") if one.strip()]
    now = [one.name for one in Poll.from_json(remark.poll).options] if remark.poll else []
    if named and named != now:
        raise Unwise("A poll cannot be changed: delete it and ask anew")


async def _quoted(session: Session, given: Arguments, us: Actor) -> Model | Remark | None:
    number = given.text("quoted_status_id")
    return (await by_number(session, number, us)).subject if number else None


def _quotable(given: Arguments, begun: Habits) -> Quotable:
    try:
        return Quotable(given.text("quote_approval_policy") or begun.quotable)
    except ValueError as error:
        words = "Validation failed: Quote approval policy is not included in the list"
        raise Unwise(words) from error


def _remark(item: Item) -> Remark:
    if isinstance(item.subject, Model):
        raise Unwise("A model is changed and deleted on its own page")
    return item.subject


def _source(subject: Model | Remark) -> str:
    if isinstance(subject, Model):
        return f"{subject.name}\n\n{subject.summary}"
    return subject.source or markup.plain(subject.content)


def _language(given: Arguments) -> str | None:
    chosen = canonical_tag(given.text("language"))
    return chosen if is_tag(chosen) else None
