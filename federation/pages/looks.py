"""Looks: what the pages of a network look like: its colour, made readable, and its mark.

Rules a reader must know:

- All colours stand in `static/essaim.css`, by day and by night. A network changes one of them, the
  accent; what follows from it is computed here, against the grounds that the file names.
- A page with a colour of its own asks for one stylesheet as every other does: the file, with a few
  lines behind it. Its address holds the colour and the edition, so that it never means anything
  else, and any process can answer.
- Nothing is inline, and a mark is a picture that was drawn anew here (`federation.files.darkroom`).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from aiohttp import ETag, web

from activitypub.iris import Iri
from actors import places
from actors.errors import NotFound
from actors.places import place
from actors.rules import colours
from actors.rules.colours import Adapted, Colour
from actors.rules.looks import Look
from federation.app_keys import SETTINGS
from federation.pages import sessions, static
from federation.pages.sessions import Visitor

SHEET: Final = "/look.css"
SIGN: Final = "/look.svg"
MANIFEST: Final = "/manifest.webmanifest"

FRESH_FOR: Final = 3600
"""Seconds a browser keeps the manifest: what is installed on a phone may be an hour late."""

PLAIN: Final = "plain"
"""In place of a colour: that of the program."""

GROUNDS: Final = ("--sheet", "--paper", "--grey-wash", "--honey-wash")
"""On what links and buttons stand, as the stylesheet calls it."""

DEEPER: Final = 0.08
"""How much of lightness further a link goes under the pointer."""

HEIGHT: Final = 34
"""Pixels of a mark in the head of a page."""

_ROOT: Final = re.compile(r":root \{(.*?)\}", re.DOTALL)
_TOKEN: Final = re.compile(r"(--[a-z-]+): (#[0-9a-f]{6});")
_ASKED: Final = re.compile(rf"([0-9a-f]{{6}}|{PLAIN})-[0-9a-f]{{{static.DIGEST_SHOWN}}}")
_SIGN_COLOUR: Final = "#17796b"  # in static/icon.svg


@cache
def tokens() -> tuple[Mapping[str, Colour], Mapping[str, Colour]]:
    """The colours of the stylesheet by name, by day and by night."""
    text = static.content("essaim.css").decode()
    day, night = (
        {name: colours.parse(value) for name, value in _TOKEN.findall(block)}
        for block in _ROOT.findall(text)[:2]
    )
    return day, {**day, **night}


@lru_cache(maxsize=64)
def adapted(colour: Colour) -> tuple[Adapted, Adapted]:
    """A colour as it is used by day and by night."""
    day, night = tokens()
    return (
        colours.adapted(colour, [day[name] for name in GROUNDS]),
        colours.adapted(colour, [night[name] for name in GROUNDS], by_night=True),
    )


def used(colour: str) -> tuple[Colour, Colour]:
    """The colour of links and buttons by day and by night.

    Args:
        colour: six digits; empty for that of the program.
    """
    if not colour:
        day, night = tokens()
        return day["--accent"], night["--accent"]
    by_day, by_night = adapted(colours.parse(colour))
    return by_day.colour, by_night.colour


def _own(colour: Colour) -> tuple[Mapping[str, Colour], Mapping[str, Colour]]:
    """What a colour changes, by day and by night."""
    found = []
    for one, sign in zip(adapted(colour), (-1, 1), strict=True):
        deep = one.colour.moved(sign * DEEPER)
        found.append({"--accent": one.colour, "--accent-deep": deep, "--accent-wash": one.wash})
    return found[0], found[1]


@lru_cache(maxsize=64)
def sheet(colour: str) -> bytes:
    """The stylesheet in a colour, six digits or `PLAIN`; with `by-day` and `by-night` for samples.

    A stranger may ask for any colour: it takes a millisecond, and few are kept.
    """
    day, night = ({}, {}) if colour == PLAIN else _own(colours.parse(colour))
    all_day, all_night = (
        {**whole, **own} for whole, own in zip(tokens(), (day, night), strict=True)
    )
    lines = [
        f":root {{ {_written(day)} }}",
        f"@media (prefers-color-scheme: dark) {{ :root {{ {_written(night)} }} }}",
    ]
    samples = [
        f".by-day {{ color-scheme: light; {_written(all_day)} }}",
        f".by-night {{ color-scheme: dark; {_written(all_night)} }}",
    ]
    written = "\n".join([*(lines if day else ()), *samples])
    return static.content("essaim.css") + b"\n" + written.encode()


def _written(own: Mapping[str, Colour]) -> str:
    return " ".join(f"{name}: {value};" for name, value in own.items())


@dataclass(frozen=True)
class Appearance:
    """What every page needs to know of a look.

    Attributes:
        colour: six digits of its own colour; empty for the program's.
        stylesheet: where it is.
        icon: the address of the mark.
        icon_type: its media type.
        width: pixels of the mark where it is shown `height` high.
        height: of the mark in the head of a page.
        share: what other sites show beside a link to a page without picture; an address, or empty.
        day: behind the head of a page, for browsers that colour their own frame.
        night: the same, by night.
    """

    colour: str
    stylesheet: str
    icon: str
    icon_type: str
    width: int
    height: int
    share: str
    day: str
    night: str


def appearance(look: Look, otherwise: str, origin: Iri) -> Appearance:
    """How pages look.

    Args:
        look: what the network decided.
        otherwise: the colour where it decided none; empty for the program's.
        origin: of this instance.
    """
    return _appearance(look, otherwise, origin)


@lru_cache(maxsize=64)
def _appearance(look: Look, otherwise: str, origin: Iri) -> Appearance:
    colour = (look.colour or otherwise).removeprefix("#")
    day, night = tokens()
    icon, kind, width = sign_address(colour), "image/svg+xml", HEIGHT
    share = "" if colour else origin + static.address("mark.png")
    if look.mark is not None:
        icon, kind = place(origin, places.MEDIA, name=look.mark.name), look.mark.media_type
        width = max(1, round(HEIGHT * look.mark.width / max(1, look.mark.height)))
        share, icon = icon, icon.removeprefix(origin)
    return Appearance(
        colour=colour,
        stylesheet=sheet_address(colour) if colour else static.address("essaim.css"),
        icon=icon,
        icon_type=kind,
        width=width,
        height=HEIGHT,
        share=share,
        day=str(day["--sheet"]),
        night=str(night["--sheet"]),
    )


def of(request: web.Request, here: Visitor) -> Appearance:
    """How the pages of this instance look."""
    settings = request.app[SETTINGS]
    return appearance(here.look, settings.look.colour, settings.instance.origin)


def sheet_address(colour: str) -> str:
    """Where the stylesheet in a colour is; that of the program where there is none."""
    return f"{SHEET}?{colour or PLAIN}-{_edition('essaim.css')}"


def sign_address(colour: str) -> str:
    """Where the program's own mark is, in a colour."""
    return f"{SIGN}?{colour}-{_edition('icon.svg')}" if colour else static.address("icon.svg")


