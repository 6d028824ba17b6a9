"""A web app that others built, in a real Chromium: the one that `mastodon-mock` ships.

It comes from an origin of its own, so all that it asks goes through what browsers ask first. It
looks for a mock's own endpoints (`/_mock/`) and bears that there are none; everything else of which
the browser complains is a fault of ours.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from clients.quay import Quay, quay
from playwright.async_api import ConsoleMessage, Page, Response, expect
from together.databases import NewDatabase
from together.ports import free_port
from together.street import PASSWORD, House, a_sheet
from together.window import launched

from actors.tables.actor import Actor
from actors.tables.model import Model

pytestmark = pytest.mark.browser

APPS = Path(__file__).parent / "apps"
ANNA = "anna@example.org"
OF_A_MOCK = "/_mock/"
MODELS, A_PAGE = 23, 20


async def file(request: web.Request) -> web.StreamResponse:
    """A file of the app; whatever is none is its first page, which looks at the address itself."""
    (home,) = APPS.glob(".venv/lib/python*/site-packages/mastodon_mock/_ui_dist/browser")
    wanted = home / request.match_info["name"]
    return web.FileResponse(wanted if wanted.is_file() else home / "index.html")


@asynccontextmanager
async def served(instance: str) -> AsyncIterator[str]:
    """Where the app is: a server of its own, on another origin than the instance.

    For streams alone the app asks its own server, at an address that is the mock's; it is sent on
    to where Mastodon has them.
    """

    async def stream(request: web.Request) -> web.StreamResponse:
        name, token = request.query["stream"], request.query["access_token"]
        raise web.HTTPTemporaryRedirect(f"{instance}/api/v1/streaming/{name}?access_token={token}")

    serving = web.Application()
    serving.add_routes([web.get("/_ui/{name:.*}", file), web.get("/api/v1/streaming", stream)])
    runner = web.AppRunner(serving)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", free_port())
    await site.start()
    yield site.name.replace("127.0.0.1", "localhost") + "/_ui"
    await runner.cleanup()


@dataclass
class Window:
    """A browser with the app, and what it complained of.

    Attributes:
        street: where the instance is.
        alpha: the instance, with models of a neighbour.
        ruche: the neighbour.
        model: one of those.
        app: where the app is.
        page: what is on the screen.
        complaints: errors in the console and answers that say no, but for what a mock would have.
    """

    street: Quay
    alpha: House
    ruche: Actor
    model: Model
    app: str
    page: Page
    complaints: list[str] = field(default_factory=list)

    def complain(self, of: str) -> None:
        """Note what is wrong."""
        if OF_A_MOCK not in of:
            self.complaints.append(of)

    def console(self, said: ConsoleMessage) -> None:
        """Note what the app's page wrote."""
        if said.type == "error":
            self.complain(f"{said.text} {said.location['url']}")

    def answer(self, response: Response) -> None:
        """Note what was refused."""
        if response.status >= 400:
            self.complain(f"{response.status} {response.url}")


@pytest.fixture
async def window(tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[Window]:
    """Anna's browser at the app, and a neighbour with more models than a page shows."""
    async with quay(tmp_path, new_database) as street, launched() as browser:
        (alpha,) = await street.open("alpha")
        coop = await alpha.organisation("coop", "La Coop")
        await alpha.member(ANNA, coop)
        ruche = await alpha.organisation("ruche", "La Ruche")
        models = [await alpha.publish(ruche, a_sheet(f"Atelier {n}")) for n in range(MODELS)]
        page = await browser.new_page(viewport={"width": 1200, "height": 900}, locale="fr")
        async with served(alpha.origin) as app:
            opened = Window(street, alpha, ruche, models[0], app, page)
            page.on("console", opened.console)
            page.on("pageerror", lambda error: opened.complain(str(error)))
            page.on("response", opened.answer)
            yield opened


async def signs_in(window: Window) -> None:
    page = window.page
    await page.goto(f"{window.app}/login")
    await page.get_by_placeholder("https://another.instance").fill(window.alpha.origin)
    await page.get_by_role("button", name="Use").click()
    await page.get_by_text("show", exact=True).click()
    await page.get_by_text("Authorize via OAuth").click()
    await page.fill("[name=email]", ANNA)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.locator("button[value=allow]").click()
    await expect(page.get_by_text("Your home timeline is empty")).to_be_visible()


async def scrolls(window: Window) -> None:
    page = window.page
    await page.get_by_role("link", name="Public").click()
    cards = page.locator("app-status-card")
    await expect(cards).to_have_count(A_PAGE)
    await cards.last.scroll_into_view_if_needed()  # this app reads one page, and no further
    await expect(cards.last).to_contain_text(f"Atelier {MODELS - A_PAGE}")


async def follows(window: Window) -> None:
    page = window.page
    await page.goto(f"{window.app}/accounts/{window.ruche.id}")
    async with page.expect_response("**/follow"):
        await page.get_by_role("button", name="Follow").click()
    await window.street.settle()
    await page.reload()
    await expect(page.get_by_role("button", name="Following")).to_be_visible()
    await page.get_by_role("link", name="Home", exact=True).click()
    await expect(page.locator("app-status-card").first).to_contain_text("Atelier")


async def opens_and_answers(window: Window) -> None:
    page = window.page
    await page.goto(f"{window.app}/statuses/{window.model.id}")
    card = page.locator("app-status-card").first
    await expect(card).to_contain_text("Réparer au lieu de jeter.")
    await card.get_by_role("button", name="⭐").click()
    await expect(card.get_by_role("button", name="⭐")).to_have_class(re.compile("on"))
    await card.get_by_role("button", name="💬").click()
    await page.locator("textarea").last.fill("On y va")
    await page.get_by_role("button", name=re.compile("Reply|Post")).last.click()
    await expect(page.locator("app-status-card").last).to_contain_text("On y va")


async def is_notified(window: Window) -> None:
    """Somebody follows her while she looks, and the page says so at once."""
    page = window.page
    await page.get_by_role("link", name="Notifications").click()
    async with page.expect_response(f"{window.alpha.origin}/api/v1/streaming/user?**"):
        await page.get_by_role("button", name="Go live").click()
    await window.alpha.follow(window.ruche, f"@coop@{window.alpha.host}")
    await window.street.settle()
    await expect(page.locator("app-notifications")).to_contain_text("La Ruche")


async def test_a_member_uses_a_web_app_of_somebody_else(window: Window) -> None:
    expect.set_options(timeout=20_000)
    chapters = (signs_in, scrolls, follows, opens_and_answers, is_notified)
    for chapter in chapters:
        await chapter(window)
        assert window.complaints == [], chapter.__name__
