"""Adaptations: making one, and taking what its source changed since.

The merge shows three columns for each section that needs a choice: what it was, what the source
says now, and what ours says. Nothing is taken that somebody could want to decide otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from aiohttp import web
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired

from actors.database import Session
from actors.errors import Conflicting, NotAllowed, Refusal, Unwise
from actors.rules import comparing, licences, permissions
from actors.rules.comparing import Mark
from actors.rules.languages import MAX_TAG, canonical_tag, is_tag
from actors.rules.merging import SectionMerge, Verdict
from actors.rules.sections import Section
from actors.tables.model import Model
from actors.verbs import forking
from actors.views import history, kin, siblings
from actors.views.access import Acting
from actors.views.lineage import Upstream
from federation.app_keys import DATABASE, SITE
from federation.pages import addresses, forms, models, reading, rendering, saying, sessions, words
from federation.pages.forms import Fields, Form
from federation.pages.kin import varied_by
from federation.pages.sessions import Visitor
from federation.pages.translating import N_
from federation.pages.writing import MAX_NOTE

CHOOSE: Final = N_("Please choose what becomes of this section.")
WRITE_SOMETHING: Final = N_("Please write the text that shall stand here.")
MOVED_ON: Final = N_(
    "Something changed while you were choosing. Your choices are still here: check them, and save."
)

Choice = Literal["theirs", "ours"] | Mapping[str, str]


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


@dataclass(frozen=True)
class Column:
    """One language of a section on three sides; a side that lacks it is None."""

    language: str
    base: str | None
    theirs: list[Mark] | None
    ours: list[Mark] | None


@dataclass(frozen=True)
class Row:
    """One section of the merge page.

    Attributes:
        merge: what the rules say about it.
        name: its title, for this reader.
        columns: the texts that differ, by language.
        choice: what is chosen at present: theirs, ours, own, or nothing yet.
        own: the texts of “write my own”, by language.
    """

    merge: SectionMerge
    name: str
    columns: tuple[Column, ...]
    choice: str
    own: Mapping[str, str]

    @property
    def is_conflict(self) -> bool:
        """Both sides changed it: nobody but a person can choose."""
        return self.merge.verdict is Verdict.CONFLICT

    @property
    def keeps_ours(self) -> bool:
        """Taking theirs keeps changes of our own in other lines or languages."""
        base, ours = self.merge.base, self.merge.ours
        changed = base is not None and ours is not None and base.digest != ours.digest
        return changed and self.merge.suggestion is not None


async def merge_page(request: web.Request) -> web.Response:
    """GET /m/{slug}/merge: what the source changed, beside ours."""
    here, acting = await sessions.acting(request)
    async with request.app[DATABASE].read() as session:
        model, upstream = await _beside(session, acting, request)
    return await _show_merge(request, here, model, upstream, None, {})


async def merge(request: web.Request) -> web.Response:
    """POST /m/{slug}/merge: the choices become a new version."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    slug, acting = request.match_info["slug"], here.acting
    async with request.app[DATABASE].read() as session:
        model, upstream = await _beside(session, acting, request)
    if acting is None or not forms.token_fits(here, given):
        problem = forms.SIGNED_OUT if acting is None else forms.OTHER_SESSION
        return await _show_merge(request, here, model, upstream, given, {}, problem=problem)
    choices, faults = _choices(given, upstream)
    if given.get("seen") != _seen(upstream):
        return await _show_merge(request, here, model, upstream, given, faults, problem=MOVED_ON)
    if faults:
        return await _show_merge(request, here, model, upstream, given, faults)
    try:
        async with request.app[DATABASE].begin() as session:
            await forking.merge(
                session,
                request.app[SITE],
                await models.find(session, slug),
                choices,
                author=acting.member,
                note=given.get("note", "").strip()[:MAX_NOTE],
                taken_from=request.query.get("from"),
            )
    except Refusal as refused:
        return await _show_merge(
            request, here, model, upstream, given, _beside_fields(refused), problem=refused.reason
        )
    raise web.HTTPSeeOther(saying.address(addresses.page_of(model), "merged"))


def _beside_fields(refused: Refusal) -> dict[str, str]:
    if isinstance(refused, Conflicting):
        return {f"choice.{key}": CHOOSE for key in refused.keys}
    if isinstance(refused, Unwise):
        return {path.replace("choices.", "choice.", 1): say for path, say in refused.fields.items()}
    return {}


