"""What was reported to the stewards, and what became of it?"""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from actors.database import Session
from actors.errors import NotFound
from actors.tables.actor import Actor
from actors.tables.report import Report
from actors.views.paging import Page


@dataclass(frozen=True)
class ReportItem:
    """One report, with who made it and whom it is about."""

    report: Report
    reporter: Actor
    about: Actor


async def of(session: Session, page: Page, *, is_closed: bool = False) -> list[ReportItem]:
    """The reports that are open, or those that are closed, the newest first."""
    state = Report.closed_at.is_not(None) if is_closed else Report.closed_at.is_(None)
    rows = await session.execute(page.cut(_whole().where(state), Report.id.expression))
    return [ReportItem(row[0], row[1], row[2]) for row in rows]


async def one(session: Session, report_id: int) -> ReportItem:
    """The report with this number.

    Raises:
        NotFound: there is none.
    """
    row = (await session.execute(_whole().where(Report.id == report_id))).one_or_none()
    if row is None:
        raise NotFound("There is no such report here.")
    return ReportItem(row[0], row[1], row[2])


def _whole() -> Select[Report, Actor, Actor]:
    about = aliased(Actor)
    return (
        select(Report, Actor, about)
        .join(Actor, Actor.id == Report.from_id)
        .join(about, about.id == Report.about_id)
    )
