"""Writing, editing, deleting, liking and passing on, as an app asks for it."""

from typing import Any

import pytest
from sqlalchemy import select
from together.app import Reader, reader, says, stranger
from together.peer import Peer
from together.street import Street, a_sheet

from activitypub.addressing import Visibility
from actors.rules.permissions import Office
from actors.tables.remark import Remark

COOP = "https://alpha.test/actors/coop"
STATUSES = "/api/v1/statuses"


@pytest.fixture
async def coop(street: Street) -> Reader:
    """An organisation at alpha, with an app."""
    (house,) = await street.open("alpha")
    return await reader(house, "coop")


async def hears(coop: Reader, **more: Any) -> Remark:
    """Somebody elsewhere says something to coop."""
    peer = Peer(coop.house.site)
    kind = more.pop("kind", "Note")
    note = peer.note(**({"cc": [COOP]} | more)) | {"type": kind}
    async with coop.house.begin() as session:
        await peer.say(session, peer.activity("Create", note))
        return (await session.scalars(select(Remark).where(Remark.iri == str(note["id"])))).one()


async def test_an_app_says_something_and_finds_it_at_home(coop: Reader) -> None:
    status, said = await coop.asks(
        STATUSES,
        "POST",
        {
            "status": "Bonjour @network,\nà samedi #Atelier",
            "visibility": "unlisted",
            "language": "fr",
            "spoiler_text": "Horaires",
        },
    )
    assert status == 200, said
    assert (said["visibility"], said["language"]) == ("unlisted", "fr")
    assert (said["spoiler_text"], said["sensitive"]) == ("Horaires", True)
    assert [one["acct"] for one in said["mentions"]] == ["network"]
    assert [(one["name"], one["url"]) for one in said["tags"]] == [
        ("atelier", "https://alpha.test/tags/atelier")
    ]
    assert "<br>" in said["content"]
    assert await coop.gets("/api/v1/timelines/home") == [said]
    assert await coop.gets(f"{STATUSES}/{said['id']}/source") == {
        "id": said["id"],
        "text": "Bonjour @network,\nà samedi #Atelier",
        "spoiler_text": "Horaires",
    }


async def test_an_answer_stands_below_what_it_answers(coop: Reader) -> None:
    theirs = await hears(coop)
    said = {"status": "Merci", "in_reply_to_id": str(theirs.id), "visibility": "direct"}
    status, answer = await coop.asks(STATUSES, "POST", said)
    assert status == 200, answer
    assert (answer["in_reply_to_id"], answer["visibility"]) == (str(theirs.id), "direct")
    assert [one["acct"] for one in answer["mentions"]] == ["ada@peer.test"]
    below = (await coop.gets(f"{STATUSES}/{theirs.id}/context"))["descendants"]
    assert [one["id"] for one in below] == [answer["id"]]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"status": ""}, 422),
        ({"status": "x" * 5001}, 422),
        ({"visibility": "secret"}, 422),
        ({"media_ids[]": "1"}, 422),
        ({"poll[options][]": "Oui"}, 422),
        ({"scheduled_at": "soon"}, 422),
        ({"in_reply_to_id": "12345"}, 404),
        ({"in_reply_to_id": "x"}, 400),
    ],
)
async def test_what_cannot_be_said_is_refused_and_changes_nothing(
    coop: Reader, more: dict[str, str], status: int
) -> None:
    answered, _ = await coop.asks(STATUSES, "POST", {"status": "Bonjour"} | more)
    assert answered == status
    assert await coop.gets("/api/v1/timelines/home") == []


async def test_who_may_not_publish_may_not_write_like_or_pass_on(coop: Reader) -> None:
    said = await says(coop, "Bonjour")
    looker = await reader(coop.house, "lecture", Office.READER)
    nobody = stranger(coop.house)
    for method, path in (
        ("POST", STATUSES),
        *(("POST", f"{STATUSES}/{said.id}/{verb}") for verb in ("favourite", "reblog", "unreblog")),
    ):
        assert (await looker.asks(path, method, {"status": "x"}))[0] == 403, path
        assert (await nobody.asks(path, method, {"status": "x"}))[0] == 401, path


