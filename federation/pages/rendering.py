"""Rendering: templates, language, and what every page shows.

One Jinja environment serves all languages: texts are looked up when a page is drawn
(`translating.speaking`). Everything is escaped unless it went through `markup`: Markdown of ours by
`render`, HTML of strangers by `clean`.

Pages for readers without account are the same for everybody who speaks the same language, carry no
token, and may be kept by caches; all others are private.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import ETag, web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from activitypub import lettering, markup
from actors.errors import Unavailable
from actors.rules import comparing
from actors.rules.polls import Poll
from actors.rules.readiness import readiness
from actors.views import translations
from federation import refusals
from federation.app_keys import PRIVACY, SETTINGS, TEMPLATES
from federation.pages import (
    addresses,
    compiled,
    forms,
    illustrated,
    looks,
    planning,
    prompting,
    reading,
    saying,
    static,
    translating,
    usual,
    words,
)
from federation.pages.directions import Directions, direction
from federation.pages.sessions import NOBODY, Visitor, visitor

TEMPLATE_FOLDER: Final = Path(__file__).parent / "templates"

FRESH_FOR: Final = 30
"""Seconds a cache may answer for us: nobody minds if what many read is that late."""

ETAG_DIGITS: Final = 32  # hexadecimal digits: 128 bits, so that two pages never share one

TEMPLATES_AT_HAND: Final = 32
"""Templates that can be drawn at once, some 100 kB each; every other of the hundred is read first,
in half a millisecond. All of them at hand were 11 MB."""

_HEADING: Final = re.compile(r"<(/?)h([1-6])>")
LANGUAGE_KEPT: Final = 365 * 24 * 3600
"""Seconds; a reader chooses a language once."""


def furnish(application: web.Application) -> None:
    """Give the application its templates, its own words, and its pages for refusals."""
    application[TEMPLATES] = environment()
    application[PRIVACY] = usual.privacy
    application[refusals.PAGE] = refusal_page


@cache
def environment() -> Environment:
    """The templates, with what they may call: the same for all applications of a process."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", Directions],
        auto_reload=False,
        cache_size=TEMPLATES_AT_HAND,
        bytecode_cache=compiled.kept(),
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translating.gettext, translating.ngettext, newstyle=True
    )
    made.filters.update(_filters())
    made.globals.update(
        best=reading.best,
        changed_words=comparing.words,
        illustrated=illustrated,
        original=addresses.original,
        page_of=addresses.page_of,
        planning=planning,
        prompting=prompting,
        readiness=readiness,
        page_of_actor=addresses.page_of_actor,
        page_of_version=addresses.page_of_version,
        static=static.address,
        translated=translations.overview,
        words=words,
    )
    return made


def _filters() -> Mapping[str, Callable[..., object]]:
    return {
        "clean": lambda html: Markup(markup.clean(html)),  # noqa: S704 - cleaned by nh3
        "day": translating.day,
        "direction": direction,
        "language": translating.language_name,
        "language_title": translating.language_title,
        "markdown": markdown,
        "minute": translating.minute,
        "span": translating.span,
        "own_language": translating.language_own_name,
        "plain": markup.plain,
        "poll": Poll.from_json,
        "say": words.say,
        "figure": translating.amount,
        "territory": translating.territory_name,
    }


def compile_ahead(application: web.Application, is_stopping: Callable[[], bool]) -> None:
    """Compile all templates, in a thread: the first page of each kind took up to 150 ms for it.

    They are in files then, and none is at hand yet. What else the first pages would wait for is
    made as well: the words of the instance's own language (150 ms), the sentences with holes
    (85 ms), the list of time zones (17 ms). Other languages wait for their first reader: each takes
    memory.
    """
    templates = application[TEMPLATES]
    assert templates.loader is not None  # noqa: S101 - `environment` gives one
    for name in templates.list_templates(extensions=["html"]):
        if is_stopping():
            return
        templates.loader.load(templates, name)
    with translating.speaking(
        translating.choose(None, None, "", application[SETTINGS].instance.locale)
    ):
        words.say("(1)")
        translating.language_name(translating.OTHERWISE)
    planning.zones()


