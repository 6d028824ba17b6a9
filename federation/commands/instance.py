"""The instance in a directory, opened for one command.

A command never upgrades a database: beside a running server that would pull the ground from under
it. `essaim migrate` and `essaim serve` do.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from actors import migrations
from actors.database import Database, Session
from actors.errors import NotFound
from actors.migrations import Standing
from actors.site import Site
from actors.tables.actor import Actor
from actors.views import access, profiles
from actors.views.access import Acting
from federation import application
from federation.app_keys import DATABASE, LOOKUP, SITE, UPLOADS
from federation.commands.output import Failed
from federation.files.uploads import Uploads
from federation.lookup import Lookup
from federation.settings import FILE, BadSettings, Settings, load
from federation.telemetry import logs

SQLITE: Final = "sqlite:///"


@dataclass(frozen=True)
class Instance:
    """An instance that a command may work on. Ask `lookup` before a transaction, never inside."""

    settings: Settings
    database: Database
    site: Site
    lookup: Lookup
    uploads: Uploads


def settings_of(directory: Path) -> Settings:
    """The settings in a directory, with the variables of this process.

    Raises:
        Failed: there is nothing in the directory.
        BadSettings: with every fault.
    """
    try:
        return load(directory, os.environ)
    except BadSettings as error:
        if not (directory / FILE).exists():
            raise Failed(
                f"There is no instance in {directory}; `essaim init` makes one."
            ) from error
        raise


@asynccontextmanager
async def opened(directory: Path) -> AsyncIterator[Instance]:
    """The instance in a directory, ready for a transaction and for a look at the network.

    Raises:
        Failed: there is none, or its database is not made or of another version.
        CannotStart: the database belongs to another origin.
        BadSettings: with every fault of its settings.
    """
    settings = settings_of(directory)
    # A refusal is said once, by the command; events below errors are for the server's log.
    logs.configure(replace(settings.log, level="error"))
    must_exist(settings)
    built = application.build(settings, with_workers=False)
    runner = application.runner(built)
    try:
        standing = await migrations.standing(built[DATABASE])
        if standing is not Standing.CURRENT:
            raise Failed(words_for(standing, directory))
        await runner.setup()
        yield Instance(settings, built[DATABASE], built[SITE], built[LOOKUP], built[UPLOADS])
    finally:
        await runner.cleanup()
        await built[DATABASE].close()


def words_for(standing: Standing, directory: Path) -> str:
    """What an operator does about a database that is not current."""
    match standing:
        case Standing.CURRENT:
            return "The database is up to date."
        case Standing.OLDER:
            return f"The database is older than this program: run `essaim migrate {directory}`."
        case Standing.NEWER:
            return "The database is newer than this program: install the newer program."
        case Standing.EMPTY:
            return "The database is empty: `essaim init` makes an instance."


def must_exist(settings: Settings) -> None:
    """Refuse where the SQLite file is not there: opening it would make an empty one.

    Raises:
        Failed: it is missing.
    """
    path = sqlite_file(settings)
    if path is not None and not path.is_file():
        raise Failed(f"The database {path} is missing.")


def sqlite_file(settings: Settings) -> Path | None:
    """Where the SQLite database is; None on PostgreSQL."""
    url = settings.database.url
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


async def organisation_named(session: Session, handle: str) -> Actor:
    """The organisation of ours with this handle.

    Raises:
        NotFound: there is none.
    """
    actor = await profiles.by_handle(session, handle.strip().removeprefix("@"))
    if actor is None or actor.gone_at is not None:
        raise NotFound(f"There is no organisation {handle} here.")
    return actor


async def acting(session: Session, email: str, handle: str) -> Acting:
    """A member, acting for an organisation.

    Raises:
        NotFound: there is no such member or organisation.
        NotAllowed: she has no mandate for it.
    """
    member = await access.member_by_email(session, email)
    if member is None:
        raise NotFound(f"Nobody signs in with {email} here.")
    actor = await organisation_named(session, handle)
    return await access.acting(session, member, actor.handle)
