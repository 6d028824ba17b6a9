"""Shapes: what a body may look like, said once, for reading it and for describing it.

Each shape can do two things: give its JSON Schema (2020-12, as OpenAPI 3.1 wants), and read a
value. Reading never stops at the first fault: every fault is noted under its path
(`sections[2].key`) in plain words, so that a program hears of all of them at once. A value with a
fault is read as None; nobody looks at it, because `read_body` refuses.

An unknown member is a fault, because a misspelt one would be lost in silence.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from aiohttp import web

from activitypub.canonical_json import Json, parse
from actors.errors import Unwise

Schema = dict[str, Any]
Faults = dict[str, str]

LONGEST_TEXT: Final = 50_000
"""Characters of any one text; the rules for sheets are stricter and speak for themselves."""

MOST_ITEMS: Final = 1_000
"""Items of any one list: more is a mistake, and each would get its own fault."""

_TAG: Final = re.compile(r"[A-Za-z0-9]{2,8}([-_][A-Za-z0-9]{1,8})*")


class Shape(Protocol):
    """What one value may look like."""

    def schema(self) -> Schema:
        """This shape as JSON Schema."""

    def read(self, value: Json, path: str, faults: Faults) -> Any:
        """The value as the handlers want it; what is wrong is added to `faults`."""


@dataclass(frozen=True)
class Text:
    """A string, with what it says about itself."""

    says: str
    may_be_empty: bool = False

    def schema(self) -> Schema:
        """A string of a bounded length."""
        least = {} if self.may_be_empty else {"minLength": 1}
        return {"type": "string", "description": self.says, **least, "maxLength": LONGEST_TEXT}

    def read(self, value: Json, path: str, faults: Faults) -> str | None:
        """The string as it is."""
        if not isinstance(value, str):
            faults[path] = "This must be a text."
        elif not value.strip() and not self.may_be_empty:
            faults[path] = "This must not be empty."
        elif len(value) > LONGEST_TEXT:
            faults[path] = f"This is longer than {LONGEST_TEXT:,} characters."
        else:
            return value
        return None


@dataclass(frozen=True)
class Word:
    """One word of a closed list; case does not matter, nor does the prefix `ess:`."""

    says: str
    words: Sequence[str]

    def schema(self) -> Schema:
        """The list; other spellings are accepted, this one is answered."""
        says = f"{self.says} Upper and lower case and a prefix `ess:` make no difference."
        return {"type": "string", "description": says, "enum": list(self.words)}

    def read(self, value: Json, path: str, faults: Faults) -> str | None:
        """The word in the spelling of the list."""
        spelt = value.lower().removeprefix("ess:") if isinstance(value, str) else ""
        for word in self.words:
            if word.lower() == spelt:
                return word
        faults[path] = f"This must be one of: {', '.join(self.words)}."
        return None


@dataclass(frozen=True)
class Flag:
    """True or false."""

    says: str

    def schema(self) -> Schema:
        """A boolean."""
        return {"type": "boolean", "description": self.says}

    def read(self, value: Json, path: str, faults: Faults) -> bool | None:
        """The boolean as it is."""
        if isinstance(value, bool):
            return value
        faults[path] = "This must be true or false."
        return None


@dataclass(frozen=True)
class Number:
    """A number that is not negative."""

    says: str

    def schema(self) -> Schema:
        """A number from zero."""
        return {"type": "number", "description": self.says, "minimum": 0}

    def read(self, value: Json, path: str, faults: Faults) -> int | float | None:
        """The number as it is."""
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return value
        faults[path] = "This must be a number, and not below zero."
        return None


@dataclass(frozen=True)
class ByLanguage:
    """Texts by language tag (BCP 47).

    Attributes:
        or_text: whether a bare string is accepted too, for a text in the language of the sheet; it
            is read under the empty tag.
        may_be_empty: whether there may be no text at all.
    """

    says: str
    or_text: bool = False
    may_be_empty: bool = False

    def schema(self) -> Schema:
        """An object of strings, or a string."""
        texts: Schema = {
            "type": "object",
            "description": f"{self.says} By language tag (BCP 47).",
            "propertyNames": {"pattern": f"^{_TAG.pattern}$"},
            "additionalProperties": {"type": "string", "maxLength": LONGEST_TEXT},
        }
        if not self.may_be_empty:
            texts["minProperties"] = 1
        return {"oneOf": [Text(self.says).schema(), texts]} if self.or_text else texts

    def read(self, value: Json, path: str, faults: Faults) -> dict[str, str] | None:
        """The texts by language; a bare string under the empty tag."""
        if isinstance(value, str) and self.or_text:
            text = Text(self.says).read(value, path, faults)
            return None if text is None else {"": text}
        if not isinstance(value, dict):
            wanted = "a text, or texts by language" if self.or_text else "texts by language"
            faults[path] = f'This must be {wanted}, such as {{"fr": "…"}}.'
            return None
        if not value and not self.may_be_empty:
            faults[path] = "This needs a text in at least one language."
        texts: dict[str, str] = {}
        for tag, item in value.items():
            if not _TAG.fullmatch(tag):
                faults[f"{path}.{tag}"] = "This is not a language tag such as fr, en or pt-BR."
            text = Text(self.says, may_be_empty=True).read(item, f"{path}.{tag}", faults)
            if text is not None:
                texts[tag] = text
        return texts


@dataclass(frozen=True)
class ListOf:
    """A list of one shape."""

    says: str
    each: Shape
    least: int = 0

    def schema(self) -> Schema:
        """An array of a bounded length."""
        least = {"minItems": self.least} if self.least else {}
        items = self.each.schema()
        return {
            "type": "array",
            "description": self.says,
            "items": items,
            **least,
            "maxItems": MOST_ITEMS,
        }

    def read(self, value: Json, path: str, faults: Faults) -> list[Any] | None:
        """The items, in order."""
        if not isinstance(value, list):
            faults[path] = "This must be a list."
        elif not self.least <= len(value) <= MOST_ITEMS:
            faults[path] = f"This must have {self.least} to {MOST_ITEMS} items."
        else:
            return [
                self.each.read(item, f"{path}[{index}]", faults) for index, item in enumerate(value)
            ]
        return None


@dataclass(frozen=True)
class MapOf:
    """An object whose member names are the sender's own: section keys, for instance."""

    says: str
    each: Shape

    def schema(self) -> Schema:
        """An object with members of one shape."""
        return {
            "type": "object",
            "description": self.says,
            "additionalProperties": self.each.schema(),
        }

    def read(self, value: Json, path: str, faults: Faults) -> dict[str, Any] | None:
        """The members under their names."""
        if not isinstance(value, dict):
            faults[path] = "This must be an object."
            return None
        return {
            name: self.each.read(item, f"{path}.{name}", faults) for name, item in value.items()
        }


