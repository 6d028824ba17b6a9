"""How a text will look is seen while it is written, drawn by the server and kept by nobody."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import func, select
from together.reader import Reader
from together.street import House, a_sheet
from together.tour import ANNA
from together.window import Watch, barriers

from actors.rules.sections import MAX_TEXT
from actors.tables.mail import Outgoing
from actors.tables.unsent import Unsent
from federation.pages.previewing import MOST_FIELDS

SHIFTED = """() => new Promise(done => new PerformanceObserver(list =>
  done(list.getEntries().filter(one => !one.hadRecentInput).map(one => one.value)))
  .observe({type: "layout-shift", buffered: true}) || setTimeout(() => done([]), 300))"""
STANDING = """() => [...document.querySelectorAll(".look, .looks ~ *, [name='s0.text.fr']")]
  .map(one => one.offsetTop + "/" + one.offsetHeight)"""
HOSTILE = "Bien [ici](javascript:alert(1)) <script>alert(2)</script> <img src=x onerror=alert(3)>"


async def asked(reader: Reader, **fields: str) -> tuple[int, dict[str, Any]]:
    """What the script is told."""
    (token, *_) = (one.get("value") for one in reader.page.xpath("//input[@name='token']"))
    sent = {"token": token, **{name.replace("__", "."): text for name, text in fields.items()}}
    headers = {"Accept": "application/json", "Accept-Language": "en"}
    address = reader.house.url("/preview")
    async with reader.session.post(address, data=sent, headers=headers) as answer:
        return answer.status, json.loads(await answer.text())


async def test_texts_are_drawn_as_they_will_be_published_and_nothing_is_kept(
    alpha: House, anna: Reader, reader: Reader
) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    await anna.go(f"/m/{model.slug}")
    async with alpha.read() as session:
        before = await session.scalar(select(func.count()).select_from(Outgoing))
    status, told = await asked(anna, show="written a.fr", a__fr=f"# Titre\r\n\r\n{HOSTILE}")
    assert (status, sorted(told["shown"])) == (200, ["a.fr"])
    assert told["shown"]["a.fr"].startswith("<h3>Titre</h3>\n<p>Bien ")
    assert "<script" not in told["shown"]["a.fr"]
    assert "<img" not in told["shown"]["a.fr"]
    assert 'href="javascript' not in told["shown"]["a.fr"]
    status, told = await asked(anna, show="said text", text="Avec @coop et #velo\nhttps://a.test/")
    assert 'class="u-url mention"' in told["shown"]["text"]
    assert 'class="mention hashtag"' in told["shown"]["text"]

    for show, fields in (
        ("", {}),
        ("written", {}),
        ("drawn text", {"text": "x"}),
        ("written " + "a " * (MOST_FIELDS + 1), {"a": "x"}),
        ("written a", {"a": "x" * (MAX_TEXT + 1)}),
        ("said text", {"text": "x" * 5001}),
    ):
        status, told = await asked(anna, show=show, **fields)
        assert (status, bool(told["said"]), "shown" in told) == (422, True, False), show
    (token, *_) = (one.get("value") for one in anna.page.xpath("//input[@name='token']"))
    for wrong in (token + "x", ""):
        data = {"token": wrong, "show": "written a", "a": "x"}
        async with anna.session.post(alpha.url("/preview"), data=data) as answer:
            assert answer.status == 403
    async with alpha.read() as session:
        assert await session.scalar(select(func.count()).select_from(Outgoing)) == before
        assert (await session.scalars(select(Unsent))).all() == []


async def test_without_the_script_the_button_opens_a_page_of_its_own(
    alpha: House, anna: Reader
) -> None:
    model = await alpha.publish(await alpha.actor("coop"), a_sheet())
    await anna.go(f"/m/{model.slug}/edit")
    (button, *_) = anna.page.xpath("//button[@name='show']")
    assert button.get("formtarget") == "_blank"
    assert button.get("formaction") == "/preview"
    await anna.press("How it will look: Le principe", s0__text__fr="On **répare**.")
    assert anna.heading == "How it will look"
    assert "Nothing of this is saved or sent. Close this tab to go on writing." in anna.text
    (shown, _) = anna.page.xpath("//*[@class='preview']/div[@class='prose']")
    assert shown.get("lang") == "fr"
    assert "<strong>répare</strong>" in anna.html
    assert "People mend things together." in anna.text


async def shifts(page: Page) -> float:
    """How far things moved that nobody pushed."""
    return float(sum(await page.evaluate(SHIFTED)))


@pytest.mark.browser
async def test_a_preview_follows_the_writing_and_takes_neither_focus_nor_place(
    alpha: House, watch: Watch
) -> None:
    model = await alpha.publish(await alpha.actor("coop"), a_sheet(text="On répare. " * 60))
    async with watch(language="fr") as window:
        await window.sign_in(ANNA)
        page = await window.open(f"/m/{model.slug}/edit")
        area = page.locator("[name='s0.text.fr']")
        button = page.locator("button[data-shows]").first
        assert "onglet" not in await button.inner_text()  # it opens here
        await button.focus()
        await page.keyboard.press("Enter")
        assert await button.get_attribute("aria-expanded") == "true"
        box = page.locator(".look").first
        await expect(box).to_contain_text("On répare.")
        assert await button.evaluate("one => one === document.activeElement")
        assert await box.get_attribute("lang") == "fr"
        assert await barriers(page) == []
        await area.focus()
        await page.keyboard.press("Control+End")
        before = await page.evaluate(STANDING)
        await page.keyboard.type("\n\n# Ensemble\n\n- une vis\n- **deux** vis\n")
        await expect(box.locator("h3")).to_have_text("Ensemble")
        await expect(box.locator("strong")).to_have_text("deux")
        assert await page.evaluate(STANDING) == before
        assert await area.evaluate("one => one === document.activeElement")
        status = page.locator(".looks [role=status]").first
        assert await status.inner_text() == ""  # nobody is spoken to while she types
        await page.keyboard.press("Tab")
        await expect(status).to_have_text("Ce qui est montré est à jour.")
        assert await shifts(page) == 0
        await page.context.set_offline(True)
        await area.press_sequentially("!")
        await expect(status).to_contain_text("pas de connexion", timeout=20_000)
        await page.context.set_offline(False)
        await area.press_sequentially("!")
        await expect(box).to_contain_text("!!")
        await button.click()
        assert not await box.is_visible()

        page = await window.open(f"/m/{model.slug}")
        await page.locator("#reply textarea").fill("Bravo à @coop")
        await page.locator("#reply button[data-shows]").click()
        await expect(page.locator("#reply .look a")).to_have_text("@coop")
        window.complaints = [one for one in window.complaints if "ERR_INTERNET" not in one]