def markdown(text: str, below: int = 2, *, passing: bool = False) -> Markup:
    """Markdown as HTML, its headings below the page's own.

    Args:
        text: the Markdown.
        below: how many levels lower: `# x` becomes an `h3`, and never an `h1`.
        passing: it is being typed, and not remembered in place of what others read.
    """
    html = markup.render(text, passing=passing)
    lowered = _HEADING.sub(lambda tag: f"<{tag[1]}h{min(max(int(tag[2]) + below, 2), 6)}>", html)
    return Markup(lowered)  # noqa: S704 - cleaned by nh3


def language(request: web.Request) -> str:
    """The language this reader is spoken to in."""
    return translating.choose(
        request.query.get("lang"),
        request.cookies.get(translating.COOKIE),
        request.headers.get("Accept-Language", ""),
        request.app[SETTINGS].instance.locale,
    )


def page(
    request: web.Request, here: Visitor, template: str, *, status: int = 200, **values: object
) -> web.Response:
    """Draw a page for this reader, in her language.

    Answers 304 where a reader without account has the very page already.
    """
    spoken = language(request)
    with translating.speaking(spoken):
        body = (
            request.app[TEMPLATES]
            .get_template(template)
            .render(
                {
                    "here": here,
                    "look": looks.of(request, here),
                    "lang": spoken,
                    "path": request.path,
                    "other_languages": _other_languages(request, spoken),
                    "status": status,
                    "origin": request.app[SETTINGS].instance.origin,
                    "contact": request.app[SETTINGS].instance.contact_address,
                    "said_word": request.query.get("said", ""),
                    "said": saying.sentence(request.query.get("said")),
                    "token": forms.token(here.secret) if here.secret else "",
                    "withheld": False,
                    "as_data": None,
                    **values,
                }
            )
        )
    body = lettering.upright(body)  # whoever wrote what stands on it
    response = web.Response(text=body, status=status, content_type="text/html", charset="utf-8")
    response.headers["Content-Language"] = spoken
    response.headers["Vary"] = "Accept, Accept-Language, Cookie"
    if request.query.get("lang") in translating.LANGUAGES:
        response.set_cookie(
            translating.COOKIE, spoken, max_age=LANGUAGE_KEPT, path="/", samesite="Lax"
        )
    if status == 200 and here.visit is None and not here.secret:
        return _kept(request, response, body)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _kept(request: web.Request, response: web.Response, body: str) -> web.Response:
    """A public page: caches may keep it for a moment, and ask whether it has changed.

    It is compressed for whoever reads gzip. A member's page is not: a secret beside words that
    somebody else chose would show in its length (BREACH, 2013).
    """
    etag = ETag(hashlib.sha256(body.encode()).hexdigest()[:ETAG_DIGITS], is_weak=True)
    if any(known.value == etag.value for known in request.if_none_match or ()):
        unchanged = web.Response(status=304)
        unchanged.headers["Vary"] = response.headers["Vary"]
        response = unchanged
    else:
        response.enable_compression()
    response.headers["Vary"] += ", Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={FRESH_FOR}"
    response.etag = etag
    return response


def _other_languages(request: web.Request, spoken: str) -> list[tuple[str, str]]:
    """The same page in the other languages: tag and address. A form that failed has no address."""
    return [
        (tag, str(request.rel_url.update_query(lang=tag).without_query_params("said")))
        for tag in translating.LANGUAGES
        if tag != spoken
    ]


async def refusal_page(
    request: web.Request, status: int, reason: str, wait: int
) -> web.StreamResponse:
    """What a person sees instead of the page she asked for; `wait`: seconds until it may work.

    After a failure of our own the database is not asked: it may be what failed. Where it fails just
    now, the page is drawn as for somebody who has not signed in.
    """
    here = NOBODY
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        with suppress(Unavailable):
            here = await visitor(request)
    return page(request, here, "refusal.html", status=status, reason=reason, wait=wait)