@dataclass(frozen=True)
class OneOf:
    """One of two shapes: a string form and an object form."""

    says: str
    word: Word
    record: "Record"

    def schema(self) -> Schema:
        """Either."""
        return {"description": self.says, "oneOf": [self.word.schema(), self.record.schema()]}

    def read(self, value: Json, path: str, faults: Faults) -> Any:
        """What the object or the string says."""
        if isinstance(value, dict):
            return self.record.read(value, path, faults)
        return self.word.read(value, path, faults)


@dataclass(frozen=True)
class Record:
    """An object with known members; those in `required` must be there, no other may be."""

    says: str
    members: Mapping[str, Shape]
    required: frozenset[str] = field(default_factory=frozenset)

    def schema(self) -> Schema:
        """An object that takes no other members."""
        described: Schema = {
            "type": "object",
            "description": self.says,
            "properties": {name: shape.schema() for name, shape in self.members.items()},
            "additionalProperties": False,
        }
        if self.required:
            described["required"] = [name for name in self.members if name in self.required]
        return described

    def read(self, value: Json, path: str, faults: Faults) -> dict[str, Any] | None:
        """The members that were given."""
        if not isinstance(value, dict):
            faults[path] = "This must be an object."
            return None
        before = f"{path}." if path else ""
        for name in value:
            if name not in self.members:
                faults[before + name] = self._unknown(name)
        for name in self.members:
            if name in self.required and name not in value:
                faults[before + name] = "This is missing."
        return {
            name: shape.read(value[name], before + name, faults)
            for name, shape in self.members.items()
            if name in value
        }

    def _unknown(self, name: str) -> str:
        close = difflib.get_close_matches(name, self.members, n=1)
        meant = f" Did you mean {close[0]}?" if close else ""
        return f"There is no such member.{meant}"


async def read_body(request: web.Request, shape: Record) -> dict[str, Any]:
    """The JSON object in a request, read by its shape.

    Raises:
        Malformed: it is not one JSON object in UTF-8 (400).
        TooLarge: more than a document may be (413).
        Unwise: it has other members or values than it may have, all named at once (422).
    """
    document = parse(await request.read())
    faults: Faults = {}
    values = shape.read(document, "", faults)
    if faults or values is None:
        raise Unwise("The body is not what this address takes.", fields=faults)
    return values
