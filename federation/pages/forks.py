"""Adaptations: making one; what its licence asks is told before, and only that is offered."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from wtforms import BooleanField, StringField
from wtforms.validators import AnyOf, InputRequired

from activitypub.canonical_json import Json
from actors.documents.model import render_ahead
from actors.errors import Refusal, Unwise
from actors.rules import legal_forms, licences, permissions
from actors.rules.codes.lists import code_list
from actors.rules.languages import MAX_TAG, canonical_tag, is_tag
from actors.rules.sections import MAX_NAME, Role
from actors.tables.model import Model
from actors.verbs import forking
from actors.views import history, lineage
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE
from federation.pages import (
    addresses,
    forms,
    models,
    reading,
    rendering,
    saying,
    sessions,
    sheet_form,
    words,
)
from federation.pages.forms import Form
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

READ_IT: Final = N_("Please read what this licence asks, and tick this box.")
NOT_IN_LIST: Final = sheet_form.NOT_IN_LIST


class ForkForm(Form):
    """What kind of adaptation, its name and language, its licence, and where it will be run."""

    kind = StringField(
        validators=[InputRequired(forms.MISSING), AnyOf(list(words.KINDS), forms.MISSING)]
    )
    language = StringField(validators=forms.required(MAX_TAG))
    name = StringField(validators=forms.optional(MAX_NAME))
    license = StringField(validators=forms.optional(100))
    form = StringField(validators=forms.optional(100))
    country = StringField(validators=forms.optional(10))
    understood = BooleanField()


@dataclass(frozen=True)
class Typed:
    """What was typed, shown again with its faults."""

    kind: str
    language: str
    name: str = ""
    license: str = ""
    form: str = ""
    country: str = ""
    understood: bool = False


async def fork_page(request: web.Request) -> web.Response:
    """GET /m/{slug}/fork: what the licence says, then what it will be."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    async with request.app[DATABASE].read() as session:
        source = await models.find(session, request.match_info["slug"])
    language = rendering.language(request)
    kind = "translation" if language not in source.languages else "variant"
    typed = Typed(kind, language, license=source.license)
    return await _show(request, here, acting, source, typed, {})


async def fork(request: web.Request) -> web.Response:
    """POST /m/{slug}/fork: make the adaptation, and go on to its workspace."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, ForkForm)
    permissions.must_publish(acting.office)
    async with request.app[DATABASE].read() as session:
        source = await models.find(session, request.match_info["slug"])
    typed = _typed(form, source)
    faults = {} if form.validate() else forms.faults(form)
    faults |= _faults(typed, source)
    if faults:
        return await _show(request, here, acting, source, typed, faults)
    async with request.app[DATABASE].read() as session:
        taken = history.sheet(await history.head(session, source))
    await asyncio.to_thread(render_ahead, taken)
    try:
        async with request.app[DATABASE].begin() as session:
            made = await forking.fork(
                session,
                request.app[SITE],
                acting.organisation,
                await models.find(session, request.match_info["slug"]),
                kind=typed.kind,
                language=typed.language,
                author=acting.member,
                name=typed.name,
                wanted_license=typed.license,
                facts=_facts(typed, taken.facts),
            )
    except Refusal as refused:
        told = {"kind": refused.reason}
        if isinstance(refused, Unwise) and refused.fields:
            told = {
                "name" if path.startswith("names.") else path: why
                for path, why in refused.fields.items()
            }
        return await _show(request, here, acting, source, typed, told)
    raise web.HTTPSeeOther(saying.address(f"{addresses.page_of(made)}/workspace", "forked"))


def _typed(form: ForkForm, source: Model) -> Typed:
    return Typed(
        kind=str(form.kind.data or ""),
        language=canonical_tag(str(form.language.data or "")),
        name=str(form.name.data or "").strip(),
        license=str(form.license.data or source.license),
        form=str(form.form.data or ""),
        country=str(form.country.data or ""),
        understood=bool(form.understood.data),
    )


def _faults(typed: Typed, source: Model) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not is_tag(typed.language):
        faults["language"] = forms.MISSING
    if typed.form and code_list("legal-forms").find(typed.form) is None:
        faults["form"] = NOT_IN_LIST
    if typed.country and typed.country not in countries():
        faults["country"] = NOT_IN_LIST
    if source.license not in licences.LICENCES and not typed.understood:
        faults["understood"] = READ_IT
    return faults


def countries() -> tuple[str, ...]:
    """The countries whose legal forms we know."""
    forms_known = code_list("legal-forms").codes.values()
    return tuple(sorted({one.broader for one in forms_known if one.broader is not None}))


def _facts(typed: Typed, before: Mapping[str, Json]) -> dict[str, Json]:
    """Where it will be run, and as what: in place of what the source says of itself."""
    if typed.kind == "translation":
        return {}
    facts: dict[str, Json] = {}
    form = code_list("legal-forms").find(typed.form) if typed.form else None
    country = typed.country or (form.broader if form is not None else None) or ""
    if form is not None:
        said = before.get("legalFormIn")
        others = said if isinstance(said, list) else [said] if said else []
        facts["legalFormIn"] = [form.iri, *(one for one in others if one != form.iri)]
    territory = code_list("territories").find(country) if country else None
    if territory is not None:
        facts["territory"] = [territory.iri]
    return facts


async def _show(
    request: web.Request,
    here: Visitor,
    acting: Acting,
    source: Model,
    typed: Typed,
    faults: Mapping[str, str],
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        author = await history.author(session, source)
        sheet = history.sheet(await history.head(session, source))
        made = await lineage.made_by(session, acting.organisation, source)
    text = reading.read(sheet, (rendering.language(request),))
    return rendering.page(
        request,
        here,
        "fork.html",
        status=422 if faults else 200,
        source=source,
        author=author,
        terms=licences.fork_terms(source.license),
        asks=licences.asks(source.license),
        licences_allowed=licences.choices(source.license),
        rights=[one for one in text.sections if one.section.role is Role.RIGHTS],
        legal_forms=legal_forms.of_social_economy(),
        countries=countries(),
        made=made,
        typed=typed,
        faults=faults,
    )
