"""Archives: a model as one file, what its versions prove, and a file brought back."""

from typing import Final

from aiohttp import web

from activitypub.errors import TooLarge
from actors.rules import permissions
from federation import archives
from federation.api import answers
from federation.api.authenticating import WRITE, acting
from federation.api.models import location, named
from federation.api.operations import Operation
from federation.app_keys import ARCHIVIST, DATABASE
from federation.archives import MEDIA_TYPE
from federation.middleware import LARGEST_UPLOAD


async def archive(request: web.Request) -> web.Response:
    """GET models/{id}/archive."""
    async with request.app[DATABASE].read() as session:
        row = await named(request, session)
    data = await request.app[ARCHIVIST].make(row.id, LARGEST_UPLOAD)
    disposition = f'attachment; filename="{archives.of(row)}"'
    return web.Response(
        body=data, content_type=MEDIA_TYPE, headers={"Content-Disposition": disposition}
    )


async def evidence(request: web.Request) -> web.Response:
    """GET models/{id}/evidence: what is signed by whom, and whether the origin still answers."""
    async with request.app[DATABASE].read() as session:
        row = await named(request, session)
    found = await request.app[ARCHIVIST].evidence(row.id)
    return answers.respond(
        {
            "origin": {
                "host": found.host,
                "isOurs": row.is_ours,
                "silentSince": found.silent_since and answers.time(found.silent_since),
            },
            "versions": [
                {
                    "number": number,
                    "iri": one.iri,
                    "standing": one.standing.value,
                    "method": one.method,
                    "key": one.key,
                    "created": one.created or None,
                }
                for number, one in found.versions
            ],
            "restorations": [
                {
                    "archive": one.archive,
                    "trust": one.trust,
                    "versions": one.versions,
                    "at": answers.time(one.made_at),
                }
                for one in found.restorations
            ],
        }
    )


async def restore(request: web.Request) -> web.Response:
    """POST archives: remember what an archive holds, as its authors'."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    done = await request.app[ARCHIVIST].restore(await _body(request), by=who.organisation)
    async with request.app[DATABASE].read() as session:
        answer = await answers.model(session, done.model)
    value = {
        "model": answer,
        "trust": done.trust.value,
        "versions": done.versions,
        "others": done.others,
        "left": dict(done.left),
    }
    is_new = done.versions > 0
    return answers.respond(
        value, status=201 if is_new else 200, location=location(request, done.model)
    )


async def _body(request: web.Request) -> bytes:
    """The body, which is a file and no JSON.

    Raises:
        TooLarge: it is more than members may send.
    """
    found = bytearray()
    async for chunk in request.content.iter_any():
        found += chunk
        if len(found) > LARGEST_UPLOAD:
            raise TooLarge(f"an archive sent here may have {LARGEST_UPLOAD} bytes at most")
    return bytes(found)


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/models/{id}/archive",
        name="readArchive",
        says="Take a model away as one file, with its history and its proofs",
        handler=archive,
        media=MEDIA_TYPE,
        problems={
            404: "There is no such model here.",
            410: "It was deleted.",
            422: "It has said more than one archive holds.",
        },
    ),
    Operation(
        method="GET",
        path="/models/{id}/evidence",
        name="readEvidence",
        says="Read who has signed each version, and whether its origin still answers",
        handler=evidence,
        answer="Evidence",
        problems={404: "There is no such model here.", 410: "It was deleted."},
    ),
    Operation(
        method="POST",
        path="/archives",
        name="restoreArchive",
        says="Remember what an archive holds, as its authors'; 200 if nothing is new",
        handler=restore,
        scope=WRITE,
        status=201,
        answer="Restored",
        body_media=MEDIA_TYPE,
        has_location=True,
        problems={
            404: "It is of an organisation that is not known here.",
            409: "Something else is known here under the same address.",
            410: "The model, or its author, was deleted.",
            413: "It is larger than members may send.",
            422: "It is damaged, altered, or no archive.",
        },
    ),
)
