"""Prompting: what a form says where its author has said nothing yet.

A section is called after what it is about unless somebody calls it otherwise, so that nobody types
“Costs” above the costs. Such a title exists in the languages of our own words only; in any other,
the author is asked for one.
"""

from dataclasses import replace
from functools import cache
from typing import Final

from actors.rules.sections import Section, Sheet
from federation.pages import translating, words
from federation.pages.translating import N_, gettext

ASKED: Final = {
    "Problem": N_("What is wrong today, where, and for whom? Two or three sentences are enough."),
    "Beneficiaries": N_("Whom does it help, and who takes part?"),
    "Value": N_("What is better afterwards, and how does one notice?"),
    "Steps": N_("What would you do first, next, and then, if you began again elsewhere?"),
    "Costs": N_("What does it take to begin and then each year, and who pays for it?"),
    "Core": N_("What must nobody change, because it would be something else without it?"),
}
"""What to write into a section, for those that every author is asked for."""

MARKS: Final = (
    N_("Everybody may use the name who keeps to the core."),
    N_("Whoever wants to use the name asks us first."),
    N_("The name stays ours; please choose your own."),
)
"""Usual answers to who may use a name."""


def asked(role: str) -> str:
    """What to write into a section, as a question; nothing where we ask nothing."""
    return gettext(ASKED.get(role, ""))


@cache
def usual_title(role: str, language: str) -> str:
    """What a section on this is called in a language; nothing in a language that is not ours."""
    ours = language.split("-", maxsplit=1)[0]
    if role not in words.ROLES or ours not in translating.LANGUAGES:
        return ""
    with translating.speaking(ours):
        return words.label(words.ROLES, role)


def same_title(title: str, language: str, other: str) -> str:
    """A usual title in another language; nothing for a title of somebody's own."""
    of = (role for role in words.ROLES if title and usual_title(role, language) == title)
    return next((usual_title(role, other) for role in of), "")


def titled(sheet: Sheet) -> Sheet:
    """The sheet with usual titles where its author gave none."""
    return replace(sheet, sections=tuple(map(_titled, sheet.sections)))


def _titled(section: Section) -> Section:
    """With a title in each language it has a text in, unless it is called otherwise in one."""
    usual = {tag: usual_title(section.role, tag) for tag in (*section.texts, *section.names)}
    if any(name != usual[tag] for tag, name in section.names.items()):
        return section
    missing = {tag: usual[tag] for tag in section.texts if usual[tag]}
    return replace(section, names={**missing, **section.names})
