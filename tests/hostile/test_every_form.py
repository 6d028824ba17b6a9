"""Every form of every page, sent by whoever should not send it, or broken: nothing changes.

The tables are held against the routes and the sources: a form that is not in them fails the test,
and so does a parameter of an address that was not tried.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest
from playwright.async_api import Dialog
from together.payloads import HTML, PAYLOADS, runs
from together.raw import talk
from together.reader import Reader, reading
from together.street import PASSWORD, House, Street
from together.tour import ANNA, BRUNO, OLGA, Tour, tour
from together.window import chromium, window
from yarl import URL

import federation.pages
from actors.verbs import profiling
from actors.verbs.profiling import Said
from actors.views import state
from federation.middleware import LARGEST_BODY, OF_FILES, OF_MEDIA
from federation.pages import routes

STRANGER = "mallory@example.org"
"""Steward of another organisation here."""

OWN: dict[str, str | None] = {
    "/from-elsewhere": None,
    "/sign-in": None,
    "/open/{secret}": None,
    "/recover": None,
    "/recover/{secret}": None,
    "/invitation/{secret}": None,
    "/claim/{secret}": None,
    "/settings/address/{secret}": None,
    **dict.fromkeys(["/settings", "/members", "/acting", "/space", "/notices", "/closing"], BRUNO),
    **dict.fromkeys(
        ["/followers", "/moving", "/pictures", "/blocks", "/archives", "/write"], BRUNO
    ),
    **dict.fromkeys(["/bring", "/unsent", "/proposals", "/glossary", "/report", "/profile"], BRUNO),
    **dict.fromkeys(["/oauth/authorize", "/oauth/authorize/", "/commons", "/preview"], BRUNO),
    "/conversations": BRUNO,
    **dict.fromkeys(["/mail", "/reports", "/members/import", "/look"], OLGA),
    "/m/{slug}/fork": BRUNO,
    "/m/{slug}/propose": BRUNO,
    "/m/{slug}/record": BRUNO,
    "/m/{slug}/lineage": BRUNO,
    "/records/{id}/attest": ANNA,
    "/remarks/{id}": BRUNO,
    "/remarks/{id}/quotes": BRUNO,
    "/remarks/{id}/do": BRUNO,
    "/@{handle}/say": BRUNO,
    "/sign-out": BRUNO,
}
"""Forms that anybody may send for herself, and who does."""

OTHERS: dict[str, str] = {
    "/about/{kind}/edit": OLGA,
    "/about/{kind}/versions/{id}": OLGA,
    "/apps/{id}": ANNA,
    "/apps/{id}/messages": ANNA,
    "/drafts/{id}": BRUNO,
    "/drafts/{id}/typed": BRUNO,
    "/drafts/{id}/media": BRUNO,
    "/members/lists/{id}": OLGA,
    "/@{handle}/tend": OLGA,
    "/@{handle}/charter": OLGA,
    "/m/{slug}/commons": BRUNO,
    "/m/{slug}/edit": BRUNO,
    "/m/{slug}/media": BRUNO,
    "/m/{slug}/delete": BRUNO,
    "/m/{slug}/pin": BRUNO,
    "/m/{slug}/versions/{number}/restore": BRUNO,
    "/m/{slug}/merge": BRUNO,
    "/m/{slug}/translations/{language}": BRUNO,
    "/m/{slug}/glossary": BRUNO,
    "/proposals/{id}": BRUNO,
    "/records/{id}/add": BRUNO,
    "/attestations/{id}/revoke": ANNA,
    "/remarks/{id}/edit": ANNA,
    "/remarks/{id}/delete": ANNA,
    "/remarks/{id}/quotes/{quoting}": ANNA,
}
"""Forms about something that belongs to somebody, and to whom."""

BESIDE = {
    "/apps/{id}/messages": ("/apps/{id}", "/messages"),
    "/drafts/{id}/typed": ("/drafts/{id}", "/typed"),
    "/m/{slug}/commons": ("/m/{slug}/delete", "/../commons"),
    "/m/{slug}/pin": ("/m/{slug}/delete", "/../pin"),
    "/m/{slug}/lineage": ("/m/{slug}/delete", "/../lineage"),
    "/@{handle}/tend": ("/@{handle}", "/tend"),
    "/@{handle}/say": ("/@{handle}", "/say"),
    "/attestations/{id}/revoke": ("/attestations/{id}", "/revoke"),
    "/remarks/{id}/do": ("/remarks/{id}", "/do"),
    "/remarks/{id}/quotes/{quoting}": ("/remarks/{id}/quotes", "/1"),
    **{name: ("/space", f"/..{name}") for name in ("/sign-out", "/followers", "/unsent")},
    "/preview": ("/space", "/../preview"),
    **{name: ("/space", f"/..{name}") for name in ("/report", "/commons", "/proposals", "/mail")},
    "/from-elsewhere": ("/sign-in", "/../from-elsewhere"),
    "/oauth/authorize/": ("/oauth/authorize", "/"),
    "/m/{slug}/glossary": ("/m/{slug}/glossary", ""),
}
"""Where a form has no page of its own at its address: the page of which it is made, and how."""

REFUSED = {400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429}
ODD = ("//evil.test/", "/\\evil.test", "https://evil.test/", "javascript:alert(6)", "/%0d%0aX: y")


@pytest.fixture
async def alpha(street: Street) -> House:
    """An instance with a cooperative, for which Anna acts."""
    (house,) = await street.open("alpha")
    await house.member(ANNA, await house.organisation("coop", "Coop"))
    return house


def forms() -> set[str]:
    """The address of every form."""
    own = {one.path for one in routes.routes() if one.method == "POST"}
    return {re.sub(r":[^}]+}", "}", path) for path in own}


def parameters() -> set[str]:
    """Every parameter that a page reads from its address, by the sources."""
    folder = Path(federation.pages.__file__).parent
    sources = [*folder.glob("*.py"), folder.parent / "searching.py"]
    text = " ".join(path.read_text() for path in sources)
    return set(re.findall(r'query(?:\.get)?[(\[]\s*"([\w-]+)"', text)) | {"kind", "by", "at"}


def test_no_form_is_left_out() -> None:
    assert forms() - OWN.keys() - OTHERS.keys() == set()
    assert (OWN.keys() | OTHERS.keys()) - forms() == set()


def address(told: Tour, template: str, email: str | None) -> str:
    """Where a form of this kind is sent, for something that is there."""
    made, suffix = BESIDE.get(template, (template, ""))
    pattern = re.compile(re.sub(r"{[^}]+}", "[^/?]+", made) + r"(\?.*)?")
    whose = [email, *told.whose]
    seen = [path for one in whose for path in told.whose[one] if pattern.fullmatch(path)]
    assert seen, template
    path, _, query = seen[0].partition("?")
    if suffix.startswith("/.."):
        return path.rpartition("/")[0] + suffix.removeprefix("/..")
    return path + suffix + (f"?{query}" if query else "")


class Sender:
    """Somebody who sends forms, also such as no page has."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    async def token(self) -> str:
        """The token of her forms."""
        await self.reader.go("/sign-in" if not self.reader.session.cookie_jar else "/settings")
        found = self.reader.page.xpath("//form//input[@name='token']/@value")
        return str(found[0]) if found else ""

    async def post(self, path: str, data: object, **headers: str) -> tuple[int, str, str]:
        """Status, place where it sends one on, and text."""
        told = {
            "Accept": "text/html",
            **{name.replace("_", "-"): one for name, one in headers.items()},
        }
        async with self.reader.session.post(
            self.reader.house.url(path), data=data, headers=told, allow_redirects=False
        ) as answer:
            text = await answer.text(errors="replace")
            return answer.status, answer.headers.get("Location", ""), text


