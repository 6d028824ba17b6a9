"""Job D: a coordinator opens an instance and brings her members, each of whom claims her profile.

Once in a browser that runs no script, once with keys alone, in French; whoever walks counts what
she does, as in the three jobs.
"""

import pytest
from playwright.async_api import Browser
from together.mailbox import Mailbox, mailbox
from together.street import House, Street
from together.walker import Walker
from together.window import launched

from actors.verbs import ticketing
from actors.verbs.ticketing import Purpose
from actors.views import members
from federation.settings import EmailSettings

pytestmark = pytest.mark.browser

MOST_TO_OPEN = 12
"""What the coordinator may be asked for: an instance, a list of any length, its invitations."""

MOST_TO_CLAIM = 4
MINUTES_TO_OPEN, MINUTES_TO_CLAIM = 6, 3

PASSWORD = "trois mots pour Olga"
LIST = """Nom;Courriel;Pays;Ville
L'Atelier;vera@{0}.example;FR;Lyon
Pain et Cie;paul@{0}.example;BE;Namur
"""


async def test_a_coordinator_opens_an_instance_and_members_claim_their_profiles(
    street: Street,
) -> None:
    async with mailbox() as post:
        street.email = EmailSettings(
            server=f"127.0.0.1:{post.port}", security="none", sender="essaim@alpha.test"
        )
        alpha, beta = await street.open("alpha", "beta")
        doors = ", ".join(f"MAP {one.host}:443 127.0.0.1:{one.port}" for one in (alpha, beta))
        async with launched(f"--host-resolver-rules={doors}") as browser:
            for house, keys in ((alpha, True), (beta, False)):
                await opens(street, browser, house, keys=keys)
                await claims(browser, house, post, keys=keys)


async def somebody(browser: Browser, house: House, *, keys: bool) -> Walker:
    context = await browser.new_context(
        ignore_https_errors=True, locale="fr", java_script_enabled=keys
    )
    context.set_default_timeout(60_000)
    return Walker(await context.new_page(), house, keys=keys)


async def opens(street: Street, browser: Browser, house: House, *, keys: bool) -> None:
    """An instance, a list, and an invitation to each."""
    async with house.begin() as session:
        _, secret = await ticketing.issue(session, house.site, Purpose.OPEN)
    olga = await somebody(browser, house, keys=keys)
    await olga.arrive(f"/open/{secret}")
    await olga.fill("network", "Reseau du Sud")
    await olga.fill("name", "Olga")
    await olga.fill("email", f"olga@{house.name}.example")
    await olga.fill("password", PASSWORD)
    await olga.press("button", "Ouvrir le site")
    await olga.press("link", "Importer une liste")
    await olga.fill("list", LIST.format(house.name))
    await olga.press("button", "La parcourir")
    await olga.press("button", "Reprendre 2 organisations")
    await olga.press("button", "Inviter celles qui n’ont pas de lien")
    await street.settle()
    assert olga.count <= MOST_TO_OPEN
    assert olga.minutes <= MINUTES_TO_OPEN
    assert olga.faults == [], olga.faults
    await olga.page.context.close()


async def claims(browser: Browser, house: House, post: Mailbox, *, keys: bool) -> None:
    """One of them says who she is, and publishes what was prepared; the other may take her time."""
    vera = await somebody(browser, house, keys=keys)
    await vera.arrive(post.link(f"vera@{house.name}.example"))
    await vera.fill("name", "Vera")
    await vera.fill("password", "pain au levain frais")
    await vera.press("button", "Publier notre page")
    await vera.says("L'Atelier")
    assert vera.count <= MOST_TO_CLAIM
    assert vera.minutes <= MINUTES_TO_CLAIM
    assert vera.faults == [], vera.faults
    await vera.page.context.close()
    async with house.read() as session:
        (standing,) = await members.rosters(session, house.site)
    assert (standing.claimed, standing.waiting) == (1, 1)
