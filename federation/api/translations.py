"""Translations: how far each language is, and one language, prepared piece by piece."""

import asyncio
from typing import Any, Final

from aiohttp import web

from actors.database import Session
from actors.documents.model import render_ahead
from actors.errors import NotAllowed, Unwise
from actors.rules import comparing, permissions
from actors.rules.glossaries import Finder
from actors.rules.translations import HEADING, Unit, standing
from actors.tables.model import Model
from actors.verbs import translating
from actors.verbs.translating import Saying
from actors.views import glossaries, history
from actors.views import translations as views
from actors.views.access import Acting
from actors.views.translations import Behind, Work
from federation.api import answers, models
from federation.api.authenticating import READ, WRITE, acting
from federation.api.operations import Operation
from federation.api.shapes import ListOf, Record, Text, read_body
from federation.app_keys import DATABASE, SITE

_PATH_OF_HEADING: Final = ".title"
"""What title and sentence are called in paths; no key of a section has a dot."""

PIECE: Final = Record(
    "A section in this language, prepared and not published.",
    {
        "name": Text("Its title; for `.title`, that of the model.", may_be_empty=True),
        "text": Text("Its text, Markdown; for `.title`, the one sentence.", may_be_empty=True),
        "source": Text("The digest of the source that was translated; by default what it is now."),
        "seen": Text(
            "`standing` as it was read: refused with 409 if it is another now.", may_be_empty=True
        ),
    },
    frozenset({"text"}),
)
CONFIRMED: Final = Record(
    "Translations that are still right although their source has changed.",
    {"sections": ListOf("Keys of sections.", Text("A key, or `.title`."), least=1)},
    frozenset({"sections"}),
)
PUBLICATION: Final = Record(
    "A new version with everything that is prepared in this language.",
    {"note": Text("What is new, for the history.", may_be_empty=True)},
)


async def overview(request: web.Request) -> web.Response:
    """GET models/{id}/translations: as published."""
    async with request.app[DATABASE].read() as session:
        row = await models.named(request, session)
        sheet = history.sheet(await history.head(session, row))
    items = [
        {
            "language": one.language,
            "title": one.heading,
            "sections": one.total,
            "new": one.new,
            "stale": one.stale,
            "fresh": one.fresh,
            "own": one.own,
        }
        for one in views.overview(sheet)
    ]
    return answers.respond({"language": sheet.language, "items": items, "next": None})


async def read(request: web.Request) -> web.Response:
    """GET models/{id}/translations/{language}: sources, translations, what is prepared."""
    who = await acting(request, READ)
    async with request.app[DATABASE].read() as session:
        answer = await _answer(session, who, await _ours(request, session, who), _language(request))
    return answers.respond(answer)


async def save(request: web.Request) -> web.Response:
    """PUT models/{id}/translations/{language}/{section}: prepare one section."""
    who = await acting(request, WRITE)
    language, key = _language(request), _section(request)
    values = await read_body(request, PIECE)
    said = Saying(
        key, values.get("name", ""), values["text"], values.get("source"), values.get("seen")
    )
    async with request.app[DATABASE].begin() as session:
        row = await _ours(request, session, who)
        try:
            crossed = await translating.save(
                session, request.app[SITE], row, language, [said], author=who.member
            )
        except Unwise as refusal:
            fields = {"text": next(iter(refusal.fields.values()), refusal.reason)}
            raise Unwise(refusal.reason, fields=fields) from refusal
        translating.must_not_cross(crossed)
        answer = await _answer(session, who, row, language)
    return answers.respond(answer)


async def drop(request: web.Request) -> web.Response:
    """DELETE models/{id}/translations/{language}/{section}: throw away what is prepared."""
    who = await acting(request, WRITE)
    async with request.app[DATABASE].begin() as session:
        row = await _ours(request, session, who)
        await translating.drop(session, row, _language(request), [_section(request)])
    return web.Response(status=204)


async def confirm(request: web.Request) -> web.Response:
    """POST models/{id}/translations/{language}/confirm."""
    who = await acting(request, WRITE)
    language = _language(request)
    values = await read_body(request, CONFIRMED)
    keys = [HEADING if key == _PATH_OF_HEADING else key for key in values["sections"]]
    async with request.app[DATABASE].begin() as session:
        row = await _ours(request, session, who)
        await translating.confirm(
            session, request.app[SITE], row, language, keys, author=who.member
        )
        answer = await _answer(session, who, row, language)
    return answers.respond(answer)


async def publish(request: web.Request) -> web.Response:
    """POST models/{id}/translations/{language}/publish: a new version."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    language = _language(request)
    values = await read_body(request, PUBLICATION)
    async with request.app[DATABASE].read() as session:
        row = await _ours(request, session, who)
        ahead = await views.rendered(session, row, language, {})
    await asyncio.to_thread(render_ahead, ahead)
    async with request.app[DATABASE].begin() as session:
        row = await _ours(request, session, who)
        note = values.get("note", "")
        try:
            await translating.publish(
                session, request.app[SITE], row, language, author=who.member, note=note
            )
        except Unwise as refusal:
            raise models.in_words_of_the_body(refusal) from refusal
        answer = await answers.model(session, row)
    return answers.respond(answer, status=201, location=models.location(request, row, answer))


async def take(request: web.Request) -> web.Response:
    """POST models/{id}/translations/take: the source's new texts, translations marked as behind."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    values = await read_body(request, PUBLICATION)
    async with request.app[DATABASE].begin() as session:
        row = await _ours(request, session, who)
        await translating.take_sources(
            session, request.app[SITE], row, author=who.member, note=values.get("note", "")
        )
        answer = await answers.model(session, row)
    return answers.respond(answer, status=201, location=models.location(request, row, answer))


