"""The judges themselves: each rule is broken once, and noticed by those whose rule it is.

A judge that accepts everything would prove nothing. Every case takes something that all judges
accept, breaks one thing, and names who must refuse it with which rule; all others must not mind.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from together.judges.akkoma import Akkoma
from together.judges.bench import verdict
from together.judges.careful import Careful
from together.judges.gotosocial import GoToSocial
from together.judges.lemmy import Lemmy
from together.judges.mastodon import Mastodon
from together.judges.misskey import LARGEST_BODY, LONGEST_TEXT, Misskey
from together.judges.signatures import Signed
from together.judges.verdict import (
    ACTIVITY_JSON,
    AS2,
    LD_JSON,
    Answer,
    Judge,
    Refused,
)
from together.judges.wordpress import WordPress

Document = dict[str, Any]

PUBLIC = f"{AS2}#Public"
ACTOR_ID = "https://a.example/actors/coop"
COMMUNITY = "https://lemmy.example/c/repair"
POST = "https://blog.example/posts/1"
JUDGES: Mapping[str, Judge] = {
    judge.name: judge
    for judge in (
        Mastodon(),
        GoToSocial(),
        Akkoma(),
        Misskey(),
        Lemmy([COMMUNITY]),
        WordPress("blog.example"),
        Careful(),
    )
}
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@cache
def key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key; one is enough."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def pem(bits: int = 2048) -> str:
    """Its public half."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key(bits).public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def an_actor(**changes: Any) -> Document:
    """An organisation that all judges accept."""
    return {
        "@context": [AS2],
        "id": ACTOR_ID,
        "type": "Organization",
        "preferredUsername": "coop",
        "webfinger": "coop@a.example",
        "name": "La Coop",
        "url": "https://a.example/@coop",
        "inbox": f"{ACTOR_ID}/inbox",
        "outbox": f"{ACTOR_ID}/outbox",
        "followers": f"{ACTOR_ID}/followers",
        "featured": f"{ACTOR_ID}/featured",
        "endpoints": {"sharedInbox": "https://a.example/inbox"},
        "published": "2026-03-01T09:00:00Z",
        "publicKey": {"id": f"{ACTOR_ID}#main-key", "owner": ACTOR_ID, "publicKeyPem": pem()},
    } | changes


def an_article(**changes: Any) -> Document:
    """An answer to a blog's post in a community: the one thing that all servers show."""
    return {
        "id": "https://a.example/models/atelier",
        "type": "Article",
        "attributedTo": ACTOR_ID,
        "name": "Atelier",
        "summary": "Un atelier de réparation.",
        "content": "<p>On répare.</p>",
        "contentMap": {"fr": "<p>On répare.</p>", "en": "<p>We mend.</p>"},
        "url": "https://a.example/m/atelier",
        "inReplyTo": POST,
        "published": "2026-03-01T09:00:00Z",
        "updated": "2026-03-01T10:00:00Z",
        "to": [PUBLIC],
        "cc": [COMMUNITY, f"{ACTOR_ID}/followers"],
        "tag": [{"type": "Mention", "href": COMMUNITY, "name": "@repair@lemmy.example"}],
    } | changes


def a_create(subject: Any = None, **changes: Any) -> Document:
    """Its Create."""
    body = an_article() if subject is None else subject
    return {
        "@context": [AS2],
        "id": "https://a.example/activities/1",
        "type": "Create",
        "actor": ACTOR_ID,
        "published": "2026-03-01T09:00:00Z",
        "to": [PUBLIC],
        "cc": [COMMUNITY, f"{ACTOR_ID}/followers"],
        "object": body,
    } | changes


def without(document: Document, *names: str) -> Document:
    """Some members left out."""
    return {name: value for name, value in document.items() if name not in names}


def refusing(judged: Callable[[Judge], object]) -> dict[str, str]:
    """Who does not take it, and why."""
    words = {name: verdict(lambda: judged(judge)) for name, judge in JUDGES.items()}  # noqa: B023
    return {name: said.partition(": ")[2] for name, said in words.items() if ": " in said}


