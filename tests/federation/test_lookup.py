"""Lookup: a handle or an address → something remembered, here first and on the network second."""

from collections.abc import AsyncIterator

import pytest
from together.stranger import Document, Stranger, moved_in
from together.street import House, Street, a_sheet

from activitypub.errors import Malformed, NotAuthoritative
from activitypub.handles import Handle
from activitypub.iris import Iri
from actors.errors import Gone, NotFound, Unwise
from actors.reactions import Reaction
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs.mirroring import Gathered
from actors.views import history
from federation.errors import Refused, TooMuch, Unsafe
from federation.gathering import gather


@pytest.fixture
async def houses(street: Street) -> list[House]:
    houses = await street.open("alpha", "beta")
    await houses[0].organisation("coop")
    return houses


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street) as stranger:
        yield stranger


@pytest.mark.parametrize(
    "text",
    [
        "@coop@alpha.test",
        "coop@alpha.test",
        " acct:COOP@Alpha.test ",
        "https://alpha.test/actors/coop",
        "https://alpha.test/@coop",
    ],
)
async def test_an_organisation_elsewhere_is_found_by_whatever_people_paste(
    houses: list[House], text: str
) -> None:
    _, beta = houses
    found = await beta.lookup.resolve(text)
    assert isinstance(found, Actor)
    assert (found.address, found.is_ours) == ("coop@alpha.test", False)


async def test_who_is_known_is_not_asked_for_again(houses: list[House]) -> None:
    alpha, beta = houses
    first = await beta.lookup.by_address(Handle("coop", "alpha.test"))
    await alpha.stop()
    again = await beta.lookup.by_address(Handle("Coop", "alpha.test"))
    by_iri = await beta.lookup.actor(Iri(first.iri))
    assert first.id == again.id == by_iri.id


@pytest.mark.parametrize(
    "address", ["{model}", "https://alpha.test/m/{slug}", "{model}/versions/1", "{model}#value"]
)
async def test_a_model_elsewhere_is_found_and_mirrored(houses: list[House], address: str) -> None:
    alpha, beta = houses
    model = await alpha.publish(await alpha.actor("coop"))
    found = await beta.lookup.resolve(address.format(model=model.iri, slug=model.slug))
    assert isinstance(found, Model)
    assert (found.iri, found.is_ours, found.name) == (model.iri, False, model.name)
    async with beta.read() as session:
        [version] = await history.revisions(session, found)
    assert version.iri == f"{model.iri}/versions/1"


async def test_a_model_is_read_anew_so_that_a_fork_starts_from_the_newest_version(
    street: Street, houses: list[House]
) -> None:
    alpha, beta = houses
    model = await alpha.publish(await alpha.actor("coop"))
    await beta.lookup.resolve(model.iri)
    street.clock.turn(hours=1)
    await alpha.revise(model, a_sheet(text="Mieux."))
    found = await beta.lookup.resolve(model.iri)
    assert isinstance(found, Model)
    assert found.number == 2
    await alpha.stop()
    remembered = await beta.lookup.resolve(model.iri)
    assert remembered.id == found.id


async def test_what_is_ours_is_found_without_the_network(
    street: Street, houses: list[House]
) -> None:
    alpha, beta = houses
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    asked = len(street.events)
    for text in (model.iri, alpha.url(f"/m/{model.slug}"), f"{model.iri}/versions/1"):
        assert (await alpha.lookup.resolve(text)).id == model.id
    for text in ("@coop@alpha.test", alpha.url("/@coop"), coop.iri):
        assert (await alpha.lookup.resolve(text)).id == coop.id
    assert len(street.events) == asked

    mirrored = await beta.lookup.resolve(model.iri)
    assert (await beta.lookup.resolve(beta.url(f"/m/{mirrored.id}"))).id == mirrored.id
    abroad = await beta.lookup.resolve(beta.url("/@coop@alpha.test"))
    assert isinstance(abroad, Actor)
    assert abroad.iri == coop.iri


@pytest.mark.parametrize(
    "text",
    [
        "@nobody@alpha.test",
        "https://alpha.test/actors/nobody",
        "https://alpha.test/m/none",
        "https://alpha.test/m/99999999999999999999999",
        "https://alpha.test/m/none/versions/x",
        "https://alpha.test/",
    ],
)
async def test_what_is_not_here_is_not_looked_for_on_the_network(
    houses: list[House], text: str
) -> None:
    with pytest.raises(NotFound):
        await houses[0].lookup.resolve(text)


async def test_what_was_deleted_is_said_to_be_gone(street: Street, houses: list[House]) -> None:
    alpha, beta = houses
    model = await alpha.publish(await alpha.actor("coop"))
    await beta.lookup.resolve(model.iri)
    street.clock.turn(hours=1)
    await alpha.delete(model)
    with pytest.raises(Gone):
        await alpha.lookup.resolve(model.iri)
    with pytest.raises(Refused) as refused:
        await beta.lookup.resolve(model.iri)
    assert refused.value.status == 410


@pytest.mark.parametrize("text", ["", "coop", "@coop", "a b@c", "ftp://alpha.test/x", "@@"])
async def test_what_is_no_address_is_explained(houses: list[House], text: str) -> None:
    with pytest.raises(Unwise):
        await houses[0].lookup.resolve(text)


async def test_a_note_elsewhere_is_found(houses: list[House], mallory: Stranger) -> None:
    note = mallory.note()
    found = await houses[0].lookup.resolve(str(note["id"]))
    assert isinstance(found, Remark)
    assert (found.visibility, found.content) == ("public", "<p>Bonjour</p>")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"attributedTo": "https://alpha.test/actors/coop"}, NotAuthoritative),
        ({"attributedTo": None}, Unwise),
        ({"id": "https://alpha.test/remarks/1"}, Unsafe),
        ({"type": "OrderedCollection"}, Unwise),
        ({"type": 7}, Malformed),
    ],
)
async def test_a_document_that_lies_is_not_remembered(
    houses: list[House], mallory: Stranger, changes: dict[str, object], error: type[Exception]
) -> None:
    note: Document = {name: value for name, value in (mallory.note() | changes).items() if value}
    mallory.documents["/notes/1"] = (200, note)
    with pytest.raises(error):
        await houses[1].lookup.resolve(f"{mallory.origin}/notes/1")


async def test_a_webfinger_answer_that_leads_away_gives_nobody_a_borrowed_name(
    houses: list[House], mallory: Stranger
) -> None:
    """The host may point elsewhere; whoever lives there must agree to the name."""
    mallory.documents["/.well-known/webfinger"] = (
        200,
        {
            "subject": "acct:president@evil.test",
            "links": [
                {
                    "rel": "self",
                    "type": "application/activity+json",
                    "href": "https://alpha.test/actors/coop",
                }
            ],
        },
    )
    with pytest.raises(NotFound):
        await houses[1].lookup.by_address(Handle("president", "evil.test"))


async def test_one_activity_may_not_ask_for_more_than_its_budget(
    houses: list[House], mallory: Stranger
) -> None:
    def one_more(_: object, gathered: Gathered) -> frozenset[Iri]:
        wanted = f"/notes/{len(gathered) + 1}"
        mallory.note(wanted)
        return frozenset(gathered) | {Iri(mallory.origin + wanted)}

    endless = Reaction((), needs=one_more)
    with pytest.raises(TooMuch):
        await gather(houses[0].lookup, endless, None, 5)  # type: ignore[arg-type]
    assert len(mallory.asked) == 5
