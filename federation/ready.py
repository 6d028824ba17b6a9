"""Ready: answers that everybody may read, given again from memory until something changes.

When a model is passed on, thousands of servers read it, its author and its author's WebFinger
within a minute (the link-preview herd). The first of them is answered as any request is; what went
out is kept, and whoever asks the same is given the same bytes and headers, without a route, a
middleware or a question to the database. Kept is only what `held` handlers answer with 200, and
never what is for one reader (`Cache-Control: no-store`).

Nothing is skipped that protects: a request that is unusual in any way (another host or another
spelling of ours, two credentials, a body, an expectation, a version we do not speak) is not
answered here but goes the long way, where it is judged.

What is kept holds exactly as long as the database says so (`actors.changes`); while it cannot say,
nothing is given from here. Each process keeps its own.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from aiohttp import hdrs, web
from multidict import CIMultiDict

from activitypub.mediatypes import prefers_activity
from actors.changes import DOCUMENTS, Changes
from actors.site import Site
from federation.connections import UNSPOKEN
from federation.negotiation import Handler, has_already, unless_unchanged
from federation.telemetry.logs import request_number

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of all bodies together: some two thousand models; an idle instance has 120 MiB for everything."""

MOST_ADDRESSES: Final = 8192
"""Addresses under which something is kept, some 4 MB."""

SPELLINGS: Final = 16
"""Addresses of one answer: WebFinger knows everybody by three names, each percent-encoded in some
ways. Whoever invents more of them pushes out one of these, never another's answer."""

LONGEST_ADDRESS: Final = 512
"""Characters; what is asked for under a longer one is answered, and not kept."""

LONGEST_ACCEPT: Final = 256
"""Characters of an `Accept` whose meaning is remembered; other servers send some 150."""

UNUSUAL: Final = (
    hdrs.TRANSFER_ENCODING,
    hdrs.CONTENT_LENGTH,
    hdrs.CONTENT_ENCODING,
    hdrs.EXPECT,
    hdrs.UPGRADE,
)
"""Headers that a simple question does not have; with one of them it goes the long way."""

_OF_ONE_REQUEST: Final = (hdrs.DATE, hdrs.CONTENT_LENGTH, hdrs.CONNECTION, "X-Request-Id")

_Address = tuple[str, bool]
"""The target as it was sent, and whether an ActivityStreams document was asked for."""


@dataclass(frozen=True)
class Whole:
    """What a handler answers, before it is known what its reader has already.

    Attributes:
        number: what stood for everything it is made of, before it was made.
        body: the bytes.
        content_type: the header.
        until: when it is made again though nothing was counted; None for never.
    """

    number: int
    body: bytes
    content_type: str
    until: datetime | None


@dataclass(slots=True)
class _Kept:
    body: bytes
    headers: "CIMultiDict[str]"
    until: datetime | None
    addresses: list[_Address] = field(default_factory=list)


_Same = tuple[bytes, tuple[tuple[str, str], ...]]
"""By what an answer is told from others: body and headers."""

_WHOLE: Final = web.RequestKey("whole", Whole)