async def _beside(
    session: Session, acting: Acting | None, request: web.Request
) -> tuple[Model, Upstream]:
    """A fork and its source, or the relative that is asked for, for a member who may change it.

    Raises:
        NotAllowed: it is no fork, somebody else's, or her office does not allow it. A reader whose
            session has just ended is let through, to be shown what she typed.
    """
    model = await models.find(session, request.match_info["slug"])
    upstream = await kin.choose(session, model, request.query.get("from"))
    if upstream is None or not model.is_ours:
        raise NotAllowed("This model is not an adaptation of ours.")
    if acting is not None:
        if model.actor_id != acting.organisation.id:
            raise NotAllowed("Only the organisation that published a model can change it.")
        permissions.must_publish(acting.office)
    return model, upstream


def _choices(given: Fields, upstream: Upstream) -> tuple[dict[str, Choice], dict[str, str]]:
    """What was chosen for each section, and field → fault where something is missing."""
    choices: dict[str, Choice] = {}
    faults: dict[str, str] = {}
    for row in reading.source_changes(upstream):
        chosen = given.get(f"choice.{row.key}", "")
        if chosen == "theirs":
            choices[row.key] = "theirs"
        elif chosen == "ours":
            choices[row.key] = "ours"
        elif chosen == "own":
            texts = {tag: text for tag, text in _own(given, row).items() if text.strip()}
            choices[row.key] = texts
            if not texts:
                faults[f"own.{row.key}"] = WRITE_SOMETHING
        else:
            faults[f"choice.{row.key}"] = CHOOSE
    return choices, faults


def _own(given: Fields, row: SectionMerge) -> dict[str, str]:
    return {
        tag: given[f"own.{row.key}.{tag}"]
        for tag in _languages(row)
        if f"own.{row.key}.{tag}" in given
    }


def _languages(row: SectionMerge) -> tuple[str, ...]:
    sides = [side.texts for side in (row.ours, row.theirs) if side is not None]
    return tuple(dict.fromkeys(tag for texts in sides for tag in texts))


def _seen(upstream: Upstream) -> str:
    """Which two versions the page showed."""
    return f"{upstream.current.iri} {upstream.ours.iri}"


def _rows(upstream: Upstream, given: Fields | None, language: str) -> list[Row]:
    rows: list[Row] = []
    for merged in reading.source_changes(upstream):
        default = "" if merged.verdict is Verdict.CONFLICT else "theirs"
        start = merged.suggestion or merged.ours or merged.theirs
        own = {tag: "" if start is None else start.texts.get(tag, "") for tag in _languages(merged)}
        shown = merged.theirs or merged.ours or merged.base
        names = {} if shown is None else dict(shown.names)
        rows.append(
            Row(
                merge=merged,
                name=reading.best(names, language, upstream.current.sheet["language"])[0],
                columns=_columns(merged),
                choice=default if given is None else given.get(f"choice.{merged.key}", default),
                own=own if given is None else own | _own(given, merged),
            )
        )
    return rows


def _columns(row: SectionMerge) -> tuple[Column, ...]:
    base, theirs, ours = (_texts(side) for side in (row.base, row.theirs, row.ours))
    differing = [
        tag
        for tag in dict.fromkeys((*base, *theirs, *ours))
        if not base.get(tag) == theirs.get(tag) == ours.get(tag)
    ]
    return tuple(
        Column(tag, base.get(tag), _marks(base, theirs, tag), _marks(base, ours, tag))
        for tag in differing
    )


def _texts(side: Section | None) -> Mapping[str, str]:
    return {} if side is None else side.texts


def _marks(base: Mapping[str, str], side: Mapping[str, str], tag: str) -> list[Mark] | None:
    """A side's text with its words marked: those it added to the base, and those it dropped."""
    if tag not in side:
        return None
    if tag not in base:
        return [("same", side[tag])]
    return comparing.words(base[tag], side[tag])


async def _show_merge(
    request: web.Request,
    here: Visitor,
    model: Model,
    upstream: Upstream,
    given: Fields | None,
    faults: Mapping[str, str],
    *,
    problem: str = "",
) -> web.Response:
    rows = _rows(upstream, given, rendering.language(request))
    async with request.app[DATABASE].read() as session:
        candidates = await kin.candidates(session, model)
        others = await siblings.of(session, model)
    kept = [row for row in upstream.sections if row.verdict in (Verdict.OURS, Verdict.ALIKE)]
    return rendering.page(
        request,
        here,
        "merge.html",
        status=422 if faults or problem else 200,
        model=model,
        upstream=upstream,
        rows=rows,
        kept=kept,
        seen=_seen(upstream),
        note="" if given is None else given.get("note", ""),
        faults=faults,
        problem=problem,
        candidates=candidates,
        varied={
            key: [varied_by(one) for one in varied if one.by.model.id != _shown(upstream)]
            for key, varied in others.by_section.items()
        },
    )


def _shown(upstream: Upstream) -> int:
    """Whose text stands on the page already."""
    return upstream.source.id if upstream.source is not None else 0
