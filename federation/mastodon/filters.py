"""Filters: words and statuses that one does not want to meet, in both forms that apps know.

A filter of the first form is one word of a filter of the second, as on Mastodon.

Source: docs.joinmastodon.org/methods/filters (4.5).
"""

import re
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from actors.database import Session, tells
from actors.errors import NotFound, Unwise
from actors.rules import news
from actors.tables.actor import Actor
from actors.tables.word_filter import FilteredStatus, FilterWord
from actors.verbs import filtering
from actors.verbs.filtering import Wanted
from actors.views import filters
from actors.views.filters import Held
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, paging
from federation.mastodon.arguments import FALSE, Arguments
from federation.mastodon.entities import reading
from federation.mastodon.statuses import by_number

_ATTRIBUTE: Final = re.compile(r"keywords_attributes(?:\[(\d*)\])?\[(\w+)\]")
"""Mastodon's nested words: `keywords_attributes[][keyword]`, or with numbers between."""


async def every(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/filters."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:filters")).organisation
        held = await filters.of(session, us)
    return answers.entity([reading.filter_v2(each) for each in held])


async def one(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/filters/{id}."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:filters")).organisation
        held = await _addressed(request, session, us)
    return answers.entity(reading.filter_v2(held))


async def create(request: web.Request) -> web.StreamResponse:
    """POST /api/v2/filters: with its words at once."""
    given = await arguments.read(request)
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        us = await _changing(request, session)
        row = await filtering.make(
            session,
            site,
            us,
            title=given.text("title"),
            contexts=given.many("context"),
            action=given.text("filter_action") or "warn",
            expires_in=_span(given),
        )
        await filtering.reword(session, site, row, _words(given))
        held = await _held(session, us, row.id)
    return answers.entity(reading.filter_v2(held))


async def change(request: web.Request) -> web.StreamResponse:
    """PUT /api/v2/filters/{id}: what is not said stays."""
    given = await arguments.read(request)
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        us = await _changing(request, session)
        row = (await _addressed(request, session, us)).filter
        filtering.change(
            row,
            title=given.text("title") if "title" in given.values else None,
            contexts=given.many("context") if "context" in given.values else None,
            action=given.text("filter_action") or None,
        )
        if "expires_in" in given.values:
            filtering.end(site, row, _span(given))
        await filtering.reword(session, site, row, _words(given))
        held = await _held(session, us, row.id)
    return answers.entity(reading.filter_v2(held))


async def remove(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v2/filters/{id}."""
    async with request.app[DATABASE].begin() as session:
        us = await _changing(request, session)
        held = await _addressed(request, session, us)
        await filtering.remove(session, held.filter)
    return answers.entity({})


async def words(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/filters/{id}/keywords."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:filters")).organisation
        held = await _addressed(request, session, us)
    return answers.entity([reading.filter_word(each) for each in held.words])


async def add_word(request: web.Request) -> web.StreamResponse:
    """POST /api/v2/filters/{id}/keywords."""
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        us = await _changing(request, session)
        held = await _addressed(request, session, us)
        word = await filtering.add_word(
            session,
            request.app[SITE],
            held.filter,
            given.text("keyword"),
            is_whole=given.flag("whole_word"),
        )
    return answers.entity(reading.filter_word(word))


async def word(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/filters/keywords/{id}."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:filters")).organisation
        found = await _word(request, session, us)
    return answers.entity(reading.filter_word(found))


async def change_word(request: web.Request) -> web.StreamResponse:
    """PUT /api/v2/filters/keywords/{id}."""
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        us = await _changing(request, session)
        found = await _word(request, session, us)
        is_whole = given.flag("whole_word") if "whole_word" in given.values else None
        text = given.text("keyword") if "keyword" in given.values else None
        await filtering.change_word(session, found, text=text, is_whole=is_whole)
    return answers.entity(reading.filter_word(found))


async def remove_word(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v2/filters/keywords/{id}."""
    async with request.app[DATABASE].begin() as session:
        us = await _changing(request, session)
        await filtering.remove_word(session, await _word(request, session, us))
    return answers.entity({})


async def statuses(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/filters/{id}/statuses."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:filters")).organisation
        held = await _addressed(request, session, us)
    return answers.entity([reading.filtered_status(each) for each in held.statuses])


async def add_status(request: web.Request) -> web.StreamResponse:
    """POST /api/v2/filters/{id}/statuses."""
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        us = await _changing(request, session)
        held = await _addressed(request, session, us)
        item = await by_number(session, given.text("status_id"), us)
        row = await filtering.add_status(session, request.app[SITE], held.filter, item.subject.id)
    return answers.entity(reading.filtered_status(row))


async def status(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/filters/statuses/{id}."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:filters")).organisation
        row = await _status(request, session, us)
    return answers.entity(reading.filtered_status(row))