class Ready:
    """The answers that one process keeps.

    Attributes:
        changes: says whether they still hold.
        site: our origin and clock.
        given: how many were given.
        size: bytes of all bodies together.
    """

    def __init__(self, changes: Changes, site: Site) -> None:
        self.changes = changes
        self.site = site
        self.given = 0
        self._host = [site.origin.partition("://")[2]]
        self._kept: dict[_Address, _Kept] = {}  # what was asked for last stands last
        self._answers: dict[_Same, _Kept] = {}
        self.size = 0
        self._number = 0

    def answer(self, request: web.BaseRequest) -> web.Response | None:
        """The answer that is ready for this request; None if there is none, or it is unusual."""
        headers = request.headers
        address = request.raw_path, _wants_activity(headers.get(hdrs.ACCEPT, ""))
        kept = self._kept.get(address)
        if kept is None or not self._is_usual(request):
            return None
        if self.changes.number(DOCUMENTS) != self._number:
            return None
        if kept.until is not None and kept.until <= self.site.now():
            return None
        self._kept[address] = self._kept.pop(address)
        self.given += 1
        fresh = kept.headers.copy()
        fresh["X-Request-Id"] = request_number()
        if hdrs.IF_NONE_MATCH in headers and has_already(request, fresh[hdrs.ETAG]):
            del fresh[hdrs.CONTENT_TYPE]
            return web.Response(status=304, headers=fresh)
        return web.Response(body=kept.body, headers=fresh)

    async def keep(self, request: web.Request, response: web.StreamResponse) -> None:
        """Signal `on_response_prepare`, the last: this is what went out."""
        whole = request.get(_WHOLE)
        if whole is None or not _is_for_everybody(request, response):
            return
        if whole.number != self._number:
            if whole.number < self._number:
                return  # it was made before something changed
            self._forget()
            self._number = whole.number
        headers = response.headers.copy()
        for name in _OF_ONE_REQUEST:
            headers.popall(name, None)
        headers[hdrs.CONTENT_TYPE] = whole.content_type
        kept = self._same(whole, headers)
        kept.until = whole.until
        address = request.raw_path, _wants_activity(request.headers.get(hdrs.ACCEPT, ""))
        self._drop(address)
        kept.addresses.append(address)
        self._kept[address] = kept
        if len(kept.addresses) > SPELLINGS:
            self._drop(kept.addresses[0])
        while self.size > MOST_BYTES or len(self._kept) > MOST_ADDRESSES:
            self._drop(next(iter(self._kept)))

    def _is_usual(self, request: web.BaseRequest) -> bool:
        headers = request.headers
        for name in UNUSUAL:
            if name in headers:
                return False
        return (
            request.method in (hdrs.METH_GET, hdrs.METH_HEAD)
            and headers.getall(hdrs.HOST, []) == self._host
            and len(headers.getall(hdrs.AUTHORIZATION, [])) < 2
            and UNSPOKEN not in request
        )

    def _same(self, whole: Whole, headers: "CIMultiDict[str]") -> _Kept:
        same = whole.body, tuple(headers.items())
        kept = self._answers.get(same)
        if kept is None:
            kept = self._answers[same] = _Kept(whole.body, headers, whole.until)
            self.size += len(whole.body)
        return kept

    def _drop(self, address: _Address) -> None:
        kept = self._kept.pop(address, None)
        if kept is None:
            return
        kept.addresses.remove(address)
        if not kept.addresses:
            del self._answers[kept.body, tuple(kept.headers.items())]
            self.size -= len(kept.body)

    def _forget(self) -> None:
        self._kept.clear()
        self._answers.clear()
        self.size = 0


READY: Final = web.AppKey("ready", Ready)
"""The answers of this process that are ready."""


def held(handler: Handler, *, at_most: timedelta | None = None) -> Handler:
    """A handler whose answers are kept, and not sent to those who have them already.

    Args:
        handler: answers 200 with the same bytes and headers to everybody who asks at this address
            for the same kind of document, as long as nothing changes that is counted
            (`actors.changes.DOCUMENTS`). It does not look at `If-None-Match`.
        at_most: how long its answer holds, where something is in it that is not counted.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        ready = request.app[READY]
        number = ready.changes.number(DOCUMENTS)  # before anything is read: see `actors.changes`
        until = None if at_most is None else ready.site.now() + at_most
        response = await handler(request)
        if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
            return response
        if number is not None and response.status == 200:
            content_type = response.headers[hdrs.CONTENT_TYPE]
            request[_WHOLE] = Whole(number, response.body, content_type, until)
        return unless_unchanged(request, response)

    return answer


@lru_cache(maxsize=256)
def _remembered(accept: str) -> bool:
    return prefers_activity(accept)


def _wants_activity(accept: str) -> bool:
    return _remembered(accept) if len(accept) <= LONGEST_ACCEPT else prefers_activity(accept)


def _is_for_everybody(request: web.Request, response: web.StreamResponse) -> bool:
    return (
        response.status in (200, 304)
        and request.raw_path.startswith("/")
        and len(request.raw_path) <= LONGEST_ADDRESS
        and "no-store" not in response.headers.get(hdrs.CACHE_CONTROL, "")
        and not response.cookies
    )
