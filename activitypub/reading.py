"""JSON document to typed object, by a lexicon.

Reading never trusts: a member of the wrong kind is ignored where it is optional and makes the
document malformed where it is required, and no JSON value whatsoever raises anything but a
`ProtocolError`.

Reading says nothing about truth. Who may say what is decided by `activitypub.authority`; whether a
JSON-LD processor would read the same is decided by `activitypub.jsonld.reading_alike`.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, replace
from typing import TypeVar

from activitypub import handles, iris
from activitypub import vocabulary as ap
from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed, TooLarge
from activitypub.iris import Iri
from activitypub.limits import DEFAULT
from activitypub.vocabulary.actors import PublicKeyDocument, keys_in, public_key
from activitypub.vocabulary.terms import UNREADABLE, Reader

_O = TypeVar("_O", bound=ap.Object)

_NEVER_KEPT = frozenset({"@context", "id", "type", "bto", "bcc"})
"""Not in `extra`: read elsewhere, or (ActivityPub 6) never to be seen by anybody."""


def read(document: Document, lexicon: ap.Lexicon = ap.AS2) -> ap.Object:
    """Read any document.

    A document of several types is read by the first one that is known; of none that is known, as an
    `Other` if it has an actor and an object, else as a plain `Object`.

    Raises:
        Malformed: It has no type, or lacks what its type requires.
        TooLarge: It addresses more actors than anybody may.
    """
    types = _types(document)
    kind = lexicon.of(types)
    if kind is None:
        kind = ap.Other if "actor" in document and "object" in document else ap.Object
    if issubclass(kind, ap.Actor):
        return _on_its_own_origin(_build(kind, _with_username(document), lexicon))
    return _build(kind, document, lexicon)


def read_activity(document: Document, lexicon: ap.Lexicon = ap.AS2) -> ap.Activity:
    """Read what somebody did.

    Raises:
        Malformed: The type is not one string or not that of an activity; or there is no id, no
            actor or no object.
        TooLarge: It addresses more actors than anybody may.
    """
    if not isinstance(document.get("type"), str):
        raise Malformed("the type of an activity must be one string", code="type")
    activity = read(document, lexicon)
    if not isinstance(activity, ap.Activity):
        raise Malformed("the document is not an activity", code="type")
    if activity.id is None:
        raise Malformed("an activity must have an id")
    return activity


def read_actor(document: Document, lexicon: ap.Lexicon = ap.AS2) -> ap.Actor:
    """Read who somebody is.

    `preferredUsername` may be missing if there is a `webfinger` (FEP-2c59), as Mastodon has it.

    Raises:
        Malformed: Not an actor; without id, inbox or a usable name; or its inbox is on another
            origin.
        TooLarge: Some list is longer than it may be.
    """
    actor = read(document, lexicon)
    if not isinstance(actor, ap.Actor):
        raise Malformed("the document is not an actor", code="type")
    return actor


def read_keys(document: Document) -> tuple[PublicKeyDocument, ...]:
    """The public keys in a document that a key id led to.

    That may be a whole actor, a stub of one (GoToSocial serves it without asking for a signature),
    or the key alone. Nobody has vouched for the owners named here: the owner's own document must
    list the key as well.
    """
    alone = public_key(document)
    if alone is not None:
        return (alone,)
    found: list[PublicKeyDocument] = []
    for name in ("publicKey", "assertionMethod"):
        found.extend(keys_in(document.get(name)))
    return tuple(found)


def _types(document: Document) -> tuple[str, ...]:
    value = document.get("type")
    if isinstance(value, str) and value:
        return (value,)
    if isinstance(value, list) and 0 < len(value) <= DEFAULT.types:
        types = tuple(entry for entry in value if isinstance(entry, str) and entry)
        if len(types) == len(value):
            return types
    raise Malformed("the type must be a string or a short list of strings", code="type")


def _build(kind: type[_O], document: Document, lexicon: ap.Lexicon) -> _O:
    """Read each field of `kind` by the reader in its metadata."""

    def nest(inner: Document) -> ap.Object:
        return _read_embedded(inner, lexicon)

    form = _form(kind)
    values: dict[str, object] = {"types": _types_or_none(document), "document": document}
    extra: dict[str, Json] = {}
    for name, raw in document.items():
        if name not in form.members:
            if name not in _NEVER_KEPT:
                extra[name] = raw
        elif raw is not None:
            for each in form.members[name]:
                if (value := each.reader(raw, nest)) is not UNREADABLE:
                    values[each.field] = value
    for each in form.required:
        if each.field not in values:
            raise Malformed(f"{kind.type_name} needs a readable {each.name}")
    make: Callable[..., _O] = kind
    return _with_content(make(extra=extra, **values))


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of a document, and the field that it becomes."""

    name: str
    field: str
    reader: Reader


@dataclass(frozen=True, slots=True)
class _Form:
    """How a class is read: what each member becomes, and those that it cannot do without."""

    members: dict[str, list[_Member]]
    required: tuple[_Member, ...]


_FORMS: dict[type[ap.Object], _Form] = {}
"""Worked out once for each class: there are some fifty."""


def _form(kind: type[ap.Object]) -> _Form:
    """How this class is read."""
    if (known := _FORMS.get(kind)) is not None:
        return known
    members: dict[str, list[_Member]] = {}
    required: list[_Member] = []
    for each in fields(kind):
        name = each.metadata.get("term")
        if name is None:
            continue
        member = _Member(name, each.name, each.metadata["reader"])
        members.setdefault(name, []).append(member)
        if each.default is MISSING and each.default_factory is MISSING:
            required.append(member)
    return _FORMS.setdefault(kind, _Form(members, tuple(required)))


def _read_embedded(document: Document, lexicon: ap.Lexicon) -> ap.Object:
    """Read an object inside another one, which may lack what it needs when it stands alone."""
    try:
        return read(document, lexicon)
    except TooLarge:
        raise
    except Malformed:
        return _build(ap.Object, document, lexicon)


def _types_or_none(document: Document) -> tuple[str, ...]:
    try:
        return _types(document)
    except Malformed:
        return ()


def _with_content(made: _O) -> _O:
    """Content from the first language when there is no plain `content` (Mastodon's rule)."""
    if made.content is None and made.content_map:
        return replace(made, content=next(iter(made.content_map.values())))
    return made


def _with_username(document: Document) -> Document:
    """Take the name from `webfinger` where there is no `preferredUsername` (FEP-2c59)."""
    if "preferredUsername" in document or "webfinger" not in document:
        return document
    return {**document, "preferredUsername": handles.parse(document["webfinger"]).name}


def _on_its_own_origin(actor: ap.Actor) -> ap.Actor:
    """Refuse an actor whose mail would go elsewhere; drop collections that are elsewhere.

    An inbox on a third host would make every delivery an attack on that host.
    """
    if actor.id is None:
        raise Malformed("an actor must have an id")
    if not handles.is_name(actor.preferred_username):
        raise Malformed("the name of an actor may have letters, digits, and inner dots and hyphens")
    if not iris.same_origin(actor.id, actor.inbox):
        raise Malformed("the inbox of an actor must be on the actor's own origin", code="key-owner")
    return replace(
        actor,
        shared_inbox=_if_beside(actor.id, actor.shared_inbox),
        outbox=_if_beside(actor.id, actor.outbox),
        followers=_if_beside(actor.id, actor.followers),
        following=_if_beside(actor.id, actor.following),
        featured=_if_beside(actor.id, actor.featured),
    )


def _if_beside(actor: Iri, other: Iri | None) -> Iri | None:
    return other if other is not None and iris.same_origin(actor, other) else None
