"""Every call that Mastodon.py knows, through the consent page, and every answer to its leaves.

One instance and its neighbour, two members, and one walk that meets each entity with something in
it: models, forks, proposals, records, notes with pictures, polls, quotes, warnings, boosts. The
library is asked what it offers, so a call of a new release fails here until somebody has looked.
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from clients.company import Walk, forked, signed_in
from clients.held import public_calls
from clients.offered import ADMIN, NOT_HERE, REFUSED, STREAMS
from clients.quay import Quay, quay
from mastodon import Mastodon, MastodonIllegalArgumentError, StreamListener
from together.databases import NewDatabase
from together.pictures import a_picture
from together.push_service import PushService, served
from together.street import a_sheet

ANNA, ROSE = "anna@example.org", "rose@example.org"
PATIENCE = 30


def notes(walk: Walk) -> None:
    anna, rose = walk.anna, walk.rose
    picture = anna.media_post(
        a_picture(), mime_type="image/jpeg", description="Un vélo", focus=(-0.5, 0.25)
    )
    anna.media(picture.id)
    anna.decode_blurhash(picture)
    anna.media_update(picture.id, description="Un vélo rouge")
    shown = anna.status_post(
        "@ruche on #répare ?", media_ids=[picture], spoiler_text="Outils", language="fr"
    )
    anna.status_update(
        shown.id,
        "@ruche on #répare !",
        media_attributes=[anna.generate_media_edit_attributes(picture.id, "Deux vélos")],
    )
    walk.settle()
    answer = rose.status_reply(shown, "Oui !")
    quote = rose.status_post("À lire", quoted_status_id=shown.id)
    rose.status_post("@coop entre nous", visibility="direct")
    rose.toot("Bonjour")
    walk.settle()
    for call in ("status", "status_card", "status_context", "status_history", "status_source"):
        getattr(anna, call)(walk.model.id if call == "status_card" else shown.id)
    for verb in ("favourite", "reblog", "bookmark", "mute"):
        getattr(anna, f"status_{verb}")(answer.id)
        getattr(rose, f"status_{verb}")(walk.model.id)
    walk.settle()
    for call in ("status_favourited_by", "status_reblogged_by"):
        assert getattr(anna, call)(walk.model.id)
    assert anna.status_quotes(shown.id)
    closed = rose.status_update_quote_approval_policy(quote.id, "nobody")
    assert closed.quote_approval.automatic == []
    assert "Mend instead" in anna.status_translate(walk.model.id, "en").content
    assert anna.statuses([shown.id, quote.id, walk.model.id, walk.fork.id])
    for call in ("bookmarks", "favourites", "conversations", "account_statuses"):
        assert getattr(anna, call)(*([walk.coop.id] if call == "account_statuses" else []))
    anna.conversations_read(anna.conversations()[0].id)
    anna.status_pin(walk.model.id)
    anna.account_statuses(walk.coop.id, pinned=True)
    anna.status_unpin(walk.model.id)
    timelines(walk, shown)
    anna.status_quote_revoke(shown.id, quote.id)
    for verb in ("unfavourite", "unreblog", "unbookmark", "unmute"):
        getattr(anna, f"status_{verb}")(answer.id)
    anna.status_delete(shown.id)


def timelines(walk: Walk, shown: Any) -> None:
    anna = walk.anna
    home = anna.timeline_home(limit=2)
    assert anna.get_pagination_info(home, "next")
    further = anna.fetch_next(home)
    assert further
    anna.fetch_previous(further)
    anna.fetch_remaining(home)
    assert list(anna.pagination_iterator(home))
    assert list(anna.pagination_page_iterator(home))
    for call in ("timeline_local", "timeline_public", "timeline", "trending_statuses"):
        assert getattr(anna, call)(), call
    assert anna.timeline_hashtag("répare")
    assert anna.timeline_is_available("public")
    assert anna.timeline_link("https://example.org") == []
    assert anna.search_v2("ruche").accounts
    assert anna.search("répare").hashtags
    assert anna.search_v1("ruche").accounts
    assert anna.search_v2(walk.model.iri).statuses
    found = anna.notifications()
    assert {one.type for one in found} >= {"mention", "follow", "favourite", "reblog", "quote"}
    anna.notifications(id=found[0].id)
    anna.notifications_unread_count()
    anna.notifications_dismiss(found[0].id)
    anna.markers_set(["home", "notifications"], [shown.id, found[0].id])
    anna.markers_get(["home", "notifications"])


def people(walk: Walk) -> None:
    anna, rose, them = walk.anna, walk.rose, walk.ruche.id
    anna.account_verify_credentials()
    anna.me()
    anna.app_verify_credentials()
    anna.preferences()
    assert anna.account_search("ruche")
    far = anna.search_v2(f"@pre@{walk.beta.host}").accounts[0]
    anna.account(far.id)
    anna.accounts([them, far.id])
    anna.account_lookup("ruche")
    anna.account_follow(far.id)
    anna.account_follow(them)
    walk.settle()
    assert anna.account_following(walk.coop.id)
    assert anna.account_followers(them)
    anna.account_relationships([them, far.id])
    anna.account_familiar_followers([them])
    anna.account_note_set(them, "rencontrées à Lyon")
    for verb in ("pin", "unpin", "endorse"):
        getattr(anna, f"account_{verb}")(them)
    assert anna.endorsements()
    anna.account_unendorse(them)
    assert anna.follows("ruche")
    anna.account_mute(them, duration=3600)
    assert anna.mutes()
    anna.account_unmute(them)
    anna.account_block(far.id)
    assert anna.blocks()
    anna.account_unblock(far.id)
    anna.domain_block("nobody.example")
    assert anna.domain_blocks() == ["nobody.example"]
    anna.domain_unblock("nobody.example")
    rose.account_follow(walk.coop.id)
    walk.settle()
    anna.account_remove_from_followers(them)
    rose.account_follow(walk.coop.id)
    walk.settle()


def lists_and_filters(walk: Walk) -> None:
    anna, them = walk.anna, walk.ruche.id
    circle = anna.list_create("Voisines")
    anna.list_update(circle.id, "Voisins", exclusive=False)
    anna.list_accounts_add(circle.id, [them])
    assert anna.list_accounts(circle.id)
    assert anna.account_lists(them)
    assert anna.lists()
    anna.list(circle.id)
    assert anna.timeline_list(circle.id)
    anna.list_accounts_delete(circle.id, [them])
    anna.list_delete(circle.id)
    made = anna.create_filter_v2(
        "Ateliers", ["home"], "warn", keywords_attributes=[{"keyword": "atelier"}]
    )
    anna.update_filter_v2(made.id, title="Ateliers", context=["home", "public"])
    anna.add_filter_keyword_v2(made.id, "repas")
    assert anna.filter_keywords_v2(made.id)
    one = anna.add_filter_status_v2(made.id, walk.fork.id)
    anna.filter_status_v2(one.id)
    assert anna.filter_statuses_v2(made.id)
    assert anna.filter_v2(made.id)
    assert anna.filters_v2()
    assert [one for one in anna.timeline_home() if one.filtered]
    anna.delete_filter_status_v2(one.id)
    anna.delete_filter_keyword_v2(made.keywords[0].id)
    anna.delete_filter_v2(made.id)
    old = anna.filter_create("bruit", ["public"])
    anna.filter(old.id)
    anna.filter_update(old.id, phrase="silence")
    anna.filters_apply(anna.timeline_home(), anna.filters(), "public")
    anna.filter_delete(old.id)


def hashtags(walk: Walk) -> None:
    anna = walk.anna
    anna.status_post("On #répare")
    walk.settle()
    assert anna.tag("répare").history
    anna.tag_follow("répare")
    assert anna.followed_tags()
    anna.tag_unfollow("répare")
    assert anna.featured_tag_suggestions()
    anna.tag_feature("répare")
    assert anna.account_featured_tags(walk.coop.id)
    anna.tag_unfeature("répare")
    shown = anna.featured_tag_create("répare")
    assert anna.featured_tags()
    anna.featured_tag_delete(shown.id)
    assert anna.trending_tags()
    assert anna.trends()


def the_house(walk: Walk) -> None:
    anna = walk.anna
    for call in ASKED_OF_THE_HOUSE.split():
        getattr(anna, call)()
    anna.verify_minimum_version("4.2.0")
    anna.suggestion_delete(walk.alpha.network.id)


ASKED_OF_THE_HOUSE = """
    announcements annual_reports custom_emojis directory get_approx_server_time
    get_supported_version instance instance_activity instance_domain_blocks
    instance_extended_description instance_health instance_languages instance_nodeinfo
    instance_peers instance_rules instance_translation_languages instance_v1 instance_v2
    oauth_authorization_server_info retrieve_mastodon_version stream_healthy suggestions
    suggestions_v1 suggestions_v2 trending_links
