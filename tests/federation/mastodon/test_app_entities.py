"""Entities: every field that the strictest app wants, of the kind it wants.

The table is what the entity classes of Mastodon for iOS and Android, Ice Cubes, Tusky, toot and
megalodon cannot decode without. A field that ends in `?` may be null.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest

from activitypub.canonical_json import Json
from actors.tables.access import App
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Boost, Remark
from actors.views.profiles import Counts, Relationship
from actors.views.timelines import Tallies
from federation.mastodon.entities import (
    about,
    alerts,
    apps,
    attachments,
    hashtags,
    people,
    posts,
    reading,
)
from federation.mastodon.entities.entity import Entity, moment

ORIGIN = "https://alpha.test"
AT = datetime(2026, 2, 1, 10, 0, 0, 123456, tzinfo=UTC)

ID, TIME, DATE, URL, HTML = "id", "time", "date", "url", "html"
TEXT, FLAG, NUMBER, LIST, OBJECT, ANY = "text", "flag", "number", "list", "object", "any"

REQUIRED: Mapping[str, Mapping[str, str]] = {
    "account": {
        "id": ID,
        "username": TEXT,
        "acct": TEXT,
        "url": URL,
        "uri": URL,
        "display_name": TEXT,
        "note": HTML,
        "avatar": URL,
        "avatar_static": URL,
        "avatar_description": HTML,
        "header": URL,
        "header_static": URL,
        "created_at": TIME,
        "last_status_at?": DATE,
        "locked": FLAG,
        "bot": FLAG,
        "group": FLAG,
        "discoverable": FLAG,
        "emojis": LIST,
        "fields": LIST,
        "roles": LIST,
        "statuses_count": NUMBER,
        "followers_count": NUMBER,
        "following_count": NUMBER,
    },
    "status": {
        "id": ID,
        "uri": URL,
        "url": URL,
        "created_at": TIME,
        "edited_at?": TIME,
        "account": OBJECT,
        "content": HTML,
        "visibility": TEXT,
        "sensitive": FLAG,
        "spoiler_text": HTML,
        "language?": TEXT,
        "media_attachments": LIST,
        "mentions": LIST,
        "tags": LIST,
        "emojis": LIST,
        "filtered": LIST,
        "reblogs_count": NUMBER,
        "favourites_count": NUMBER,
        "replies_count": NUMBER,
        "reblog?": OBJECT,
        "poll?": OBJECT,
        "card?": OBJECT,
        "application?": OBJECT,
        "in_reply_to_id?": ID,
        "in_reply_to_account_id?": ID,
        "favourited": FLAG,
        "reblogged": FLAG,
        "bookmarked": FLAG,
        "muted": FLAG,
        "pinned": FLAG,
    },
    "card": {
        "url": URL,
        "title": TEXT,
        "description": TEXT,
        "type": TEXT,
        "author_name": TEXT,
        "author_url": URL,
        "provider_name": TEXT,
        "provider_url": URL,
        "html": HTML,
        "width": NUMBER,
        "height": NUMBER,
        "image?": URL,
        "embed_url": HTML,
        "blurhash?": TEXT,
    },
    "context": {"ancestors": LIST, "descendants": LIST},
    "notification": {"id": ID, "type": TEXT, "created_at": TIME, "account": OBJECT},
    "relationship": {
        "id": ID,
        "following": FLAG,
        "showing_reblogs": FLAG,
        "notifying": FLAG,
        "followed_by": FLAG,
        "blocking": FLAG,
        "blocked_by": FLAG,
        "muting": FLAG,
        "muting_notifications": FLAG,
        "requested": FLAG,
        "requested_by": FLAG,
        "domain_blocking": FLAG,
        "endorsed": FLAG,
        "note": HTML,
    },
    "mention": {"id": ID, "username": TEXT, "url": URL, "acct": TEXT},
    "tag": {"name": TEXT, "url": URL, "history": LIST},
    "field": {"name": TEXT, "value": HTML, "verified_at?": TIME},
    "search": {"accounts": LIST, "statuses": LIST, "hashtags": LIST},
    "marker": {"last_read_id": ID, "version": NUMBER, "updated_at": TIME},
    "application": {
        "id": ID,
        "name": TEXT,
        "client_id": TEXT,
        "client_secret": TEXT,
        "redirect_uri": TEXT,
        "redirect_uris": LIST,
        "scopes": LIST,
        "vapid_key": HTML,
    },
    "token": {"access_token": TEXT, "token_type": TEXT, "scope": TEXT, "created_at": NUMBER},
    "preferences": {
        "posting:default:visibility": TEXT,
        "posting:default:sensitive": FLAG,
        "reading:expand:media": TEXT,
        "reading:expand:spoilers": FLAG,
    },
    "instance v2": {
        "domain": TEXT,
        "title": TEXT,
        "version": TEXT,
        "description": HTML,
        "source_url": URL,
        "languages": LIST,
        "usage.users.active_month": NUMBER,
        "thumbnail.url": URL,
        "registrations.enabled": FLAG,
        "registrations.approval_required": FLAG,
        "contact.email": HTML,
        "contact.account": OBJECT,
        "rules": LIST,
        "configuration.urls.streaming": TEXT,
        "configuration.statuses.max_characters": NUMBER,
        "configuration.statuses.max_media_attachments": NUMBER,
        "configuration.statuses.characters_reserved_per_url": NUMBER,
        "configuration.media_attachments.supported_mime_types": LIST,
        "configuration.media_attachments.image_size_limit": NUMBER,
        "configuration.media_attachments.image_matrix_limit": NUMBER,
        "configuration.media_attachments.video_size_limit": NUMBER,
        "configuration.media_attachments.video_frame_rate_limit": NUMBER,
        "configuration.media_attachments.video_matrix_limit": NUMBER,
        "configuration.polls.max_options": NUMBER,
        "configuration.polls.max_characters_per_option": NUMBER,
        "configuration.polls.min_expiration": NUMBER,
        "configuration.polls.max_expiration": NUMBER,
    },
    "instance v1": {
        "uri": TEXT,
        "title": TEXT,
        "short_description": HTML,
        "description": HTML,
        "email": HTML,
        "version": TEXT,
        "urls.streaming_api": TEXT,
        "stats.user_count": NUMBER,
        "stats.status_count": NUMBER,
        "stats.domain_count": NUMBER,
        "languages": LIST,
        "registrations": FLAG,
        "contact_account": OBJECT,
        "rules": LIST,
        "configuration.statuses.max_characters": NUMBER,
        "configuration.statuses.max_media_attachments": NUMBER,
        "configuration.statuses.characters_reserved_per_url": NUMBER,
        "configuration.polls.max_options": NUMBER,
        "configuration.media_attachments.image_size_limit": NUMBER,
    },
}


def is_a(kind: str, value: object) -> bool:
    """Whether a value is what an app decodes a field of this kind from."""
    match kind, value:
        case "flag", bool():
            return True
        case "number", int():
            return not isinstance(value, bool)
        case "list", list():
            return True
        case "object", dict():
            return True
        case "html", str():
            return True
        case "id" | "text" | "url" | "time" | "date", str() as text:
            pattern = {
                "id": r"\d+",
                "text": r".+",
                "url": r"https://[^\s]+",
                "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
                "date": r"\d{4}-\d\d-\d\d",
            }[kind]
            return re.fullmatch(pattern, text, re.DOTALL) is not None
        case _:
            return False


def faults(kind: str, entity: Entity) -> list[str]:
    """The fields of an entity that an app could not decode."""
    found = []
    for name, wanted in REQUIRED[kind].items():
        value: Json = entity
        for step in name.removesuffix("?").split("."):
            assert isinstance(value, dict)
            if step not in value:
                found.append(f"{name} is missing")
                break
            value = value[step]
        else:
            if not (value is None and name.endswith("?")) and not is_a(wanted, value):
                found.append(f"{name} is {value!r}, not {wanted}")
    return found


def actor(*, is_ours: bool = True, summary: str = "Réemploi & partage") -> Actor:
    host = "alpha.test" if is_ours else "beta.test"
    return Actor(
        id=101,
        iri=f"https://{host}/actors/ruche",
        is_ours=is_ours,
        type="Organization",
        handle="ruche",
        host=host,
        name="La Ruche",
        summary=summary,
        url=f"https://{host}/@ruche",
        inbox=f"https://{host}/actors/ruche/inbox",
        document=b"{}",
        published_at=AT,
        updated_at=AT,
    )


def account(*, is_ours: bool = True) -> Entity:
    lines = [people.field("Site", '<a href="https://ruche.example">ruche</a>')]
    return people.account(ORIGIN, actor(is_ours=is_ours), Counts(3, 2, 5, 1, AT), lines)


def model() -> Model:
    return Model(
        id=202,
        iri="https://alpha.test/models/repair-cafe",
        actor_id=101,
        is_ours=True,
        slug="repair-cafe",
        url="https://alpha.test/m/repair-cafe",
        language="fr",
        languages=["fr", "en"],
        names={"fr": "Café <réparation>"},
        summaries={"fr": "Réparer ensemble & apprendre."},
        license="CC-BY-SA-4.0",
        territory=[],
        document=b"{}",
        published_at=AT,
        updated_at=AT + timedelta(days=1),
    )


def remark(visibility: str = "public", summary: str = "") -> Remark:
    return Remark(
        id=303,
        iri="https://beta.test/remarks/303",
        actor_id=101,
        url="",
        content="<p>Bravo</p>",
        summary=summary,
        language=None,
        visibility=visibility,
        addressed=[],
        document=b"{}",
        published_at=AT,
        updated_at=AT,
    )


def model_status() -> Entity:
    return posts.model_status(account(), model(), Tallies(1, 2, 3))


def remark_status(reply_to: tuple[str, str] | None = ("202", "101")) -> Entity:
    return posts.remark_status(
        account(is_ours=False),
        remark(),
        Tallies(0, 0, 0),
        mentions=[people.mention(ORIGIN, actor())],
        tags=[hashtags.tag("https://beta.test", "commun")],
        reply_to=reply_to,
    )


def boost_status() -> Entity:
    boost = Boost(
        id=404, iri="https://alpha.test/activities/404", actor_id=101, object_iri="", made_at=AT
    )
    return posts.boost_status(posts.passing_on(account(), boost), remark_status())


def application() -> App:
    uris = ["https://app.example/cb?x=http%3A%2F%2Fy", "urn:ietf:wg:oauth:2.0:oob"]
    return App(
        id=505,
        client_id="id",
        secret="digest",
        name="Phare",
        redirect_uris=uris,
        scopes="read write:follows",
        made_at=AT,
    )


def instance_v2() -> Entity:
    return about.instance_v2(ORIGIN, actor(), account(), members=4, locale="fr")


def instance_v1() -> Entity:
    return about.instance_v1(
        ORIGIN, actor(), account(), members=4, statuses=6, hosts=2, locale="fr"
    )


EXAMPLES: list[tuple[str, Entity]] = [
    ("account", account()),
    ("account", account(is_ours=False)),
    ("account", people.own_account(account(), actor(), "fr", may_administer=True)),
    ("status", model_status()),
    ("status", remark_status()),
    ("status", remark_status(reply_to=None)),
    ("status", boost_status()),
    ("card", attachments.card(account(), model())),
    ("context", posts.context([remark_status()], [])),
    (
        "notification",
        alerts.notification(606, "mention", AT, account(), model_status(), "ungrouped-606"),
    ),
    ("relationship", people.relationship(actor(), Relationship(True, False, True, None))),
    ("mention", people.mention(ORIGIN, actor())),
    ("tag", hashtags.tag("https://beta.test", "commun")),
    ("field", people.field("Site", "ruche.example")),
    ("search", reading.search([account()], [], [])),
    ("marker", reading.marker("0", 0, AT)),
    ("application", apps.registered_application(application(), "secret")),
    ("token", apps.token("secret", "read", AT)),
    ("preferences", people.preferences("fr")),
    ("instance v2", instance_v2()),
    ("instance v1", instance_v1()),
]


@pytest.mark.parametrize(("kind", "entity"), EXAMPLES)
def test_every_field_an_app_cannot_do_without_is_there(kind: str, entity: Entity) -> None:
    assert faults(kind, entity) == []


def test_the_statuses_inside_others_are_whole_too() -> None:
    inner = boost_status()["reblog"]
    assert isinstance(inner, dict)
    assert faults("status", inner) == []
    card = model_status()["card"]
    assert isinstance(card, dict)
    assert faults("card", card) == []


@pytest.mark.parametrize(
    "at",
    [
        AT,
        AT.replace(microsecond=0),
        AT.astimezone(timezone(timedelta(hours=5, minutes=30))),
    ],
)
def test_a_time_has_three_digits_and_a_z_whatever_its_zone(at: datetime) -> None:
    assert moment(at)[:19] == "2026-02-01T10:00:00"
    assert is_a(TIME, moment(at))


def test_an_account_of_ours_has_a_bare_name_and_others_name_their_host() -> None:
    assert account()["acct"] == "ruche"
    assert account(is_ours=False)["acct"] == "ruche@beta.test"


def test_a_model_is_shown_by_title_sentence_link_and_card() -> None:
    status = model_status()
    content = status["content"]
    assert isinstance(content, str)
    assert "<strong>Café &lt;réparation&gt;</strong>" in content
    assert "Réparer ensemble &amp; apprendre." in content
    assert 'href="https://alpha.test/m/repair-cafe"' in content
    assert "Lire en entier" in content
    assert status["uri"] == "https://alpha.test/models/repair-cafe"
    assert status["url"] == "https://alpha.test/m/repair-cafe"
    assert status["language"] == "fr"
    assert status["edited_at"] == "2026-02-02T10:00:00.123Z"
    card = status["card"]
    assert isinstance(card, dict)
    assert card["title"] == "Café <réparation>"
    assert card["url"] == status["url"]


def test_a_model_in_a_language_without_words_of_ours_is_introduced_in_english() -> None:
    row = model()
    row.language, row.names, row.summaries = "eu", {"eu": "Konponketa"}, {"eu": "Elkarrekin."}
    content = posts.model_status(account(), row, Tallies(0, 0, 0))["content"]
    assert "Read in full" in str(content)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("public", "public"),
        ("unlisted", "unlisted"),
        ("followers", "private"),
        ("direct", "direct"),
    ],
)
def test_visibility_has_mastodons_word(ours: str, theirs: str) -> None:
    status = posts.remark_status(
        account(), remark(ours), Tallies(0, 0, 0), mentions=[], tags=[], reply_to=None
    )
    assert status["visibility"] == theirs


def test_a_warning_hides_a_remark() -> None:
    status = posts.remark_status(
        account(), remark(summary="Long"), Tallies(0, 0, 0), mentions=[], tags=[], reply_to=None
    )
    assert (status["sensitive"], status["spoiler_text"]) == (True, "Long")


def test_a_boost_has_its_own_id_and_time_and_holds_what_it_passes_on() -> None:
    status = boost_status()
    inner = status["reblog"]
    assert isinstance(inner, dict)
    assert (status["id"], inner["id"]) == ("404", "303")
    assert status["content"] == inner["content"]


def test_the_summary_of_a_profile_is_safe_html_and_plain_text_becomes_a_paragraph() -> None:
    hostile = actor(is_ours=False, summary='<p onclick="x()">Ici<script>y()</script></p>')
    shown = people.account(ORIGIN, hostile, Counts(0, 0, 0, 0, None), [])
    assert shown["note"] == "<p>Ici</p>"
    assert account()["note"] == "<p>Réemploi &amp; partage</p>"
    assert shown["last_status_at"] is None


def test_a_line_of_a_profile_is_cleaned() -> None:
    line = people.field("<b>Site</b>", '<a href="javascript:x()">ici</a>')
    assert line["name"] == "Site"
    assert "javascript" not in str(line["value"])


def test_an_icon_is_shown_only_over_https() -> None:
    row = actor(is_ours=False)
    row.icon = "https://beta.test/icon.png"
    shown = people.account(ORIGIN, row, Counts(0, 0, 0, 0, None), [])
    assert shown["avatar"] == "https://beta.test/icon.png"
    row.icon = "http://beta.test/icon.png"
    shown = people.account(ORIGIN, row, Counts(0, 0, 0, 0, None), [])
    assert shown["avatar"] == "https://alpha.test/mastodon/avatar.png"


def test_a_notification_without_a_status_has_no_such_field() -> None:
    assert "status" not in alerts.notification(1, "follow", AT, account(), None, "follow-1")


def test_an_app_is_told_its_redirect_addresses_byte_for_byte() -> None:
    told = apps.registered_application(application(), "secret")
    assert told["redirect_uris"] == [
        "https://app.example/cb?x=http%3A%2F%2Fy",
        "urn:ietf:wg:oauth:2.0:oob",
    ]
    assert "client_secret" not in apps.application(application())


def test_a_token_says_nothing_of_an_end_it_does_not_have() -> None:
    assert "expires_in" not in apps.token("secret", "read", AT)


def test_the_instance_goes_by_its_bare_domain_and_streams_over_tls() -> None:
    assert instance_v1()["uri"] == "alpha.test"
    assert instance_v2()["domain"] == "alpha.test"
    urls = instance_v1()["urls"]
    assert isinstance(urls, dict)
    assert urls["streaming_api"] == "wss://alpha.test"


def test_an_adaptation_says_in_its_language_from_what_and_leads_there() -> None:
    tallies = Tallies(0, 0, 0)
    source = 'https://a.test/models/x?a=1&b="<b>'
    content = str(posts.model_status(account(), model(), tallies, source)["content"])
    start, adapted, end = content.partition("<p>Adapté de <a ")
    assert start == model_status()["content"]
    assert adapted
    assert 'href="https://a.test/models/x?a=1&amp;b=&quot;&lt;b&gt;"' in end
    assert end.endswith(">a.test/models/x?a=1&amp;b=&quot;&lt;b&gt;</a></p>")
    for other in ("javascript:alert(1)", "data://x", "nonsense", ""):
        told = posts.model_status(account(), model(), tallies, other)["content"]
        assert told == start, other
    long = posts.model_status(account(), model(), tallies, f"https://a.test/{'x' * 900}")
    assert f">a.test/{'x' * 52}…</a>" in str(long["content"])
