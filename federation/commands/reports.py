"""`essaim reports list`, `show`, `close`: what the stewards of this instance were told."""

from pathlib import Path

from activitypub.canonical_json import Json
from actors.verbs import reporting
from actors.views import reports
from actors.views.paging import LARGEST_PAGE, Page
from actors.views.reports import ReportItem
from federation.commands.instance import opened
from federation.commands.output import PLAIN, Output


async def list_reports(directory: Path, /, *, closed: bool = False, output: Output = PLAIN) -> None:
    """Show what was reported and is open, the newest first.

    Args:
        directory: The instance.
        closed: Show what is closed instead.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.read() as session:
        found = await reports.of(session, Page(limit=LARGEST_PAGE), is_closed=closed)
    lines = [
        f"{one.report.id}  @{one.about.address}  by {one.report.host}, {one.report.times}×"
        for one in found
    ]
    output.say("\n".join(lines) or "Nothing.", {"reports": [_value(one) for one in found]})


async def show_report(directory: Path, report: int, /, *, output: Output = PLAIN) -> None:
    """Show one report in full.

    Args:
        directory: The instance.
        report: Its number.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.read() as session:
        found = await reports.one(session, report)
    row = found.report
    lines = [
        f"About: @{found.about.address}",
        f"By: @{found.reporter.address} ({row.times}×, {row.category})",
        *(_printable(one) for one in row.comment.splitlines()),
        *(f"- {one['iri']}: {_printable(one['words'])}" for one in row.things),
        *([f"Closed: {row.answer}"] if row.closed_at else []),
    ]
    output.say("\n".join(lines), _value(found))


async def close_report(
    directory: Path, report: int, answer: str, /, *, output: Output = PLAIN
) -> None:
    """Close a report. Who reported it is told what was done, if it is an organisation of ours.

    Args:
        directory: The instance.
        report: Its number.
        answer: What was done about it.
        output: How to answer.
    """
    async with opened(directory) as instance, instance.database.begin() as session:
        row = await reporting.close(session, instance.site, report, answer=answer)
        found = await reports.one(session, row.id)
    output.say(f"Report {row.id} is closed.", _value(found))


def _value(item: ReportItem) -> dict[str, Json]:
    row = item.report
    return {
        "id": str(row.id),
        "from": item.reporter.iri,
        "about": item.about.iri,
        "category": row.category,
        "comment": row.comment,
        "things": row.things,
        "times": row.times,
        "forwarded": row.is_forwarded,
        "at": row.made_at.isoformat(),
        "closedAt": row.closed_at.isoformat() if row.closed_at else None,
        "answer": row.answer,
    }


def _printable(text: str) -> str:
    """A stranger's words on a terminal: nothing in them moves the cursor."""
    return "".join(one if one.isprintable() else " " for one in text)