"""
"""Calls that want nothing."""


def plans(walk: Walk) -> None:
    at = walk.quay.clock() + timedelta(hours=1)
    plan = walk.anna.status_post("Bientôt", scheduled_at=at)
    assert walk.anna.scheduled_statuses()
    walk.anna.scheduled_status(plan.id)
    walk.anna.scheduled_status_update(plan.id, at + timedelta(hours=1))
    walk.anna.scheduled_status_delete(plan.id)


def polls(walk: Walk) -> None:
    anna, rose = walk.anna, walk.rose
    days = anna.make_poll(["lundi", "mardi", "jamais"], 3600, multiple=True)
    asked = anna.status_post("Quand ?", poll=days).poll
    assert (rose.poll(asked.id).voted, anna.poll(asked.id).own_votes) == (False, [])
    told = rose.poll_vote(asked.id, [0, 1])
    assert (told.own_votes, told.votes_count, told.voters_count) == ([0, 1], 2, 1)
    assert [one.votes_count for one in anna.poll(asked.id).options] == [1, 1, 0]
    rose.refused(422, "poll_vote", asked.id, 2)  # a second time
    anna.refused(422, "poll_vote", asked.id, 0)  # one's own
    far = anna.search_v2(walk.wait_for(walk.asked_far_away()).iri, resolve=True).statuses[0].poll
    assert [one.title for one in far.options] == ["Oui", "Non"]
    assert anna.poll_vote(far.id, 1).own_votes == [1]
    walk.settle()


def what_they_are_told(walk: Walk) -> None:
    """Together with those who did the same; some of it is put away."""
    anna = walk.anna
    anna.grouped_notifications(expand_accounts="full")
    found = anna.grouped_notifications()
    groups = found.notification_groups
    assert {one.type for one in groups} >= {"mention", "follow", "favourite"}
    shared = [one for one in groups if len(one.sample_account_ids) > 1]
    assert bool(found.partial_accounts) == bool(shared)
    assert anna.unread_grouped_notifications_count() == 0  # the marker stands behind them
    walk.rose.status_post("@coop encore un mot")
    walk.settle()
    assert anna.unread_grouped_notifications_count() == 1
    liked = next(one.group_key for one in groups if one.type == "favourite")
    assert anna.grouped_notification(liked).statuses
    assert [one.acct for one in anna.grouped_notification_accounts(liked)] == ["ruche"]
    anna.dismiss_grouped_notification(liked)
    anna.refused(404, "grouped_notification", liked)


def strangers_wait(walk: Walk) -> None:
    """Who is not followed is not heard until she is let in."""
    anna, rose = walk.anna, walk.rose
    assert anna.notifications_policy().for_not_following == "accept"
    anna.account_unfollow(walk.ruche.id)
    anna.update_notifications_policy(for_not_following="filter")
    walk.wait_for(walk.far_follow())

    def waiting() -> dict[str, Any]:
        """Handle → request, once both have made themselves heard."""
        rose.status_post("@coop une question")
        walk.settle()
        return {one.account.acct: one for one in anna.notification_requests()}

    far = f"pre@{walk.beta.host}"
    first = waiting()
    assert first.keys() == {"ruche", far}
    assert anna.notification_request(first["ruche"].id).last_status
    anna.dismiss_notification_request(first["ruche"].id)
    anna.dismiss_multiple_notification_requests([waiting()["ruche"]])
    assert [one.account.acct for one in anna.notification_requests()] == [far]
    anna.accept_multiple_notification_requests([first[far]])
    anna.accept_notification_request(waiting()["ruche"].id)
    assert anna.notifications_merged()
    assert anna.notification_requests() == []
    assert anna.notifications()[0].account.acct == "ruche"
    anna.update_notifications_policy(for_not_following="accept")


def profile(walk: Walk) -> None:
    anna = walk.anna
    told = anna.account_update_credentials(
        display_name="La Coop du Nord",
        note="Nous *réparons*.",
        avatar=a_picture(),
        avatar_mime_type="image/jpeg",
        avatar_description="Une roue",
        header=a_picture(),
        header_mime_type="image/jpeg",
        fields=[("Site", "https://coop.example/")],
        discoverable=True,
        default_privacy="unlisted",
        default_language="oc",
        default_quote_policy="followers",
    )
    assert (told.display_name, told.fields[0].name) == ("La Coop du Nord", "Site")
    assert (told.source.privacy, told.source.quote_policy) == ("unlisted", "followers")
    said = anna.preferences()
    assert (said.posting_default_visibility, said.posting_default_language) == ("unlisted", "oc")
    assert "/media/" in told.avatar
    assert anna.profile().avatar_description == "Une roue"
    shown = anna.profile_update(avatar_description="Un rayon", note="Nous *roulons*.")
    assert (shown.avatar_description, "roulons" in shown.note) == ("Un rayon", True)
    assert anna.annual_report_state(2025).state == "ineligible"
    assert "/media/" not in anna.account_delete_avatar().avatar
    assert "/media/" not in anna.account_delete_header().header


def woken(walk: Walk) -> None:
    """A closed app: it gives its keys, and reads what comes for it."""
    anna, endpoint = walk.anna, f"{walk.service.origin}/anna"
    private, public = anna.push_subscription_generate_keys()
    made = anna.push_subscription_set(endpoint, public, follow_events=True)
    assert (made.endpoint, made.alerts.follow, made.alerts.mention) == (endpoint, True, False)
    changed = anna.push_subscription_update(mention_events=True)
    assert (changed.alerts.follow, changed.alerts.mention) == (False, True)
    anna.push_subscription()
    walk.rose.status_post("@coop bonjour")
    walk.settle()
    (message,) = walk.service.came["/anna"]
    lock = (message.headers["encryption"], message.headers["crypto-key"])
    told = anna.push_subscription_decrypt_push(message.body, private, *lock)
    assert (told.notification_type, told.body) == ("mention", "@coop bonjour")
    anna.push_subscription_delete()
    anna.refused(404, "push_subscription")


def requests_to_follow(walk: Walk) -> None:
    anna, rose, us = walk.anna, walk.rose, walk.coop.id
    walk.wait_for(walk.approve_by_hand())
    for verb in ("authorize", "reject"):
        rose.account_unfollow(us)
        walk.settle()
        rose.account_follow(us)
        walk.settle()
        (asking,) = anna.follow_requests()
        getattr(anna, f"follow_request_{verb}")(asking.id)
        walk.settle()
    anna.report(walk.ruche.id, [walk.fork.id], comment="Publicité", category="spam")


class Ear(StreamListener):
    """Waits until a stream says what is wanted."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted = wanted
        self.heard = threading.Event()

    def on_any_event(self, name: str, *_: Any) -> None:
        """One event."""
        if name == self.wanted:
            self.heard.set()


