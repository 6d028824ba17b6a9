"""Mastodon.py, as it comes from the registry, walks through the client API of a real instance.

The library is synchronous and runs in a thread; the instances run in the test's own loop.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from clients.held import Held
from clients.walking import browser, code_on, consent
from mastodon import Mastodon, MastodonAPIError, MastodonIllegalArgumentError
from mastodon.errors import MastodonUnauthorizedError
from together.pictures import a_picture
from together.street import House, Street, a_sheet

from actors.tables.actor import Actor
from actors.tables.model import Model

SCOPES = ["read", "write", "follow", "profile"]
EMAIL = "anna@alpha.test"
HOME = "https://phare.example/retour?x=http%3A%2F%2Fici"
PATIENCE = 30
"""Seconds after which a library that waits for a busy loop gives up, instead of for ever."""

Answer = TypeVar("Answer")


async def away(call: Callable[[], Answer]) -> Answer:
    """Let the library wait in a thread, while the instances answer here."""
    return await asyncio.to_thread(call)


@dataclass
class Walk:
    """Two instances, a member of one of them, and her app.

    Attributes:
        alpha: her instance.
        beta: another one.
        coop: her organisation.
        ruche: an organisation over there.
        session: her browser, which the app uses too.
        app: Mastodon.py, signed in.
    """

    street: Street
    alpha: House
    beta: House
    coop: Actor
    ruche: Actor
    session: requests.Session
    app: Mastodon


def registered(house: House, session: requests.Session, **more: Any) -> Mastodon:
    """The library with an app of its own on this instance, and nobody signed in."""
    client_id, secret = Mastodon.create_app(
        "Phare", scopes=SCOPES, api_base_url=house.origin, session=session, **more
    )
    return Mastodon(
        client_id,
        secret,
        api_base_url=house.origin,
        session=session,
        version_check_mode="created",
        request_timeout=PATIENCE,
    )


def signed_in(house: House, session: requests.Session, email: str = EMAIL) -> Mastodon:
    """As `toot` and its like do: a page shows the code, the member pastes it."""
    app = registered(house, session)
    address = app.auth_request_url(scopes=SCOPES)
    app.log_in(code=code_on(consent(session, address, email)), scopes=SCOPES)
    return app


@pytest.fixture
async def walk(street: Street) -> AsyncIterator[Walk]:
    """Anna of alpha's coop, signed in with Mastodon.py."""
    alpha, beta = await street.open("alpha", "beta")
    coop = await alpha.organisation("coop", "La Coop")
    await alpha.member(EMAIL, coop)
    ruche = await beta.organisation("ruche", "La Ruche")
    with browser(alpha, beta) as session:
        app = await away(lambda: signed_in(alpha, session))
        yield Walk(street, alpha, beta, coop, ruche, session, app)


async def test_a_member_signs_in_through_the_consent_page(walk: Walk) -> None:
    me = await away(walk.app.account_verify_credentials)
    assert (str(me.id), me.acct, me.display_name) == (str(walk.coop.id), "coop", "La Coop")
    assert me.source.language == "fr"
    own = await away(walk.app.app_verify_credentials)
    assert own.name == "Phare"


async def test_a_member_who_refuses_gives_no_code(walk: Walk) -> None:
    app = await away(lambda: registered(walk.alpha, walk.session, redirect_uris=HOME))
    address = await away(
        lambda: app.auth_request_url(scopes=SCOPES, redirect_uris=HOME, state="s1")
    )
    answer = await away(lambda: consent(walk.session, address, EMAIL, decision="deny"))
    told = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (told["error"], told["state"]) == (["access_denied"], ["s1"])


