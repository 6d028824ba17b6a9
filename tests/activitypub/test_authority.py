"""Who may say what about whom."""

from datetime import UTC, datetime
from typing import Any

import pytest

import activitypub.vocabulary as ap
from activitypub.authority import Heard, Vouched, hear
from activitypub.canonical_json import Document
from activitypub.errors import NotAuthentic, NotAuthoritative, ProtocolError
from activitypub.iris import Iri
from activitypub.reading import read_activity

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ANNA = Iri("https://a.example/anna")
NEIGHBOUR = "https://a.example/bruno"
VERA = Iri("https://victim.example/vera")
NOTE: Document = {"id": "https://a.example/note", "type": "Note", "attributedTo": ANNA}
THEIRS: Document = {"id": "https://victim.example/note", "type": "Note", "attributedTo": VERA}
FOLLOW: Document = {
    "id": "https://victim.example/follow",
    "type": "Follow",
    "actor": VERA,
    "object": ANNA,
}


def said(kind: str, what: Any, **more: Any) -> Heard[ap.Activity]:
    """Anna says it, and it is shown that she did."""
    document: Document = {
        "id": "https://a.example/activity",
        "type": kind,
        "actor": ANNA,
        "object": what,
        **more,
    }
    return hear(read_activity(document), speaker=ANNA, vouched=Vouched.REQUEST, at=NOW)


def person(address: str) -> Document:
    return {
        "id": address,
        "type": "Person",
        "preferredUsername": "x",
        "inbox": f"{address}/inbox",
    }


def test_what_is_heard_says_who_said_it_when_and_why_we_believe_it() -> None:
    heard = said("Create", NOTE)
    assert (heard.speaker, heard.vouched, heard.at) == (ANNA, Vouched.REQUEST, NOW)
    assert isinstance(heard.activity, ap.Create)
    assert isinstance(heard.activity.object, ap.Note)


@pytest.mark.parametrize("identifier", ["https://victim.example/1", "https://a.example/1"])
def test_nobody_signs_what_somebody_else_did(identifier: str) -> None:
    activity = read_activity({"id": identifier, "type": "Create", "actor": VERA, "object": THEIRS})
    with pytest.raises(NotAuthentic) as caught:
        hear(activity, speaker=ANNA, vouched=Vouched.REQUEST, at=NOW)
    assert caught.value.code == "signer-not-actor"


@pytest.mark.parametrize(
    "identifier", ["https://victim.example/1", "http://a.example/1", "https://a.example:8443/1"]
)
def test_an_activity_has_an_id_of_its_actors_origin(identifier: str) -> None:
    with pytest.raises(NotAuthoritative) as caught:
        said("Create", NOTE, id=identifier)
    assert caught.value.code == "origin-activity"


@pytest.mark.parametrize("kind", ["Create", "Update"])
@pytest.mark.parametrize(
    ("what", "code"),
    [
        (THEIRS, "origin-object"),
        ({**THEIRS, "attributedTo": ANNA}, "origin-object"),
        ("https://victim.example/note", "origin-object"),
        ({"type": "Note"}, "origin-object"),
        ({**NOTE, "attributedTo": VERA}, "attribution"),
        ({**NOTE, "attributedTo": [VERA, ANNA]}, "attribution"),
        ({**NOTE, "attributedTo": [ANNA, VERA]}, "attribution"),
        ({**NOTE, "attributedTo": {"id": VERA}}, "attribution"),
        ({**NOTE, "attributedTo": NEIGHBOUR}, "attribution"),
        (person(NEIGHBOUR), "not-owner"),
        ({"id": NEIGHBOUR, "type": "Person"}, "not-owner"),
        ({"id": NEIGHBOUR, "type": ["Thing", "Organization"]}, "not-owner"),
        (person(VERA), "origin-object"),
    ],
)
def test_nobody_makes_or_changes_what_is_not_theirs(kind: str, what: Any, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        said(kind, what)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "what",
    [
        NOTE,
        {"id": "https://a.example/note", "type": "Note"},
        {**NOTE, "attributedTo": [ANNA, "https://a.example/channel"]},
        "https://a.example/note",
        person(ANNA),
    ],
)
def test_everybody_makes_and_changes_their_own(what: Any) -> None:
    for kind in ("Create", "Update"):
        assert said(kind, what).activity.object_id in (NOTE["id"], ANNA)


