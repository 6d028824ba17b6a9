"""`essaim check`: is everything in order? Settings, database, keys, origin, network, mail."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from activitypub.canonical_json import Json
from activitypub.errors import ProtocolError
from actors import migrations
from actors.database import Database, Session
from actors.errors import NotFound
from actors.mail import keyring, locking
from actors.mail.keyring import HeldKey
from actors.migrations import Standing
from actors.tables.actor import Actor
from actors.views import mail, profiles
from actors.views.post_office import PAGE
from federation import application, safekeeping
from federation.commands.instance import must_exist, settings_of, words_for
from federation.commands.output import PLAIN, Failed, Output, sentence
from federation.settings import Settings, describe


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: what it is, in a word or two.
        words: how it is, in a sentence.
        is_well: False for what keeps the instance from working.
    """

    about: str
    words: str
    is_well: bool = True


async def check(directory: Path, /, *, output: Output = PLAIN) -> None:
    """Look at everything an operator may have to put right, and change nothing.

    The exit code is 1 when something keeps the instance from working. Faults in the settings are
    reported all together, and alone: without settings there is nothing else to look at.

    Args:
        directory: The instance.
        output: How to answer.
    """
    settings = settings_of(directory)
    findings = [
        Finding("settings", f"The settings in {settings.directory} can be used."),
        _private_destinations(settings),
        *await _findings(settings),
    ]
    faults = [each.words for each in findings if not each.is_well]
    lines = [
        f"{'ok' if each.is_well else 'FAULT':<6}{each.about}: {each.words}" for each in findings
    ]
    value: dict[str, Json] = {
        "isWell": not faults,
        "findings": [
            {"about": each.about, "says": each.words, "isWell": each.is_well} for each in findings
        ],
        "settings": list(describe(settings).splitlines()),
    }
    output.say("\n".join([*lines, "", describe(settings)]), value)
    if faults:
        raise Failed(" ".join(faults))


async def _findings(settings: Settings) -> list[Finding]:
    try:
        must_exist(settings)
    except Failed as fault:
        return [Finding("database", str(fault), is_well=False)]
    database = Database(settings.database.url)
    try:
        return await _in_database(database, settings)
    except OSError as error:
        return [Finding("database", sentence(error), is_well=False)]
    finally:
        await database.close()


async def _in_database(database: Database, settings: Settings) -> list[Finding]:
    if (fault := await database.fault()) is not None:
        return [Finding("database", application.damaged(fault), is_well=False)]
    standing = await migrations.standing(database)
    words = words_for(standing, settings.directory)
    if standing is not Standing.CURRENT:
        return [Finding("database", words, is_well=False)]
    async with database.read() as session:
        origin = await _origin(session, settings)
        if not origin.is_well:
            return [Finding("database", words), origin]
    secret = await _secret(database, settings)
    async with database.read() as session:
        others = [await _keys(session)] if secret.is_well else []
        others.append(await _mail(session))
    return [Finding("database", words), origin, secret, *others]


def _private_destinations(settings: Settings) -> Finding:
    listed = settings.federation.private_destinations
    words = (
        f"These private addresses may be called: {', '.join(map(str, listed))}."
        if listed
        else "No private address may be called."
    )
    return Finding("private destinations", words)


async def _origin(session: Session, settings: Settings) -> Finding:
    row = await profiles.instance(session)
    if row is None:
        return Finding("origin", "The database holds no instance.", is_well=False)
    if row.origin != settings.instance.origin:
        words = f"The database belongs to {row.origin}, not to {settings.instance.origin}."
        return Finding("origin", words, is_well=False)
    return Finding("origin", f"This is {row.origin}.")


async def _secret(database: Database, settings: Settings) -> Finding:
    """Whether the file with the secret is the one that our keys are locked with."""
    try:
        safe = await safekeeping.known(database, settings)
        async with database.read() as session:
            is_locked = await locking.check(session) is not None
    except (safekeeping.Locked, OSError) as fault:
        return Finding("secret", sentence(fault), is_well=False)
    if not is_locked:
        words = "Private keys are not locked yet: the next start, or `essaim migrate`, does that."
        return Finding("secret", words, is_well=False)
    database.safe = safe
    words = f"Private keys are locked with what {settings.secret_file} holds."
    if settings.secret_file.stat().st_mode & 0o077:
        words += " Others on this machine may read it: chmod 600."
    return Finding("secret", words)


async def _keys(session: Session) -> Finding:
    """Whether the instance and every organisation can sign."""
    actors = [await profiles.instance_actor(session), *await profiles.organisations(session)]
    without = [
        actor.handle
        for actor in actors
        for find in (keyring.signing_key, keyring.proof_key)
        if not await _can_sign(session, actor, find)
    ]
    if without:
        words = f"No usable keys for: {', '.join(dict.fromkeys(without))}."
        return Finding("keys", words, is_well=False)
    return Finding("keys", f"All {len(actors)} actors can sign.")


async def _can_sign(
    session: Session, actor: Actor, find: Callable[[Session, int], Awaitable[HeldKey]]
) -> bool:
    try:
        await find(session, actor.id)
    except (ProtocolError, ValueError, NotFound):
        return False
    return True


async def _mail(session: Session) -> Finding:
    office = await mail.post_office(session)
    struggling = [host.name for host in office.hosts]
    words = (
        f"{office.waiting} deliveries and {office.received_waiting} received activities wait;"
        f" {office.parked} and {office.received_parked} were given up."
    )
    if struggling:
        more = ", and maybe more: see `essaim mail`" if len(struggling) == PAGE else ""
        words += f" These hosts do not answer: {', '.join(struggling)}{more}."
    if unread := await mail.walks(session):
        each = ", ".join(f"{one.actor} ({one.reason})" for one in unread)
        words += f" What these published before they were followed could not be read: {each}."
    return Finding("mail", words)
