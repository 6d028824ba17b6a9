"""Media: an app sends a picture, says what it shows, looks at it, takes it back.

Source: docs.joinmastodon.org/methods/media (4.2) and its refusals (app/models/media_attachment.rb).
A picture is ready when the answer comes, so it is always 200 and never 202; apps take both.
"""

from typing import Final

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound, Unwise
from actors.rules import permissions, pictures
from actors.site import id_in
from actors.tables.media import Media
from actors.verbs import picturing
from actors.verbs.picturing import Words
from actors.views import media as views
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE, UPLOADS
from federation.files import uploads
from federation.mastodon import answers, arguments, authenticating
from federation.mastodon.entities import attachments

SCOPE: Final = "write:media"

IN_THEIR_WORDS: Final = {
    uploads.NOTHING: "Validation failed: File can't be blank",
    uploads.TOO_LARGE: "Validation failed: File file size must be less than 16 MB",
    uploads.UNKNOWN_KIND: "Validation failed: File content type is invalid, File is invalid",
}
"""What we say → what apps know from Mastodon."""


async def upload(request: web.Request) -> web.StreamResponse:
    """POST /api/v2/media and /api/v1/media."""
    acting = await _acting(request)
    room = request.app[UPLOADS]
    if not request.content_type.startswith("multipart/form-data"):
        raise Unwise(IN_THEIR_WORDS[uploads.NOTHING])
    try:
        arrived = await room.form(request, acting.organisation)
        try:
            words = _words(arrived.fields.get("description"), arrived.fields.get("focus"))
            made = await room.keep(acting.organisation, arrived, words)
        finally:
            room.forget(arrived)
    except Unwise as refused:
        raise type(refused)(IN_THEIR_WORDS.get(refused.reason, refused.reason)) from refused
    return answers.entity(attachments.media(request.app[SITE].origin, made))


async def read(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/media/{id}."""
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, SCOPE)
        found = await _own(request, session, acting)
    return answers.entity(attachments.media(request.app[SITE].origin, found))


async def change(request: web.Request) -> web.StreamResponse:
    """PUT /api/v1/media/{id}: say what it shows."""
    given = await arguments.read(request)
    words = _words(
        given.text("description") if "description" in given.values else None,
        given.text("focus") or None,
    )
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, SCOPE)
        permissions.must_publish(acting.office)
        found = await _own(request, session, acting)
        if await views.uses(session, [found.id]):
            raise NotFound("Record not found")  # as Mastodon: what is posted changes by an edit
        picturing.say(found, words)
    return answers.entity(attachments.media(request.app[SITE].origin, found))


async def delete(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v1/media/{id} (4.4): take it back before it is posted."""
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, SCOPE)
        permissions.must_publish(acting.office)
        found = await _own(request, session, acting)
        if await views.uses(session, [found.id]):
            raise Unwise("Media attachment is currently used by a status")
        await picturing.discard(session, found)
    return answers.entity({})


async def _acting(request: web.Request) -> Acting:
    """Asked before anything of the body is read."""
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, SCOPE)
        permissions.must_publish(acting.office)
    return acting


async def _own(request: web.Request, session: Session, acting: Acting) -> Media:
    number = id_in(request.match_info["id"])
    try:
        return await views.one_of(session, acting.organisation, number)
    except NotFound:
        raise NotFound("Record not found") from None


def _words(description: str | None, focus: str | None) -> Words:
    """What is said beside a file.

    Raises:
        Unwise: it is too long.
    """
    point = pictures.focus(focus) if focus else None
    words = Words(description=description, focus=point)
    picturing.check(words)
    return words