@pytest.mark.parametrize(
    "what",
    [
        "https://victim.example/note",
        {"id": "https://victim.example/note", "type": "Tombstone"},
        {"type": "Tombstone"},
        {**NOTE, "attributedTo": VERA},
        person(NEIGHBOUR),
        {"id": NEIGHBOUR, "type": "Group"},
        VERA,
    ],
)
def test_nobody_deletes_what_is_not_theirs(what: Any) -> None:
    with pytest.raises(ProtocolError):
        said("Delete", what)


@pytest.mark.parametrize(
    "what", ["https://a.example/note", {"id": "https://a.example/note", "type": "Tombstone"}, ANNA]
)
def test_everybody_deletes_their_own(what: Any) -> None:
    assert isinstance(said("Delete", what).activity, ap.Delete)


def test_an_activity_is_undone_by_its_actor_only() -> None:
    mine: Document = {**FOLLOW, "id": "https://a.example/follow", "actor": ANNA, "object": VERA}
    undo = said("Undo", mine).activity
    assert isinstance(undo.object, ap.Follow)
    assert undo.object.object == VERA
    boost: Document = {**mine, "type": "Announce", "object": THEIRS}
    taken_back = said("Undo", boost).activity.object
    assert isinstance(taken_back, ap.Announce)
    assert taken_back.object == THEIRS["id"]
    nameless = {key: value for key, value in mine.items() if key != "id"}
    assert isinstance(said("Undo", nameless).activity.object, ap.Follow)
    for foreign in (FOLLOW, {**mine, "actor": VERA}, {**FOLLOW, "actor": ANNA}, FOLLOW["id"]):
        with pytest.raises(NotAuthoritative):
            said("Undo", foreign)


@pytest.mark.parametrize("kind", ["Accept", "Reject", "TentativeAccept", "TentativeReject"])
def test_an_answer_keeps_the_request_as_data(kind: str) -> None:
    answer = said(kind, FOLLOW).activity
    assert isinstance(answer.object, ap.Follow)
    assert (answer.object.id, answer.object.actor) == (FOLLOW["id"], VERA)
    offer: Document = {**FOLLOW, "type": "Offer", "object": THEIRS}
    answered = said(kind, offer).activity.object
    assert isinstance(answered, ap.Offer)
    assert answered.object == THEIRS["id"]
    assert said(kind, THEIRS).activity.object == THEIRS["id"]
    assert said(kind, FOLLOW["id"]).activity.object == FOLLOW["id"]


@pytest.mark.parametrize(
    "kind", ["Announce", "Like", "Follow", "Join", "Block", "Flag", "Move", "EmojiReact"]
)
def test_what_is_embedded_elsewhere_is_only_a_pointer(kind: str) -> None:
    assert said(kind, THEIRS).activity.object == THEIRS["id"]
    assert said(kind, NOTE).activity.object == NOTE["id"]
    with pytest.raises(ProtocolError):
        said(kind, {"type": "Note"})


@pytest.mark.parametrize("kind", ["Offer", "Add"])
def test_what_is_offered_is_believed_if_it_is_ones_own(kind: str) -> None:
    assert isinstance(said(kind, NOTE).activity.object, ap.Note)
    for foreign in (THEIRS, {**NOTE, "attributedTo": VERA}, {**THEIRS, "attributedTo": ANNA}):
        assert isinstance(said(kind, foreign).activity.object, str)
    assert said(kind, person(ANNA)).activity.object == ANNA
    with pytest.raises(ProtocolError):
        said(kind, {"type": "Note", "attributedTo": ANNA})
