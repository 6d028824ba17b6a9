"""Somebody who walks through pages and counts what she does: with a mouse, or with keys alone.

A click, a choice and a field filled in each count as one. Whoever has keys alone gets from thing to
thing with Tab, as a person would, and finds fault on the way: a stop that does not show where one
is, that has no size or lies outside the window, that goes back in the page, or that cannot be left.
"""

import re

from playwright.async_api import Locator, Page
from together.street import PASSWORD, House

MOST_STOPS = 250
"""Presses of Tab until something must have been reached: more than any page has stops."""

MOST_OPTIONS = 8
"""Presses of an arrow in a list, after the first letters were typed: what stands near them."""

STOP = """target => {
  const all = document.activeElement, box = all.getBoundingClientRect();
  const style = getComputedStyle(all), before = window.stop;
  window.stop = all;
  const wrong = [];
  if (all === document.body) return {there: false, wrong};
  if (all === before) wrong.push("cannot be left");
  if (style.outlineStyle === "none") wrong.push("does not show");
  if (!box.width || !box.height) wrong.push("has no size");
  if (box.bottom < 0 || box.top > innerHeight) wrong.push("is out of sight");
  if (before && before.isConnected && before !== document.body
      && all.compareDocumentPosition(before) & Node.DOCUMENT_POSITION_FOLLOWING)
    wrong.push("goes back");
  const name = all.name || all.innerText || all.tagName;
  const of = target.type === "radio" && all.type === "radio" && all.name === target.name;
  return {there: of || all === target, wrong: wrong.map(one => `${name}: ${one}`)};
}"""


class Walker:
    """Somebody at an instance.

    Attributes:
        count: what she has done so far.
        faults: what keys met on the way.
    """

    def __init__(self, page: Page, house: House, *, keys: bool) -> None:
        self.page = page
        self.house = house
        self.count = 0
        self.faults: list[str] = []
        self._keys = keys

    async def arrive(self, path: str) -> None:
        """Open the instance: nothing is counted from before."""
        self.count = 0
        await self.page.goto(self.house.url(path))

    async def sign_in(self, email: str) -> None:
        """Sign in, from a page that offers it."""
        await self.press("link", "Se connecter")
        await self.fill("email", email)
        await self.fill("password", PASSWORD)
        await self.press("button", "Se connecter")

    async def press(self, role: str, words: str) -> None:
        """Follow a link or press a button, and see the page that it leads to."""
        thing = self._shown(self.page.get_by_role(role, name=words))  # type: ignore[arg-type]
        self.count += 1
        if self._keys:
            await self._reach(thing)
        if "#" in (await thing.get_attribute("href") or ""):
            await self._enter(thing)
            return
        async with self.page.expect_navigation():
            await self._enter(thing)

    async def unfold(self, words: str) -> None:
        """Open what is folded."""
        thing = self._shown(self.page.locator("summary", has_text=words))
        self.count += 1
        if self._keys:
            await self._reach(thing)
        await self._enter(thing)

    async def fill(self, name: str, text: str) -> None:
        """Type something into a field."""
        field = self._named(name)
        self.count += 1
        if not self._keys:
            await field.fill(text)
            return
        await self._reach(field)
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.type(text)
        assert await field.input_value() == text

    async def choose(self, name: str, words: str) -> None:
        """Choose from a list."""
        field = self._named(name)
        self.count += 1
        if self._keys:
            await self._reach(field)
            await self._pick(field, words)
        else:
            await field.select_option(label=words)
        chosen = await field.evaluate("list => list.selectedOptions[0].label")
        assert chosen == words

    async def tick(self, name: str, value: str = "1") -> None:
        """Tick a box, or choose one way of several."""
        box = self.page.locator(f"[name='{name}'][value='{value}']")
        self.count += 1
        if not self._keys:
            await box.check()
            return
        await self._reach(box)
        if await box.get_attribute("type") == "checkbox":
            await self.page.keyboard.press("Space")
        for _ in range(5):
            if await box.is_checked():
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no key chooses {value!r}")

    async def says(self, words: str) -> None:
        """The page says this."""
        assert words in await self.page.inner_text("main"), await self.page.inner_text("main")

    async def _pick(self, field: Locator, words: str) -> None:
        # Letters that this keyboard lacks would be pasted instead, into the text typed last.
        await self.page.keyboard.type(re.match("[A-Za-z]*", words)[0])  # type: ignore[index]
        for key in ("ArrowDown",) * MOST_OPTIONS + ("ArrowUp",) * 2 * MOST_OPTIONS:
            if await field.evaluate("list => list.selectedOptions[0].label") == words:
                return
            await self.page.keyboard.press(key)

    def _named(self, name: str) -> Locator:
        return self._shown(self.page.locator(f"[name='{name}']"))

    def _shown(self, found: Locator) -> Locator:
        # Every form has a first button that Enter presses, which nobody is meant to see.
        return found.locator("visible=true").and_(self.page.locator(":not(.first)")).first

    async def _enter(self, thing: Locator) -> None:
        if self._keys:
            await self.page.keyboard.press("Enter")
        else:
            await thing.click()

    async def _reach(self, thing: Locator) -> None:
        target = await thing.element_handle()
        assert target is not None
        for _ in range(MOST_STOPS):
            await self.page.keyboard.press("Tab")
            stop = await target.evaluate(STOP)
            self.faults += stop["wrong"]
            if stop["there"]:
                return
        raise AssertionError(f"no key leads to {thing}")
