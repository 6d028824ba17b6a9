"""What peers may read of us: documents, collections, and how they find them."""

from typing import Any

import orjson
import pytest
from together.stranger import Stranger
from together.street import House, Street, a_sheet

from federation.app_keys import CLIENT
from federation.transport import discovering

ACTIVITY = {"Accept": "application/activity+json"}
LD = {"Accept": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MODEL = "https://alpha.test/models/atelier-de-reparation"


async def read(street: Street, url: str, status: int = 200) -> dict[str, Any]:
    """A document, as a peer reads it."""
    async with street.session.get(url, headers=ACTIVITY) as answer:
        assert answer.status == status, await answer.text()
        assert answer.content_type in ("application/activity+json", "application/problem+json")
        document: dict[str, Any] = orjson.loads(await answer.read())
        return document


@pytest.mark.parametrize("accept", [ACTIVITY, LD])
async def test_an_organisation_is_read_under_its_id(
    street: Street, alpha: House, accept: dict[str, str]
) -> None:
    async with street.session.get(alpha.url("/actors/coop"), headers=accept) as answer:
        body = await answer.read()
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/activity+json"
        assert "Accept" in answer.headers["Vary"]
    assert body == (await alpha.actor("coop")).document
    assert orjson.loads(body)["id"] == alpha.url("/actors/coop")


async def test_what_has_not_changed_is_not_sent_again(street: Street, alpha: House) -> None:
    async with street.session.get(alpha.url("/actors/coop"), headers=ACTIVITY) as answer:
        etag = answer.headers["ETag"]
    again = ACTIVITY | {"If-None-Match": etag}
    async with street.session.get(alpha.url("/actors/coop"), headers=again) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    async with street.session.head(alpha.url("/actors/coop"), headers=ACTIVITY) as answer:
        assert (answer.status, answer.headers["ETag"]) == (200, etag)


@pytest.mark.parametrize("path", ["/actors/coop", "/models/atelier-de-reparation", "/@coop"])
async def test_people_get_a_page_and_peers_a_document_under_one_address(
    street: Street, alpha: House, path: str
) -> None:
    await alpha.publish(await alpha.actor("coop"))
    async with street.session.get(alpha.url(path), headers=BROWSER) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert "Accept" in answer.headers["Vary"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "id" in await read(street, alpha.url(path))


async def test_the_instance_actor_is_read_without_a_signature(street: Street, alpha: House) -> None:
    document = await read(street, alpha.url("/actor"))
    assert document["type"] == "Application"
    assert document["publicKey"]["id"] == alpha.url("/actor#main-key")


async def test_a_model_and_its_versions_are_read(street: Street, alpha: House) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    living = await read(street, model.iri)
    assert (living["type"], living["currentVersion"]) == ("Article", f"{MODEL}/versions/1")
    version = await read(street, living["currentVersion"])
    assert version["id"] == living["currentVersion"]
    assert "proof" in version
    history = await read(street, living["history"])
    assert history["orderedItems"] == [version["id"]]
    featured = await read(street, alpha.url("/actors/coop/featured"))
    assert featured["orderedItems"] == [model.iri]
    assert (await read(street, living["forks"]))["orderedItems"] == []
    assert (await read(street, living["replies"]))["totalItems"] == 0
    assert (await read(street, living["context"]))["orderedItems"] == [model.iri]
    for wrong in ("2", "0", "x", "99999999999999999999"):
        await read(street, f"{MODEL}/versions/{wrong}", 404)


async def test_what_was_deleted_answers_410_with_a_tombstone(street: Street, alpha: House) -> None:
    model = await alpha.publish(await alpha.actor("coop"))
    street.clock.turn(minutes=1)
    await alpha.delete(model)
    for address in (model.iri, f"{model.iri}/versions/1"):
        tombstone = await read(street, address, 410)
        assert (tombstone["type"], tombstone["id"]) == ("Tombstone", address)
    await read(street, f"{model.iri}/history", 410)


async def test_the_outbox_is_read_in_pages(street: Street, alpha: House) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    for number in range(24):
        street.clock.turn(minutes=1)
        await alpha.revise(model, a_sheet(text=f"On répare ensemble, {number}."))
    whole = await read(street, alpha.url("/actors/coop/outbox"))
    assert whole["totalItems"] == 25
    first = await read(street, whole["first"])
    second = await read(street, first["next"])
    assert "next" not in second
    told = [*first["orderedItems"], *second["orderedItems"]]
    assert [one["type"] for one in told] == ["Update"] * 24 + ["Create"]
    assert (await read(street, told[-1]["id"]))["id"] == told[-1]["id"]
    assert second["partOf"] == whole["id"]
    await read(street, alpha.url("/actors/coop/outbox?page=true&max_id=x"), 400)
    for number in (2**63, 10**19 - 1):  # of as many digits as ids have, and more than they hold
        await read(street, alpha.url(f"/actors/coop/outbox?page=true&max_id={number}"), 400)


async def test_followers_are_counted_and_listed(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    empty = await read(street, alpha.url("/actors/coop/followers"))
    assert (empty["totalItems"], (await read(street, empty["first"]))["orderedItems"]) == (0, [])
    await mallory.send(alpha, mallory.activity("Follow", alpha.url("/actors/coop")))
    await street.settle()
    whole = await read(street, alpha.url("/actors/coop/followers"))
    assert whole["totalItems"] == 1
    assert (await read(street, whole["first"]))["orderedItems"] == [mallory.iri]
    assert (await read(street, alpha.url("/actors/coop/following")))["totalItems"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "/actors/nobody",
        "/actors/nobody/outbox",
        "/models/none",
        "/models/none/forks",
        "/remarks/1",
        "/remarks/x",
        "/activities/1",
        "/actors/instance.actor",
        "/m/none",
        "/@nobody",
        "/@coop@beta.test",
    ],
)
async def test_what_does_not_exist_is_said_in_a_form_for_programs(
    street: Street, alpha: House, path: str
) -> None:
    problem = await read(street, alpha.url(path), 404)
    assert (problem["status"], problem["title"]) == (404, "Not Found")


async def test_a_reply_is_found_at_the_model(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    model = await alpha.publish(await alpha.actor("coop"))
    note = mallory.note(inReplyTo=model.iri, cc=[alpha.url("/actors/coop")])
    hidden = mallory.note("/notes/2", inReplyTo=model.iri, to=[alpha.url("/actors/coop")])
    for one in (note, hidden):
        assert (await mallory.send(alpha, mallory.activity("Create", one))).status == 202
    await street.settle()
    assert (await read(street, f"{model.iri}/replies"))["orderedItems"] == [note["id"]]
    assert (await read(street, f"{model.iri}/context"))["orderedItems"] == [model.iri, note["id"]]


@pytest.mark.parametrize(
    ("resource", "actor"),
    [
        ("acct:coop@alpha.test", "/actors/coop"),
        ("acct:COOP@ALPHA.test", "/actors/coop"),
        ("coop@alpha.test", "/actors/coop"),
        ("https://alpha.test/actors/coop", "/actors/coop"),
        ("https://alpha.test/@coop", "/actors/coop"),
        ("https://alpha.test/actor", "/actor"),
        ("acct:instance.actor@alpha.test", "/actor"),
    ],
)
async def test_webfinger_knows_everybody_here(
    street: Street, alpha: House, resource: str, actor: str
) -> None:
    url = alpha.url("/.well-known/webfinger")
    async with street.session.get(url, params={"resource": resource}) as answer:
        assert (answer.status, answer.content_type) == (200, "application/jrd+json")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        found = orjson.loads(await answer.read())
    [link] = [one for one in found["links"] if one["rel"] == "self"]
    assert (link["type"], link["href"]) == ("application/activity+json", alpha.url(actor))
    assert found["subject"].startswith("acct:")
    assert found["subject"].endswith("@alpha.test")


@pytest.mark.parametrize("resource", ["https://alpha.test", "https://alpha.test/"])
async def test_webfinger_names_the_servers_own_actor(
    street: Street, alpha: House, resource: str
) -> None:
    url = alpha.url("/.well-known/webfinger")
    async with street.session.get(url, params={"resource": resource}) as answer:
        found = orjson.loads(await answer.read())
    assert [one["href"] for one in found["links"]] == [alpha.url("/actor")]


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ("acct:nobody@alpha.test", 404),
        ("acct:coop@beta.test", 404),
        ("https://beta.test/actors/coop", 404),
        ("https://alpha.test/models/none", 404),
        ("acct:", 400),
        ("x", 400),
        ("", 400),
    ],
)
async def test_webfinger_knows_nobody_else(
    street: Street, alpha: House, resource: str, status: int
) -> None:
    url = alpha.url("/.well-known/webfinger")
    async with street.session.get(url, params={"resource": resource}) as answer:
        assert (answer.status, answer.content_type) == (status, "application/problem+json")


async def test_the_server_describes_itself(street: Street, alpha: House) -> None:
    async with street.session.get(alpha.url("/.well-known/nodeinfo")) as answer:
        links = orjson.loads(await answer.read())["links"]
    assert {one["rel"].rpartition("/")[2] for one in links} >= {"2.1"}
    for version in ("2.0", "2.1"):
        async with street.session.get(alpha.url(f"/nodeinfo/{version}")) as answer:
            described = orjson.loads(await answer.read())
            assert answer.content_type == "application/json"
        assert (described["version"], described["software"]["name"]) == (version, "essaim")
    async with street.session.get(alpha.url("/.well-known/host-meta")) as answer:
        assert "https://alpha.test/.well-known/webfinger?resource={uri}" in await answer.text()
        assert answer.content_type == "application/xrd+xml"


async def test_an_instance_asks_another_what_it_runs(street: Street, alpha: House) -> None:
    (beta,) = await street.open("beta")
    assert await discovering.software(beta.app[CLIENT], alpha.origin) == "essaim"
