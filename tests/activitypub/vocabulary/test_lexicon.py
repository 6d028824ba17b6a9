"""Which class speaks for which type."""

from dataclasses import dataclass

import activitypub.vocabulary as ap


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal(ap.Object):
    """A type of somebody's own."""

    type_name = "Proposal"


def test_the_first_known_type_counts() -> None:
    assert ap.AS2.of(("Nonsense", "Note", "Article")) is ap.Note
    assert ap.AS2.of(("Nonsense",)) is None
    assert ap.AS2.of(()) is None


def test_every_class_speaks_for_its_own_name() -> None:
    assert all(kind.type_name == name for name, kind in ap.AS2.classes.items() if name != "Mention")
    assert ap.AS2.of(("Mention",)) is ap.Link


def test_a_lexicon_is_extended_by_value() -> None:
    larger = ap.AS2.extended({"Proposal": Proposal, "Note": ap.Article})
    assert larger.of(("Proposal",)) is Proposal
    assert larger.of(("Note",)) is ap.Article
    assert ap.AS2.of(("Proposal",)) is None
    assert ap.AS2.of(("Note",)) is ap.Note


def test_types_of_nobody_are_not_in_it() -> None:
    assert ap.AS2.of((ap.Other.type_name, ap.Actor.type_name)) is None
