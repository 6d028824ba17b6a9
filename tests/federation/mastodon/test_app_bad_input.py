"""Bad input: whatever an app asks for that is not its own, nothing leaks and nothing stays.

Files are in `test_app_media`, codes and redirects in `test_app_oauth` and the test of the consent
page, scopes in `test_app_scopes`.
"""

import re

from together.app import Reader, reader, says, stranger
from together.street import Street

from activitypub.addressing import Visibility
from actors.views import state
from federation.mastodon import routes

SECRET = "le mot de passe du local"


async def named_in(bob: Reader, coop: Reader, number: str) -> list[str]:
    """What somebody gets who names a status of others where one may be named."""
    told: list[str] = []
    for path, data in (
        ("statuses", {"status": "oui", "in_reply_to_id": number}),
        ("statuses", {"status": "oui", "quoted_status_id": number}),
        ("reports", {"account_id": str(coop.us.id), "status_ids[]": number}),
    ):
        status, body = await bob.asks(f"/api/v1/{path}", "POST", data)
        if status not in (404, 422) or SECRET in str(body):
            told.append(f"{path} {data}: {status} {body}")
    return told


async def test_what_was_said_to_others_is_not_there_for_anybody_else(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop, bob = await reader(alpha, "coop"), await reader(alpha, "bob")
    said = [
        await says(coop, f"@network {SECRET}", visible=Visibility.DIRECT),
        await says(coop, SECRET, visible=Visibility.FOLLOWERS),
    ]
    await street.settle()

    async def digest() -> str:
        async with alpha.read() as session:
            return str(await state.digest(session))

    before = await digest()
    told: list[str] = []
    for method, path, _ in routes.ENDPOINTS:
        if not re.match(r"/api/v1/(statuses|polls|conversations)/\{id\}", path):
            continue
        for app in (bob, stranger(alpha)):
            for remark in said:
                url = path.replace("{id}", str(remark.id)).replace("{quoting_id}", "1")
                status, body = await app.asks(url, method, {"status": "!"})
                if status not in (401, 403, 404, 422) or SECRET in str(body):
                    told.append(f"{method} {path}: {status} {str(body)[:80]}")
    for path in ("/api/v1/statuses", "/api/v1/timelines/public", "/api/v2/search"):
        ids = "&".join(f"id[]={one.id}" for one in said)
        status, body = await bob.asks(f"{path}?{ids}&q=local&type=statuses")
        if SECRET in str(body):
            told.append(f"{path}: {body}")
    for remark in said:
        told += await named_in(bob, coop, str(remark.id))
    assert told == []
    assert await digest() == before, "nothing stays of it"


async def test_no_list_is_longer_than_it_should_be_whatever_is_asked_for(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await reader(alpha, "coop")
    queries = ("limit=999999999", "limit=-1&offset=-9&limit[]=7", "limit=80&max_id=x&since_id[a]=b")
    told: list[str] = []
    for method, path, _ in routes.ENDPOINTS:
        if method != "GET" or "{" in path or "/streaming" in path or not path.startswith("/api/"):
            continue
        for query in queries:
            status, body = await coop.asks(f"{path}?{query}")
            if status not in (200, 400, 404) or len(body) > 200:
                told.append(f"{path}?{query}: {status} {str(body)[:80]}")
    assert told == []


async def test_tokens_that_are_none_are_refused_alike_and_told_apart_from_no_token(
    street: Street,
) -> None:
    (alpha,) = await street.open("alpha")
    path = alpha.url("/api/v1/accounts/verify_credentials")
    for token in ("x", "'; DROP TABLE token; --", "é" * 20, "x" * 7000, "null"):
        headers = {"Authorization": f"Bearer {token}"}
        async with street.session.get(path, headers=headers) as answer:
            body = await answer.text()
            assert (answer.status, token in body) == (401, False), token
            assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    for query, headers in (
        ("?access_token=x", {}),
        ("", {"Authorization": "Basic eDp4"}),
        ("", {"Cookie": "essaim_session=x"}),
    ):
        async with street.session.get(path + query, headers=headers) as answer:
            assert answer.status == 401


async def test_notices_of_others_are_not_there_to_be_thrown_away(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop, bob = await reader(alpha, "coop"), await reader(alpha, "bob")
    await says(bob, "@coop bonjour")
    await street.settle()
    (told,) = await coop.gets("/api/v1/notifications")
    path = f"/api/v1/notifications/{told['id']}"
    missing = (404, {"error": "Record not found"})
    assert await bob.asks(f"{path}/dismiss", "POST") == missing
    assert (await coop.gets(path))["id"] == told["id"]
    assert await coop.asks(f"{path}/dismiss", "POST") == (200, {})
    assert await coop.asks(f"{path}/dismiss", "POST") == missing