def test_what_is_right_is_taken_by_all() -> None:
    assert refusing(lambda judge: judge.actor(an_actor())) == {}
    assert refusing(lambda judge: judge.read(an_article())) == {}
    assert refusing(lambda judge: judge.hear(a_create())) == {}
    assert refusing(lambda judge: judge.request(a_request(), NOW)) == {}
    assert refusing(lambda judge: judge.answer(an_answer())) == {}


KEY = an_actor()["publicKey"]
ELSEWHERE = "https://b.example/x"


@pytest.mark.parametrize(
    ("document", "who"),
    [
        (an_actor(type=["Organization", "Thing"]), "Akkoma Lemmy Careful"),
        (an_actor(type=["Thing", "Organization"]), "Akkoma Misskey Lemmy Careful"),
        (an_actor(type="Thing"), "Mastodon GoToSocial Akkoma Misskey Lemmy Careful"),
        (an_actor(publicKey=[KEY]), "GoToSocial Akkoma Misskey Lemmy Careful"),
        (an_actor(publicKey=KEY | {"owner": ELSEWHERE}), "Mastodon GoToSocial Akkoma Careful"),
        (an_actor(publicKey=KEY | {"id": f"{ACTOR_ID}/key"}), "Lemmy Careful"),
        (an_actor(publicKey=KEY | {"publicKeyPem": "?"}), "Mastodon"),
        (an_actor(preferredUsername="-coop"), "Mastodon Misskey Careful"),
        (an_actor(preferredUsername="x" * 200), "Misskey Careful"),
        (without(an_actor(), "outbox"), "Lemmy"),
        (without(an_actor(), "preferredUsername"), "Mastodon GoToSocial Misskey Lemmy Careful"),
        (
            without(an_actor(), "publicKey"),
            "Mastodon GoToSocial Akkoma Misskey Lemmy WordPress Careful",
        ),
        (an_actor(inbox=ELSEWHERE), "Akkoma Misskey"),
        (an_actor(outbox=ELSEWHERE), "Akkoma Misskey"),
        (an_actor(inbox={"id": ELSEWHERE}), "Mastodon GoToSocial Akkoma Misskey Lemmy WordPress"),
        (an_actor(followers=ELSEWHERE), "Akkoma Misskey"),
        (an_actor(featured=ELSEWHERE), "GoToSocial Akkoma Misskey"),
        (an_actor(endpoints={"sharedInbox": ELSEWHERE}), "GoToSocial Misskey"),
        (an_actor(endpoints={}), "Lemmy"),
        (an_actor(url=ELSEWHERE), "Mastodon Misskey Careful"),
        (an_actor(name="x" * 2049), "Mastodon"),
        (an_actor(summary={"fr": "x"}), "Mastodon"),
        (an_actor(attachment={"type": "PropertyValue"}), "Mastodon Careful"),
        (an_actor(icon={"type": "Link"}), "Mastodon Careful"),
        (an_actor(webfinger="other@a.example"), "Careful"),
        (an_actor(**{"@context": ["https://a.example/ns"]}), "Mastodon Careful"),
        (an_actor(**{"@context": [AS2, "https://a.example/ns"]}), "Careful"),
        (an_actor(**{"@context": [{"x": "as:x"}, AS2]}), "Careful"),
        (an_actor(**{"@context": [AS2, {"x": "as:x"}, {"y": "as:y"}]}), "Careful"),
        (an_actor(**{"@graph": []}), "Mastodon"),
        (
            an_actor(id="https://a.example:8443/x"),
            "Mastodon GoToSocial Akkoma Misskey Lemmy Careful",
        ),
    ],
)
def test_an_actor_is_refused_by_whom(document: Document, who: str) -> None:
    assert list(refusing(lambda judge: judge.actor(document))) == who.split()


