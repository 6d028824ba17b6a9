"""Lexicon: which class speaks for which type.

A lexicon is a value. `AS2` knows ActivityStreams; who has types of their own makes a larger one:

    ESSAIM = AS2.extended({"ChangeProposal": ChangeProposal})
"""

from collections.abc import Mapping
from dataclasses import dataclass

from activitypub.vocabulary import activities, actors, collections, objects
from activitypub.vocabulary.core import Activity, Link, Object


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Type names and the classes that speak for them."""

    classes: Mapping[str, type[Object]]

    def of(self, types: tuple[str, ...]) -> type[Object] | None:
        """The class of the first type that is known; None if none is."""
        return next((self.classes[name] for name in types if name in self.classes), None)

    def extended(self, classes: Mapping[str, type[Object]]) -> "Lexicon":
        """A lexicon that knows these types too; a type that was known is spoken for anew."""
        return Lexicon({**self.classes, **classes})


_AS2: tuple[type[Object], ...] = (
    Object,
    Link,
    actors.Application,
    actors.Group,
    actors.Organization,
    actors.Person,
    actors.Service,
    objects.Article,
    objects.Audio,
    objects.Document,
    objects.Event,
    objects.Image,
    objects.Note,
    objects.Page,
    objects.Place,
    objects.Profile,
    objects.Question,
    objects.QuoteAuthorization,
    objects.Relationship,
    objects.Tombstone,
    objects.Video,
    collections.Collection,
    collections.CollectionPage,
    collections.OrderedCollection,
    collections.OrderedCollectionPage,
    Activity,
    activities.Accept,
    activities.TentativeAccept,
    activities.Add,
    activities.Announce,
    activities.Block,
    activities.Create,
    activities.Delete,
    activities.Dislike,
    activities.Flag,
    activities.Follow,
    activities.Ignore,
    activities.Invite,
    activities.Join,
    activities.Leave,
    activities.Like,
    activities.Listen,
    activities.Move,
    activities.Offer,
    activities.QuoteRequest,
    activities.Read,
    activities.Reject,
    activities.TentativeReject,
    activities.Remove,
    activities.Undo,
    activities.Update,
    activities.View,
)

AS2 = Lexicon({kind.type_name: kind for kind in _AS2} | {"Mention": Link})
"""ActivityStreams 2.0, and the quotes of FEP-044f."""
