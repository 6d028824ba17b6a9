"""`essaim opening`, `member invite` and `member recover`: links that let people in, once each."""

from datetime import timedelta
from pathlib import Path

from actors.errors import NotFound
from actors.rules.permissions import Office
from actors.verbs import inviting, linking, ticketing
from actors.verbs.inviting import Guest
from actors.verbs.ticketing import Purpose
from actors.views import access, members
from federation.commands.instance import opened, organisation_named
from federation.commands.output import PLAIN, Failed, Output


async def opening(directory: Path, /, *, output: Output = PLAIN) -> None:
    """Print a new link with which this instance is opened; the one before ends.

    Whoever opens it names the network and becomes its first steward. It works once, for a week.

    Args:
        directory: The instance.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.begin() as session:
        if await members.are_there(session):
            raise Failed("This instance is open already: somebody can sign in.")
        _, secret = await ticketing.issue(session, instance.site, Purpose.OPEN)
    link = f"{instance.site.origin}/open/{secret}"
    output.say(link, {"link": link})


async def invite(
    directory: Path,
    /,
    *,
    organisation: str,
    role: Office,
    email: str = "",
    name: str = "",
    days: int = 7,
    output: Output = PLAIN,
) -> None:
    """Print a link with which somebody makes her account and acts for an organisation.

    No e-mail is sent: hand the link over yourself.

    Args:
        directory: The instance.
        organisation: The handle of the organisation.
        role: A steward manages members too, an editor publishes, a reader only sees.
        email: Her address, if it is known; she can give another one.
        name: How she is addressed.
        days: How long the link works: 1, 7 or 30.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.begin() as session:
        actor = await organisation_named(session, organisation)
        guest = Guest(role, email, name, instance.site.locale, timedelta(days=days))
        made = await inviting.invite(session, instance.site, actor, guest, by=None, by_letter=False)
        secret = linking.shown_again(session, made)
    link = f"{instance.site.origin}/invitation/{secret}"
    output.say(link, {"link": link, "id": str(made.id), "until": made.expires_at.isoformat()})


async def recover(directory: Path, email: str, /, *, output: Output = PLAIN) -> None:
    """Print a link with which a member chooses a new password; it works once, for half an hour.

    Args:
        directory: The instance.
        email: The address she signs in with.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.begin() as session:
        member = await access.member_by_email(session, email)
        if member is None:
            raise NotFound(f"Nobody signs in with {email} here.")
        _, secret = await ticketing.issue(session, instance.site, Purpose.RECOVER, member)
    link = f"{instance.site.origin}/recover/{secret}"
    output.say(link, {"link": link, "member": member.email})
