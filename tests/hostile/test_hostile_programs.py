"""What a hostile program may ask of the APIs: it is answered in our words, and has no more."""

import json
from typing import Any

import aiohttp
import pytest
from together.program import Program, a_program
from together.raw import talk
from together.street import House

INJECTED = (
    "'", '"', "''", "\\", ";", "--", "/*", "' OR '1'='1", "'; DROP TABLE actor; --", "%", "_", "%%",
    "1 UNION SELECT 1", "$(id)", "`id`", "{{7*7}}", "${7*7}", "%00", "%0d%0aX:y",
    "../../etc/passwd", "%2e%2e%2f", "\u202e", "\U0001f41d", "a" * 3000, "-1", "0", "9" * 30, "1e9",
    "NaN", "null", "[]",
)  # fmt: skip
PLACES = (
    "/@{}", "/m/{}", "/models/{}", "/m/{}/versions/1", "/m/coop/versions/{}", "/actors/{}",
    "/actors/{}/outbox", "/actors/coop/followers?page=true&max_id={}", "/remarks/{}",
    "/activities/{}", "/directory?q={}", "/organisations?q={}", "/?lang={}", "/static/{}",
    "/.well-known/webfinger?resource={}", "/.well-known/webfinger?resource=acct:{}@alpha.test",
    "/api/v1/accounts/{}", "/api/v1/accounts/lookup?acct={}", "/api/v1/accounts/{}/statuses",
    "/api/v1/statuses/{}", "/api/v1/statuses/{}/context", "/api/v2/search?q={}&resolve=true",
    "/api/v1/timelines/public?max_id={}", "/api/v1/timelines/public?limit={}",
    "/api/essaim/v1/models?q={}", "/api/essaim/v1/models/{}", "/api/essaim/v1/directory?q={}",
    "/oauth/authorize?client_id={}&redirect_uri={}", "/sign-in?return={}",
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """Both engines."""
    return str(request.param)


@pytest.fixture
async def program(alpha: House) -> Program:
    return await a_program(alpha, "coop")


def bearer(program: Program) -> dict[str, str]:
    return {"Authorization": f"Bearer {program.token}"}


async def asked(house: House, path: str, **given: Any) -> tuple[int, str]:
    """Status and text."""
    method = given.pop("method", "GET")
    async with house.street.session.request(
        method, house.url(path), allow_redirects=False, **given
    ) as answer:
        return answer.status, await answer.text(errors="replace")


def tells_nothing(text: str) -> bool:
    """No trace, no SQL, no path of ours."""
    lowered = text.lower()
    traces = ("traceback", "sqlalchemy", "sqlite3", "asyncpg", "syntax error", "/federation/")
    return not any(trace in lowered for trace in traces)


async def test_no_text_in_an_address_reaches_the_database_as_anything_but_text(
    alpha: House, program: Program
) -> None:
    for number, place in enumerate(PLACES):
        for text in INJECTED[number % 3 :: 3]:
            path = place.replace("{}", text.replace("#", "").replace(" ", "%20"))
            status, told = await asked(alpha, path, headers=bearer(program))
            assert status < 500, path
            assert tells_nothing(told), path


PAGING = ("max_id", "since_id", "min_id", "limit", "offset")
NUMBERS = ("-1", "0", "99999999999999999999999", "word", "", "1.5", "%00", "1&{}=2", "null")


async def test_no_argument_of_paging_is_a_fault_or_gives_more_than_eighty(
    alpha: House, program: Program
) -> None:
    paths = ("timelines/home", "timelines/public", "notifications")
    for path in paths:
        for name in PAGING:
            for value in (*NUMBERS, "1000000"):
                query = f"{name}={value.format(name)}"
                status, told = await asked(
                    alpha, f"/api/v1/{path}?{query}", headers=bearer(program)
                )
                assert status in (200, 400, 422), (path, query, status)
                assert status != 200 or len(json.loads(told)) <= 80
            status, _ = await asked(alpha, f"/api/v1/{path}?{name}[]=1", headers=bearer(program))
            assert status in (200, 400, 422)


BODIES: tuple[tuple[str, bytes], ...] = (
    ("application/json", b""),
    ("application/json", b"{"),
    ("application/json", b"[]"),
    ("application/json", b"7"),
    ("application/json", b'"x"'),
    ("application/json", b"null"),
    ("application/json", b"{}"),
    ("application/json", b'{"a":' * 3000 + b"1" + b"}" * 3000),
    ("application/json", b'{"client_name": {"x": []}, "redirect_uris": 7, "grant_type": []}'),
    ("application/json", b'{"client_name": "\\u0000"}'),
    ("application/json", b"\xff\xfe{}"),
    ("application/json; charset=utf-7", b"{}"),
    ("application/json; charset=nonsense", b"{}"),
    ("application/x-www-form-urlencoded", b"client_name=%00&grant_type=%00&client_id=%00"),
    ("application/x-www-form-urlencoded", b"%ff%fe&&==&a"),
    ("application/x-www-form-urlencoded; charset=nonsense", b"a=b"),
    ("application/x-www-form-urlencoded", b"&".join(b"a%d=b" % n for n in range(20_000))),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=", b"x"),
    ("multipart/form-data; boundary=x", b"--x\r\n"),
    ("multipart/form-data; boundary=x", b"--x\r\nA: b\x00c\r\n\r\nx\r\n--x--\r\n"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\nutf-7\r\n--x--\r\n',
    ),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--\r\n',
    ),
    ("multipart/form-data; boundary=x", b"--x\r\n" + b"A: b\r\n" * 10_000 + b"\r\nx\r\n--x--\r\n"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 5000 + b"--x--\r\n",
    ),
    ("text/plain", b"x"),
    ("application/octet-stream", b"\x00"),
)


