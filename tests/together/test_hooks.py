"""The hooks of operators: who may use them, and whether what they say is so."""

import json
from dataclasses import replace
from typing import Any

from together.program import Program, Reply, a_program, must_fit
from together.stranger import Stranger, with_body
from together.street import House, Street

from activitypub.signatures.keys import PrivateKey
from actors.rules.permissions import Office
from actors.tables.base import Kept
from actors.tables.everything import Base
from actors.verbs import signing_in
from federation.api.admin import OPERATIONS
from federation.api.operations import ROOT
from federation.settings import Lab

ADMIN = "/admin"
COOP = "https://alpha.test/actors/coop"


async def an_operator(house: House) -> Program:
    async with house.begin() as session:
        token = await signing_in.operator_token(session, house.site)
    return Program(house, house.network, token)


async def text(program: Program, path: str) -> str:
    headers = {"Authorization": f"Bearer {program.token}"}
    address = program.house.url(ROOT + path)
    async with program.house.street.session.get(address, headers=headers) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/plain"
        return await answer.text()


async def digest(program: Program) -> str:
    told = await text(program, "/admin/state_digest")
    assert len(told) == 65
    assert told.endswith("\n")
    return told


async def told(program: Program, path: str, schema: str) -> list[dict[str, Any]]:
    reply = await program.get(path)
    must_fit(reply.told(200), schema)
    items: list[dict[str, Any]] = reply.value["items"]
    return items


async def call(program: Program, method: str, path: str) -> Reply:
    return await program.call(method, path)


async def test_only_a_token_that_a_command_made_opens_them(alpha: House) -> None:
    member = await a_program(alpha, "autre", scopes="read write follow admin")
    nobody = Program(alpha, alpha.network, None)
    unknown = Program(alpha, alpha.network, "made-up")
    steward = await alpha.member("anna@example.org", alpha.network, Office.STEWARD)
    reader = Program(alpha, alpha.network, await alpha.token(steward, alpha.network, "read write"))
    stewards = Program(alpha, alpha.network, await alpha.token(steward, alpha.network, "admin"))
    async with alpha.begin() as session:
        app, _ = await signing_in.register_app(
            session, alpha.site, name="App", website=None, redirect_uris=["a:b"], scopes="admin"
        )
        secret, _ = await signing_in.client_token(session, alpha.site, app, "admin")
    apps = Program(alpha, alpha.network, secret)
    for one in OPERATIONS:
        for program, status in ((nobody, 401), (unknown, 401), (member, 403), (reader, 403)):
            assert (await call(program, one.method, one.path)).is_problem(status), one.path
        assert (await call(apps, one.method, one.path)).is_problem(403), one.path
    assert (await stewards.get("/admin/deliveries")).status == 200
    operator = await an_operator(alpha)
    assert (await operator.get("/admin/deliveries")).status == 200
    assert (await operator.get("/whoami")).is_problem(401), "it acts for nobody"
    assert (await operator.post("/models", {})).is_problem(401)


