"""What is still to be done on a fork, computed from what it says."""

from dataclasses import replace

from activitypub.multihash import digest_of
from actors.rules.adapting import Own, State, progress
from actors.rules.modifications import Modification, Nature, Reason
from actors.rules.sections import Adaptability, Role, Section, Sheet

SOURCE = "https://a.test/models/m"


def part(key: str, core: Adaptability = Adaptability.ADAPTABLE) -> Section:
    return Section(key, Role.VALUE, core, {"fr": key}, {"fr": f"{key}."})


def taken(section: Section, **others: object) -> Section:
    changed = replace(section, upstream=f"{SOURCE}#{section.key}", upstream_digests=section.digests)
    return replace(changed, **others)  # type: ignore[arg-type]


A, B, C, D, E, F = (part(key) for key in "abcdef")
CORE = part("core", Adaptability.CORE)
BASE = Sheet("fr", {"fr": "M"}, {}, "CC-BY-4.0", (CORE, A, B, C, D, E, F), {"cost": [{}]})


def italian(section: Section, **others: object) -> Section:
    return taken(section, texts={**section.texts, "it": f"{section.key}!"}, **others)


FORK = Sheet(
    "it",
    {"fr": "M", "it": "Emme"},
    {},
    "CC-BY-4.0",
    (
        taken(CORE),
        italian(A, translated_from={"it": digest_of("a.")}),
        italian(B, translated_from={"it": digest_of("older")}),
        italian(C),
        italian(D),
        taken(E, texts={"it": "e."}),
        part("mine"),
        replace(part("too"), texts={"it": "mio"}),
    ),
    {"cost": [{}], "territory": ["IT"]},
)
WHY = (Modification("d", Nature.SUBSTITUTED, Reason.COST),)


def test_every_section_of_a_fork_has_a_state() -> None:
    found = progress(FORK, BASE, WHY, kind="variant")
    assert [(step.section.key, step.state, step.core) for step in found.steps] == [
        ("core", State.TO_TRANSLATE, True),
        ("a", State.TRANSLATED, False),
        ("b", State.TO_REVIEW, False),
        ("c", State.TO_EXPLAIN, False),
        ("d", State.ADAPTED, False),
        ("e", State.AS_SOURCE, False),
        ("mine", State.TO_TRANSLATE, False),
        ("too", State.NEW, False),
        ("f", State.LEFT_OUT, False),
    ]
    assert found.steps[-1].place is None
    assert found.next is found.steps[0]
    assert dict(found.own) == {
        Own.NAME: True,
        Own.SUMMARY: False,
        Own.LEGAL_FORM: False,
        Own.TERRITORY: True,
        Own.COST: False,  # still that of the source
    }
    assert (found.done, found.total) == (7, 14)


def test_a_translation_has_no_costs_of_its_own_and_may_lack_its_base() -> None:
    done = Sheet("fr", {"fr": "M"}, {"fr": "S."}, "CC-BY-4.0", (taken(A),))
    found = progress(done, None, (), kind="translation")
    assert found.next is None
    assert (found.done, found.total) == (3, 3)
    assert [own for own, _ in found.own] == [Own.NAME, Own.SUMMARY]
    assert progress(done, None, (), kind="variant").total == 6