async def test_a_request_that_an_app_repeats_says_it_once(coop: Reader) -> None:
    headers = {"Authorization": f"Bearer {coop.token}", "Idempotency-Key": "k1"}
    ids = []
    for _ in range(2):
        url = coop.house.url(STATUSES)
        async with coop.house.street.session.post(
            url, json={"status": "Bonjour"}, headers=headers
        ) as answer:
            ids.append((await answer.json())["id"])
    assert ids[0] == ids[1]


async def test_an_edit_is_shown_with_its_history(coop: Reader) -> None:
    said = await says(coop, "Samdi", language="fr")
    path = f"{STATUSES}/{said.id}"
    coop.house.street.clock.turn(minutes=5)
    status, edited = await coop.asks(path, "PUT", {"status": "Samedi"})
    assert (status, edited["content"]) == (200, "<p>Samedi</p>\n")
    assert edited["edited_at"].startswith("2026-03-02T09:05:00")
    told = await stranger(coop.house).gets(f"{path}/history")
    assert [(one["content"], one["created_at"][:19]) for one in told] == [
        ("<p>Samdi</p>\n", "2026-03-02T09:00:00"),
        ("<p>Samedi</p>\n", "2026-03-02T09:05:00"),
    ]


async def test_a_deleted_status_gives_its_text_back_and_is_gone(coop: Reader) -> None:
    said = await says(coop, "*Samedi*")
    path = f"{STATUSES}/{said.id}"
    status, gone = await coop.asks(path, "DELETE")
    assert (status, gone["text"]) == (200, "*Samedi*")
    assert (await coop.asks(path))[0] == 404
    assert (await coop.asks(path, "DELETE"))[0] == 404


async def test_what_belongs_to_somebody_else_is_neither_edited_nor_deleted(coop: Reader) -> None:
    theirs = await hears(coop)
    neighbour = await reader(coop.house, "ruche")
    ours = await says(coop, "Bonjour")
    model = await coop.house.publish(coop.us, a_sheet())
    for who, what in ((coop, theirs), (neighbour, ours)):
        for method in ("PUT", "DELETE"):
            answer = await who.asks(f"{STATUSES}/{what.id}", method, {"status": "x"})
            assert answer[0] == 404
    for method in ("PUT", "DELETE"):
        assert (await coop.asks(f"{STATUSES}/{model.id}", method, {"status": "x"}))[0] == 422


async def test_a_favourite_and_a_reblog_are_counted_marked_and_taken_back(coop: Reader) -> None:
    theirs = await hears(coop)
    path = f"{STATUSES}/{theirs.id}"
    liked: dict[str, Any] = {}
    for _ in range(2):
        status, liked = await coop.asks(f"{path}/favourite", "POST")
        assert (status, liked["favourited"], liked["favourites_count"]) == (200, True, 1)
    status, boost = await coop.asks(f"{path}/reblog", "POST")
    assert (status, boost["reblog"]["id"], boost["account"]["acct"]) == (200, liked["id"], "coop")
    assert boost["reblog"]["reblogged"]
    assert [one["id"] for one in await coop.gets("/api/v1/favourites")] == [liked["id"]]
    for verb in ("favourited_by", "reblogged_by"):
        assert [one["acct"] for one in await coop.gets(f"{path}/{verb}")] == ["coop"]
    home = await coop.gets("/api/v1/timelines/home")
    assert [one["id"] for one in home] == [boost["id"]]
    _, unliked = await coop.asks(f"{path}/unfavourite", "POST")
    _, unboosted = await coop.asks(f"{STATUSES}/{boost['id']}/unreblog", "POST")
    assert (unliked["favourited"], unliked["favourites_count"]) == (False, 0)
    assert (unboosted["id"], unboosted["reblogged"]) == (liked["id"], False)
    assert await coop.gets("/api/v1/favourites") == []
    assert (await coop.asks(f"{STATUSES}/{boost['id']}"))[0] == 404


async def test_deleting_the_status_of_a_boost_takes_the_boost_back(coop: Reader) -> None:
    theirs = await hears(coop)
    _, boost = await coop.asks(f"{STATUSES}/{theirs.id}/reblog", "POST")
    assert (await coop.asks(f"{STATUSES}/{boost['id']}", "DELETE"))[0] == 200
    kept = await coop.gets(f"{STATUSES}/{theirs.id}")
    assert (kept["reblogs_count"], kept["reblogged"]) == (0, False)


