"""Reading: timelines, conversations, notifications and search, as an app asks for them."""

import pytest
from together.app import Reader, reader, says, stranger
from together.street import Street, a_sheet

from activitypub.addressing import Visibility
from actors.rules.permissions import Office
from actors.tables.model import Model
from actors.verbs import forking, signing_in
from actors.views import history


@pytest.fixture
async def coop(street: Street) -> Reader:
    """An organisation at alpha."""
    (house,) = await street.open("alpha")
    return await reader(house, "coop")


@pytest.fixture
async def ruche(coop: Reader) -> Reader:
    """Another one, at beta."""
    (house,) = await coop.house.street.open("beta")
    return await reader(house, "ruche")


async def forked(reader: Reader, source: Model) -> Model:
    """Somebody makes her own of a model from elsewhere."""
    found = await reader.house.lookup.resolve(source.iri)
    assert isinstance(found, Model)
    async with reader.house.begin() as session:
        fork = await forking.fork(
            session, reader.house.site, reader.us, found, kind="variant", language="fr"
        )
    await reader.house.street.settle()
    return fork


async def test_a_fork_is_told_as_a_mention_and_a_moved_upstream_as_an_update(
    coop: Reader, ruche: Reader
) -> None:
    source = await coop.house.publish(coop.us)
    fork = await forked(ruche, source)
    (told,) = await coop.gets("/api/v1/notifications")
    assert (told["type"], told["account"]["acct"]) == ("mention", "ruche@beta.test")
    assert told["status"]["uri"] == fork.iri
    assert f'Adapté de <a href="{source.iri}"' in told["status"]["content"]

    await coop.house.revise(source, a_sheet(text="On répare et on apprend."))
    await coop.house.street.settle()
    updates = await ruche.gets("/api/v1/notifications?types[]=update")
    assert [each["status"]["uri"] for each in updates] == [source.iri]


async def test_a_notification_about_what_was_deleted_is_left_out(
    coop: Reader, ruche: Reader
) -> None:
    fork = await forked(ruche, await coop.house.publish(coop.us))
    await ruche.house.delete(fork)
    await coop.house.street.settle()
    assert await coop.gets("/api/v1/notifications") == []


async def test_that_a_request_was_accepted_is_no_notification(coop: Reader, ruche: Reader) -> None:
    await coop.house.follow(coop.us, "@ruche@beta.test")
    await coop.house.street.settle()
    assert await coop.gets("/api/v1/notifications") == []
    (known,) = await coop.gets(f"/api/v1/accounts/relationships?id[]={await seen(coop, ruche)}")
    assert known["following"] is True


async def seen(by: Reader, whom: Reader) -> str:
    """The id under which one instance knows an organisation of another."""
    found = await by.gets(f"/api/v1/accounts/lookup?acct={whom.us.handle}@{whom.house.host}")
    return str(found["id"])


async def test_answers_stand_in_the_conversation_of_what_they_answer(coop: Reader) -> None:
    model = await coop.house.publish(coop.us)
    first = await says(coop, "Bravo #Commun", model)
    second = await says(coop, "Merci", first)
    around = await coop.gets(f"/api/v1/statuses/{first.id}/context")
    assert [each["id"] for each in around["ancestors"]] == [str(model.id)]
    assert [each["id"] for each in around["descendants"]] == [str(second.id)]
    shown = await coop.gets(f"/api/v1/statuses/{second.id}")
    assert shown["in_reply_to_id"] == str(first.id)
    assert shown["in_reply_to_account_id"] == str(coop.us.id)
    own = f"/api/v1/accounts/{coop.us.id}/statuses"
    assert len(await coop.gets(own)) == 3
    # Who goes on with her own words answers nobody.
    assert len(await coop.gets(f"{own}?exclude_replies=true")) == 3
    assert await coop.gets(f"{own}?pinned=true") == []


async def test_an_answer_to_what_was_deleted_names_it_no_more(coop: Reader) -> None:
    model = await coop.house.publish(coop.us)
    answer = await says(coop, "Bravo", model)
    await coop.house.delete(model)
    shown = await coop.gets(f"/api/v1/statuses/{answer.id}")
    assert shown["in_reply_to_id"] is None
    status, _ = await coop.asks(f"/api/v1/statuses/{model.id}")
    assert status == 404


async def test_a_remark_for_followers_is_not_shown_to_anybody_else(coop: Reader) -> None:
    remark = await says(coop, "Entre nous", visible=Visibility.FOLLOWERS)
    other = await reader(coop.house, "autre")
    shown = await coop.gets(f"/api/v1/statuses/{remark.id}")
    assert shown["visibility"] == "private"
    for caller in (stranger(coop.house), other):
        status, _ = await caller.asks(f"/api/v1/statuses/{remark.id}")
        assert status == 404
        assert await caller.gets(f"/api/v1/accounts/{coop.us.id}/statuses") == []


