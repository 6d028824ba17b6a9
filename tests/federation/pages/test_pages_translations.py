"""Words: none is missing in a language, none is translated in vain, and all say the same things."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import federation.pages
from federation.pages import refusals_known, translating, words

PAGES = Path(federation.pages.__file__).parent
ROOT = PAGES.parent.parent
PAIRED = re.compile(r"%\(\w+\)s|<(?!code>)[^>]+>")
RUN_TOGETHER = re.compile(
    r"\{% endtrans %\}\n\s*(?:\{% (?:if|for|with|set)\b[^%]*%\})*"
    r"(?:<(?:a|q|strong|span|code|em)\b|\{% trans|\{\{)"
)
"""A text, and words on the next line: the templates drop the end of a line after a block."""

SAID_TO_PEOPLE = (
    "actors/rules/sections.py",
    "actors/rules/colours.py",
    "actors/rules/facts.py",
    "actors/rules/glossaries.py",
    "actors/rules/heading.py",
    "actors/rules/merging.py",
    "actors/rules/licences.py",
    "actors/rules/wishes.py",
    "actors/rules/permissions.py",
    "actors/rules/commons.py",
    "actors/rules/hosts.py",
    "actors/rules/containers.py",
    "actors/rules/naming.py",
    "actors/rules/network_pages.py",
    "actors/verbs/presenting.py",
    "actors/views/network_pages.py",
    "actors/rules/passwords/judging.py",
    "actors/rules/rosters.py",
    "actors/verbs/appointing.py",
    "actors/verbs/enrolling.py",
    "actors/verbs/identifying.py",
    "actors/verbs/inviting.py",
    "actors/verbs/rostering.py",
    "actors/verbs/ticketing.py",
    "actors/views/members.py",
    "federation/passkeys.py",
    "federation/postman.py",
    "actors/documents/archive.py",
    "actors/documents/proving.py",
    "actors/verbs/archiving.py",
    "actors/verbs/recalling.py",
    "actors/verbs/reclaiming.py",
    "actors/verbs/restoring.py",
    "federation/archives.py",
    "actors/verbs/blocking.py",
    "actors/verbs/beginning.py",
    "actors/verbs/choosing.py",
    "actors/verbs/pausing.py",
    "actors/verbs/drafting.py",
    "actors/verbs/dressing.py",
    "actors/views/drafts.py",
    "actors/views/kin.py",
    "actors/views/permits.py",
    "federation/workers/planned.py",
    "actors/verbs/featuring.py",
    "actors/verbs/following.py",
    "actors/verbs/forgetting.py",
    "actors/verbs/joining.py",
    "actors/verbs/tending.py",
    "actors/verbs/defining.py",
    "actors/verbs/translating.py",
    "actors/views/glossaries.py",
    "actors/views/commons.py",
    "actors/verbs/forking.py",
    "actors/rules/proposals.py",
    "actors/verbs/conferring.py",
    "actors/verbs/considering.py",
    "actors/verbs/proposing.py",
    "actors/rules/jottings.py",
    "actors/verbs/jotting.py",
    "actors/verbs/liking.py",
    "actors/verbs/moving.py",
    "actors/verbs/posting.py",
    "actors/verbs/publishing.py",
    "actors/verbs/quoting.py",
    "actors/verbs/remarking.py",
    "actors/verbs/replicating.py",
    "actors/verbs/attesting.py",
    "actors/rules/records.py",
    "actors/verbs/reporting.py",
    "actors/verbs/reverting.py",
    "actors/verbs/rewording.py",
    "federation/rates.py",
    "actors/rules/illustrations.py",
    "actors/verbs/picturing.py",
    "actors/verbs/illustrating.py",
    "actors/verbs/portraying.py",
    "federation/files/darkroom.py",
    "federation/files/reading_room.py",
    "federation/media.py",
    "federation/files/uploads.py",
    *(f"federation/pages/{path.name}" for path in PAGES.glob("*.py")),
)
REFUSALS = ("NotFound", "Gone", "NotAllowed", "Conflicting", "Unwise", "Refusal", "_must")
"""What a sentence for people is given to; `words` and `explanation` are the names it has before."""


@cache
def used() -> frozenset[str | tuple[str, ...]]:
    """Every text in code and templates."""
    found = extract_from_dir(
        PAGES,
        method_map=[("**.py", "python"), ("**/templates/**.html", "jinja2")],
        options_map={"**/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}},
        keywords={"gettext": None, "ngettext": (1, 2), "N_": None},
    )
    return frozenset(message for _, _, message, _, _ in found)


def catalogue(language: str) -> Catalog:
    with (PAGES / "translations" / language / "LC_MESSAGES" / "essaim.po").open("rb") as file:
        return read_po(file, locale=language)


def forms_of(message: Message) -> list[str]:
    """A translation in singular and plural, or the one that there is."""
    return [message.string or ""] if isinstance(message.string, str) else list(message.string or ())


@pytest.mark.parametrize("language", translating.LANGUAGES)
def test_every_text_is_translated_and_none_in_vain(language: str) -> None:
    known = {message.id: message for message in catalogue(language) if message.id}
    assert used() - known.keys() == set()
    assert known.keys() - used() == set()
    for message in known.values():
        assert all(forms_of(message)), message.id
        assert not message.fuzzy


@pytest.mark.parametrize("language", translating.LANGUAGES)
def test_translations_keep_the_holes_and_the_markup(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        one = message.id if isinstance(message.id, str) else message.id[0]
        for form in forms_of(message):
            assert sorted(PAIRED.findall(form)) == sorted(PAIRED.findall(one)), message.id


def test_french_sentences_keep_their_punctuation_together() -> None:
    for message in catalogue("fr"):
        for form in forms_of(message):
            assert not re.search(r" [:;?!»]|« ", form), form


def test_spanish_questions_and_exclamations_are_opened_and_quotes_are_its_own() -> None:
    for message in catalogue("es"):
        for form in forms_of(message) if message.id else ():
            text = re.sub(r"<[^>]+>", "", form).removeprefix("? ")  # the lineage says "? rechazado"
            for opening, closing in ("¿?", "¡!", "«»"):
                assert text.count(opening) == text.count(closing), form
            assert not re.search(r"[“”„\"]|« | [»:;?!]", text), form


def test_german_quotes_are_its_own() -> None:
    for message in catalogue("de"):
        for form in forms_of(message) if message.id else ():
            text = re.sub(r"<[^>]+>|`[^`]*`", "", form)
            assert text.count("„") == text.count("“"), form
            assert not re.search(r"[«»”\"\u00a0\u202f]| [:;?!]", text), form


def test_a_sentence_at_the_end_of_a_line_does_not_run_into_the_next() -> None:
    for path in sorted(PAGES.glob("templates/*.html")):
        assert not RUN_TOGETHER.search(path.read_text()), path.name


def said(path: Path) -> Iterator[str]:
    """The sentences that a source may refuse with, holes filled with a word."""
    for node in ast.walk(ast.parse(path.read_text())):
        told: ast.expr | None = None
        match node:
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in REFUSALS:
                told = first
            case ast.Yield(value=ast.Tuple(elts=[_, second])):
                told = second
            case ast.keyword(arg="explanation", value=value):
                told = value
            case ast.Assign(targets=[ast.Name(id="words")], value=value):
                told = value
            case _:
                continue
        if sentence := _sentence(told):
            yield sentence


def _sentence(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if " " in node.value else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values
        )
    return ""


@pytest.mark.parametrize("source", SAID_TO_PEOPLE)
def test_what_people_are_refused_with_is_known_in_every_language(source: str) -> None:
    with translating.speaking("en"):
        english = {sentence: words.say(sentence) for sentence in said(ROOT / source)}
    for language in (tag for tag in translating.LANGUAGES if tag != "en"):
        with translating.speaking(language):
            for sentence, told in english.items():
                assert words.say(sentence) != told, (language, sentence)


def test_no_refusal_is_translated_that_nobody_says() -> None:
    places = [*SAID_TO_PEOPLE, "federation/lookup.py", "federation/refusals.py"]
    sources = " ".join(
        (ROOT / place).read_text() for place in places if "refusals_known" not in place
    )
    flat = re.sub(r'"\s*f?"', "", sources)  # sentences written over two lines
    flat = re.sub(r"\{[^{}]*\}", "x", flat)
    for template in refusals_known.PATTERNS:
        sentence = re.sub(r"%\(\w+\)s", "x", template)
        if template not in ("Not Found", "Method Not Allowed"):  # aiohttp's
            assert sentence in flat, template


def test_a_sentence_with_numbers_is_told_in_french() -> None:
    with translating.speaking("fr"):
        told = words.say("This is 5,000 characters long; at most 300 are allowed.")
    assert told.replace("\xa0", " ") == "Ce texte compte 5,000 signes ; 300 au plus sont permis."


def test_a_sentence_nobody_knows_is_shown_as_it_is() -> None:
    with translating.speaking("fr"):
        assert words.say("something new happened") == "Something new happened."


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "chosen"),
    [
        ("en", "fr", "fr", "en"),
        ("xx", "en", "fr", "en"),
        (None, None, "nl,en;q=0.5,fr;q=0.9", "fr"),
        (None, None, "en-GB", "en"),
        (None, None, "fr;q=0,en;q=x,*", "fr"),
        (None, None, "", "fr"),
        (None, None, "nl", "fr"),
        ("../../etc", "../x", ",;q=,q=;", "fr"),
    ],
)
def test_the_language_is_chosen_by_wish_memory_browser_instance(
    asked: str | None, remembered: str | None, accepted: str, chosen: str
) -> None:
    assert translating.choose(asked, remembered, accepted, "fr") == chosen


def test_an_instance_in_another_language_falls_back_to_the_english_of_our_texts() -> None:
    assert translating.choose(None, None, "", "nl") == "en"
    assert translating.choose(None, None, "", "fr-CA") == "fr"


def test_the_languages_are_those_of_the_folder_and_babel_knows_their_dates_and_names() -> None:
    folder = {path.name for path in (PAGES / "translations").iterdir() if path.is_dir()}
    assert set(translating.LANGUAGES) == folder >= {"en", "fr"}
    moment = datetime(2026, 3, 12, 14, 5, tzinfo=UTC)
    for language in translating.LANGUAGES:
        with translating.speaking(language):
            assert re.search(r"12\D.*2026, 14:05 UTC$", translating.minute(moment)), language
            assert translating.language_own_name(language) != language
            assert re.fullmatch(r"2\s\w+", translating.span(7200))


@pytest.mark.parametrize(
    ("territory", "name"),
    [
        ("http://data.europa.eu/nuts/code/FR", "France"),
        ("http://data.europa.eu/nuts/code/ITH5", "Emilia-Romagna, Italie (ITH5)"),
        ("http://data.europa.eu/nuts/code/EL99", "Grèce (EL99)"),
        ("Wallonie", "Wallonie"),
        ("", ""),
    ],
)
def test_territories_have_names(territory: str, name: str) -> None:
    with translating.speaking("fr"):
        assert translating.territory_name(territory) == name


def test_languages_have_names_also_odd_ones() -> None:
    with translating.speaking("fr"):
        assert translating.language_name("it") == "italien"
        assert translating.language_title("it") == "Italien"
        assert translating.language_own_name("it") == "Italiano"
        assert translating.language_name("zz-ZZ-nonsense") == "zz-ZZ-nonsense"
