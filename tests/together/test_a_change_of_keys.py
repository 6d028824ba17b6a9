"""A change of keys, as other servers' code reads what is said about it, on both engines."""

import orjson
from sqlalchemy import select
from together.judges.bench import JUDGES, verdict
from together.judges.signatures import Signed
from together.stranger import moved_in
from together.street import House, Street, a_sheet

from activitypub.signatures.claims import claim
from actors.mail import keyring
from actors.tables.actor import Actor
from actors.tables.former_key import FormerKey
from actors.verbs import rotating
from actors.views import profiles


async def rotate(house: House, actor: Actor) -> None:
    async with house.begin() as session:
        await rotating.rotate(session, house.site, actor, house.street.next_keys())


async def test_everybody_understands_a_change_of_keys(street: Street) -> None:
    alpha, beta = await street.open("alpha", "beta")
    coop, repair = await alpha.organisation("coop"), await beta.organisation("repair")
    await beta.follow(repair, "@coop@alpha.test")
    async with alpha.read() as session:
        application = await profiles.instance_actor(session)
    async with moved_in(street, "reader.test") as reader:
        await reader.send(alpha, reader.activity("Follow", coop.iri))
        await street.settle()
        before = {one.iri: orjson.loads(one.document) for one in (coop, application)}
        count = len(reader.requests)
        for actor in (coop, application):
            await rotate(alpha, actor)
        await street.settle()
        for request in reader.requests[count:]:
            signer = before[claim(request).key_id.partition("#")[0]]
            headers = dict(request.headers)
            signed = Signed(request.method, request.url, headers, request.body, signer)
            for judge in JUDGES:
                judge.request(signed, street.clock())
    told = [one for one in reader.told if one["type"] == "Update"]
    # Two actors speak: which of them arrives first is open.
    assert {one["object"]["type"] for one in told} == {"Organization", "Application"}
    for activity in told:
        for judge in JUDGES:
            judge.actor(before[activity["actor"]])
            assert not verdict(lambda: judge.hear(activity)).startswith("refused")  # noqa: B023
        key = activity["object"]["publicKey"]
        assert key["id"] == before[activity["actor"]]["publicKey"]["id"]
        assert key != before[activity["actor"]]["publicKey"]
        async with street.session.get(
            activity["actor"], headers={"Accept": "application/activity+json"}
        ) as answer:
            served = orjson.loads(await answer.read())
        assert served["publicKey"] == key
        for judge in JUDGES:
            judge.actor(served)

    await alpha.publish(coop, a_sheet("Autre atelier"))
    await street.settle()
    assert street.mail[-1] == "alpha → beta Create"
    # Beta never knew the old key of the instance actor: it takes the new one at the second try.
    assert set(street.refusals()) <= {"signature-syntax"}
    async with alpha.begin() as session:
        await keyring.forget_former_keys(session)
        assert (await session.scalars(select(FormerKey))).all() == [], "all were told"