@pytest.mark.parametrize(
    "path",
    ["/api/v1/apps", "/oauth/token", "/oauth/revoke", "/api/v1/markers", "/sign-in",
     "/api/essaim/v1/models", "/api/essaim/v1/following", "/api/v1/accounts/1/follow"],
)  # fmt: skip
async def test_no_body_is_a_fault(alpha: House, program: Program, path: str) -> None:
    for kind, body in BODIES:
        headers = {**bearer(program), "Content-Type": kind}
        status, told = await asked(alpha, path, method="POST", headers=headers, data=body)
        assert status in (200, 400, 401, 403, 404, 405, 413, 415, 422, 429), (
            kind,
            body[:60],
            status,
        )
        assert tells_nothing(told)


async def test_a_token_is_read_from_its_header_alone(alpha: House, program: Program) -> None:
    path, token = "/api/v1/accounts/verify_credentials", program.token
    for query in (f"?access_token={token}", f"?bearer_token={token}"):
        assert (await asked(alpha, path + query))[0] == 401
    for headers in (
        {"Cookie": f"access_token={token}; _session_id={token}; essaim_session={token}"},
        {"Authorization": f"Basic {token}"},
        {"Authorization": str(token)},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer  "},
        {"Authorization": f"Bearer {token}x"},
        {"Authorization": "Bearer " + "a" * 7000},
        {"Authorization": "Bearer ' OR 1=1 --"},
        {"X-Access-Token": str(token)},
    ):
        assert (await asked(alpha, path, headers=headers))[0] in (400, 401), headers
    line = f"Authorization: Bearer {token}\r\n".encode()
    start = f"GET {path} HTTP/1.1\r\nHost: alpha.test\r\n".encode()
    assert (await talk(alpha, start + line + b"\r\n")).statuses == [200]
    other = b"Authorization: Bearer somebody-elses\r\n"
    for two in (line + other, other + line, line + line):
        assert (await talk(alpha, start + two + b"\r\n")).statuses in ([400], [401])


async def test_a_script_of_another_site_never_acts_with_a_cookie(
    alpha: House, program: Program
) -> None:
    for path in ("/api/v1/instance", "/api/v1/accounts/verify_credentials", "/", "/actor"):
        headers = {"Origin": "https://evil.test", "Cookie": "essaim_session=x"}
        async with alpha.street.session.get(alpha.url(path), headers=headers) as answer:
            assert "Access-Control-Allow-Credentials" not in answer.headers
            assert answer.headers.get("Access-Control-Allow-Origin", "*") == "*"


async def test_no_password_buys_a_token(alpha: House, program: Program) -> None:
    form = {"grant_type": "password", "username": "coop@example.org", "password": "x"}
    status, told = await asked(alpha, "/oauth/token", method="POST", data=form)
    assert (status, json.loads(told)) == (400, {"error": "unsupported_grant_type"})
    query = "response_type=token&client_id=x&redirect_uri=https://x.example"
    status, _ = await asked(alpha, f"/oauth/authorize?{query}")
    assert status in (400, 403)


@pytest.mark.parametrize("accept", ["application/activity+json", "text/html", "*/*", "", "x/y,,;q"])
async def test_one_address_never_mixes_its_two_forms(
    alpha: House, program: Program, accept: str
) -> None:
    async with alpha.street.session.get(
        alpha.url("/actors/coop"), headers={"Accept": accept}
    ) as answer:
        assert answer.status == 200
        assert "Accept" in answer.headers["Vary"]
        is_page = answer.content_type == "text/html"
        assert (await answer.text()).lstrip().startswith("<!DOCTYPE html>" if is_page else "{")


async def test_no_address_that_only_reads_changes_anything(alpha: House, program: Program) -> None:
    status, _ = await asked(alpha, "/sign-out")
    assert status in (404, 405)
    for path in ("/api/v1/apps", "/oauth/token", "/oauth/revoke"):
        assert (await asked(alpha, path))[0] in (404, 405)


async def test_no_page_has_code_or_styles_of_its_own(alpha: House, program: Program) -> None:
    for path in ("/", "/sign-in", "/directory", "/@coop", "/about", "/nothing"):
        async with alpha.street.session.get(
            alpha.url(path), headers={"Accept": "text/html"}
        ) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
                assert part in policy
            assert answer.headers["Server"] == "Essaim"
            assert "X-Powered-By" not in answer.headers
            text = await answer.text()
            assert "<style" not in text
            assert " style=" not in text
            assert aiohttp.__version__ not in text + str(answer.headers)
