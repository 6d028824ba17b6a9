"""Mastodon.py again: what an organisation keeps for itself, and what it is shown because of that.

One instance and one journey for each matter; the library's own typed entities hold every answer.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clients.test_mastodon_py import EMAIL, Walk, away, signed_in
from clients.walking import browser
from mastodon import MastodonAPIError
from together.street import Street, a_sheet

ROOT = "https://alpha.test/api/v1"


@pytest.fixture
async def walk(street: Street) -> AsyncIterator[Walk]:
    """Anna of alpha's coop, who follows a neighbour of alpha."""
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop", "La Coop")
    await alpha.member(EMAIL, coop)
    ruche = await alpha.organisation("ruche", "La Ruche")
    await alpha.member("rose@alpha.test", ruche)
    await alpha.follow(coop, "@ruche@alpha.test")
    await street.settle()
    with browser(alpha) as session:
        app = await away(lambda: signed_in(alpha, session))
        yield Walk(street, alpha, alpha, coop, ruche, session, app)


def ids(things: Any) -> list[str]:
    """The library's ids are more than texts; rows' are numbers."""
    return [str(one.id) for one in things]


async def refused(call: Any) -> None:
    with pytest.raises(MastodonAPIError):
        await asyncio.to_thread(call)


async def test_what_one_keeps_for_oneself(walk: Walk) -> None:
    app = walk.app
    model = await walk.alpha.publish(walk.ruche, a_sheet("Atelier"))
    other = await walk.alpha.publish(walk.ruche, a_sheet("Repas"))
    await walk.street.settle()
    assert ids(await away(app.timeline_home)) == ids([other, model])

    # Bookmarks, in pages.
    for number in (model.id, other.id):
        assert (await asyncio.to_thread(app.status_bookmark, number)).bookmarked is True
    first = await away(lambda: app.bookmarks(limit=1))
    rest = await away(lambda: app.fetch_next(first))
    assert ids([*first, *(rest or ())]) == ids([other, model])
    assert (await away(lambda: app.status_unbookmark(other.id))).bookmarked is False
    assert ids(await away(app.bookmarks)) == ids([model])

    # Markers.
    said = await away(lambda: app.markers_set(["home"], [model.id]))
    assert (str(said["home"].last_read_id), said["home"].version) == (str(model.id), 1)

    # Lists.
    circle = await away(lambda: app.list_create("Voisines", replies_policy="none", exclusive=True))
    assert (circle.title, circle.replies_policy, circle.exclusive) == ("Voisines", "none", True)
    await away(lambda: app.list_accounts_add(circle.id, [walk.ruche.id]))
    await refused(lambda: app.list_accounts_add(circle.id, [walk.alpha.network.id]))
    assert [one.acct for one in await away(lambda: app.list_accounts(circle.id))] == ["ruche"]
    assert ids(await away(lambda: app.account_lists(walk.ruche.id))) == ids([circle])
    listed = await away(lambda: app.timeline_list(circle.id))
    assert ids(listed) == ids([other, model])
    assert await away(app.timeline_home) == []  # they stand in the list alone
    renamed = await away(lambda: app.list_update(circle.id, "Voisins", exclusive=False))
    assert (renamed.title, renamed.replies_policy, renamed.exclusive) == ("Voisins", "list", False)
    assert len(await away(app.timeline_home)) == 2
    await away(lambda: app.list_accounts_delete(circle.id, [walk.ruche.id]))
    assert await away(lambda: app.timeline_list(circle.id)) == []
    await away(lambda: app.list_delete(circle.id))
    assert await away(app.lists) == []

    # Notes, recommendations, mutes that end.
    noted = await away(lambda: app.account_note_set(walk.ruche.id, "rencontrées à Lyon"))
    assert noted.note == "rencontrées à Lyon"
    assert (await away(lambda: app.account_pin(walk.ruche.id))).endorsed is True
    assert [one.acct for one in await away(app.endorsements)] == ["ruche"]
    assert (await away(lambda: app.account_unpin(walk.ruche.id))).endorsed is False
    muted = await away(lambda: app.account_mute(walk.ruche.id, duration=3600))
    assert muted.muting is True
    (one,) = await away(app.mutes)
    assert one.mute_expires_at == walk.street.clock() + timedelta(hours=1)
    assert await away(app.timeline_home) == []
    walk.street.clock.turn(hours=1, seconds=1)
    await walk.street.settle()
    assert await away(app.mutes) == []
    silent = await away(lambda: app.account_follow(walk.ruche.id, reblogs=False))
    assert (silent.following, silent.showing_reblogs) == (True, False)


