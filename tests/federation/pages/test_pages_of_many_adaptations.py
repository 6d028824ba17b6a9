"""A model that many have adapted: its page shows the newest, and the others are in parts."""

from together.program import must_fit
from together.reader import Reader
from together.street import House

from actors.tables.model import Model
from actors.verbs import forking
from federation.api.operations import ROOT

FORKS = 43


async def test_a_model_with_many_adaptations_shows_a_few_and_lists_all(
    alpha: House, reader: Reader
) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    async with alpha.begin() as session:
        source = await session.get_one(Model, model.id)
        made = [
            await forking.fork(session, alpha.site, coop, source, kind="variant", language="fr")
            for _ in range(FORKS)
        ]
    await alpha.street.settle()
    addresses = [one.url.removeprefix(alpha.origin) for one in reversed(made)]

    await reader.go(model.url)
    shown = [link for link in _links(reader) if link in addresses]
    assert shown == addresses[:12], "the newest first"
    await reader.follow(f"See all {FORKS} adaptations")
    assert f"{FORKS} adaptations, as far as we know" in reader.text
    first = [link for link in _links(reader) if link in addresses]
    await reader.follow("Further")
    assert first + [link for link in _links(reader) if link in addresses] == addresses
    assert "Further" not in reader.text

    async with reader.session.get(alpha.url(f"{ROOT}/models/{model.id}")) as answer:
        told = await answer.json()
    assert (told["forkCount"], len(told["forks"])) == (FORKS, 20)
    path: str | None = alpha.url(f"{ROOT}/models/{model.id}/forks?limit=30")
    listed: list[str] = []
    while path:
        async with reader.session.get(path) as answer:
            part = await answer.json()
        must_fit(part, "Forks")
        listed += [one["url"].removeprefix(alpha.origin) for one in part["items"]]
        path = part["next"]
    assert listed == addresses

    await reader.go(addresses[0] + "/adaptations")
    assert "Nobody has adapted it yet" in reader.text


def _links(reader: Reader) -> list[str]:
    return [str(link.get("href")) for link in reader.page.iter("a")]
