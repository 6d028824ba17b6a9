"""What is remembered of statuses is what they are: after every kind of change, in every list.

After each change every list is asked for, then everything remembered is forgotten, and the same
lists are asked for again: what is made of nothing but the rows must be what was told before. Each
change shows somewhere, so that it is seen to be one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from functools import partial
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text
from together.app import Reader, reader, says
from together.pictures import a_form, a_picture
from together.street import Street, a_sheet

from actors.database import Database

Change = Callable[[], Awaitable[object]]


class Lists:
    """Every kind of list in which statuses stand, as two organisations see them.

    Attributes:
        readers: an author, one who reads her, and somebody else's server.
        number: makes every address another one, so that no answer is given again as it was.
    """

    def __init__(self, coop: Reader, ruche: Reader) -> None:
        self.readers = coop, ruche
        self.paths: list[str] = ["timelines/home", "timelines/public", "notifications"]
        self.paths += [f"accounts/{one.us.id}/statuses" for one in self.readers]
        self.number = count()
        self.seen: list[Any] = []

    async def told(self) -> list[Any]:
        """What both are told, everywhere."""
        return [
            await one.asks(f"/api/v1/{path}?limit=40&_={next(self.number)}")
            for one in self.readers
            for path in self.paths
        ]

    async def shows(self, change: Change) -> None:
        """A change shows at once, and nothing of what was before it is told any more."""
        await change()
        await self.readers[0].house.street.settle()
        now = await self.told()
        assert now != self.seen, change
        memory = self.readers[0].house.database.memory
        if self.readers[0].house.database.is_sqlite:
            assert len(memory) > 0
        memory.forget()
        anew = await self.told()
        for before, after in zip(now, anew, strict=True):
            assert before == after
        self.seen = anew


@pytest.fixture
async def coop(street: Street) -> Reader:
    """Who says things, at alpha."""
    (house,) = await street.open("alpha")
    return await reader(house, "coop")


@pytest.fixture
async def ruche(coop: Reader) -> Reader:
    """Who reads them, on the same instance."""
    return await reader(coop.house, "ruche")


def does(
    who: Reader, path: str, method: str = "POST", of: str = "v1", **data: str
) -> Callable[[], Awaitable[Any]]:
    """Somebody does something with an app, and it works."""

    async def change() -> Any:
        status, body = await who.asks(f"/api/{of}/{path}", method, data)
        assert status == 200, (path, body)
        return body

    return change


async def test_what_was_done_with_a_status_is_told_at_once(coop: Reader, ruche: Reader) -> None:
    lists = Lists(coop, ruche)
    await lists.shows(does(ruche, f"accounts/{coop.us.id}/follow"))
    said = await does(coop, "statuses", status="Bonjour @ruche #velo")()
    lists.paths += [f"statuses/{said['id']}", f"statuses/{said['id']}/context"]
    lists.paths += ["timelines/tag/velo", "bookmarks", "favourites"]
    there = f"statuses/{said['id']}"
    done = ("favourite", "reblog", "bookmark", "mute")
    for name in (*done, *(f"un{one}" for one in done)):
        await lists.shows(does(ruche, f"{there}/{name}"))
    for name in ("pin", "unpin"):
        await lists.shows(does(coop, f"{there}/{name}"))

    answer = await does(ruche, "statuses", status="Oui !", in_reply_to_id=said["id"])()
    await lists.shows(does(coop, f"statuses/{answer['id']}/favourite"))
    await lists.shows(does(coop, there, "PUT", status="Bonsoir @ruche #velo"))
    await lists.shows(does(ruche, f"statuses/{answer['id']}", "DELETE"))

    quoting = await does(ruche, "statuses", status="À lire", quoted_status_id=said["id"])()
    lists.paths.append(f"statuses/{quoting['id']}")
    await lists.shows(does(coop, there, "PUT", status="Autre chose #velo"))
    await lists.shows(does(coop, f"{there}/quotes/{quoting['id']}/revoke"))
    await lists.shows(does(ruche, f"statuses/{quoting['id']}", "DELETE"))

    word = {"title": "x", "context[]": "home", "keywords_attributes[][keyword]": "autre"}
    await lists.shows(does(ruche, "filters", of="v2", **word))
    await lists.shows(does(ruche, f"accounts/{coop.us.id}/mute"))
    await lists.shows(does(ruche, f"accounts/{coop.us.id}/unmute"))
    await lists.shows(does(coop, there, "DELETE"))


async def test_who_says_it_is_told_as_she_is(coop: Reader, ruche: Reader) -> None:
    lists = Lists(coop, ruche)
    await says(coop, "Bonjour @ruche")
    await lists.shows(does(ruche, f"accounts/{coop.us.id}/follow"))
    await lists.shows(does(coop, "accounts/update_credentials", "PATCH", display_name="Coopé"))
    await lists.shows(does(coop, "accounts/update_credentials", "PATCH", note="Nous réparons"))
    await lists.shows(lambda: says(coop, "Encore"))  # she has said more
    await lists.shows(does(ruche, f"accounts/{coop.us.id}/unfollow"))


async def test_models_and_their_pictures_are_told_as_they_are(coop: Reader, ruche: Reader) -> None:
    lists = Lists(coop, ruche)
    model = await coop.house.publish(coop.us)
    answer = await says(ruche, "Chez nous aussi", model)
    lists.paths.append(f"statuses/{answer.id}")
    await lists.shows(does(ruche, f"statuses/{model.id}/reblog"))
    await lists.shows(lambda: coop.house.revise(model, a_sheet("Atelier de couture")))
    await lists.shows(lambda: coop.house.delete(model))


async def test_whatever_is_written_in_the_database_is_told(coop: Reader, ruche: Reader) -> None:
    house, lists = coop.house, Lists(coop, ruche)
    form = a_form(a_picture(), description="Un carré")
    headers = {"Authorization": f"Bearer {ruche.token}"}
    async with house.street.session.post(
        house.url("/api/v2/media"), data=form, headers=headers
    ) as answer:
        shown = (await answer.json())["id"]
    said = await does(ruche, "statuses", **{"status": "Bonjour", "media_ids[]": shown})()
    answered = await does(coop, "statuses", status="Salut", in_reply_to_id=said["id"])()
    quoting = await does(coop, "statuses", status="Voilà", quoted_status_id=said["id"])()
    lists.paths += [f"statuses/{one['id']}" for one in (said, answered, quoting)]

    async def written(statement: str) -> None:
        async with house.begin() as session:
            await session.execute(text(statement), {"id": int(said["id"]), "at": house.site.now()})

    async def undone() -> None:
        async with house.begin() as session:
            await session.execute(text("UPDATE remark SET content = 'Non'"))
            assert await asyncio.create_task(lists.told(), context=Context()) == lists.seen
            raise ZeroDivisionError

    async def elsewhere() -> None:
        other = Database(house.settings.database.url)
        try:
            async with other.begin() as session:
                await session.execute(text("UPDATE remark SET content = 'Hola'"))
        finally:
            await other.close()

    await lists.shows(does(coop, f"statuses/{said['id']}/favourite"))
    for statement in (
        "UPDATE remark SET content = 'Salut' WHERE id = :id",
        'DELETE FROM "like"',
        "UPDATE quote SET state = 'revoked'",
        "UPDATE quote SET state = 'accepted'",
        "UPDATE remark SET deleted_at = :at WHERE content LIKE '%Voilà%'",
        "UPDATE remark SET deleted_at = NULL",
        "UPDATE media SET description = 'Un rond'",
        "DELETE FROM media",  # and with it, that it was shown
        "UPDATE remark SET addressed = '[]'",
        "UPDATE actor SET shut_at = :at WHERE handle = 'ruche'",
        "UPDATE actor SET shut_at = NULL",
        "UPDATE remark SET visibility = 'direct' WHERE id = :id",
        "UPDATE remark SET visibility = 'public' WHERE id = :id",
    ):
        await lists.shows(partial(written, statement))
    await lists.shows(elsewhere)
    with pytest.raises(ZeroDivisionError):
        await undone()
    assert await lists.told() == lists.seen
    await lists.shows(partial(written, "UPDATE remark SET content = 'Oui'"))
