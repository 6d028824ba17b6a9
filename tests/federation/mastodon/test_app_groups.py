"""Notifications by the group, and those that wait to be let in."""

from typing import Any

from together.app import Reader, reader, says
from together.street import Street

from actors.verbs import following, liking

V1, V2 = "/api/v1/notifications", "/api/v2/notifications"


async def likes(who: Reader, what: Any) -> None:
    async with who.house.begin() as session:
        await liking.like(session, who.house.site, who.us, await session.merge(what, load=True))


async def follows(who: Reader, whom: Reader) -> None:
    async with who.house.begin() as session:
        await following.follow(session, who.house.site, who.us, whom.us)


async def test_what_belongs_together_stands_together(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await reader(alpha, "coop")
    ada, bob, eve = [await reader(alpha, name) for name in ("ada", "bob", "eve")]
    street.clock.turn(hours=1)
    said = await says(coop, "bonjour")
    for each in (ada, bob):
        await likes(each, said)
        await street.settle()
        await follows(each, coop)
        await street.settle()
    street.clock.turn(seconds=1)
    named = await says(eve, "@coop salut")
    await street.settle()

    found = await coop.gets(V2)
    mention, follow, like = found["notification_groups"]
    assert {one["type"]: one["notifications_count"] for one in (mention, follow, like)} == {
        "mention": 1,
        "follow": 2,
        "favourite": 2,
    }
    assert like["sample_account_ids"] == [str(bob.us.id), str(ada.us.id)]
    assert (like["status_id"], mention["status_id"]) == (str(said.id), str(named.id))
    assert isinstance(like["most_recent_notification_id"], int)
    assert {one["acct"] for one in found["accounts"]} == {"coop", "ada", "bob", "eve"}
    assert {one["id"] for one in found["statuses"]} == {str(said.id), str(named.id)}
    short = await coop.gets(f"{V2}?expand_accounts=partial_avatars")
    assert [one["acct"] for one in short["partial_accounts"]] == ["ada"]

    # By pages: each group stands on one.
    first = (await coop.gets(f"{V2}?limit=1"))["notification_groups"]
    rest = (await coop.gets(f"{V2}?max_id={first[0]['page_max_id']}"))["notification_groups"]
    assert [one["group_key"] for one in (*first, *rest)] == [
        one["group_key"] for one in (mention, follow, like)
    ]
    newer = (await coop.gets(f"{V2}?min_id={like['page_max_id']}&limit=1"))["notification_groups"]
    assert [one["group_key"] for one in newer] == [follow["group_key"]]

    # What is asked for, and how it is grouped.
    apart = await coop.gets(f"{V2}?types[]=favourite&grouped_types[]=follow")
    assert [one["notifications_count"] for one in apart["notification_groups"]] == [1, 1]
    assert len(await coop.gets(f"{V1}?types[]=favourite")) == 2
    assert {one["group_key"] for one in await coop.gets(f"{V1}?types[]=favourite")} == {
        like["group_key"]
    }
    assert await coop.gets(f"{V2}/unread_count") == {"count": 3}
    assert await coop.gets(f"{V1}/unread_count") == {"count": 5}
    assert await coop.gets(f"{V1}/unread_count?limit=2") == {"count": 2}

    # One group.
    key = like["group_key"]
    alone = await coop.gets(f"{V2}/{key}")
    assert alone["notification_groups"] == [like]
    assert [one["acct"] for one in await coop.gets(f"{V2}/{key}/accounts")] == ["bob", "ada"]
    page = await coop.gets(f"{V2}/{mention['group_key']}")
    assert page["notification_groups"] == [mention]
    assert await coop.asks(f"{V2}/{key}/dismiss", "POST") == (200, {})
    assert await coop.asks(f"{V2}/{key}/dismiss", "POST") == (200, {})
    for bad in (key, "favourite-1", "nonsense", f"ungrouped-{10**30}", "follow-x", "favourite-1-2"):
        assert (await coop.asks(f"{V2}/{bad}"))[0] == 404, bad
    assert await coop.gets(f"{V1}/unread_count") == {"count": 3}
    assert (await ada.gets(V2))["notification_groups"] == []

    # Who likes it half a day later stands in another group.
    await likes(eve, said)
    street.clock.turn(hours=13)
    await likes(ada, await says(coop, "autre chose"))
    await street.settle()
    later = await coop.gets(f"{V2}?types[]=favourite")
    assert [one["notifications_count"] for one in later["notification_groups"]] == [1, 1]


async def test_strangers_wait_until_they_are_let_in(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await reader(alpha, "coop")
    ada, bob = [await reader(alpha, name) for name in ("ada", "bob")]
    policy = f"{V2}/policy"
    asked = await coop.gets(policy)
    assert {asked.pop("summary")["pending_requests_count"], *asked.values()} == {0, "accept"}
    assert (await coop.asks(policy, "PATCH", {"for_not_following": "perhaps"}))[0] == 422
    _, said = await coop.asks(policy, "PATCH", {"for_not_following": "filter"})
    assert (said["for_not_following"], said["for_new_accounts"]) == ("filter", "accept")
    assert (await coop.gets(f"{V1}/policy"))["filter_not_following"] is True

    first = await says(ada, "@coop un")
    await says(ada, "@coop deux")
    await says(bob, "@coop trois")
    model = await alpha.publish(coop.us)
    await likes(bob, model)
    await street.settle()
    assert await coop.gets(V1) == []
    assert (await coop.gets(V2))["notification_groups"] == []
    assert len(await coop.gets(f"{V1}?include_filtered=true")) == 4
    assert (await coop.gets(policy))["summary"] == {
        "pending_requests_count": 2,
        "pending_notifications_count": 4,
    }
    waiting = await coop.gets(f"{V1}/requests")
    assert [(one["account"]["acct"], one["notifications_count"]) for one in waiting] == [
        ("bob", "2"),
        ("ada", "2"),
    ]
    assert "deux" in waiting[1]["last_status"]["content"]
    of_ada = f"{V1}/requests/{ada.us.id}"
    assert (await coop.gets(of_ada))["id"] == str(ada.us.id)
    assert await coop.asks(f"{of_ada}/accept", "POST") == (200, {})
    assert [one["account"]["acct"] for one in await coop.gets(V1)] == ["ada", "ada"]
    assert str(first.id) in {one["status"]["id"] for one in await coop.gets(V1)}
    assert await coop.gets(f"{V1}/requests/merged") == {"merged": True}
    assert (await coop.asks(f"{of_ada}/accept", "POST"))[0] == 404
    assert await coop.asks(f"{V1}/requests/dismiss", "POST", {"id[]": str(bob.us.id)}) == (200, {})
    assert await coop.gets(f"{V1}/requests") == []
    await says(ada, "@coop encore")
    await says(bob, "@coop encore")
    await street.settle()
    assert [one["account"]["acct"] for one in await coop.gets(V1)] == ["ada"] * 3
    assert [one["account"]["acct"] for one in await coop.gets(f"{V1}/requests")] == ["bob"]

    # What is dropped was never written; what happens to models is always told.
    await coop.asks(policy, "PATCH", {"for_new_accounts": "drop"})
    await says(bob, "@coop jamais")
    await street.settle()
    assert (await coop.gets(f"{V1}/requests/{bob.us.id}"))["notifications_count"] == "1"
    street.clock.turn(days=31)
    await says(bob, "@coop plus tard")
    await street.settle()
    assert (await coop.gets(f"{V1}/requests/{bob.us.id}"))["notifications_count"] == "2"
