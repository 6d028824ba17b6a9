"""An organisation says on one page what it is, and its followers are told once."""

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