async def test_an_answer_from_elsewhere_mentions_whom_it_answers(
    coop: Reader, ruche: Reader
) -> None:
    model = await coop.house.publish(coop.us)
    found = await ruche.house.lookup.resolve(model.iri)
    assert isinstance(found, Model)
    await says(ruche, "Chez nous aussi", found)
    await coop.house.street.settle()
    (told,) = await coop.gets("/api/v1/notifications")
    assert (told["type"], told["account"]["acct"]) == ("mention", "ruche@beta.test")
    assert told["status"]["in_reply_to_id"] == str(model.id)
    assert "coop" in [each["acct"] for each in told["status"]["mentions"]]


async def test_a_network_passes_its_members_models_on_to_those_who_follow_it(
    coop: Reader, ruche: Reader
) -> None:
    await ruche.house.follow(ruche.us, "@network@alpha.test")
    await coop.house.street.settle()
    model = await coop.house.publish(coop.us)
    await coop.house.street.settle()
    (shown,) = await ruche.gets("/api/v1/timelines/home")
    assert shown["account"]["acct"] == "network@alpha.test"
    assert shown["reblog"]["uri"] == model.iri
    assert shown["reblog"]["account"]["acct"] == "coop@alpha.test"
    assert shown["id"] != shown["reblog"]["id"]
    alone = await ruche.gets(f"/api/v1/statuses/{shown['id']}")
    assert alone["reblog"]["uri"] == model.iri


async def test_what_is_newer_comes_newest_first_too(coop: Reader) -> None:
    models = []
    for number in range(4):
        coop.house.street.clock.turn(minutes=1)
        models.append(str((await coop.house.publish(coop.us, a_sheet(f"Atelier {number}"))).id))
    path = "/api/v1/timelines/public?local=true&limit=2"
    newer = await coop.gets(f"{path}&min_id={models[0]}")
    newest = await coop.gets(f"{path}&since_id={models[0]}")
    assert [each["id"] for each in newer] == [models[2], models[1]]
    assert [each["id"] for each in newest] == [models[3], models[2]]


async def test_the_public_timeline_can_leave_out_what_is_ours(coop: Reader) -> None:
    await coop.house.publish(coop.us)
    assert len(await coop.gets("/api/v1/timelines/public")) == 1
    assert await coop.gets("/api/v1/timelines/public?remote=true") == []
    assert await coop.gets("/api/v1/timelines/public?only_media=true") == []


async def test_followers_and_followed_are_accounts(coop: Reader, ruche: Reader) -> None:
    await coop.house.follow(coop.us, "@ruche@beta.test")
    await coop.house.street.settle()
    followers = await ruche.gets(f"/api/v1/accounts/{ruche.us.id}/followers")
    followed = await coop.gets(f"/api/v1/accounts/{coop.us.id}/following")
    assert [each["acct"] for each in followers] == ["coop@alpha.test"]
    assert [each["acct"] for each in followed] == ["ruche@beta.test"]
    found = await coop.gets("/api/v1/accounts/search?q=ruche&following=true")
    assert [each["acct"] for each in found] == ["ruche@beta.test"]


async def test_a_reader_of_an_organisation_may_not_follow_in_its_name(coop: Reader) -> None:
    guest = await reader(coop.house, "club", Office.READER)
    for act in ("follow", "unfollow"):
        status, body = await guest.asks(f"/api/v1/accounts/{coop.us.id}/{act}", "POST")
        assert status == 403
        assert "error" in body


async def test_an_organisation_does_not_follow_itself(coop: Reader) -> None:
    status, _ = await coop.asks(f"/api/v1/accounts/{coop.us.id}/follow", "POST")
    assert status == 409


async def test_accounts_are_looked_up_by_every_way_to_write_their_name(coop: Reader) -> None:
    for text in ("coop", "@coop", "COOP", "coop@alpha.test", "@coop@alpha.test"):
        found = await coop.gets(f"/api/v1/accounts/lookup?acct={text}")
        assert found["id"] == str(coop.us.id), text
    for text in ("nobody", "coop@nowhere.test", "@", "coop@@alpha.test", ""):
        status, _ = await coop.asks(f"/api/v1/accounts/lookup?acct={text}")
        assert status == 404, text


async def test_relationships_come_in_the_order_asked_for_and_leave_out_the_unknown(
    coop: Reader,
) -> None:
    network = coop.house.network
    found = await coop.gets(
        f"/api/v1/accounts/relationships?id[]={network.id}&id[]=7&id[]={coop.us.id}"
    )
    assert [each["id"] for each in found] == [str(network.id), str(coop.us.id)]
    assert await coop.gets("/api/v1/accounts/relationships") == []


