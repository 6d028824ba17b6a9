"""An organisation says on one page what it is, and its followers are told once."""

from typing import Any

from together.pictures import a_picture
from together.reader import Reader, reading
from together.street import House, Street
from together.tour import ANNA

from activitypub.canonical_json import parse
from actors.views import profiles


async def test_a_profile_is_looked_at_then_published_and_nobody_is_written_over(
    alpha: House, anna: Reader, street: Street
) -> None:
    await anna.go("/@coop")
    await anna.follow("Edit our profile")
    said = {"legalForm": "no such form", "areaServed": "FR, Bologna", "foundingDate": "last year"}
    await anna.press("Publish the profile", name="", website="ftp://x", **said)
    assert anna.status == 422
    assert len(anna.faults) == 5, anna.faults
    assert "ITH55" in anna.text
    said = {"legalForm": "V1Z5", "areaServed": "FR, ITH55", "foundingDate": "2019"}
    said |= {"website": "https://coop.example/", "essStatus": "EssByLegalForm", "family": "hosting"}
    await anna.press("Preview", name="La Coop", note="On **répare**.", **said)
    assert "Nothing is published yet." in anna.text
    assert anna.page.xpath("//strong[text()='répare']")
    async with reading(alpha, street) as other:
        await other.sign_in(ANNA)
        await other.go("/profile")
        await anna.press("Publish the profile", indexable=None)
        assert anna.path == "/@coop", anna.faults
        assert "This is what your profile says now." in anna.text
        await other.press("Publish the profile", name="Coop !")
        assert other.status == 422
        assert "Somebody else changed the profile meanwhile." in other.text
        assert "La Coop" in other.text
    coop = await alpha.actor("coop")
    document = parse(coop.document)
    assert document["name"] == "La Coop"
    assert document["areaServed"] == [
        "http://data.europa.eu/nuts/code/FR",
        "http://data.europa.eu/nuts/code/ITH55",
    ]
    assert document["essStatus"] == "ess:EssByLegalForm"
    assert (document["discoverable"], document["indexable"]) == (True, False)
    async with alpha.read() as session:
        facts = await profiles.facts(session, coop)
    assert facts["website"] == "https://coop.example/"


async def test_a_profile_speaks_several_languages_and_names_its_links_as_its_own(
    alpha: House, anna: Reader
) -> None:
    await anna.go("/profile?in=pt")
    said = {"name__it": "La Cooperativa", "note__it": "Si **ripara**.", "name__pt": "A Cooperativa"}
    said |= {"line__0__name": "Mastodon", "line__0__value": "https://social.example/@coop"}
    said |= {"knowsLanguage": "fr, IT", "legalForm": "SCIC", "charter": "https://coop.example/c"}
    await anna.press("Preview", **said, line__1__value="no word for it")
    assert anna.status == 422
    assert anna.faults == ["Error: Please say what this is: a word such as Newsletter."]
    await anna.press("Preview", line__1__value="")
    assert anna.page.xpath("//section[@lang='it']//strong[text()='ripara']")
    await anna.press("Publish the profile")
    assert anna.path == "/@coop", anna.faults
    document: dict[str, Any] = parse((await alpha.actor("coop")).document)
    assert document["nameMap"] == {
        "fr": "Coopérative Alpha",
        "it": "La Cooperativa",
        "pt": "A Cooperativa",
    }
    assert next(iter(document["nameMap"])) == "fr"
    assert document["summaryMap"]["it"] == "<p>Si <strong>ripara</strong>.</p>\n"
    assert document["knowsLanguage"] == ["fr", "it"]
    assert document["essLegalForm"] == "ess:legalform-fr-scic"
    assert "legalForm" not in document
    assert anna.page.xpath("//link[@rel='me']/@href") == ["https://social.example/@coop"]
    assert anna.heading == "Coopérative Alpha"
    await anna.go("/@coop?lang=it")
    assert anna.heading == "La Cooperativa"
    assert anna.page.xpath("//strong[text()='ripara']")
    await anna.go("/profile?lang=en")
    assert anna.page.xpath("//input[@name='legalForm']/@value") == ["fr-scic"]
    await anna.press("Publish the profile", name__pt="", name__it="", note__it="")
    assert "nameMap" not in parse((await alpha.actor("coop")).document)


async def test_pictures_stand_on_the_same_page_as_the_profile(anna: Reader) -> None:
    await anna.go("/profile")
    await anna.attach("Show it", a_picture(), description="Our sign", part="icon")
    assert anna.path == "/profile"
    assert anna.page.xpath("//figure/img[@alt='Our sign']")
