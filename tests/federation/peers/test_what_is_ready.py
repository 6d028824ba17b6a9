"""What is given from memory is what would be given without it, and nobody gets it who would not."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from together.raw import talk
from together.stranger import Stranger
from together.street import House, Street, a_sheet, key_pems
from yarl import URL

from activitypub import wire
from activitypub.iris import Iri
from activitypub.mediatypes import ACTIVITY_JSON
from activitypub.signatures.claims import Scheme
from activitypub.signatures.signing import sign
from actors import places
from actors.changes import DOCUMENTS
from actors.database import Database, Session
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.verbs import enrolling, forgetting, moving, publishing, remarking, rotating
from federation import ready
from federation.app_keys import LISTENING
from federation.ready import READY
from federation.settings import SIGNED, Documents

MODEL = "/models/atelier-de-reparation"
ACTIVITY = {"Accept": "application/activity+json"}
LD = {"Accept": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
DOCUMENTS_OF_OURS = ("/actor", "/actors/coop", "/@coop", MODEL, f"{MODEL}/versions/1", "/m/{slug}")
FINGER = "/.well-known/webfinger?resource="
DISCOVERY = (
    f"{FINGER}acct:coop@alpha.test",
    f"{FINGER}acct%3Acoop%40alpha.test",
    f"{FINGER}https://alpha.test/actors/coop",
    f"{FINGER}https%3A%2F%2Falpha.test%2F%40coop",
    f"{FINGER}https://alpha.test",
    "/.well-known/nodeinfo",
    "/.well-known/host-meta",
    "/nodeinfo/2.0",
    "/nodeinfo/2.1",
)


@dataclass(frozen=True)
class Told:
    """An answer, without what differs each time."""

    status: int
    headers: dict[str, str]
    body: bytes


both_engines = pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
"""They say in different ways that something changed."""


@pytest.fixture
async def alpha(street: Street) -> House:
    (house,) = await street.open("alpha")
    await house.publish(await house.organisation("coop"))
    await is_heard(house)
    return house


async def ask(house: House, path: str, method: str = "GET", **headers: str) -> Told:
    """One request."""
    url = URL(house.url(path.format(slug="atelier-de-reparation")), encoded=True)
    asking = house.street.session.request(method, url, headers=headers, allow_redirects=False)
    async with asking as answer:
        told = {name.lower(): value for name, value in answer.headers.items()}
        assert len(told.pop("x-request-id")) == 16
        del told["date"]
        return Told(answer.status, told, await answer.read())


async def is_heard(house: House, before: int | None = None) -> None:
    """On PostgreSQL notices travel; on SQLite the very next reader is told."""
    while not house.database.is_sqlite and number(house) == before:
        async with house.read():
            pass


def number(house: House) -> int | None:
    """What stands for everything that is kept."""
    return house.app[READY].changes.number(DOCUMENTS)


def given(house: House) -> int:
    """How many answers came from memory."""
    return house.app[READY].given


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that anybody executes meanwhile."""
    statements: list[str] = []

    def count(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", count)


async def test_the_second_answer_comes_from_memory_and_is_the_first(alpha: House) -> None:
    for path in (*DOCUMENTS_OF_OURS, *DISCOVERY):
        for headers in (ACTIVITY, LD):
            await ask(alpha, path, **headers)
        before = given(alpha)
        whole = await ask(alpha, path, **LD)
        assert (whole.status, given(alpha)) == (200, before + 1), path
        assert whole == await without_memory(alpha, path, **ACTIVITY)
        assert whole.headers["etag"].startswith('"')
        assert "content-security-policy" in whole.headers
        head = await ask(alpha, path, "HEAD", **LD)
        assert (head, given(alpha)) == (replace(whole, body=b""), before + 2)
        assert head == await without_memory(alpha, path, "HEAD", **LD)


@pytest.mark.parametrize(
    ("known", "status"),
    [
        ("{}", 304),
        ("W/{}", 304),
        ('"other", {}', 304),
        ("*", 304),
        ('"other"', 200),
        ("nonsense", 200),
    ],
)
async def test_who_has_it_already_is_not_sent_it_again(
    alpha: House, known: str, status: int
) -> None:
    for path in ("/actors/coop", f"{FINGER}acct:coop@alpha.test", "/nodeinfo/2.1"):
        etag = (await ask(alpha, path, **ACTIVITY)).headers["etag"]
        headers = ACTIVITY | {"If-None-Match": known.format(etag)}
        before = given(alpha)
        again = await ask(alpha, path, **headers)
        assert (again.status, bool(again.body), given(alpha)) == (
            status,
            status == 200,
            before + 1,
        )
        assert again == await without_memory(alpha, path, **headers)


async def test_who_has_it_already_makes_it_ready_for_others(alpha: House) -> None:
    whole = await ask(alpha, MODEL, **ACTIVITY)
    async with alpha.begin() as session:
        (await session.get_one(Actor, alpha.network.id)).name = "Neue"
    headers = ACTIVITY | {"If-None-Match": whole.headers["etag"]}
    assert (await ask(alpha, MODEL, **headers)).status == 304
    before = given(alpha)
    assert await ask(alpha, MODEL, **ACTIVITY) == whole
    assert given(alpha) == before + 1


async def without_memory(house: House, path: str, method: str = "GET", **headers: str) -> Told:
    """What the long way gives."""
    before, ready_one = given(house), house.app[READY]
    kept, ready_one._kept = ready_one._kept, {}
    try:
        return await ask(house, path, method, **headers)
    finally:
        ready_one._kept = kept
        assert given(house) == before


async def test_people_get_the_page_that_shares_the_address(alpha: House) -> None:
    for _ in range(2):
        assert (await ask(alpha, MODEL, **ACTIVITY)).headers["content-type"].endswith("+json")
        assert "text/html" in (await ask(alpha, MODEL, **BROWSER)).headers["content-type"]
        assert "text/html" in (await ask(alpha, MODEL)).headers["content-type"]
    assert given(alpha) == 1


@both_engines
async def test_a_herd_of_readers_asks_the_database_nothing(alpha: House) -> None:
    paths = (MODEL, "/actors/coop", f"{FINGER}acct:coop@alpha.test", "/nodeinfo/2.1")
    with counting() as statements:
        for path in paths:
            await ask(alpha, path, **ACTIVITY)
    assert statements
    await _until_nothing_is_news(alpha, paths)
    before = given(alpha)
    with counting() as statements:
        for _ in range(25):
            for path in paths:
                assert (await ask(alpha, path, **ACTIVITY)).status == 200
    assert (statements, given(alpha) - before) == ([], 100)


async def _until_nothing_is_news(house: House, paths: Sequence[str]) -> None:
    """PostgreSQL tells of a change a moment after it: what was read meanwhile is read again."""
    for _ in range(50):
        with counting() as statements:
            for path in paths:
                await ask(house, path, **ACTIVITY)
        if not statements:
            return


@both_engines
async def test_what_changed_is_told_to_the_next_reader(street: Street, alpha: House) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop, a_sheet("Prêt d'outils"))
    path = places.path_value(alpha.origin, places.MODEL, "slug", Iri(model.iri)) or ""
    site, version = alpha.site, f"/models/{path}/versions/1"

    async def rename(session: Session, us: Actor, _: Model) -> None:
        await enrolling.update_organisation(session, site, us, name="Neue", summary="", facts={})

    async def revise(session: Session, _: Actor, ours: Model) -> None:
        await publishing.revise(session, site, ours, a_sheet(text="Autrement."))

    async def move(session: Session, us: Actor, _: Model) -> None:
        await moving.add_alias(session, site, us, "https://old.test/users/coop")

    async def rotate(session: Session, us: Actor, _: Model) -> None:
        await rotating.rotate(session, site, us, key_pems(7))

    async def delete(session: Session, _: Actor, ours: Model) -> None:
        await forgetting.delete_model(session, site, ours)

    async def close(session: Session, us: Actor, _: Model) -> None:
        await forgetting.close_organisation(session, site, us)

    paths = ("/actors/coop", f"/models/{path}", version, f"{FINGER}acct:coop@alpha.test")
    for change in (rename, revise, move, rotate, delete, close):
        before = [await ask(alpha, each, **ACTIVITY) for each in paths]
        assert before == [await ask(alpha, each, **ACTIVITY) for each in paths]
        street.clock.turn(minutes=1)
        counted = number(alpha)
        async with alpha.begin() as session:
            us = await session.get_one(Actor, coop.id)
            await change(session, us, await session.get_one(Model, model.id))
        await is_heard(alpha, counted)
        after = [await ask(alpha, each, **ACTIVITY) for each in paths]
        assert after != before, change.__name__
        assert after == [await without_memory(alpha, each, **ACTIVITY) for each in paths]
    assert given(alpha) > 0


