"""A translator's pages: how far each language is, and one language, section by section.

Everybody may see how far a language is. Working at it is for those who may translate; it is saved
as one goes, seen by one's own organisation alone, and published when it is ready. Every button
saves what was typed first, and what cannot be saved is shown again.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.documents.model import render_ahead
from actors.errors import Conflicting, NotAllowed, NotFound, Refusal, Unwise
from actors.rules import comparing, permissions
from actors.rules.comparing import Mark
from actors.rules.glossaries import Entry, Finder
from actors.rules.translations import HEADING, State, Unit, standing, tidied
from actors.tables.model import Model
from actors.verbs import translating
from actors.verbs.translating import Saying
from actors.views import glossaries, history, lineage
from actors.views import translations as views
from actors.views.access import Acting
from actors.views.translations import Work
from federation.app_keys import DATABASE, SITE
from federation.pages import (
    addresses,
    forms,
    keeping,
    models,
    prompting,
    rendering,
    saying,
    sessions,
    words,
)
from federation.pages.forms import Fields
from federation.pages.sessions import Visitor
from federation.pages.translating import N_
from federation.pages.writing import MAX_NOTE

CROSSED: Final = N_(
    "Somebody else saved this while you were writing. What she wrote stands above; yours is below:"
    " send it again, and it takes its place."
)
OVERTAKEN: Final = N_(
    "Something else was published here meanwhile. Look at both, and choose before you publish."
)

WORK: Final = "work"
ALL: Final = "all"

_PLACE: Final = re.compile(r"sections\[(\d+)\]")


@dataclass(frozen=True)
class Row:
    """One section on the translator's page.

    Attributes:
        unit: the section in this language.
        name: its title as it stands in the form.
        text: its text as it stands in the form.
        seen: what stood there when the form was drawn, so that nobody overwrites a colleague.
        words: entries of glossaries that stand in the source.
        source: the source, with the words marked that changed since the translation.
        mine: where another text was published meanwhile: the way from that to the prepared one.
        why: what was the source before, and when it changed.
        usual: how it is called if nobody says otherwise, where its source has a usual title too.
    """

    unit: Unit
    name: str
    text: str
    seen: str
    words: tuple[Entry, ...] = ()
    source: tuple[Mark, ...] = ()
    mine: tuple[Mark, ...] = ()
    why: views.Behind | None = None
    usual: str = ""

    @property
    def key(self) -> str:
        """As fields and anchors name it."""
        return self.unit.key or "HEADING"

    @property
    def rows(self) -> int:
        """Lines of the field: some more than the longer text has at this width."""
        text = self.text or ("" if self.unit.source is None else self.unit.source.text)
        return min(30, max(3, len(text) // 65 + text.count("\n") + 2))


@dataclass(frozen=True)
class Typed:
    """What was sent and could not be kept: shown again, with what is wrong."""

    sayings: Mapping[str, Saying] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    note: str = ""


async def overview(request: web.Request) -> web.Response:
    """GET /m/{slug}/translations: how far each language is; `?language=` goes to one."""
    here = await sessions.visitor(request)
    slug = request.match_info["slug"]
    async with request.app[DATABASE].read() as session:
        found = await models.find(session, slug)
        sheet = history.sheet(await history.head(session, found))
        ready = await views.prepared(session, found) if _may_work(here, found) else {}
    if wanted := request.query.get("language"):
        language = translating.language_of(wanted)
        raise web.HTTPSeeOther(f"{addresses.page_of(found)}/translations/{language}")
    listed = views.overview(sheet)
    there = {sheet.language, *ready, *(one.language for one in listed)}
    return rendering.page(
        request,
        here,
        "translations.html",
        model=found,
        sheet=sheet,
        languages=listed,
        begun=sorted(ready.keys() - {one.language for one in listed}),
        offered=[tag for tag in words.WRITING_LANGUAGES if tag not in there],
        prepared=ready,
        works=_may_work(here, found),
        more=max(0, len(sheet.languages) - 1 - views.MOST_LANGUAGES),
    )


async def work_page(request: web.Request) -> web.Response:
    """GET /m/{slug}/translations/{language}: what needs work, the source beside it."""
    here, acting = await sessions.acting(request)
    language = translating.language_of(request.match_info["language"])
    async with request.app[DATABASE].read() as session:
        work = await _work(session, acting, request.match_info["slug"], language)
        known = await _entries(session, acting, work)
        by = await views.prepared_by(session, work.model, language)
    return _show(request, here, work, known, Typed(), by)


async def work(request: web.Request) -> web.Response:
    """POST /m/{slug}/translations/{language}: save, confirm, throw away, publish, take sources."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    language = translating.language_of(request.match_info["language"])
    slug, acting = request.match_info["slug"], here.acting
    sayings = _read(given)
    note = given.get("note", "").strip()[:MAX_NOTE]
    if acting is None or not forms.token_fits(here, given):
        if keeping.is_script(request):
            return keeping.signed_out(request, here)
        problem = forms.SIGNED_OUT if acting is None else forms.OTHER_SESSION
        typed = Typed({one.section: one for one in sayings}, problem=problem, note=note)
        return await _again(request, here, None, language, typed)
    async with request.app[DATABASE].read() as session:
        await _model(session, acting, slug)
    try:
        word, crossed = await _act(request, acting, given, language, sayings, note)
    except Refusal as refused:
        if keeping.is_script(request):
            return keeping.refused(request, refused)
        typed = _refused(refused, sayings, note)
        return await _again(request, here, acting, language, typed)
    if keeping.is_script(request):
        return await _told(request, acting, language, sayings, crossed)
    if crossed:
        faults = dict.fromkeys(crossed, CROSSED)
        kept = {one.section: one for one in sayings if one.section in crossed}
        return await _again(request, here, acting, language, Typed(kept, faults, note=note))
    if word == "revised":
        raise web.HTTPSeeOther(saying.address(await _published(request), word))
    raise web.HTTPSeeOther(_after(request, given, word))


