"""The sheet form: a sheet survives the way through the form and back."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict, MultiDictProxy
from together.street import a_sheet

from activitypub.multihash import digest_of
from actors.rules.sections import Adaptability, Role, Section, Sheet, clean
from federation.pages import sheet_form
from federation.pages.sheet_form import Draft, DraftSection
from federation.pages.words import WRITING_LANGUAGES


def as_fields(draft: Draft) -> MultiDictProxy[str]:
    """What a browser sends for a draft, line ends and all."""
    sent: MultiDict[str] = MultiDict()
    sent.add("language", draft.language)
    sent.add("was-language", draft.language)
    for tag in draft.languages:
        sent.add("languages", tag)
        sent.add(f"name.{tag}", draft.names.get(tag, ""))
        sent.add(f"summary.{tag}", draft.summaries.get(tag, ""))
    sent.extend(("folded", tag) for tag in draft.folded)
    for name in ("license", "note"):
        sent.add(name, getattr(draft, name))
    for name in ("family", "maturity", "mode", "mark"):
        sent.add(name, getattr(draft.facts, name))
    for name, text in draft.facts.coded.items():
        sent.add(name, text)
    for place, line in enumerate(draft.facts.cost_lines):
        for name in ("kind", "least", "most", "currency", "year"):
            sent.add(f"c{place}.{name}", getattr(line, name))
    sent.add("base", str(draft.base))
    for place, typed in enumerate(draft.sections):
        sent.add("section", str(place))
        for name in ("key", "role", "adaptability", "reason", "why"):
            sent.add(f"s{place}.{name}", getattr(typed, name))
        for tag in draft.languages:
            sent.add(f"s{place}.name.{tag}", typed.names.get(tag, ""))
            sent.add(f"s{place}.text.{tag}", typed.texts.get(tag, "").replace("\n", "\r\n"))
            sent.add(f"s{place}.kind.{tag}", typed.kinds.get(tag, "own"))
    return MultiDictProxy(sent)


def through_the_form(sheet: Sheet) -> Sheet:
    draft = sheet_form.read(as_fields(sheet_form.from_sheet(sheet, 1)))
    again, faults = sheet_form.to_sheet(draft, sheet)
    assert faults == {}
    return again


words = st.text(alphabet="aé b*\n", min_size=1, max_size=20).filter(str.strip)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    sections = []
    for number in range(draw(st.integers(1, 4))):
        texts = {"fr": draw(words)} | ({"it": draw(words)} if draw(st.booleans()) else {})
        source = draw(st.sampled_from([digest_of(texts["fr"].strip("\n")), digest_of("before")]))
        translated = {"it": source} if "it" in texts and draw(st.booleans()) else {}
        sections.append(
            Section(
                key=f"s-{number}",
                role=draw(st.sampled_from(Role)),
                adaptability=draw(st.sampled_from(Adaptability)),
                names={"fr": draw(words)},
                texts=texts,
                translated_from=translated,
                upstream="https://a.test/models/x#k" if draw(st.booleans()) else None,
            )
        )
    return clean(Sheet("fr", {"fr": draw(words)}, {}, "CC-BY-4.0", tuple(sections), {"cost": [1]}))


@given(sheets())
def test_a_sheet_that_nobody_changed_comes_back_as_it_was(sheet: Sheet) -> None:
    assert through_the_form(sheet) == sheet


def test_the_sheet_of_the_street_comes_back_as_it_was() -> None:
    assert through_the_form(a_sheet()) == clean(a_sheet())


def test_what_a_browser_may_send_is_borne() -> None:
    for sent in (
        {},
        {"language": "../..", "section": "x", "base": "-1"},
        {"language": "fr", "section": "0", "s0.role": "Nothing", "s0.adaptability": "?"},
    ):
        draft = sheet_form.read(MultiDictProxy(MultiDict(sent)))
        sheet, faults = sheet_form.to_sheet(draft)
        assert isinstance(sheet, Sheet)
        if "s0.role" in sent:
            assert set(faults) == {"s0.role", "s0.adaptability"}


def test_buttons_that_nobody_drew_change_nothing() -> None:
    draft = sheet_form.blank("fr")
    for button in ("up:0", "down:5", "remove:9", "remove:x", "nonsense", "", "up:-1", "a b"):
        assert sheet_form.press(draft, button) == (draft, "")


def test_there_is_an_end_to_sections_and_languages() -> None:
    draft = sheet_form.blank("fr")
    for _ in range(200):
        draft, _ = sheet_form.press(draft, "add-section")
    assert len(draft.sections) == 100
    for tag in ("en", "it", "es", "de", "nl", "pt", "ca", "eu", "br", "oc", "co", "pl", "ro"):
        draft, _ = sheet_form.press(draft, "add-language", tag)
    assert len(draft.languages) == sheet_form.MAX_LANGUAGES
    assert sheet_form.press(draft, "add-language", "no tag at all")[0] == draft
    assert sheet_form.press(draft, "remove-language:fr")[0] == draft


def test_removing_every_section_leaves_a_place_to_go_on() -> None:
    draft = Draft(language="fr", languages=("fr",), sections=(DraftSection(),))
    assert sheet_form.press(draft, "remove:0")[1] == "add-section"


def test_a_language_that_is_there_already_comes_first_when_chosen() -> None:
    sent = as_fields(Draft(language="fr", languages=("fr", "en"), names={"fr": "a", "en": "b"}))
    changed = MultiDict(sent)
    changed["language"] = "en"
    draft = sheet_form.read(MultiDictProxy(changed))
    assert draft.languages == ("en", "fr")
    assert draft.names == {"fr": "a", "en": "b"}


def test_two_new_sections_of_one_name_get_two_keys() -> None:
    twins = tuple(
        DraftSection(names={"fr": "Étapes"}, texts={"fr": "x"}, kinds={}) for _ in range(2)
    )
    draft = Draft(language="fr", languages=("fr",), names={"fr": "M"}, sections=twins)
    sheet, _ = sheet_form.to_sheet(draft)
    assert [section.key for section in sheet.sections] == ["etapes", "etapes-2"]


def test_a_section_of_translations_alone_keeps_what_it_translates() -> None:
    known = digest_of("lost")
    section = Section(
        "k", Role.COSTS, Adaptability.CORE, {"it": "n"}, {"it": "t"}, translated_from={"it": known}
    )
    sheet = Sheet("fr", {"fr": "M"}, {}, "CC-BY-4.0", (section,))
    assert through_the_form(sheet).sections[0].translated_from == {"it": known}


def test_faults_are_placed_beside_their_fields() -> None:
    draft = Draft(language="fr", languages=("fr",))
    placed = sheet_form.faults_by_field(
        {
            "sections[2].texts.fr": "a",
            "sections[0].names": "b",
            "names.fr": "c",
            "sections": "d",
            "summaries.it": "e",
            "sections[1].key": "f",
        },
        draft,
    )
    assert placed == {
        "s2.text.fr": "a",
        "s0.name.fr": "b",
        "name.fr": "c",
        "sections": "d",
        "summary.it": "e",
        "s1.key": "f",
    }


def test_sections_that_nobody_filled_in_are_left_out_and_faults_keep_their_places() -> None:
    typed = DraftSection(role="Costs", names={"fr": "Coûts"})
    draft = Draft("fr", ("fr",), {"fr": "M"}, sections=(DraftSection(), typed))
    sheet, faults = sheet_form.to_sheet(draft)
    assert [section.key for section in sheet.sections] == ["couts"]
    assert faults == {}
    placed = sheet_form.faults_by_field({"sections[0].texts": "a"}, draft)
    assert placed == {"s1.text.fr": "a"}


def test_what_is_mandatory_is_missed_until_its_author_says_that_it_is_unfinished() -> None:
    draft = Draft("fr", ("fr",), {"fr": "M"}, sections=sheet_form.blank("fr").sections[:2])
    sheet, _ = sheet_form.to_sheet(draft)
    missing = sheet_form.unfinished_faults(draft, sheet)
    assert set(missing) == {"s0.text.fr", "s1.text.fr", "sections", "unfinished"}
    assert sheet_form.unfinished_faults(replace(draft, unfinished=True), sheet) == {}


def test_languages_that_have_no_fields_stay_as_they_are() -> None:
    tags = WRITING_LANGUAGES[:24]
    texts = {tag: f"Text {tag}." for tag in tags}
    late = {tag: digest_of("Before.") for tag in tags if tag != "fr"}
    section = Section("why", Role.PROBLEM, Adaptability.CORE, {"fr": "Pourquoi"}, texts, late)
    before = Sheet("fr", dict.fromkeys(tags, "M"), dict.fromkeys(tags, "S"), "CC0-1.0", (section,))
    draft = sheet_form.from_sheet(before, 3)
    assert len(draft.languages) == sheet_form.MOST_SHOWN
    again = sheet_form.read(as_fields(draft))
    sheet, faults = sheet_form.to_sheet(again, before)
    assert faults == {}
    assert sheet == before
    hidden = draft.folded[0]
    assert sheet_form.press(again, "add-language", hidden)[0].languages == again.languages
