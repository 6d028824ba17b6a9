"""The post office: which sites are behind and why, and what a steward can do about it."""

from together.owed import awaited, posted
from together.reader import Reader
from together.stranger import moved_in
from together.street import House, Street

from actors.mail import clocks, inbox
from actors.tables.mail import Received
from actors.views import queues

OLGA = "olga@example.org"


async def steward(alpha: House, reader: Reader) -> Reader:
    await alpha.member(OLGA, alpha.network)
    return await reader.sign_in(OLGA)


async def owed(house: House, hosts: int) -> None:
    """Something is on its way to so many hosts."""
    now = house.site.now()
    async with house.begin() as session:
        said = posted(house.origin, house.network, house.site.new_id(), now)
        session.add(said)
        await session.flush()
        session.add_all(awaited(said, f"h{number:05}.test") for number in range(hosts))


async def rows(house: House) -> dict[tuple[str, str], int]:
    async with house.read() as session:
        return {(one.name, one.state): one.rows for one in await queues.standing(session)}


async def test_a_steward_sees_why_a_site_is_behind_gives_it_up_and_takes_that_back(
    street: Street, alpha: House, reader: Reader
) -> None:
    async with moved_in(street) as mallory:
        mallory.answers = 503
        await alpha.follow(alpha.network, mallory.iri)
        await street.settle()
        await steward(alpha, reader)
        await reader.go("/mail")
        assert mallory.host in reader.text
        assert "Answers that it is in trouble itself 503" in reader.text
        assert "1 letter waits" in reader.text
        assert "not reached since" in reader.text

        await reader.press("Give up")
        assert "Given up. “Try again now” takes it back." in reader.text
        assert await rows(alpha) | {("delivery", "parked"): 1, ("delivery", "waiting"): 0} == (
            await rows(alpha)
        )
        await reader.go("/mail?show=given-up")
        assert "503" in reader.text
        assert mallory.told == mallory.told[:1]

        mallory.answers = 202
        await reader.press("Try again now")
        await street.settle()
        await reader.go("/mail?show=all")
        assert "Everything has been delivered." in reader.text
    assert [one["type"] for one in mallory.told][-1] == "Follow"


async def test_what_was_given_up_is_thrown_away_only_when_that_is_meant(
    street: Street, alpha: House, reader: Reader
) -> None:
    await owed(alpha, 1)
    await steward(alpha, reader)
    await reader.go("/mail?show=all")
    await reader.press("Give up")
    await reader.go("/mail?show=given-up")
    await reader.press_exactly("Throw away")
    assert reader.faults == ["Error: Say first that this is meant: it cannot be taken back."]
    assert (await rows(alpha))["delivery", "parked"] == 1
    await reader.press_exactly("Throw away", sure="1")
    assert "What was given up is thrown away." in reader.text
    assert (await rows(alpha))["delivery", "parked"] == 0


async def test_many_sites_are_shown_a_page_at_a_time_and_found_by_name(
    alpha: House, reader: Reader
) -> None:
    await owed(alpha, 120)
    await steward(alpha, reader)
    await reader.go("/mail")
    assert "No site." in reader.text, "none of them has failed"
    await reader.go("/mail?show=all")
    seen = set()
    for wanted in (50, 100, 120):
        seen |= {one for one in reader.text.split() if one.startswith("h00")}
        assert len(seen) == wanted
        if wanted < 120:
            await reader.follow("Further sites")
    assert "Further sites" not in reader.text
    await reader.go("/mail?show=all&host=H0007")
    assert {one for one in reader.text.split() if one.startswith("h00")} == {
        f"h0007{digit}.test" for digit in range(10)
    }


async def test_what_was_put_aside_is_read_again(alpha: House, reader: Reader) -> None:
    now = alpha.site.now()
    async with alpha.begin() as session:
        row = Received(
            id=alpha.site.new_id(),
            activity_iri="https://evil.test/activities/7",
            speaker="https://evil.test/users/mallory",
            vouched="REQUEST",
            document=b"{}",
            state=inbox.PARKED,
            reason="a mistake in this program: see the log",
            received_at=now,
            due_at=now,
        )
        session.add(row)
    await steward(alpha, reader)
    await reader.go("/mail")
    assert "https://evil.test/activities/7" in reader.text
    await reader.press("Read all again")
    assert "What was put aside is read again now." in reader.text
    assert (await rows(alpha))["received", "waiting"] == 1


async def test_nobody_else_does_anything_there(alpha: House, anna: Reader) -> None:
    await owed(alpha, 1)
    await anna.go("/space")
    [token, *_] = anna.page.xpath("//input[@name='token']/@value")
    data = [("do", "give-up"), ("host", "h00000.test"), ("token", token)]
    await anna._ask("POST", alpha.url("/mail"), data)
    assert anna.status == 403
    assert (await rows(alpha))["delivery", "waiting"] == 1


async def test_a_steward_is_told_whose_clock_is_wrong(alpha: House, reader: Reader) -> None:
    wrong = {"a.test": -3600, "b.test": -3600, "c.test": -3601, "d.test": 7200}
    async with alpha.begin() as session:
        await clocks.note(session, alpha.site, wrong)
    await steward(alpha, reader)
    await reader.go("/mail")
    assert "The clock of this server seems to be 60 minutes ahead: 3 sites" in reader.text
    assert "The clock of d.test is 2 hours ahead of ours" in reader.text
    await reader.go("/mail?lang=fr")
    assert "L'horloge de d.test avance de 2 heures sur la nôtre" in reader.text
