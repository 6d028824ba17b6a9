"""Signing in and out, acting for one of several organisations, and forms that others send."""

import pytest
from together.reader import Reader
from together.stranger import moved_in
from together.street import PASSWORD, House, Street

from actors.rules.permissions import Office
from actors.views import access


async def test_a_member_signs_in_and_out(alpha: House, reader: Reader) -> None:
    await reader.go("/sign-in")
    await reader.press("Sign in", email="Anna@Example.org", password=PASSWORD)
    assert reader.path == "/space"
    assert "You are signed in." in reader.text
    cookie = next(one for one in reader.session.cookie_jar if one.key == "__Host-essaim_session")
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "Lax"
    await reader.press("Sign out")
    assert "You are signed out." in reader.text
    async with alpha.read() as session:
        assert await access.by_session(session, alpha.site, cookie.value) is None
    await reader.go("/space")
    assert reader.path == "/sign-in"


@pytest.mark.parametrize(
    ("email", "password"), [("anna@example.org", "wrong"), ("nobody@example.org", PASSWORD)]
)
async def test_a_wrong_password_and_an_unknown_address_sound_alike(
    reader: Reader, email: str, password: str
) -> None:
    await reader.go("/sign-in")
    await reader.press("Sign in", email=email, password=password)
    assert reader.status == 422
    assert reader.faults == ["Error: This address and this password do not belong together."]
    assert reader.page.xpath("//input[@name='email']/@value") == [email]
    assert reader.page.xpath("//input[@name='password']/@value") == []


async def test_nothing_typed_is_said_field_by_field(reader: Reader) -> None:
    await reader.go("/sign-in")
    await reader.press("Sign in", email="", password="")
    assert reader.faults == ["Error: Please fill this in."] * 2


async def test_signing_in_leads_back_to_the_page_that_asked_for_it(reader: Reader) -> None:
    await reader.go("/notices")
    assert reader.path == "/sign-in"
    await reader.press("Sign in", email="anna@example.org", password=PASSWORD)
    assert reader.path == "/notices"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:1", "/%0d%0ax\n"]
)
async def test_signing_in_never_leads_to_another_site(reader: Reader, elsewhere: str) -> None:
    await reader.go("/sign-in")
    await reader.press("Sign in", email="anna@example.org", password=PASSWORD, back=elsewhere)
    assert reader.address.startswith("https://alpha.test/space")


async def test_a_form_from_another_site_has_no_effect(alpha: House, anna: Reader) -> None:
    await anna.go("/space")
    forged = [("handle", "network"), ("token", "0" * 64)]
    for fields in (forged, forged[:1]):
        async with anna.session.post(
            alpha.url("/space"), data=fields, headers={"Accept": "text/html"}
        ) as answer:
            assert answer.status == 403
            assert "This form is out of date" in await answer.text() or answer.status == 403
    await anna.go("/space")
    assert (
        "Réseau alpha"
        not in anna.page.xpath("//section[@aria-labelledby='following']")[0].text_content()
    )


async def test_the_token_of_one_session_does_not_fit_another(alpha: House, anna: Reader) -> None:
    await anna.go("/space")
    token = anna.page.xpath("//input[@name='token']/@value")[0]
    await anna.press("Sign out")
    await anna.sign_in("anna@example.org")
    async with anna.session.post(alpha.url("/sign-out"), data={"token": token}) as answer:
        assert answer.status == 403
    await anna.go("/space")
    assert anna.path == "/space"


async def test_a_member_of_two_organisations_chooses(alpha: House, reader: Reader) -> None:
    second = await alpha.organisation("second", "Seconde")
    anna = await alpha.member("berta@example.org", second, Office.READER)
    assert anna.name == "Berta"
    coop = await alpha.actor("coop")
    await alpha.member("berta@example.org", coop, Office.EDITOR)
    await reader.sign_in("berta@example.org")
    assert reader.heading == "Coopérative Alpha"
    await reader.follow("Act for another organisation")
    assert reader.heading == "For whom do you act?"
    await reader.press("Seconde")
    assert "From now on you act for this organisation." in reader.text
    await reader.go("/space")
    assert reader.heading == "Seconde"
    await reader.go("/write")
    assert reader.status == 403
    assert "Only stewards and editors publish in this name." in reader.text


async def test_nobody_acts_for_an_organisation_without_mandate(alpha: House, anna: Reader) -> None:
    await alpha.organisation("others")
    other = await alpha.actor("others")
    await anna.go("/acting")
    token = anna.page.xpath("//input[@name='token']/@value")[0]
    fields = {"token": token, "organisation": str(other.id)}
    async with anna.session.post(alpha.url("/acting"), data=fields) as answer:
        assert answer.status == 403


async def test_only_stewards_of_the_network_see_the_post_office(alpha: House, anna: Reader) -> None:
    await anna.go("/mail")
    assert anna.status == 403
    await anna.press("Sign out")
    await alpha.member("olga@example.org", alpha.network)
    await anna.sign_in("olga@example.org")
    await anna.follow("Post office")
    assert anna.status == 200
    assert "Everything has been delivered." in anna.text
    assert "Private addresses may be called from here." in anna.text
    assert f"127.0.0.1:{alpha.port}" in anna.text
    assert "laboratory" not in anna.text


async def test_the_post_office_shows_which_outbox_cannot_be_read(
    street: Street, alpha: House, anna: Reader
) -> None:
    async with moved_in(street) as mallory:
        await alpha.follow(alpha.network, mallory.iri)
        await street.settle()
        await mallory.send(alpha, mallory.activity("Accept", mallory.told[-1]["id"]))
        await street.settle()
        await alpha.member("olga@example.org", alpha.network)
        await anna.press("Sign out")
        await anna.sign_in("olga@example.org")
        await anna.go("/mail")
        assert f"{mallory.iri}: the other server answered 404 (Given up)" in anna.text
