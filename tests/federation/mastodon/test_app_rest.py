"""What a Mastodon answers beside its timelines: translations, quotes, plans, and empty lists."""

from dataclasses import replace
from datetime import timedelta

from together import pictures
from together.app import reader, says, stranger
from together.street import Street, a_sheet

from federation.app_keys import UPLOADS


async def test_a_model_is_translated_by_those_who_wrote_it(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await reader(alpha, "coop")
    sheet = a_sheet("Atelier")
    told = replace(
        sheet,
        names={**sheet.names, "en": "Workshop <1>"},
        summaries={**sheet.summaries, "en": "We mend together."},
    )
    model = await alpha.publish(coop.us, told)
    path = f"/api/v1/statuses/{model.id}/translate"
    status, said = await coop.asks(path, "POST", {"lang": "en-GB"})
    assert status == 200
    assert said["content"].startswith("<p><strong>Workshop &lt;1&gt;</strong></p>")
    assert (said["language"], said["detected_source_language"]) == ("en", "fr")
    assert said["provider"] == coop.us.name
    for language in ("de", "fr", ""):
        assert (await coop.asks(path, "POST", {"lang": language}))[0] == 404
    remark = await says(coop, "bonjour")
    assert (await coop.asks(f"/api/v1/statuses/{remark.id}/translate", "POST"))[0] == 404
    assert (await stranger(alpha).asks(path, "POST"))[0] == 401

    # Embedded elsewhere: a link, and only of what everybody may see.
    shown = await stranger(alpha).gets(f"/api/oembed?url={model.url}")
    assert (shown["type"], shown["title"], shown["author_name"]) == (
        "link",
        sheet.names["fr"],
        coop.us.name,
    )
    shown = await stranger(alpha).gets(f"/api/oembed?url={remark.iri}")
    assert shown["title"] == "bonjour"
    _, hidden = await coop.asks(
        "/api/v1/statuses", "POST", {"status": "à part", "visibility": "private"}
    )
    for url in (hidden["uri"], "https://evil.test/remarks/1", "nonsense", "", alpha.url("/about")):
        assert (await stranger(alpha).asks(f"/api/oembed?url={url}"))[0] == 404, url


async def test_who_may_quote_is_decided_again(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop, ruche = await reader(alpha, "coop"), await reader(alpha, "ruche")
    _, said = await coop.asks("/api/v1/statuses", "POST", {"status": "bonjour"})
    assert said["quote_approval"]["automatic"] == ["public"]
    path = f"/api/v1/statuses/{said['id']}/interaction_policy"
    status, changed = await coop.asks(path, "PUT", {"quote_approval_policy": "nobody"})
    assert (status, changed["quote_approval"]["automatic"]) == (200, [])
    assert changed["edited_at"] is None
    quoting = {"status": "voyez", "quoted_status_id": said["id"]}
    assert (await ruche.asks("/api/v1/statuses", "POST", quoting))[0] == 422
    assert (await coop.asks(path, "PUT", {"quote_approval_policy": "some"}))[0] == 422
    assert (await ruche.asks(path, "PUT", {"quote_approval_policy": "public"}))[0] == 404
    _, hidden = await coop.asks("/api/v1/statuses", "POST", {"status": "a", "visibility": "direct"})
    path = f"/api/v1/statuses/{hidden['id']}/interaction_policy"
    assert (await coop.asks(path, "PUT", {"quote_approval_policy": "public"}))[0] == 422


async def test_what_is_planned_shows_its_pictures(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await reader(alpha, "coop")
    headers = {"Authorization": f"Bearer {coop.token}"}
    form = pictures.a_form(pictures.a_picture(), description="Un vélo")
    url = alpha.url("/api/v2/media")
    async with street.session.post(url, data=form, headers=headers) as response:
        media = (await response.json())["id"]
    at = (street.clock() + timedelta(hours=1)).isoformat()
    body = {"media_ids[]": media, "scheduled_at": at, "status": ""}
    status, plan = await coop.asks("/api/v1/statuses", "POST", body)
    assert status == 200, plan
    assert [one["id"] for one in plan["media_attachments"]] == [media]
    assert plan["params"]["media_ids"] == [media]
    (listed,) = await coop.gets("/api/v1/scheduled_statuses")
    assert listed["media_attachments"] == plan["media_attachments"]
    assert (await coop.asks("/api/v1/statuses", "POST", body))[0] == 422  # it is taken
    street.clock.turn(minutes=61)
    await street.settle()
    (said,) = await coop.gets("/api/v1/timelines/home")
    assert [one["id"] for one in said["media_attachments"]] == [media]
    await alpha.app[UPLOADS].sweep()


EMPTY = (
    *("announcements", "custom_emojis", "instance/peers", "instance/rules", "domain_blocks"),
    *("peers/search?q=a", "trends/links", "instance/domain_blocks", "endorsements"),
    *("featured_tags", "directory", "scheduled_statuses", "notifications/requests"),
)


async def test_what_is_not_here_is_empty_and_never_a_page(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop = await reader(alpha, "coop")
    for path in EMPTY:
        assert await coop.gets(f"/api/v1/{path}") == [], path
    assert await coop.gets("/api/v1/instance/translation_languages") == {}
    assert await coop.gets("/api/v1/annual_reports") == {
        "annual_reports": [],
        "accounts": [],
        "statuses": [],
    }
    assert (await coop.gets("/api/v1/instance/privacy_policy"))["updated_at"]
    assert (await coop.gets("/api/v2/instance"))["api_versions"]["mastodon"] >= 2
    for path in (
        "v1/instance/terms_of_service",
        "v1/nothing",
        "v1_alpha/x",
        "web/settings",
        "v3/a",
    ):
        status, body = await coop.asks(f"/api/{path}")
        assert (status, list(body)) == (404, ["error"]), path
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert (await coop.asks("/api/v1/nothing", method))[0] == 404