def _url(house: House) -> URL:
    return URL(house.origin + "/")


async def digest(house: House) -> str:
    async with house.read() as session:
        return await state.digest(session)


def broken() -> aiohttp.BytesPayload:
    """A multipart that ends in the middle."""
    return aiohttp.BytesPayload(
        b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nab',
        content_type="multipart/form-data; boundary=x",
    )


def takes_files(path: str) -> bool:
    """Whether a larger body is taken there than anybody types."""
    return path in OF_FILES or OF_MEDIA.fullmatch(path.partition("?")[0]) is not None


async def too_large(house: House, path: str) -> int:
    """Announce more than anybody types; the answer comes before any of it is sent."""
    form = "Content-Type: application/x-www-form-urlencoded"
    head = f"POST {path} HTTP/1.1\r\nHost: {house.host}\r\nAccept: text/html\r\n{form}\r\n"
    heard = await talk(house, f"{head}Content-Length: {LARGEST_BODY + 1}\r\n\r\n".encode())
    return heard.statuses[0]


Answered = dict[str, tuple[int, str, str]]


async def attempts(sender: Sender, path: str, token: str, foreign: str) -> Answered:
    """What somebody's browser may be made to send, or sends when it is broken."""
    good = {"token": token}
    return {
        "no token": await sender.post(path, {"x": "y"}),
        "another's token": await sender.post(path, {"token": foreign}),
        "another origin": await sender.post(path, good, Origin="https://evil.test"),
        "another site": await sender.post(path, good, Sec_Fetch_Site="cross-site"),
        "a neighbour": await sender.post(path, good, Sec_Fetch_Site="same-site"),
        "broken": await sender.post(path, broken()),
        "no form": await sender.post(path, b"{}", Content_Type="text/plain"),
    }


