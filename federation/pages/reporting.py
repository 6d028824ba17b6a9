"""Reporting: a member tells the stewards about an organisation, or about one of its posts."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from wtforms import BooleanField, StringField

from actors.database import Session
from actors.errors import Refusal
from actors.rules import permissions
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import reporting
from federation.app_keys import DATABASE, SITE
from federation.pages import addresses, forms, organisations, rendering, saying, sessions
from federation.pages.forms import Form
from federation.pages.remarks import seen
from federation.pages.sessions import Visitor


class ReportForm(Form):
    """Who, which post of theirs, why, and whether their site is told."""

    handle = StringField(validators=forms.optional(300))
    post = StringField(validators=forms.optional(20))
    category = StringField(validators=forms.optional(20))
    comment = StringField(validators=forms.optional(reporting.LONGEST_COMMENT))
    forward = BooleanField()


@dataclass(frozen=True)
class Subject:
    """What is reported: somebody, and one post or none."""

    actor: Actor
    post: Model | Remark | None = None


async def report_page(request: web.Request) -> web.Response:
    """GET /report?handle= or ?post=: the form."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    handle, post = request.query.get("handle", ""), request.query.get("post", "")
    async with request.app[DATABASE].read() as session:
        subject = await _subject(session, handle, post, acting.organisation)
    return _show(request, here, subject, ReportForm(), faults={})


async def report(request: web.Request) -> web.Response:
    """POST /report."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, ReportForm)
    permissions.must_publish(acting.office)
    us, handle, post = acting.organisation, form.handle.data or "", form.post.data or ""
    async with request.app[DATABASE].read() as session:
        subject = await _subject(session, handle, post, us)
    if not form.validate():
        return _show(request, here, subject, form, faults=forms.faults(form))
    try:
        async with request.app[DATABASE].begin() as session:
            await reporting.report(
                session,
                request.app[SITE],
                us,
                subject.actor,
                [] if subject.post is None else [subject.post],
                comment=form.comment.data or "",
                category=form.category.data or "other",
                forwards=bool(form.forward.data),
            )
    except Refusal as refused:
        return _show(request, here, subject, form, faults={"comment": refused.reason})
    raise web.HTTPSeeOther(saying.address(addresses.page_of_actor(subject.actor), "reported"))


async def _subject(session: Session, handle: str, post: str, us: Actor) -> Subject:
    """What is meant, as far as the reporter may see it.

    Raises:
        NotFound, Gone: there is nothing.
    """
    if not post:
        return Subject(await organisations.known(session, handle))
    item = await seen(session, post, us)
    return Subject(item.author, item.subject)


def _show(
    request: web.Request,
    here: Visitor,
    subject: Subject,
    form: ReportForm,
    *,
    faults: Mapping[str, str],
) -> web.Response:
    return rendering.page(
        request,
        here,
        "report.html",
        status=422 if faults else 200,
        actor=subject.actor,
        post=subject.post,
        categories=reporting.CATEGORIES,
        category=form.category.data or "other",
        comment=form.comment.data or "",
        forward=form.forward.data,
        faults=faults,
    )