def streams(walk: Walk) -> None:
    """Each stream over server-sent events: what it says of one note that belongs to all."""
    anna, rose = walk.anna, walk.rose
    anna.account_follow(walk.ruche.id)
    circle = anna.list_create("Voisines")
    anna.list_accounts_add(circle.id, [walk.ruche.id])
    walk.settle()
    ears = {name: Ear(wanted) for name, wanted in STREAMS.items()}
    more = {"stream_hashtag": ("répare",), "stream_list": (circle.id,)}
    handles = [
        getattr(anna, name)(*more.get(name, ()), ear, run_async=True) for name, ear in ears.items()
    ]

    def say() -> None:
        rose.status_post("@coop #répare entre nous", visibility="direct")
        rose.status_post("@coop #répare !")
        walk.settle()

    say()
    for name, ear in ears.items():
        assert ear.heard.wait(PATIENCE), name
    # The library closes a stream once it has read from it: nobody waits for the next sign of life.
    closing = [threading.Thread(target=handle.close) for handle in handles]
    for thread in closing:
        thread.start()
    say()
    for thread in closing:
        thread.join(PATIENCE)


def refusals(walk: Walk) -> None:
    """What is not offered is refused, and never in HTML."""
    for name, (status, *args) in REFUSED.items():
        walk.anna.refused(status, name, *args)
    for name in sorted(public_calls()):
        if name.startswith("admin_"):
            wanted = list(signature(getattr(Mastodon, name)).parameters.values())
            needed = {one.name: "1" for one in wanted[1:] if one.default is one.empty}
            walk.anna.refused(403, name, **(needed | ADMIN.get(name, {})))