async def claims(stranger: Sender, path: str, token: str) -> Answered:
    """What a member of another organisation may send, with a token of her own."""
    return {
        f"a stranger, {do}": await stranger.post(
            path, {"token": token, "do": do, "understood": "yes", "name": "x", "text": "x"}
        )
        for do in ("", "save", "publish", "delete")
    }


def let_through(tried: Answered) -> Iterator[str]:
    """What was not refused, and what was refused in no words for people."""
    for what, (status, to, text) in tried.items():
        is_sent_away = status == 303 and to.startswith(("/sign-in", "/acting?"))
        if status not in REFUSED and not is_sent_away:
            yield f"{what}: {status} {to}"
        if "Traceback" in text:
            yield f"{what}: {text[:80]}"


async def test_no_form_does_anything_for_whoever_should_not_send_it(
    street: Street, alpha: House
) -> None:
    told = await tour(street, alpha)
    await alpha.member(STRANGER, await alpha.organisation("evil", "Evil"))
    everybody = {}
    async with (
        reading(alpha, street) as nobody,
        reading(alpha, street) as anna,
        reading(alpha, street) as bruno,
        reading(alpha, street) as olga,
        reading(alpha, street) as mallory,
    ):
        await nobody.go("/sign-in")
        for who, reader in ((ANNA, anna), (BRUNO, bruno), (OLGA, olga), (STRANGER, mallory)):
            await reader.sign_in(who)
        everybody = {ANNA: anna, BRUNO: bruno, OLGA: olga, None: nobody}
        tokens = {email: await Sender(one).token() for email, one in everybody.items()}
        foreign = await Sender(mallory).token()
        before, wrong = await digest(alpha), list[str]()
        for template in sorted(forms()):
            email = OTHERS.get(template) or OWN[template]
            sender, token = Sender(everybody[email]), tokens[email]
            path = address(told, template, email)
            tried = await attempts(sender, path, token, foreign)
            if email is not None and template != "/sign-out":
                tried["signed out"] = await Sender(nobody).post(path, {"token": token})
            if template in OTHERS:
                tried |= await claims(Sender(mallory), path, foreign)
            wrong += [f"{template} {one}" for one in let_through(tried)]
            if (now := await digest(alpha)) != before:
                wrong.append(f"{template}: something changed")
                before = now
        assert wrong == [], "\n".join(wrong)

        paths = [address(told, one, OTHERS.get(one) or OWN[one]) for one in sorted(forms())]
        typed = [path for path in paths if not takes_files(path)]
        statuses = await asyncio.gather(*[too_large(alpha, path) for path in typed])
        assert dict(zip(typed, statuses, strict=True)) == dict.fromkeys(typed, 413)
        assert await digest(alpha) == before

        # Fields that no form has, sent by who may: never a fault; forms that end something last.
        ending = ("/sign-out", "/closing", "/settings")
        for template in sorted(forms(), key=lambda one: one in ending):
            email = OTHERS.get(template) or OWN[template]
            odd = {"token": tokens[email], "do": "nonsense:x:y", "q": "\x00", "s0.text.": HTML}
            odd |= {"number": "9" * 40, "handle": "@@", "section": "999999", "return": ODD[0]}
            status, to, _ = await Sender(everybody[email]).post(address(told, template, email), odd)
            assert status < 500, template
            assert not to.startswith("//"), (template, to)
            assert urlsplit(to).netloc in ("", alpha.host, "app.example"), (template, to)


