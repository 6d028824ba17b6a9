"""A coordinator opens an instance, imports its members, invites them, and each claims her profile.

In a real Chromium with a device that makes passkeys, in French; one member comes with a passkey and
without any password, the other with a password and no script. How the pages look is judged on the
tour of all pages.
"""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page
from together.mailbox import mailbox
from together.street import Street
from together.window import chromium

from actors.verbs import ticketing
from actors.verbs.ticketing import Purpose
from actors.views import access, accounts, members
from federation.settings import EmailSettings

pytestmark = pytest.mark.browser

TRUSTING = "--ignore-certificate-errors"  # no passkey is made where the certificate is doubted
NEW = "trois mots pour Olga"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
LIST = """Nom;Courriel;Pays;Ville;Site web;Forme juridique
L'Atelier vélo;vera@example.org;France;Lyon;velo.example;SCIC
Pain & Cie;paul@example.org;Belgique;Namur;;Boulangerie coopérative
;sans-nom@example.org;FR;;;
"""


async def somebody(browser: Browser, *, script: bool = True) -> Page:
    """Somebody's browser, with a device that unlocks by itself."""
    context = await browser.new_context(
        locale="fr",
        java_script_enabled=script,
    )
    page = await context.new_page()
    device = await context.new_cdp_session(page)
    await device.send("WebAuthn.enable")
    await device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return page


async def press(page: Page, words: str) -> None:
    """Press a button and wait for the page it leads to."""
    async with page.expect_navigation():
        await page.get_by_role("button", name=words, exact=True).first.click()


async def test_a_coordinator_opens_imports_invites_and_each_claims_her_profile(
    street: Street, tmp_path: Path
) -> None:
    async with mailbox() as post:
        street.email = EmailSettings(
            server=f"127.0.0.1:{post.port}", security="none", sender="essaim@alpha.test"
        )
        (alpha,) = await street.open("alpha")
        async with alpha.begin() as session:
            _, secret = await ticketing.issue(session, alpha.site, Purpose.OPEN)
        async with chromium(alpha, TRUSTING) as browser:
            olga = await somebody(browser)
            await olga.goto(alpha.url(f"/open/{secret}"))
            await olga.fill("[name=network]", "Réseau du Sud")
            await olga.fill("[name=name]", "Olga")
            await olga.fill("[name=email]", "olga@example.org")
            await olga.fill("[name=password]", NEW)
            await press(olga, "Ouvrir le site")
            assert await olga.inner_text("h1") == "Membres et rôles"

            await olga.click("text=Importer une liste")
            (tmp_path / "membres.csv").write_text(LIST, "latin-1")
            await olga.set_input_files("[name=file]", tmp_path / "membres.csv")
            await press(olga, "La parcourir")
            assert "Ligne 4" in await olga.inner_text("main")
            await press(olga, "Reprendre 2 organisations")
            await press(olga, "Inviter celles qui n’ont pas de lien")
            await street.settle()
            await olga.reload()
            assert (await olga.inner_text("main")).count("courriel envoyé") == 2

            vera = await somebody(browser)
            await vera.goto(alpha.url(post.link("vera@example.org")))
            await vera.fill("[name=name]", "Vera")
            await press(vera, "Publier avec une clé d’accès")
            assert await vera.inner_text("h1") == "L'Atelier vélo"
            await vera.click(".who summary >> nth=0")
            await press(vera, "Se déconnecter")
            await vera.goto(alpha.url("/sign-in"))
            await press(vera, "Se connecter avec une clé d’accès")
            assert await vera.inner_text("h1") == "L'Atelier vélo"
            await vera.goto(alpha.url("/settings"))
            assert "Chrome · Linux" in await vera.inner_text("main")
            await press(vera, "Retirer Chrome · Linux")
            assert "votre seul moyen de vous connecter" in await vera.inner_text("main")

            paul = await somebody(browser, script=False)
            await paul.goto(alpha.url(post.link("paul@example.org")))
            await paul.fill("[name=name]", "Paul")
            await paul.fill("[name=password]", "pain au levain frais")
            assert not await paul.is_visible("text=Publier avec une clé d’accès")
            await paul.get_by_role("button", name="Publier notre page").click()
            assert await paul.inner_text("h1") == "Pain & Cie"
            await paul.goto(alpha.url("/@pain_cie"))
            assert "Boulangerie coopérative" in await paul.inner_text("main")
        async with alpha.read() as session:
            (standing,) = await members.rosters(session, alpha.site)
            member = await access.member_by_email(session, "vera@example.org")
            assert member is not None
            (key,) = await accounts.passkeys(session, member)
        assert (standing.claimed, standing.waiting) == (2, 0)
        assert member.password == ""
        assert key.used_at is not None
