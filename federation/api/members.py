"""Members: who acts for an organisation, whom it invites; for networks, lists of organisations.

Only a token that was made by a command may do this: what an app was given never lets others in.
Where somebody is signed in, her password and her passkeys are for her browser alone.
"""

from datetime import timedelta
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.errors import NotAllowed
from actors.rules import naming, permissions, rosters
from actors.rules.permissions import Office
from actors.rules.rosters import Table
from actors.site import id_in
from actors.tables.invitation import Entry, Invitation
from actors.tables.letter import Letter
from actors.tables.member import Member
from actors.verbs import appointing, inviting, linking, rostering
from actors.verbs.inviting import LIVES, Guest
from actors.views import members
from actors.views.access import Acting
from actors.views.members import Standing
from federation.api import answers
from federation.api.answers import Answer
from federation.api.authenticating import READ, WRITE, acting
from federation.api.operations import ROOT, Argument, Operation
from federation.api.shapes import Number, Record, Text, Word, read_body
from federation.app_keys import DATABASE, SETTINGS, SITE, TRIES
from federation.rates import INVITE

ROLE: Final = Word("What she is in the organisation.", [one.value for one in Office])
APPOINTMENT: Final = Record("Another role.", {"role": ROLE}, frozenset({"role"}))
INVITING: Final = Record(
    "Whom to invite.",
    {
        "role": ROLE,
        "email": Text("Where the e-mail goes; left out: hand the link over.", may_be_empty=True),
        "name": Text("How she is addressed.", may_be_empty=True),
        "language": Text("Of the e-mail, such as fr."),
        "days": Number("How long the link works: 1, 7 (the default) or 30."),
    },
    frozenset({"role"}),
)
LIST: Final = Record(
    "A list of organisations.",
    {
        "list": Text("CSV; the first line names the columns."),
        "name": Text("What to call it.", may_be_empty=True),
    },
    frozenset({"list"}),
)


async def listed(request: web.Request) -> web.Response:
    """GET members."""
    who = await _steward(request, READ)
    async with request.app[DATABASE].read() as session:
        found = await members.of(session, who.organisation)
    items = [_member(member, office) for member, office in found]
    return answers.respond({"items": items, "next": None})


async def appoint(request: web.Request) -> web.Response:
    """PUT members/{id}."""
    who = await _steward(request, WRITE)
    values = await read_body(request, APPOINTMENT)
    office = Office(values["role"])
    async with request.app[DATABASE].begin() as session:
        member = await appointing.set_office(session, who.organisation, _number(request), office)
        answer = _member(member, office)
    return answers.respond(answer)


async def dismiss(request: web.Request) -> web.Response:
    """DELETE members/{id}."""
    who = await _steward(request, WRITE)
    async with request.app[DATABASE].begin() as session:
        await appointing.dismiss(session, who.organisation, _number(request))
    return web.Response(status=204)


async def invitations(request: web.Request) -> web.Response:
    """GET invitations."""
    who = await _steward(request, READ)
    async with request.app[DATABASE].read() as session:
        rows = await members.invitations(session, who.organisation)
        letters = await members.letters(session, [row.id for row in rows])
        items = [_invitation(request, session, row, letters.get(row.id)) for row in rows]
    return answers.respond({"items": items, "next": None})


async def invite(request: web.Request) -> web.Response:
    """POST invitations."""
    who = await _steward(request, WRITE)
    values = await read_body(request, INVITING)
    site, settings = request.app[SITE], request.app[SETTINGS]
    guest = Guest(
        office=Office(values["role"]),
        email=values.get("email", ""),
        name=values.get("name", ""),
        locale=values.get("language", settings.instance.locale),
        lasts=timedelta(days=values.get("days", LIVES[1].days)),
    )
    by_letter = settings.email.is_ready and bool(guest.email.strip())
    if by_letter:
        naming.check_email(guest.email)
        await request.app[TRIES].take((INVITE, str(who.organisation.id)))
    async with request.app[DATABASE].begin() as session:
        row = await inviting.invite(
            session, site, who.organisation, guest, by=who.member, by_letter=by_letter
        )
        letters = await members.letters(session, [row.id])
        answer = _invitation(request, session, row, letters.get(row.id))
    return answers.respond(answer, status=201)


async def withdraw(request: web.Request) -> web.Response:
    """DELETE invitations/{id}."""
    who = await _steward(request, WRITE)
    async with request.app[DATABASE].begin() as session:
        await inviting.withdraw(session, request.app[SITE], who.organisation, _number(request))
    return web.Response(status=204)