@pytest.mark.parametrize(
    ("document", "who"),
    [
        (an_article(type=["Article", "ess:Model"]), "Akkoma Lemmy Careful"),
        (an_article(type=["ess:Model", "Article"]), "Akkoma Misskey Lemmy Careful"),
        (an_article(type="Model"), "Mastodon GoToSocial Akkoma Misskey Lemmy Careful"),
        (an_article(attributedTo=ELSEWHERE), "Mastodon Misskey"),
        (without(an_article(), "attributedTo"), "Mastodon GoToSocial Akkoma Misskey"),
        (without(an_article(), "name"), "Mastodon Lemmy"),
        (
            without(an_article(), "to", "cc", "inReplyTo"),
            "GoToSocial Akkoma Lemmy WordPress Careful",
        ),
        (without(an_article(), "cc"), "Akkoma Careful"),
        (without(an_article(cc=[], tag=[]), "inReplyTo"), "Lemmy WordPress"),
        (an_article(cc=COMMUNITY), "Akkoma Careful"),
        (an_article(tag=[{"type": "Hashtag", "name": "#x"}]), "Careful"),
        (an_article(to=PUBLIC), "Akkoma Lemmy Careful"),
        (an_article(to=[COMMUNITY], cc=[]), "WordPress"),
        (an_article(updated="2026-02-01T09:00:00Z"), "GoToSocial Careful"),
        (an_article(updated="yesterday"), "GoToSocial Lemmy Careful"),
        (an_article(published="2026-03-01"), "GoToSocial Akkoma Lemmy Careful"),
        (an_article(attachment=["https://a.example/1.png"]), "Misskey Lemmy"),
        (an_article(attachment={"type": "Link", "href": ELSEWHERE}), "Lemmy Careful"),
        (
            an_article(attachment=[{"type": "ess:Data", "url": ELSEWHERE}]),
            "Mastodon Akkoma Lemmy",
        ),
        (an_article(attachment=[{"type": "PropertyValue", "name": "x", "value": "y"}]), "Lemmy"),
        (an_article(image=[{"type": "Image", "url": ELSEWHERE}]), "Lemmy Careful"),
        (an_article(context={"id": ELSEWHERE}), "Lemmy Careful"),
        (an_article(mediaType="text/plain"), "Lemmy"),
        (an_article(language="fr"), "Lemmy"),
        (an_article(url=ELSEWHERE), "Misskey Careful"),
        (an_article(url=[{"type": "Link", "href": "https://a.example/m/atelier"}]), "Careful"),
        (an_article(id="https://a.example/models#atelier"), "Misskey Careful"),
        (an_article(id="https://a.example:8443/x"), "Mastodon Misskey Careful"),
        (an_article(contentMap={"en": "<p>We mend.</p>"}), "Careful"),
        (an_article(cc=[f"{ACTOR_ID}/followers"], to=[PUBLIC, ACTOR_ID]), "Careful"),
        (an_article(tag=["https://a.example/tag"]), "Careful"),
        (an_article(inReplyTo=ELSEWHERE), "WordPress"),
    ],
)
def test_an_article_is_refused_by_whom(document: Document, who: str) -> None:
    assert list(refusing(lambda judge: judge.read(document))) == who.split()


