"""Presenting: stewards of the network write its pages, language by language.

Each change is looked at first, if she likes, and can be taken back: what a page said before is kept
with its day. Whoever writes at the same time is told (`seen`); what was typed is never lost.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from actors.errors import Conflicting, NotFound, Refusal, Unwise
from actors.rules import permissions
from actors.rules.languages import canonical_tag, is_tag
from actors.rules.network_pages import (
    LONGEST_HINT,
    LONGEST_RULE,
    LONGEST_TEXT,
    Kind,
    Said,
    with_email,
    with_rules,
    with_text,
)
from actors.site import id_in
from actors.verbs import presenting
from actors.verbs.presenting import MOST_KEPT
from actors.views import network_pages
from actors.views.access import Acting
from actors.views.unsent import Begun
from federation.app_keys import DATABASE, PRIVACY, SITE
from federation.pages import (
    about,
    forms,
    house_rules,
    pausing,
    rendering,
    saying,
    sessions,
    translating,
)
from federation.pages.forms import Fields
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

PAGES: Final = "/about/edit"
HINTS: Final[Mapping[Kind, str]] = {
    Kind.ABOUT: N_("Who stands behind this network, since when, for whom, with what aim."),
    Kind.CONTACT: N_("Who answers, how, and how soon."),
    Kind.RULES: N_("What holds for everybody here, one sentence each. Apps show them too."),
    Kind.PRIVACY: N_("What is kept of whom, for how long, and who else learns of it."),
    Kind.CONDUCT: N_("How people here work together, and what happens if somebody is hurt."),
    Kind.TERMS: N_("On what conditions this site may be used; whoever has none needs none."),
}

UNWRITTEN: Final[Mapping[Kind, str]] = {
    Kind.ABOUT: N_("Not written: readers see what the profile of the network says."),
    Kind.CONTACT: N_("Not written: readers see the address in the settings, if there is one."),
    Kind.RULES: N_("Not written: readers see that there are none."),
    Kind.PRIVACY: N_("Not written: readers see a text about what this program keeps and sends."),
    Kind.CONDUCT: N_("Not written: there is no such page."),
    Kind.TERMS: N_("Not written: there is no such page."),
}

MEANWHILE: Final = N_(
    "Somebody else changed this page meanwhile. What it says now stands below; if you publish"
    " again, yours takes its place."
)


async def pages(request: web.Request) -> web.Response:
    """GET /about/edit: all pages, and how far each is."""
    here, _ = await _steward(request)
    async with request.app[DATABASE].read() as session:
        found = await network_pages.all_now(session)
    return rendering.page(
        request,
        here,
        "network_pages.html",
        pages=found,
        titles=about.TITLES,
        hints=HINTS,
        unwritten=UNWRITTEN,
        alone=about.ALONE,
    )


async def edit_page(request: web.Request) -> web.Response:
    """GET /about/{kind}/edit?in=fr: one page in one language, as a form."""
    here, _ = await _steward(request)
    kind, language = about.kind_of(request), _language(request)
    async with request.app[DATABASE].read() as session:
        begun = await pausing.begun(session, here, _place(kind, language))
    return await _show(request, here, kind, language, begun=begun)


async def edit(request: web.Request) -> web.Response:
    """POST /about/{kind}/edit?in=fr: look at it first, or say so from now on."""
    here, acting = await _steward(request)
    kind, language = about.kind_of(request), _language(request)
    given = await forms.fields(request)
    forms.require_token(here, given)
    async with request.app[DATABASE].read() as session:
        before = await network_pages.now(session, kind)
    try:
        said = _said(kind, before.said, language, given)
        if given.get("do") == "preview":
            return await _show(request, here, kind, language, given=given, preview=said)
        async with request.app[DATABASE].begin() as session:
            await presenting.write(
                session, request.app[SITE], acting.member, kind, said, seen=_seen(given)
            )
            await pausing.done(session, acting, _place(kind, language))
    except Refusal as refused:
        return await _show(request, here, kind, language, given=given, refused=refused)
    raise web.HTTPSeeOther(saying.address(_place(kind, language), "page-written"))


async def versions_page(request: web.Request) -> web.Response:
    """GET /about/{kind}/versions: what a page said before, and when."""
    here, _ = await _steward(request)
    kind = about.kind_of(request)
    async with request.app[DATABASE].read() as session:
        found = await network_pages.versions(session, kind)
    return rendering.page(
        request,
        here,
        "network_page_versions.html",
        kind=kind,
        title=about.TITLES[kind],
        versions=found,
        most=MOST_KEPT,
    )


async def version_page(request: web.Request) -> web.Response:
    """GET /about/{kind}/versions/{id}: one of them, whole."""
    here, _ = await _steward(request)
    return await _show_version(request, here)


async def restore(request: web.Request) -> web.Response:
    """POST /about/{kind}/versions/{id}: the page says that again."""
    here, acting = await _steward(request)
    kind = about.kind_of(request)
    given = await forms.fields(request)
    forms.require_token(here, given)
    try:
        async with request.app[DATABASE].begin() as session:
            number = id_in(request.match_info["id"]) or 0
            await presenting.restore(
                session, request.app[SITE], acting.member, kind, number, seen=_seen(given)
            )
    except Conflicting as refused:
        return await _show_version(request, here, refused=refused)
    raise web.HTTPSeeOther(saying.address(f"/about/{kind}/versions", "page-restored"))


def _said(kind: Kind, before: Said, language: str, given: Fields) -> Said:
    """The page as it would be.

    Raises:
        Unwise: something in it is too long, or is none.
    """
    if kind == Kind.RULES:
        return with_rules(before, language, house_rules.read(given))
    said = with_text(before, language, given.get("text", before.texts.get(language, "")))
    return with_email(said, given.get("email", said.email)) if kind == Kind.CONTACT else said


def _seen(given: Fields) -> int:
    return id_in(given.get("seen", "")) or 0


def _language(request: web.Request) -> str:
    """The language that is written in; the reader's own where the address names none.

    Raises:
        NotFound: the address names something else.
    """
    named = canonical_tag(request.query.get("in", "") or rendering.language(request))
    if not is_tag(named):
        raise NotFound("There is no such language.")
    return named


def _place(kind: Kind, language: str) -> str:
    """The address of the form, under which it is also kept while it is typed."""
    return f"/about/{kind}/edit?in={language}"


async def _steward(request: web.Request) -> tuple[Visitor, Acting]:
    here, acting = await sessions.acting(request)
    permissions.must_administer(acting.office, is_network=acting.is_network)
    return here, acting


async def _show(
    request: web.Request,
    here: Visitor,
    kind: Kind,
    language: str,
    *,
    given: Fields | None = None,
    begun: Begun | None = None,
    preview: Said | None = None,
    refused: Refusal | None = None,
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        now = await network_pages.now(session, kind)
    typed: Mapping[str, str] = given or (begun.fields if begun else {})
    faults = dict(refused.fields) if isinstance(refused, Unwise) else {}
    is_late = isinstance(refused, Conflicting)
    problem = MEANWHILE if is_late else "" if refused is None or faults else refused.reason
    return rendering.page(
        request,
        here,
        "network_rules_edit.html" if kind == Kind.RULES else "network_page_edit.html",
        status=422 if refused else 200,
        kind=kind,
        title=about.TITLES[kind],
        hint=HINTS[kind],
        language=language,
        languages=sorted({*now.said.languages, *translating.LANGUAGES, language}),
        now=now,
        seen=typed.get("seen", str(now.id)) if not is_late else str(now.id),
        is_late=is_late,
        typed=typed,
        rows=house_rules.rows(now.said, language, typed),
        begun=begun,
        place=_place(kind, language),
        preview=preview,
        usual=request.app[PRIVACY](language) if kind == Kind.PRIVACY else "",
        faults=faults,
        problem=problem,
        longest=LONGEST_TEXT,
        longest_rule=LONGEST_RULE,
        longest_hint=LONGEST_HINT,
    )


async def _show_version(
    request: web.Request, here: Visitor, *, refused: Refusal | None = None
) -> web.Response:
    kind = about.kind_of(request)
    async with request.app[DATABASE].read() as session:
        found = await network_pages.version(session, kind, id_in(request.match_info["id"]) or 0)
        now = await network_pages.now(session, kind)
    return rendering.page(
        request,
        here,
        "network_page_version.html",
        status=422 if refused else 200,
        kind=kind,
        title=about.TITLES[kind],
        version=found,
        now=now,
        problem=MEANWHILE if refused else "",
    )
