"""Translations: what needs work, what is late, what may be replaced; and merging beside them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from activitypub.multihash import digest_of
from actors.rules import merging, translations
from actors.rules.combining import combine
from actors.rules.merging import Verdict
from actors.rules.sections import Adaptability, Role, Section, Sheet
from actors.rules.translations import HEADING, Piece, State, applied, overtaken, standing, units

FR, NEW = "On répare ensemble.", "On répare ensemble, le samedi."
IT = "Si ripara insieme."


def section(key: str = "why", **given: object) -> Section:
    whole = Section(key, Role.PROBLEM, Adaptability.ADAPTABLE, {"fr": "Pourquoi"}, {"fr": FR})
    return replace(whole, **given)  # type: ignore[arg-type]


def sheet(*sections: Section, language: str = "fr") -> Sheet:
    return Sheet(language, {"fr": "Atelier"}, {"fr": "Un atelier."}, "CC-BY-4.0", sections)


TRANSLATED = section(texts={"fr": FR, "it": IT}, translated_from={"it": digest_of(FR)})


def test_each_section_is_new_stale_fresh_or_its_own() -> None:
    late = replace(TRANSLATED, key="late", texts={"fr": NEW, "it": IT})
    own = section("own", texts={"fr": FR, "it": "Diverso."})
    whole = sheet(section(), replace(TRANSLATED, key="fresh"), late, own)
    heading, new, fresh, stale, adapted = units(whole, "it", {})
    assert [one.state for one in (heading, new, fresh, stale, adapted)] == [
        State.NEW,
        State.NEW,
        State.FRESH,
        State.STALE,
        State.OWN,
    ]
    assert [one.needs_work for one in (heading, new, fresh, stale, adapted)] == [
        True,
        True,
        False,
        True,
        False,
    ]
    assert not adapted.is_open
    assert stale.source is not None
    assert (stale.source.language, stale.source.text) == ("fr", NEW)
    (told,) = translations.progress(whole, ["it"])
    assert (told.total, told.done, told.new, told.stale, told.heading) == (4, 2, 1, 1, False)
    assert all(one.source is None for one in units(whole, "fr", {})[1:3])


def test_a_piece_is_ready_until_its_source_or_what_it_replaces_changes() -> None:
    piece = Piece("why", "Perché", "Ecco.", digest_of(FR), "")
    whole = sheet(section())
    unit = units(whole, "it", {"why": piece})[1]
    assert (unit.needs_work, unit.shown_name, unit.shown_text) == (False, "Perché", "Ecco.")
    moved = units(sheet(section(texts={"fr": NEW})), "it", {"why": piece})[1]
    assert moved.is_late
    assert moved.needs_work
    crossed = sheet(TRANSLATED)
    assert units(crossed, "it", {"why": piece})[1].is_overtaken
    assert overtaken(crossed, "it", [piece]) == ("why",)
    assert overtaken(sheet(section("other")), "it", [piece]) == ("why",)
    assert overtaken(whole, "it", [piece]) == ()
    named = replace(whole, names={"fr": "Atelier", "it": "Officina"})
    heading = Piece(HEADING, "Bottega", "", "z", "")
    assert overtaken(named, "it", [heading]) == (HEADING,)
    assert overtaken(named, "it", [replace(heading, before=standing("Officina", ""))]) == ()


def test_what_is_applied_names_the_source_it_was_made_from() -> None:
    done = applied(
        sheet(section(), section("other")),
        "it",
        [
            Piece("why", "Perché", "Ecco.", digest_of(FR), ""),
            Piece(HEADING, "Officina", "Una officina.", "z", ""),
        ],
    )
    assert done.names == {"fr": "Atelier", "it": "Officina"}
    assert done.summaries["it"] == "Una officina."
    assert done.sections[0].names == {"fr": "Pourquoi", "it": "Perché"}
    assert done.sections[0].translated_from == {"it": digest_of(FR)}
    assert "it" not in done.sections[1].texts
    nameless = applied(sheet(section()), "it", [Piece("why", "", "Ecco.", "z", "")])
    assert nameless.names == {"fr": "Atelier"}
    assert nameless.sections[0].names == {"fr": "Pourquoi"}


def test_what_is_typed_is_tidied_and_judged_alone() -> None:
    assert translations.tidied("why", "it", " Perché  no ", "a  \r\nb\n") == ("Perché no", "a\nb")
    assert translations.tidied(HEADING, "it", "x", "a\nb") == ("x", "a b")
    assert translations.fault_of("why", "it", "x", "y" * 50_001).startswith("This is 50,001")
    assert translations.fault_of("why", "it", "x" * 201, "y").startswith("This is 201")
    assert "invisible" in translations.fault_of("why", "it", "x", "\x07")
    assert "one paragraph" in translations.fault_of(HEADING, "it", "x", "a\n\nb")
    assert translations.fault_of("why", "ar", "", "نص") == ""


def test_a_fork_that_kept_its_translations_only_knows_what_they_translate() -> None:
    alone = section(
        texts={"it": IT},
        translated_from={"it": digest_of(FR)},
        upstream_digests={"fr": digest_of(FR)},
    )
    whole = sheet(alone, language="it")
    known = units(whole, "it", {}, {"why": {"fr": FR}})[1]
    assert known.source == translations.Source("fr", FR, digest_of(FR))
    assert known.state is State.FRESH
    unknown = units(whole, "it", {}, {"why": {"fr": "Something else."}})[1]
    assert unknown.source == translations.Source("fr", "", digest_of(FR))
    assert translations.source_of(replace(alone, upstream_digests={}), "it", "it") is None
    alone_in_french = replace(alone, texts={"fr": FR}, translated_from={"fr": "z"})
    assert translations.source_of(alone_in_french, "it", "fr") is None
    into_english = translations.source_of(alone, "it", "en", {"fr": FR})
    assert into_english is not None
    assert into_english.text == FR


def test_a_declared_translation_never_conflicts_even_where_the_source_text_was_left_out() -> None:
    base, theirs = section(), section(texts={"fr": NEW})
    for ours in (
        TRANSLATED,
        section(texts={"it": IT}, translated_from={"it": digest_of(FR)}),
    ):
        assert translations.only_translated(base, ours)
        (row,) = merging.compare(sheet(base), sheet(ours, language="it"), sheet(theirs))
        assert row.verdict is Verdict.THEIRS
        merged = combine(base, ours, theirs)
        assert merged is not None
        assert merged.texts == {"fr": NEW, "it": IT}
        assert translations.state_of(merged, "it", "it") is State.STALE
        assert combine(base, theirs, ours) == merged
    as_if = section(texts={"fr": NEW}, translated_from={"fr": digest_of(FR)})
    assert not translations.only_translated(base, as_if)
    recast = replace(TRANSLATED, adaptability=Adaptability.CORE)
    assert not translations.only_translated(base, recast)
    own = section(texts={"it": "Diverso."})
    assert not translations.only_translated(base, own)
    assert combine(base, own, theirs) is None


TEXTS = st.text(alphabet="aé \n.*", min_size=1, max_size=30)
OTHERS = st.dictionaries(st.sampled_from(("it", "de", "ar")), TEXTS, max_size=3)


@given(before=TEXTS, after=TEXTS, translated=OTHERS.filter(bool), is_kept=st.booleans())
def test_whatever_is_translated_no_change_of_its_source_conflicts_or_loses_it(
    before: str, after: str, translated: dict[str, str], is_kept: bool
) -> None:
    base, theirs = section(texts={"fr": before}), section(texts={"fr": after})
    kept = {"fr": before} if is_kept else {}
    named = dict.fromkeys(translated, digest_of(before))
    ours = section(texts={**kept, **translated}, translated_from=named)
    (row,) = merging.compare(sheet(base), sheet(ours, language="it"), sheet(theirs))
    assert row.verdict is not Verdict.CONFLICT
    taken = merging.resolve(
        [row], {}, sheet(ours, language="it"), sheet(theirs), upstream=None
    ).sections[0]
    assert {tag: taken.texts[tag] for tag in translated} == translated
    states = {translations.state_of(taken, "it", tag) for tag in translated}
    if before != after:
        assert taken.texts["fr"] == after
        assert states == {State.STALE}


@given(texts=OTHERS.filter(bool), into=st.sampled_from(("it", "de")))
def test_what_is_prepared_everywhere_leaves_no_work_when_it_is_applied(
    texts: dict[str, str], into: str
) -> None:
    whole = sheet(*(section(key) for key in texts))
    ready = {
        one.key: Piece(one.key, "N", "T", one.source.digest, "")
        for one in units(whole, into, {})
        if one.source is not None
    }
    assert not any(one.needs_work for one in units(whole, into, ready))
    done = applied(whole, into, ready.values())
    assert not any(one.needs_work for one in units(done, into, {}))
    (told,) = translations.progress(done, [into])
    assert (told.done, told.heading) == (told.total, True)