async def test_filters_find_words_wherever_they_hold(walk: Walk) -> None:
    app = walk.app
    model = await walk.alpha.publish(walk.ruche, a_sheet("Atelier vélo"))
    await walk.street.settle()
    made = await away(
        lambda: app.create_filter_v2(
            "Vélos",
            ["home"],
            "hide",
            expires_in=3600,
            keywords_attributes=[{"keyword": "VÉLO", "whole_word": True}],
        )
    )
    assert [(word.keyword, word.whole_word) for word in made.keywords] == [("VÉLO", True)]
    (shown,) = await away(app.timeline_home)
    (found,) = shown.filtered
    assert (found.filter.title, list(found.keyword_matches)) == ("Vélos", ["VÉLO"])
    (elsewhere,) = await away(app.timeline_local)
    assert elsewhere.filtered == []
    word = await away(lambda: app.add_filter_keyword_v2(made.id, "réparer"))
    assert word.keyword == "réparer"
    held = await away(lambda: app.filter_v2(made.id))
    assert len(held.keywords) == 2
    await away(lambda: app.delete_filter_keyword_v2(word.id))
    one = await away(lambda: app.add_filter_status_v2(made.id, model.id))
    assert str(one.status_id) == str(model.id)
    assert len(await away(lambda: app.filter_statuses_v2(made.id))) == 1
    assert (await away(lambda: app.filter_status_v2(one.id))).id == one.id
    await away(lambda: app.delete_filter_status_v2(one.id))
    changed = await away(
        lambda: app.update_filter_v2(made.id, title="Deux roues", context=["home"])
    )
    assert changed.title == "Deux roues"
    (old,) = await away(app.filters)
    assert (old.phrase, old.irreversible, old.whole_word) == ("VÉLO", True, True)
    walk.street.clock.turn(hours=2)
    (shown,) = await away(app.timeline_home)
    assert shown.filtered == []
    await away(lambda: app.delete_filter_v2(made.id))
    assert await away(app.filters_v2) == []
    v1 = await away(lambda: app.filter_create("bruit", ["public"]))
    assert (await away(lambda: app.filter(v1.id))).phrase == "bruit"
    again = await away(lambda: app.filter_update(v1.id, phrase="silence"))
    assert again.phrase == "silence"
    await away(lambda: app.filter_delete(v1.id))
    assert await away(app.filters) == []
    await refused(lambda: app.create_filter_v2("X", ["nowhere"], "hide"))


async def test_hashtags_are_followed_and_shown(walk: Walk) -> None:
    app = walk.app
    rose = await away(lambda: signed_in_as(walk, "rose@alpha.test"))
    await away(lambda: app.account_unfollow(walk.ruche.id))
    assert (await away(lambda: app.tag_follow("Réparer"))).following is True
    assert [one.name for one in await away(app.followed_tags)] == ["reparer"]
    said = await away(lambda: rose.status_post("On va #réparer ensemble", visibility="public"))
    await walk.street.settle()
    assert ids(await away(app.timeline_home)) == ids([said])
    (trend,) = await away(app.trending_tags)
    assert (trend.name, trend.history[0].uses, trend.following) == ("reparer", "1", True)
    assert (await away(lambda: app.tag_unfollow("reparer"))).following is False
    (hint,) = await away(rose.featured_tag_suggestions)
    assert hint.name == "reparer"
    shown = await away(lambda: rose.featured_tag_create("reparer"))
    assert (shown.name, str(shown.statuses_count)) == ("reparer", "1")
    (listed,) = await away(lambda: app.account_featured_tags(walk.ruche.id))
    assert listed.name == "reparer"
    await away(lambda: rose.featured_tag_delete(shown.id))
    assert await away(rose.featured_tags) == []


