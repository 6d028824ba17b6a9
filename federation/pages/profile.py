"""Our profile: what an organisation says of itself, on one page, with what it looks like beside.

Name and words about it in the languages it likes, where and in which form it works, how to reach
it, links, and whether it wants to be found. What was not touched stays as it was, to the byte. A
preview first, if she likes; the change goes out to followers once. Whoever writes meanwhile is told
(`seen`).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from aiohttp import web

from activitypub import markup
from activitypub.canonical_json import Json
from actors.database import Session
from actors.documents.organisation import markdown_summary
from actors.errors import Refusal, Unwise
from actors.rules import permissions
from actors.rules.codes.lists import OUR_FORM, Code, code_list
from actors.rules.coediting import mark
from actors.rules.languages import canonical_tag, is_tag
from actors.rules.pictures import LARGEST_FILE, LONGEST_DESCRIPTION
from actors.tables.actor import Actor
from actors.tables.organisation import Organisation
from actors.verbs import profiling
from actors.verbs.profiling import LONGEST_NAME, LONGEST_NOTE, LONGEST_PART, Said
from actors.views import media, profiles
from actors.views.access import Acting
from actors.views.unsent import Begun
from actors.vocabulary import bare, prefixed
from federation.app_keys import DATABASE, SITE
from federation.pages import addresses, forms, pausing, rendering, saying, sessions
from federation.pages import profile_rows as rows
from federation.pages.facts_form import NO_CODE
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

ADDRESS: Final = pausing.PROFILE
LONGEST: Final = 500  # characters of one fact: an address on an envelope has fewer

CODED: Final[Mapping[str, str]] = {
    "areaServed": "territories",
    "legalForm": "legal-forms",
    "economicActivity": "activities",
}
"""Facts that are codes → the list they are of."""

PLAIN: Final = ("legalName", "legalNumber", "foundingDate", "address", "website", "charter")
OURS_TOO: Final[Mapping[str, tuple[str, ...]]] = {"legalForm": ("essLegalForm",)}
"""Facts that one field stands for beside its own: a form such as a SCIC is in no register."""

WORDS: Final = ("family", "essStatus")
OFFERED: Final = 8  # codes told for a word that is none

MEANWHILE: Final = N_(
    "Somebody else changed the profile meanwhile. It now says what stands beside each field; if you"
    " save again, yours takes its place."
)
NO_DAY: Final = N_("Please give a year such as 2019, or a day such as 2019-05-31.")
NO_SITE: Final = N_("Please give an address that begins with https://.")

_DAY: Final = re.compile(r"(1[89]|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_SITE: Final = re.compile(r"https?://[^\s\"'<>]+")


async def profile_page(request: web.Request) -> web.Response:
    """GET /profile: what we say of ourselves, as a form."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    async with request.app[DATABASE].read() as session:
        begun = await pausing.begun(session, here, ADDRESS)
    return await _show(request, here, acting, begun=begun)


async def profile(request: web.Request) -> web.Response:
    """POST /profile: look at it first, or say so from now on."""
    here, acting = await sessions.acting(request)
    given = await forms.fields(request)
    forms.require_token(here, given)
    permissions.must_publish(acting.office)
    async with request.app[DATABASE].read() as session:
        now = await _now(session, acting)
        facts_now = (await profiles.of_ours(session, acting.organisation)).facts  # read already
    names = [*now, *(f"{part}.{tag}" for tag in rows.worded(given) for part in ("name", "note"))]
    typed = {name: given.get(name, "").replace("\r\n", "\n").strip() for name in names}
    facts, faults = _told(typed, now, facts_now)
    if faults:
        return await _show(request, here, acting, typed=typed, faults=faults)
    if given.get("seen") != mark(now):
        return await _show(request, here, acting, typed=typed, problem=MEANWHILE)
    if given.get("do") == "preview":
        return await _show(request, here, acting, typed=typed, is_preview=True)
    said = Said(
        name=typed["name"],
        note=typed["note"] if typed["note"] != now["note"] else None,
        lines=rows.lines(typed),
        facts=facts,
        wordings=rows.wordings(typed),
        is_discoverable=typed["discoverable"] == "yes",
        is_indexable=typed["indexable"] == "yes",
    )
    try:
        async with request.app[DATABASE].begin() as session:
            await profiling.say(session, request.app[SITE], acting.organisation, said)
            await pausing.done(session, acting, ADDRESS)
    except Refusal as refused:
        fields = refused.fields if isinstance(refused, Unwise) else {}
        faults = {"name": forms.MISSING} if "display_name" in fields else {}
        problem = "" if faults else refused.reason
        return await _show(request, here, acting, typed=typed, faults=faults, problem=problem)
    raise web.HTTPSeeOther(
        saying.address(addresses.page_of_actor(acting.organisation), "presented")
    )