async def test_an_app_with_a_proof_key_gets_its_code_by_redirect(walk: Walk) -> None:
    app = await away(lambda: registered(walk.alpha, walk.session, redirect_uris=HOME))
    verifier = "x" * 64
    hashed = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
    asked = {
        "client_id": app.client_id,
        "redirect_uri": HOME,
        "response_type": "code",
        "scope": "read",
        "state": "s2",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    address = f"{walk.alpha.origin}/oauth/authorize?{urlencode(asked)}"
    url = f"{walk.alpha.origin}/oauth/token"

    def new_code() -> str:
        target = consent(walk.session, address, EMAIL).headers["Location"]
        assert target.startswith("https://phare.example/retour?x=http%3A%2F%2Fici&")
        told = parse_qs(urlsplit(target).query)
        assert told["state"] == ["s2"]
        return told["code"][0]

    def trade(code: str, proof: str) -> tuple[int, dict[str, Any]]:
        redeeming = {
            "grant_type": "authorization_code",
            "client_id": str(app.client_id),
            "client_secret": str(app.client_secret),
            "redirect_uri": HOME,
            "code": code,
            "code_verifier": proof,
        }
        answer = walk.session.post(url, json=redeeming, timeout=30)
        return answer.status_code, answer.json()

    refused = (400, {"error": "invalid_grant"})
    guessed = await away(new_code)
    assert await away(lambda: trade(guessed, "y" * 64)) == refused
    assert await away(lambda: trade(guessed, verifier)) == refused  # spent by the wrong proof
    code = await away(new_code)
    status, given = await away(lambda: trade(code, verifier))
    assert (status, given["scope"]) == (200, "read")
    assert await away(lambda: trade(code, verifier)) == refused


async def test_a_code_for_another_redirect_address_is_refused(walk: Walk) -> None:
    app = await away(lambda: registered(walk.alpha, walk.session))
    address = await away(lambda: app.auth_request_url(scopes=SCOPES))
    page = await away(lambda: consent(walk.session, address, EMAIL))
    with pytest.raises(MastodonIllegalArgumentError, match="invalid_grant"):
        await away(lambda: app.log_in(code=code_on(page), scopes=SCOPES, redirect_uri=HOME))


async def test_a_model_is_a_status(walk: Walk) -> None:
    model = await walk.alpha.publish(walk.coop, a_sheet("Atelier"))
    status = await away(lambda: walk.app.status(model.id))
    assert (status.uri, status.url) == (model.iri, model.url)
    assert "<strong>Atelier</strong>" in status.content
    assert status.card.title == "Atelier"
    assert status.language == "fr"
    assert status.account.acct == "coop"
    own = await away(lambda: walk.app.account_statuses(walk.coop.id))
    public = await away(lambda: walk.app.timeline_public(local=True))
    around = await away(lambda: walk.app.status_context(model.id))
    assert [each.id for each in own] == [each.id for each in public] == [status.id]
    assert (around.ancestors, around.descendants) == ([], [])
    assert await away(lambda: walk.app.timeline_public(remote=True)) == []


async def found_by(walk: Walk, text: str) -> Any:
    """What the app finds when somebody pastes this."""
    return await away(lambda: walk.app.search_v2(text, resolve=True))


async def test_an_organisation_elsewhere_is_found_by_handle_and_by_address(walk: Walk) -> None:
    unresolved = await away(lambda: walk.app.search_v2("@ruche@beta.test", resolve=False))
    assert unresolved.accounts == []
    for text in ("@ruche@beta.test", "ruche@beta.test", walk.ruche.iri, str(walk.ruche.url)):
        found = await found_by(walk, text)
        assert [each.acct for each in found.accounts] == ["ruche@beta.test"], text
        assert (found.statuses, found.hashtags) == ([], [])
    known = await away(lambda: walk.app.account_lookup("ruche@beta.test"))
    assert known.display_name == "La Ruche"


async def test_a_model_is_found_by_its_address_wherever_it_lives(walk: Walk) -> None:
    ours = await walk.alpha.publish(walk.coop, a_sheet("Ici"))
    theirs = await walk.beta.publish(walk.ruche, a_sheet("Là-bas"))
    for model in (ours, theirs):
        for text in (model.iri, model.url):
            found = await found_by(walk, text)
            assert [each.uri for each in found.statuses] == [model.iri], text
    assert (await found_by(walk, "https://beta.test/models/nothing")).statuses == []
    assert (await found_by(walk, "https://nobody.test/x")).statuses == []
    assert (await found_by(walk, "@nobody@beta.test")).accounts == []
    by_words = await found_by(walk, "là-bas")
    assert [each.uri for each in by_words.statuses] == [theirs.iri]


async def test_an_organisation_elsewhere_is_followed_read_and_left(walk: Walk) -> None:
    them = (await found_by(walk, "@ruche@beta.test")).accounts[0]
    asked = await away(lambda: walk.app.account_follow(them.id))
    assert (asked.following, asked.requested) == (True, False)  # as an app expects where all may
    await walk.street.settle()
    (known,) = await away(lambda: walk.app.account_relationships(them.id))
    assert (known.following, known.requested) == (True, False)
    assert (await away(lambda: walk.app.account_follow(them.id))).following is True
    (listed,) = await away(lambda: walk.app.account_following(walk.coop.id))
    assert listed.id == them.id

    model = await walk.beta.publish(walk.ruche, a_sheet("Réemploi"))
    await walk.street.settle()
    (status,) = await away(walk.app.timeline_home)
    assert (status.uri, status.account.acct) == (model.iri, "ruche@beta.test")

    left = await away(lambda: walk.app.account_unfollow(them.id))
    assert (left.following, left.requested) == (False, False)
    assert (await away(lambda: walk.app.account_unfollow(them.id))).following is False
    await walk.street.settle()
    follows = [line for line in walk.street.mail if "Follow" in line or "Undo" in line]
    assert follows == ["alpha → beta Follow", "alpha → beta Undo"]


async def test_a_follower_is_a_notification(walk: Walk) -> None:
    await walk.beta.follow(walk.ruche, "@coop@alpha.test")
    await walk.street.settle()
    (told,) = await away(walk.app.notifications)
    assert (told.type, told.account.acct) == ("follow", "ruche@beta.test")
    assert await away(lambda: walk.app.notifications(exclude_types=["follow"])) == []
    assert await away(lambda: walk.app.notifications(types=["mention"])) == []

    markers = await away(lambda: walk.app.markers_get(["home", "notifications"]))
    assert str(markers["notifications"].last_read_id) == "0"
    await away(lambda: walk.app.markers_set("notifications", told.id))
    markers = await away(lambda: walk.app.markers_get(["home", "notifications"]))
    assert str(markers["notifications"].last_read_id) == str(told.id)


async def test_a_long_list_is_read_page_by_page_in_both_directions(walk: Walk) -> None:
    models: list[Model] = []
    for number in range(5):
        walk.street.clock.turn(minutes=1)
        models.append(await walk.alpha.publish(walk.coop, a_sheet(f"Atelier {number}")))
    newest_first = [str(model.id) for model in reversed(models)]
    first = await away(lambda: walk.app.account_statuses(walk.coop.id, limit=2))
    second = await away(lambda: walk.app.fetch_next(first))
    third = await away(lambda: walk.app.fetch_next(second))
    read = [str(each.id) for page in (first, second, third) for each in page or ()]
    assert read == newest_first
    assert await away(lambda: walk.app.fetch_next(third)) is None
    back = await away(lambda: walk.app.fetch_previous(third))
    assert [str(each.id) for each in back or ()] == newest_first[2:4]


async def test_an_app_learns_what_the_instance_is(walk: Walk) -> None:
    anybody = await away(
        lambda: Mastodon(
            api_base_url=walk.alpha.origin, session=walk.session, version_check_mode="created"
        )
    )
    old = await away(anybody.instance_v1)
    new = await away(anybody.instance_v2)
    assert (old.uri, new.domain) == ("alpha.test", "alpha.test")
    assert new.title == "Réseau alpha"
    assert new.version.startswith("4.5.0 (compatible; Essaim ")
    assert new.contact.account.acct == "network"
    assert anybody.verify_minimum_version("4.2.0")


STARTING: list[tuple[str, Callable[[Mastodon], Any]]] = [
    ("preferences", Mastodon.preferences),
    ("lists", Mastodon.lists),
    ("filters", Mastodon.filters),
    ("filters v2", Mastodon.filters_v2),
    ("emojis", Mastodon.custom_emojis),
    ("announcements", Mastodon.announcements),
    ("followed tags", Mastodon.followed_tags),
    ("follow requests", Mastodon.follow_requests),
    ("bookmarks", Mastodon.bookmarks),
    ("favourites", Mastodon.favourites),
    ("conversations", Mastodon.conversations),
    ("trending tags", Mastodon.trending_tags),
    ("trending statuses", Mastodon.trending_statuses),
    ("rules", Mastodon.instance_rules),
    ("peers", Mastodon.instance_peers),
    ("activity", Mastodon.instance_activity),
    ("description", Mastodon.instance_extended_description),
    ("mutes", Mastodon.mutes),
    ("blocks", Mastodon.blocks),
    ("suggestions", Mastodon.suggestions),
]


async def test_everything_an_app_asks_for_at_its_start_is_answered(walk: Walk) -> None:
    for name, ask in STARTING:
        answer = await asyncio.to_thread(ask, walk.app)
        assert answer is not None, name


async def test_an_app_that_only_wants_to_know_who_it_is_learns_just_that(walk: Walk) -> None:
    address = await away(lambda: walk.app.auth_request_url(scopes=["profile"]))
    page = await away(lambda: consent(walk.session, address, EMAIL))
    app = Mastodon(
        walk.app.client_id,
        walk.app.client_secret,
        api_base_url=walk.alpha.origin,
        session=walk.session,
        version_check_mode="none",
    )
    held = Held(app, walk.session)
    await away(lambda: held.log_in(code=code_on(page), scopes=["profile"]))
    told = await away(held.oauth_userinfo)
    assert (told.preferred_username, told.sub, held.faults) == ("coop", walk.coop.iri, {})
    with pytest.raises(MastodonAPIError, match="403"):
        await away(held.timeline_home)


async def test_an_app_does_only_what_it_was_allowed_to(walk: Walk) -> None:
    address = await away(lambda: walk.app.auth_request_url(scopes=["read:accounts"]))
    page = await away(lambda: consent(walk.session, address, EMAIL))
    narrow = Mastodon(
        walk.app.client_id,
        walk.app.client_secret,
        api_base_url=walk.alpha.origin,
        session=walk.session,
        version_check_mode="none",
    )
    await away(lambda: narrow.log_in(code=code_on(page), scopes=["read:accounts"]))
    assert (await away(narrow.account_verify_credentials)).acct == "coop"
    for forbidden in (narrow.timeline_home, lambda: narrow.account_follow(walk.coop.id)):
        with pytest.raises(MastodonAPIError, match="403"):
            await away(forbidden)


async def test_a_revoked_app_is_signed_out(walk: Walk) -> None:
    secret = walk.app.access_token
    await away(walk.app.revoke_access_token)
    walk.app.access_token = secret
    with pytest.raises(MastodonUnauthorizedError):
        await away(walk.app.timeline_home)


async def test_pictures_are_sent_described_posted_and_edited(walk: Walk) -> None:
    app = walk.app
    sent = await away(
        lambda: app.media_post(
            a_picture(), mime_type="image/jpeg", description="Un vélo", focus=(-0.5, 0.25)
        )
    )
    assert (sent.type, sent.description, sent.meta.focus.x) == ("image", "Un vélo", -0.5)
    assert (sent.meta.original.width, sent.meta.original.height) == (40, 60)
    assert (await away(lambda: app.media(sent.id))).url == sent.url
    told = await away(lambda: app.media_update(sent.id, description="Un vélo rouge"))
    assert told.description == "Un vélo rouge"
    posted = await away(lambda: app.status_post("", media_ids=[sent], sensitive=True))
    assert ([one.id for one in posted.media_attachments], posted.sensitive) == ([sent.id], True)
    changed = await away(
        lambda: app.status_update(
            posted.id,
            "Nous réparons",
            media_attributes=[app.generate_media_edit_attributes(sent.id, "Deux vélos")],
        )
    )
    assert [one.description for one in changed.media_attachments] == ["Deux vélos"]
    limits = (await away(app.instance)).configuration
    assert limits.statuses.max_media_attachments == 4
    assert "image/jpeg" in limits.media_attachments.supported_mime_types
    with pytest.raises(MastodonAPIError, match="content type is invalid"):
        await away(lambda: app.media_post(b"<svg/>", mime_type="image/svg+xml"))
    await away(lambda: app.status_delete(posted.id))
    taken = await away(lambda: walk.session.get(sent.url, timeout=PATIENCE))
    assert taken.status_code == 404