@both_engines
async def test_what_another_process_changed_is_told_too(alpha: House) -> None:
    before = await ask(alpha, "/actors/coop", **ACTIVITY)
    assert await ask(alpha, "/actors/coop", **ACTIVITY) == before
    counted, coop = number(alpha), await alpha.actor("coop")
    other = Database(alpha.settings.database.url, safe=alpha.database.safe)
    try:
        async with other.begin() as session:
            us = await session.get_one(Actor, coop.id)
            us.document = us.document.replace(b"Coop", b"Neue")
    finally:
        await other.close()
    await is_heard(alpha, counted)
    after = await ask(alpha, "/actors/coop", **ACTIVITY)
    assert after.body == before.body.replace(b"Coop", b"Neue") != before.body


@both_engines
async def test_nothing_comes_from_memory_while_nobody_can_say_what_changed(
    street: Street, alpha: House
) -> None:
    first = await ask(alpha, MODEL, **ACTIVITY)
    await alpha.app[LISTENING].stop()
    await alpha.app[READY].changes.stop()
    assert await ask(alpha, MODEL, **ACTIVITY) == first
    assert await ask(alpha, MODEL, **ACTIVITY) == first
    assert given(alpha) == 0


async def test_numbers_that_are_not_counted_are_made_again_after_a_while(
    street: Street, alpha: House
) -> None:
    first = await ask(alpha, "/nodeinfo/2.1")
    coop = await alpha.actor("coop")
    async with alpha.begin() as session:
        await remarking.remark(session, alpha.site, coop, text="Bonjour !")
    street.clock.turn(minutes=9)
    assert await ask(alpha, "/nodeinfo/2.1") == first
    street.clock.turn(minutes=1)
    assert (await ask(alpha, "/nodeinfo/2.1")).body != first.body


