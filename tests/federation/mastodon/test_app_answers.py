"""Answers: slashes, Accept headers, browsers, scopes, and what we do not have."""

from typing import Any

import pytest
from together.street import House, Street

from federation.app_keys import RATES
from federation.mastodon import absent, routes
from federation.rates import STRANGER, WRONG_TOKEN


@pytest.fixture
async def house(street: Street) -> House:
    """An instance."""
    (opened,) = await street.open("alpha")
    return opened


async def token(house: House, scopes: str = "read write follow") -> str:
    """A token of a member with these scopes."""
    coop = await house.organisation("coop")
    return await house.token(await house.member("anna@alpha.test", coop), coop, scopes)


async def asked(
    house: House, path: str, secret: str = "", method: str = "GET", **headers: str
) -> tuple[int, Any, Any]:
    """Status, JSON and headers of an answer."""
    sent = headers | ({"Authorization": f"Bearer {secret}"} if secret else {})
    async with house.street.session.request(method, house.url(path), headers=sent) as response:
        body = await response.json() if response.content_type == "application/json" else None
        return response.status, body, response.headers


@pytest.mark.parametrize("path", ["/api/v1/instance", "/api/v2/instance", "/api/v1/custom_emojis"])
@pytest.mark.parametrize("accept", ["application/json+activity", "", "text/html", ";;,"])
async def test_an_answer_is_json_whatever_the_slash_and_the_accept_header(
    house: House, path: str, accept: str
) -> None:
    for address in (path, f"{path}/"):
        status, body, headers = await asked(house, address, Accept=accept)
        assert status == 200
        assert body is not None
        assert headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v2/nothing/here", "/api/web/settings", "/api/v1/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_what_we_do_not_have_is_not_found_in_json(
    house: House, path: str, method: str
) -> None:
    status, body, headers = await asked(house, path, method=method)
    assert (status, body) == (404, {"error": "Endpoint not found"})
    assert headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path", ["/api/v1/accounts/verify_credentials", "/oauth/token", "/oauth/revoke", "/api/v1/x"]
)
async def test_a_browser_app_may_ask_before_it_asks(house: House, path: str) -> None:
    status, _, headers = await asked(house, path, method="OPTIONS", Origin="https://elk.example")
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in headers["Access-Control-Allow-Headers"]
    assert "POST" in headers["Access-Control-Allow-Methods"]


async def test_a_browser_app_may_read_answers_refusals_and_links(house: House) -> None:
    for path, wanted in (("/api/v1/timelines/public", 200), ("/api/v1/timelines/home", 401)):
        status, _, headers = await asked(house, path, Origin="https://elk.example")
        assert status == wanted
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Link" in headers["Access-Control-Expose-Headers"]


def needing_a_scope() -> list[tuple[str, str, str]]:
    """Method, path, and a scope that does not cover it."""
    return [
        ("GET", "/api/v1/accounts/verify_credentials", "read:statuses write"),
        ("GET", "/api/v1/accounts/relationships", "read:accounts"),
        ("GET", "/api/v1/timelines/home", "read:accounts write"),
        ("GET", "/api/v1/timelines/public", "read:accounts"),
        ("GET", "/api/v1/notifications", "read:statuses"),
        ("GET", "/api/v1/markers", "write"),
        ("POST", "/api/v1/markers", "read"),
        ("GET", "/api/v2/search", "read:accounts"),
        ("GET", "/api/v1/preferences", "follow"),
        ("POST", "/api/v1/accounts/1/follow", "read"),
        ("POST", "/api/v1/accounts/1/unfollow", "read write:statuses"),
        ("GET", "/api/v1/bookmarks", "write"),
    ]


@pytest.mark.parametrize(("method", "path", "scopes"), needing_a_scope())
async def test_a_token_opens_only_what_its_scopes_cover(
    house: House, method: str, path: str, scopes: str
) -> None:
    status, body, _ = await asked(house, path, await token(house, scopes), method=method)
    words = "This action is outside the authorized scopes"
    assert (status, body) == (403, {"error": words})


async def test_a_token_that_nobody_knows_is_refused_even_where_none_is_wanted(
    house: House,
) -> None:
    for path in ("/api/v1/timelines/public", "/api/v1/timelines/home"):
        status, body, headers = await asked(house, path, "nobody's")
        assert (status, body) == (401, {"error": "The access token is invalid"})
        assert headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_token_in_the_address_is_no_token(house: House) -> None:
    secret = await token(house)
    status, _, _ = await asked(house, f"/api/v1/timelines/home?access_token={secret}")
    assert status == 401


