"""From her own server: a reader of one instance, at home on another, follows, answers and adapts.

Her browser finds both; each shows its own pages, and neither is told more than it has to be.
"""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect
from together.stranger import Stranger, moved_in
from together.street import PASSWORD, House, Street, a_sheet
from together.window import PHONE, barriers, launched

from actors.views import profiles

pytestmark = pytest.mark.browser
MARA = "mara@example.org"


@pytest.fixture
async def beta(street: Street, alpha: House) -> House:
    """Where Mara is at home, for `rete`."""
    assert alpha.is_open
    (house,) = await street.open("beta")
    await house.member(MARA, await house.organisation("rete", "Rete Beta"))
    return house


@pytest.fixture
async def page(alpha: House, beta: House) -> AsyncIterator[Page]:
    """A phone that finds both."""
    rules = ",".join(f"MAP {one.host}:443 127.0.0.1:{one.port}" for one in (alpha, beta))
    async with launched(f"--host-resolver-rules={rules}") as browser:
        context = await browser.new_context(
            ignore_https_errors=True, locale="en", viewport={"width": PHONE[0], "height": PHONE[1]}
        )
        yield await context.new_page()


async def test_who_is_at_home_elsewhere_follows_answers_and_adapts_from_there(
    street: Street, alpha: House, beta: House, page: Page
) -> None:
    model = await alpha.publish(await alpha.actor("coop"), a_sheet())
    await page.goto(alpha.url("/@coop"))
    await page.get_by_role("link", name="Follow from your own site").click()
    await page.get_by_label("Your handle").fill("rete[at]beta.test")
    await page.get_by_label("Let this browser remember my handle").check()
    await page.get_by_role("button", name="Show me the way").click()
    await expect(page.locator(".fault")).to_contain_text("Write your handle as name@site")
    assert await barriers(page) == []
    await page.get_by_label("Your handle").fill(" https://beta.test/@rete ")
    await page.get_by_role("button", name="Show me the way").click()
    await page.get_by_role("link", name="Continue on beta.test").click()

    await page.wait_for_url("https://beta.test/sign-in**")
    await page.fill("[name=email]", MARA)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url("https://beta.test/@coop@alpha.test")
    await page.get_by_role("button", name="Follow as").click()
    await expect(page.locator("[role=status]")).to_contain_text("You asked to follow")
    await street.settle()
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        counted = await profiles.counts(session, coop)
    assert counted.followers == 1

    await page.goto(alpha.url(f"/m/{model.slug}"))
    await page.get_by_role("link", name="Adapt on your own site").click()
    await expect(page.get_by_label("Your handle")).to_have_value("https://beta.test/@rete")
    await page.get_by_role("button", name="Show me the way").click()
    await page.get_by_role("link", name="Continue on beta.test").click()
    await page.wait_for_url("https://beta.test/m/**")
    await page.get_by_role("link", name="Adapt this model").click()
    await page.wait_for_url("https://beta.test/m/**/fork")

    await page.goto(alpha.url(f"/m/{model.slug}"))
    await page.get_by_role("link", name="Answer from your own site").click()
    await page.get_by_label("Let this browser remember my handle").uncheck()
    await page.get_by_role("button", name="Show me the way").click()
    await page.get_by_role("link", name="Continue on beta.test").click()
    await page.wait_for_url("https://beta.test/m/**")
    await expect(page.get_by_label("Reply as Rete Beta")).to_be_visible()

    await page.goto(alpha.url("/from-elsewhere?do=follow&uri=https://alpha.test/actors/coop"))
    await expect(page.get_by_label("Your handle")).to_have_value("")  # forgotten, as she wished
    await page.get_by_label("Your handle").fill("anna@alpha.test")
    await page.get_by_role("button", name="Show me the way").click()
    await expect(page.locator(".fault")).to_contain_text("sign in instead")
    await beta.stop()
    await page.get_by_label("Your handle").fill("rete@beta.test")
    await page.get_by_role("button", name="Show me the way").click()
    await expect(page.locator(".fault")).to_contain_text("does not answer at the moment")
    await expect(page.locator("code.copy")).to_have_text("https://alpha.test/actors/coop")


async def test_mastodon_takes_her_to_its_own_page_for_this(street: Street, page: Page) -> None:
    template = "https://social.test/authorize_interaction?uri={uri}"
    async with moved_in(street, "social.test") as social:
        _answers(social, template)
        await page.goto("https://alpha.test/from-elsewhere?uri=https://alpha.test/actors/coop")
        await page.get_by_label("Your handle").fill("mallory@social.test")
        await page.get_by_role("button", name="Show me the way").click()
        way = page.get_by_role("link", name="Continue on social.test")
        await expect(way).to_have_attribute(
            "href", template.replace("{uri}", "https%3A%2F%2Falpha.test%2Factors%2Fcoop")
        )


def _answers(social: Stranger, template: str) -> None:
    links = [
        {"rel": "self", "type": "application/activity+json", "href": social.iri},
        {"rel": "http://ostatus.org/schema/1.0/subscribe", "template": template},
    ]
    social.documents["/.well-known/webfinger"] = (
        200,
        {"subject": "acct:mallory@social.test", "links": links},
    )