async def test_what_nobody_has_is_not_kept(alpha: House) -> None:
    for path in ("/actors/nobody", f"{FINGER}acct:nobody@alpha.test", f"{MODEL}/versions/9"):
        for _ in range(2):
            assert (await ask(alpha, path, **ACTIVITY)).status == 404
    assert (given(alpha), alpha.app[READY]._kept) == (0, {})


UNUSUAL = (
    ("GET {} HTTP/1.1\r\nHost: alpha.test", 200),
    ("GET {} HTTP/1.0\r\nHost: alpha.test", 200),
    ("GET {} HTTP/2.0\r\nHost: alpha.test", 505),
    ("GET https://alpha.test{} HTTP/1.1\r\nHost: alpha.test", 200),
    ("GET {} HTTP/1.1\r\nHost: ALPHA.test", 200),
    ("GET {} HTTP/1.1\r\nHost: beta.test", 421),
    ("GET {} HTTP/1.1\r\nHost: alpha.test\r\nHost: alpha.test", 400),
    ("GET {} HTTP/1.0\r\nX: y", 421),
    ("GET {}%00 HTTP/1.1\r\nHost: alpha.test", 400),
    ("GET {} HTTP/1.1\r\nHost: alpha.test\r\nAuthorization: a\r\nauthorization: b", 400),
    ("GET {} HTTP/1.1\r\nHost: alpha.test\r\ncontent-encoding: gzip", 415),
    ("GET {} HTTP/1.1\r\nHost: alpha.test\r\ncontent-length: 9999999", 413),
    ("GET {} HTTP/1.1\r\nHost: alpha.test\r\ntransfer-encoding: gzip, chunked", 501),
    ("GET {} HTTP/1.1\r\nHost: alpha.test\r\nexpect: 100-continue", 100),
    ("DELETE {} HTTP/1.1\r\nHost: alpha.test", 405),
    ("POST {} HTTP/1.1\r\nHost: alpha.test\r\nContent-Length: 0", 405),
)


