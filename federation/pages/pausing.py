"""Pausing: a form is begun, left, and found again as it was.

For forms whose text has no other place of its own before it is sent: answers, quotes, a proposal
and what is answered to it, a profile. Their pages show what was begun; `/unsent` keeps it, for the
script (`keeping`) as for the button "Save for later", and throws it away. Only she who typed it
sees it.
"""

import re
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from actors.database import Session
from actors.errors import NotAllowed, NotFound, Refusal
from actors.verbs import pausing
from actors.views import unsent
from actors.views.access import Acting
from actors.views.unsent import Begun
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, keeping, saying, sessions
from federation.pages.forms import Fields
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

ADDRESS: Final = "/unsent"
PROFILE: Final = "/profile"
CONVERSATIONS: Final = "/conversations"
NETWORK_PAGES: Final = re.compile(
    r"/about/(about|contact|rules|privacy|conduct|terms)/edit\?in=[A-Za-z0-9-]{2,35}"
)
SAVED: Final = N_("Saved {time}. Only you see it until you send it.")


@dataclass(frozen=True)
class Form:
    """A kind of form that can be left.

    Attributes:
        place: what the addresses of its pages look like.
        fields: what its fields are called.
        text: the field without which nothing is worth keeping; none: all of it always is.
        called: what it is called in a list.
    """

    place: re.Pattern[str]
    fields: re.Pattern[str]
    text: str
    called: str


_SAID: Final = re.compile("text|language")

FORMS: Final = (
    Form(re.compile(r"/remarks/\d{1,19}"), _SAID, "text", N_("An answer")),
    Form(re.compile(r"/remarks/\d{1,19}/quotes"), _SAID, "text", N_("A quote")),
    Form(re.compile(r"/remarks/\d{1,19}/edit"), _SAID, "text", N_("A remark of ours, reworded")),
    Form(
        re.compile(r"/m/[\w.-]{1,100}/propose(\?(from|again)=[\w-]{1,100})?"),
        re.compile(r"message|language|seen|(take|text|reason|note)\.[\w.-]{1,200}"),
        "",
        N_("A proposal"),
    ),
    Form(
        re.compile(r"/proposals/\d{1,19}"),
        re.compile(r"message|seen|(choice|own)\.[\w.-]{1,200}"),
        "",
        N_("A decision about a proposal"),
    ),
    Form(
        re.compile(r"/proposals/\d{1,19}\?answer=question"),
        re.compile("question"),
        "question",
        N_("A question about a proposal"),
    ),
    Form(
        re.compile(r"/proposals/\d{1,19}\?answer=reason"),
        re.compile("reason"),
        "reason",
        N_("Why a proposal does not fit"),
    ),
    Form(
        re.compile(r"/proposals/\d{1,19}\?answer=text"),
        re.compile("text"),
        "text",
        N_("A reply about a proposal"),
    ),
    Form(re.compile(r"/@[\w.-]{1,100}"), _SAID, "text", N_("A conversation in a commons")),
    Form(
        re.compile(PROFILE),
        re.compile(r"(?!token|place|paused|do$)[A-Za-z]+(\.[A-Za-z0-9-]{1,35}){0,2}"),
        "",
        N_("Our profile"),
    ),
    Form(re.compile(CONVERSATIONS), re.compile("handle|text|language"), "text", N_("A message")),
    Form(
        NETWORK_PAGES,
        re.compile(r"seen|text|email|(number|place|rule|hint|drop)\.\d{1,2}"),
        "",
        N_("A page of the network"),
    ),
)


def called(place: str) -> str:
    """What a form that was begun is called, as a msgid."""
    return _form(place).called


async def begun(session: Session, here: Visitor, place: str) -> Begun | None:
    """What this reader has begun at this place."""
    return await unsent.at(session, here.acting, place)


async def done(session: Session, acting: Acting, place: str) -> None:
    """It is sent: in the same transaction, what was kept of it goes."""
    await pausing.forget(session, acting.organisation, acting.member, place)


def fields_of(begun: Begun) -> Fields:
    """What was typed, as if it had just been sent."""
    return MultiDictProxy(MultiDict(begun.fields))


async def keep(request: web.Request) -> web.Response:
    """POST /unsent: keep what stands in a form, or throw away what was kept of it."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    acting = here.acting
    if acting is None or not forms.token_fits(here, given):
        if keeping.is_script(request):
            return keeping.signed_out(request, here)
        raise NotAllowed(forms.SIGNED_OUT if acting is None else forms.OTHER_SESSION)
    place = given.get("place", "")
    try:
        mark = await _kept(request, acting, given, _form(place))
    except Refusal as refused:
        if keeping.is_script(request):
            return keeping.refused(request, refused)
        raise
    if keeping.is_script(request):
        said = SAVED if mark else ""
        return keeping.answer(request, 200, said, values=[{"paused": mark}])
    raise web.HTTPSeeOther(saying.address(place, "paused" if mark else "pause-ended"))


async def _kept(request: web.Request, acting: Acting, given: Fields, form: Form) -> str:
    """Keep it; the mark of what is kept, empty where nothing is any more."""
    typed = {
        name: text
        for name, text in ((name, text.replace("\r\n", "\n")) for name, text in given.items())
        if form.fields.fullmatch(name)
    }
    gone = given.get("do") == "forget" or (form.text and not typed.get(form.text, "").strip())
    us, member, place = acting.organisation, acting.member, given["place"]
    async with request.app[DATABASE].begin() as session:
        if gone:
            await pausing.forget(session, us, member, place)
            return ""
        return await pausing.save(
            session, request.app[SITE], us, member, place, typed, seen=given.get("paused", "")
        )


def _form(place: str) -> Form:
    """The form that lives at an address of ours.

    Raises:
        NotFound: none that can be left.
    """
    found = next((one for one in FORMS if one.place.fullmatch(place)), None)
    if found is None:
        raise NotFound("There is no such form here.")
    return found
