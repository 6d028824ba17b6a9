"""One remark of each circle, ours and somebody's: every route is asked, and only some may tell.

The routes are those of the application, so that one which is added is asked too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from together.app import Reader, reader
from together.peer import Peer
from together.reader import Reader as Browser
from together.reader import reading
from together.street import House, Street, a_sheet

from activitypub.addressing import PUBLIC, Visibility
from activitypub.canonical_json import Document
from activitypub.mediatypes import ACTIVITY_JSON
from actors.tables.mail import Outgoing
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import following, forgetting, remarking, rewording, signing_in

OPEN = ("public", "unlisted")
COOP = "https://alpha.test/actors/coop"
WORD = re.compile(r"geheim[a-z]+")
"""What each remark says, and its hashtag: `geheimoursdirect`."""


@dataclass
class Life:
    """What there is to be found.

    Attributes:
        coop: says one remark to each circle, and follows ada, who does the same.
        ruche: a neighbour who follows nobody.
        model: what all of it answers.
        private: ids of what is not for everybody.
        ids: of remarks and of the model, as addresses name them.
        activities: numbers of what was said about them.
    """

    house: House
    coop: Reader
    ruche: Reader
    model: Model
    private: list[int]
    ids: list[int]
    activities: list[int]


@pytest.fixture
async def life(street: Street) -> Life:
    """Everything was said."""
    (house,) = await street.open("alpha")
    coop, ruche = await reader(house, "coop"), await reader(house, "ruche")
    model = await house.publish(house.network, a_sheet())
    await street.settle()
    await _ours(house, coop, model)
    await _theirs(house, coop, model)
    await street.settle()
    async with house.read() as session:
        remarks = (await session.scalars(select(Remark))).all()
        said = (await session.scalars(select(Outgoing))).all()
    numbers = [int(one.activity_iri.rpartition("/")[2]) for one in said]
    return Life(
        house=house,
        coop=coop,
        ruche=ruche,
        model=model,
        private=[one.id for one in remarks if one.visibility not in OPEN],
        ids=[*(one.id for one in remarks), model.id],
        activities=numbers,
    )


async def _ours(house: House, coop: Reader, model: Model) -> None:
    async with house.begin() as session:
        for visible in Visibility:
            word = f"geheimours{visible.value}"
            text = f"{word} #{word} #atelier"
            await remarking.remark(
                session, house.site, coop.us, text=text, in_reply_to=model, visible=visible
            )
        reworded = []
        for word, visible in (("before", Visibility.DIRECT), ("gone", Visibility.PUBLIC)):
            said = await remarking.remark(
                session, house.site, coop.us, text=f"geheim{word} #geheim{word}", visible=visible
            )
            text = f"geheim{word} encore"
            reworded.append(await rewording.reword(session, house.site, said, text=text))
        await forgetting.delete_remark(session, house.site, reworded[-1])


async def _theirs(house: House, coop: Reader, model: Model) -> None:
    peer = Peer(house.site)
    followers = f"{peer.iri('ada')}/followers"
    audiences: dict[str, Document] = {
        "public": {"to": [PUBLIC], "cc": [COOP]},
        "unlisted": {"to": [followers], "cc": [PUBLIC, COOP]},
        "followers": {"to": [followers], "cc": []},
        "direct": {"to": [COOP], "cc": []},
    }
    async with house.begin() as session:
        ada = await peer.known(session)
        follow = await following.follow(session, house.site, coop.us, ada)
        await peer.say(session, peer.activity("Accept", follow.iri))
        for visible, audience in audiences.items():
            word = f"geheimtheirs{visible}"
            tags = [{"type": "Hashtag", "name": f"#{name}"} for name in (word, "atelier")]
            note = peer.note(path=f"/notes/{visible}", content=word, inReplyTo=model.iri, tag=tags)
            await peer.say(session, peer.activity("Create", note | audience))


def routes(life: Life, method: str) -> Iterator[tuple[str, str]]:
    """Every route of the application of this method: its template, and an address for it."""
    search = "?q=geheim&resource=acct:coop@alpha.test&acct=coop&hashtag=atelier&from=1"
    for route in life.house.app.router.routes():
        template = route.resource.canonical if route.resource else ""
        # With a final slash, the same handler answers.
        # What streams never ends; it is asked of in a test of its own.
        is_stream = template.startswith("/api/v1/streaming/")
        if route.method in (method, "*") and not template[1:].endswith("/") and not is_stream:
            for address in _filled(life, template):
                yield template, f"{address}{search}"


def _filled(life: Life, template: str) -> Iterator[str]:
    ids = life.ids
    if "/activities/" in template:
        ids = life.activities
    elif "/accounts/" in template:
        ids = [life.coop.us.id, life.ruche.us.id]
    values: dict[str, list[str]] = {
        "{handle}": ["coop", "ada@peer.test", "network"],
        "{slug}": [str(life.model.slug), str(life.model.id)],
        "{number}": ["1"],
        "{name}": ["atelier"],
        "{tail}": ["nothing"],
        "{id}": [str(number) for number in ids],
    }
    addresses = [template]
    for hole, fillings in values.items():
        if hole in template:
            addresses = [one.replace(hole, value) for one in addresses for value in fillings]
    yield from addresses


def found(text: str) -> set[str]:
    """The words that stand in an answer."""
    return set(WORD.findall(text))


def allowed(*circles: str) -> set[str]:
    """The words of these circles."""
    return {f"geheim{whose}{circle}" for whose in ("ours", "theirs") for circle in circles}


async def asked(life: Life, method: str, **headers: str) -> set[str]:
    """The words that every route of a method tells somebody."""
    words: set[str] = set()
    session = life.house.street.session
    for template, address in routes(life, method):
        async with session.request(
            method, life.house.url(address), headers=headers, allow_redirects=False
        ) as answer:
            told = found(await answer.text(errors="replace"))
            assert answer.status < 500, address
        assert told <= allowed(*OPEN), (template, address, told)
        words |= told
    return words


@pytest.mark.parametrize("accept", ["text/html", ACTIVITY_JSON])
async def test_a_stranger_finds_what_is_for_everybody_and_nothing_else(
    life: Life, accept: str
) -> None:
    assert await asked(life, "GET", accept=accept) == allowed(*OPEN)


async def test_another_organisation_finds_no_more_in_its_app(life: Life) -> None:
    bearer = f"Bearer {life.ruche.token}"
    assert await asked(life, "GET", authorization=bearer) == allowed(*OPEN)


async def test_an_app_of_nobody_finds_no_more(life: Life) -> None:
    async with life.house.begin() as session:
        app, _ = await signing_in.register_app(
            session, life.house.site, name="app", redirect_uris=["urn:x"], scopes="read"
        )
        secret, _ = await signing_in.client_token(session, life.house.site, app, "read")
    assert await asked(life, "GET", authorization=f"Bearer {secret}") == allowed(*OPEN)


async def test_another_organisation_finds_no_more_in_its_browser(
    life: Life, street: Street
) -> None:
    async with reading(life.house, street) as browser:
        await browser.sign_in(f"ruche@{life.house.host}")
        told = await _browsed(life, browser)
    assert told == allowed(*OPEN)


async def test_who_may_see_it_finds_all_of_it(life: Life, street: Street) -> None:
    """Otherwise the tests above would find nothing for the wrong reason."""
    everything = allowed("public", "unlisted", "followers", "direct") | {"geheimbefore"}
    async with reading(life.house, street) as browser:
        await browser.sign_in(f"coop@{life.house.host}")
        assert await _browsed(life, browser) == everything
    told = set()
    for number in life.ids:
        _, body = await life.coop.asks(f"/api/v1/statuses/{number}")
        told |= found(str(body))
    assert told == everything


async def _browsed(life: Life, browser: Browser) -> set[str]:
    told: set[str] = set()
    for template, address in routes(life, "GET"):
        if not template.startswith(("/oauth/", "/api/", "/mastodon/")):
            await browser.go(address)
            told |= found(browser.html)
    return told


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_nothing_done_to_what_is_private_tells_of_it(life: Life, method: str) -> None:
    life.ids = life.private
    bearer = f"Bearer {life.ruche.token}"
    assert await asked(life, method, authorization=bearer) <= allowed(*OPEN)
    async with life.house.read() as session:
        for number in life.private:
            row = await session.get_one(Remark, number)
            assert row.deleted_at is None
            assert row.content != ""


@pytest.mark.parametrize(
    "end", ["", "/edit", "/delete", "/replies", "/likes", "/shares", "/context", ".json", "/embed"]
)
@pytest.mark.parametrize("accept", ["text/html", ACTIVITY_JSON])
async def test_a_private_remark_answers_like_one_that_never_was(
    life: Life, end: str, accept: str
) -> None:
    answers: list[tuple[int, Any, str]] = []
    private = life.private[0]
    for number in (private, private + 1):
        url = life.house.url(f"/remarks/{number}{end}")
        headers = {"Accept": accept}
        async with life.house.street.session.get(
            url, headers=headers, allow_redirects=False
        ) as answer:
            body = (await answer.text()).replace(str(number), "N")
            answers.append((answer.status, answer.headers.get("Cache-Control"), body))
    assert answers[0] == answers[1]
    assert answers[0][0] in (303, 404)


async def test_what_a_reader_was_shown_is_kept_by_no_cache_for_the_next(
    life: Life, street: Street
) -> None:
    async with reading(life.house, street) as browser:
        await browser.sign_in(f"coop@{life.house.host}")
        await browser.go(f"/remarks/{life.private[0]}")
        assert browser.status == 200
        assert browser.headers["Cache-Control"].startswith("private")
        assert "Cookie" in browser.headers["Vary"]
    url = life.house.url(f"/api/v1/statuses/{life.private[0]}")
    headers = {"Authorization": f"Bearer {life.coop.token}"}
    async with street.session.get(url, headers=headers) as answer:
        assert answer.headers["Cache-Control"] == "private, no-store"


async def test_what_is_private_is_not_counted_and_no_member_of_anything(life: Life) -> None:
    slug = life.model.slug
    session = life.house.street.session
    counted = {}
    for name in ("replies", "context"):
        url = life.house.url(f"/models/{slug}/{name}")
        async with session.get(url) as answer:
            document = await answer.json(content_type=None)
        counted[name] = (document["totalItems"], len(document["orderedItems"]))
    assert counted == {"replies": (4, 4), "context": (5, 5)}
    status = await life.ruche.gets(f"/api/v1/statuses/{life.model.id}")
    assert status["replies_count"] == 4
