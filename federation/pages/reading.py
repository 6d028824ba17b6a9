"""Reading: a sheet in one language, with what is missing or late said at the place.

A reader chooses the language of the text apart from that of our own words (`?text=it`). Where a
section does not exist in that language, it is shown in the one it was written in, and says so.
"""

from dataclasses import dataclass, replace

from actors.rules.merging import SectionMerge, Verdict
from actors.rules.sections import Section, Sheet, stale
from actors.views.lineage import Upstream


@dataclass(frozen=True)
class SectionShown:
    """A section as one reader sees it.

    Attributes:
        section: the whole of it.
        name: its title, in `name_language`.
        text: its Markdown, in `language`.
        missing: it does not exist in the language she asked for.
        late: it is a translation, and the text it translates has changed since.
    """

    section: Section
    name: str
    name_language: str
    text: str
    language: str
    missing: bool
    late: bool


@dataclass(frozen=True)
class Reading:
    """A whole sheet as one reader sees it."""

    language: str
    name: str
    name_language: str
    summary: str
    summary_language: str
    sections: tuple[SectionShown, ...]


def read(sheet: Sheet, wanted: tuple[str | None, ...]) -> Reading:
    """The sheet in the first of the wanted languages that it has, else in its own."""
    language = next((tag for tag in wanted if tag in sheet.languages), None) or sheet.language
    name, name_language = best(sheet.names, language, sheet.language)
    summary, summary_language = best(sheet.summaries, language, sheet.language)
    return Reading(
        language=language,
        name=name,
        name_language=name_language,
        summary=summary,
        summary_language=summary_language,
        sections=tuple(_section(section, language, sheet.language) for section in sheet.sections),
    )


def abroad(sheet: Sheet, language: str) -> Reading:
    """The sheet as somebody sees it who reads this language, whether it has that one or not."""
    home = read(sheet, (language,))
    if home.language == language:
        return home
    sections = tuple(replace(shown, missing=True) for shown in home.sections)
    return replace(home, language=language, sections=sections)


def best(texts: object, *languages: str) -> tuple[str, str]:
    """A text in the first of these languages that it exists in, else in any; and which that is.

    Args:
        texts: language → text; what a peer sent may be something else, and then holds nothing.
        languages: the dearest first.
    """
    if not isinstance(texts, dict) or not texts:
        return "", languages[0]
    for tag in (*languages, *texts):
        if texts.get(tag):
            return str(texts[tag]), tag
    return "", languages[0]


def titles(sheet: Sheet, language: str) -> dict[str, str]:
    """The titles of its sections by key, for a reader of this language."""
    return {
        section.key: best(dict(section.names), language, sheet.language)[0] or section.key
        for section in sheet.sections
    }


def source_changes(upstream: Upstream) -> list[SectionMerge]:
    """The sections that the source of an adaptation changed: those somebody has to look at."""
    return [row for row in upstream.sections if row.verdict in (Verdict.THEIRS, Verdict.CONFLICT)]


def _section(section: Section, language: str, source: str) -> SectionShown:
    text, text_language = best(dict(section.texts), language, source)
    name, name_language = best(dict(section.names), text_language, language, source)
    return SectionShown(
        section=section,
        name=name,
        name_language=name_language,
        text=text,
        language=text_language,
        missing=text_language != language,
        late=text_language in stale(section, source),
    )