@pytest.mark.parametrize(
    ("activity", "who"),
    [
        (a_create(type=["Create"]), "Mastodon GoToSocial Akkoma Misskey Lemmy Careful"),
        (a_create(type="Arrive"), "Mastodon GoToSocial Akkoma Misskey Lemmy Careful"),
        (a_create(id=ELSEWHERE), "Mastodon GoToSocial Akkoma Misskey Lemmy"),
        (without(a_create(), "id"), "Mastodon GoToSocial Akkoma Misskey Lemmy WordPress Careful"),
        (a_create("https://a.example/x"), "Mastodon GoToSocial Akkoma Misskey Lemmy WordPress"),
        (a_create(an_article(id=ELSEWHERE)), "Mastodon GoToSocial Misskey Careful"),
        (a_create(an_article(attributedTo="https://a.example/x")), "Akkoma"),
        (a_create(to=[COMMUNITY]), "Careful"),
        (a_create(without(an_article(), "to", "cc")), "GoToSocial Akkoma Lemmy WordPress Careful"),
        (without(a_create(), "cc"), "Akkoma Careful"),
        (a_create(**{"@context": "https://a.example/ns"}), "Mastodon GoToSocial Careful"),
        (a_create(type="Update"), "Misskey"),
        (a_create(without(an_article(), "updated"), type="Update"), "Mastodon Misskey"),
        (a_create("https://b.example/x", type="Delete"), "Mastodon"),
        (a_create("https://b.example/follows/1", type="Accept"), "Akkoma Misskey Lemmy"),
        (a_create(an_article(), type="Accept"), "Akkoma Misskey Lemmy"),
        (
            a_create("https://b.example/follows/1", type="Undo"),
            "Mastodon GoToSocial Akkoma Misskey Lemmy",
        ),
        (a_create({"type": "Note"}, type="Announce"), "Mastodon GoToSocial Akkoma Misskey Lemmy"),
        (a_create(published="2026-03-01T09:00:00.123Z"), "Careful"),
        (without(a_create("https://a.example/x", type="Announce"), "to"), "GoToSocial"),
        (
            without(a_create(type="Delete"), "object"),
            "Mastodon GoToSocial Akkoma Misskey Lemmy WordPress",
        ),
        (a_create(actor={"id": ACTOR_ID}), "Careful"),
    ],
)
def test_an_activity_is_refused_by_whom(activity: Document, who: str) -> None:
    assert list(refusing(lambda judge: judge.hear(activity))) == who.split()


def an_answer(**changes: Any) -> Answer:
    """An answer that is believed."""
    url = str(an_article()["id"])
    return replace(Answer(url, 200, ACTIVITY_JSON, an_article()), **changes)


EVERYBODY = "Mastodon GoToSocial Akkoma Misskey Lemmy WordPress Careful"


@pytest.mark.parametrize(
    ("answer", "who"),
    [
        (an_answer(content_type=LD_JSON), ""),
        (an_answer(content_type=f"{ACTIVITY_JSON}; charset=utf-8"), ""),
        (an_answer(content_type=f"{LD_JSON}; charset=utf-8"), "Lemmy"),
        (an_answer(content_type="application/json"), EVERYBODY),
        (an_answer(content_type="application/ld+json"), EVERYBODY),
        (an_answer(url="https://a.example/m/atelier"), EVERYBODY),
    ],
)
def test_an_answer_is_refused_by_whom(answer: Answer, who: str) -> None:
    assert list(refusing(lambda judge: judge.answer(answer))) == who.split()


