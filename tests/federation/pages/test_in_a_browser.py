"""The pages in a real Chromium: on a desk and on a phone, by day and by night, with keys alone.

A machine without Chromium fails this test: pages that nobody has looked at are not done.
"""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page
from together.owed import awaited, posted
from together.street import House, Street
from together.tour import ANNA, BRUNO, OLGA, Tour, tour
from together.window import DESK, NARROWEST, NEVER_WIDER, PHONE, Watch, barriers

from actors.tables.host import Host
from actors.tables.mail import Received
from federation.pages import routes

pytestmark = pytest.mark.browser

NO_PAGE = re.compile(
    r".*[.](atom|opml|csv|json|xml|txt|css|svg|webmanifest)|.*/(archive|cite)|/interact|/directory/found|/static/[^/]+|.*[^/]/"
)
"""What has an address among the pages and is a file, or sends one on."""


@pytest.fixture
async def told(street: Street, alpha: House) -> Tour:
    """Something of everything, and all its pages."""
    return await tour(street, alpha)


@pytest.mark.parametrize(
    ("email", "language"), [(None, "de"), (ANNA, "es"), (BRUNO, "fr"), (OLGA, "it")]
)
async def test_every_page_fits_is_legible_and_stands_in_nobodys_way(
    told: Tour, watch: Watch, email: str | None, language: str
) -> None:
    wrong = []
    async with watch(language=language) as window:
        if email:
            await window.sign_in(email)
        page = await window.open("/")
        for path in told.whose[email]:
            await page.goto(window.house.url(path))
            assert await page.title()
            wrong += [f"{path} {one}" for one in await barriers(page)]
            wrong += [f"{path} {one}" for one in await _small_and_dark(page)]
        # A page that is not there, or open already, is part of the tour: Chromium tells its status.
        window.complaints = [one for one in window.complaints if not re.search("40[49]", one)]
    assert wrong == [], wrong


async def test_the_tour_leaves_no_page_out(told: Tour) -> None:
    seen = [urlsplit(path).path for paths in told.whose.values() for path in paths]
    known = [*(one.path for one in routes.routes() if one.method == "GET"), *routes.SHARED]
    pages = {one: re.compile(re.sub(r"{[^}]+}", "[^/]+", one)) for one in known}
    shown = {one for one, pattern in pages.items() if any(map(pattern.fullmatch, seen))}
    assert [one for one in pages if one not in shown and not NO_PAGE.fullmatch(one)] == []


async def _small_and_dark(page: Page) -> list[str]:
    """What is wrong with the page by night, on the narrowest of screens; it is put back after."""
    await page.set_viewport_size({"width": NARROWEST[0], "height": NARROWEST[1]})
    await page.emulate_media(color_scheme="dark")
    wrong = await barriers(page, only=["color-contrast", "target-size"])
    if not await page.evaluate(NEVER_WIDER):
        wrong.append("wider than the window")
    if await page.evaluate("document.querySelector('header.top')?.offsetHeight ?? 0") > 2 * 32:
        wrong.append("a head of more than two lines")
    await page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    await page.emulate_media(color_scheme="light")
    return wrong


async def test_enter_in_a_field_of_a_sheet_previews_and_removes_nothing(
    told: Tour, watch: Watch
) -> None:
    assert told.whose
    async with watch(language="en") as window:
        await window.sign_in(BRUNO)
        page = await window.open("/write")
        await page.fill("[name='name.en']", "Typed with care")
        await page.press("[name='name.en']", "Enter")
        await page.wait_for_selector(".preview")
        assert await page.input_value("[name='name.en']") == "Typed with care"
        assert await page.locator("fieldset.section").count() == 6


async def test_only_the_chosen_way_shows_its_fields_in_a_merge(told: Tour, watch: Watch) -> None:
    merge = next(path for path in told.whose[BRUNO] if path.endswith("/merge"))
    async with watch(PHONE, "en") as window:
        await window.sign_in(BRUNO)
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
    await alpha.member(OLGA, alpha.network)
    await trouble_with_mail(alpha)
    async with watch(size, scheme=scheme) as watched:
        await watched.sign_in(OLGA)
        for show in ("failing", "given-up", "all"):
            page = await watched.open(f"/mail?show={show}")
            assert await page.evaluate(NEVER_WIDER), show
            assert await barriers(page) == [], show


async def trouble_with_mail(house: House) -> None:
    """Hosts that fail in several ways, and something that was put aside."""
    now = house.site.now()
    reasons = ("the other server is too slow", "503: " + "x" * 200, "401: no key", "")
    async with house.begin() as session:
        said = posted(house.origin, house.network, house.site.new_id(), now)
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
                awaited(said, host, inbox=f"https://{host}/{state}", state=state, reason=reason)
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
