"""What a request or a delivery costs does not grow with what is remembered.

Every statement of the work that an instance does all day is shown to the database, which says how
it would answer it: by an index, or by reading a whole table.
"""

from together.commons import open_commons
from together.plans import Statement, heard, scans
from together.stranger import Stranger, with_header
from together.street import House, Street

from activitypub import wire
from activitypub.mediatypes import ACTIVITY_JSON
from actors.rules.permissions import Office

SMALL = frozenset({"instance", "relay"})
"""One row; and what an operator asks for by hand."""

FORESEEN = (
    "JOIN host_block ON",  # only those who block whole hosts have everybody looked at
    "actor.iri IS NULL",  # which nobody's is: both engines know that before they look
)
"""Parts of statements that read a table, and why they may."""


async def everything(street: Street, alpha: House, mallory: Stranger) -> None:
    """A day's work: mail from elsewhere, mail to elsewhere, readers."""
    coop = await alpha.actor("coop")
    member = await alpha.member("anna@example.org", coop, Office.EDITOR)
    token = await alpha.token(member, coop)
    headers = {"Authorization": f"Bearer {token}"}

    follow = mallory.activity("Follow", coop.iri)
    assert (await mallory.send(alpha, follow)).status == 202
    await street.settle()
    await open_commons(alpha)
    await alpha.follow(coop, mallory.iri)
    await street.settle()
    note = mallory.note(to=["https://www.w3.org/ns/activitystreams#Public"], cc=[coop.iri])
    create = mallory.activity("Create", note, to=note["to"], cc=note["cc"])
    assert (await mallory.send(alpha, create, path="/actors/coop/inbox")).status == 202
    forged = mallory.activity("Create", note)
    assert (await mallory.send(alpha, forged, bend=_spoilt)).status == 401
    await street.settle()

    statuses = alpha.url("/api/v1/statuses")
    mallory.answers = 503
    async with street.session.post(
        statuses, json={"status": "Bonjour à tous"}, headers=headers
    ) as posted:
        assert posted.status == 200
    model = await alpha.publish(coop)
    await street.settle()
    mallory.answers = 202
    street.clock.turn(hours=1)
    await street.settle()

    for address in (coop.iri, model.iri, alpha.url("/actor"), f"{coop.iri}/outbox"):
        async with street.session.get(address, headers={"Accept": ACTIVITY_JSON}) as shown:
            assert shown.status == 200
    found = alpha.url("/.well-known/webfinger?resource=acct:coop@alpha.test")
    looked_for = (
        alpha.url("/directory?q=velo+reparation&language=fr&near=FR101"),
        alpha.url("/directory.atom?family=hosting"),
        alpha.url("/api/essaim/v1/search?kind=organisation&q=coop"),
        alpha.url("/api/v2/search?q=mallory&type=accounts"),
        alpha.url("/api/v2/search?q=mallory&type=statuses"),
    )
    for address in (
        found,
        *looked_for,
        alpha.url("/api/v1/timelines/home"),
        alpha.url("/api/v1/notifications"),
    ):
        async with street.session.get(address, headers=headers) as shown:
            assert shown.status == 200, address


async def test_no_work_of_every_day_reads_a_whole_table(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    with heard() as statements:
        await everything(street, alpha, mallory)
    assert len(statements) > 100

    found = await scans(alpha.database.engine, statements)

    read = [f"{table}: {one.sql}" for table, one in found if not _may(table, one)]
    assert read == []


def _may(table: str, one: Statement) -> bool:
    return table in SMALL or any(words in one.sql for words in FORESEEN)


def _spoilt(request: wire.Request) -> wire.Request:
    signature = request.header("signature") or ""
    return with_header("signature", signature[:-8] + 'AAAAAA="')(request)
