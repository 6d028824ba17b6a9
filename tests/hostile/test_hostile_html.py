"""HTML of strangers in a real Chromium: nothing opens, runs, frames or is fetched."""

from collections.abc import AsyncIterator

import pytest
from hostile.vectors import SCRIPTS
from playwright.async_api import Browser, Page
from together import window
from together.stranger import AS2, Stranger, moved_in
from together.street import House, Street

from activitypub import markup

pytestmark = pytest.mark.browser

REMAINS = """() => [...document.querySelectorAll('main *')].flatMap(one =>
  [...one.attributes].map(each => each.name).filter(name => name.startsWith('on') ||
    ['id', 'style', 'src', 'srcset', 'action', 'ping', 'target', 'background'].includes(name)))"""
# A link without an address has the protocol ":".
LEADS = "() => [...document.querySelectorAll('main a')].map(one => one.protocol)"
RELS = "() => [...document.querySelectorAll('main a')].map(one => one.rel)"


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street) as stranger:
        yield stranger


@pytest.fixture
async def chromium(alpha: House) -> AsyncIterator[Browser]:
    """The browser of this machine, which finds the instance at its loopback port."""
    async with window.chromium(alpha) as browser:
        yield browser


class Seen:
    """What a page did that text does not do."""

    def __init__(self, page: Page) -> None:
        self.did: list[str] = []
        page.on("request", lambda asked: self.did.append(f"asked for {asked.url}"))
        page.on("pageerror", lambda error: self.did.append(f"ran into {error}"))
        page.on("popup", lambda other: self.did.append(f"opened {other.url}"))
        page.on("framenavigated", lambda frame: self.did.append(f"went to {frame.url}"))

    def watch(self, page: Page) -> None:
        """Notice dialogs, and close them."""

        async def dismissed(dialog: object) -> None:
            self.did.append("opened a dialog")
            await dialog.dismiss()  # type: ignore[attr-defined]

        page.on("dialog", dismissed)


async def test_nothing_that_survives_runs_or_loads_even_without_a_policy(
    chromium: Browser,
) -> None:
    page = await chromium.new_page()
    await page.goto("about:blank")
    seen = Seen(page)
    seen.watch(page)
    cleaned = "\n".join(f"<div>{markup.clean(html)}</div>" for html in SCRIPTS)
    await page.set_content(f"<!DOCTYPE html><body><main>{cleaned}</main></body>")
    await page.evaluate("() => new Promise(requestAnimationFrame)")
    for box in await page.query_selector_all("main *"):
        await box.dispatch_event("mouseover")
        await box.dispatch_event("focus")
    assert [one for one in seen.did if "about:blank" not in one] == []
    assert await page.evaluate(REMAINS) == []
    assert set(await page.evaluate(LEADS)) <= {"https:", "http:", "mailto:", ":"}
    assert set(await page.evaluate(RELS)) == {"nofollow noopener noreferrer"}
    assert await page.locator("iframe, script, style, svg, math, form, object, base").count() == 0
    await page.close()


async def test_what_is_cleaned_twice_in_a_browser_stays_clean(chromium: Browser) -> None:
    """Mutation: what a browser writes when it is asked for the HTML that it has read."""
    page = await chromium.new_page()
    for html in SCRIPTS:
        cleaned = markup.clean(html)
        again: str = await page.evaluate(
            """html => {
              const box = document.implementation.createHTMLDocument('').body;
              box.innerHTML = html; box.innerHTML = box.innerHTML; return box.innerHTML;
            }""",
            cleaned,
        )
        assert markup.clean(again) == cleaned
    await page.close()


async def test_a_model_with_hostile_answers_is_a_quiet_page(
    street: Street, alpha: House, mallory: Stranger, chromium: Browser
) -> None:
    coop = await alpha.organisation("coop")
    model = await alpha.publish(coop)
    named = mallory.actor(
        name="<img src=x onerror=alert(1)>{{7*7}}",
        summary=SCRIPTS[0],
        url="javascript:alert(1)",
        icon={"type": "Image", "url": "javascript:alert(1)"},
        attachment=[{"type": "PropertyValue", "name": SCRIPTS[5], "value": SCRIPTS[29]}],
    )
    mallory.documents["/users/mallory"] = (200, named)
    for number, html in enumerate(SCRIPTS):
        note = mallory.note(
            f"/notes/{number}",
            content=html,
            name=html,
            summary=html,
            inReplyTo=model.iri,
            url="javascript:alert(1)",
            tag=[{"type": "Hashtag", "name": html, "href": "javascript:alert(1)"}],
            attachment=[{"type": "Image", "url": "data:text/html,x", "name": html}],
            to=[f"{AS2}#Public", coop.iri],
        )
        assert (await mallory.send(alpha, mallory.activity("Create", note))).status == 202
        await street.settle()
    assert street.refusals() == []
    context = await chromium.new_context(ignore_https_errors=True)
    page = await context.new_page()
    seen = Seen(page)
    seen.watch(page)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    await page.goto(alpha.url(f"/m/{model.slug}"))
    shown = await page.inner_text("main")
    assert "{{7*7}}" in shown
    assert "evil.test" in shown
    foreign = [one for one in seen.did if "alpha.test" not in one]
    assert foreign == []
    assert complaints == []
    assert await page.locator("main script, main iframe, main img, main svg").count() == 0
    assert set(await page.evaluate(LEADS)) <= {"https:", "http:", "mailto:", ":"}
    await context.close()
