"""Times on the wire: RFC 3339 with seconds and Z, as every server reads them."""

from datetime import UTC, datetime


def wire_time(moment: datetime) -> str:
    """`2026-02-01T10:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
