"""Discover: found across languages, narrowed by links, shown where, heard of by feeds."""

from typing import Any
from xml.etree import ElementTree as ET

from together.reader import Reader
from together.street import House, a_sheet

from actors.rules.sections import Sheet
from actors.verbs import enrolling, publishing

ATOM = "{http://www.w3.org/2005/Atom}"
NUTS = "http://data.europa.eu/nuts/code/"


def _sheet(title: str, language: str, text: str, facts: dict[str, Any]) -> Sheet:
    made = a_sheet(title, text=text).to_json()
    made["language"], made["names"], made["summaries"] = language, {language: title}, {}
    for section in made["sections"]:  # type: ignore[union-attr]
        section |= {"names": {language: "Parte"}, "texts": {language: text}}  # type: ignore[operator]
    return Sheet.from_json(made | {"facts": facts})


async def test_a_search_is_narrowed_by_links_and_heard_of_by_feeds(
    alpha: House, anna: Reader
) -> None:
    coop = await alpha.actor("coop")
    italian: dict[str, Any] = {
        "territory": [f"{NUTS}ITC4"],
        "maturity": "ess:Proven",
        "family": "ess:family-hosting",
    }
    async with alpha.database.begin() as session:
        await publishing.publish(
            session,
            alpha.site,
            coop,
            _sheet("Ciclofficina <b>", "it", "Il sabato si riparano biciclette.", italian),
        )
        for number in range(21):
            await publishing.publish(
                session,
                alpha.site,
                coop,
                _sheet(f"Laverie {number}", "fr", "Linge.", {"territory": [f"{NUTS}FR"]}),
            )
        await enrolling.update_organisation(
            session,
            alpha.site,
            coop,
            name="Coop",
            summary="",
            facts={"areaServed": [f"{NUTS}ITC4"], "legalForm": "BEWI"},
        )
    await anna.go("/directory")
    assert anna.heading == "Discover"
    assert "22 found" in anna.text
    await anna.follow("Further")
    assert "Ciclofficina <b>" in anna.text
    await anna.follow("Back")
    await anna.follow("Italy")
    assert "1 found" in anna.text
    assert anna.address.endswith("/directory?territory=IT")
    await anna.follow("Proven")
    await anna.follow("remove")
    assert anna.address.endswith("/directory?maturity=Proven")
    await anna.go("/directory?q=vélo")
    assert {one.text for one in anna.page.iter("mark")} == {"biciclette"}
    await anna.press("Show what fits", near="DE")
    assert "Nothing was found here." in anna.text
    await anna.go("/directory")
    await anna.follow("What fits Coop")
    assert anna.address.endswith("?near=ITC4&form=BEWI")
    assert "1 found" in anna.text

    await anna.go("/directory?q=vélo&territory=IT")
    await anna.follow("This search as a feed")
    assert anna.headers["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(anna.html.encode())  # noqa: S314 - our own
    assert feed.findtext(f"{ATOM}title") == "vélo, Italy · Réseau alpha"
    (entry,) = feed.iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Ciclofficina <b>"
    assert (entry.findtext(f"{ATOM}updated") or "").endswith("Z")

    await anna.go("/directory?kind=organisation&q=coop")
    await anna.follow("Feeds of all who were found")
    assert anna.headers["Content-Type"].startswith("text/x-opml")
    outlines = list(ET.fromstring(anna.html.encode()).iter("outline"))  # noqa: S314 - our own
    assert [one.get("text") for one in outlines][1:] == ["Coop (alpha.test)"]
    await anna.go(str(outlines[1].get("xmlUrl")))
    assert len(list(ET.fromstring(anna.html.encode()).iter(f"{ATOM}entry"))) == 22  # noqa: S314
    await anna.go("/directory?by=" + str(coop.id))
    assert "From: Coop" in anna.text

    await anna.go("/directory?q=" + "+".join(f"mot{number}" for number in range(13)))
    assert anna.faults == ["Error: Please search for at most 12 words."]
    await anna.go("/directory.atom?kind=nobody")
    assert anna.status == 200  # a feed is always of models
    await anna.go("/directory.opml?kind=nobody")
    assert anna.status == 422
