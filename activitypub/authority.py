"""Who may say what about whom: the one entrance for statements of others.

The rules are those of FEP-fe34 (origin-based security). An actor speaks for itself only, under ids
of its own origin, about objects of its own; what it says about the objects of others is a pointer,
never a copy to be believed. `hear` turns an activity into `Heard`, and verbs take nothing else, so
there is no way around these rules.

What it cannot know, because it remembers nothing: whether an object that is only named belongs to
the speaker or to a neighbour on the same host. The verb that finds it must compare its owner.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Generic, TypeVar

from activitypub import iris
from activitypub import vocabulary as ap
from activitypub.errors import Malformed, NotAuthentic, NotAuthoritative
from activitypub.iris import Iri

A_co = TypeVar("A_co", bound=ap.Activity, covariant=True)
A = TypeVar("A", bound=ap.Activity)


class Vouched(Enum):
    """Why we believe that the speaker said it."""

    REQUEST = "request"
    """The speaker signed the HTTP request which brought it."""

    DOCUMENT = "document"
    """The document carries an integrity proof (FEP-8b32), or a Linked Data signature, by a key of
    the speaker."""

    RELAY = "relay"
    """The same, and a relay that we take part in has brought it."""

    ORIGIN = "origin"
    """It was fetched from its own address, on the speaker's origin, or stood in the speaker's own
    outbox there."""

    OURS = "ours"
    """A member of ours did it here."""


@dataclass(frozen=True, slots=True)
class Heard(Generic[A_co]):
    """A statement that we believe its speaker to have made. Only `hear` makes one."""

    activity: A_co
    speaker: Iri
    vouched: Vouched
    at: datetime
    """When we heard it, UTC."""


_MAKES = (ap.Create, ap.Update)
_ENDS = (ap.Delete, ap.Undo)
_ANSWERS = (ap.Accept, ap.Reject, ap.TentativeAccept, ap.TentativeReject)
_OFFERS = (ap.Offer, ap.Add)
_ACTORS = frozenset(
    kind.type_name for kind in (ap.Application, ap.Group, ap.Organization, ap.Person, ap.Service)
)


def hear(activity: A, *, speaker: Iri, vouched: Vouched, at: datetime) -> Heard[A]:
    """Decide whether the speaker may say this.

    What remains embedded in the result is the speaker's own: the object of Create, Update, Offer
    and Add if it is; what asks to quote, if it is; the activity that Undo, Accept or Reject
    answers, as data which must be compared with what we remember. Everything else is reduced to its
    address.

    Args:
        activity: What was said.
        speaker: The actor who has been shown to have said it.
        vouched: How that was shown.
        at: When we heard it, UTC.

    Raises:
        NotAuthentic: Somebody else signed than the actor who is said to act.
        NotAuthoritative: The actor has no right to say this.
        Malformed: It is about an object without an address.
    """
    if activity.actor != speaker:
        raise NotAuthentic("only an actor may sign what it does", code="signer-not-actor")
    _require_own(activity.id, speaker, code="origin-activity")
    return Heard(_judged(activity, speaker), speaker, vouched, at)


def _judged(activity: A, speaker: Iri) -> A:
    """The activity with nothing embedded that the speaker cannot vouch for."""
    inner = activity.object
    if isinstance(activity, _MAKES):
        _check_made(inner, speaker)
        return activity
    if isinstance(activity, _ENDS):
        _check_ended(activity, inner, speaker)
        if isinstance(inner, ap.Activity):
            return replace(activity, object=_outline(inner))
        return activity
    if isinstance(activity, ap.QuoteRequest):
        return _requested(activity, speaker)
    if not isinstance(inner, ap.Object):
        return activity
    if isinstance(activity, _ANSWERS) and isinstance(inner, ap.Activity):
        return replace(activity, object=_outline(inner))
    if isinstance(activity, _OFFERS) and _is_own(inner, speaker):
        return activity
    return replace(activity, object=_address(inner))


def _requested(activity: A, speaker: Iri) -> A:
    """What asks to quote is the speaker's own, or else only an address."""
    if not isinstance(activity, ap.QuoteRequest):
        return activity
    inner, quoting = activity.object, activity.quoting
    own = quoting if isinstance(quoting, ap.Object) and _is_own(quoting, speaker) else None
    named = _address(inner) if isinstance(inner, ap.Object) else inner
    return replace(activity, object=named, quoting=own)


def _check_made(inner: ap.Object | Iri, speaker: Iri) -> None:
    """Create and Update: only of one's own objects, and of no other actor than oneself."""
    if not isinstance(inner, ap.Object):
        _require_own(inner, speaker, code="origin-object")
        return
    _require_own(_address(inner), speaker, code="origin-object")
    if _is_actor(inner):
        if inner.id != speaker:
            raise NotAuthoritative("an actor may describe only itself")
    elif inner.attributed_to and not _attributed(inner, speaker):
        raise NotAuthoritative("the object is attributed to another actor", code="attribution")


def _check_ended(activity: ap.Activity, inner: ap.Object | Iri, speaker: Iri) -> None:
    """Delete and Undo: only of what is on the speaker's origin, and of no other actor."""
    if isinstance(inner, ap.Activity):
        if inner.actor != speaker:
            raise NotAuthoritative("an actor may undo only what it did itself")
        if inner.id is None and isinstance(activity, ap.Undo):
            return  # some servers undo a Follow without naming it; actor and object tell which
    address = _address(inner) if isinstance(inner, ap.Object) else inner
    _require_own(address, speaker, code="origin-object")
    if isinstance(inner, ap.Object) and _is_actor(inner) and address != speaker:
        raise NotAuthoritative("an actor may delete only itself")
    if isinstance(inner, ap.Object) and inner.attributed_to and not _attributed(inner, speaker):
        raise NotAuthoritative("the object is attributed to another actor", code="attribution")


def _is_own(inner: ap.Object, speaker: Iri) -> bool:
    return (
        inner.id is not None
        and not _is_actor(inner)
        and iris.same_origin(inner.id, speaker)
        and _attributed(inner, speaker)
    )


def _is_actor(inner: ap.Object) -> bool:
    """Whether it says that it is an actor, also when too little is there to read it as one."""
    return isinstance(inner, ap.Actor) or not _ACTORS.isdisjoint(inner.types)


def _outline(inner: ap.Activity) -> ap.Activity:
    """Who did what to which object; the object only by its address."""
    if isinstance(inner.object, ap.Object):
        return replace(inner, object=_address(inner.object))
    return inner


def _attributed(inner: ap.Object, speaker: Iri) -> bool:
    """Whether the speaker is the first author, and all others are on the same origin.

    PeerTube names the account first and then the channel; Mastodon reads the first one only.
    """
    authors = inner.attributed_to
    return authors[:1] == (speaker,) and all(iris.same_origin(each, speaker) for each in authors)


def _address(inner: ap.Object) -> Iri:
    if inner.id is None:
        raise Malformed("an embedded object must have an id", code="origin-object")
    return inner.id


def _require_own(address: Iri | None, speaker: Iri, *, code: str) -> None:
    if address is None or not iris.same_origin(address, speaker):
        raise NotAuthoritative("an actor may speak only under ids of its own origin", code=code)
