"""Members: who acts for an organisation and as what; whom it invites.

Stewards appoint and invite; everybody who acts for the organisation sees who else does, and may
leave. Stewards of the network may also hand a member a link with which she chooses a new password:
where no e-mail is sent, that is how one gets in again.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from aiohttp import web
from wtforms import StringField

from actors.database import Session
from actors.errors import NotFound, Refusal, Unwise
from actors.rules import naming, permissions
from actors.rules.permissions import Office
from actors.site import id_in
from actors.tables.actor import Actor
from actors.verbs import appointing, inviting, linking, ticketing
from actors.verbs.inviting import LIVES, Guest
from actors.verbs.ticketing import Purpose
from actors.views import members
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE, TRIES
from federation.pages import forms, newcomers, rendering, saying, sessions
from federation.pages.forms import Form
from federation.pages.sessions import Visitor
from federation.pages.translating import LANGUAGES, N_
from federation.rates import INVITE, TooMany

NO_OFFICE: Final = N_("Please choose what this person will be.")
TOO_OFTEN: Final = N_("These are many invitations for one day. Please go on tomorrow.")
PAGE: Final = "/members"


class MembersForm(Form):
    """What to do, with whom."""

    do = StringField()
    member = StringField(validators=forms.optional(20))
    invitation = StringField(validators=forms.optional(20))
    office = StringField(validators=forms.optional(20))
    email = StringField(validators=forms.optional(naming.MAX_EMAIL))
    name = StringField(validators=forms.optional(inviting.LONGEST_NAME))
    language = StringField(validators=forms.optional(10))
    days = StringField(validators=forms.optional(3))


async def listing(request: web.Request) -> web.Response:
    """GET /members."""
    here, acting = await sessions.acting(request)
    return await _show(request, here, acting, MembersForm())


async def act(request: web.Request) -> web.Response:
    """POST /members: appoint, dismiss, leave, invite, withdraw, send again, help in."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, MembersForm)
    if not form.validate():
        return await _show(request, here, acting, form, faults=forms.faults(form))
    do = form.do.data or ""
    if do == "leave":
        return await _leave(request, here, acting)
    permissions.must_manage_members(acting.office)
    try:
        if do == "invite":
            return await _invite(request, here, acting, form)
        if do == "help":
            return await _help(request, here, acting, form)
        async with request.app[DATABASE].begin() as session:
            said = await _done(session, request, acting, do, form)
    except Refusal as refused:
        fields = refused.fields if isinstance(refused, Unwise) else {}
        faults = dict(fields) or {"people": refused.reason}
        return await _show(request, here, acting, form, faults=faults)
    raise web.HTTPSeeOther(saying.address(PAGE, said))


async def _done(
    session: Session, request: web.Request, acting: Acting, do: str, form: MembersForm
) -> str:
    """Do what the form says; the word for what was done."""
    us, site = acting.organisation, request.app[SITE]
    number = id_in(form.member.data or form.invitation.data or "") or 0
    if do == "withdraw":
        await inviting.withdraw(session, site, us, number)
        return "invitation-withdrawn"
    if do == "renew":
        by_letter = newcomers.writes_letters(request)
        await inviting.renew(session, site, us, number, by_letter=by_letter)
        return "invitation-renewed"
    if do == "dismiss":
        await appointing.dismiss(session, us, number)
        return "dismissed-member"
    await appointing.set_office(session, us, number, _office(form))
    return "appointed"


async def _leave(request: web.Request, here: Visitor, acting: Acting) -> web.Response:
    try:
        async with request.app[DATABASE].begin() as session:
            await appointing.dismiss(session, acting.organisation, acting.member.id)
    except Refusal as refused:
        faults = {"people": refused.reason}
        return await _show(request, here, acting, MembersForm(), faults=faults)
    raise web.HTTPSeeOther(saying.address("/acting", "left"))


async def _invite(
    request: web.Request, here: Visitor, acting: Acting, form: MembersForm
) -> web.Response:
    site, days = request.app[SITE], form.days.data or ""
    lasts = timedelta(days=int(days)) if days.isascii() and days.isdecimal() else LIVES[1]
    locale = form.language.data or ""
    guest = Guest(
        office=_office(form),
        email=form.email.data or "",
        name=form.name.data or "",
        locale=locale if locale in LANGUAGES else rendering.language(request),
        lasts=lasts,
    )
    by_letter = newcomers.writes_letters(request) and bool(guest.email.strip())
    if by_letter:
        try:
            await request.app[TRIES].take((INVITE, str(acting.organisation.id)))
        except TooMany:
            return await _show(request, here, acting, form, faults={"email": TOO_OFTEN})
    async with request.app[DATABASE].begin() as session:
        made = await inviting.invite(
            session, site, acting.organisation, guest, by=acting.member, by_letter=by_letter
        )
        secret = linking.shown_again(session, made)
    if by_letter:
        raise web.HTTPSeeOther(saying.address(PAGE, "invited"))
    shown = "" if secret is None else f"{site.origin}/invitation/{secret}"
    return await _show(request, here, acting, MembersForm(), link=shown, whom=guest.name)


async def _help(
    request: web.Request, here: Visitor, acting: Acting, form: MembersForm
) -> web.Response:
    """A link with which a member chooses a new password; only stewards of the network make it."""
    permissions.must_administer(acting.office, is_network=acting.is_network)
    site, number = request.app[SITE], id_in(form.member.data or "") or 0
    async with request.app[DATABASE].begin() as session:
        member = await members.by_id(session, number)
        if member is None:
            raise NotFound("There is no such member.")
        _, secret = await ticketing.issue(session, site, Purpose.RECOVER, member)
    link = f"{site.origin}/recover/{secret}"
    return await _show(request, here, acting, MembersForm(), help_link=link, whom=member.name)


def _office(form: MembersForm) -> Office:
    try:
        return Office(form.office.data or "")
    except ValueError:
        raise Unwise(NO_OFFICE, fields={"office": NO_OFFICE}) from None


async def _show(
    request: web.Request,
    here: Visitor,
    acting: Acting,
    form: MembersForm,
    *,
    faults: Mapping[str, str] | None = None,
    link: str = "",
    help_link: str = "",
    whom: str = "",
) -> web.Response:
    us = acting.organisation
    manages = permissions.may_manage_members(acting.office)
    async with request.app[DATABASE].read() as session:
        people = await members.of(session, us)
        invited = await _invited(session, request, us) if manages else []
    return rendering.page(
        request,
        here,
        "members.html",
        status=422 if faults else 200,
        us=us,
        me=acting.member,
        manages=manages,
        administers=permissions.may_administer(acting.office, is_network=acting.is_network),
        members=people,
        people_count=len(people),
        invited=invited,
        stewards=sum(office is Office.STEWARD for _, office in people),
        languages=LANGUAGES,
        lives=[life.days for life in LIVES],
        form=form,
        faults=faults or {},
        link=link,
        help_link=help_link,
        whom=whom,
        writes_letters=newcomers.writes_letters(request),
    )


async def _invited(session: Session, request: web.Request, us: Actor) -> list[dict[str, object]]:
    """The invitations that nobody has answered, with their links and letters."""
    site = request.app[SITE]
    rows = await members.invitations(session, us)
    letters = await members.letters(session, [row.id for row in rows])
    found: list[dict[str, object]] = []
    for row in rows:
        secret = linking.shown_again(session, row)
        found.append(
            {
                "row": row,
                "is_over": row.expires_at <= site.now(),
                "letter": letters.get(row.id),
                "link": "" if secret is None else f"{site.origin}/invitation/{secret}",
            }
        )
    return found