def nobody_joins(walk: Walk) -> None:
    """An app's own token is enough to ask; Mastodon tells it then who may not register."""
    walk.anna.called.add("create_account")
    asked = {"username": "eve", "email": "eve@example.org", "password": "x", "agreement": True}
    with pytest.raises(MastodonIllegalArgumentError, match="This action is not allowed"):
        walk.rose.app.create_account(**asked)


def goodbye(walk: Walk) -> None:
    """Last, because it ends the token."""
    anna = walk.anna
    anna.set_language("fr")
    anna.clear_caches()
    anna.persistable_login_credentials()
    assert anna.get_async_refresh_info(anna.timeline_home()) is None
    home = anna.timeline_home()
    assert anna.await_async_refresh(home) is home  # nothing is prepared behind the scenes
    anna.notifications_clear()
    anna.revoke_access_token(allow_http=True)


def push_service(opened: Quay) -> AbstractAsyncContextManager[PushService]:
    """One that is found like everything here: at a port of `localhost`, without TLS."""
    port = opened.door("push")
    return served(PushService(f"http://localhost:{port}"), port, None)


@pytest.fixture
async def walk(tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[Walk]:
    """Anna of the coop and Rose of the ruche, both of alpha, and a meadow elsewhere."""
    async with quay(tmp_path, new_database) as opened, push_service(opened) as service:
        alpha, beta = await opened.open("alpha", "beta")
        coop = await alpha.organisation("coop", "La Coop")
        await alpha.member(ANNA, coop)
        ruche = await alpha.organisation("ruche", "La Ruche")
        await alpha.member(ROSE, ruche)
        meadow = await beta.organisation("pre", "Le Pré")
        model = await alpha.publish(coop, a_sheet("Atelier"))
        fork = await forked(alpha, ruche, model)
        await opened.settle()
        anna = await asyncio.to_thread(signed_in, alpha, ANNA)
        rose = await asyncio.to_thread(signed_in, alpha, ROSE)
        loop = asyncio.get_running_loop()
        yield Walk(
            *(opened, alpha, beta, coop, ruche, model, fork, anna, rose, service, meadow, loop)
        )


async def test_every_call_is_answered_as_declared(walk: Walk) -> None:
    chapters = (
        *(people, notes, lists_and_filters, hashtags, the_house, plans, polls),
        *(what_they_are_told, strangers_wait, profile, woken),
        *(requests_to_follow, streams, refusals, nobody_joins, goodbye),
    )
    for chapter in chapters:
        await asyncio.to_thread(chapter, walk)
    called = walk.anna.called | walk.rose.called | NOT_HERE.keys()
    assert public_calls() - called == set()
    assert walk.anna.faults | walk.rose.faults == {}