async def remove_status(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v2/filters/statuses/{id}."""
    async with request.app[DATABASE].begin() as session:
        us = await _changing(request, session)
        row = await _status(request, session, us)
        entity = reading.filtered_status(row)
        await filtering.remove_status(session, row)
    return answers.entity(entity)


async def every_v1(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/filters: each word of each filter."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:filters")).organisation
        held = await filters.of(session, us)
    found = [reading.filter_v1(each, one.filter) for one in held for each in one.words]
    return answers.entity(list(found))


async def one_v1(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/filters/{id}."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:filters")).organisation
        found = await _word(request, session, us)
        held = await _held(session, us, found.filter_id)
    return answers.entity(reading.filter_v1(found, held.filter))


async def create_v1(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/filters: a filter that looks for one word and is called like it."""
    given = await arguments.read(request)
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        us = await _changing(request, session)
        row = await filtering.make(
            session,
            site,
            us,
            title=given.text("phrase"),
            contexts=given.many("context"),
            action="hide" if given.flag("irreversible") else "warn",
            expires_in=_span(given),
        )
        found = await filtering.add_word(
            session,
            site,
            row,
            given.text("phrase"),
            is_whole=given.flag("whole_word", default=True),
        )
    return answers.entity(reading.filter_v1(found, row))


async def change_v1(request: web.Request) -> web.StreamResponse:
    """PUT /api/v1/filters/{id}: what is not said stays."""
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        us = await _changing(request, session)
        found = await _word(request, session, us)
        row = (await _held(session, us, found.filter_id)).filter
        action = None
        if "irreversible" in given.values:
            action = "hide" if given.flag("irreversible") else "warn"
        contexts = given.many("context") if "context" in given.values else None
        filtering.change(row, contexts=contexts, action=action)
        if "expires_in" in given.values:
            filtering.end(request.app[SITE], row, _span(given))
        is_whole = given.flag("whole_word") if "whole_word" in given.values else None
        await filtering.change_word(
            session, found, text=given.text("phrase") or None, is_whole=is_whole
        )
    return answers.entity(reading.filter_v1(found, row))


async def remove_v1(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v1/filters/{id}: the word, and the filter when nothing is left to look for."""
    async with request.app[DATABASE].begin() as session:
        us = await _changing(request, session)
        found = await _word(request, session, us)
        held = await _held(session, us, found.filter_id)
        if len(held.words) == 1 and not held.statuses:
            await filtering.remove(session, held.filter)
        else:
            await filtering.remove_word(session, found)
    return answers.entity({})


async def _changing(request: web.Request, session: Session) -> Actor:
    """Who changes her filters; her other apps are told to ask for them again."""
    us = (await authenticating.member(request, session, "write:filters")).organisation
    tells(session, news.word(news.FILTERS, us.id))
    return us


async def _addressed(request: web.Request, session: Session, us: Actor) -> Held:
    return await _held(session, us, paging.number(request.match_info["id"]))


async def _held(session: Session, us: Actor, number: int) -> Held:
    held = await filters.by_id(session, us, number)
    if held is None:
        raise NotFound("Record not found")
    return held


async def _word(request: web.Request, session: Session, us: Actor) -> FilterWord:
    found = await filters.word(session, us, paging.number(request.match_info["id"]))
    if found is None:
        raise NotFound("Record not found")
    return found


async def _status(request: web.Request, session: Session, us: Actor) -> FilteredStatus:
    found = await filters.status(session, us, paging.number(request.match_info["id"]))
    if found is None:
        raise NotFound("Record not found")
    return found


def _span(given: Arguments) -> int | None:
    """Seconds until a filter ends; None for never."""
    text = given.text("expires_in")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Unwise("Validation failed: Expires in is not a number of seconds")
    return int(text)


def _words(given: Arguments) -> Sequence[Wanted]:
    """The nested words of a request, in order.

    Without numbers between, the n-th value of each name belongs to the n-th word.
    """
    table: dict[int, dict[str, str]] = {}
    for name, values in given.values.items():
        match = _ATTRIBUTE.fullmatch(name)
        if match is None:
            continue
        numbered = match[1]
        for place, value in enumerate(values[: filtering.MOST_WORDS + 1]):
            table.setdefault(int(numbered) if numbered else place, {})[match[2]] = value
    return [_wanted(table[place]) for place in sorted(table)]


def _wanted(said: dict[str, str]) -> Wanted:
    number, whole = said.get("id"), said.get("whole_word")
    return Wanted(
        id=paging.number(number) if number else None,
        text=said.get("keyword"),
        is_whole=None if whole is None else whole.lower() not in FALSE,
        is_removed=said.get("_destroy", "").lower() not in FALSE,
    )
