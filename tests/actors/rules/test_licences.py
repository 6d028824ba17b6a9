"""Licences: may a text be forked, and under what."""

import pytest

from actors.errors import Unwise
from actors.rules import licences
from actors.rules.licences import LICENCES, fork_terms, is_licence, judge_fork, spdx_id, spdx_iri


@pytest.mark.parametrize(
    ("source", "wanted", "given"),
    [
        ("CC-BY-SA-4.0", None, "CC-BY-SA-4.0"),
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("CC-BY-SA-4.0", "LAL-1.3", "LAL-1.3"),
        ("CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("CC-BY-4.0", None, "CC-BY-4.0"),
        ("CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("CC-BY-4.0", "LicenseRef-CoopCycle", "LicenseRef-CoopCycle"),
        ("CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-SA-4.0"),
        ("CC0-1.0", None, "CC0-1.0"),
        ("CC0-1.0", "PDDL-1.0", "PDDL-1.0"),
        ("CC0-1.0", "CC-BY-NC-ND-4.0", "CC-BY-NC-ND-4.0"),
        ("GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-only"),
        ("LicenseRef-CoopCycle", None, "LicenseRef-CoopCycle"),
    ],
)
def test_a_fork_is_allowed_under_a_licence_that_the_source_permits(
    source: str, wanted: str | None, given: str
) -> None:
    terms = judge_fork(source, wanted)
    assert (terms.license, terms.allowed) == (given, True)
    assert terms.explanation.endswith(".")


@pytest.mark.parametrize(
    ("source", "wanted", "reason"),
    [
        ("CC-BY-ND-4.0", None, "no derivatives"),
        ("CC-BY-NC-ND-4.0", "CC-BY-NC-ND-4.0", "no derivatives"),
        ("CC-BY-SA-4.0", "CC-BY-4.0", "Share alike"),
        ("CC-BY-SA-4.0", "LicenseRef-Mine", "Share alike"),
        ("CC-BY-NC-4.0", "CC-BY-4.0", "Share alike"),
        ("ODbL-1.0", "CC-BY-SA-4.0", "Share alike"),
        ("CC-BY-4.0", "CC0-1.0", "credit"),
        ("CC-BY-4.0", "Proprietary", "not one we know"),
        ("LicenseRef-CoopCycle", "CC-BY-4.0", "keep it"),
        ("CERN-OHL-S-2.0", None, "cannot fork"),
    ],
)
def test_a_fork_that_the_source_forbids_is_refused_with_the_reason(
    source: str, wanted: str | None, reason: str
) -> None:
    terms = fork_terms(source, wanted)
    assert not terms.allowed
    assert reason in terms.explanation
    with pytest.raises(Unwise) as refusal:
        judge_fork(source, wanted)
    assert refusal.value.fields == {"license": terms.explanation}


def test_the_table_only_points_at_itself() -> None:
    for id_, licence in LICENCES.items():
        assert licence.id == id_
        assert (licence.carries_to or set()) <= LICENCES.keys()
        assert spdx_id(spdx_iri(id_)) == id_


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("CC-BY-SA-4.0", True),
        ("LicenseRef-CoopCycle", True),
        ("cc-by-sa-4.0", False),
        ("LicenseRef-", False),
        ("", False),
    ],
)
def test_a_licence_is_one_of_the_table_or_a_reference(text: str, known: bool) -> None:
    assert is_licence(text) is known


@pytest.mark.parametrize(
    ("iri", "id_"),
    [
        ("https://spdx.org/licenses/CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("http://spdx.org/licenses/CC-BY-SA-4.0.html", "CC-BY-SA-4.0"),
        ("https://spdx.org/licenses/CERN-OHL-S-2.0.json", "CERN-OHL-S-2.0"),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
        ("https://creativecommons.org/licenses/by/2.5/deed.fr", None),
        ("http://creativecommons.org/licenses/by-nc-nd/4.0/legalcode", "CC-BY-NC-ND-4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://w3id.org/essaim/ns#LicenseRef-CoopCycle", "LicenseRef-CoopCycle"),
        ("https://w3id.org/essaim/ns#Model", None),
        ("https://example.org/licence", None),
        ("", None),
    ],
)
def test_an_address_names_a_licence_or_is_refused(iri: str, id_: str | None) -> None:
    if id_ is not None:
        assert spdx_id(iri) == id_
        return
    with pytest.raises(Unwise):
        spdx_id(iri)


def test_a_fork_is_offered_only_what_its_source_allows() -> None:
    for source in licences.LICENCES:
        offered = licences.choices(source)
        assert all(licences.fork_terms(source, one).allowed for one in offered)
        assert (offered[:1] == (source,)) is licences.LICENCES[source].derivatives
    assert licences.choices("CC-BY-ND-4.0") == ()
    assert licences.choices("LicenseRef-Ours") == ("LicenseRef-Ours",)
    assert "CC0-1.0" not in licences.choices("CC-BY-4.0")


def test_what_a_licence_asks_is_said_in_plain_words() -> None:
    assert licences.asks("CC0-1.0") == (licences.FREE,)
    assert licences.asks("CC-BY-4.0") == (licences.CREDIT,)
    assert licences.asks("CC-BY-NC-SA-4.0") == (
        licences.CREDIT,
        licences.NOT_FOR_MONEY,
        licences.ALIKE,
    )
    assert licences.asks("CC-BY-ND-4.0") == (licences.CREDIT, licences.UNCHANGED)
    assert licences.asks("LicenseRef-Ours") == ()