def _language(request: web.Request) -> str:
    return translating.language_of(request.match_info["language"])


def _section(request: web.Request) -> str:
    key = request.match_info["section"]
    return HEADING if key == _PATH_OF_HEADING else key


async def _ours(request: web.Request, session: Session, who: Acting) -> Model:
    """The model in the path, for somebody who may translate it.

    Raises:
        NotFound, Gone: as `models.named`.
        NotAllowed: it is another's, or the member's office does not reach that far.
    """
    row = await models.named(request, session)
    if row.actor_id != who.organisation.id:
        raise NotAllowed("This model belongs to another organisation; fork it instead.")
    permissions.must_translate(who.office)
    return row


async def _answer(session: Session, who: Acting, row: Model, language: str) -> answers.Answer:
    """Schema `Translation`."""
    work = await views.work(session, row, language)
    known = await glossaries.for_model(session, who.organisation, row, *work.sheets)
    finder = Finder(known, language)
    return {
        "language": language,
        "version": work.number,
        "done": work.done,
        "sections": work.total,
        "prepared": work.prepared,
        "waiting": list(work.waiting),
        "units": [_unit(unit, work, finder) for unit in work.units],
        "lost": [
            {"section": key, "name": one.name, "text": one.text} for key, one in work.lost.items()
        ],
    }


def _unit(unit: Unit, work: Work, finder: Finder) -> answers.Answer:
    source, piece = unit.source, unit.piece
    text = "" if source is None else f"{unit.source_name}\n{source.text}"
    found = () if source is None else finder.found_in(text, source.language)
    return {
        "section": unit.key or _PATH_OF_HEADING,
        "state": unit.state.value,
        "needsWork": unit.needs_work,
        "source": None
        if source is None
        else {
            "language": source.language,
            "name": unit.source_name,
            "text": source.text,
            "digest": source.digest,
        },
        "name": unit.name,
        "text": unit.text,
        "prepared": None
        if piece is None
        else {
            "name": piece.name,
            "text": piece.text,
            "source": piece.source,
            "late": unit.is_late,
            "overtaken": unit.is_overtaken,
        },
        "standing": standing(unit.shown_name, unit.shown_text),
        "changed": _changed(work.behind.get(unit.key)),
        "words": [
            {"term": one.term, "equivalent": one.equivalent, "note": one.note} for one in found
        ],
    }


def _changed(why: Behind | None) -> answers.Answer | None:
    if why is None:
        return None
    marks = [] if why.before is None else comparing.words(why.before, why.now)
    return {
        "at": None if why.changed_at is None else answers.time(why.changed_at),
        "words": [{"op": op, "text": text} for op, text in marks],
    }


_NOT_OURS: Final[dict[int, str]] = {404: "There is no such model.", 410: "It was deleted."}
_ONE: Final = "/models/{id}/translations/{language}"


def _operation(**given: Any) -> Operation:
    problems = {**_NOT_OURS, **given.pop("problems", {})}
    return Operation(**given, problems=problems)


OPERATIONS: Final = (
    _operation(
        method="GET",
        path="/models/{id}/translations",
        name="listLanguages",
        says="How far each language of a model is",
        handler=overview,
        answer="Languages",
    ),
    _operation(
        method="POST",
        path="/models/{id}/translations/take",
        name="takeNewSources",
        says="In a fork that translates: take the new texts of its source",
        handler=take,
        scope=WRITE,
        status=201,
        answer="Model",
        body=PUBLICATION,
        has_location=True,
        problems={
            404: "There is no such model, it is no fork, or its source has not moved.",
            409: "Both sides changed a section; `keys` names them: choose, with a merge.",
        },
    ),
    _operation(
        method="GET",
        path=_ONE,
        name="readTranslation",
        says="Read a model in one language, as its translator meets it",
        handler=read,
        scope=READ,
        answer="Translation",
    ),
    _operation(
        method="PUT",
        path=f"{_ONE}/sections/{{section}}",
        name="prepareTranslation",
        says="Prepare a section in a language; nobody else sees it",
        handler=save,
        scope=WRITE,
        answer="Translation",
        body=PIECE,
        problems={409: "Somebody else prepared something there since `seen` was read."},
    ),
    _operation(
        method="DELETE",
        path=f"{_ONE}/sections/{{section}}",
        name="dropTranslation",
        says="Throw away what is prepared for a section",
        handler=drop,
        scope=WRITE,
        status=204,
    ),
    _operation(
        method="POST",
        path=f"{_ONE}/confirm",
        name="confirmTranslations",
        says="Say that translations are still right although their source has changed",
        handler=confirm,
        scope=WRITE,
        answer="Translation",
        body=CONFIRMED,
    ),
    _operation(
        method="POST",
        path=f"{_ONE}/publish",
        name="publishTranslation",
        says="Publish what is prepared in a language, as a new version",
        handler=publish,
        scope=WRITE,
        status=201,
        answer="Model",
        body=PUBLICATION,
        has_location=True,
        problems={
            404: "There is no such model, or nothing is prepared.",
            409: "Another text was published meanwhile; `keys` names the sections.",
        },
    ),
)
