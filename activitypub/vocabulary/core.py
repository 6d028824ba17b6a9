"""Object, Link and Activity: what everything in ActivityStreams is (AS2 Vocabulary, section 2).

All classes are frozen and are built by `activitypub.reading`, or by keyword. Members which no field
claims are kept in `extra`; the whole document, exactly as it was read, stands in `document`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from activitypub.canonical_json import Document, Json
from activitypub.iris import Iri
from activitypub.limits import DEFAULT
from activitypub.vocabulary.terms import (
    documents,
    embedded,
    first_documents,
    flag,
    iri,
    iris_of,
    moment,
    page,
    picture,
    recipients,
    term,
    text,
    texts,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Object:
    """Anything that can be named and described."""

    type_name: ClassVar[str] = "Object"

    id: Iri | None = field(default=None, metadata=term("id", iri))
    types: tuple[str, ...] = ()
    """The type or types as written, also those that we do not know."""

    name: str | None = field(default=None, metadata=term("name", text))
    name_map: Mapping[str, str] = field(default_factory=dict, metadata=term("nameMap", texts))
    summary: str | None = field(default=None, metadata=term("summary", text))
    summary_map: Mapping[str, str] = field(default_factory=dict, metadata=term("summaryMap", texts))
    content: str | None = field(default=None, metadata=term("content", text))
    """HTML from a stranger: clean it with `activitypub.markup` before showing it."""

    content_map: Mapping[str, str] = field(default_factory=dict, metadata=term("contentMap", texts))
    media_type: str | None = field(default=None, metadata=term("mediaType", text))
    url: str | None = field(default=None, metadata=term("url", page))
    """The page for people; http or https, on any host."""

    attributed_to: tuple[Iri, ...] = field(
        default=(), metadata=term("attributedTo", iris_of(DEFAULT.addressees))
    )
    to: tuple[Iri, ...] = field(default=(), metadata=term("to", recipients))
    cc: tuple[Iri, ...] = field(default=(), metadata=term("cc", recipients))
    in_reply_to: Iri | None = field(default=None, metadata=term("inReplyTo", iri))
    context: Iri | None = field(default=None, metadata=term("context", iri))
    replies: Iri | None = field(default=None, metadata=term("replies", iri))
    published: datetime | None = field(default=None, metadata=term("published", moment))
    updated: datetime | None = field(default=None, metadata=term("updated", moment))
    sensitive: bool = field(default=False, metadata=term("sensitive", flag))
    tag: tuple[Mapping[str, Json], ...] = field(default=(), metadata=term("tag", documents))
    attachment: tuple[Mapping[str, Json], ...] = field(
        default=(), metadata=term("attachment", first_documents)
    )
    icon: Mapping[str, Json] | None = field(default=None, metadata=term("icon", picture))
    image: Mapping[str, Json] | None = field(default=None, metadata=term("image", picture))
    extra: Mapping[str, Json] = field(default_factory=dict)
    """Members that no field claims, `@context`, `bto` and `bcc` left out."""

    document: Document = field(default_factory=dict, repr=False)
    """The JSON as read. Do not change it."""

    @property
    def language(self) -> str | None:
        """The language of `content`, else of `name`, else of `summary`.

        Mastodon's rule: the first key of the first map there is.
        """
        for by_language in (self.content_map, self.name_map, self.summary_map):
            if by_language:
                return next(iter(by_language))
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Link(Object):
    """A qualified reference (AS2 Vocabulary, `Link`); `Mention` is one."""

    type_name: ClassVar[str] = "Link"

    href: Iri | None = field(default=None, metadata=term("href", iri))
    rel: str | None = field(default=None, metadata=term("rel", text))


@dataclass(frozen=True, kw_only=True, slots=True)
class Activity(Object):
    """Something that an actor did."""

    type_name: ClassVar[str] = "Activity"

    actor: Iri = field(metadata=term("actor", iri))
    object: Object | Iri = field(metadata=term("object", embedded))
    target: Iri | None = field(default=None, metadata=term("target", iri))
    result: Iri | None = field(default=None, metadata=term("result", iri))
    instrument: Iri | None = field(default=None, metadata=term("instrument", iri))

    @property
    def object_id(self) -> Iri | None:
        """The address of the object, whether it is embedded or only named."""
        return self.object.id if isinstance(self.object, Object) else self.object
