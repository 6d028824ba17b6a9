"""Somebody who walks through pages and counts what she does: with a mouse, or with keys alone.

A click, a choice and a field filled in each count as one. Whoever has keys alone gets from thing to
thing with Tab, as a person would, and finds fault on the way: a stop that does not show where one
is, that has no size or lies outside the window, that goes back in the page, or that cannot be left.

How long it takes a person is computed from what was counted, never measured: the keystroke-level
model of Card, Moran and Newell ("The keystroke-level model for user performance time with
interactive systems", Communications of the ACM 23(7), 1980), and the time to read every word of
every page from its top to what is used there, once; what is passed by with the menu in the head is
not read. What somebody thinks about what to write is not in it.
"""

import re

from playwright.async_api import Locator, Page
from together.street import PASSWORD, House

MOST_STOPS = 250
"""Presses of Tab until something must have been reached: more than any page has stops."""

KEY = 0.28
"""Seconds for a key: "average non-secretary typist", the slower of those who are used to keys."""

THINKING, POINTING, CLICK, HAND = 1.35, 1.1, 0.2, 0.4
"""Seconds to prepare an act, to point at something, to press and let go, to change to the keys."""

ACT = THINKING + POINTING + CLICK + 2 * HAND
"""Seconds for an interaction, typing apart; each is taken for the longest, filling a field."""

ANSWER = 2.0
"""Seconds for a page to arrive: twice the time to its largest paint on an old phone over 3G."""

READING = 175
"""Words a minute: the slowest of "most adults", who read 175 to 300 silently (Brysbaert, "How many
words do we read per minute?", Journal of Memory and Language 109, 2019)."""

MOST_OPTIONS = 8
"""Presses of an arrow in a list, after the first letters were typed: what stands near them."""

READ = """target => {
  const main = target.closest("main"), read = [];
  if (!main) return read;
  const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  for (let one = texts.nextNode(); one; one = texts.nextNode()) {
    const follows = target.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (follows && !target.contains(one)) break;
    const text = one.data.trim(), box = one.parentElement;
    if (text && box.checkVisibility() && !box.closest("select")) read.push(text);
  }
  return read;
}"""
"""The texts of a page from its top to what is used, without what lists offer."""

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
        typed: characters that she has typed.
        pages: how many she was shown.
        words: to read on them.
    """

    def __init__(self, page: Page, house: House, *, keys: bool) -> None:
        self.page = page
        self.house = house
        self.count = 0
        self.faults: list[str] = []
        self.typed = self.pages = self.words = 0
        self._keys = keys
        self._read: set[str] = set()

    @property
    def minutes(self) -> float:
        """How long a person takes for what was counted so far, who reads everything."""
        seconds = self.count * ACT + self.typed * KEY + self.pages * ANSWER
        return seconds / 60 + self.words / READING

    async def arrive(self, path: str) -> None:
        """Open the instance: nothing is counted from before."""
        self.count = self.typed = self.pages = self.words = 0
        self._read = set()
        await self.page.goto(self.house.url(path))
        self.pages += 1

    async def sign_in(self, email: str) -> None:
        """Sign in, from a page that offers it."""
        await self.press("link", "Se connecter")
        await self.fill("email", email)
        await self.fill("password", PASSWORD)
        await self.press("button", "Se connecter")

    async def press(self, role: str, words: str) -> None:
        """Follow a link or press a button, and see the page that it leads to."""
        thing = self._shown(self.page.get_by_role(role, name=words))  # type: ignore[arg-type]
        await self._acts(thing)
        if self._keys:
            await self._reach(thing)
        if "#" in (await thing.get_attribute("href") or ""):
            await self._enter(thing)
            return
        async with self.page.expect_navigation():
            await self._enter(thing)
        self.pages += 1

    async def unfold(self, words: str) -> None:
        """Open what is folded."""
        thing = self._shown(self.page.locator("summary", has_text=words))
        await self._acts(thing)
        if self._keys:
            await self._reach(thing)
        await self._enter(thing)

    async def fill(self, name: str, text: str) -> None:
        """Type something into a field."""
        field = self._named(name)
        await self._acts(field)
        self.typed += len(text)
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
        await self._acts(field)
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
        await self._acts(box)
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

    async def _acts(self, thing: Locator) -> None:
        self.count += 1
        texts = set(await thing.evaluate(READ))
        self.words += sum(len(one.split()) for one in texts - self._read)
        self._read |= texts

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
