"""Glossaries: how an organisation, or one of its models, says its words in other languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.errors import NotAllowed, Refusal, Unwise
from actors.rules import glossaries as rules
from actors.rules import permissions
from actors.rules.glossaries import Entry
from actors.site import id_in
from actors.tables.model import Model
from actors.tables.translation import Term
from actors.verbs import defining
from actors.views import glossaries as views
from actors.views import history
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE
from federation.pages import addresses, forms, models, rendering, saying, sessions, words
from federation.pages.forms import Fields
from federation.pages.sessions import Visitor
from federation.pages.translating import N_, gettext, speaking

NO_TABLE: Final = N_("Please paste a table.")
SECTION: Final = N_("Glossary")
CSV: Final = "text/csv"

_FIELDS: Final = ("term", "language", "equivalent", "into", "note")
_MOST_PAGES: Final = 10  # a thousand entries, a hundred a page


@dataclass(frozen=True)
class Typed:
    """What was sent and could not be done, and why."""

    fields: Mapping[str, str]
    faults: Mapping[str, str]
    problem: str = ""


NOTHING: Final = Typed({}, {})


async def page(request: web.Request) -> web.Response:
    """GET /glossary and /m/{slug}/glossary: the entries, and a form for another one."""
    here, acting = await sessions.acting(request)
    return await _show(request, here, acting, NOTHING)


async def table(request: web.Request) -> web.Response:
    """GET …/glossary.csv: the entries for a spreadsheet."""
    _, acting = await sessions.acting(request)
    async with request.app[DATABASE].read() as session:
        model = await _model(session, acting, request)
        rows = await views.rows(session, acting.organisation, model)
    name = "glossary" if model is None else f"glossary-{model.slug}"
    return web.Response(
        text=rules.write_table(views.entry(row) for row in rows),
        content_type=CSV,
        charset="utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


async def act(request: web.Request) -> web.Response:
    """POST …/glossary: add, change, strike out, bring in a table, write it into the sheet."""
    here, acting = await sessions.acting(request)
    given = await forms.fields(request)
    forms.require_token(here, given)
    button, _, number = given.get("do", "add").partition(":")
    typed = {name: given.get(name, "") for name in (*_FIELDS, "table")}
    try:
        word = await _done(request, acting, given, button, id_in(number) or 0)
    except Unwise as unwise:
        problem = "" if unwise.fields and button == "add" else unwise.reason
        kept = Typed(typed, _faults(unwise.fields, button), problem)
        return await _show(request, here, acting, kept, striking=button)
    except Refusal as refused:
        return await _show(request, here, acting, Typed(typed, {}, refused.reason))
    back = request.path
    if word == "revised":
        back = f"/m/{request.match_info['slug']}"
    raise web.HTTPSeeOther(saying.address(back, word))


async def _done(
    request: web.Request, acting: Acting, given: Fields, button: str, number: int
) -> str:
    site, us = request.app[SITE], acting.organisation
    entry = Entry(*(given.get(name, "") for name in ("language", "term", "into", "equivalent")))
    entry = Entry(entry.language, entry.term, entry.into, entry.equivalent, given.get("note", ""))
    with speaking(rendering.language(request)):
        title = gettext(SECTION)
    async with request.app[DATABASE].begin() as session:
        model = await _model(session, acting, request)
        if button == "forget":
            await defining.forget(session, us, number)
            return "entry-forgotten"
        if button == "change":
            await defining.change(session, site, us, number, entry)
        elif button == "import":
            entries = rules.read_table(given.get("table", ""))
            if not entries:
                raise Unwise(NO_TABLE, fields={"table": NO_TABLE})
            await defining.define(session, site, us, entries, model=model, author=acting.member)
        elif button == "write" and model is not None:
            permissions.must_publish(acting.office)
            await defining.write_down(session, site, model, author=acting.member, name=title)
            return "revised"
        else:
            await defining.define(session, site, us, [entry], model=model, author=acting.member)
    return "entry-kept"


def _faults(fields: Mapping[str, str], button: str) -> Mapping[str, str]:
    if button == "import":
        return {"table": next(iter(fields.values()), NO_TABLE)} if fields else {}
    return fields if button == "add" else {}


async def _model(session: Session, acting: Acting, request: web.Request) -> Model | None:
    """The model whose glossary this is; None for that of the organisation.

    Raises:
        NotAllowed: it is somebody else's, or her office does not allow it.
    """
    permissions.must_translate(acting.office)
    if "slug" not in request.match_info:
        return None
    found = await models.find(session, request.match_info["slug"])
    if not found.is_ours or found.actor_id != acting.organisation.id:
        raise NotAllowed("Only the organisation that published a model can translate it.")
    return found


async def _show(
    request: web.Request, here: Visitor, acting: Acting, typed: Typed, striking: str = ""
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        model = await _model(session, acting, request)
        rows = await views.rows(session, acting.organisation, model)
        sheet = None if model is None else history.sheet(await history.head(session, model))
    own = rendering.language(request) if model is None else model.language
    spoken = list(dict.fromkeys(row.into for row in reversed(rows)))
    into = request.query.get("into", "")
    listed = [row for row in rows if not into or row.into == into]
    number = int(request.query.get("page", "1")) if request.query.get("page", "1").isdigit() else 1
    number = min(max(number, 1), _MOST_PAGES)
    start = (number - 1) * views.PAGE
    carried = [] if sheet is None else _not_in(views.carried(sheet), rows)
    return rendering.page(
        request,
        here,
        "glossary.html",
        status=422 if typed.faults or typed.problem else 200,
        acting=acting,
        model=model,
        address="/glossary" if model is None else f"{addresses.page_of(model)}/glossary",
        rows=listed[start : start + views.PAGE],
        count=len(rows),
        languages=sorted({row.into for row in rows}),
        into=into,
        newer=number - 1 if number > 1 else 0,
        older=number + 1 if len(listed) > start + views.PAGE else 0,
        carried=carried[: views.PAGE],
        publishes=permissions.may_publish(acting.office),
        typed=typed.fields,
        faults=typed.faults,
        problem=typed.problem,
        own_language=own,
        said_in=next(tag for tag in (*spoken, *words.WRITING_LANGUAGES) if tag != own),
        pasting=striking == "import",
    )


def _not_in(entries: list[Entry], rows: list[Term]) -> list[Entry]:
    """Entries of the sheet that the rows say neither way round."""
    said = {mark for row in rows for mark in _marks(views.entry(row))}
    found: list[Entry] = []
    for one in entries:
        if one.mark not in said:
            found.append(one)
            said |= _marks(one)
    return found


def _marks(entry: Entry) -> set[tuple[str, str, str]]:
    turned = Entry(entry.into, entry.equivalent, entry.language, entry.term)
    return {entry.mark, turned.mark}
