"""Mail: what is on its way, for the stewards of the network who run this instance.

They see which sites are behind, since when and why, try one again, give one up (which can be taken
back), and throw away for ever what was given up; and they let what was put aside because of a
mistake of ours be read again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from aiohttp import web
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import NumberRange, Optional
from yarl import URL

from actors.database import Database
from actors.mail import by_hand
from actors.rules import permissions
from actors.site import LARGEST_ID, Site
from actors.views import mail, post_office, queues
from actors.views.post_office import HostMail, Which
from federation.app_keys import DATABASE, SETTINGS, SITE, WAKE
from federation.pages import forms, rendering, saying, sessions
from federation.pages.forms import Form
from federation.pages.sessions import Visitor
from federation.pages.translating import N_
from federation.troubles import trouble

LONGEST_NAME: Final = 300
"""Characters of a host's name and port."""

CONFIRM: Final = N_("Say first that this is meant: it cannot be taken back.")


class MailForm(Form):
    """What to do, about which host or which activity."""

    do = StringField()
    host = StringField(validators=forms.optional(LONGEST_NAME))
    received = IntegerField(validators=[Optional(), NumberRange(0, LARGEST_ID)])
    sure = BooleanField()


async def office(request: web.Request) -> web.Response:
    """GET /mail: what waits, which hosts are behind and why, what was put aside."""
    here, acting = await sessions.acting(request)
    permissions.must_administer(acting.office, is_network=acting.is_network)
    return await _show(request, here, faults={}, host="")


async def act(request: web.Request) -> web.Response:
    """POST /mail: try again, give up, throw away, read again."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, MailForm)
    permissions.must_administer(acting.office, is_network=acting.is_network)
    host = form.host.data or ""
    if not form.validate():
        return await _show(request, here, faults=forms.faults(form), host=host)
    if form.do.data == "drop" and not form.sure.data:
        return await _show(request, here, faults={"sure": CONFIRM}, host=host)
    said = await _done(request.app[DATABASE], request.app[SITE], form, host)
    request.app[WAKE]()
    raise web.HTTPSeeOther(saying.address(_address(request), said))


async def _done(database: Database, site: Site, form: MailForm, host: str) -> str:
    """Do what the form says; the word for what was done."""
    match form.do.data:
        case "give-up":
            await by_hand.give_up(database, host)
            return "mail-given-up"
        case "drop":
            await by_hand.drop(database, host)
            return "mail-dropped"
        case "read-again":
            async with database.begin() as session:
                await by_hand.read_again(session, site, form.received.data)
            return "mail-read-again"
        case _:
            await by_hand.try_again(database, site, host or None)
            return "mail-retried"


async def _show(
    request: web.Request, here: Visitor, *, faults: Mapping[str, str], host: str
) -> web.Response:
    which, named = _which(request), request.query.get("host", "")[:LONGEST_NAME].strip()
    after = request.query.get("after", "")[:LONGEST_NAME]
    async with request.app[DATABASE].read() as session:
        standing = {(one.name, one.state): one for one in await queues.standing(session)}
        hosts = await post_office.hosts(
            session,
            which,
            named=forms.without_nul(named),
            after=forms.without_nul(after),
            limit=post_office.PAGE + 1,
        )
        aside = await post_office.put_aside(session)
        walks = await mail.walks(session)
        statistics = await mail.statistics(session)
    settings = request.app[SETTINGS]
    shown = hosts[: post_office.PAGE]
    return rendering.page(
        request,
        here,
        "mail.html",
        status=422 if faults else 200,
        standing=standing,
        hosts=[(one, trouble(one.reason).value, _next_try(one)) for one in shown],
        which=which.value,
        named=named,
        action=_address(request),
        further=_address(request, after=shown[-1].name) if len(hosts) > len(shown) else None,
        aside=aside,
        walks=walks,
        statistics=statistics,
        faults=faults,
        faulty=host,
        private_destinations=[str(one) for one in settings.federation.private_destinations],
        is_lab=settings.instance.is_lab,
    )


def _which(request: web.Request) -> Which:
    asked = request.query.get("show")
    return Which(asked) if asked in [one.value for one in Which] else Which.FAILING


def _next_try(host: HostMail) -> datetime | None:
    return host.due_at if host.waiting else None


def _address(request: web.Request, **changes: str) -> str:
    """This page with the same choices, and with other ones."""
    choices = ("show", "host", "after")
    kept = {name: value for name, value in request.query.items() if name in choices}
    return str(URL("/mail").with_query({**kept, **changes}))
