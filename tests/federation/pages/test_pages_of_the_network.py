"""Stewards write what the network says of itself; readers, apps, peers and programs read it."""

from typing import Any

import pytest
from together.program import Program, must_fit
from together.reader import Reader, reading
from together.street import House, Street
from together.tour import OLGA

from actors.rules.network_pages import Kind, Said
from actors.verbs import presenting
from actors.views import network_pages


async def told(reader: Reader, path: str) -> Any:
    """What an app is answered at an address."""
    async with reader.session.get(reader.house.url(path)) as answer:
        return await answer.json(content_type=None)


@pytest.fixture
async def olga(alpha: House, reader: Reader) -> Reader:
    """The same browser, signed in as a steward of the network."""
    await alpha.member(OLGA, alpha.network)
    return await reader.sign_in(OLGA)


async def test_what_nobody_has_written_is_said_by_the_program(alpha: House, reader: Reader) -> None:
    await reader.go("/about")
    assert "This network has written no house rules." in reader.text
    await reader.follow("What becomes of your data")
    assert reader.path == "/about/privacy"
    assert "This text comes with the program" in reader.text
    assert "Edit this page" not in reader.text
    for path in ("/about/terms", "/about/conduct", "/about/rules", "/about/x", "/about/about"):
        await reader.go(path)
        assert reader.status == 404, path
    policy = await told(reader, "/api/v1/instance/privacy_policy")
    assert "<h2>Si vous ne faites que lire</h2>" in policy["content"]
    instance = await told(reader, "/api/v2/instance")
    assert instance["rules"] == await told(reader, "/api/v1/instance/rules") == []
    assert instance["configuration"]["urls"]["terms_of_service"] is None
    assert (await told(reader, "/api/v1/instance/terms_of_service"))["error"]


async def test_a_page_is_looked_at_published_in_two_languages_and_taken_back(
    alpha: House, olga: Reader, street: Street
) -> None:
    await olga.go("/space")
    await olga.follow("Who we are, house rules, privacy")
    await olga.follow("Write it")
    assert olga.path == "/about/about/edit"
    await olga.press("Preview", text="We **mend** things.")
    assert "Nothing is published yet." in olga.text
    assert olga.page.xpath("//strong[text()='mend']")
    async with reading(alpha, street) as anybody:
        await anybody.go("/about")
        assert "mend" not in anybody.text
    async with reading(alpha, street) as other:
        await other.sign_in(OLGA)
        await other.go("/about/about/edit?in=en")
        await olga.press("Publish this page")
        assert "The page says this from now on." in olga.text
        await other.press("Publish this page", text="We talk.")
        assert other.status == 422
        assert "Somebody else changed this page meanwhile." in other.text
        assert "We talk." in other.html
        assert other.page.xpath("//strong[text()='mend']")
        await other.press("Publish this page")
        assert other.status == 200
    await olga.go("/about/about/edit?in=fr")
    await olga.press("Publish this page", text="Nous **réparons**. <script>alert(1)</script>")
    await olga.go("/about")
    assert "We talk." in olga.text
    await olga.go("/?lang=de")
    assert olga.page.xpath("//aside//p[@lang='fr'][contains(text(), 'réparons')]")
    await olga.go("/about?lang=fr")
    assert not olga.page.xpath("//article//script")
    description = await told(olga, "/api/v1/instance/extended_description")
    assert "<strong>réparons</strong>" in description["content"]
    assert "<script" not in description["content"]
    await olga.go("/about/about/versions?lang=en")
    rows = olga.page.xpath("//ol/li/a/@href")
    assert len(rows) == 3
    await olga.go(rows[-1])
    await olga.press("Show this version again")
    assert "The page says again what it said then." in olga.text
    await olga.go("/about")
    assert "We mend things." in olga.text
    await olga.go("/about/about/versions/1")
    assert olga.status == 404


async def test_house_rules_are_ordered_explained_translated_and_shown_by_apps(
    alpha: House, olga: Reader
) -> None:
    await olga.go("/about/rules/edit?in=fr")
    await olga.press("Publish the rules", rule__0="x" * 301, hint__1="Sans règle")
    assert olga.status == 422
    assert len(olga.faults) == 2, olga.faults
    said = {
        "rule__0": "Restons polis.",
        "hint__0": "Même fâchés.",
        "rule__1": "Citons nos sources.",
    }
    await olga.press("Publish the rules", **said, hint__1="", place__0="9")
    assert olga.status == 200, olga.faults
    await olga.go("/about/rules/edit?in=en")
    await olga.press("Publish the rules", rule__1="Be polite.")
    rules = await told(olga, "/api/v1/instance/rules")
    assert [one["text"] for one in rules] == ["Citons nos sources.", "Restons polis."]
    assert rules[1]["translations"]["en"] == {"text": "Be polite.", "hint": ""}
    assert (await told(olga, "/api/v2/instance"))["rules"] == rules
    assert (await told(olga, "/api/v1/instance"))["rules"] == rules
    await olga.go("/about")
    shown = [" ".join(one.text_content().split()) for one in olga.page.xpath("//ol/li")]
    assert shown == ["Citons nos sources.", "Be polite.Même fâchés."]
    await olga.go("/about/rules/edit?in=en")
    await olga.press("Publish the rules", drop__1="yes")
    assert [one["id"] for one in await told(olga, "/api/v1/instance/rules")] == [rules[0]["id"]]