def _told(
    typed: Mapping[str, str], now: Mapping[str, str], before: Mapping[str, Json]
) -> tuple[dict[str, Json], dict[str, str]]:
    """The facts as they are from now on, and field → fault."""
    facts, faults = dict(before), dict(rows.faults(typed))
    if typed["knowsLanguage"] != now["knowsLanguage"]:
        facts |= {"knowsLanguage": [*rows.languages(typed["knowsLanguage"])]}
    for name in (*PLAIN, *WORDS, *CODED):
        text = typed[name]
        if text == now[name]:
            continue
        for former in (name, *OURS_TOO.get(name, ())):
            facts.pop(former, None)
        if len(text) > LONGEST:
            faults[name] = forms.TOO_LONG
        elif name in CODED:
            codes = [_meant(name, word) for word in _words(name, text)]
            if None in codes:
                faults[name] = NO_CODE
            elif codes:
                facts |= _coded(name, [code.iri for code in codes if code is not None])
        elif text:
            facts[name] = prefixed(text) if name == "essStatus" else " ".join(text.split())
    faults |= dict(_plain_faults(typed))
    return {name: one for name, one in facts.items() if one}, faults


def _meant(name: str, word: str) -> Code | None:
    """The code that a word is; of legal forms also one that it names and no other, such as SCIC."""
    known = code_list(CODED[name])
    found = known.find(word)
    if found is None and name == "legalForm":
        named = known.search(word, most=2)
        return named[0] if len(named) == 1 else None
    return found


def _coded(name: str, iris: list[str]) -> dict[str, Json]:
    """Codes as facts: a legal form is one, and stands apart where no register has a code for it."""
    if name != "legalForm":
        return {name: [*iris]}
    return {"essLegalForm" if iris[0].startswith(OUR_FORM) else name: iris[0]}


def _plain_faults(typed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not typed["name"]:
        yield "name", forms.MISSING
    if len(typed["name"]) > LONGEST_NAME:
        yield "name", forms.TOO_LONG
    if len(typed["note"]) > LONGEST_NOTE:
        yield "note", forms.TOO_LONG
    if typed["foundingDate"] and not _DAY.fullmatch(typed["foundingDate"]):
        yield "foundingDate", NO_DAY
    for name in ("website", "charter"):
        if typed[name] and not _SITE.fullmatch(typed[name]):
            yield name, NO_SITE


def _words(name: str, text: str) -> list[str]:
    """Codes stand between commas; those without a blank in them also between blanks."""
    known = code_list(CODED[name])
    parts = [part.strip() for part in re.split(r"[,;\n]+", text) if part.strip()]
    found: list[str] = []
    for part in parts:
        each = part.split()
        found += each if all(known.find(word) for word in each) else [part]
    return found


async def _now(session: Session, acting: Acting) -> dict[str, str]:
    """What the profile says, by field."""
    actor = await session.get_one(Actor, acting.organisation.id)
    row = await profiles.of_ours(session, actor)
    return {
        "name": actor.name,
        "note": markup.plain(actor.summary),
        "discoverable": "yes" if row.is_discoverable else "",
        "indexable": "yes" if row.is_indexable else "",
        **{name: _written(row, name) for name in (*PLAIN, *WORDS, *CODED)},
        **rows.now(row),
    }


def _written(row: Organisation, name: str) -> str:
    value = next(filter(None, map(row.facts.get, (name, *OURS_TOO.get(name, ())))), None)
    items = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    if name in CODED:
        known = code_list(CODED[name])
        items = [one if (code := known.find(one)) is None else code.code for one in items]
    return ", ".join(bare(one) if name == "essStatus" else one for one in items)


async def _show(
    request: web.Request,
    here: Visitor,
    acting: Acting,
    *,
    typed: Mapping[str, str] | None = None,
    begun: Begun | None = None,
    faults: Mapping[str, str] | None = None,
    problem: str = "",
    is_preview: bool = False,
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        now = await _now(session, acting)
        own = (await profiles.of_ours(session, acting.organisation)).locale
        portrait = await media.portrait(session, acting.organisation.id)
    unticked = dict.fromkeys(("discoverable", "indexable"), "") if begun else {}
    shown = {**now, **unticked, **(begun.fields if begun else {}), **(typed or {})}
    further = canonical_tag(request.query.get("in", ""))
    if is_tag(further) and further != own:
        shown = {f"name.{further}": "", f"note.{further}": "", **shown}
    return rendering.page(
        request,
        here,
        "profile.html",
        status=422 if faults or problem else 200,
        acting=acting,
        typed=shown,
        now=now,
        begun=begun,
        seen=shown["seen"] if begun and "seen" in shown else mark(now),
        faults=faults or {},
        problem=problem,
        preview=markdown_summary(shown["note"]) if is_preview else None,
        offered={name: _offered(name, shown[name]) for name in faults or {} if name in CODED},
        codes={name: _known(name, shown[name]) for name in CODED},
        longest_name=LONGEST_NAME,
        longest_note=LONGEST_NOTE,
        own=own,
        others=rows.worded(shown),
        lines=rows.shown(shown),
        longest_part=LONGEST_PART,
        further=further,
        portrait=portrait,
        largest=LARGEST_FILE // 1024 // 1024,
        longest_description=LONGEST_DESCRIPTION,
    )


def _known(name: str, text: str) -> list[Code]:
    found = [_meant(name, word) for word in _words(name, text)]
    return [one for one in found if one is not None]


def _offered(name: str, text: str) -> list[Code]:
    """What words that are no codes may mean."""
    known = code_list(CODED[name])
    words = [word for word in _words(name, text) if _meant(name, word) is None]
    return [code for word in words for code in known.search(word, most=OFFERED)]