SAMPLED = 4
"""Of so many pages one is seen in Chromium too; all are read as a browser reads them."""


@pytest.mark.browser
async def test_no_page_runs_what_somebody_wrote_into_its_address_or_into_a_text(
    street: Street, alpha: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("together.tour.LONG_WORD", PAYLOADS.replace(",", ""))
    told = await tour(street, alpha)
    coop = await alpha.actor("coop")
    async with alpha.begin() as session:
        lines = [(HTML[:99], PAYLOADS), ("Site", "javascript:alert(7)")]
        await profiling.say(session, alpha.site, coop, Said(HTML, PAYLOADS, lines))
    names, wrong = sorted(parameters()), list[str]()
    for email, paths in told.whose.items():
        async with reading(alpha, street) as reader:
            if email:
                await reader.sign_in(email)
            for path in paths:
                await reader.go(path)
                private = "no-store" if email else ""
                if private not in reader.headers.get("Cache-Control", ""):
                    wrong.append(f"{path}: kept by caches")
                for header, value in (
                    ("X-Frame-Options", "DENY"),
                    ("X-Content-Type-Options", "nosniff"),
                    ("Content-Security-Policy", "frame-ancestors 'none'"),
                ):
                    if value not in reader.headers.get(header, ""):
                        wrong.append(f"{path}: {header}")
                wrong += [f"{path}: {one}" for one in runs(reader.html)]
                wrong += await _reflected(reader, path, names)
    assert wrong == [], "\n".join(wrong)

    async with chromium(alpha) as browser, window(browser, alpha, language="en") as opened:
        dialogs: list[str] = []

        async def noted(dialog: Dialog) -> None:
            dialogs.append(f"{page.url}: {dialog.message}")
            await dialog.dismiss()

        await opened.sign_in(BRUNO)
        page = await opened.open("/")
        page.on("dialog", noted)
        for path in sorted({*told.whose[None], *told.whose[BRUNO]})[::SAMPLED]:
            await page.goto(alpha.url(path), wait_until="domcontentloaded")
        opened.complaints = [one for one in opened.complaints if not re.search("40[49]", one)]
        assert (dialogs, opened.complaints) == ([], [])


async def _reflected(reader: Reader, path: str, names: list[str]) -> list[str]:
    """The page with every parameter that pages read, each saying something it should not."""
    wrong: list[str] = []
    base = path.partition("?")[0]
    for value in (PAYLOADS, ODD[len(base) % len(ODD)]):
        address = f"{base}?" + urlencode(dict.fromkeys(names, value))
        async with reader.session.get(
            reader.house.url(address), headers={"Accept": "text/html"}, allow_redirects=False
        ) as answer:
            html, to = await answer.text(errors="replace"), answer.headers.get("Location", "")
            if answer.status >= 500:
                wrong.append(f"{address[:60]}: {answer.status}")
        wrong += [f"{base} ?: {one}" for one in (runs(html) if html else ())]
        if to and (
            to.startswith(("//", "/\\")) or urlsplit(to).netloc not in ("", reader.house.host)
        ):
            wrong.append(f"{base} leads to {to}")
    return wrong


async def test_a_session_is_made_when_one_signs_in_and_ends_at_the_server(
    street: Street, alpha: House
) -> None:
    async with reading(alpha, street) as victim, reading(alpha, street) as other:
        planted = {"__Host-essaim_session": "planted", "essaim_session": "planted"}
        victim.session.cookie_jar.update_cookies(planted, response_url=_url(alpha))
        await victim.sign_in(ANNA)
        assert victim.path == "/space"
        now = {one.key: one for one in victim.session.cookie_jar}
        cookie = now["__Host-essaim_session"]
        assert cookie.value != "planted"
        assert cookie["secure"]
        assert cookie["httponly"]
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "alpha.test")
        await other.sign_in(ANNA)
        await victim.press("Sign out")
        victim.session.cookie_jar.update_cookies(
            {"__Host-essaim_session": cookie.value}, response_url=_url(alpha)
        )
        assert (await victim.go("/space")).path == "/sign-in"

        await victim.sign_in(ANNA)
        await victim.go("/settings")
        new = "quatre mots pas si communs"
        await victim.press("Change the password", current=PASSWORD, password=new)
        assert victim.status == 200, victim.faults
        assert (await victim.go("/space")).path == "/space"
        assert (await other.go("/space")).path == "/sign-in"
