"""The odd documents of the package `fediverse-pasture-inputs`, as somebody would send them.

They were made to find out what programs do with them: strange attachments, missing members, markup
of all kinds. The package wants an older JSON-LD processor than ours and a test runner, so it is
installed without its dependencies, and only its data is read.
"""

import importlib
import json
import sys
from types import ModuleType
from typing import Any
from unittest.mock import patch

from activitypub import iris
from activitypub.iris import Iri

Document = dict[str, Any]
"""JSON, odd on purpose."""

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
USUAL_CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive"},
]


THEIR_ORIGIN = "http://pasture-one-actor"
THEIR_ACTOR = f"{THEIR_ORIGIN}/actor"
"""Whom the examples name as their own author, and where others live beside."""


def creates(actor: str) -> dict[str, Document]:
    """A Create by this actor for each input, by the input's name and number.

    Made as the package's own runner makes them: what an example says wins over what is usual.
    """
    made: dict[str, Document] = {}
    for name, given in sorted(_inputs().items()):
        for number, example in enumerate(given.examples):
            text = json.dumps(example).replace(THEIR_ACTOR, actor)
            mine = json.loads(text.replace(THEIR_ORIGIN, iris.origin(Iri(actor))))
            note = {
                "id": f"{actor}/{name}/{number}",
                "type": "Note",
                "attributedTo": actor,
                "to": [PUBLIC],
                "published": "2026-01-02T03:04:05Z",
                **mine,
            }
            made[f"{name}-{number}"] = {
                "@context": note.pop("@context", USUAL_CONTEXT),
                "id": f"{actor}/{name}/{number}/activity",
                "type": "Create",
                "actor": actor,
                "to": note["to"],
                "object": note,
            }
    return made


def _inputs() -> dict[str, Any]:
    """The data of the package; a class of the runner that it names is replaced by an empty one."""
    runner = ModuleType("fediverse_pasture.runner.entry")
    vars(runner)["Entry"] = object
    names = ("fediverse_pasture", "fediverse_pasture.runner", "fediverse_pasture.runner.entry")
    with patch.dict(sys.modules, dict.fromkeys(names, runner)):
        package = importlib.import_module("fediverse_pasture_inputs")
    available: dict[str, Any] = package.available
    return available
