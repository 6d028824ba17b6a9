"""The application: what it refuses to start on, and what every answer carries."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import orjson
import pytest
from aiohttp import web
from together.street import House, Street

from activitypub.iris import Iri
from actors import migrations
from actors.database import Database
from actors.errors import Conflicting, Unwise
from federation import application, refusals
from federation.errors import Unreachable
from federation.settings import DatabaseSettings, Instance, Settings

Answering = Callable[..., Awaitable[aiohttp.ClientResponse]]


@pytest.fixture
async def alpha(street: Street) -> House:
    (house,) = await street.open("alpha")
    return house


@pytest.fixture
async def raising(street: Street) -> Callable[..., Awaitable[aiohttp.ClientResponse]]:
    """An instance at which `/api/essaim/v1/trouble` and others raise what the test says."""

    async def ask(error: Exception, path: str, **headers: str) -> aiohttp.ClientResponse:
        async def trouble(_: web.Request) -> web.Response:
            raise error

        (house,) = await street.open("alpha")
        await house.stop()
        await house.start(web.get(path, trouble))
        async with street.session.get(house.url(path), headers=headers) as answer:
            await answer.read()
            return answer

    return ask


def elsewhere(house: House, **changes: object) -> web.Application:
    return application.build(replace(house.settings, **changes))  # type: ignore[arg-type]


async def refused(app: web.Application) -> str:
    """Why it does not start."""
    runner = application.runner(app)
    with pytest.raises(application.CannotStart) as error:
        await runner.setup()
    await runner.cleanup()
    return str(error.value)


async def test_a_database_of_another_origin_is_refused(alpha: House) -> None:
    other = Instance(origin=Iri("https://beta.test"))
    words = await refused(elsewhere(alpha, instance=other))
    assert "belongs to https://alpha.test" in words


async def test_a_database_that_was_never_founded_is_refused(
    alpha: House, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    missing = DatabaseSettings(url=f"sqlite:///{tmp_path}/missing.db")
    assert "essaim init" in await refused(elsewhere(alpha, database=missing))
    empty = DatabaseSettings(url=new_database("empty"))
    assert "essaim init" in await refused(elsewhere(alpha, database=empty))


async def test_private_destinations_are_announced_when_it_starts(
    street: Street, alpha: House
) -> None:
    lines = [one for one in street.events if one["event"] == "egress.private_destination"]
    assert {one["level"] for one in lines} == {"warning"}
    assert f"127.0.0.1:{alpha.port}" in {one["entry"] for one in lines}


async def test_workers_are_started_and_stopped_with_it(street: Street, alpha: House) -> None:
    await alpha.stop()
    await alpha.start(with_workers=True)
    async with street.session.get(alpha.url("/actor")) as answer:
        assert answer.status == 200
    await alpha.stop()


async def test_every_answer_carries_what_protects_its_reader(street: Street, alpha: House) -> None:
    for path in ("/actor", "/none", "/.well-known/nodeinfo"):
        async with street.session.get(alpha.url(path)) as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert "default-src" in answer.headers["Content-Security-Policy"]
            assert len(answer.headers["X-Request-Id"]) == 16


async def test_large_and_coded_bodies_are_refused_everywhere(street: Street, alpha: House) -> None:
    url = alpha.url("/api/essaim/v1/models")
    coded = {"Content-Encoding": "gzip"}
    async with street.session.post(url, data=b"x", headers=coded) as answer:
        assert answer.status == 415
    long = aiohttp.BytesPayload(b"x" * 1_000_000)
    large = {"Content-Length": "200000000"}
    async with street.session.post(url, data=long, headers=large) as answer:
        assert answer.status == 413


async def test_a_bug_is_told_by_its_number_and_not_by_its_trace(
    street: Street, raising: Answering
) -> None:
    answer = await raising(ZeroDivisionError("secret"), "/api/essaim/v1/trouble")
    body = await answer.text()
    assert answer.status == 500
    assert "secret" not in body
    number = answer.headers["X-Request-Id"]
    assert number in orjson.loads(body)["detail"]
    [line] = [one for one in street.events if one["event"] == "request.failed"]
    assert line["request"] == number


async def test_programs_are_told_with_a_problem_document(raising: Answering) -> None:
    error = Unwise("There are faults.", fields={"name.fr": "is missing"})
    answer = await raising(error, "/api/essaim/v1/trouble")
    assert (answer.status, answer.content_type) == (422, "application/problem+json")
    assert await answer.json(content_type=None) == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "There are faults.",
        "code": "unwise",
        "errors": {"name.fr": "is missing"},
    }


async def test_apps_are_told_with_an_error_member(raising: Answering) -> None:
    answer = await raising(Conflicting("Not both.", keys=("a", "b")), "/api/v1/trouble2")
    assert (answer.status, answer.content_type) == (409, "application/json")
    assert await answer.json(content_type=None) == {"error": "Not both.", "keys": ["a", "b"]}


async def test_a_temporary_trouble_says_when_to_come_again(raising: Answering) -> None:
    answer = await raising(Unreachable("Too slow."), "/api/essaim/v1/trouble")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == str(int(refusals.RETRY_AFTER.total_seconds()))


async def test_people_are_told_with_a_page(raising: Answering) -> None:
    answer = await raising(Unwise("So not."), "/trouble", Accept="text/html")
    assert (answer.status, answer.content_type) == (422, "text/html")
    assert "<html" in await answer.text()


@pytest.mark.parametrize(
    ("error", "status"),
    [(web.HTTPSeeOther("/elsewhere"), 303), (web.HTTPForbidden(text="No."), 403)],
)
async def test_what_an_edge_says_in_the_words_of_http_is_kept(
    raising: Answering, error: web.HTTPException, status: int
) -> None:
    answer = await raising(error, "/api/essaim/v1/trouble")
    assert answer.status == status or (status == 303 and answer.history[0].status == 303)
    if status == 403:
        assert (await answer.json(content_type=None))["detail"] == "No."


async def test_methods_that_are_not_allowed_are_named(street: Street, alpha: House) -> None:
    async with street.session.delete(alpha.url("/actor")) as answer:
        assert answer.status == 405
        assert "GET" in answer.headers["Allow"]


async def test_a_migrated_database_is_up_to_date(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/fresh.db")
    assert await migrations.standing(database) is migrations.Standing.EMPTY
    await migrations.upgrade(database)
    assert await migrations.standing(database) is migrations.Standing.CURRENT
    await database.close()


def test_settings_describe_a_site(tmp_path: Path) -> None:
    settings = Settings(directory=tmp_path, instance=Instance(origin=Iri("https://alpha.test")))
    here = application.site(settings)
    assert (here.origin, here.locale) == ("https://alpha.test", "fr")
    assert here.now().utcoffset() is not None


@pytest.mark.parametrize("path", ["/inbox", "/api/essaim/v1/models", "/api/v1/apps", "/sign-in"])
async def test_whoever_goes_away_in_the_middle_is_no_mistake_of_ours(
    street: Street, alpha: House, path: str
) -> None:
    _, writer = await asyncio.open_connection(
        "127.0.0.1", alpha.port, ssl=street.trust, server_hostname=alpha.host
    )
    head = f"POST {path} HTTP/1.1\r\nHost: {alpha.host}\r\nContent-Length: 500\r\n"
    kind = "Content-Type: application/activity+json\r\n\r\n"
    writer.write(f"{head}{kind}{{".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await alpha.stop()  # waits for the requests under way
    assert [one for one in street.events if one["level"] == "error"] == []


@pytest.mark.parametrize("version", ["HTTP/0.9", "HTTP/2.0"])
async def test_a_version_of_http_that_we_do_not_speak_is_refused(
    street: Street, alpha: House, version: str
) -> None:
    trust = street.trust
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", alpha.port, ssl=trust, server_hostname=alpha.host
    )
    writer.write(f"GET / {version}\r\nHost: {alpha.host}\r\nConnection: close\r\n\r\n".encode())
    first = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert first.split()[1] == b"505"
