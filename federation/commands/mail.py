"""`essaim mail`: which hosts are behind, since when, why; retry, give up, drop, read again."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from activitypub.canonical_json import Json
from actors.mail import by_hand
from actors.views import post_office, queues
from actors.views.post_office import HostMail, PutAside, Which
from federation.commands.instance import opened
from federation.commands.output import PLAIN, Failed, Output
from federation.pages.words import TROUBLES
from federation.troubles import trouble


async def show_mail(
    directory: Path,
    /,
    *,
    show: Annotated[str, Parameter(name="--show")] = Which.FAILING.value,
    host: str = "",
    after: str = "",
    output: Output = PLAIN,
) -> None:
    """Show which hosts are behind, since when and why, and what was received and put aside.

    At most fifty hosts are shown, by name; with `--after` and the last of them, the next fifty.

    Args:
        directory: The instance.
        show: Which hosts: failing (cannot be reached), given-up (something was given up), or all
            that anything waits for.
        host: Only hosts whose name holds this.
        after: Only hosts whose name comes after this one.
        output: How to answer.
    """
    if show not in [one.value for one in Which]:
        raise Failed(f"--show is one of {', '.join(one.value for one in Which)}.")
    async with opened(directory) as instance, instance.database.read() as session:
        standing = await queues.standing(session)
        found = await post_office.hosts(session, Which(show), named=host, after=after)
        aside = await post_office.put_aside(session)
    rows = {(one.name, one.state): one.rows for one in standing}
    lines = [
        f"Waiting to leave: {rows['delivery', 'waiting']}. Given up: {rows['delivery', 'parked']}. "
        f"Arrived, not yet read: {rows['received', 'waiting']}; "
        f"put aside: {rows['received', 'parked']}.",
        *(_line(one) for one in found),
        *(f"put aside {one.id}  {one.activity_iri}  {one.reason}" for one in aside),
    ]
    if not found:
        lines.append("No host is behind." if show == Which.FAILING.value else "No host.")
    if len(found) == post_office.PAGE:
        lines.append(f"There may be more: --after {found[-1].name}")
    output.say(
        "\n".join(lines),
        {
            "queues": [
                {
                    "queue": one.name,
                    "state": one.state,
                    "rows": one.rows,
                    "oldest": _time(one.oldest_at),
                }
                for one in standing
            ],
            "hosts": [_value(one) for one in found],
            "putAside": [_aside(one) for one in aside],
            "next": found[-1].name if len(found) == post_office.PAGE else None,
        },
    )


async def retry(directory: Path, host: str = "", /, *, output: Output = PLAIN) -> None:
    """Try again now what waits for a time or was given up, for one host or for all.

    Args:
        directory: The instance.
        host: Its name, as `essaim mail` shows it; all when left out.
        output: How to answer.
    """
    async with opened(directory) as instance:
        number = await by_hand.try_again(instance.database, instance.site, host or None)
    output.say(f"{number} deliveries are tried again now.", {"retried": number})


async def give_up(directory: Path, host: str, /, *, output: Output = PLAIN) -> None:
    """Give up what waits for a host. Nothing is lost: `essaim mail retry` takes it up again.

    Args:
        directory: The instance.
        host: Its name, as `essaim mail` shows it.
        output: How to answer.
    """
    async with opened(directory) as instance:
        number = await by_hand.give_up(instance.database, host)
    output.say(
        f"{number} deliveries to {host} are given up; `essaim mail retry` takes them up again.",
        {"host": host, "givenUp": number},
    )


async def drop(directory: Path, host: str, /, *, confirm: str = "", output: Output = PLAIN) -> None:
    """Throw away for ever what was given up for a host.

    Args:
        directory: The instance.
        host: Its name, as `essaim mail` shows it.
        confirm: The name again, because this cannot be taken back.
        output: How to answer.
    """
    if confirm != host:
        raise Failed(f"This cannot be taken back. If you are sure, add --confirm {host}.")
    async with opened(directory) as instance:
        number = await by_hand.drop(instance.database, host)
    output.say(f"{number} deliveries to {host} are thrown away.", {"host": host, "dropped": number})


async def read_again(
    directory: Path, number: int | None = None, /, *, output: Output = PLAIN
) -> None:
    """Read again what was received and put aside because of a mistake in this program.

    Args:
        directory: The instance.
        number: Which, as `essaim mail` shows it; all when left out.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.begin() as session:
        revived = await by_hand.read_again(session, instance.site, number)
    output.say(f"{revived} activities are read again now.", {"readAgain": revived})


def _line(one: HostMail) -> str:
    why = TROUBLES[trouble(one.reason).value]
    parts = [f"{one.name}  {one.waiting} waiting, {one.parked} given up"]
    if one.failing_since is not None and one.failures:
        parts.append(f"cannot be reached since {_time(one.failing_since)}, {one.failures} tries")
    parts.append(f"{why} ({one.reason})" if one.reason else why)
    if one.due_at is not None:
        parts.append(f"next try {_time(one.due_at)}")
    return "; ".join(parts)


def _value(one: HostMail) -> dict[str, Json]:
    return {
        "host": one.name,
        "waiting": one.waiting,
        "parked": one.parked,
        "oldest": _time(one.oldest_at),
        "failures": one.failures,
        "failingSince": _time(one.failing_since),
        "nextTry": _time(one.due_at),
        "trouble": trouble(one.reason).value,
        "lastError": one.reason,
    }


def _aside(one: PutAside) -> dict[str, Json]:
    return {
        "id": str(one.id),
        "activity": one.activity_iri,
        "speaker": one.speaker,
        "reason": one.reason,
        "at": _time(one.received_at),
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")
