"""Activities: what actors do (AS2 Vocabulary, section 3.1).

A type which nobody knows is read as `Other`, so that it can be remembered and refused politely.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from activitypub.iris import Iri
from activitypub.limits import DEFAULT
from activitypub.vocabulary.core import Activity, Object
from activitypub.vocabulary.terms import embedded, first_embedded, iris_of, term


@dataclass(frozen=True, kw_only=True, slots=True)
class Accept(Activity):
    """Yes to an offer or a request."""

    type_name: ClassVar[str] = "Accept"


@dataclass(frozen=True, kw_only=True, slots=True)
class TentativeAccept(Activity):
    """Yes, but not yet finally."""

    type_name: ClassVar[str] = "TentativeAccept"


@dataclass(frozen=True, kw_only=True, slots=True)
class Add(Activity):
    """Puts the object into the target collection."""

    type_name: ClassVar[str] = "Add"


@dataclass(frozen=True, kw_only=True, slots=True)
class Announce(Activity):
    """Shares the object (a boost)."""

    type_name: ClassVar[str] = "Announce"


@dataclass(frozen=True, kw_only=True, slots=True)
class Block(Activity):
    """Wants nothing to do with the object."""

    type_name: ClassVar[str] = "Block"


@dataclass(frozen=True, kw_only=True, slots=True)
class Create(Activity):
    """Has made the object."""

    type_name: ClassVar[str] = "Create"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delete(Activity):
    """Has deleted the object."""

    type_name: ClassVar[str] = "Delete"


@dataclass(frozen=True, kw_only=True, slots=True)
class Dislike(Activity):
    """Does not like the object."""

    type_name: ClassVar[str] = "Dislike"


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag(Activity):
    """Reports objects to the moderators of their host."""

    type_name: ClassVar[str] = "Flag"

    object: Object | Iri = field(metadata=term("object", first_embedded))
    """The first thing that is reported."""

    objects: tuple[Iri, ...] = field(
        default=(), metadata=term("object", iris_of(DEFAULT.addressees))
    )
    """Everything that is reported; Mastodon sends the account and its posts in one array."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Follow(Activity):
    """Wants to hear from the object."""

    type_name: ClassVar[str] = "Follow"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ignore(Activity):
    """Will not answer."""

    type_name: ClassVar[str] = "Ignore"


@dataclass(frozen=True, kw_only=True, slots=True)
class Invite(Activity):
    """Asks the object to come to the target."""

    type_name: ClassVar[str] = "Invite"


@dataclass(frozen=True, kw_only=True, slots=True)
class Join(Activity):
    """Claims to be a member of the object."""

    type_name: ClassVar[str] = "Join"


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave(Activity):
    """Is no longer a member of the object."""

    type_name: ClassVar[str] = "Leave"


@dataclass(frozen=True, kw_only=True, slots=True)
class Like(Activity):
    """Likes the object."""

    type_name: ClassVar[str] = "Like"


@dataclass(frozen=True, kw_only=True, slots=True)
class Listen(Activity):
    """Has listened to the object."""

    type_name: ClassVar[str] = "Listen"


@dataclass(frozen=True, kw_only=True, slots=True)
class Move(Activity):
    """Has moved from the object to the target (FEP-7628)."""

    type_name: ClassVar[str] = "Move"


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer(Activity):
    """Offers the object to the target."""

    type_name: ClassVar[str] = "Offer"


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteRequest(Activity):
    """Asks the author of the object whether the instrument may quote it (FEP-044f)."""

    type_name: ClassVar[str] = "QuoteRequest"

    quoting: Object | Iri | None = field(default=None, metadata=term("instrument", embedded))
    """The instrument as it came: Mastodon embeds the quoting post."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Read(Activity):
    """Has read the object."""

    type_name: ClassVar[str] = "Read"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reject(Activity):
    """No to an offer or a request."""

    type_name: ClassVar[str] = "Reject"


@dataclass(frozen=True, kw_only=True, slots=True)
class TentativeReject(Activity):
    """No, but not yet finally."""

    type_name: ClassVar[str] = "TentativeReject"


@dataclass(frozen=True, kw_only=True, slots=True)
class Remove(Activity):
    """Takes the object out of the target collection."""

    type_name: ClassVar[str] = "Remove"


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo(Activity):
    """Takes back an earlier activity."""

    type_name: ClassVar[str] = "Undo"


@dataclass(frozen=True, kw_only=True, slots=True)
class Update(Activity):
    """Has changed the object; the new state is embedded."""

    type_name: ClassVar[str] = "Update"


@dataclass(frozen=True, kw_only=True, slots=True)
class View(Activity):
    """Has looked at the object."""

    type_name: ClassVar[str] = "View"


@dataclass(frozen=True, kw_only=True, slots=True)
class Other(Activity):
    """An activity of a type that we do not know; `types` tells which."""

    type_name: ClassVar[str] = "Other"