@pytest.mark.parametrize("path", sorted(absent.EMPTY))
async def test_what_we_keep_no_list_of_is_an_empty_list(house: House, path: str) -> None:
    status, body, _ = await asked(house, path.format(id="1", tag="commun"), await token(house))
    assert (status, body) == (200, [])


async def test_an_empty_list_of_somebodys_own_wants_to_know_whose(house: House) -> None:
    status, _, _ = await asked(house, "/api/v1/bookmarks")
    assert status == 401


async def test_nobody_is_a_familiar_follower(house: House) -> None:
    path = "/api/v1/accounts/familiar_followers?id[]=7&id[]=8"
    _, body, _ = await asked(house, path, await token(house))
    assert body == [{"id": "7", "accounts": []}, {"id": "8", "accounts": []}]


@pytest.mark.parametrize("name", ["avatar.png", "header.png"])
async def test_the_pictures_that_we_name_are_there(house: House, name: str) -> None:
    url = house.url(f"/mastodon/{name}")
    async with house.street.session.get(url) as response:
        assert response.content_type == "image/png"
        assert (await response.read()).startswith(b"\x89PNG")


@pytest.mark.parametrize("text", ["x", "99999999999999999999999", "-1"])
async def test_an_id_that_is_none_is_a_bad_request(house: House, text: str) -> None:
    status, body, _ = await asked(house, f"/api/v1/statuses/{text}")
    assert (status, body) == (400, {"error": "An id is a decimal number"})


@pytest.mark.parametrize("path", ["/api/v1/statuses/7", "/api/v1/accounts/7"])
async def test_an_id_of_nothing_is_not_found(house: House, path: str) -> None:
    status, body, _ = await asked(house, path)
    assert (status, body) == (404, {"error": "Record not found"})


def test_every_path_stands_once_in_the_table() -> None:
    paths = [(method, path) for method, path, _ in routes.ENDPOINTS]
    assert len(paths) == len(set(paths))


async def test_an_app_that_has_the_answer_already_is_not_told_it_again(house: House) -> None:
    secret = await token(house)
    path = "/api/v1/timelines/home"
    _, _, first = await asked(house, path, secret)
    tag = first["ETag"]
    status, body, headers = await asked(house, path, secret, **{"If-None-Match": f'"x", {tag}'})
    assert (status, body, headers["ETag"]) == (304, None, tag)
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-RateLimit-Remaining"]
    assert headers["Access-Control-Allow-Origin"] == "*"
    await house.publish(await house.actor("coop"))
    status, body, headers = await asked(house, path, secret, **{"If-None-Match": tag})
    assert (status, len(body)) == (200, 1)
    assert headers["ETag"] != tag
    _, _, refused = await asked(house, path, "nobody's")
    assert "ETag" not in refused


@pytest.mark.parametrize("path", ["/api/", "/api/v3/x", "/api/oembed", "/api/v1/statuses/x"])
async def test_nothing_below_the_api_is_ever_a_page(house: House, path: str) -> None:
    status, body, headers = await asked(house, path, Accept="text/html")
    assert status >= 400
    assert headers["Content-Type"].startswith("application/json")
    assert isinstance(body["error"], str)


async def test_who_asks_too_often_is_told_in_the_same_headers_when_to_come_back(
    house: House,
) -> None:
    counts, place = house.app[RATES], "127.0.0.1"
    for _ in range(STRANGER.most):
        counts.take(STRANGER, place)
    for path in ("/api/v1/instance", "/api/v1/nothing", "/oauth/token", "/oauth/userinfo"):
        status, body, headers = await asked(house, path, Origin="https://elk.example")
        assert (status, list(body)) == (429, ["error"]), path
        assert headers["X-RateLimit-Limit"] == str(STRANGER.most)
        assert headers["X-RateLimit-Remaining"] == "0"
        assert headers["X-RateLimit-Reset"].endswith(".000Z")
        assert int(headers["Retry-After"]) > 0
        shown = headers["Access-Control-Expose-Headers"]
        assert "X-RateLimit-Reset" in shown
        assert "Retry-After" in shown


async def test_tokens_are_not_guessed_at_one_address_while_the_others_have_had_enough(
    house: House,
) -> None:
    counts = house.app[RATES]
    for _ in range(WRONG_TOKEN.most - 1):
        counts.take(WRONG_TOKEN, "127.0.0.1")
    assert (await asked(house, "/oauth/userinfo", "guess-1"))[0] == 401
    for path in ("/oauth/userinfo", "/api/v1/timelines/home"):
        status, _, headers = await asked(house, path, "guess-2")
        assert (status, headers["X-RateLimit-Remaining"]) == (429, "0"), path
