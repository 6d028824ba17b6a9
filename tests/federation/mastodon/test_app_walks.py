"""Walks: an app pages through every list there is, while things come and go.

Each list is walked by its own Link headers, from the newest to the oldest; between two pages
something is added at the top, something that was seen is taken away, and something that was not.
Nothing is met twice, nothing that was there all the time is missed. Then it walks back up from
where it began, as an app does that was closed for a while, and meets what was added, once.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from together.app import Reader, reader
from together.street import Street, a_sheet

from actors.verbs import enrolling

A_PAGE = 1
AT_FIRST = 3
MOST = 40
"""Pages of a walk: more is a circle."""

Key = Callable[[Any], str]
Add = Callable[[], Awaitable[str]]
Remove = Callable[[str], Awaitable[None]]


@dataclass
class Listing:
    """A list that an app walks through.

    Attributes:
        path: where it is.
        key: what tells one entry from the others.
        add: puts one at the top, and says its key.
        remove: takes one away.
        is_sent: entries come by mail, and not at once.
        read: the entries of an answer.
        us: who walks.
    """

    us: Reader
    path: str
    key: Key
    add: Add
    remove: Remove
    is_sent: bool = True
    read: Callable[[Any], list[Any]] = lambda body: body

    async def page(self, address: str) -> tuple[list[str], dict[str, str]]:
        """The keys on a page, and where it leads."""
        headers = {"Authorization": f"Bearer {self.us.token}"}
        async with self.us.house.street.session.get(address, headers=headers) as answer:
            body = await answer.json()
            assert answer.status == 200, (address, body)
            leads = {str(name): str(link["url"]) for name, link in answer.links.items()}
            return [self.key(one) for one in self.read(body)], leads

    @property
    def address(self) -> str:
        """Its first page."""
        return self.us.house.url(self.path) + f"{'&' if '?' in self.path else '?'}limit={A_PAGE}"


@dataclass
class Walk:
    """One walk through a list, down and up again.

    Attributes:
        there: what stood in it when the walk began, the newest first.
        before: what stood below that.
        added: what came since, the oldest first.
        gone: what was taken away: one that had been seen, one that had not.
    """

    listing: Listing
    street: Street
    there: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def hold(self, what: str, found: list[str], wanted: list[str]) -> None:
        """Hold what was met against what should have been."""
        if found != wanted:
            self.faults.append(f"{self.listing.path}, {what}: {found}, not {wanted}")

    async def add(self) -> str:
        """Something more, at the top."""
        number = await self.listing.add()
        await self.settle()
        return number

    async def settle(self) -> None:
        """Let all of it arrive, where it has a way to go."""
        if self.listing.is_sent:
            await self.street.settle()

    async def take_away(self, numbers: list[str]) -> None:
        """Something less."""
        for number in numbers:
            await self.listing.remove(number)
        await self.settle()

    async def down(self) -> str:
        """From the newest to the oldest; returns where newer things will be."""
        all_of_it = self.listing.address.replace(f"limit={A_PAGE}", "limit=40")
        self.before, _ = await self.listing.page(all_of_it)
        for _ in range(AT_FIRST):
            self.there.insert(0, await self.add())
        seen, leads = await self.listing.page(self.listing.address)
        above = leads.get("prev", "")
        self.hold("first", seen, self.there[:A_PAGE])
        self.added.append(await self.add())
        self.gone = [self.there[0], self.there[-2]]
        await self.take_away(self.gone)
        for _ in range(MOST):
            if "next" not in leads:
                break
            found, leads = await self.listing.page(leads["next"])
            seen += found
        stayed = [one for one in self.there if one != self.gone[1]]
        self.hold("down", seen, stayed + self.before)
        return above

    async def up(self, above: str) -> None:
        """To what came since."""
        self.added.append(await self.add())
        since = above.partition("min_id=")[2].partition("&")[0]
        newest, _ = await self.listing.page(f"{self.listing.address}&since_id={since}")
        self.hold("since", newest, self.added[::-1][:A_PAGE])
        met: list[str] = []
        for _ in range(MOST):
            found, leads = await self.listing.page(above)
            if not found:
                break
            met = found + met
            above = leads["prev"]
        self.hold("up", met, self.added[::-1])

    async def leave(self) -> None:
        """Take away what is left."""
        came = (*self.there, *self.added)
        await self.take_away([one for one in came if one not in self.gone])
        self.hold("left", (await self.listing.page(self.listing.address))[0], self.before[:A_PAGE])


async def faults_of(listing: Listing, street: Street) -> list[str]:
    """What went wrong on one walk."""
    walk = Walk(listing, street)
    above = await walk.down()
    if above:
        await walk.up(above)
    await walk.leave()
    return walk.faults


SAID = {"status": "#velo"}
TOLD = {"status": "@coop bonjour"}


def named(one: Any) -> str:
    return str(one["id"])


@dataclass
class World:
    """The coop, which walks, the ruche, which says things, and a crowd.

    Attributes:
        coop: whose app walks.
        ruche: whom the coop follows.
        crowd: others, so many that each can be added once.
        circle: a list of the coop's.
        told: what went wrong.
    """

    street: Street
    coop: Reader
    ruche: Reader
    crowd: list[Reader]
    circle: str = ""
    told: list[str] = field(default_factory=list)

    async def asked(self, who: Reader, method: str, path: str, **data: str) -> Any:
        """What an app was told that asked for something it may have."""
        status, body = await who.asks(f"/api/v1/{path}", method, data)
        assert status == 200, (path, body)
        return body

    async def walk(self, path: str, key: Key, add: Add, remove: Remove, **more: Any) -> None:
        """Walk through one list."""
        listing = Listing(self.coop, f"/api/{path}", key, add, remove, **more)
        self.told += await faults_of(listing, self.street)

    async def of_statuses(
        self,
        path: str,
        key: Key = named,
        *,
        marks: str = "",
        by: bool = False,
        said: Mapping[str, str] = SAID,
        **read: Callable[[Any], list[Any]],
    ) -> None:
        """A list of what the ruche says; with `by`, of what each of a crowd says.

        Args:
            path: of the list.
            key: what tells its entries apart.
            marks: what the coop does with each.
            by: whether it is the crowd that speaks.
            said: what goes with each text.
            read: how the answer is read.
        """
        waiting = iter(self.crowd)
        authors: dict[str, Reader] = {}

        async def add() -> str:
            who = next(waiting) if by else self.ruche
            number = named(await self.asked(who, "POST", "statuses", **said))
            authors[number] = who
            if marks:
                await self.street.settle()
                await self.asked(self.coop, "POST", f"statuses/{number}/{marks}")
            return number

        async def remove(number: str) -> None:
            await self.asked(authors[number], "DELETE", f"statuses/{number}")

        await self.walk(path, key, add, remove, **read)

    async def of_people(
        self, path: str, verb: str, undo: str, *, by: bool = False, is_sent: bool = True
    ) -> None:
        """A list of the crowd: the coop does something to each; with `by`, each does it herself."""
        waiting = {str(one.us.id): one for one in self.crowd}
        numbers = iter(waiting)

        async def do(what: str, number: str) -> None:
            method, _, where = what.replace("ID", number).partition(" ")
            place, _, argument = where.partition("?")
            given = dict([argument.split("=")]) if argument else {}
            who = waiting[number] if by else self.coop
            await self.asked(who, method, place, **given)

        async def add() -> str:
            number = next(numbers)
            await do(verb, number)
            return number

        async def remove(number: str) -> None:
            await do(undo, number)

        await self.walk(path, named, add, remove, is_sent=is_sent)

    async def of_words(self, path: str, key: Key, verb: str, undo: str, **more: str) -> None:
        """A list of what the coop makes up: WORD stands for a new word."""
        numbers = count()
        end = ".example" if "domain" in more else ""

        async def do(what: str, word: str, **given: str) -> Any:
            method, _, where = what.replace("WORD", word).partition(" ")
            with_word = {name: text.replace("WORD", word) for name, text in given.items()}
            return await self.asked(self.coop, method, where, **with_word)

        async def add() -> str:
            word = f"mot{next(numbers)}{end}"
            body = await do(verb, word, **more)
            return str(body["id"]) if "scheduled_at" in body else word

        async def remove(name: str) -> None:
            await do(undo, name, **{one: text for one, text in more.items() if one == "domain"})

        await self.walk(path, key, add, remove, is_sent=False)


@pytest.fixture
async def here(street: Street) -> World:
    """Everybody at one instance; the ruche is followed, and on a list."""
    (alpha,) = await street.open("alpha")
    coop, ruche = await reader(alpha, "coop"), await reader(alpha, "ruche")
    crowd = [await reader(alpha, f"someone{n}") for n in range(6)]
    world = World(street, coop, ruche, crowd)
    await alpha.follow(coop.us, "@ruche@alpha.test")
    world.circle = (await world.asked(coop, "POST", "lists", title="Voisines"))["id"]
    admitted = {"account_ids[]": str(ruche.us.id)}
    await world.asked(coop, "POST", f"lists/{world.circle}/accounts", **admitted)
    await street.settle()
    return world


async def test_nothing_said_is_met_twice_or_missed_while_things_come_and_go(here: World) -> None:
    coop, ruche, street, circle = here.coop, here.ruche, here.street, here.circle
    for path in ("home", "public", "public?local=true", "tag/velo", f"list/{circle}"):
        await here.of_statuses(f"v1/timelines/{path}")
    await here.of_statuses(f"v1/accounts/{ruche.us.id}/statuses")
    await here.of_statuses("v1/favourites", marks="favourite")
    await here.of_statuses("v1/bookmarks", marks="bookmark")
    await here.of_statuses("v1/notifications", lambda one: str(one["status"]["id"]), said=TOLD)
    await here.of_statuses(
        "v2/notifications",
        lambda one: str(one["status_id"]),
        said=TOLD,
        read=lambda body: body["notification_groups"],
    )
    private = TOLD | {"visibility": "direct"}
    await here.of_statuses("v1/timelines/direct", said=private)
    await here.of_statuses(
        "v1/conversations", lambda one: str(one["last_status"]["id"]), said=private
    )

    thing = named(await here.asked(coop, "POST", "statuses", status="bonjour"))
    await street.settle()
    said = SAID | {"quoted_status_id": thing}
    await here.of_statuses(f"v1/statuses/{thing}/quotes", by=True, said=said)
    for verb, path in (("favourite", "favourited_by"), ("reblog", "reblogged_by")):
        paths = (f"POST statuses/{thing}/{verb}", f"POST statuses/{thing}/un{verb}")
        await here.of_people(f"v1/statuses/{thing}/{path}", *paths, by=True)
    assert here.told == []


async def test_nobody_is_met_twice_or_missed_while_people_come_and_go(here: World) -> None:
    coop, ruche, crowd, street, circle = here.coop, here.ruche, here.crowd, here.street, here.circle
    alpha = coop.house
    us, them = coop.us.id, ruche.us.id
    verbs = f"POST accounts/{them}/follow", f"POST accounts/{them}/unfollow"
    await here.of_people(f"v1/accounts/{them}/followers", *verbs, by=True)
    verbs = "POST accounts/ID/follow", "POST accounts/ID/unfollow"
    await here.of_people(f"v1/accounts/{us}/following", *verbs)
    async with alpha.begin() as session:
        await enrolling.set_approval(session, alpha.site, coop.us, by_hand=True)
    verbs = f"POST accounts/{us}/follow", f"POST accounts/{us}/unfollow"
    await here.of_people("v1/follow_requests", *verbs, by=True)

    for one in crowd:
        await here.asked(coop, "POST", f"accounts/{one.us.id}/follow")
    await street.settle()
    verbs = "POST accounts/ID/endorse", "POST accounts/ID/unendorse"
    await here.of_people("v1/endorsements", *verbs, is_sent=False)
    await here.of_people(f"v1/accounts/{us}/endorsements", *verbs, is_sent=False)
    place = f"lists/{circle}/accounts?account_ids[]=ID"
    verbs = f"POST {place}", f"DELETE {place}"
    await here.of_people(f"v1/lists/{circle}/accounts", *verbs, is_sent=False)
    await here.asked(coop, "POST", f"lists/{circle}/accounts?account_ids[]={crowd[0].us.id}")
    everybody = await coop.gets(f"/api/v1/lists/{circle}/accounts?limit=0")
    assert len(everybody) == len((ruche, crowd[0])), "none is no limit"
    for verb in ("mute", "block"):
        verbs = f"POST accounts/ID/{verb}", f"POST accounts/ID/un{verb}"
        await here.of_people(f"v1/{verb}s", *verbs, is_sent=False)

    await here.of_words(
        "v1/followed_tags",
        lambda one: str(one["name"]),
        "POST tags/WORD/follow",
        "POST tags/WORD/unfollow",
    )
    await here.of_words(
        "v1/domain_blocks", str, "POST domain_blocks", "DELETE domain_blocks", domain="WORD"
    )
    later = (street.clock() + timedelta(hours=1)).isoformat()
    await here.of_words(
        "v1/scheduled_statuses",
        named,
        "POST statuses",
        "DELETE scheduled_statuses/WORD",
        status="WORD",
        scheduled_at=later,
    )
    assert here.told == []


async def test_whose_notifications_wait_is_met_once_while_others_come_and_are_sent_away(
    here: World,
) -> None:
    policy = "/api/v2/notifications/policy"
    assert (await here.coop.asks(policy, "PATCH", {"for_not_following": "filter"}))[0] == 200
    waiting = {str(one.us.id): one for one in here.crowd}
    numbers = iter(waiting)

    async def add() -> str:
        number = next(numbers)
        await here.asked(waiting[number], "POST", "statuses", **TOLD)
        return number

    async def remove(number: str) -> None:
        await here.asked(here.coop, "POST", f"notifications/requests/{number}/dismiss")

    await here.walk("v1/notifications/requests", named, add, remove)
    assert here.told == []


BY_OFFSET = (
    *("v1/directory?order=new", "v1/directory?order=active", "v1/accounts/search?q=someone"),
    *("v2/search?type=accounts&q=someone", "v2/search?type=hashtags&q=mot"),
    *("v2/search?type=statuses&q=atelier", "v1/trends/tags", "v1/trends/statuses"),
)


async def test_lists_by_offset_miss_nobody_when_more_come_and_end(here: World) -> None:
    """What is counted off moves down when something comes above: seen twice, and never missed."""
    coop = here.coop

    async def page(path: str, **more: int) -> list[str]:
        asked = "&".join(f"{name}={number}" for name, number in more.items())
        body = await coop.gets(f"/api/{path}{'&' if '?' in path else '?'}{asked}")
        found = [one for part in body.values() for one in part] if isinstance(body, dict) else body
        return [str(one["id"]) for one in found]

    async def more_of_all(number: int) -> None:
        newcomer = await reader(coop.house, f"someonemore{number}")
        await coop.house.publish(newcomer.us, a_sheet(f"Atelier {number}"))
        for who in (coop, newcomer):
            await here.asked(who, "POST", "statuses", status=f"#mot{number}")

    for number in range(3):
        await more_of_all(number)
    await here.street.settle()
    told: list[str] = []
    for more, path in enumerate(BY_OFFSET, start=3):
        whole = await page(path, limit=40)
        alone = [await page(path, limit=1, offset=n) for n in range(len(whole))]
        if alone != [[one] for one in whole] or len(whole) < AT_FIRST:
            told.append(f"{path}: {alone}, not {whole}")
        if await page(path, limit=1, offset=len(whole)) or await page(path, offset=10**8):
            told.append(f"{path} does not end")
        met = await page(path, limit=2)
        await more_of_all(more)
        await here.street.settle()
        for offset in range(2, len(whole) + 3, 2):
            met += await page(path, limit=2, offset=offset)
        if missed := set(whole) - set(met):
            told.append(f"{path} missed {missed}")
    assert told == []
