"""Objects: what activities are about (AS2 Vocabulary, section 3.3)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from activitypub.iris import Iri
from activitypub.vocabulary.core import Object
from activitypub.vocabulary.terms import iri, moment, term, text


@dataclass(frozen=True, kw_only=True, slots=True)
class Article(Object):
    """A longer text; an Essaim model is one."""

    type_name: ClassVar[str] = "Article"


@dataclass(frozen=True, kw_only=True, slots=True)
class Audio(Object):
    """A sound recording."""

    type_name: ClassVar[str] = "Audio"


@dataclass(frozen=True, kw_only=True, slots=True)
class Document(Object):
    """A file of any kind."""

    type_name: ClassVar[str] = "Document"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event(Object):
    """Something that takes place."""

    type_name: ClassVar[str] = "Event"


@dataclass(frozen=True, kw_only=True, slots=True)
class Image(Object):
    """A picture."""

    type_name: ClassVar[str] = "Image"


@dataclass(frozen=True, kw_only=True, slots=True)
class Note(Object):
    """A short text, such as a remark."""

    type_name: ClassVar[str] = "Note"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Object):
    """A web page."""

    type_name: ClassVar[str] = "Page"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place(Object):
    """Somewhere."""

    type_name: ClassVar[str] = "Place"


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile(Object):
    """A description of something else."""

    type_name: ClassVar[str] = "Profile"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question(Object):
    """A poll."""

    type_name: ClassVar[str] = "Question"


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteAuthorization(Object):
    """The stamp of an author who agrees to be quoted (FEP-044f)."""

    type_name: ClassVar[str] = "QuoteAuthorization"

    interacting: Iri | None = field(default=None, metadata=term("interactingObject", iri))
    """What quotes."""

    target: Iri | None = field(default=None, metadata=term("interactionTarget", iri))
    """What is quoted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Relationship(Object):
    """How two things are related."""

    type_name: ClassVar[str] = "Relationship"


@dataclass(frozen=True, kw_only=True, slots=True)
class Video(Object):
    """A film."""

    type_name: ClassVar[str] = "Video"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tombstone(Object):
    """What is left of a deleted object."""

    type_name: ClassVar[str] = "Tombstone"

    former_type: str | None = field(default=None, metadata=term("formerType", text))
    deleted: datetime | None = field(default=None, metadata=term("deleted", moment))
