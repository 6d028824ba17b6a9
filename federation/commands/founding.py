"""`essaim init`: settings, secret, database, network and instance actor, all of them or nothing.

The settings file is what makes a directory an instance, so it comes last, by a link that fails
where a file is already. Until then everything that was made is taken away again when anything
fails; on PostgreSQL the empty tables stay, for the next call to find and use.
"""

import asyncio
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from actors import migrations
from actors.database import Database
from actors.mail import keyring
from actors.rules.naming import check_handle
from actors.tables.actor import Actor
from actors.verbs import enrolling, ticketing
from actors.verbs.ticketing import Purpose
from federation import safekeeping
from federation.application import site
from federation.commands.instance import sqlite_file
from federation.commands.output import PLAIN, Failed, Output
from federation.settings import FILE, Settings, load, render

_BESIDE: Final = ("", "-wal", "-shm", "-journal")  # what SQLite puts beside a database


async def init(
    directory: Path,
    /,
    *,
    origin: str,
    listen: str = "127.0.0.1:8000",
    database: str = "sqlite:///essaim.db",
    private_destination: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    network_name: str = "",
    network_handle: str = "network",
    locale: str = "fr",
    output: Output = PLAIN,
) -> None:
    """Make a new instance in a directory: settings, database, network.

    Args:
        directory: Where it will live; made if it is not there.
        origin: Its public address, such as https://essaim.example. It can never change.
        listen: Where the server accepts connections, as IP:port.
        database: sqlite:///file, relative to the directory, or
            postgresql://user:password@host/name.
        private_destination: A private IP:port or CIDR:port that may be called; may be repeated.
        network_name: What people call the network; its host when left out.
        network_handle: The network's name in addresses.
        locale: The language of pages for readers who do not ask for another one.
        output: How to answer.
    """
    handle = check_handle(network_handle)
    if (directory / FILE).exists():
        raise Failed(f"There is an instance in {directory} already; nothing was changed.")
    settings = load(
        directory,
        {
            "ESSAIM_INSTANCE_ORIGIN": origin,
            "ESSAIM_INSTANCE_LISTEN": listen,
            "ESSAIM_INSTANCE_LOCALE": locale,
            "ESSAIM_DATABASE_URL": database,
            "ESSAIM_FEDERATION_PRIVATE_DESTINATIONS": ",".join(private_destination),
        },
    )
    name = network_name or settings.instance.origin.partition("://")[2]
    with ExitStack() as undo:
        draft = _claim(settings, undo)
        network, secret = await _found(settings, name=name, handle=handle)
        _settle(draft)
        undo.pop_all()
    link = f"{settings.instance.origin}/open/{secret}"
    output.say(
        f"The instance {settings.instance.origin} is ready in {directory}. Its network is"
        f" {network.name} (@{network.address}). Start it with: essaim serve {directory}\n"
        f"Then open it in a browser, name the network and make your account: {link}",
        {
            "directory": str(settings.directory),
            "origin": settings.instance.origin,
            "network": {"handle": network.handle, "name": network.name, "iri": network.iri},
            "opening": link,
        },
    )


async def _found(settings: Settings, *, name: str, handle: str) -> tuple[Actor, str]:
    """The network, and the secret of the link with which it is opened."""
    instance_keys, network_keys = await asyncio.gather(
        asyncio.to_thread(keyring.new_keys), asyncio.to_thread(keyring.new_keys)
    )
    database = Database(settings.database.url, safe=safekeeping.read(settings.secret_file))
    try:
        await migrations.upgrade(database)
        async with database.begin() as session:
            here = site(settings)
            network = await enrolling.found_instance(
                session,
                here,
                name=name,
                handle=handle,
                locale=settings.instance.locale,
                instance_keys=instance_keys,
                network_keys=network_keys,
            )
            _, secret = await ticketing.issue(session, here, Purpose.OPEN)
            return network, secret
    finally:
        await database.close()


def _claim(settings: Settings, undo: ExitStack) -> Path:
    """Make the directory, an empty database, a secret and a draft of the settings, or undo it all.

    All are for the operator's own eyes: keys are in one, what they are locked with in the second,
    perhaps a password in the third.

    Returns:
        The draft.

    Raises:
        Failed: there is a database already, which is not ours to touch.
    """
    directory, database = settings.directory, sqlite_file(settings)
    for each in reversed([one for one in (directory, *directory.parents) if not one.exists()]):
        each.mkdir(mode=0o700 if each == directory else 0o777)
        undo.callback(each.rmdir)
    if database is not None:
        try:
            database.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            words = f"There is a database {database} already; nothing was changed."
            raise Failed(words) from None
        undo.callback(remove_database, database)
    safekeeping.make(settings.secret_file)
    undo.callback(settings.secret_file.unlink)
    draft = directory / f".{FILE}.{os.getpid()}"
    draft.touch(mode=0o600, exist_ok=False)
    undo.callback(draft.unlink)
    draft.write_text(render(settings), encoding="utf-8")
    return draft


def _settle(draft: Path) -> None:
    """Turn the draft into the settings file, unless another process was quicker.

    Raises:
        FileExistsError: it was.
    """
    os.link(draft, draft.with_name(FILE))
    draft.unlink()


def remove_database(file: Path) -> None:
    """Take a SQLite database away, with what the engine has put beside it."""
    for ending in _BESIDE:
        file.with_name(file.name + ending).unlink(missing_ok=True)