async def test_a_refusal_changes_nothing_and_an_effect_changes_the_digest(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    operator = await an_operator(alpha)
    before = await digest(operator)
    follow = mallory.activity("Follow", COOP)
    bent = await mallory.send(alpha, follow, bend=with_body(b'{"type": "Follow"}'))
    assert bent.status == 401
    liar = mallory.activity("Follow", COOP, actor="https://victim.test/users/vera")
    assert (await mallory.send(alpha, liar)).status in (401, 403)
    nothing = mallory.activity("Like", "https://nowhere.test/1")
    assert (await mallory.send(alpha, nothing)).status == 202
    await street.settle()
    assert await digest(operator) == before
    assert (await mallory.send(alpha, follow)).status == 202
    await street.settle()
    after = await digest(operator)
    assert after != before
    for one in (follow, nothing, follow):
        assert (await mallory.send(alpha, one)).status == 202
    street.clock.turn(hours=2)
    await street.settle()
    assert await digest(operator) == after


async def test_a_forgery_in_the_name_of_a_follower_changes_nothing_of_the_follower(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    operator = await an_operator(alpha)
    assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == 202
    await street.settle()
    before = await digest(operator)
    mallory.documents["/users/mallory"] = (200, mallory.actor(name="Renamed since"))
    forged = PrivateKey.from_pem(street.next_keys().rsa)
    street.clock.turn(minutes=10)
    read = len(mallory.asked)
    like = mallory.activity("Like", COOP)
    assert (await mallory.send(alpha, like, key=forged)).status == 401
    await street.settle()
    assert len(mallory.asked) == read + 1, "the key could have been changed"
    assert await digest(operator) == before


async def test_the_journal_says_what_became_of_every_request(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    operator = await an_operator(alpha)
    follow = mallory.activity("Follow", COOP)
    boost = mallory.activity("Announce", f"{mallory.origin}/notes/1")
    refused = mallory.activity("Follow", COOP)
    await mallory.send(alpha, follow)
    await mallory.send(alpha, follow)
    await mallory.send(alpha, boost)
    await mallory.send(alpha, refused, late=600)
    await street.settle()
    entries = await told(operator, "/admin/journal?peer=evil.test", "Journal")
    said = sorted((one["activity"], one["disposition"]) for one in entries)
    assert said == sorted(
        [
            (follow["id"], "accepted"),
            (follow["id"], "duplicate"),
            (boost["id"], "ignored:not-addressed"),
            (refused["id"], "refused:time"),
        ]
    )
    assert {one["keyId"] for one in entries} == {mallory.key_id}
    assert {one["bytes"] > 0 for one in entries} == {True}
    only = await told(operator, f"/admin/journal?activity={boost['id']}", "Journal")
    assert [one["activity"] for one in only] == [boost["id"]]
    assert await told(operator, f"/admin/journal?since={entries[-1]['id']}", "Journal") == []
    first = await operator.get("/admin/journal?limit=1")
    assert first.value["next"] == first.value["items"][0]["id"]
    street.clock.turn(days=1)
    since = street.clock().isoformat()
    assert await told(operator, f"/admin/journal?since={since}", "Journal") == []
    assert (await operator.get("/admin/journal?since=yesterday")).is_problem(422)


async def test_the_record_of_calls_says_why_and_where(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    operator = await an_operator(alpha)
    follow = mallory.activity("Follow", COOP)
    await mallory.send(alpha, follow)
    await street.settle()
    entries = await told(operator, "/admin/egress", "Egress")
    assert [(one["purpose"], one["result"]) for one in entries] == [
        ("key", "done:200"),
        ("delivery", "done:202"),
    ]
    key, delivery = entries
    assert key["cause"] == f"activity:{follow['id']}"
    assert delivery["cause"].startswith("activity:https://alpha.test/")
    assert {one["ip"] for one in entries} == {"127.0.0.1"}
    elsewhere = mallory.activity("Follow", COOP)
    outside = await mallory.send(alpha, elsewhere, key_id="https://10.0.0.7/key")  # type: ignore[arg-type]
    assert outside.status == 401
    last = (await told(operator, f"/admin/egress?since={delivery['id']}", "Egress"))[-1]
    assert (last["ip"], last["result"]) == ("10.0.0.7", "refused:address")


async def test_deliveries_are_told_by_host_and_tried_again_by_hand(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    operator = await an_operator(alpha)
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await street.settle()
    mallory.answers = 503
    await alpha.publish(await alpha.actor("coop"))
    await street.settle()
    (one,) = await told(operator, "/admin/deliveries?state=waiting&host=evil.test", "Deliveries")
    assert (one["host"], one["waiting"], one["parked"], one["attempts"]) == ("evil.test", 1, 0, 1)
    assert one["nextTry"] is not None
    assert "503" in one["lastError"]
    assert await told(operator, "/admin/deliveries?state=parked", "Deliveries") == []
    assert (await operator.get("/admin/deliveries?state=lost")).is_problem(422)
    mallory.answers = 403
    assert (await operator.post("/admin/deliveries/retry?host=evil.test", {})).value == {
        "retried": 1
    }
    await street.settle()
    (one,) = await told(operator, "/admin/deliveries?state=parked", "Deliveries")
    mallory.answers = 202
    assert (await operator.post("/admin/deliveries/retry", {})).value == {"retried": 1}
    await street.settle()
    assert await told(operator, "/admin/deliveries", "Deliveries") == []
    assert mallory.told[-1]["type"] == "Create"


async def test_deliveries_are_given_up_and_thrown_away_as_at_a_terminal(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    operator = await an_operator(alpha)
    here = "/admin/deliveries"
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await street.settle()
    mallory.answers = 503
    await alpha.publish(await alpha.actor("coop"))
    await street.settle()
    for path in ("give-up", "give-up?host=", "drop", "drop?host=evil.test&confirm=evil"):
        assert (await operator.post(f"{here}/{path}", {})).is_problem(422), path
    given_up = await operator.post(f"{here}/give-up?host=evil.test", {})
    must_fit(given_up.told(200), "GivenUp")
    assert given_up.value == {"host": "evil.test", "givenUp": 1}
    (one,) = await told(operator, f"{here}?state=parked&limit=1", "Deliveries")
    assert (one["waiting"], one["parked"], one["nextTry"]) == (0, 1, None)
    assert one["lastError"].startswith("given up by hand: ")
    assert await told(operator, f"{here}?after=evil.test", "Deliveries") == []
    assert (await operator.post(f"{here}/retry?host=evil.test", {})).value == {"retried": 1}
    assert (await operator.post(f"{here}/give-up?host=evil.test", {})).value["givenUp"] == 1
    dropped = await operator.post(f"{here}/drop?host=evil.test&confirm=evil.test", {})
    must_fit(dropped.told(200), "Dropped")
    assert dropped.value == {"host": "evil.test", "dropped": 1}
    assert await told(operator, here, "Deliveries") == []


async def test_quiet_is_when_nothing_is_due(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    operator = await an_operator(alpha)
    assert (await operator.post("/admin/quiesce?timeout=0", {})).status == 204
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    late = await operator.post("/admin/quiesce?timeout=0.2", {})
    assert late.is_problem(503), "nobody works here"
    assert "Retry-After" in late.headers
    await alpha.stop()
    await alpha.start(with_workers=True)
    assert (await operator.post("/admin/quiesce?timeout=60", {})).status == 204
    assert [one["type"] for one in mallory.told] == ["Accept"]
    mallory.answers = 503
    await alpha.publish(await alpha.actor("coop"))
    assert (await operator.post("/admin/quiesce?timeout=60", {})).status == 204, "later is not now"
    assert (await operator.post("/admin/quiesce?timeout=never", {})).is_problem(422)


async def test_only_a_laboratory_has_a_clock_to_move(street: Street, alpha: House) -> None:
    operator = await an_operator(alpha)
    assert (await operator.post("/admin/clock", {"offset": "+3d"})).is_problem(404)
    await alpha.stop()
    instance = replace(alpha.settings.instance, environment="lab")
    alpha.settings = replace(alpha.settings, instance=instance, lab=Lab(clock="offset:+1h"))
    await alpha.start()
    assert (alpha.site.now() - street.clock()).total_seconds() == 3600
    reply = await operator.post("/admin/clock", {"offset": "+3d"})
    must_fit(reply.told(200), "Clock")
    assert reply.value["offset"] == 3 * 86_400
    assert (alpha.site.now() - street.clock()).days == 3
    assert (await operator.post("/admin/clock?offset=-2h", {})).value["offset"] == -7200
    assert (await operator.post("/admin/clock", {"offset": "soon"})).is_problem(422)


async def test_counters_are_for_operators(alpha: House, mallory: Stranger) -> None:
    operator = await an_operator(alpha)
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await mallory.send(alpha, mallory.activity("Follow", COOP), late=600)
    lines = (await text(operator, "/admin/metrics")).splitlines()
    assert f"essaim_private_destinations {len(alpha.settings.federation.private_destinations)}" in (
        lines
    )
    assert 'essaim_inbox_total{disposition="accepted"} 1' in lines
    assert 'essaim_inbox_total{disposition="refused:time"} 1' in lines
    assert 'essaim_egress_total{result="done:200",purpose="key"} 1' in lines


def test_every_table_says_how_its_rows_are_kept() -> None:
    for mapper in Base.registry.mappers:
        own = vars(mapper.class_)
        assert isinstance(own.get("kept"), Kept), f"{mapper.class_.__name__}: say `kept`"
        assert mapper.class_.passing <= set(mapper.local_table.c.keys())


async def test_the_description_holds_them(alpha: House) -> None:
    described = json.dumps((await Program(alpha, alpha.network, None).get("/openapi.json")).value)
    for one in OPERATIONS:
        assert one.path in described
