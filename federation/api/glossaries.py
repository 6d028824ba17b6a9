"""Glossaries: how an organisation, or one of its models, says its words in other languages."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from actors.database import Session
from actors.errors import NotAllowed, Unwise
from actors.rules import glossaries as rules
from actors.rules import permissions
from actors.rules.glossaries import Entry
from actors.site import id_in
from actors.tables.model import Model
from actors.tables.translation import Term
from actors.verbs import defining
from actors.views import glossaries as views
from actors.views.access import Acting
from federation.api import answers, models
from federation.api.authenticating import READ, WRITE, acting
from federation.api.operations import Operation
from federation.api.shapes import Record, Text, read_body
from federation.app_keys import DATABASE, SITE

ENTRY: Final = Record(
    "An entry of a glossary.",
    {
        "term": Text("The word."),
        "language": Text("Its language (BCP 47)."),
        "equivalent": Text("How it is said; empty if it is not translated.", may_be_empty=True),
        "equivalentLanguage": Text("In which language (BCP 47)."),
        "note": Text("For whoever translates.", may_be_empty=True),
    },
    frozenset({"term", "language", "equivalentLanguage"}),
)
TABLE: Final = Record(
    "A table for a glossary.",
    {"csv": Text("Lines of word, language, equivalent, language, note; commas, semicolons, tabs.")},
    frozenset({"csv"}),
)
WRITING: Final = Record(
    "A new version with the glossary in it.",
    {
        "note": Text("What is new, for the history.", may_be_empty=True),
        "name": Text("The title of the section, if it is new."),
    },
)


async def listed(request: web.Request) -> web.Response:
    """GET glossary, models/{id}/glossary."""
    who = await acting(request, READ)
    async with request.app[DATABASE].read() as session:
        model = await _model(request, session, who)
        rows = await views.rows(session, who.organisation, model)
    return answers.respond({"items": [_answer(row) for row in rows], "next": None})


async def table(request: web.Request) -> web.Response:
    """GET glossary.csv, models/{id}/glossary.csv."""
    who = await acting(request, READ)
    async with request.app[DATABASE].read() as session:
        model = await _model(request, session, who)
        rows = await views.rows(session, who.organisation, model)
    text = rules.write_table(views.entry(row) for row in rows)
    return web.Response(text=text, content_type="text/csv", charset="utf-8")


async def define(request: web.Request) -> web.Response:
    """POST glossary, models/{id}/glossary: say how a word is said."""
    who = await acting(request, WRITE)
    entry = _entry(await read_body(request, ENTRY))
    return await _defined(request, who, [entry])


async def bring_in(request: web.Request) -> web.Response:
    """POST glossary/import, models/{id}/glossary/import: a table."""
    who = await acting(request, WRITE)
    values = await read_body(request, TABLE)
    try:
        entries = rules.read_table(values["csv"])
    except Unwise as refusal:
        fields = {f"csv.{line}": words for line, words in refusal.fields.items()}
        raise Unwise(refusal.reason, fields=fields) from refusal
    return await _defined(request, who, list(entries))


async def change(request: web.Request) -> web.Response:
    """PUT glossary/{id}: say it otherwise."""
    who = await acting(request, WRITE)
    permissions.must_translate(who.office)
    entry = _entry(await read_body(request, ENTRY))
    number = id_in(request.match_info["id"]) or 0
    async with request.app[DATABASE].begin() as session:
        try:
            row = await defining.change(session, request.app[SITE], who.organisation, number, entry)
        except Unwise as refusal:
            raise _in_words_of_the_body(refusal) from refusal
        answer = _answer(row)
    return answers.respond(answer)


async def forget(request: web.Request) -> web.Response:
    """DELETE glossary/{id}."""
    who = await acting(request, WRITE)
    permissions.must_translate(who.office)
    async with request.app[DATABASE].begin() as session:
        await defining.forget(session, who.organisation, id_in(request.match_info["id"]) or 0)
    return web.Response(status=204)


async def write_down(request: web.Request) -> web.Response:
    """POST models/{id}/glossary/publish: into the sheet, as a new version."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    values = await read_body(request, WRITING)
    async with request.app[DATABASE].begin() as session:
        row = await models.owned(request, session, who)
        await defining.write_down(
            session,
            request.app[SITE],
            row,
            author=who.member,
            note=values.get("note", ""),
            name=values.get("name", "Glossary"),
        )
        answer = await answers.model(session, row)
    return answers.respond(answer, status=201, location=models.location(request, row, answer))


