"""One server's flood, however slow its answers, holds up nobody else."""

from together.evil import listening, silence
from together.stranger import moved_in
from together.street import Street

from actors.tables.actor import Actor
from actors.verbs import following


async def test_seventy_activities_that_wait_for_a_silent_server_hold_up_nobody(
    street: Street,
) -> None:
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    async with (
        moved_in(street) as mallory,
        moved_in(street, "good.test") as good,
        listening(silence) as silent,
    ):
        found = await alpha.lookup.resolve(mallory.iri)
        assert isinstance(found, Actor)
        async with alpha.begin() as session:
            await following.follow(session, alpha.site, coop, found)
        await street.settle()
        await mallory.send(alpha, mallory.activity("Accept", mallory.told[-1]))
        await street.settle()

        street.door("silent.test")
        street.names.ports["silent.test"] = silent.port
        for number in range(70):
            there = f"https://silent.test/notes/{number}"
            announce = mallory.activity("Announce", there, to=[coop.iri])
            assert (await mallory.send(alpha, announce)).status == 202
        assert (await good.send(alpha, good.activity("Follow", coop.iri))).status == 202

        await alpha.stop()
        await alpha.start(with_workers=True)
        await good.heard.wait()
        assert [one["type"] for one in good.told] == ["Accept"]
        waiting = [one for one in street.events if one["event"] == "inbox.applied"]
        assert len(waiting) < 30, "the flood is still under way"
