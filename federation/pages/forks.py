"""Adaptations: making one; what its licence asks is told before, and only that is offered."""

from collections.abc import Mapping

from aiohttp import web
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired

from actors.errors import Refusal
from actors.rules import licences, permissions
from actors.rules.languages import MAX_TAG, canonical_tag, is_tag
from actors.tables.model import Model
from actors.verbs import forking
from actors.views import history
from federation.app_keys import DATABASE, SITE
from federation.pages import addresses, forms, models, rendering, saying, sessions, words
from federation.pages.forms import Form
from federation.pages.sessions import Visitor


class ForkForm(Form):
    """What kind of adaptation, and in which language."""

    kind = StringField(
        validators=[InputRequired(forms.MISSING), AnyOf(list(words.KINDS), forms.MISSING)]
    )
    language = StringField(validators=forms.required(MAX_TAG))


async def fork_page(request: web.Request) -> web.Response:
    """GET /m/{slug}/fork: what the licence says, then which kind and language."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    async with request.app[DATABASE].read() as session:
        source = await models.find(session, request.match_info["slug"])
    kind = "translation" if rendering.language(request) not in source.languages else "variant"
    return await _show_fork(request, here, source, kind, rendering.language(request), {})


async def fork(request: web.Request) -> web.Response:
    """POST /m/{slug}/fork: make the adaptation, and go on to its form."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, ForkForm)
    permissions.must_publish(acting.office)
    kind, language = str(form.kind.data or ""), canonical_tag(str(form.language.data or ""))
    faults = {} if form.validate() else forms.faults(form)
    if not is_tag(language):
        faults["language"] = forms.MISSING
    async with request.app[DATABASE].read() as session:
        source = await models.find(session, request.match_info["slug"])
    if faults:
        return await _show_fork(request, here, source, kind, language, faults)
    try:
        async with request.app[DATABASE].begin() as session:
            made = await forking.fork(
                session,
                request.app[SITE],
                acting.organisation,
                await models.find(session, request.match_info["slug"]),
                kind=kind,
                language=language,
                author=acting.member,
            )
    except Refusal as refused:
        return await _show_fork(request, here, source, kind, language, {"kind": refused.reason})
    raise web.HTTPSeeOther(saying.address(f"{addresses.page_of(made)}/edit", "forked"))


async def _show_fork(
    request: web.Request,
    here: Visitor,
    source: Model,
    kind: str,
    language: str,
    faults: Mapping[str, str],
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        author = await history.author(session, source)
    return rendering.page(
        request,
        here,
        "fork.html",
        status=422 if faults else 200,
        source=source,
        author=author,
        terms=licences.fork_terms(source.license),
        kind=kind,
        language=language,
        faults=faults,
    )
