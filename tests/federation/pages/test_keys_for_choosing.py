"""Keys lead from difference to difference and choose where nobody types, and can be put to rest."""

import pytest
from playwright.async_api import Page
from together.street import House, Street
from together.tour import ANNA, BRUNO, tour
from together.window import Watch, barriers

pytestmark = pytest.mark.browser

HERE = "document.activeElement.closest('.merge-row')?.querySelector('h2').id"
CHOSEN = "name => document.querySelector(`[name='choice.${name}']:checked`)?.value"


async def test_keys_choose_between_differences_and_can_be_switched_off(
    street: Street, alpha: House, watch: Watch
) -> None:
    told = await tour(street, alpha)
    merge = next(path for path in told.whose[BRUNO] if path.endswith("/merge"))
    proposal = next(path for path in told.whose[ANNA] if path.startswith("/proposals/"))
    async with watch(language="fr") as window:
        await window.sign_in(BRUNO)
        page = await window.open(merge)
        await _walked(page)
        assert await barriers(page) == []

        # Switched off, for this page and the next one.
        await page.get_by_label("Touches actives").uncheck()
        for again in (False, True):
            if again:
                await page.reload()
            await page.locator("#content").focus()
            await page.keyboard.press("n")
            assert await page.evaluate(HERE) is None
    async with watch(language="fr") as window:
        await window.sign_in(ANNA)
        page = await window.open(proposal)
        await page.keyboard.press("n")
        row = await page.evaluate(HERE)
        assert row.startswith("row-")
        await page.keyboard.press("2")
        assert await page.evaluate(CHOSEN, row.removeprefix("row-")) == "ours"


async def _walked(page: Page) -> None:
    """Go there and back, choose each way, and type what would be keys elsewhere."""
    rows = await page.locator(".merge-row h2").evaluate_all("all => all.map(one => one.id)")
    await page.keyboard.press("n")
    assert await page.evaluate(HERE) == rows[0]
    assert await page.evaluate("document.activeElement.tagName") == "H2"
    for _ in rows:
        await page.keyboard.press("n")
    assert await page.evaluate(HERE) == rows[-1]  # the last is the end
    for _ in rows:
        await page.keyboard.press("P")
    assert await page.evaluate(HERE) == rows[0]
    key = "costs"
    while await page.evaluate(HERE) != f"row-{key}":
        await page.keyboard.press("n")
    for number, way in (("1", "theirs"), ("2", "ours"), ("3", "own")):
        await page.keyboard.press(number)
        assert await page.evaluate(CHOSEN, key) == way
    text = page.locator(f"[name='own.{key}.it']")
    before = await text.input_value()
    await text.focus()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(" 1 n p")
    assert await text.input_value() == f"{before} 1 n p"
    assert await page.evaluate(CHOSEN, key) == "own"
    await page.keyboard.press("Escape")
    assert await page.evaluate(HERE) == f"row-{key}"
    await page.keyboard.press("Control+1")
    assert await page.evaluate(CHOSEN, key) == "own"
