"""Documents become typed objects, or are refused; nothing else ever happens."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import activitypub.vocabulary as ap
from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed, ProtocolError, TooLarge
from activitypub.iris import Iri
from activitypub.reading import read, read_activity, read_actor, read_keys
from activitypub.vocabulary.terms import iri, term

ANNA = "https://a.example/anna"
NOTE: Document = {"id": "https://a.example/2", "type": "Note", "content": "Bonjour"}
CREATE: Document = {
    "@context": "https://www.w3.org/ns/activitystreams",
    "id": "https://a.example/1",
    "type": "Create",
    "actor": ANNA,
    "object": NOTE,
    "bto": ["https://secret.example/"],
    "odd": {"kept": True},
}
KEY: Document = {"id": f"{ANNA}#main-key", "owner": ANNA, "publicKeyPem": "pem"}
MULTIKEY: Document = {
    "id": f"{ANNA}#ed25519-key",
    "type": "Multikey",
    "controller": ANNA,
    "publicKeyMultibase": "z6Mk",
}
ACTOR: Document = {
    "id": ANNA,
    "type": "Person",
    "preferredUsername": "anna",
    "inbox": f"{ANNA}/inbox",
    "outbox": f"{ANNA}/outbox",
    "followers": f"{ANNA}/followers",
    "endpoints": {"sharedInbox": "https://a.example/inbox"},
    "publicKey": KEY,
    "assertionMethod": [MULTIKEY],
}


def test_an_activity_is_read_with_what_is_inside() -> None:
    activity = read_activity(CREATE)
    assert isinstance(activity, ap.Create)
    assert activity.actor == ANNA
    assert isinstance(activity.object, ap.Note)
    assert activity.object.content == "Bonjour"
    assert activity.object.types == ("Note",)
    assert activity.extra == {"odd": {"kept": True}}
    assert activity.document is CREATE


def test_an_unknown_activity_is_read_as_other() -> None:
    activity = read_activity({**CREATE, "type": "Applaud"})
    assert isinstance(activity, ap.Other)
    assert activity.types == ("Applaud",)


def test_an_unknown_object_is_read_as_plain_object() -> None:
    thing = read({"id": "https://a.example/9", "type": "Thing", "name": "x"})
    assert type(thing) is ap.Object
    assert (thing.types, thing.name) == (("Thing",), "x")


def test_an_object_of_several_types_is_read_by_the_first_known_one() -> None:
    assert isinstance(read({**NOTE, "type": ["Odd", "Article", "Note"]}), ap.Article)


@pytest.mark.parametrize("value", [None, 7, "", [], {}, [["Note"]], ["Note", 7], ["Note"] * 9])
def test_a_type_must_be_a_string_or_a_short_list_of_strings(value: Any) -> None:
    with pytest.raises(Malformed) as caught:
        read({**NOTE, "type": value})
    assert caught.value.code == "type"


@pytest.mark.parametrize(
    "change",
    [
        {"type": ["Create"]},
        {"type": {"x": 1}},
        {"type": "Note"},
        {"type": "Thing", "object": None, "actor": None},
        {"id": None},
        {"id": 7},
        {"id": "relative"},
        {"actor": None},
        {"actor": [ANNA, "https://b.example/"]},
        {"actor": 7},
        {"object": None},
        {"object": 7},
        {"object": []},
    ],
)
def test_an_activity_without_what_it_needs_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read_activity({**CREATE, **change})


def test_what_stands_inside_may_be_incomplete() -> None:
    activity = read_activity({**CREATE, "object": {"type": "Person", "id": ANNA, "name": "Anna"}})
    assert type(activity.object) is ap.Object
    assert activity.object.id == ANNA
    untyped = read_activity({**CREATE, "object": {"id": ANNA}})
    assert isinstance(untyped.object, ap.Object)
    assert untyped.object.types == ()


def test_what_stands_inside_may_not_be_too_large() -> None:
    crowd: list[Json] = [f"https://a.example/{n}" for n in range(1001)]
    with pytest.raises(TooLarge):
        read_activity({**CREATE, "object": {**NOTE, "to": crowd}})


def test_content_is_taken_from_the_first_language_if_there_is_no_other() -> None:
    note = read({**NOTE, "content": None, "contentMap": {"fr": "Bonjour", "en": "Hello"}})
    assert (note.content, note.language) == ("Bonjour", "fr")


def test_members_of_the_wrong_kind_are_ignored_where_they_are_optional() -> None:
    names = ("name", "nameMap", "summary", "url", "to", "cc", "tag", "icon", "published")
    odd: Document = dict.fromkeys(names, 7)
    note = read({**NOTE, **odd, "attributedTo": {"a": ["b"]}, "inReplyTo": [[]]})
    assert (note.name, note.to, note.tag, note.icon, note.published) == (None, (), (), None, None)


def test_an_actor_is_read_with_everything_that_is_its_own() -> None:
    actor = read_actor(ACTOR)
    assert isinstance(actor, ap.Person)
    assert actor.preferred_username == "anna"
    assert actor.inbox == f"{ANNA}/inbox"
    assert actor.shared_inbox == "https://a.example/inbox"
    assert [key.pem or key.multibase for key in actor.keys] == ["pem", "z6Mk"]


def test_what_an_actor_has_elsewhere_is_dropped() -> None:
    elsewhere = "https://victim.example/"
    actor = read_actor(
        {
            **ACTOR,
            "endpoints": {"sharedInbox": elsewhere},
            "followers": elsewhere,
            "outbox": elsewhere,
            "following": elsewhere,
            "featured": elsewhere,
        }
    )
    assert actor.shared_inbox is None
    assert (actor.followers, actor.outbox, actor.following, actor.featured) == (None,) * 4


@pytest.mark.parametrize("endpoints", [None, 7, [], {}, {"sharedInbox": "javascript:x"}])
def test_an_actor_may_have_no_shared_inbox(endpoints: Any) -> None:
    assert read_actor({**ACTOR, "endpoints": endpoints}).shared_inbox is None


@pytest.mark.parametrize(
    "change",
    [
        {"type": "Note"},
        {"type": "Key"},
        {"id": None},
        {"inbox": None},
        {"inbox": "{foo:"},
        {"inbox": "javascript:alert(1)"},
        {"inbox": ["https://a.example/1", "https://a.example/2"]},
        {"inbox": "https://victim.example/inbox"},
        {"inbox": "http://a.example/anna/inbox"},
        {"preferredUsername": None},
        {"preferredUsername": ["anna", "bruno"]},
        {"preferredUsername": 7},
        {"preferredUsername": "an/na"},
        {"preferredUsername": "anna@b.example"},
        {"preferredUsername": ".."},
        {"preferredUsername": "anna\x00"},
        {"preferredUsername": "a" * 5000},
        {"alsoKnownAs": [f"https://a.example/{n}" for n in range(257)]},
    ],
)
def test_an_actor_without_what_it_needs_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        read_actor({**ACTOR, **change})


def test_the_name_may_come_from_webfinger() -> None:
    document = {k: v for k, v in ACTOR.items() if k != "preferredUsername"}
    assert read_actor({**document, "webfinger": "anna@a.example"}).preferred_username == "anna"
    with pytest.raises(Malformed):
        read_actor({**document, "webfinger": 7})


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (ACTOR, ["pem", "z6Mk"]),
        ({"id": ANNA, "type": "Person", "publicKey": [KEY, KEY]}, ["pem", "pem"]),
        (KEY, ["pem"]),
        (MULTIKEY, ["z6Mk"]),
        (NOTE, []),
        ({"publicKey": "nonsense", "assertionMethod": 7}, []),
    ],
)
def test_keys_are_found_in_actors_stubs_and_alone(document: Document, found: list[str]) -> None:
    assert [key.pem or key.multibase for key in read_keys(document)] == found


def test_a_collection_is_read_with_its_members() -> None:
    page = read(
        {
            "id": "https://a.example/outbox?page=1",
            "type": "OrderedCollectionPage",
            "totalItems": 2,
            "orderedItems": [CREATE, "https://a.example/3", 7],
            "next": "https://a.example/outbox?page=2",
        }
    )
    assert isinstance(page, ap.OrderedCollectionPage)
    first, second = page.items
    assert isinstance(first, ap.Create)
    assert (second, page.total_items, page.next) == (
        "https://a.example/3",
        2,
        "https://a.example/outbox?page=2",
    )


def test_a_flag_names_everything_that_is_reported() -> None:
    flag = read_activity(
        {**CREATE, "type": "Flag", "object": ["https://b.example/1", "https://b.example/2"]}
    )
    assert isinstance(flag, ap.Flag)
    assert flag.object == "https://b.example/1"
    assert flag.objects == ("https://b.example/1", "https://b.example/2")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet(ap.Article):
    """A class of somebody else, with a field of its own."""

    type_name = "Sheet"

    conforms_to: Iri | None = field(default=None, metadata=term("conformsTo", iri))


def test_another_lexicon_reads_its_own_fields() -> None:
    document: Document = {"type": "Sheet", "conformsTo": "https://ex.example/ns#Model"}
    sheet = read(document, ap.AS2.extended({"Sheet": Sheet}))
    assert isinstance(sheet, Sheet)
    assert sheet.conforms_to == "https://ex.example/ns#Model"
    assert "conformsTo" not in sheet.extra


NAMES = st.sampled_from(sorted({*ACTOR, *CREATE, "to", "tag", "items", "first", "url", "icon"}))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(ANNA),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(ap.AS2.classes)), st.dictionaries(NAMES, VALUES))
def test_no_document_whatsoever_upsets_the_reader(kind: str, members: dict[str, Any]) -> None:
    for document in ({**CREATE, **ACTOR, "type": kind, **members}, members):
        for reader in (read, read_activity, read_actor):
            try:
                reader(document)
            except ProtocolError:
                continue
        read_keys(document)
