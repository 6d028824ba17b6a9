"""The pages in a real Chromium: on a desk and on a phone, by day and by night, with keys alone.

A machine without Chromium fails this test: pages that nobody has looked at are not done.
"""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from together.reader import reading
from together.street import PASSWORD, House, Street, a_sheet

from actors.tables.host import Host
from actors.tables.mail import Delivery, Outgoing, Received
from actors.verbs import remarking
from actors.views import history

pytestmark = pytest.mark.browser

DESK, PHONE, NARROWEST = (1280, 900), (360, 740), (320, 640)

NEVER_WIDER = "document.documentElement.scrollWidth <= window.innerWidth"

# WCAG 2.2, 1.4.3: text has 4.5:1 against what is behind it; large text, 3:1.
PALE = """() => {
  const curve = part => part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4;
  const channel = value => curve(value / 255);
  const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
  const read = colour => colour.match(/[\\d.]+/g).map(Number);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = read(getComputedStyle(element).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const pale = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility()) continue;
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const [a, b] = [light(read(style.color)), light(behind(element))].sort((x, y) => y - x);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const contrast = (a + .05) / (b + .05);
    if (contrast < (large ? 3 : 4.5)) pale.push(text + ' ' + contrast.toFixed(2));
  }
  return pale;
}"""


@dataclass
class Watched:
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


Watch = Callable[..., AbstractAsyncContextManager[Watched]]


@pytest.fixture
async def chromium(alpha: House) -> AsyncIterator[Browser]:
    """The browser of this machine, which finds the instance at its loopback port."""
    program = shutil.which("chromium")
    assert program, "these tests need chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--headless",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                f"--host-resolver-rules=MAP {alpha.host}:443 127.0.0.1:{alpha.port}",
            ],
        )
        yield browser
        await browser.close()


