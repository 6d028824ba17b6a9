"""Collections hold their members under one name."""

import activitypub.vocabulary as ap
from activitypub.iris import Iri

A = Iri("https://a.example/1")


def test_members_are_found_under_whichever_name_they_came() -> None:
    assert ap.OrderedCollectionPage(ordered=(A,)).items == (A,)
    assert ap.CollectionPage(unordered=(A,)).items == (A,)
    assert ap.Collection().items == ()
