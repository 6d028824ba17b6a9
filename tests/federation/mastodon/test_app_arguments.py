"""Arguments: query, form, multipart and JSON, all the same."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from activitypub.errors import Malformed
from federation.mastodon import arguments
from federation.mastodon.arguments import Arguments

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """Tells what it understood: names with values, or the words of a refusal."""

    async def understood(request: web.Request) -> web.Response:
        try:
            given = await arguments.read(request)
        except Malformed as error:
            return web.json_response({"refused": error.reason}, status=400)
        return web.json_response({name: list(values) for name, values in given.values.items()})

    application = web.Application()
    application.router.add_route("*", "/", understood)
    async with TestClient(TestServer(application)) as client:
        yield client


async def told(client: Client, **kwargs: Any) -> Any:
    async with client.post("/", **kwargs) as response:
        return await response.json()


async def test_a_form_json_multipart_and_a_query_mean_the_same(client: Client) -> None:
    wanted = {"name": ["Ruche"], "id": ["1", "2"], "home[last_read_id]": ["7"]}
    form = [("name", "Ruche"), ("id[]", "1"), ("id[]", "2"), ("home[last_read_id]", "7")]
    parts = aiohttp.FormData(form, default_to_multipart=True)
    nested = {"name": "Ruche", "id": [1, "2"], "home": {"last_read_id": 7}}
    assert await told(client, data=form) == wanted
    assert await told(client, data=parts) == wanted
    assert await told(client, json=nested) == wanted
    assert await told(client, params=form) == wanted
    numbered = [("name", "Ruche"), ("id[0]", "1"), ("id[1]", "2"), ("home[last_read_id]", "7")]
    assert await told(client, data=numbered) == wanted
    options = [("poll[options][0]", "oui"), ("poll[options][1]", "non")]
    assert await told(client, data=options) == {"poll[options]": ["oui", "non"]}
    assert await told(client, json={"poll": {"options": ["oui", "non"]}}) == {
        "poll[options]": ["oui", "non"]
    }


async def test_the_body_wins_over_the_query(client: Client) -> None:
    found = await told(client, params={"a": "query", "b": "query"}, data={"a": "body"})
    assert found == {"a": ["body"], "b": ["query"]}


async def test_json_booleans_become_words_and_null_is_not_there(client: Client) -> None:
    found = await told(client, json={"yes": True, "no": False, "nothing": None})
    assert found == {"yes": ["true"], "no": ["false"]}


async def test_an_empty_body_is_no_argument_whatever_it_calls_itself(client: Client) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
        assert await told(client, data=b"", headers={"Content-Type": kind}) == {}


async def test_a_body_of_another_kind_is_left_aside(client: Client) -> None:
    assert await told(client, data=b"a=b", headers={"Content-Type": "text/plain"}) == {}


async def test_a_file_is_left_aside(client: Client) -> None:
    parts = aiohttp.FormData({"name": "Ruche"})
    parts.add_field("avatar", b"bytes", filename="a.png", content_type="image/png")
    assert await told(client, data=parts) == {"name": ["Ruche"]}


@pytest.mark.parametrize(
    "body", [b"{", b"[1]", b'{"a": 1e999}', b"\xff", b'{"a":' * 7 + b"1" + b"}" * 7]
)
async def test_what_is_no_json_object_or_too_deep_is_refused(client: Client, body: bytes) -> None:
    found = await told(client, data=body, headers={"Content-Type": "application/json"})
    assert "refused" in found


async def test_a_broken_form_is_refused(client: Client) -> None:
    kind = {"Content-Type": "multipart/form-data"}
    assert "refused" in await told(client, data=b"--x", headers=kind)


@pytest.mark.parametrize(
    "header", [b'Content-Disposition: form-data; name="a\x00b"', b"no header at all", b"X" * 70_000]
)
async def test_a_part_with_a_broken_header_is_refused(client: Client, header: bytes) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    body = b"--x\r\n" + header + b"\r\n\r\nhi\r\n--x--\r\n"
    assert "refused" in await told(client, data=body, headers=kind)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("true", True), ("1", True), ("on", True), ("false", False), ("0", False), ("", False)],
)
def test_a_flag_is_read_as_rails_reads_it(text: str, meant: bool) -> None:
    assert Arguments({"local": (text,)}).flag("local") is meant


def test_a_flag_that_is_not_there_has_its_default() -> None:
    assert Arguments({}).flag("local") is False
    assert Arguments({}).flag("local", default=True) is True


def test_blanks_around_a_text_do_not_count_and_around_a_secret_they_do() -> None:
    given = Arguments({"q": (" a ",)})
    assert given.text("q") == "a"
    assert given.exact("q") == " a "