async def _act(
    request: web.Request,
    acting: Acting,
    given: Fields,
    language: str,
    sayings: list[Saying],
    note: str,
) -> tuple[str, tuple[str, ...]]:
    """Save what was typed, then do what the button says, in one transaction.

    Returns:
        What to say, and the sections that a colleague saved meanwhile.
    """
    site = request.app[SITE]
    button, _, key = given.get("do", "save").partition(":")
    key = HEADING if key == "HEADING" else key
    if button in ("publish", "take"):
        permissions.must_publish(acting.office)
    if button == "publish":
        typed = {one.section: tidied(one.section, language, one.name, one.text) for one in sayings}
        async with request.app[DATABASE].read() as session:
            model = await models.find(session, request.match_info["slug"])
            ahead = await views.rendered(session, model, language, typed)
        await asyncio.to_thread(render_ahead, ahead)
    async with request.app[DATABASE].begin() as session:
        model = await models.find(session, request.match_info["slug"])
        if button == "take":
            await translating.take_sources(session, site, model, author=acting.member, note=note)
            return "sources-taken", ()
        if button == "drop":
            await translating.drop(session, model, language, [key])
            sayings = [one for one in sayings if one.section != key]
        crossed = await translating.save(
            session, site, model, language, sayings, author=acting.member
        )
        if button == "confirm" and key not in crossed:
            await translating.confirm(session, site, model, language, [key], author=acting.member)
        if button == "publish" and not crossed:
            await translating.publish(
                session, site, model, language, author=acting.member, note=note
            )
            return "revised", ()
    return "translation-dropped" if button == "drop" else "translation-saved", crossed