async def test_words_find_models_and_organisations(coop: Reader) -> None:
    model = await coop.house.publish(coop.us, a_sheet("Atelier vélo"))
    for path in ("/api/v1/search", "/api/v2/search"):
        found = await coop.gets(f"{path}?q=velo")
        assert [each["uri"] for each in found["statuses"]] == [model.iri]
        found = await coop.gets(f"{path}?q=coo")
        assert [each["acct"] for each in found["accounts"]] == ["coop"]
    only = await coop.gets("/api/v2/search?q=velo&type=accounts")
    assert only == {"accounts": [], "statuses": [], "hashtags": []}
    none = await coop.gets("/api/v2/search?q=velo&offset=1")
    assert none["statuses"] == []
    assert await coop.gets("/api/v2/search?q=") == {
        "accounts": [],
        "statuses": [],
        "hashtags": [],
    }


async def test_what_is_ours_is_found_by_address_without_asking_anybody(coop: Reader) -> None:
    model = await coop.house.publish(coop.us)
    for text in (model.iri, model.url):
        found = await stranger(coop.house).gets(f"/api/v2/search?q={text}")
        assert [each["uri"] for each in found["statuses"]] == [model.iri], text
    for text in (coop.us.iri, str(coop.us.url), "@coop@alpha.test"):
        found = await stranger(coop.house).gets(f"/api/v2/search?q={text}")
        assert [each["acct"] for each in found["accounts"]] == ["coop"], text


@pytest.mark.usefixtures("ruche")
async def test_somebody_who_is_not_signed_in_makes_us_ask_nobody(coop: Reader) -> None:
    found = await stranger(coop.house).gets("/api/v2/search?q=@ruche@beta.test&resolve=true")
    assert found["accounts"] == []
    assert [
        each["acct"]
        for each in (await coop.gets("/api/v1/accounts/search?q=@ruche@beta.test&resolve=true"))
    ] == ["ruche@beta.test"]


async def test_markers_are_never_empty_and_remember_which_notices_were_read(
    coop: Reader, ruche: Reader
) -> None:
    markers = await coop.gets("/api/v1/markers?timeline[]=home")
    assert {name: each["last_read_id"] for name, each in markers.items()} == {
        "home": "0",
        "notifications": "0",
    }
    await ruche.house.follow(ruche.us, "@coop@alpha.test")
    await coop.house.street.settle()
    (told,) = await coop.gets("/api/v1/notifications")
    sent = {"notifications[last_read_id]": told["id"], "home[last_read_id]": "5"}
    status, set_to = await coop.asks("/api/v1/markers", "POST", sent)
    assert status == 200
    assert set_to["notifications"]["last_read_id"] == told["id"]
    markers = await coop.gets("/api/v1/markers")
    assert markers["notifications"]["last_read_id"] == told["id"]
    status, _ = await coop.asks("/api/v1/markers", "POST", {"home[last_read_id]": "x"})
    assert status == 400


async def test_the_instance_is_its_network(coop: Reader) -> None:
    new = await stranger(coop.house).gets("/api/v2/instance")
    old = await stranger(coop.house).gets("/api/v1/instance")
    said = await stranger(coop.house).gets("/api/v1/instance/extended_description")
    assert new["contact"]["account"]["acct"] == "network"
    assert new["title"] == old["title"] == "Réseau alpha"
    assert old["stats"]["user_count"] == new["usage"]["users"]["active_month"] == 1
    assert said["content"] == ""


async def test_the_steward_of_the_network_is_shown_as_administrator(coop: Reader) -> None:
    member = await coop.house.member("boss@alpha.test", coop.house.network)
    boss = Reader(
        coop.house, coop.house.network, await coop.house.token(member, coop.house.network)
    )
    path = "/api/v1/accounts/verify_credentials"
    assert (await boss.gets(path))["role"]["name"] == "Administrator"
    assert (await coop.gets(path))["role"]["name"] == ""


async def test_a_model_as_a_status_links_to_the_page_that_people_read(coop: Reader) -> None:
    model = await coop.house.publish(coop.us)
    shown = await coop.gets(f"/api/v1/statuses/{model.id}")
    async with coop.house.street.session.get(shown["url"]) as page:
        assert page.status == 200
        assert page.content_type == "text/html"
    async with coop.house.read() as session:
        assert await history.model_by_iri(session, shown["uri"]) is not None


async def test_a_timeline_that_is_given_again_is_never_somebody_elses_nor_old(
    coop: Reader,
) -> None:
    path, other = "/api/v1/timelines/home", await reader(coop.house, "atelier")
    model = await coop.house.publish(coop.us)
    for _ in range(2):  # the second is given again
        [shown] = await coop.gets(path)
        assert (shown["id"], shown["favourites_count"]) == (str(model.id), 0)
        assert await other.gets(path) == []
    assert await other.asks(f"/api/v1/statuses/{model.id}/favourite", "POST")
    [shown] = await coop.gets(path)
    assert shown["favourites_count"] == 1
    async with coop.house.begin() as session:
        await signing_in.revoke_token(session, coop.house.site, None, coop.token)
    assert (await coop.asks(path))[0] == 401