async def test_an_unusual_request_is_judged_as_ever(alpha: House) -> None:
    end = "\r\nAccept: application/activity+json\r\nConnection: close\r\n\r\n"
    raw = [(lines.format("/actors/coop") + end).encode() for lines, _ in UNUSUAL]
    cold = await asyncio.gather(*(talk(alpha, each) for each in raw))
    for _ in range(2):
        await ask(alpha, "/actors/coop", **ACTIVITY)
    warm = await asyncio.gather(*(talk(alpha, each) for each in raw))
    assert [each.statuses[0] for each in warm] == [status for _, status in UNUSUAL]
    for before, after in zip(cold, warm, strict=True):
        assert (after.statuses, after.is_closed) == (before.statuses, before.is_closed)


async def test_readers_who_must_sign_get_nothing_from_memory(
    alpha: House, mallory: Stranger
) -> None:
    alpha.settings = replace(alpha.settings, documents=Documents(readers=SIGNED))
    await alpha.stop()
    await alpha.start()
    asking = wire.Request("GET", Iri(alpha.url(MODEL)), (("accept", ACTIVITY_JSON),), b"")
    now = alpha.street.clock()
    signed = sign(asking, key_id=mallory.key_id, key=mallory.key, now=now, scheme=Scheme.CAVAGE)
    for _ in range(2):
        assert (await ask(alpha, MODEL, **dict(signed.headers))).status == 200
        assert (await ask(alpha, MODEL, **ACTIVITY)).status == 401
        assert b'"name"' not in (await ask(alpha, "/actors/coop", **ACTIVITY)).body
    assert (given(alpha), alpha.app[READY]._kept) == (0, {})
    for _ in range(2):
        assert (await ask(alpha, "/actor", **ACTIVITY)).status == 200
    assert given(alpha) == 1


async def test_many_spellings_of_one_address_push_nothing_else_out(
    street: Street, alpha: House
) -> None:
    for _ in range(2):
        await ask(alpha, MODEL, **ACTIVITY)
    for number in range(ready.SPELLINGS + 4):
        await ask(alpha, f"/actors/coop?spelling={number}", **ACTIVITY)
    assert len(alpha.app[READY]._kept) == ready.SPELLINGS + 1
    before = given(alpha)
    await ask(alpha, MODEL, **ACTIVITY)
    assert given(alpha) == before + 1


async def test_what_was_asked_for_longest_ago_makes_room(
    street: Street, alpha: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len((await ask(alpha, MODEL, **ACTIVITY)).body)
    monkeypatch.setattr(ready, "MOST_BYTES", size + 100)
    await ask(alpha, f"{MODEL}/versions/1", **ACTIVITY)
    assert alpha.app[READY].size <= size + 100
    before = given(alpha)
    await ask(alpha, f"{MODEL}/versions/1", **ACTIVITY)
    assert given(alpha) == before + 1
    await ask(alpha, MODEL, **ACTIVITY)
    assert given(alpha) == before + 1
