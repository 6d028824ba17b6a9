"""The reading room: a text that somebody already has, as the beginning of a sheet.

It comes as a file (DOCX, ODT, Markdown, HTML) or as the address of a page. Libraries read it in a
process of their own (`rereading.py`, started by `apart`); a page is fetched through the guard like
everything else, and never in a transaction. What is fetched is looked at once and not kept: nobody
is shown anything but the text that came of it.
"""

import asyncio
import base64
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, Final

from activitypub import iris, wire
from activitypub.errors import ProtocolError
from actors.errors import Unavailable, Unwise
from actors.rules.bringing import Brought, Left, brought
from federation.files.apart import ask
from federation.transport.client import Client
from federation.transport.redirects import land

PROGRAM: Final = Path(__file__).with_name("rereading.py")

AT_ONCE: Final = 2
"""Documents read at a time: each may hold a gigabyte of addresses and a core."""

WAITING: Final = 8
"""Documents that wait for those; who comes behind is asked to come again."""

SECONDS: Final = 60
"""How long one may take on a busy machine."""

LARGEST_PAGE: Final = 4 * 1024 * 1024
"""Bytes of a page: a book as one page has two."""

FILES: Final[Mapping[str, str]] = {
    ".docx": "docx",
    ".odt": "odt",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
"""Endings of names → how to read them."""

_TYPES: Final[Mapping[str, str]] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/plain": "markdown",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.oasis.opendocument.text": "odt",
}
_ACCEPT: Final = "text/html, application/xhtml+xml, text/markdown;q=0.9, text/plain;q=0.5"

NO_SUCH_KIND: Final = (
    "This kind of file cannot be read. Save it as DOCX, ODT, Markdown or HTML and try again."
)
UNREADABLE: Final = "This document cannot be read: it is damaged, or something else."
TOO_LONG: Final = "This document is too long to become one sheet."
NOTHING: Final = "There is no text in this document."
NO_PAGE: Final = "There is no page with a text at this address."
NO_ADDRESS: Final = "This is not the address of a page. It begins with https://"
TOO_BUSY: Final = "Too many texts are being read just now: try again in a minute."


class ReadingRoom:
    """Reads texts, a few at a time. No method may be called in a transaction.

    Args:
        client: fetches pages.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._places = asyncio.Semaphore(AT_ONCE)
        self._inside = 0

    async def file(self, path: Path, name: str, language: str) -> Brought:
        """Read a file.

        Args:
            path: where it lies.
            name: what its sender calls it; its ending tells the kind.
            language: in which its text is written.

        Raises:
            Unwise: it cannot be read, is too long, or says nothing.
            Unavailable: too much is being read.
        """
        kind = FILES.get(PurePath(name).suffix.lower())
        if kind is None:
            raise Unwise(NO_SUCH_KIND, fields={"file": NO_SUCH_KIND})
        order = {"source": str(path), "kind": kind, "charset": None}
        return await self._read(order, language, "file", PurePath(name).stem)

    async def page(self, address: str, language: str) -> Brought:
        """Fetch a page and read it.

        Args:
            address: typed by a person; without a scheme, https is meant.
            language: in which it is written.

        Raises:
            Unwise: it is no address, or no text.
            Unavailable: too much is being read.
            TransportError: it cannot be had.
        """
        typed = address.strip()
        whole = typed if "://" in typed else f"https://{typed}"
        try:
            iri = iris.parse(whole)
        except ProtocolError as fault:
            raise Unwise(NO_ADDRESS, fields={"address": NO_ADDRESS}) from fault

        async def call(request: wire.Request) -> wire.Response:
            return await self._client.request(
                "GET", request.url, request.headers, purpose="page", max_body=LARGEST_PAGE
            )

        landed = await land(self._client, iri, accept=_ACCEPT, purpose="page", call=call)
        stated = landed.response.header("content-type") or ""
        kind = _TYPES.get(stated.partition(";")[0].strip().lower())
        if kind is None:
            raise Unwise(NO_PAGE, fields={"address": NO_PAGE})
        order = {
            "data": base64.b64encode(landed.response.body).decode(),
            "kind": kind,
            "charset": _charset(stated),
            "base": landed.iri,
        }
        return await self._read(order, language, "address", "")

    async def _read(self, order: dict[str, Any], language: str, field: str, name: str) -> Brought:
        if self._inside >= AT_ONCE + WAITING:
            raise Unavailable(TOO_BUSY, code="busy")
        self._inside += 1
        try:
            async with self._places:
                said = await ask(PROGRAM, order, seconds=SECONDS, slow=TOO_BUSY)
        finally:
            self._inside -= 1
        if "markdown" not in said:
            words = TOO_LONG if said.get("fault") == "large" else UNREADABLE
            raise Unwise(words, fields={field: words})
        text = said["markdown"].replace("\x00", "")
        if not text.strip():
            raise Unwise(NOTHING, fields={field: NOTHING})
        left = [Left(kind, words) for kind, words in said["left"]]
        return await asyncio.to_thread(
            brought, text, language, title=said["title"] or name, left=left
        )


def _charset(content_type: str) -> str | None:
    """The encoding that a Content-Type names; the document itself may name another."""
    for part in content_type.split(";")[1:]:
        name, _, value = part.strip().partition("=")
        if name.lower() == "charset":
            return value.strip("\"' ") or None
    return None