@cache
def _edition(name: str) -> str:
    return hashlib.sha256(static.content(name)).hexdigest()[: static.DIGEST_SHOWN]


async def stylesheet(request: web.Request) -> web.Response:
    """GET /look.css?{colour}-{edition}."""
    colour = _colour(request)
    return static.kept(request, sheet(colour), "text/css")


async def sign(request: web.Request) -> web.Response:
    """GET /look.svg?{colour}-{edition}: the program's own mark, in a colour."""
    colour = _colour(request)
    drawn = static.content("icon.svg").decode()
    if colour != PLAIN:
        drawn = drawn.replace(_SIGN_COLOUR, str(adapted(colours.parse(colour))[0].colour))
    return static.kept(request, drawn.encode(), "image/svg+xml")


def _colour(request: web.Request) -> str:
    asked = _ASKED.fullmatch(request.query_string)
    if asked is None:
        raise NotFound("There is no such file.")
    return asked[1]


async def manifest(request: web.Request) -> web.Response:
    """GET /manifest.webmanifest: what a phone shows of us that keeps us among its programs."""
    here = await sessions.visitor(request)
    shown, name = of(request, here), here.network.name if here.network else "Essaim"
    mark = here.look.mark
    told = {
        "id": "/",
        "name": name,
        "short_name": name,
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": shown.day,
        "theme_color": shown.day,
        "icons": [
            {
                "src": shown.icon,
                "type": shown.icon_type,
                "sizes": f"{mark.width}x{mark.height}" if mark else "any",
            }
        ],
    }
    response = web.json_response(told, content_type="application/manifest+json")
    etag = ETag(hashlib.sha256(str(response.text).encode()).hexdigest()[:32])
    if any(known.value == etag.value for known in request.if_none_match or ()):
        response = web.Response(status=304)
    response.etag = etag
    response.headers["Cache-Control"] = f"public, max-age={FRESH_FOR}"
    return response
