"""Results while somebody types: late answers lose, the count is told, back leads back."""

import asyncio
from contextlib import suppress

import pytest
from playwright.async_api import Error, Route, expect
from together.street import House, a_sheet
from together.window import PHONE, Watch, barriers

pytestmark = pytest.mark.browser


async def test_results_come_while_she_types_and_back_leads_back(alpha: House, watch: Watch) -> None:
    coop = await alpha.actor("coop")
    for title in ("Laverie solidaire", "Atelier vélo", "Jardin partagé"):
        await alpha.publish(coop, a_sheet(title, text=f"{title}."))
    asked: list[str] = []
    async with watch(PHONE, "en") as window:
        page = await window.open("/directory?language=fr")
        page.on("request", lambda one: asked.append(one.url))
        results, told = page.locator("#found ~ .cards h3"), page.locator("#announced")
        await expect(results).to_have_count(3)
        await page.locator("#q").press_sequentially("laverie", delay=5)
        await expect(results).to_have_count(1)
        await expect(told).to_have_text("1 found")
        assert len([one for one in asked if "/found?" in one]) < len("laverie")
        await page.wait_for_url("**/directory?q=laverie&language=fr")
        assert await barriers(page) == []
        await page.fill("#q", "nothing of the kind")
        await expect(told).to_contain_text("Nothing was found here.")
        await page.fill("#q", "jardin")
        await expect(told).to_have_text("1 found")

        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/m/**")
        await page.go_back()
        assert page.url.endswith("?q=jardin&language=fr")
        await expect(results).to_have_count(1)
        await expect(page.locator("#q")).to_have_value("jardin")
        await page.go_back()
        assert page.url.endswith("/directory?language=fr")
        await expect(results).to_have_count(3)
        await expect(page.locator("#q")).to_have_value("")

        held = asyncio.Event()

        async def late(route: Route) -> None:
            await held.wait()
            with suppress(Error):  # nobody waits for it any more
                await route.continue_()

        await page.route("**/directory/found?q=laverie*", late)
        async with page.expect_request("**/directory/found?q=laverie*"):
            await page.fill("#q", "laverie")
        await page.fill("#q", "jardin")
        await expect(told).to_have_text("1 found")
        held.set()
        await page.wait_for_timeout(0)
        assert "Jardin" in await results.inner_text()

        await page.route("**/directory/found*", lambda route: route.abort())
        await page.fill("#q", "velo")
        await expect(told).to_contain_text("The search does not answer just now.")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/directory?q=velo*")
        await expect(results).to_have_count(1)
        window.complaints = [one for one in window.complaints if "Failed to load" not in one]


async def test_half_a_handle_is_asked_of_nobody(alpha: House, watch: Watch) -> None:
    async with watch(language="en") as window:
        page = await window.open("/directory")
        await page.fill("#q", "rete@beta.test")
        await expect(page.locator("#results .aside")).to_contain_text("sign")
    assert alpha.is_open
