"""Reporting with a browser, and what the stewards of the network do about it."""

from together.reader import Reader
from together.street import House

from actors.rules.permissions import Office
from actors.tables.report import Report
from actors.verbs import remarking, reporting
from actors.views import reports
from actors.views.paging import Page

EVIL = "<script>alert('x')</script><b>fett</b>"


async def reported(house: House, comment: str = EVIL) -> Report:
    """The coop is reported by its neighbours."""
    other, coop = await house.organisation("other"), await house.actor("coop")
    async with house.begin() as session:
        return await reporting.report(session, house.site, other, coop, comment=comment)


async def test_an_organisation_is_reported_from_its_page(alpha: House, anna: Reader) -> None:
    await alpha.organisation("rude", "Les Rudes")
    await anna.go("/@rude")
    await anna.follow("Report to the stewards")
    await anna.press("Send the report", comment=EVIL, category="spam")
    assert "Thank you. The stewards of this site will look at it." in anna.text
    async with alpha.read() as session:
        [found] = await reports.of(session, Page())
    assert (found.report.comment, found.report.category) == (EVIL, "spam")
    assert (found.reporter.handle, found.about.handle) == ("coop", "rude")


async def test_a_remark_is_reported_with_its_words(alpha: House, anna: Reader) -> None:
    rude = await alpha.organisation("rude", "Les Rudes")
    async with alpha.begin() as session:
        said = await remarking.remark(session, alpha.site, rude, text="Du vent")
    await anna.go(f"/remarks/{said.id}")
    await anna.follow("Report to the stewards")
    await anna.press("Send the report", comment="Impoli")
    async with alpha.read() as session:
        [found] = await reports.of(session, Page())
    assert found.report.things == [{"iri": said.iri, "words": "Du vent"}]


async def test_stewards_of_the_network_read_and_close_it_and_nothing_in_it_runs(
    alpha: House, reader: Reader
) -> None:
    await reported(alpha)
    await alpha.member("ines@example.org", alpha.network)
    await reader.sign_in("ines@example.org")
    await reader.go("/notices")
    assert "has reported something to you." in reader.text
    await reader.go("/reports")
    assert EVIL in reader.text  # as text
    await reader.press("Close this report", answer="x" * 2_001)
    assert reader.faults == ["Error: This is too long."]
    await reader.press("Close this report", answer="Nous leur avons parlé.")
    assert "The report is closed." in reader.text
    await reader.go("/reports?state=closed")
    assert "What was done: Nous leur avons parlé." in reader.text


async def test_nobody_else_sees_them(alpha: House, anna: Reader) -> None:
    await reported(alpha)
    await anna.go("/reports")
    assert anna.status == 403


async def test_who_only_reads_for_the_network_is_not_told(alpha: House, reader: Reader) -> None:
    await reported(alpha)
    await alpha.member("lea@example.org", alpha.network, Office.READER)
    await reader.sign_in("lea@example.org")
    await reader.go("/notices")
    assert "has reported" not in reader.text
    await reader.go("/reports")
    assert reader.status == 403