async def _told(
    request: web.Request,
    acting: Acting,
    language: str,
    sayings: list[Saying],
    crossed: tuple[str, ...],
) -> web.Response:
    """What the script of the form is told: what stands there now, also by others."""
    async with request.app[DATABASE].read() as session:
        now = await _work(session, acting, request.match_info["slug"], language)
    units = {unit.key: unit for unit in now.units}
    values: list[dict[str, str]] = []
    joined = False
    for one in sayings:
        unit = units.get(one.section)
        if unit is None or one.section in crossed:
            continue
        key, name, text = one.section or "HEADING", unit.shown_name, unit.shown_text
        told = {f"seen.{key}": standing(name, text)}
        typed = tidied(one.section, language, one.name, one.text)
        if typed != (name, text) and one.seen == standing(*typed):
            joined = True
            told |= {f"name.{key}": name, f"text.{key}": text}
        values.append(told)
    said = keeping.JOINED if joined else keeping.SAVED_FOR_US
    said = keeping.COLLIDED if crossed else said
    return keeping.answer(request, 200, said, values=values, collided=bool(crossed))


async def _published(request: web.Request) -> str:
    """Where to go on after publishing: what is left to do of an adaptation, or all languages."""
    async with request.app[DATABASE].read() as session:
        found = await models.find(session, request.match_info["slug"])
        tie = await lineage.of(session, found)
    return f"{addresses.page_of(found)}/{'workspace' if tie else 'translations'}"


def _after(request: web.Request, given: Fields, word: str) -> str:
    """Where to go on: the same page."""
    slug, language = request.match_info["slug"], request.match_info["language"]
    page = f"/m/{slug}/translations/{language}"
    only, show = request.query.get("only", ""), request.query.get("show", "")
    if only and word == "translation-saved":
        only = given.get("next", "")
    query = {"only": only} if only else {"show": ALL} if show == ALL else {}
    address = str(request.rel_url.with_path(page).with_query(query))
    return saying.address(address, word)


def _refused(refused: Refusal, sayings: list[Saying], note: str) -> Typed:
    faults: dict[str, str] = {}
    problem = refused.reason
    if isinstance(refused, Conflicting) and refused.keys:
        faults = dict.fromkeys(refused.keys, OVERTAKEN)
    elif isinstance(refused, Unwise):
        faults = dict(refused.fields)
    return Typed({one.section: one for one in sayings}, faults, problem, note)


async def _again(
    request: web.Request, here: Visitor, acting: Acting | None, language: str, typed: Typed
) -> web.Response:
    known: tuple[Entry, ...]
    by: Mapping[str, tuple[str, datetime]]
    async with request.app[DATABASE].read() as session:
        if acting is None:  # what was typed is shown again, what is prepared is not
            found = await models.find(session, request.match_info["slug"])
            if not found.is_ours:
                raise NotAllowed("Only the organisation that published a model can translate it.")
            seen = await views.work(session, found, language)
            work = _without_pieces(seen)
            known, by = (), {}
        else:
            work = await _work(session, acting, request.match_info["slug"], language)
            known = await _entries(session, acting, work)
            by = await views.prepared_by(session, work.model, language)
        sheet = history.sheet(await history.head(session, work.model))
    by_key = {
        (sheet.sections[int(place[1])].key if (place := _PLACE.match(path)) else path): words
        for path, words in typed.faults.items()
    }
    faults = {
        HEADING if key.startswith(("names", "summar")) else key: by_key[key] for key in by_key
    }
    again = Typed(typed.sayings, faults, typed.problem, typed.note)
    return _show(request, here, work, known, again, by)


def _without_pieces(work: Work) -> Work:
    units = tuple(
        Unit(one.key, one.state, one.source, one.source_name, one.name, one.text)
        for one in work.units
    )
    return Work(work.model, work.language, work.number, units, {}, {})


async def _work(session: Session, acting: Acting, slug: str, language: str) -> Work:
    return await views.work(session, await _model(session, acting, slug), language)


async def _model(session: Session, acting: Acting, slug: str) -> Model:
    """A model, for a member who may translate it.

    Raises:
        NotAllowed: it is somebody else's, or her office does not allow it.
    """
    found = await models.find(session, slug)
    if not found.is_ours or found.actor_id != acting.organisation.id:
        raise NotAllowed("Only the organisation that published a model can translate it.")
    permissions.must_translate(acting.office)
    return found