async def test_contact_privacy_and_terms_are_read_where_people_and_programs_look(
    alpha: House, olga: Reader
) -> None:
    await olga.go("/about/contact/edit?in=en")
    await olga.press("Publish this page", email="nobody", text="Write to us.")
    assert olga.status == 422
    assert olga.faults == ["Error: This is not an e-mail address."]
    await olga.press("Publish this page", email="hello@alpha.example")
    for kind in ("privacy", "terms"):
        await olga.go(f"/about/{kind}/edit?in=fr")
        await olga.press("Publish this page", text=f"Notre page {kind}.")
        await olga.go(f"/about/{kind}")
        assert f"Notre page {kind}." in olga.text
        assert "shown in French" in olga.text
    instance = await told(olga, "/api/v2/instance")
    assert instance["contact"]["email"] == "hello@alpha.example"
    assert instance["configuration"]["urls"]["terms_of_service"] == alpha.url("/about/terms")
    terms = await told(olga, "/api/v1/instance/terms_of_service")
    assert (terms["content"], terms["effective"]) == ("<p>Notre page terms.</p>", True)
    described = (await told(olga, "/nodeinfo/2.1"))["metadata"]
    assert described["contact"] == "mailto:hello@alpha.example"
    assert described["tosUrl"] == alpha.url("/about/terms")
    assert described["privacyPolicyUrl"] == alpha.url("/about/privacy")


async def test_only_stewards_of_the_network_write_its_pages(alpha: House, anna: Reader) -> None:
    for path in ("/about/edit", "/about/about/edit", "/about/about/versions"):
        await anna.go(path)
        assert anna.status == 403, path
    await anna.go("/about/privacy/edit?in=nonsense!")
    assert anna.status == 403


async def test_a_program_of_a_steward_writes_pages_and_is_told_of_others(alpha: House) -> None:
    olga = await alpha.member(OLGA, alpha.network)
    steward = Program(alpha, alpha.network, await alpha.token(olga, alpha.network))
    stranger = Program(alpha, alpha.network, None)
    must_fit((await stranger.get("/network-pages")).told(200), "NetworkPages")
    body: dict[str, Any] = {"seen": "", "texts": {"fr": "Bonjour."}}
    assert (await stranger.call("PUT", "/network-pages/about", body)).is_problem(401)
    assert (await steward.call("PUT", "/network-pages/nothing", body)).is_problem(404)
    page = (await steward.call("PUT", "/network-pages/about", body)).told(200)
    must_fit(page, "NetworkPage")
    assert page["texts"] == {"fr": "Bonjour."}
    other = {"seen": "", "texts": {"fr": "Salut."}}
    assert (await steward.call("PUT", "/network-pages/about", other)).is_problem(409)
    many = [{"texts": {"fr": f"Règle {number}"}} for number in range(31)]
    rules = {"seen": "", "rules": many}
    assert (await steward.call("PUT", "/network-pages/rules", rules)).is_problem(422)
    rules["rules"] = many[:2]
    first = (await steward.call("PUT", "/network-pages/rules", rules)).told(200)
    turned = {"seen": first["version"], "rules": [*reversed(first["rules"])]}
    again = (await steward.call("PUT", "/network-pages/rules", turned)).told(200)
    assert again["rules"] == turned["rules"]


async def test_fifty_versions_of_a_page_are_kept(alpha: House) -> None:
    olga = await alpha.member(OLGA, alpha.network)
    kind, seen = Kind.TERMS, 0
    async with alpha.begin() as session:
        for number in range(presenting.MOST_KEPT + 2):
            said = Said({"fr": f"État {number}"})
            page = await presenting.write(session, alpha.site, olga, kind, said, seen=seen)
            seen = page.id
        kept = await network_pages.versions(session, kind)
    assert len(kept) == presenting.MOST_KEPT == 50
    assert kept[0].said.texts == {"fr": "État 51"}