async def test_what_is_private_is_not_passed_on_and_a_boost_is_for_everybody(
    coop: Reader,
) -> None:
    private = await hears(coop, to=[COOP], cc=[])
    assert (await coop.asks(f"{STATUSES}/{private.id}/reblog", "POST"))[0] == 403
    open_one = await hears(coop, path="/notes/2")
    path = f"{STATUSES}/{open_one.id}/reblog"
    assert (await coop.asks(path, "POST", {"visibility": "private"}))[0] == 422


@pytest.mark.parametrize(
    ("method", "end"),
    [
        ("POST", "/favourite"),
        ("POST", "/unfavourite"),
        ("POST", "/reblog"),
        ("POST", "/unreblog"),
        ("GET", ""),
        ("GET", "/context"),
        ("GET", "/history"),
        ("GET", "/source"),
        ("GET", "/favourited_by"),
        ("GET", "/reblogged_by"),
        ("PUT", ""),
        ("DELETE", ""),
    ],
)
async def test_a_status_that_one_may_not_see_does_not_exist(
    coop: Reader, method: str, end: str
) -> None:
    neighbour = await reader(coop.house, "ruche")
    said = await says(coop, "Un secret", visible=Visibility.FOLLOWERS)
    answer = await neighbour.asks(f"{STATUSES}/{said.id}{end}", method, {"status": "x"})
    missing = await neighbour.asks(f"{STATUSES}/{said.id + 1}{end}", method, {"status": "x"})
    assert answer == missing
    assert answer[0] == 404


async def test_a_hashtag_lists_what_everybody_may_see(coop: Reader) -> None:
    tag = [{"type": "Hashtag", "name": "#Réparer", "href": "https://peer.test/tags/x"}]
    theirs = await hears(coop, tag=tag)
    await hears(coop, path="/notes/2", to=[COOP], cc=[], tag=tag)
    ours = await says(coop, "On va #réparer")
    await says(coop, "Entre nous #réparer", visible=Visibility.FOLLOWERS)
    timeline = "/api/v1/timelines/tag/"
    anybody = stranger(coop.house)
    for spelling in ("reparer", "R%C3%A9parer", "REPARER/"):
        found = await anybody.gets(timeline + spelling)
        assert [one["id"] for one in found] == [str(ours.id), str(theirs.id)]
    assert [one["id"] for one in await anybody.gets(f"{timeline}reparer?local=true")] == [
        str(ours.id)
    ]
    tagged = f"/api/v1/accounts/{coop.us.id}/statuses?tagged=reparer"
    assert [one["id"] for one in await anybody.gets(tagged)] == [str(ours.id)]
    assert await anybody.gets(f"{timeline}2026") == []
    found = await anybody.gets("/api/v2/search?q=%23r%C3%A9p&type=hashtags")
    assert [one["name"] for one in found["hashtags"]] == ["reparer"]
    assert (await anybody.gets("/api/v1/tags/Réparer"))["name"] == "reparer"
    assert (await anybody.asks("/api/v1/tags/2026"))[0] == 404


async def test_a_poll_is_shown_to_apps(coop: Reader) -> None:
    options = [
        {"type": "Note", "name": name, "replies": {"totalItems": number}}
        for name, number in (("Oui", 3), ("Non", -5))
    ]
    asked = await hears(
        coop, kind="Question", oneOf=options, endTime="2026-03-02T10:00:00Z", votersCount=3
    )
    poll = (await coop.gets(f"{STATUSES}/{asked.id}"))["poll"]
    assert poll == await coop.gets(f"/api/v1/polls/{asked.id}")
    assert poll["options"] == [
        {"title": "Oui", "votes_count": 3},
        {"title": "Non", "votes_count": 0},
    ]
    assert (poll["expires_at"], poll["expired"], poll["voters_count"]) == (
        "2026-03-02T10:00:00.000Z",
        False,
        3,
    )
    coop.house.street.clock.turn(hours=2)
    assert (await coop.gets(f"/api/v1/polls/{asked.id}"))["expired"]
    said = await says(coop, "Bonjour")
    assert (await coop.asks(f"/api/v1/polls/{said.id}"))[0] == 404
