"""The consent page: who may send a member where, and what an app gets."""

from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from together.reader import Reader
from together.street import PASSWORD, House

from actors.rules.permissions import Office
from actors.tables.access import App
from actors.verbs import signing_in
from actors.views import access
from actors.views.access import Acting

BACK = "https://app.example/back?keep=1"
CUSTOM = "myapp://callback"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.fixture
async def app(alpha: House) -> App:
    """A registered app."""
    async with alpha.begin() as session:
        app, _ = await signing_in.register_app(
            session,
            alpha.site,
            name="Petite <App>",
            redirect_uris=[BACK, CUSTOM, OUT_OF_BAND, "javascript:alert(1)"],
            scopes="read write:statuses",
        )
    return app


def asking(app: App, **further: str | None) -> str:
    asked = {
        "client_id": app.client_id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "read:accounts write:statuses",
        "state": "a b&c",
    } | further
    return "/oauth/authorize?" + urlencode({k: v for k, v in asked.items() if v is not None})


async def answered(reader: Reader, decision: str, **fields: str) -> aiohttp.ClientResponse:
    """Press a button of the consent form without following the redirect."""
    [form] = [one for one in reader.page.forms if one.xpath(".//button[@name='decision']")]
    values = dict(form.form_values()) | fields | {"decision": decision}
    async with reader.session.post(reader.address, data=values, allow_redirects=False) as answer:
        await answer.read()
        return answer


def told(answer: aiohttp.ClientResponse) -> dict[str, str]:
    query = urlsplit(answer.headers["Location"]).query
    return {name: values[0] for name, values in parse_qs(query).items()}


@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_member_signs_in_and_allows_an_app(
    alpha: House, reader: Reader, app: App, slash: str
) -> None:
    address = asking(app, code_challenge=CHALLENGE, code_challenge_method="S256")
    await reader.go(address.replace("authorize?", f"authorize{slash}?"))
    assert reader.path == "/sign-in"
    await reader.press("Sign in", email="anna@example.org", password=PASSWORD)
    assert reader.heading == "Allow Petite <App>?"
    assert "read what your organisation can read (profiles)" in reader.text
    assert "app.example" in reader.text
    assert (
        "form-action 'self' https://app.example;" in f"{reader.headers['Content-Security-Policy']};"
    )
    answer = await answered(reader, "allow")
    assert answer.status == 302
    assert answer.headers["Location"].startswith("https://app.example/back?keep=1&code=")
    assert told(answer)["state"] == "a b&c"
    async with alpha.begin() as session:
        token, _ = await signing_in.redeem(
            session,
            alpha.site,
            app,
            code=told(answer)["code"],
            redirect_uri=BACK,
            verifier=VERIFIER,
        )
        acting = await access.by_token(session, token)
    assert isinstance(acting, Acting)
    assert acting.organisation.handle == "coop"
    assert acting.scopes == {"read:accounts", "write:statuses"}


async def test_a_member_refuses(anna: Reader, app: App) -> None:
    await anna.go(asking(app))
    answer = await answered(anna, "deny")
    assert told(answer)["error"] == "access_denied"
    assert "code" not in told(answer)


async def test_the_app_acts_for_the_organisation_that_was_chosen(
    alpha: House, anna: Reader, app: App
) -> None:
    second = await alpha.organisation("second")
    await alpha.member("anna@example.org", second, Office.EDITOR)
    await anna.go(asking(app))
    answer = await answered(anna, "allow", organisation=str(second.id))
    async with alpha.begin() as session:
        _, token = await signing_in.redeem(
            session, alpha.site, app, code=told(answer)["code"], redirect_uri=BACK, verifier=None
        )
    assert token.organisation_id == second.id


async def test_nobody_allows_for_an_organisation_without_mandate(
    alpha: House, anna: Reader, app: App
) -> None:
    other = await alpha.organisation("others")
    await anna.go(asking(app))
    answer = await answered(anna, "allow", organisation=str(other.id))
    assert answer.status == 422


async def test_another_site_cannot_allow_in_her_name(alpha: House, anna: Reader, app: App) -> None:
    await anna.go(asking(app))
    answer = await answered(anna, "allow", token="0" * 64)
    assert answer.status == 403


