"""Profile: an organisation says in an app what its page shows, and how its posts begin.

Source: docs.joinmastodon.org/methods/accounts#update_credentials, methods/profile (4.5). What
others see goes out to followers; what an app begins a post with is kept here alone.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.documents import media as documents
from actors.errors import Unwise
from actors.rules import habits as rules
from actors.rules import permissions
from actors.rules.consent import Quotable
from actors.rules.habits import Habits
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.media import Media
from actors.verbs import enrolling, picturing, portraying, profiling
from actors.verbs.picturing import Words
from actors.verbs.profiling import Said
from actors.views import media as views
from actors.views import profiles, subjects
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE, UPLOADS
from federation.files.uploads import Arrived
from federation.mastodon import accounts, answers, arguments, authenticating
from federation.mastodon.arguments import Arguments
from federation.mastodon.entities import hashtags, people
from federation.mastodon.entities.entity import Entity
from federation.mastodon.media import IN_THEIR_WORDS
from federation.mastodon.writing import AUDIENCES

SCOPE: Final = "write:accounts"

PLACES: Final = ("avatar", "header")

REFUSED: Final[Mapping[str, str]] = {
    "bot": "Validation failed: An organisation is no bot",
    "hide_collections": "Validation failed: Whom an organisation follows is public here",
}
"""Switches that cannot be switched on here → the words of the refusal."""

ALWAYS: Final = ("show_media", "show_media_replies", "show_featured")
"""What every page here shows."""


Telling = Callable[[Session, Site, Acting], Awaitable[Entity]]
"""How an answer says what an organisation has said of itself."""


async def own(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/profile: what one has said of oneself, to be changed (Mastodon 4.6)."""
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, "read:accounts", "profile")
        entity = await _profile(session, request.app[SITE], acting)
    return answers.entity(entity)


async def change(request: web.Request) -> web.StreamResponse:
    """PATCH /api/v1/profile: what is not named stays as it was (Mastodon 4.6)."""
    return await _changed(request, _profile)


async def update(request: web.Request) -> web.StreamResponse:
    """PATCH /api/v1/accounts/update_credentials: what is not named stays as it was."""
    return await _changed(request, accounts.own)


async def _changed(request: web.Request, telling: Telling) -> web.StreamResponse:
    acting = await _acting(request)
    given, arrived = await _read(request, acting)
    room = request.app[UPLOADS]
    try:
        said = await _said(request, acting, given)
        profiling.must_fit(said)
        files = await _kept(request, acting, given, arrived)
    finally:
        for one in arrived.values():
            room.forget(one)
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, SCOPE)
        us = acting.organisation
        await profiling.say(session, site, us, said)
        if files:
            await _portray(session, site, us, files)
        await _describe(session, site, us, given, files)
        entity = await telling(session, site, acting)
    return answers.entity(entity)


async def _profile(session: Session, site: Site, acting: Acting) -> Entity:
    us = acting.organisation
    now = await views.portrait(session, us.id)
    avatar = None if now.icon is None else documents.address(site.origin, now.icon)
    header = None if now.header is None else documents.address(site.origin, now.header)
    tags = [
        hashtags.featured_tag(site.origin, us, one) for one in await subjects.shown(session, us)
    ]
    return people.profile(await accounts.own(session, site, acting), avatar, header, tags)


async def remove_avatar(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v1/profile/avatar: fine where there is none."""
    return await _removed(request, "avatar")


async def remove_header(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v1/profile/header: fine where there is none."""
    return await _removed(request, "header")


async def _removed(request: web.Request, place: str) -> web.StreamResponse:
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, SCOPE)
        permissions.must_publish(acting.office)
        await _portray(session, site, acting.organisation, {place: None})
        entity = await accounts.own(session, site, acting)
    return answers.entity(entity)


async def _acting(request: web.Request) -> Acting:
    """Asked before anything of the body is read."""
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, SCOPE)
        permissions.must_publish(acting.office)
    return acting


async def _read(request: web.Request, acting: Acting) -> tuple[Arguments, dict[str, Arrived]]:
    if request.content_type != "multipart/form-data":
        return await arguments.read(request), {}
    try:
        fields, arrived = await request.app[UPLOADS].pictures(request, acting.organisation, PLACES)
    except Unwise as refused:
        raise _translated(refused) from refused
    return arguments.of_fields(request, fields), arrived


