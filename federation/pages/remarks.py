"""Remarks: the conversation about a model, and answering in it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from wtforms import StringField

from activitypub import markup
from activitypub.addressing import Visibility
from actors.database import Session
from actors.errors import Gone, NotFound, Refusal
from actors.rules import permissions
from actors.rules.languages import MAX_TAG, canonical_tag, is_tag
from actors.site import Site, id_in
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import remarking
from actors.verbs.remarking import LONGEST_REMARK
from actors.views import history, reception, shelves, timelines
from actors.views.access import Acting
from actors.views.timelines import Item
from federation import addressees, looking
from federation.app_keys import DATABASE, LOOKUP, SITE
from federation.pages import addresses, forms, pausing, rendering, saying, sessions
from federation.pages.forms import Form
from federation.pages.sessions import Visitor


class ReplyForm(Form):
    """What is said about something, as Markdown, and its language."""

    text = StringField(validators=forms.required(LONGEST_REMARK))
    language = StringField(validators=forms.optional(MAX_TAG))


@dataclass(frozen=True)
class Typed:
    """What somebody has to say about a model or a remark.

    Attributes:
        item: what it is about.
        text: what is said, as Markdown.
        language: the language of the text.
    """

    item: Item
    text: str
    language: str


async def remark(request: web.Request) -> web.Response:
    """GET /remarks/{id}: one remark, what it answers, and what answers it."""
    here = await sessions.visitor(request)
    return await _show(request, here, text="", faults={})


async def reply(request: web.Request) -> web.Response:
    """POST /remarks/{id}, where the id may be a model's: answer it, to those who may see it."""
    return await post(request, _show, _reply)


async def _reply(session: Session, site: Site, acting: Acting, typed: Typed) -> str:
    item, circle = typed.item, circle_of(typed.item)
    await remarking.remark(
        session,
        site,
        acting.organisation,
        text=typed.text,
        in_reply_to=item.subject,
        visible=circle,
        language=typed.language,
    )
    await pausing.done(session, acting, f"/remarks/{item.id}")
    said = "replied-alone" if circle is Visibility.DIRECT else "replied"
    return saying.address(page_of(item), said)


async def post(
    request: web.Request,
    show: Callable[..., Awaitable[web.Response]],
    say: Callable[[Session, Site, Acting, Typed], Awaitable[str]],
) -> web.Response:
    """What somebody typed about a model or a remark is said, or shown again with what is wrong.

    Args:
        request: the form, sent to an address that names what it is about.
        show: the page with the form, with what was typed (`text`), `faults` and a `problem`.
        say: says it in a transaction, and answers where to go from there.
    """
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    form = ReplyForm(given)
    acting, text = here.acting, form.text.data or ""
    if acting is None or not forms.token_fits(here, given):
        problem = forms.SIGNED_OUT if acting is None else forms.OTHER_SESSION
        return await show(request, here, text=text, faults={}, problem=problem)
    permissions.must_publish(acting.office)
    if not form.validate():
        return await show(request, here, text=text, faults=forms.faults(form))
    async with request.app[DATABASE].read() as session:
        item = await seen(session, request.match_info["id"], acting.organisation)
    await addressees.make_known(request.app[LOOKUP], text)
    typed = Typed(item, text, _language(request, form))
    try:
        async with request.app[DATABASE].begin() as session:
            address = await say(session, request.app[SITE], acting, typed)
    except Refusal as refused:
        return await show(request, here, text=text, faults={"text": refused.reason})
    raise web.HTTPSeeOther(address)


async def _show(
    request: web.Request, here: Visitor, *, text: str, faults: Mapping[str, str], problem: str = ""
) -> web.Response:
    """A conversation, with the reply that was typed and what is wrong with it."""
    async with request.app[DATABASE].read() as session:
        item = await seen(session, request.match_info["id"], here.organisation)
        above, below = await timelines.thread(session, item, here.organisation)
        shown = [one.subject for one in (*above, item, *below)]
        receptions = await reception.receptions(session, here.organisation, shown)
        wordings = (
            await reception.wordings(session, item.subject)
            if isinstance(item.subject, Remark)
            else []
        )
        begun = await pausing.begun(session, here, f"/remarks/{item.id}")
        named = await _named(session, here, item)
    if here.acting is not None:
        await looking.look(request.app, item.subject)
    return rendering.page(
        request,
        here,
        "remark.html",
        status=422 if faults or problem else 200,
        item=item,
        above=above,
        below=below,
        cut=_cut(above[0] if above else item),
        receptions=receptions,
        wordings=wordings,
        visible=circle_of(item).value,
        text=text or ("" if begun else named),
        begun=begun,
        faults=faults,
        problem=problem,
    )


async def _named(session: Session, here: Visitor, item: Item) -> str:
    """The handles of all who are in an exchange of a few: whom an answer does not name, misses it.

    Whoever goes on from her own message would else write to nobody.
    """
    if here.organisation is None or circle_of(item) is not Visibility.DIRECT:
        return ""
    found = await shelves.conversation_with(session, here.organisation, item.id)
    return "".join(f"@{actor.address} " for actor in found.others) if found else ""


def _cut(first: Item) -> str:
    """What the first thing on the page answers, and is not here; empty where it answers nothing."""
    return (first.subject.in_reply_to or "") if isinstance(first.subject, Remark) else ""


def _language(request: web.Request, form: ReplyForm) -> str:
    """The language that was chosen for what is said; our own words' when it is none."""
    chosen = canonical_tag(form.language.data or "")
    return chosen if is_tag(chosen) else rendering.language(request)


def page_of(item: Item) -> str:
    """Our page of a model or a remark."""
    subject = item.subject
    return addresses.page_of(subject) if isinstance(subject, Model) else f"/remarks/{subject.id}"


def circle_of(item: Item) -> Visibility:
    """Who may see an answer: whoever may see what it answers, so that nothing private is told."""
    subject = item.subject
    return Visibility.PUBLIC if isinstance(subject, Model) else Visibility(subject.visibility)


def source_of(remark: Remark) -> str:
    """A remark of ours as it was typed, or, of one that is older than that, as it reads."""
    return remark.source or markup.plain(remark.content)


async def seen(session: Session, text: str, viewer: Actor | None) -> Item:
    """What a reader may see under this number.

    Raises:
        NotFound: nothing.
        Gone: it was deleted.
    """
    number = id_in(text) or 0
    item = await timelines.status(session, number, viewer)
    if item is None:
        model = await history.model_by_id(session, number)
        if model is not None and model.deleted_at is not None:
            raise Gone("This model was deleted by its organisation.")
        if await timelines.gone(session, number) is not None:
            raise Gone("This remark was deleted.")
        raise NotFound("There is no such remark here.")
    return item
