"""A person with a browser that runs no script: reads pages, fills in forms, presses buttons."""

import io
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urljoin

import aiohttp
import lxml.html
from together.street import PASSWORD, House, Street
from yarl import URL


class Reader:
    """One browser, with its own cookies, at one instance.

    Attributes:
        status: of the answer that is on the screen.
        address: where that is, after redirects.
        html: its text.
    """

    def __init__(self, house: House, session: aiohttp.ClientSession) -> None:
        self.house = house
        self.session = session
        self.language = "en"
        self.status = 0
        self.address = house.origin + "/"
        self.html = ""
        self.headers: Mapping[str, str] = {}

    async def go(self, path: str) -> "Reader":
        """Open an address, following redirects."""
        return await self._ask("GET", urljoin(self.address, path))

    async def follow(self, words: str) -> "Reader":
        """Follow the first link with these words in it."""
        for link in self.page.iter("a"):
            if words in link.text_content():
                return await self.go(link.get("href"))
        raise AssertionError(f"no link says {words!r} on {self.address}:\n{self.text}")

    async def press(self, words: str, /, **fields: str | None) -> "Reader":
        """Fill in the form with the first button that has these words, and press it.

        Fields are named as in the form, with `__` for a dot; None leaves a field out.
        """
        return await self._press(lambda told: words in told, words, fields)

    async def press_exactly(self, words: str, /, **fields: str | None) -> "Reader":
        """The same, for a button that has these words and no other."""
        return await self._press(lambda told: words == told, words, fields)

    async def _press(
        self, is_meant: Callable[[str], bool], words: str, fields: Mapping[str, str | None]
    ) -> "Reader":
        for form in self.page.forms:
            for button in form.iter("button"):
                told = " ".join(button.text_content().split())
                shown = "first" not in (button.get("class") or "")
                if shown and is_meant(told):
                    return await self._send(form, button, fields)
        raise AssertionError(f"no button says {words!r} on {self.address}:\n{self.text}")

    async def attach(
        self, words: str, file: bytes, /, called: str = "chosen.jpg", **fields: str | None
    ) -> "Reader":
        """Choose a file in the form whose button has these words, fill in the rest, and send it."""
        for form in self.page.forms:
            if any(words in button.text_content() for button in form.iter("button")):
                typed = {name: value for name, value in form.form_values() if name not in fields}
                sent = aiohttp.FormData()
                for name, value in (typed | fields).items():
                    if value is not None:
                        sent.add_field(name, value)
                sent.add_field("file", io.BytesIO(file), filename=called)
                address = urljoin(self.address, form.get("action") or self.address)
                return await self._ask("POST", address, sent)
        raise AssertionError(f"no button says {words!r} on {self.address}:\n{self.text}")

    async def sign_in(self, email: str) -> "Reader":
        """Sign in as a member of the street."""
        await self.go("/sign-in")
        return await self.press("Sign in", email=email, password=PASSWORD)

    @property
    def page(self) -> lxml.html.HtmlElement:
        """What is on the screen, parsed."""
        return lxml.html.fromstring(self.html)

    @property
    def text(self) -> str:
        """What is on the screen, as words."""
        return " ".join(self.page.find("body").text_content().split())

    @property
    def heading(self) -> str:
        """The page's heading."""
        return " ".join(self.page.find(".//h1").text_content().split())

    @property
    def path(self) -> str:
        """Where we are, without the query."""
        return URL(self.address).path

    @property
    def faults(self) -> list[str]:
        """What is said beside the fields."""
        return [" ".join(one.text_content().split()) for one in self.page.find_class("fault")]

    async def _send(
        self,
        form: lxml.html.FormElement,
        button: lxml.html.HtmlElement,
        fields: Mapping[str, str | None],
    ) -> "Reader":
        typed = {name.replace("__", "."): value for name, value in fields.items()}
        known = {name for name, _ in form.form_values()} | {one.name for one in form.inputs}
        assert typed.keys() <= known, f"no such field: {typed.keys() - known}"
        values = [(name, value) for name, value in form.form_values() if name not in typed]
        values += [(name, value) for name, value in typed.items() if value is not None]
        if button.get("name"):
            values.append((button.get("name"), button.get("value", "")))
        place = button.get("formaction") or form.get("action")
        address = urljoin(self.address, place or self.address)
        if (form.get("method") or "get").lower() == "get":
            return await self.go(str(URL(address).with_query(values)))
        return await self._ask("POST", address, values)

    async def _ask(
        self,
        method: str,
        address: str,
        data: list[tuple[str, str]] | aiohttp.FormData | None = None,
    ) -> "Reader":
        headers = {"Accept": "text/html", "Accept-Language": self.language}
        async with self.session.request(method, address, data=data, headers=headers) as answer:
            self.html = await answer.text(errors="replace")  # a picture, an archive: words show
            self.status, self.address, self.headers = answer.status, str(answer.url), answer.headers
        return self


@asynccontextmanager
async def reading(house: House, street: Street) -> AsyncIterator[Reader]:
    """A browser at an instance."""
    connector = aiohttp.TCPConnector(resolver=street.names, ssl=street.trust)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Reader(house, session)
