"""What search engines read: maps of what may be found, and things in schema.org's words."""

import json

import pytest
from lxml import etree
from sqlalchemy import update
from together.reader import Reader
from together.street import House, Street, a_sheet

from actors.tables.listing import Listing
from actors.views import crawling

SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def listed(reader: Reader) -> list[str]:
    """The addresses of the map on the screen."""
    found = etree.fromstring(reader.html.encode()).xpath("//s:loc/text()", namespaces=SITEMAP)
    return [str(one) for one in found]


async def mapped(reader: Reader) -> list[list[str]]:
    """Every map that the index names."""
    await reader.go("/sitemap.xml")
    return [listed(await reader.go(address)) for address in listed(reader)]


async def test_the_maps_hold_what_is_ours_and_may_be_found(
    street: Street, alpha: House, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    (beta,) = await street.open("beta")
    shown = await alpha.publish(await alpha.actor("coop"))
    hidden = await alpha.publish(alpha.network, a_sheet("Secret"))
    deleted = await alpha.publish(alpha.network, a_sheet("Gone"))
    theirs = await beta.publish(beta.network, a_sheet("Elsewhere"))
    await alpha.lookup.resolve(theirs.iri)
    await alpha.delete(deleted)
    async with alpha.begin() as session:
        await session.execute(
            update(Listing).where(Listing.id == hidden.id).values(is_withheld=True)
        )
    await reader.go("/robots.txt")
    assert f"Sitemap: {alpha.url('/sitemap.xml')}" in reader.html.splitlines()
    [only] = await mapped(reader)
    front = ["/", "/about", "/how-it-works", "/directory", "/organisations", "/commons"]
    things = [f"/@{alpha.network.handle}", "/@coop", f"/m/{shown.slug}"]
    assert sorted(only) == sorted(alpha.url(path) for path in [*front, *things])
    # A large instance has several maps, and nothing stands in two of them or in none.
    monkeypatch.setattr(crawling, "MOST", 2)
    first, second = await mapped(reader)
    assert sorted([*first, *second]) == sorted(only)
    await reader.go("/sitemaps/nonsense.xml")
    assert reader.status == 404
    # The page of what is withheld asks not to be listed; others do not.
    await reader.go(f"/m/{hidden.slug}")
    assert reader.page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    await reader.go(f"/m/{shown.slug}")
    assert reader.page.xpath("//meta[@name='robots']") == []


async def test_a_model_and_an_organisation_say_what_they_are_in_common_words(
    alpha: House, reader: Reader
) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop, a_sheet("</script><b>Atelier"))
    await reader.go(f"/m/{model.slug}")
    [script] = reader.page.xpath("//script")
    told = json.loads(script.text)
    assert told["@type"] == "CreativeWork"
    assert told["name"] == "</script><b>Atelier (en)"
    assert (told["version"], told["license"]) == (1, "https://spdx.org/licenses/CC-BY-SA-4.0")
    assert told["author"]["name"] == "Coopérative Alpha"
    assert "isBasedOn" not in told
    await reader.go("/@coop")
    [script] = reader.page.xpath("//script")
    assert json.loads(script.text)["@type"] == "Organization"
