"""`essaim organisation add`, `member add`, `token create` and `admin`: who acts for whom here."""

import asyncio
import getpass
import sys
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from actors.errors import Unwise
from actors.mail import keyring
from actors.rules import permissions
from actors.rules import scopes as known_scopes
from actors.rules.naming import check_handle
from actors.rules.passwords import judging
from actors.rules.permissions import Office
from actors.verbs import enrolling, signing_in
from actors.views import access
from federation.commands.instance import acting, opened, organisation_named
from federation.commands.output import PLAIN, Failed, Output

LONGEST_PASSWORD_LINE: Final = 4096
"""Characters read from standard input: more than any password, less than a whole device."""


async def add_organisation(
    directory: Path, handle: str, /, *, name: str, summary: str = "", output: Output = PLAIN
) -> None:
    """Give an organisation its place on this instance.

    Args:
        directory: The instance.
        handle: Its name in addresses: a-z, 0-9 and _. It can never change.
        name: What people call it.
        summary: A few words about it, as Markdown.
        output: How to answer.
    """
    wanted = check_handle(handle)
    keys = await asyncio.to_thread(keyring.new_keys)
    async with opened(directory) as instance, instance.database.begin() as session:
        actor = await enrolling.add_organisation(
            session, instance.site, handle=wanted, name=name, summary=summary, keys=keys
        )
    output.say(
        f"{actor.name} is here as @{actor.address}.",
        {"handle": actor.handle, "address": actor.address, "iri": actor.iri, "url": actor.url},
    )


async def add_member(
    directory: Path,
    email: str,
    /,
    *,
    organisation: str,
    role: Office,
    name: str = "",
    password_stdin: Annotated[bool, Parameter(negative=())] = False,
    output: Output = PLAIN,
) -> None:
    """Let a person act for an organisation.

    Somebody who is a member already gets a further mandate and keeps her password.

    Args:
        directory: The instance.
        email: The address she signs in with.
        organisation: The handle of the organisation.
        role: A steward manages members too, an editor publishes, a reader only sees.
        name: How others see her; the part before the @ when left out.
        password_stdin: Read the password from the first line of standard input.
        output: How to answer.
    """
    async with opened(directory) as instance:
        async with instance.database.read() as session:
            is_known = await access.member_by_email(session, email) is not None
        hashed = "" if is_known else await _hashed_password(from_stdin=password_stdin)
        async with instance.database.begin() as session:
            actor = await organisation_named(session, organisation)
            member = await enrolling.add_member(
                session,
                instance.site,
                email=email,
                name=name or email.partition("@")[0],
                password_hash=hashed,
                organisation=actor,
                office=role,
            )
    kept = " Her password stays as it was." if is_known else ""
    output.say(
        f"{member.email} is now {role.value} of {actor.handle}.{kept}",
        {
            "id": str(member.id),
            "email": member.email,
            "organisation": actor.handle,
            "role": role.value,
            "isNew": not is_known,
        },
    )


async def create_token(
    directory: Path, email: str, /, *, organisation: str, scopes: str, output: Output = PLAIN
) -> None:
    """Make a token with which a program acts as a member for an organisation; it is shown once.

    Args:
        directory: The instance.
        email: The member.
        organisation: The handle of the organisation.
        scopes: What it may do, such as "read write follow"; admin is for stewards of the network.
        output: How to answer.
    """
    wanted = scopes.replace(",", " ").split()
    if not wanted or (strange := known_scopes.unknown(wanted)):
        words = f"There is no scope {', '.join(strange)}." if wanted else "Name at least one scope."
        raise Unwise(words)
    async with opened(directory) as instance, instance.database.begin() as session:
        who = await acting(session, email, organisation)
        if any(scope.partition(":")[0] == "admin" for scope in wanted):
            permissions.must_administer(who.office, is_network=who.is_network)
        token = await signing_in.create_token(
            session, instance.site, who.member, who.organisation, " ".join(wanted)
        )
    output.say(
        token,
        {
            "token": token,
            "member": who.member.email,
            "organisation": who.organisation.handle,
            "scopes": list(wanted),
        },
    )


async def create_admin_token(directory: Path, /, *, output: Output = PLAIN) -> None:
    """Make a token for the operator's own programs; it is shown once.

    It acts for nobody. It opens /api/essaim/v1/admin and nothing else.

    Args:
        directory: The instance.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.begin() as session:
        token = await signing_in.operator_token(session, instance.site)
    output.say(token, {"token": token, "scopes": ["admin"]})


async def _hashed_password(*, from_stdin: bool) -> str:
    """The hash of the password on standard input.

    Raises:
        Failed: nobody said that it is there.
        Unwise: it is too short or too long.
    """
    if not from_stdin:
        raise Failed("Give the password on standard input, and say --password-stdin.")
    # A person at a terminal is asked, and what she types is not shown to whoever looks on.
    ask = getpass.getpass if sys.stdin.isatty() else _line
    password = (await asyncio.to_thread(ask)).rstrip("\r\n")
    judging.check(password)
    return await asyncio.to_thread(signing_in.hash_password, password)


def _line() -> str:
    return sys.stdin.readline(LONGEST_PASSWORD_LINE)
