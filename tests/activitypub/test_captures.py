"""Documents of other programs: all are readable, or refused for a reason that is listed here.

`captures/` holds documents in the shapes that nine programs send. The package
`fediverse-pasture-inputs` holds odd ones, made to find out what programs do with them.
"""

import importlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest

import activitypub.vocabulary as ap
from activitypub import authority, canonical_json, markup, reading
from activitypub.authority import Vouched
from activitypub.canonical_json import Document
from activitypub.errors import ProtocolError
from activitypub.jsonld import reading_alike

NOW = datetime(2026, 1, 2, tzinfo=UTC)
FOLDER = Path(__file__).parent / "captures"
CAPTURES = [
    pytest.param(document, id=f"{path.stem}-{number}-{document['type']}")
    for path in sorted(FOLDER.glob("*.json"))
    for number, document in enumerate(json.loads(path.read_text("utf-8")))
]
STUB = {"inbox"}
"""What is missing in the stub that GoToSocial serves for a key."""


def taken(document: Document) -> ap.Object:
    """The way that every incoming document takes."""
    parsed = canonical_json.parse(json.dumps(document).encode())
    reading_alike.check(parsed)
    found = reading.read(parsed)
    if isinstance(found, ap.Activity):
        activity = reading.read_activity(parsed)
        found = authority.hear(
            activity, speaker=activity.actor, vouched=Vouched.REQUEST, at=NOW
        ).activity
    if found.content is not None:
        markup.clean(found.content)
    return found


@pytest.mark.parametrize("document", CAPTURES)
def test_what_real_programs_send_is_read(document: dict[str, Any]) -> None:
    if document["type"] in ("Person", "Group") and not document.keys() >= STUB:
        with pytest.raises(ProtocolError):
            taken(document)
    else:
        read = taken(document)
        assert read.id == document["id"]
        assert read.types == (document["type"],)
    if "publicKey" in document:
        assert [key.owner for key in reading.read_keys(document)] == [document["id"]]


def test_what_people_see_survives_the_reading() -> None:
    (create,) = (
        document
        for document in json.loads((FOLDER / "mastodon.json").read_text("utf-8"))
        if document["type"] == "Create"
    )
    read = taken(create)
    assert isinstance(read, ap.Create)
    note = read.object
    assert isinstance(note, ap.Note)
    assert note.language == "fr"
    assert note.url == "https://social.example/@anna/1"
    assert note.replies == "https://social.example/users/anna/statuses/1/replies"
    assert [tag["type"] for tag in note.tag] == ["Mention", "Hashtag"]
    assert markup.plain(note.content or "") == "@demo Bonjour"


ACTOR = "http://pasture-one-actor/actor"
USUAL_CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive"},
]
REFUSED = {
    "attachments-9": "context",  # a recipe inside, in a context which we do not know
    "context-4": "context",  # no context at all
    "context-5": "context",  # a context that is not AS2
    "image_attachments-16": "context",  # a picture inside, in a context which we do not know
    "mentions-7": "context",  # `as:Mention`, which JSON-LD reads as Mention and plain JSON does not
    "necessary_properties-1": "origin-object",  # an object without id
}
"""Inputs that are refused, by name and number, with the code of the reason."""


def inputs() -> dict[str, Any]:
    """The data of the package.

    Its types are annotated with a class of a test runner, which wants an older PyLD than ours
    and is not installed; a class of that name without anything in it is enough to read the data.
    """
    runner = ModuleType("fediverse_pasture.runner.entry")
    vars(runner)["Entry"] = object
    names = ("fediverse_pasture", "fediverse_pasture.runner", "fediverse_pasture.runner.entry")
    with patch.dict(sys.modules, dict.fromkeys(names, runner)):
        package = importlib.import_module("fediverse_pasture_inputs")
    available: dict[str, Any] = package.available
    return available


def pasture() -> dict[str, Document]:
    """A Create for each input, made as the package's own runner makes it."""
    made: dict[str, Document] = {}
    for name, given in sorted(inputs().items()):
        for number, example in enumerate(given.examples):
            note = {
                "id": f"{ACTOR}/{name}/{number}",
                "type": "Note",
                "attributedTo": ACTOR,
                "to": ["https://www.w3.org/ns/activitystreams#Public"],
                "published": "2026-01-02T03:04:05Z",
                **example,
            }
            made[f"{name}-{number}"] = {
                "@context": note.pop("@context", USUAL_CONTEXT),
                "id": f"{ACTOR}/{name}/{number}/activity",
                "type": "Create",
                "actor": ACTOR,
                "to": note["to"],
                "object": note,
            }
    return made


def test_every_odd_input_is_read_or_refused_for_a_listed_reason() -> None:
    refused: dict[str, str] = {}
    assert pasture()
    for name, document in pasture().items():
        try:
            taken(document)
        except ProtocolError as error:
            refused[name] = error.code
    assert refused == REFUSED
