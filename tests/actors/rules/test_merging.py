"""Three-way merges of sheets: verdicts, choices, and what must hold for any three sheets."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.iris import parse
from activitypub.multihash import digest_of
from actors.errors import Conflicting, Unwise
from actors.rules.merging import Choice, SectionMerge, Verdict, compare, resolve
from actors.rules.sections import Adaptability, Role, Section, Sheet, stale

UPSTREAM = parse("https://fr.test/models/m")
SWAPPED = {Verdict.OURS: Verdict.THEIRS, Verdict.THEIRS: Verdict.OURS}


def section(
    key: str,
    texts: Mapping[str, str] | None = None,
    adaptability: Adaptability = Adaptability.ADAPTABLE,
    **others: object,
) -> Section:
    """A section with one French text, or those given."""
    plain = Section(key, Role.VALUE, adaptability, {"fr": key}, texts or {"fr": f"{key}."})
    return replace(plain, **others)  # type: ignore[arg-type] # keyword by keyword in each test


def sheet(*sections: Section) -> Sheet:
    """A French sheet of these sections."""
    return Sheet("fr", {"fr": "Modèle"}, {}, "CC-BY-SA-4.0", sections)


def verdicts(comparison: tuple[SectionMerge, ...]) -> list[tuple[str, str]]:
    """Key and verdict of each row."""
    return [(row.key, row.verdict.value) for row in comparison]


def forked(source: Section, **others: object) -> Section:
    """What a fork takes of a section, with changes."""
    copy = replace(source, upstream=f"{UPSTREAM}#{source.key}", upstream_digests=source.digests)
    return replace(copy, **others)  # type: ignore[arg-type] # keyword by keyword in each test


A, B, C = section("a"), section("b"), section("c")
A2, B2, C2 = (replace(one, texts={"fr": f"{one.key}, plus."}) for one in (A, B, C))
A3 = replace(A, texts={"fr": "a, autrement."})


class TestCompare:
    """One verdict for each section."""

    @pytest.mark.parametrize(
        ("base", "ours", "theirs", "verdict"),
        [
            (A, A, A, "same"),
            (A, A2, A, "ours"),
            (A, A, A2, "theirs"),
            (A, A2, A2, "alike"),
            (A, A2, A3, "conflict"),
            (None, A, None, "ours"),
            (None, None, A, "theirs"),
            (None, A, A, "alike"),
            (None, A, A2, "conflict"),
            (A, None, A, "ours"),
            (A, None, A2, "conflict"),
            (A, A, None, "theirs"),
            (A, A2, None, "conflict"),
        ],
    )
    def test_the_verdict_follows_from_what_each_side_did(
        self, base: Section | None, ours: Section | None, theirs: Section | None, verdict: str
    ) -> None:
        was, own, upstream = (sheet(*([one] if one else [])) for one in (base, ours, theirs))
        assert verdicts(compare(was, own, upstream)) == [("a", verdict)]

    def test_what_both_removed_is_not_listed(self) -> None:
        assert compare(sheet(A, B), sheet(B), sheet(B))[0].key == "b"
        assert len(compare(sheet(A, B), sheet(B), sheet(B))) == 1

    def test_sections_that_moved_or_were_renamed_survive(self) -> None:
        renamed = replace(A, names={"fr": "Autre nom"})
        comparison = compare(sheet(A, B, C), sheet(C, B, A), sheet(B, renamed, C2))
        assert verdicts(comparison) == [("c", "theirs"), ("b", "same"), ("a", "theirs")]

    def test_a_fork_with_keys_of_its_own_is_matched_by_upstream(self) -> None:
        ours = sheet(
            forked(A, key="valore", texts={"fr": "a, plus."}), section("a", {"it": "Mia."})
        )
        comparison = compare(sheet(A), ours, sheet(A3))
        assert verdicts(comparison) == [("valore", "conflict"), ("a", "ours")]

    def test_a_translation_is_no_change_of_ours_and_becomes_stale(self) -> None:
        ours = forked(A, texts={"fr": "a.", "it": "a!"}, translated_from={"it": digest_of("a.")})
        (row,) = compare(sheet(A), sheet(ours), sheet(A2))
        assert row.verdict is Verdict.THEIRS
        assert row.suggestion is not None
        assert row.suggestion.texts == {"fr": "a, plus.", "it": "a!"}
        assert stale(row.suggestion, "fr") == ("it",)

    def test_an_adaptation_in_italian_conflicts_with_a_new_french_text(self) -> None:
        ours = forked(A, texts={"fr": "a.", "it": "Tutt'altro."})
        assert verdicts(compare(sheet(A), sheet(ours), sheet(A2))) == [("a", "conflict")]
        assert verdicts(compare(sheet(A), sheet(ours), sheet(A))) == [("a", "ours")]

    def test_core_is_what_upstream_calls_core_before_or_now(self) -> None:
        core = replace(A, adaptability=Adaptability.CORE)
        assert [
            compare(*sides)[0].core
            for sides in (
                (sheet(core), sheet(A), sheet(A)),
                (sheet(A), sheet(A), sheet(core)),
                (sheet(A), sheet(core), sheet(A)),
                (sheet(), sheet(core), sheet()),
            )
        ] == [True, True, False, True]

    def test_new_sections_stand_after_their_upstream_neighbour(self) -> None:
        first, second = section("first"), section("second")
        comparison = compare(sheet(A, B), sheet(B, A), sheet(first, A, second, B, C))
        assert [row.key for row in comparison] == ["first", "b", "c", "a", "second"]

    def test_a_section_they_added_under_a_key_of_ours_gets_a_free_one(self) -> None:
        split = forked(A, key="new")
        comparison = compare(
            sheet(A), sheet(split, forked(A, key="b")), sheet(A, B, section("new"))
        )
        keys = [row.key for row in comparison]
        assert len(set(keys)) == len(keys) == 4

    def test_a_key_they_use_twice_loses_no_section(self) -> None:
        again = replace(A, texts={"fr": "Encore."}, upstream="https://grand.test/m#a")
        comparison = compare(sheet(A), sheet(A), sheet(A, again))
        assert verdicts(comparison) == [("a", "same"), ("a-2", "theirs")]

    def test_a_section_they_removed_that_we_translated_conflicts(self) -> None:
        ours = forked(A, texts={"fr": "a.", "it": "a!"}, translated_from={"it": digest_of("a.")})
        assert verdicts(compare(sheet(A), sheet(ours), sheet())) == [("a", "conflict")]


class TestResolve:
    """The sheet after the merge."""

    def merged(
        self,
        base: Sheet,
        ours: Sheet,
        theirs: Sheet,
        choices: Mapping[str, Choice] | None = None,
    ) -> Sheet:
        return resolve(compare(base, ours, theirs), choices or {}, ours, theirs, upstream=UPSTREAM)

    def test_without_a_choice_theirs_is_taken_and_ours_is_kept(self) -> None:
        result = self.merged(sheet(A, B, C), sheet(A, B2, C), sheet(A2, B, C))
        assert [one.digest for one in result.sections] == [A2.digest, B2.digest, C.digest]

    def test_what_is_taken_says_from_where_and_what(self) -> None:
        result = self.merged(sheet(A), sheet(A), sheet(A2, B))
        assert [one.upstream for one in result.sections] == [f"{UPSTREAM}#a", f"{UPSTREAM}#b"]
        assert [one.upstream_digests for one in result.sections] == [A2.digests, B.digests]

    def test_a_proposal_to_us_leaves_provenance_as_it_was(self) -> None:
        ours = sheet(forked(A))
        theirs = sheet(replace(A2, upstream="https://it.test/m#a"), B)
        result = resolve(compare(ours, ours, theirs), {}, ours, theirs, upstream=None)
        assert [one.upstream for one in result.sections] == [f"{UPSTREAM}#a", None]
        assert [one.upstream_digests for one in result.sections] == [A.digests, {}]

    def test_every_conflict_needs_a_choice(self) -> None:
        with pytest.raises(Conflicting) as refusal:
            self.merged(sheet(A, B, C), sheet(A2, B2, C), sheet(A3, B, C2))
        assert refusal.value.keys == ("a",)

    def test_choosing_ours_leaves_our_section_untouched(self) -> None:
        ours = sheet(forked(A, texts={"fr": "a, plus."}))
        assert self.merged(sheet(A), ours, sheet(A3), {"a": "ours"}) == ours

    def test_choosing_theirs_keeps_our_other_languages_as_stale(self) -> None:
        ours = sheet(forked(A, names={"it": "A"}, texts={"fr": "a.", "it": "Tutt'altro."}))
        (taken,) = self.merged(sheet(A), ours, sheet(A2), {"a": "theirs"}).sections
        assert taken.texts == {"it": "Tutt'altro.", "fr": "a, plus."}
        assert taken.names == {"it": "A", "fr": "a"}
        assert taken.translated_from == {"it": digest_of("a.")}
        assert stale(taken, "fr") == ("it",)

    def test_choosing_theirs_drops_copies_of_what_they_withdrew(self) -> None:
        both = replace(A, texts={"fr": "a.", "en": "a?"})
        ours = sheet(forked(both, texts={"fr": "a, plus.", "en": "a?"}))
        (taken,) = self.merged(sheet(both), ours, sheet(A3), {"a": "theirs"}).sections
        assert taken.texts == A3.texts

    @pytest.mark.parametrize("base", [sheet(), sheet(A)])
    def test_an_adaptation_given_up_is_stale_even_where_its_source_is_unknown_or_the_same(
        self, base: Sheet
    ) -> None:
        ours = sheet(forked(A, texts={"fr": "a.", "it": "Tutt'altro."}))
        theirs = sheet(replace(A, texts={"fr": "a.", "en": "a?"}, names={"fr": "A", "en": "A"}))
        (taken,) = self.merged(base, ours, theirs, {"a": "theirs"}).sections
        assert stale(taken, "fr") == ("it",)

    def test_choosing_theirs_where_both_changes_fit_takes_both(self) -> None:
        base = replace(A, texts={"fr": "un\n\ndeux\n\ntrois"})
        ours = replace(A, texts={"fr": "UN\n\ndeux\n\ntrois"})
        theirs = replace(A, texts={"fr": "un\n\ndeux\n\nTROIS"})
        for choices in ({}, {"a": "theirs"}):
            (taken,) = self.merged(
                sheet(base), sheet(ours), sheet(theirs), cast(Mapping[str, Choice], choices)
            ).sections
            assert taken.texts == {"fr": "UN\n\ndeux\n\nTROIS"}

    def test_choosing_theirs_gives_our_change_up(self) -> None:
        (taken,) = self.merged(sheet(A), sheet(A2), sheet(A), {"a": "theirs"}).sections
        assert taken.texts == A.texts

    def test_what_they_removed_stays_until_we_choose_otherwise(self) -> None:
        assert self.merged(sheet(A, B), sheet(A, B), sheet(B)).sections == (A, B)
        assert self.merged(sheet(A, B), sheet(A, B), sheet(B), {"a": "theirs"}).sections == (B,)

    def test_what_we_removed_comes_back_only_by_choice(self) -> None:
        base, ours = sheet(A, B), sheet(B)
        assert self.merged(base, ours, base).sections == (B,)
        assert [one.key for one in self.merged(base, ours, base, {"a": "theirs"}).sections] == [
            "a",
            "b",
        ]
        assert self.merged(base, ours, sheet(A2, B), {"a": "ours"}).sections == (B,)

    def test_a_section_written_for_the_purpose_takes_the_place(self) -> None:
        written = section("anything", {"fr": "Les deux."})
        result = self.merged(sheet(A), sheet(forked(A2)), sheet(A3), {"a": written})
        (taken,) = result.sections
        assert (taken.key, taken.texts) == ("a", {"fr": "Les deux."})
        assert taken.upstream_digests == A3.digests

    def test_a_section_written_for_what_they_removed_keeps_its_provenance(self) -> None:
        ours = sheet(forked(A2))
        (taken,) = self.merged(sheet(A), ours, sheet(), {"a": section("x")}).sections
        assert taken.upstream_digests == A2.digests

    @pytest.mark.parametrize("choices", [{"z": "ours"}, {"a": "both"}])
    def test_a_choice_that_cannot_be_made_is_refused(self, choices: Mapping[str, Choice]) -> None:
        with pytest.raises(Unwise) as refusal:
            self.merged(sheet(A), sheet(A), sheet(A2), choices)
        assert list(refusal.value.fields) == [f"choices.{next(iter(choices))}"]

    @pytest.mark.parametrize(
        ("ours", "theirs"), [(sheet(A, B), sheet(A2)), (sheet(A), sheet(A2, B))]
    )
    def test_sheets_that_were_not_compared_are_not_merged(self, ours: Sheet, theirs: Sheet) -> None:
        comparison = compare(sheet(A), sheet(A), sheet(A2))
        with pytest.raises(Conflicting, match="changed since"):
            resolve(comparison, {}, ours, theirs, upstream=UPSTREAM)


LINES = st.lists(st.sampled_from(["un", "deux", "trois", ""]), min_size=1, max_size=4).map(
    "\n".join
)
TEXTS = st.dictionaries(st.sampled_from(["fr", "en", "it"]), LINES, min_size=1, max_size=3)


@st.composite
def sections(draw: st.DrawFn, key: str) -> Section:
    """Small sections over few words, so that sides often meet."""
    texts = draw(TEXTS)
    translated = draw(st.sets(st.sampled_from(sorted(texts))))
    return Section(
        key=key,
        role=draw(st.sampled_from([Role.VALUE, Role.COSTS])),
        adaptability=draw(st.sampled_from(Adaptability)),
        names={"fr": draw(st.sampled_from(["Un", "Deux"]))},
        texts=texts,
        translated_from={language: digest_of(draw(LINES)) for language in sorted(translated)},
        upstream=draw(st.sampled_from([None, f"{UPSTREAM}#a", f"{UPSTREAM}#b", f"{UPSTREAM}#z"])),
    )


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """Sheets of up to four sections with keys from a short list, in any order."""
    keys = draw(st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True, max_size=4))
    return sheet(*[draw(sections(key)) for key in keys])


def everything(side: str, comparison: tuple[SectionMerge, ...]) -> dict[str, Choice]:
    """The same choice for every row."""
    return {row.key: cast(Choice, side) for row in comparison}


@given(sheets())
def test_comparing_a_sheet_with_itself_finds_nothing(x: Sheet) -> None:
    assert all(row.verdict is Verdict.SAME for row in compare(x, x, x))


@given(sheets(), sheets(), sheets())
def test_taking_nothing_changes_nothing(base: Sheet, ours: Sheet, theirs: Sheet) -> None:
    comparison = compare(base, ours, theirs)
    choices = everything("ours", comparison)
    assert resolve(comparison, choices, ours, theirs, upstream=UPSTREAM) == ours


@given(sheets(), sheets())
def test_a_side_that_did_nothing_takes_all_of_theirs(base: Sheet, theirs: Sheet) -> None:
    comparison = compare(base, base, theirs)
    assert Verdict.CONFLICT not in {row.verdict for row in comparison}
    choices = everything("theirs", comparison)
    result = resolve(comparison, choices, base, theirs, upstream=UPSTREAM)
    assert sorted(one.digest for one in result.sections) == sorted(
        one.digest for one in theirs.sections
    )


@given(sheets(), sheets(), sheets())
def test_no_section_is_ever_lost(base: Sheet, ours: Sheet, theirs: Sheet) -> None:
    comparison = compare(base, ours, theirs)
    assert tuple(row.ours for row in comparison if row.ours) == ours.sections
    listed = [id(row.theirs) for row in comparison if row.theirs]
    assert sorted(listed) == sorted(id(one) for one in theirs.sections)
    assert len({row.key for row in comparison}) == len(comparison)
    choices: dict[str, Choice] = {}
    for row in comparison:
        if row.verdict is Verdict.CONFLICT:
            choices[row.key] = "theirs" if row.theirs else "ours"
    result = resolve(comparison, choices, ours, theirs, upstream=UPSTREAM)
    kept = {one.key for one in result.sections}
    assert kept >= {one.key for one in ours.sections}
    assert kept >= {row.key for row in comparison if row.verdict is Verdict.THEIRS}
    assert len(kept) == len(result.sections)


@given(sheets(), sheets(), sheets())
def test_both_orders_agree(base: Sheet, one: Sheet, other: Sheet) -> None:
    was, here, beyond = (
        replace(each, sections=tuple(replace(s, upstream=None) for s in each.sections))
        for each in (base, one, other)
    )
    there = {_row_id(row): row for row in compare(was, here, beyond)}
    back = {_row_id(row): row for row in compare(was, beyond, here)}
    assert there.keys() == back.keys()
    for key, row in there.items():
        mirrored = back[key]
        if row.suggestion is None or mirrored.suggestion is None:
            assert mirrored.verdict is SWAPPED.get(row.verdict, row.verdict)
        else:
            assert row.verdict is mirrored.verdict is Verdict.THEIRS
            assert row.suggestion.digest == mirrored.suggestion.digest


def _row_id(row: SectionMerge) -> str:
    found = row.base or row.ours or row.theirs
    assert found is not None
    return found.key
