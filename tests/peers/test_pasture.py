"""Odd documents in a real inbox: each is taken or refused with a reason, and none is a bug."""

from typing import Any

from peers import pasture
from together.stranger import Stranger, moved_in
from together.street import House, Street

from actors.tables.actor import Actor
from actors.views import mail, profiles

HOST = "pasture.test"

REFUSED = {
    "attachments-9": "context",  # a recipe inside, in a context which we do not know
    "context-4": "context",  # no context at all
    "context-5": "context",  # a context that is not AS2
    "image_attachments-16": "context",  # a picture inside, in a context which we do not know
    "mentions-7": "context",  # `as:Mention`, which JSON-LD reads as Mention and plain JSON does not
    "necessary_properties-1": "origin-object",  # an object without id
}
"""Inputs that are refused, by name and number, with the code of the reason."""


def shown(kind: Any) -> bool:
    """Whether something of this type is for a timeline; the others have no effect."""
    types = kind if isinstance(kind, list) else [kind]
    return not {"Note", "Question", "Page", "Article"}.isdisjoint(types)


async def follow(street: Street, house: House, reader: Actor, stranger: Stranger) -> None:
    """Let an organisation follow the stranger, who accepts."""
    await house.follow(reader, stranger.iri)
    async with house.read() as session:
        [(asked, _)] = await profiles.our_follows(session, reader)
    await stranger.send(house, stranger.activity("Accept", asked.iri))
    await street.settle()


async def home(house: House, token: str) -> list[dict[str, Any]]:
    """The whole home timeline, as an app reads it."""
    found: list[dict[str, Any]] = []
    address = house.url("/api/v1/timelines/home?limit=40")
    headers = {"Authorization": f"Bearer {token}"}
    while True:
        oldest = f"&max_id={found[-1]['id']}" if found else ""
        async with house.street.session.get(address + oldest, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            page: list[dict[str, Any]] = await answer.json()
        if not page:
            return found
        found += page


async def test_every_odd_input_is_taken_or_refused_with_a_reason(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    reader = await alpha.organisation("lecteurs")
    member = await alpha.member("anna@alpha.test", reader)
    token = await alpha.token(member, reader)
    refused: dict[str, str] = {}

    async with moved_in(street, HOST) as stranger:
        await follow(street, alpha, reader, stranger)
        sent = pasture.creates(stranger.iri)
        for name, create in sent.items():
            answer = await stranger.send(alpha, create)
            if answer.status != 202:
                assert 400 <= answer.status < 500, f"{name}: {answer.status}"
                problem = await answer.json(content_type="application/problem+json")
                assert problem["detail"], name
                refused[name] = problem["code"]
        await street.settle()

    assert refused == REFUSED
    async with alpha.read() as session:
        office = await mail.post_office(session)
    assert (office.received_waiting, office.received_parked) == (0, 0)
    assert not [one for one in street.events if one.get("log_level") == "error"]
    notes = {
        str(create["object"]["id"])
        for name, create in sent.items()
        if name not in refused and shown(create["object"]["type"])
    }
    assert {one["uri"] for one in await home(alpha, token)} == notes
