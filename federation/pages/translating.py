"""Translating: which language a page speaks, and its words, dates and names of languages.

Texts in code and templates are plain English sentences (msgids); `translations/<language>/` holds a
gettext catalogue for each language we speak. That folder is the list: to add a language is to add
`translations/<tag>/LC_MESSAGES/essaim.po`, its tag as browsers say it (`it`). Catalogues are read
as text when the process starts: no compiled file is needed. To gather new texts after a change:

    pybabel extract -F federation/pages/translations/babel.cfg -k N_ -o texts.pot federation/pages
    pybabel update -i texts.pot -d federation/pages/translations -D essaim --no-fuzzy-matching

The language is, in this order: what the address asks for (`?lang=`), what the reader chose before
(a cookie), what the browser prefers (RFC 9110, 12.5.4), and the language of the instance.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from actors.rules.codes.lists import code_list

COOKIE: Final = "essaim_language"
CATALOGUES: Final = Path(__file__).parent / "translations"
CATALOGUE: Final = Path("LC_MESSAGES") / "essaim.po"

LANGUAGES: Final = tuple(
    sorted(path.parent.parent.name for path in CATALOGUES.glob(f"*/{CATALOGUE}"))
)
"""The languages our own words exist in, in the order they are offered in. What people write may be
in any language."""

OTHERWISE: Final = "en"
"""What is spoken where nobody asks for one of ours: the texts in the code are in English."""

_LONGEST_ACCEPT: Final = 1000  # characters of Accept-Language; browsers send some forty
_NUTS_COUNTRIES: Final = {"EL": "GR", "UK": "GB"}  # NUTS spells two countries its own way

_speaking: ContextVar[str] = ContextVar("essaim_language", default=OTHERWISE)


def N_(text: str) -> str:  # noqa: N802 - the usual gettext mark
    """Mark a text that is translated later, when a page shows it."""
    return text


@cache
def catalogue(language: str) -> GNUTranslations:
    """The words of one of our languages.

    Raises:
        FileNotFoundError: there is no such catalogue.
    """
    path = CATALOGUES / language / CATALOGUE
    with path.open("rb") as source:
        read = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return GNUTranslations(compiled)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, every text, date and name is in this language."""
    token = _speaking.set(language)
    try:
        yield
    finally:
        _speaking.reset(token)


def gettext(text: str) -> str:
    """This text in the language being spoken."""
    return catalogue(_speaking.get()).gettext(text) if text else ""


def ngettext(one: str, many: str, number: int) -> str:
    """The form of a text that fits the number, in the language being spoken."""
    return catalogue(_speaking.get()).ngettext(one, many, number)


def choose(asked: str | None, remembered: str | None, accepted: str, otherwise: str) -> str:
    """The language to speak; always one of `LANGUAGES`.

    Args:
        asked: what the address says, if anything.
        remembered: what the cookie says, if anything.
        accepted: the Accept-Language header, or nothing.
        otherwise: the language of the instance.
    """
    for wish in (asked, remembered):
        if wish in LANGUAGES:
            return str(wish)
    for wish in _preferences(accepted[:_LONGEST_ACCEPT]):
        if wish in LANGUAGES:
            return wish
    at_home = otherwise.split("-", maxsplit=1)[0].lower()
    return at_home if at_home in LANGUAGES else OTHERWISE


def _preferences(accepted: str) -> list[str]:
    """Primary languages of an Accept-Language header, the dearest first."""
    weighed: list[tuple[float, str]] = []
    for item in accepted.split(","):
        tag, _, weight = item.partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if quality > 0:
            weighed.append((quality, tag.strip().split("-")[0].lower()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]


def day(moment: date) -> str:
    """A date in words: `12 mars 2026`."""
    return format_date(moment, format="long", locale=_speaking.get())


def minute(moment: datetime) -> str:
    """A date with its time, in UTC: `12 mars 2026, 14:05 UTC`."""
    return f"{day_and_time(moment)} UTC"


def day_and_time(moment: datetime) -> str:
    """A date as `day` says it, with its time in the zone it comes with: `12 mars 2026, 14:05`."""
    return f"{day(moment)}, {moment:%H:%M}"


def span(seconds: int) -> str:
    """How long that is, whichever sign it has: `2 heures`."""
    return format_timedelta(abs(seconds), threshold=2, locale=_speaking.get())


def language_name(tag: str) -> str:
    """The name of a language in the language being spoken; the tag itself when we know no name."""
    return _named(tag, _speaking.get())


def language_title(tag: str) -> str:
    """The name of a language where it stands alone: with a capital."""
    return _capital(_named(tag, _speaking.get()))


def language_own_name(tag: str) -> str:
    """The name of a language in that language, as its readers look for it."""
    return _capital(_named(tag, tag))


def _named(tag: str, speaking_tag: str) -> str:
    try:
        locale = Locale.parse(tag, sep="-")
        speaker = Locale.parse(speaking_tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return tag
    return locale.get_display_name(speaker) or tag


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def territory_name(territory: str) -> str:
    """A territory in words: `Emilia-Romagna, Italie (ITH5)`; else as it is written."""
    code = territory.rstrip("/").rpartition("/")[2]
    country = _NUTS_COUNTRIES.get(code[:2], code[:2])
    name = Locale.parse(_speaking.get()).territories.get(country)
    if name is None or not code.isalnum() or len(code) > 5:
        return territory
    if len(code) == 2:
        return str(name)
    region = code_list("territories").find(code)
    return f"{region.label(_speaking.get())}, {name} ({code})" if region else f"{name} ({code})"


def spoken() -> str:
    """The language being spoken."""
    return _speaking.get()


def amount(number: float) -> str:
    """A number with the separators of the language being spoken."""
    return str(format_decimal(number, locale=_speaking.get()))