async def _kept(
    request: web.Request, acting: Acting, given: Arguments, arrived: Mapping[str, Arrived]
) -> dict[str, Media | None]:
    """The pictures that came, kept; of a sign nobody says what it shows, so it is the name."""
    found: dict[str, Media | None] = {}
    for place, one in arrived.items():
        if one.path is None:
            continue
        words = Words(
            description=given.text(f"{place}_description") or acting.organisation.name, focus=None
        )
        try:
            found[place] = await request.app[UPLOADS].keep(acting.organisation, one, words)
        except Unwise as refused:
            raise _translated(refused) from refused
    return found


async def _portray(
    session: Session, site: Site, us: Actor, files: Mapping[str, Media | None]
) -> None:
    now = await views.portrait(session, us.id)
    await portraying.portray(
        session,
        site,
        us,
        icon=files.get("avatar", now.icon),
        header=files.get("header", now.header),
    )


async def _describe(
    session: Session, site: Site, us: Actor, given: Arguments, files: Mapping[str, Media | None]
) -> None:
    """Say anew what pictures show that stay."""
    now = await views.portrait(session, us.id)
    there = {"avatar": now.icon, "header": now.header}
    meant = {
        place: one
        for place, one in there.items()
        if one is not None and place not in files and f"{place}_description" in given.values
    }
    for place, one in meant.items():
        words = given.text(f"{place}_description") or us.name
        picturing.say(one, Words(description=words))
    if meant:
        await session.flush()
        await enrolling.tell_profile(session, site, us)


async def _said(request: web.Request, acting: Acting, given: Arguments) -> Said:
    for name, words in REFUSED.items():
        if given.flag(name):
            raise Unwise(words)
    for name in ALWAYS:
        if name in given.values and not given.flag(name):
            raise Unwise(f"Validation failed: {name} cannot be switched off here")
    if any(given.many("attribution_domains")):
        raise Unwise("Validation failed: Articles elsewhere are not attributed here")
    async with request.app[DATABASE].read() as session:
        row = await profiles.of_ours(session, acting.organisation)
    return Said(
        name=_text(given, "display_name"),
        note=_text(given, "note"),
        lines=_lines(given),
        approves=_flag(given, "locked"),
        is_discoverable=_flag(given, "discoverable"),
        is_indexable=_flag(given, "indexable"),
        habits=_habits(given, Habits.from_json(row.habits)),
    )


def _habits(given: Arguments, now: Habits) -> Habits:
    """How posts begin, with what is said of that.

    Raises:
        Unwise: that is no way.
    """
    if "source[privacy]" in given.values:
        visible = AUDIENCES.get(given.text("source[privacy]"))
        if visible is None:
            raise Unwise("Validation failed: Default privacy is not included in the list")
        now = replace(now, visible=visible)
    if "source[sensitive]" in given.values:
        now = replace(now, is_sensitive=given.flag("source[sensitive]"))
    if "source[language]" in given.values:
        now = replace(now, language=rules.language(given.text("source[language]")))
    if "source[quote_policy]" in given.values:
        try:
            now = replace(now, quotable=Quotable(given.text("source[quote_policy]")))
        except ValueError as error:
            words = "Validation failed: Default quote policy is not included in the list"
            raise Unwise(words) from error
    return now


def _lines(given: Arguments) -> list[tuple[str, str]] | None:
    """The lines of a profile, however an app numbers them: `[0][name]`, `[][name]`, or a list.

    A line without a name and a value is none, as on Mastodon.
    """
    names = {name: values for name, values in given.values.items() if name.startswith(_LINES)}
    if not names:
        return None
    if f"{_LINES}[][name]" in names:
        pairs: Iterable[tuple[str, str]] = zip(
            names[f"{_LINES}[][name]"], names.get(f"{_LINES}[][value]", ()), strict=False
        )
    else:
        keys = dict.fromkeys(name.removeprefix(f"{_LINES}[").partition("]")[0] for name in names)
        pairs = [
            (given.text(f"{_LINES}[{key}][name]"), given.text(f"{_LINES}[{key}][value]"))
            for key in keys
        ]
    return [(name.strip(), value.strip()) for name, value in pairs if name or value]


_LINES: Final = "fields_attributes"


def _text(given: Arguments, name: str) -> str | None:
    return given.text(name) if name in given.values else None


def _flag(given: Arguments, name: str) -> bool | None:
    return given.flag(name) if name in given.values else None


def _translated(refused: Unwise) -> Unwise:
    return type(refused)(IN_THEIR_WORDS.get(refused.reason, refused.reason))
