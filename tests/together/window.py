"""A window: a real Chromium at one instance, which complains of what a reader would never see."""

import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from together.street import PASSWORD, House

DESK, PHONE, NARROWEST = (1280, 900), (360, 740), (320, 640)

AXE = Axe().axe_script

NEVER_WIDER = "document.documentElement.scrollWidth <= window.innerWidth"

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""What axe-core holds a page against: all of WCAG 2.2 AA that a program can judge, and manners."""


@dataclass
class Window:
    """A browser context, and what it complained about or asked elsewhere for."""

    context: BrowserContext
    house: House
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> Page:
        """Open a page of the instance in a new tab."""
        page = await self.context.new_page()
        page.on("console", lambda said: self._console(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._request(request.url))
        await page.goto(self.house.url(path))
        return page

    async def sign_in(self, email: str) -> None:
        """Sign in."""
        page = await self.open("/sign-in")
        await page.fill("[name=email]", email)
        await page.fill("[name=password]", PASSWORD)
        await page.press("[name=password]", "Enter")
        await page.wait_for_url("**/space**")
        await page.close()

    def _console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def _request(self, address: str) -> None:
        if urlsplit(address).netloc != self.house.host:
            self.complaints.append(f"asked {address}")


Watch = Callable[..., AbstractAsyncContextManager[Window]]
"""Opens a window: `watch(PHONE, "en", "dark")`."""


async def barriers(page: Page, *, only: list[str] | None = None) -> list[str]:
    """What axe-core finds wrong with a page, a line each: the rule, and the thing.

    Args:
        page: as it is on the screen now.
        only: rules, by name; all of `RULES` without.
    """
    chosen: Mapping[str, object] = (
        {"type": "rule", "values": only} if only else {"type": "tag", "values": RULES}
    )
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    found = await page.evaluate(
        "options => axe.run(options)",
        # Styles are not fetched a second time: only rules on turning the screen would read them.
        {"resultTypes": ["violations"], "runOnly": chosen, "preload": False},
    )
    return [
        f"{one['id']}: {one['help']}: {node['html'][:160]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@asynccontextmanager
async def launched(*arguments: str) -> AsyncIterator[Browser]:
    """The browser of this machine, without a screen."""
    program = shutil.which("chromium")
    assert program, "this needs chromium"
    quiet = ("--disable-gpu", "--no-first-run", "--disable-background-networking")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--headless", *quiet, *arguments]
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def chromium(house: House, *arguments: str) -> AsyncIterator[Browser]:
    """The same, which finds the instance at its loopback port."""
    door = f"--host-resolver-rules=MAP {house.host}:443 127.0.0.1:{house.port}"
    async with launched(door, *arguments) as browser:
        yield browser


@asynccontextmanager
async def window(
    browser: Browser,
    house: House,
    size: tuple[int, int] = DESK,
    language: str = "fr",
    scheme: str = "light",
) -> AsyncIterator[Window]:
    """A window of a size, in a language, by day or by night; it may not have complained."""
    context = await browser.new_context(
        ignore_https_errors=True,
        viewport={"width": size[0], "height": size[1]},
        locale=language,
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    opened = Window(context, house)
    yield opened
    await context.close()
    assert opened.complaints == [], opened.complaints