def a_request(
    *,
    method: str = "POST",
    url: str = "https://b.example/inbox",
    covered: str = "(request-target) host date digest content-type",
    algorithm: str = "rsa-sha256",
    key_id: str = f"{ACTOR_ID}#main-key",
    content_type: str = ACTIVITY_JSON,
    host: str = "b.example",
    age: timedelta = timedelta(0),
    body: bytes = b"{}",
    bits: int = 2048,
) -> Signed:
    """A request, signed by hand."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(body)
    headers = {
        "host": host,
        "date": format_datetime(NOW - age, usegmt=True),
        "digest": f"SHA-256={base64.b64encode(digest.finalize()).decode()}",
        "content-type": content_type,
    }
    signer = an_actor(publicKey=KEY | {"publicKeyPem": pem(bits)})
    bare = Signed(method, url, headers, body, signer)
    lines = {**headers, "(request-target)": bare.target}
    text = "\n".join(f"{name}: {lines[name]}" for name in covered.split())
    signature = key(bits).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    headers["signature"] = (
        f'keyId="{key_id}",algorithm="{algorithm}",headers="{covered}",'
        f'signature="{base64.b64encode(signature).decode()}"'
    )
    return bare


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ({"covered": "(request-target) host digest"}, "Mastodon Misskey Careful"),
        ({"covered": "(request-target) host date"}, "Mastodon Akkoma Misskey Careful"),
        ({"covered": "host date digest"}, "Akkoma Misskey Careful"),
        ({"covered": "(request-target) date digest"}, "Akkoma Misskey Careful"),
        ({"algorithm": "hs2019"}, "Careful"),
        ({"algorithm": "hs2019", "bits": 3072}, "WordPress Careful"),
        ({"algorithm": "ed25519"}, "Mastodon Careful"),
        ({"bits": 3072}, "Careful"),
        ({"key_id": f"{ACTOR_ID}/main-key"}, "Akkoma Lemmy"),
        ({"content_type": "application/json"}, "GoToSocial Careful"),
        ({"content_type": LD_JSON}, "Careful"),
        ({"host": "c.example"}, "Misskey"),
        ({"age": timedelta(minutes=64)}, "Lemmy WordPress"),
        ({"age": timedelta(minutes=66)}, "Mastodon Lemmy WordPress"),
        ({"age": timedelta(minutes=-2)}, "WordPress"),
        ({"age": timedelta(minutes=-61)}, "Mastodon Lemmy WordPress"),
        ({"body": b" " * LARGEST_BODY}, "Misskey Careful"),
        ({"body": b" " * 50_000}, "Careful"),
        ({"method": "GET", "covered": "(request-target) date"}, "Mastodon Akkoma Misskey Careful"),
        ({"method": "GET", "covered": "host date"}, "Mastodon Akkoma Misskey Careful"),
        ({"method": "GET", "covered": "(request-target) host date"}, ""),
    ],
)
def test_a_request_is_refused_by_whom(changes: Mapping[str, Any], who: str) -> None:
    request = a_request(**changes)
    assert list(refusing(lambda judge: judge.request(request, NOW))) == who.split()


def test_what_was_changed_on_the_way_is_refused_by_all() -> None:
    honest = a_request()
    date = format_datetime(NOW + timedelta(seconds=1), usegmt=True)
    changed = replace(honest, headers={**honest.headers, "date": date})
    assert list(refusing(lambda judge: judge.request(changed, NOW))) == EVERYBODY.split()


def test_what_is_not_signed_is_refused_by_all() -> None:
    honest = a_request()
    headers = {name: text for name, text in honest.headers.items() if name != "signature"}
    unsigned = replace(honest, headers=headers)
    assert list(refusing(lambda judge: judge.request(unsigned, NOW))) == EVERYBODY.split()


def test_another_body_than_the_digest_says_is_refused_by_those_who_look() -> None:
    changed = replace(a_request(), body=b"[]")
    lookers = "Mastodon Akkoma Misskey Lemmy WordPress Careful"
    assert list(refusing(lambda judge: judge.request(changed, NOW))) == lookers.split()


@pytest.mark.parametrize(
    ("changes", "sees"),
    [
        ({}, "<p>On répare.</p>"),
        ({"contentMap": {"en": "<p>We mend.</p>"}}, "<p>We mend.</p>"),
    ],
)
def test_the_first_language_is_the_text_on_akkoma(changes: Document, sees: str) -> None:
    assert Akkoma().read(an_article(**changes)).text == sees


def test_each_server_shows_an_article_its_own_way() -> None:
    article = an_article()
    seen = {name: judge.read(article) for name, judge in JUDGES.items()}
    assert seen["Mastodon"].title == "Atelier"
    assert seen["Mastodon"].text == seen["Akkoma"].warning == "Un atelier de réparation."
    nameless = without(article, "summary")
    assert GoToSocial().read(nameless).warning == "Atelier"
    assert Akkoma().read(nameless).warning is None
    long = an_article(content="x" * (LONGEST_TEXT + 1))
    assert len(Misskey().read(long).text) == LONGEST_TEXT
    assert GoToSocial().read(an_article(contentMap={"fr": "x"})).language is None
    assert Mastodon().read(an_article(contentMap={"en": "x"})).language == "en"


@pytest.mark.parametrize(
    ("to", "cc", "visible"),
    [
        ([PUBLIC], [], "public"),
        (["as:Public"], [], "public"),
        ([f"{ACTOR_ID}/followers"], [PUBLIC], "unlisted"),
        ([f"{ACTOR_ID}/followers"], [], "private"),
        ([ELSEWHERE], [], "direct"),
    ],
)
def test_who_may_see_it_is_read_from_the_addresses(
    to: list[str], cc: list[str], visible: str
) -> None:
    assert Mastodon().read(an_article(to=to, cc=cc)).visibility == visible


SELF = {"rel": "self", "type": ACTIVITY_JSON, "href": ACTOR_ID}
JRD: Document = {"subject": "acct:coop@a.example", "links": [SELF]}


@pytest.mark.parametrize(
    "jrd",
    [
        JRD | {"subject": "acct:Coop@a.example"},
        JRD | {"links": []},
        JRD | {"links": [SELF | {"href": f"{ACTOR_ID}/"}]},
        JRD | {"links": [SELF | {"type": "application/json"}]},
    ],
)
def test_a_handle_that_leads_elsewhere_is_refused(jrd: Document) -> None:
    Mastodon().webfinger(JRD, an_actor())
    with pytest.raises(Refused):
        Mastodon().webfinger(jrd, an_actor())


@pytest.mark.parametrize("item", [an_article(), ELSEWHERE])
def test_what_is_pinned_otherwise_than_by_an_address_of_the_same_host_is_refused(item: Any) -> None:
    with pytest.raises(Refused, match="featured"):
        Mastodon().featured({"id": f"{ACTOR_ID}/featured", "orderedItems": [item]})


LIST = {"type": "OrderedCollection", "totalItems": 0, "orderedItems": []}
NODEINFO: Document = {
    "version": "2.1",
    "software": {"name": "essaim", "version": "1"},
    "protocols": ["activitypub"],
    "services": {"inbound": [], "outbound": []},
    "openRegistrations": False,
    "usage": {},
    "metadata": {},
}
BURIED = Answer(
    ELSEWHERE, 410, ACTIVITY_JSON, {"id": ELSEWHERE, "type": "Tombstone", "formerType": "Note"}
)


@pytest.mark.parametrize(
    "change",
    [{"type": "Collection"}, {"totalItems": None}, {"orderedItems": None}],
)
def test_a_list_that_nobody_can_read_is_refused(change: Document) -> None:
    Careful().collection(LIST)
    with pytest.raises(Refused):
        Careful().collection(LIST | change)


@pytest.mark.parametrize(
    "change",
    [
        {"version": "2.0"},
        {"software": {"name": "Essaim"}},
        {"protocols": []},
        {"services": {}},
        {"openRegistrations": None},
    ],
)
def test_a_nodeinfo_that_leaves_something_out_is_refused(change: Document) -> None:
    Careful().nodeinfo(NODEINFO)
    with pytest.raises(Refused):
        Careful().nodeinfo(NODEINFO | change)


@pytest.mark.parametrize(
    "change",
    [
        {"status": 404},
        {"document": {"id": ELSEWHERE, "type": "Note"}},
        {"document": {"id": ELSEWHERE, "type": "Tombstone"}},
    ],
)
def test_a_grave_without_a_stone_is_refused(change: Mapping[str, Any]) -> None:
    Careful().tombstone(BURIED)
    with pytest.raises(Refused):
        Careful().tombstone(replace(BURIED, **change))


@pytest.mark.parametrize("named", [[], [{"type": "Note"}], {"type": "Note"}, None])
@pytest.mark.parametrize("judge", [Mastodon(), GoToSocial(), Akkoma(), Misskey()])
def test_a_report_of_nothing_that_has_an_address_is_refused(judge: Judge, named: Any) -> None:
    report = {
        "@context": AS2,
        "id": f"{ACTOR_ID}/flags/1",
        "type": "Flag",
        "actor": ACTOR_ID,
        "content": "spam",
        "object": [ELSEWHERE],
    }
    judge.hear(report)
    with pytest.raises(Refused, match="a Flag names addresses"):
        judge.hear(report | {"object": named})