async def _entries(session: Session, acting: Acting, work: Work) -> tuple[Entry, ...]:
    return await glossaries.for_model(session, acting.organisation, work.model, *work.sheets)


def _may_work(here: Visitor, model: Model) -> bool:
    acting = here.acting
    is_mine = acting is not None and acting.organisation.id == model.actor_id
    return is_mine and acting is not None and permissions.may_translate(acting.office)


def _read(given: Fields) -> list[Saying]:
    """What was typed, by section."""
    return [
        Saying(
            section=HEADING if key == "HEADING" else key,
            name=given.get(f"name.{key}", "") or _usual(given, key),
            text=given.get(f"text.{key}", ""),
            source=given.get(f"source.{key}") or None,
            seen=given.get(f"seen.{key}"),
        )
        for key in dict.fromkeys(given.getall("section", []))
    ]


def _usual(given: Fields, key: str) -> str:
    """The usual title, for a section that somebody translated without giving it one."""
    is_translated = given.get(f"text.{key}", "").strip()
    return given.get(f"usual.{key}", "") if is_translated else ""


def _show(
    request: web.Request,
    here: Visitor,
    work: Work,
    known: tuple[Entry, ...],
    typed: Typed,
    by: Mapping[str, tuple[str, datetime]],
) -> web.Response:
    finder = Finder(known, work.language)
    rows = [_row(unit, work, finder, typed) for unit in work.units if unit.is_open]
    only = request.query.get("only", "")
    show = ALL if request.query.get("show") == ALL else WORK
    concerned = typed.sayings.keys() | typed.faults.keys()
    shown = [
        row
        for row in rows
        if row.unit.key in concerned
        or (row.key == only if only else show == ALL or row.unit.needs_work)
    ]
    if only and not shown:
        raise NotFound("There is no such section.")
    faults = {f"text.{key or 'HEADING'}": words for key, words in typed.faults.items()}
    return rendering.page(
        request,
        here,
        "translate.html",
        status=422 if faults or typed.problem else 200,
        work=work,
        model=work.model,
        language=work.language,
        shown=shown,
        by=by,
        folded=[row for row in rows if row not in shown],
        own=[unit for unit in work.units if not unit.is_open and unit.key != HEADING],
        only=only,
        next_key=_next(rows, only),
        show=show,
        publishes=here.acting is not None and permissions.may_publish(here.acting.office),
        faults=faults,
        problem=typed.problem,
        note=typed.note,
        State=State,
    )


def _next(rows: list[Row], only: str) -> str:
    """The next section that needs work after this one, or before it where none follows."""
    keys = [row.key for row in rows]
    place = keys.index(only) + 1 if only in keys else 0
    return next(
        (row.key for row in rows[place:] + rows[:place] if row.unit.needs_work and row.key != only),
        "",
    )


def _row(unit: Unit, work: Work, finder: Finder, typed: Typed) -> Row:
    said = typed.sayings.get(unit.key)
    source = unit.source
    why = work.behind.get(unit.key)
    text = "" if source is None else source.text
    marks: list[Mark] = [("same", text)] if text else []
    if why is not None and why.before is not None and text:
        marks = comparing.words(why.before, text)
    mine: list[Mark] = []
    if unit.is_overtaken:
        mine = comparing.words(unit.text, unit.shown_text)
    sought = f"{unit.source_name}\n{text}"
    return Row(
        unit=unit,
        name=unit.shown_name if said is None else said.name,
        text=unit.shown_text if said is None else said.text,
        seen=standing(unit.shown_name, unit.shown_text),
        words=() if source is None else finder.found_in(sought, source.language),
        source=tuple(marks),
        mine=tuple(mine),
        why=why,
        usual=""
        if source is None or unit.shown_name or unit.shown_text
        else prompting.same_title(unit.source_name, source.language, work.language),
    )