async def preview(request: web.Request) -> web.Response:
    """POST rosters/preview."""
    await _of_network(request, READ)
    values = await read_body(request, LIST)
    table = await _read(request, values["list"])
    rows = [
        {
            "line": row.number,
            "name": row.name,
            "handle": row.handle,
            "email": row.email,
            "problems": list(row.problems),
        }
        for row in table.rows
    ]
    return answers.respond(
        {"fit": len(table.fit), "unknownColumns": list(table.unknown), "rows": rows}
    )


async def take_in(request: web.Request) -> web.Response:
    """POST rosters."""
    who = await _of_network(request, WRITE)
    values = await read_body(request, LIST)
    table = await _read(request, values["list"])
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        row = await rostering.take_in(
            session, site, table.rows, name=values.get("name", ""), by=who.member
        )
        answer = _roster(await members.standing(session, site, row.id))
    return answers.respond(answer, status=201)


async def lists(request: web.Request) -> web.Response:
    """GET rosters."""
    await _of_network(request, READ)
    async with request.app[DATABASE].read() as session:
        items = [_roster(one) for one in await members.rosters(session, request.app[SITE])]
    return answers.respond({"items": items, "next": None})


async def entries(request: web.Request) -> web.Response:
    """GET rosters/{id}/entries."""
    await _of_network(request, READ)
    after = id_in(request.query.get("after", "")) or 0
    async with request.app[DATABASE].read() as session:
        roster = await members.roster(session, _number(request))
        found = await members.entries(session, roster, after)
        shown = found[: members.ENTRIES_SHOWN]
        letters = await members.letters(session, [one.id for one in shown])
        items = [_entry(request, session, one, letters.get(one.id)) for one in shown]
    following = None
    if len(found) > len(shown):
        origin = request.app[SITE].origin
        following = f"{origin}{ROOT}/rosters/{roster.id}/entries?after={shown[-1].id}"
    return answers.respond({"items": items, "next": following})


async def send(request: web.Request) -> web.Response:
    """POST rosters/{id}/invite."""
    await _of_network(request, WRITE)
    site, by_letter = request.app[SITE], request.app[SETTINGS].email.is_ready
    async with request.app[DATABASE].begin() as session:
        roster = await members.roster(session, _number(request))
        await rostering.send(session, site, roster.id, by_letter=by_letter)
        answer = _roster(await members.standing(session, site, roster.id))
    return answers.respond(answer)


async def undo(request: web.Request) -> web.Response:
    """DELETE rosters/{id}."""
    await _of_network(request, WRITE)
    async with request.app[DATABASE].begin() as session:
        await rostering.undo(session, _number(request))
    return web.Response(status=204)


async def _steward(request: web.Request, scope: str) -> Acting:
    who = await acting(request, scope)
    if who.app is not None:
        raise NotAllowed("Only a token that was made by a command manages members.")
    permissions.must_manage_members(who.office)
    return who


async def _of_network(request: web.Request, scope: str) -> Acting:
    who = await _steward(request, scope)
    permissions.must_administer(who.office, is_network=who.is_network)
    return who


async def _read(request: web.Request, text: str) -> Table:
    async with request.app[DATABASE].read() as session:
        taken = await rostering.taken(session)
        asked = await rostering.known_addresses(session)
    locale = request.app[SETTINGS].instance.locale
    return rosters.read(text, locale=locale, taken=taken, asked=asked)


def _number(request: web.Request) -> int:
    return id_in(request.match_info["id"]) or 0


def _member(member: Member, office: Office) -> Answer:
    return {
        "id": str(member.id),
        "name": member.name,
        "email": member.email,
        "role": office.value,
        "since": answers.time(member.joined_at),
    }


def _invitation(
    request: web.Request, session: Session, row: Invitation, letter: Letter | None
) -> Answer:
    return {
        "id": str(row.id),
        "name": row.name,
        "email": row.email,
        "role": row.office,
        "made": answers.time(row.made_at),
        "until": answers.time(row.expires_at),
        "link": _link(request, session, row, "invitation"),
        "letter": _letter(letter),
    }