def signed_in_as(walk: Walk, email: str) -> Any:
    """Mastodon.py for another member, with a browser of her own."""
    return signed_in(walk.alpha, browser(walk.alpha), email)


async def test_few_talk_among_themselves(walk: Walk) -> None:
    app = walk.app
    rose = await away(lambda: signed_in_as(walk, "rose@alpha.test"))
    said = await away(lambda: rose.status_post("@coop on se voit ?", visibility="direct"))
    answer = await away(lambda: rose.status_reply(said, "demain ?", visibility="direct"))
    await walk.street.settle()
    (exchange,) = await away(app.conversations)
    assert (exchange.unread, exchange.last_status.id) == (True, answer.id)
    assert [one.acct for one in exchange.accounts] == ["ruche"]
    assert (await away(lambda: app.conversations_read(exchange.id))).unread is False
    assert (await away(lambda: app.status_mute(said.id))).muted is True
    await away(lambda: rose.status_reply(answer, "allô ?", visibility="direct"))
    await walk.street.settle()
    told = [one.status.id for one in await away(app.notifications) if one.type == "mention"]
    assert told == [answer.id, said.id]
    newest = (await away(app.notifications))[0]
    assert (await away(lambda: app.notifications(id=newest.id))).type == newest.type
    await away(lambda: app.notifications_dismiss(newest.id))
    assert newest.id not in [one.id for one in await away(app.notifications)]
    await away(app.notifications_clear)
    assert await away(app.notifications) == []
    assert (await away(lambda: app.status_unmute(said.id))).muted is False


async def test_what_is_planned_is_said_once_at_its_time(walk: Walk) -> None:
    app, clock = walk.app, walk.street.clock
    at = clock().replace(microsecond=0) + timedelta(hours=1)
    plan = await away(lambda: app.status_post("Bientôt", scheduled_at=at, idempotency_key="k"))
    same = await away(lambda: app.status_post("Bientôt", scheduled_at=at, idempotency_key="k"))
    assert (plan.id, plan.scheduled_at, plan.params.text) == (same.id, at, "Bientôt")
    never = await away(lambda: app.status_post("Jamais", scheduled_at=at))
    await away(lambda: app.scheduled_status_delete(never.id))
    later = at + timedelta(hours=1)
    put_off = await away(lambda: app.scheduled_status_update(plan.id, later))
    assert put_off.scheduled_at == later
    too_soon = datetime(2000, 1, 1, tzinfo=UTC)
    await refused(lambda: app.scheduled_status_update(plan.id, too_soon))
    clock.turn(hours=1, seconds=10)
    await walk.street.settle()
    assert ids(await away(app.scheduled_statuses)) == ids([plan])
    clock.turn(hours=1)
    await walk.street.settle()
    assert await away(app.scheduled_statuses) == []
    (said,) = await away(app.timeline_home)
    assert "Bientôt" in said.content


async def test_organisations_and_models_worth_knowing(walk: Walk) -> None:
    app = walk.app
    await away(lambda: app.account_unfollow(walk.ruche.id))
    model = await walk.alpha.publish(walk.ruche, a_sheet("Atelier"))
    await walk.alpha.publish(walk.ruche, a_sheet("Repas"))
    await away(lambda: app.status_favourite(model.id))
    assert [one.acct for one in await away(app.directory)] == ["ruche"]
    (hint,) = await away(app.suggestions_v2)
    assert hint.account.acct == "ruche"
    assert ids(await away(app.trending_statuses))[:1] == ids([model])
    await away(lambda: app.suggestion_delete(walk.ruche.id))
    assert await away(app.suggestions_v2) == []
    (known,) = await away(lambda: app.account_familiar_followers([walk.ruche.id]))
    assert known.accounts == []
    several = await away(lambda: walk.session.get(f"{ROOT}/statuses?id[]={model.id}").json())
    assert [one["id"] for one in several] == [str(model.id)]
    path = f"{ROOT}/accounts?id[]={walk.ruche.id}&id[]={walk.coop.id}"
    people = await away(lambda: walk.session.get(path).json())
    assert [one["acct"] for one in people] == ["ruche", "coop"]
