"""What an operator's programs see: alive, ready, figures, and who may read them."""

import asyncio
import time

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families as families
from sqlalchemy import text
from together.stranger import Stranger
from together.street import House

from federation import watching
from federation.figures import READING
from federation.telemetry.pulse import Pulse
from federation.workers.running import WORKERS

COOP = "https://alpha.test/actors/coop"

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def figures(house: House) -> Figures:
    """What Prometheus reads at the address of its own, at this moment."""
    house.app[READING].at = float("-inf")
    door = await watching.open_door(house.app, "127.0.0.1:0")
    assert door is not None
    try:
        host, port = door.addresses[0]
        async with aiohttp.ClientSession() as session:
            answer = await session.get(f"http://{host}:{port}/metrics")
            assert (answer.status, answer.content_type) == (200, "text/plain")
            shown = await answer.text()
    finally:
        await door.cleanup()
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in families(shown)
        for one in family.samples
    }


def of(found: Figures, name: str, **labels: str) -> float:
    return found.get((f"essaim_{name}", frozenset(labels.items())), 0.0)


async def test_figures_tell_what_came_and_what_is_on_its_way(
    alpha: House, mallory: Stranger
) -> None:
    before = await figures(alpha)
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await mallory.send(alpha, mallory.activity("Follow", COOP), late=600)
    waiting = await figures(alpha)
    assert of(waiting, "queue_rows", queue="outgoing", state="waiting") == 1, "the Accept"
    assert of(waiting, "inbox_total", disposition="accepted") == 1
    assert of(waiting, "inbox_total", disposition="refused:time") == 1

    mallory.answers = 503
    await alpha.settle()
    alpha.street.clock.turn(seconds=10)
    found = await figures(alpha)
    assert of(found, "queue_rows", queue="outgoing", state="waiting") == 0
    assert of(found, "queue_rows", queue="delivery", state="waiting") == 1
    assert of(found, "queue_oldest_seconds", queue="delivery", state="waiting") >= 10
    assert of(found, "hosts_failing", trouble="fails") == 1
    assert of(found, "egress_total", result="done:503", purpose="delivery") == 1
    for name, labels in (
        ("received_total", {"result": "applied"}),
        ("deliveries_total", {"result": "later"}),
        ("http_requests_total", {"family": "inbox", "status": "202"}),
        ("http_requests_total", {"family": "inbox", "status": "401"}),
        ("egress_seconds_count", {"purpose": "delivery"}),
        ("inbox_seconds_count", {"disposition": "accepted"}),
    ):
        assert of(found, name, **labels) == of(before, name, **labels) + 1, name
    assert of(found, "database_up") == 1
    assert of(found, "database_transaction_seconds_count", kind="read") > 0
    assert of(found, "database_transaction_seconds_count", kind="write") > 0
    assert found[("process_resident_memory_bytes", frozenset())] > 0


async def test_a_host_makes_no_series_of_its_own(alpha: House, mallory: Stranger) -> None:
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    mallory.answers = 299
    await alpha.settle()
    found = await figures(alpha)
    assert not [labels for _, labels in found if any(mallory.host in value for _, value in labels)]
    assert of(found, "egress_total", result="done:other", purpose="delivery") == 1


async def test_nobody_reads_the_figures_where_nothing_says_so(alpha: House) -> None:
    assert alpha.settings.metrics.listen == ""
    assert await watching.open_door(alpha.app, "") is None
    assert (await ask(alpha, "/metrics"))[0] == 404
    assert (await ask(alpha, "/api/essaim/v1/admin/metrics"))[0] == 401


async def ask(house: House, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    session = house.street.session
    async with session.request(method, house.url(path), headers=headers) as answer:
        return answer.status, await answer.text()


async def test_a_load_balancer_needs_no_name_and_no_token(alpha: House) -> None:
    for path, said in (("/healthz", "alive\n"), ("/readyz", "ready\n")):
        assert await ask(alpha, path) == (200, said)
        assert await ask(alpha, path, Host="10.0.0.7:8000") == (200, said)
        assert await ask(alpha, path, "HEAD") == (200, "")
    assert (await ask(alpha, "/", Host="10.0.0.7:8000"))[0] == 421


async def unready(house: House) -> str:
    house.app[watching.STANDING].at = float("-inf")
    status, said = await ask(house, "/readyz")
    assert status == 503
    return said


async def test_an_instance_whose_database_is_away_is_alive_and_not_ready(
    alpha: House,
) -> None:
    async with alpha.begin() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "different versions" in await unready(alpha)
    async with alpha.begin() as session:
        await session.execute(text("DROP TABLE alembic_version"))
    assert await unready(alpha) == "The database does not answer.\n"
    assert (await ask(alpha, "/healthz"))[0] == 200
    async with alpha.begin() as session:
        await session.execute(text("ALTER TABLE host RENAME TO away"))
    found = await figures(alpha)
    assert of(found, "database_up") == 0
    assert ("essaim_queue_rows", frozenset()) not in found
    assert of(found, "inbox_total", disposition="accepted") == 0


async def test_an_instance_is_not_ready_when_its_workers_ended_or_its_disk_is_full(
    alpha: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alpha.stop()
    await alpha.start(with_workers=True)
    assert (await ask(alpha, "/readyz"))[0] == 200
    await alpha.app[WORKERS].stop()
    assert await unready(alpha) == "The workers are not running.\n"
    alpha.app[watching.STANDING].is_stopping = True
    assert "stopping" in await unready(alpha)
    if alpha.database.is_sqlite:
        monkeypatch.setattr(watching, "LEAST_ROOM", 2**80)
        assert "The disk is full." in await unready(alpha)


async def test_a_stall_of_the_loop_is_seen(alpha: House) -> None:
    pulse = Pulse()
    pulse.start()
    try:
        await asyncio.sleep(0)
        until = time.monotonic() + 0.15
        while time.monotonic() < until:
            pass
        await asyncio.sleep(0.02)
    finally:
        pulse.stop()
    assert of(await figures(alpha), "loop_longest_stall_seconds") >= 0.13