async def test_a_code_is_shown_to_apps_that_cannot_be_redirected_to(
    alpha: House, anna: Reader, app: App
) -> None:
    await anna.go(asking(app, redirect_uri=OUT_OF_BAND))
    await anna.press_exactly("Allow")
    assert anna.heading == "Your code"
    [code] = anna.page.xpath("//code/text()")
    async with alpha.begin() as session:
        await signing_in.redeem(
            session, alpha.site, app, code=code, redirect_uri=OUT_OF_BAND, verifier=None
        )


async def test_an_address_of_the_apps_own_kind_is_answered(anna: Reader, app: App) -> None:
    await anna.go(asking(app, redirect_uri=CUSTOM))
    assert "form-action 'self' myapp:" in anna.headers["Content-Security-Policy"]
    answer = await answered(anna, "allow")
    assert answer.headers["Location"].startswith("myapp://callback?code=")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "read admin:read"}, "invalid_scope"),
        ({"scope": "write"}, "invalid_scope"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"scope": "read " * 1000}, "invalid_request"),
    ],
)
async def test_what_an_app_asks_wrongly_is_told_to_the_app(
    alpha: House, anna: Reader, app: App, asked: dict[str, str | None], error: str
) -> None:
    address = alpha.url(asking(app, **asked))
    async with anna.session.get(address, allow_redirects=False) as answer:
        assert answer.status == 302
        assert told(answer)["error"] == error
        assert told(answer)["state"] == "a b&c"


@pytest.mark.parametrize(
    "asked",
    [
        {"client_id": "unknown"},
        {"redirect_uri": None},
        {"redirect_uri": BACK + "/"},
        {"redirect_uri": BACK.replace("https", "HTTPS")},
        {"redirect_uri": "https://evil.test/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": OUT_OF_BAND, "response_type": "token"},
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(
    alpha: House, anna: Reader, app: App, asked: dict[str, str | None]
) -> None:
    headers = {"Accept": "text/html"}
    address = alpha.url(asking(app, **asked))
    async with anna.session.get(address, allow_redirects=False, headers=headers) as answer:
        assert answer.status == 403
        assert "Location" not in answer.headers


async def test_a_parameter_given_twice_counts_as_missing(
    alpha: House, anna: Reader, app: App
) -> None:
    address = alpha.url(asking(app) + "&" + urlencode({"redirect_uri": "https://evil.test/"}))
    async with anna.session.get(address, allow_redirects=False) as answer:
        assert answer.status == 403


async def test_without_a_scope_an_app_may_read(alpha: House, anna: Reader, app: App) -> None:
    await anna.go(asking(app, scope=None))
    answer = await answered(anna, "allow")
    async with alpha.begin() as session:
        _, token = await signing_in.redeem(
            session, alpha.site, app, code=told(answer)["code"], redirect_uri=BACK, verifier=None
        )
    assert token.scopes == "read"


async def test_a_form_that_asks_wrongly_is_answered_like_a_link(
    alpha: House, anna: Reader, app: App
) -> None:
    address = alpha.url(asking(app, scope="admin:read"))
    async with anna.session.post(address, data={}, allow_redirects=False) as answer:
        assert told(answer)["error"] == "invalid_scope"


async def test_a_session_that_ends_before_allowing_signs_in_again(anna: Reader, app: App) -> None:
    await anna.go(asking(app))
    form, address = anna.html, anna.address
    await anna.press("Sign out")
    anna.html, anna.address = form, address
    await anna.press_exactly("Allow")
    assert anna.path == "/sign-in"
    await anna.press("Sign in", email="anna@example.org", password=PASSWORD)
    assert anna.heading == "Allow Petite <App>?"


async def test_an_app_that_opened_a_window_keeps_hold_of_it_until_the_answer(
    alpha: House, app: App, reader: Reader
) -> None:
    """Else it takes the window for closed: what a page says of its opener cuts the bond."""
    said: list[tuple[str, str]] = []
    address = alpha.url(asking(app))
    back = alpha.url("/sign-in")
    for method, url in (("GET", address), ("GET", back), ("POST", back), ("POST", address)):
        async with reader.session.request(method, url, allow_redirects=False) as answer:
            said.append((method, answer.headers["Cross-Origin-Opener-Policy"]))
            assert answer.headers["X-Frame-Options"] == "DENY"
    assert said == [(method, "unsafe-none") for method in ("GET", "GET", "POST", "POST")]
    async with reader.session.get(alpha.url("/space"), allow_redirects=False) as answer:
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