async def _defined(request: web.Request, who: Acting, entries: list[Entry]) -> web.Response:
    async with request.app[DATABASE].begin() as session:
        model = await _model(request, session, who)
        try:
            await defining.define(
                session,
                request.app[SITE],
                who.organisation,
                entries,
                model=model,
                author=who.member,
            )
        except Unwise as refusal:
            raise _in_words_of_the_body(refusal) from refusal
        rows = await views.rows(session, who.organisation, model)
    return answers.respond({"items": [_answer(row) for row in rows], "next": None}, status=201)


async def _model(request: web.Request, session: Session, who: Acting) -> Model | None:
    """The model in the path, for somebody who may translate it; None where there is none.

    Raises:
        NotFound, Gone: as `models.named`.
        NotAllowed: it is another's, or the member's office does not reach that far.
    """
    permissions.must_translate(who.office)
    if "id" not in request.match_info:
        return None
    row = await models.named(request, session)
    if row.actor_id != who.organisation.id:
        raise NotAllowed("This model belongs to another organisation; fork it instead.")
    return row


def _entry(values: Mapping[str, Any]) -> Entry:
    return Entry(
        language=values["language"],
        term=values["term"],
        into=values["equivalentLanguage"],
        equivalent=values.get("equivalent", ""),
        note=values.get("note", ""),
    )


def _in_words_of_the_body(refusal: Unwise) -> Unwise:
    fields = {
        "equivalentLanguage" if name == "into" else name: words
        for name, words in refusal.fields.items()
    }
    return Unwise(refusal.reason, fields=fields)


def _answer(row: Term) -> answers.Answer:
    """Schema `GlossaryEntry`."""
    return {
        "id": str(row.id),
        "term": row.term,
        "language": row.language,
        "equivalent": row.equivalent,
        "equivalentLanguage": row.into,
        "note": row.note,
        "changed": answers.time(row.changed_at),
    }


_OF_A_MODEL: Final = {404: "There is no such model.", 410: "It was deleted."}


def _both(
    method: str, path: str, name: str, says: str, handler: Any, **given: Any
) -> tuple[Operation, Operation]:
    """An operation on the glossary of the organisation, and the same on that of a model."""
    own = Operation(method, f"/glossary{path}", name, says, handler, **given)
    of_a_model = Operation(
        method,
        f"/models/{{id}}/glossary{path}",
        f"{name}OfModel",
        f"{says} (of one model)",
        handler,
        **given,
        problems=_OF_A_MODEL,
    )
    return own, of_a_model


OPERATIONS: Final = (
    *_both("GET", "", "listGlossary", "List the glossary", listed, scope=READ, answer="Glossary"),
    *_both(
        "GET",
        ".csv",
        "tableOfGlossary",
        "The glossary as a table for a spreadsheet",
        table,
        scope=READ,
        media="text/csv",
    ),
    *_both(
        "POST",
        "",
        "defineWord",
        "Say how a word is said in another language",
        define,
        scope=WRITE,
        status=201,
        answer="Glossary",
        body=ENTRY,
    ),
    *_both(
        "POST",
        "/import",
        "importGlossary",
        "Bring a table in",
        bring_in,
        scope=WRITE,
        status=201,
        answer="Glossary",
        body=TABLE,
    ),
    Operation(
        method="PUT",
        path="/glossary/{id}",
        name="changeEntry",
        says="Say an entry otherwise",
        handler=change,
        scope=WRITE,
        answer="GlossaryEntry",
        body=ENTRY,
        problems={404: "There is no such entry.", 409: "Another entry is about that word."},
    ),
    Operation(
        method="DELETE",
        path="/glossary/{id}",
        name="forgetEntry",
        says="Strike an entry out",
        handler=forget,
        scope=WRITE,
        status=204,
        problems={404: "There is no such entry."},
    ),
    Operation(
        method="POST",
        path="/models/{id}/glossary/publish",
        name="publishGlossary",
        says="Write the glossary of a model into its sheet, as a new version",
        handler=write_down,
        scope=WRITE,
        status=201,
        answer="Model",
        body=WRITING,
        has_location=True,
        problems={
            404: "There is no such model, or it has no entries of its own.",
            409: "The sheet says all of this already.",
            410: "It was deleted.",
        },
    ),
)
