"""Walking: a browser without a window, which follows links and fills in forms.

Real client libraries are synchronous and know nothing of our street, so they are given a session of
`requests` that finds a house at its loopback port and trusts the street's authority. The name is
checked against the certificate as ever.
"""

import html.parser
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from together.street import PASSWORD, House


class Door(HTTPAdapter):
    """Connects to 127.0.0.1 in place of the house's name, and still checks the name."""

    def __init__(self, house: House) -> None:
        self._house = house
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(
            *args, server_hostname=self._house.host, assert_hostname=self._house.host, **kwargs
        )

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        return {**host, "host": "127.0.0.1", "port": self._house.port}, dict(pool)

    def add_headers(self, request: Any, **_: Any) -> None:
        request.headers["Host"] = self._house.host


def browser(*houses: House) -> requests.Session:
    """A session that finds these houses and nobody else."""
    session = requests.Session()
    session.trust_env = False
    session.verify = str(houses[0].street.authority_file)
    for house in houses:
        session.mount(f"{house.origin}/", Door(house))
    return session


@dataclass
class Form:
    """A form as it was drawn: where it goes, and what it holds.

    Attributes:
        action: where it goes.
        method: how.
        values: what is filled in already; of a choice, the first.
        buttons: name and value of each button.
    """

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(html.parser.HTMLParser):
    """Collects the forms of a page, and what stands in `<code>`."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.code = ""
        self._open: Form | None = None
        self._select = ""
        self._in_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._in_code = tag == "code"
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        if self._open is None:
            return
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "button" or (tag == "input" and given.get("type") == "submit"):
            self._open.buttons.append((name, value))
        elif tag == "select":
            self._select = name
        elif tag == "option" and ("selected" in given or self._select not in self._open.values):
            self._open.values[self._select] = value
        elif tag == "input" and name and self._counts(given):
            self._open.values[name] = value

    def _counts(self, given: dict[str, str]) -> bool:
        assert self._open is not None
        if given.get("type") not in ("radio", "checkbox"):
            return True
        return "checked" in given or (
            given["type"] == "radio" and given["name"] not in self._open.values
        )

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "code":
            self._in_code = False

    def handle_data(self, data: str) -> None:
        if self._in_code:
            self.code += data


def _read(page: requests.Response) -> _Reader:
    reader = _Reader()
    reader.feed(page.text)
    return reader


def _form_with(page: requests.Response, name: str) -> Form:
    """The form that has a field or a button of this name."""
    forms = _read(page).forms
    found = [f for f in forms if name in f.values or name in dict(f.buttons)]
    assert found, f"no form with {name} on {page.url}: {page.text}"
    return found[0]


def _send(
    session: requests.Session, page: requests.Response, form: Form, **more: str
) -> requests.Response:
    """Send a form; a redirect is followed only within the instance."""
    address = urljoin(page.url, form.action or page.url)
    answer = session.request(
        form.method, address, data=form.values | more, allow_redirects=False, timeout=30
    )
    while answer.is_redirect:
        target = urljoin(answer.url, answer.headers["Location"])
        if not target.startswith(page.url.split("/oauth")[0].split("/sign-in")[0] + "/"):
            return answer
        answer = session.get(target, allow_redirects=False, timeout=30)
    return answer


def consent(
    session: requests.Session, address: str, email: str, *, decision: str = "allow"
) -> requests.Response:
    """Open an app's authorization address, sign in if asked, and decide.

    Returns:
        The page with the code, or the redirect to the app.
    """
    page = session.get(address, timeout=30)
    assert page.status_code == 200, page.text
    if "/sign-in" in page.url:
        form = _form_with(page, "password")
        page = _send(session, page, form, email=email, password=PASSWORD)
    return _send(session, page, _form_with(page, "decision"), decision=decision)


def code_on(page: requests.Response) -> str:
    """The code that a page shows for an app that cannot be redirected to."""
    code = _read(page).code.strip()
    assert code, page.text
    return code


def allowed(address: str, email: str) -> str:
    """The code that somebody gets when she lets an app in, in a browser of her own."""
    with requests.Session() as session:
        session.trust_env = False
        return code_on(consent(session, address, email))