def _entry(request: web.Request, session: Session, row: Entry, letter: Letter | None) -> Answer:
    now = request.app[SITE].now()
    if row.claimed_at is not None:
        state = "claimed"
    elif row.expires_at is None:
        state = "unasked"
    else:
        state = "asked" if row.expires_at > now else "expired"
    return {
        "id": str(row.id),
        "name": row.name,
        "handle": row.handle or "",
        "email": row.email,
        "state": state,
        "link": _link(request, session, row, "claim"),
        "letter": _letter(letter),
    }


def _link(
    request: web.Request, session: Session, row: Invitation | Entry, place: str
) -> str | None:
    site = request.app[SITE]
    secret = linking.shown_again(session, row)
    if secret is None or row.expires_at is None or row.expires_at <= site.now():
        return None
    return f"{site.origin}/{place}/{secret}"


def _letter(letter: Letter | None) -> str:
    if letter is None:
        return "none"
    if letter.sent_at is not None:
        return "sent"
    return "failed" if letter.due_at is None else "waiting"


def _roster(standing: Standing) -> Answer:
    return {
        "id": str(standing.roster.id),
        "name": standing.roster.name,
        "made": answers.time(standing.roster.made_at),
        "size": standing.roster.size,
        "claimed": standing.claimed,
        "waiting": standing.waiting,
        "declined": standing.roster.declined,
        "unasked": standing.unasked,
    }


_NO_MEMBER: Final = {404: "She does not act for the organisation."}
_LAST: Final = {409: "She is its last steward."}
_NO_LIST: Final = {404: "There is no such list."}

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/members",
        name="listMembers",
        says="List who acts for the organisation",
        handler=listed,
        scope=READ,
        answer="Members",
    ),
    Operation(
        method="PUT",
        path="/members/{id}",
        name="appointMember",
        says="Give a member another role",
        handler=appoint,
        scope=WRITE,
        answer="Member",
        body=APPOINTMENT,
        problems={**_NO_MEMBER, **_LAST},
    ),
    Operation(
        method="DELETE",
        path="/members/{id}",
        name="dismissMember",
        says="Let a member act for the organisation no more; her account stays",
        handler=dismiss,
        scope=WRITE,
        status=204,
        problems={**_NO_MEMBER, **_LAST},
    ),
    Operation(
        method="GET",
        path="/invitations",
        name="listInvitations",
        says="List the invitations that nobody has answered",
        handler=invitations,
        scope=READ,
        answer="Invitations",
    ),
    Operation(
        method="POST",
        path="/invitations",
        name="inviteMember",
        says="Invite somebody to act for the organisation",
        handler=invite,
        scope=WRITE,
        status=201,
        answer="Invitation",
        body=INVITING,
        problems={429: "These are too many e-mails for one day."},
    ),
    Operation(
        method="DELETE",
        path="/invitations/{id}",
        name="withdrawInvitation",
        says="Take an invitation back; its link opens nothing any more",
        handler=withdraw,
        scope=WRITE,
        status=204,
        problems={404: "There is no such invitation."},
    ),
    Operation(
        method="POST",
        path="/rosters/preview",
        name="previewRoster",
        says="See what is understood of a list of organisations; nothing is kept",
        handler=preview,
        scope=READ,
        answer="RosterPreview",
        body=LIST,
    ),
    Operation(
        method="POST",
        path="/rosters",
        name="takeInRoster",
        says="Keep a list of organisations; nobody is told",
        handler=take_in,
        scope=WRITE,
        status=201,
        answer="Roster",
        body=LIST,
        problems={409: "A handle was given to somebody meanwhile."},
    ),
    Operation(
        method="GET",
        path="/rosters",
        name="listRosters",
        says="List the lists that were imported",
        handler=lists,
        scope=READ,
        answer="Rosters",
    ),
    Operation(
        method="GET",
        path="/rosters/{id}/entries",
        name="readRoster",
        says="Read a list that was imported, with the links to hand over",
        handler=entries,
        scope=READ,
        answer="Entries",
        arguments=(Argument("after", "Only what comes after this id."),),
        problems=_NO_LIST,
    ),
    Operation(
        method="POST",
        path="/rosters/{id}/invite",
        name="inviteRoster",
        says="Ask every organisation of a list that has no link to claim its profile",
        handler=send,
        scope=WRITE,
        answer="Roster",
        problems=_NO_LIST,
    ),
    Operation(
        method="DELETE",
        path="/rosters/{id}",
        name="undoRoster",
        says="Take a list back; what nobody has claimed is forgotten",
        handler=undo,
        scope=WRITE,
        status=204,
        problems=_NO_LIST,
    ),
)