@pytest.fixture
def watch(alpha: House, chromium: Browser) -> Watch:
    """Opens windows of a size, in a language, by day or by night."""

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = DESK, language: str = "fr", scheme: str = "light"
    ) -> AsyncIterator[Watched]:
        context = await chromium.new_context(
            ignore_https_errors=True,
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        watched = Watched(context, alpha)
        yield watched
        await context.close()
        assert watched.complaints == []

    return opened


@pytest.fixture
async def story(street: Street, alpha: House) -> list[str]:
    """A model, an adaptation of it that conflicts with its source, a reply; and all their pages."""
    coop = await alpha.actor("coop")
    word = "Réparationscoopérativesinternationales" * 3
    source = await alpha.publish(coop, a_sheet(text=f"On répare. {word}\n\n`{word}`"))
    other = await alpha.organisation("rete", "Rete")
    await alpha.member("bruno@example.org", other)
    async with reading(alpha, street) as bruno, reading(alpha, street) as anna:
        await bruno.sign_in("bruno@example.org")
        await bruno.go(f"/m/{source.slug}/fork")
        await bruno.press("Start the adaptation", kind="variant", language="it")
        fork = bruno.path.split("/")[2]
        await bruno.follow("Open the whole form")
        await bruno.press(
            "Publish the new version",
            name__it="Officina di riparazione",
            s1__text__it="Una sala.",
            s1__kind__it="own",
            s1__reason="Cost",
        )
        assert bruno.status == 200, bruno.faults
        await bruno.go(f"/m/{source.slug}/propose")
        await bruno.press("Send the proposal", take__costs="1", message=f"Essayez. {word}")
        proposed = bruno.path
        await street.settle()
        await anna.sign_in("anna@example.org")
        await anna.go(f"/m/{source.slug}/edit")
        await anna.press("Publish the new version", s1__text__fr="Tout a changé.")
        assert anna.status == 200
    async with alpha.begin() as session:
        model = await history.model_by_id(session, source.id)
        remark = await remarking.remark(
            session, alpha.site, coop, text=f"Bravo {word}", in_reply_to=model
        )
    await street.settle()
    models = [f"/m/{source.slug}{end}" for end in ("", "/versions", "/compare?from=1", "/fork")]
    beside = f"/compare?with={source.slug}"
    forks = [f"/m/{fork}{end}" for end in ("", "/edit", "/merge", "/delete", "/workspace", beside)]
    forks += [f"/m/{fork}/versions/1", f"/m/{fork}/versions/1/restore"]
    forks += [f"/m/{fork}/{page}" for page in ("lineage", "siblings", "kept")]
    forks += [f"/m/{fork}{end}" for end in ("/translations", "/translations/it", "/glossary")]
    general = ["/", "/directory", "/organisations", "/@rete", "/about", f"/remarks/{remark.id}"]
    offers = ["/proposals?side=sent", proposed, f"/m/{source.slug}/propose"]
    return [*general, *models, *forks, *offers, "/space", "/notices", "/write"]


@pytest.mark.parametrize(
    ("size", "language", "scheme"),
    [(DESK, "fr", "light"), (PHONE, "en", "dark"), (NARROWEST, "it", "dark")],
)
async def test_pages_fit_are_legible_and_ask_nobody_else(
    story: list[str], watch: Watch, size: tuple[int, int], language: str, scheme: str
) -> None:
    async with watch(size, language, scheme) as window:
        await window.sign_in("bruno@example.org")
        for path in story:
            page = await window.open(path)
            assert await page.title()
            assert await page.evaluate(NEVER_WIDER), f"{path} is wider than the window"
            assert await page.evaluate(PALE) == [], path
            await page.close()


async def reach(page: Page, words: str) -> None:
    """Press Tab until the thing with these words has the focus, and see that it shows."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(
            "document.activeElement.innerText || document.activeElement.name || ''"
        )
        if words in str(focused):
            outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
            return
    raise AssertionError(f"no key leads to {words!r}")


async def test_the_keyboard_is_enough_to_find_and_adapt_a_model(
    story: list[str], watch: Watch
) -> None:
    assert story
    async with watch(language="en") as window:
        await window.sign_in("bruno@example.org")
        page = await window.open("/")
        await reach(page, "Go to the content")
        await page.keyboard.press("Enter")
        await reach(page, "q")
        await page.keyboard.type("reparation")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/directory?q=reparation**")
        await reach(page, "Atelier de réparation (en)")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/m/**")
        await reach(page, "Adapt this model")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/fork")
        await reach(page, "Start the adaptation")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/workspace?said=forked")


async def test_enter_in_a_field_of_a_sheet_previews_and_removes_nothing(
    story: list[str], watch: Watch
) -> None:
    assert story
    async with watch(language="en") as window:
        await window.sign_in("bruno@example.org")
        page = await window.open("/write")
        await page.fill("[name='name.en']", "Typed with care")
        await page.press("[name='name.en']", "Enter")
        await page.wait_for_selector(".preview")
        assert await page.input_value("[name='name.en']") == "Typed with care"
        assert await page.locator("fieldset.section").count() == 6


async def test_only_the_chosen_way_shows_its_fields_in_a_merge(
    story: list[str], watch: Watch
) -> None:
    merge = next(path for path in story if path.endswith("/merge"))
    async with watch(PHONE, "en") as window:
        await window.sign_in("bruno@example.org")
        page = await window.open(merge)
        own = page.locator("textarea[name='own.costs.it']")
        assert not await own.is_visible()
        await page.get_by_label("Write it anew, from both").check()
        assert await own.is_visible()
        await own.fill("Una sala, e strumenti.")
        await page.get_by_role("button", name="Publish my choices").last.click()
        await page.wait_for_url("**said=merged")
        assert "Your choices are saved" in await page.inner_text("[role=status]")


@pytest.mark.parametrize("size", [DESK, NARROWEST])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_post_office_with_much_to_tell_fits_everywhere(
    alpha: House, watch: Watch, size: tuple[int, int], scheme: str
) -> None:
    await alpha.member("olga@example.org", alpha.network)
    await trouble_with_mail(alpha)
    async with watch(size, scheme=scheme) as watched:
        await watched.sign_in("olga@example.org")
        for show in ("failing", "given-up", "all"):
            page = await watched.open(f"/mail?show={show}")
            assert await page.evaluate(NEVER_WIDER), show
            assert await page.evaluate(PALE) == [], show


async def trouble_with_mail(house: House) -> None:
    """Hosts that fail in several ways, and something that was put aside."""
    now = house.site.now()
    reasons = ("the other server is too slow", "503: " + "x" * 200, "401: no key", "")
    async with house.begin() as session:
        said = Outgoing(
            id=house.site.new_id(),
            activity_iri=f"{house.origin}/activities/1",
            actor_id=house.network.id,
            type="Create",
            about=f"{house.origin}/models/1",
            document=b"{}",
            followers_of=[],
            recipients=[],
            is_public=True,
            made_at=now,
            fanned_at=now,
        )
        session.add(said)
        await session.flush()
        for number, reason in enumerate(reasons):
            host = f"{'very-long-name-' * 3}{number}.example"
            session.add(
                Host(
                    id=house.site.new_id(),
                    name=host,
                    failures=3,
                    failing_since=now,
                    due_at=now,
                    reason=reason,
                )
            )
            session.add_all(
                Delivery(
                    outgoing_id=said.id,
                    about=said.about,
                    host=host,
                    inbox=f"https://{host}/{state}",
                    state=state,
                    reason=reason,
                    made_at=now,
                    due_at=now,
                )
                for state in ("waiting", "parked")
            )
        session.add(
            Received(
                id=house.site.new_id(),
                activity_iri=f"https://evil.test/activities/{'7' * 200}",
                speaker="https://evil.test/users/mallory",
                vouched="REQUEST",
                document=b"{}",
                state="parked",
                reason="a mistake in this program: see the log",
                received_at=now,
                due_at=now,
            )
        )
