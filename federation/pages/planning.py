"""Planning: a time as somebody types it, in the time zone that she thinks in.

A browser sends a time without a zone; the form asks for the zone beside it, and every page says
the zone again. Where the clocks change, an hour does not exist and another one comes twice: the
first is refused, of the other the earlier one is meant.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from actors.errors import Unwise
from federation.pages.translating import N_, day_and_time

NO_TIME: Final = N_("Please choose a day and a time.")
NO_ZONE: Final = N_("Please choose one from the list.")
NO_SUCH_HOUR: Final = N_("This hour does not exist that day: the clocks are put forward.")

_WANTED: Final = (
    "Europe/Paris", "Europe/Brussels", "Europe/Luxembourg", "Europe/Rome", "Europe/Madrid",
    "Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "Europe/Amsterdam", "Europe/Lisbon",
    "Europe/London", "Europe/Dublin", "Europe/Copenhagen", "Europe/Oslo", "Europe/Stockholm",
    "Europe/Helsinki", "Europe/Warsaw", "Europe/Prague", "Europe/Budapest", "Europe/Athens",
    "Europe/Bucharest", "Europe/Sofia", "Europe/Kyiv", "Atlantic/Azores", "Atlantic/Canary",
    "America/Guadeloupe", "America/Martinique", "America/Cayenne", "Indian/Reunion",
)  # fmt: skip


@cache
def zones() -> tuple[str, ...]:
    """The zones to choose from: those of Europe that this machine knows, and UTC."""
    known = available_timezones()
    return (*(zone for zone in _WANTED if zone in known), "UTC")


def moment(text: str, zone: str) -> datetime:
    """The moment that somebody means.

    Args:
        text: `2026-03-12T14:00`, as browsers send it.
        zone: one of `zones`.

    Raises:
        Unwise: with `fields` `at` or `zone`.
    """
    if zone not in zones():
        raise Unwise(NO_ZONE, fields={"zone": NO_ZONE})
    try:
        typed = datetime.fromisoformat(text.strip()).replace(second=0, microsecond=0)
    except ValueError as wrong:
        raise Unwise(NO_TIME, fields={"at": NO_TIME}) from wrong
    if typed.tzinfo is not None or len(text.strip()) <= len("2026-03-12"):
        raise Unwise(NO_TIME, fields={"at": NO_TIME})
    there = typed.replace(tzinfo=_zone(zone))
    try:
        at = there.astimezone(UTC)
    except OverflowError as wrong:
        raise Unwise(NO_TIME, fields={"at": NO_TIME}) from wrong
    if at.astimezone(there.tzinfo).replace(tzinfo=None) != typed:
        raise Unwise(NO_SUCH_HOUR, fields={"at": NO_SUCH_HOUR})
    return at


def typed(at: datetime | None, zone: str) -> str:
    """A moment as a browser shows it in its field; empty for none."""
    return "" if at is None else f"{at.astimezone(_zone(zone)):%Y-%m-%dT%H:%M}"


def told(at: datetime, zone: str) -> str:
    """A moment in words, with its zone: `12 mars 2026, 14:00 (Europe/Paris)`."""
    return f"{day_and_time(at.astimezone(_zone(zone)))} ({zone if zone in zones() else 'UTC'})"


def _zone(name: str) -> ZoneInfo:
    """A zone of the list; UTC for one that this machine does not know any more."""
    return ZoneInfo(name if name in zones() else "UTC")
