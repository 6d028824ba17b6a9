"""Searching: what a text is found by, and what is looked for when somebody types words.

A text is found by its words, in lower case and without accents (`cafe` finds `Café`), and by the
stems of its words in the language it is written in (`réparations` finds `réparer`). Stems are made
here, by Snowball, and not by the databases: SQLite has none for French, PostgreSQL's would want
another configuration for each text, and both shall find the same.

Whoever asks does not say in which language. A word that is looked for therefore stands for its
stems in all of `ASKED_IN`. Source of the stemmers: snowballstem.org, by PyStemmer 3.1.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

import Stemmer

ALGORITHMS: Final = {
    "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish",
    "fr": "french", "ga": "irish", "hu": "hungarian", "it": "italian", "lt": "lithuanian",
    "nl": "dutch", "pl": "polish", "pt": "portuguese", "ro": "romanian", "sv": "swedish",
}  # fmt: skip
"""The languages of the European Union whose words have stems here; others are found as written."""

ASKED_IN: Final = ("fr", "en", "it", "es", "de", "nl", "pt", "ca")
"""Languages in which people ask: those of the concept lists, and their nearest neighbours. A word
that is looked for stands for one stem in each, so their number is what a search costs."""

LONGEST_WORD: Final = 40
"""Characters of a word that count: longer ones are addresses and digests."""

SHORTEST_START: Final = 4
"""Letters from which on a word also finds longer ones that begin so: `sel` is not `selon`."""

SHORTEST_STEM: Final = 3
"""Letters; what is shorter stands for too much."""

_IDLE: Final = (
    "les des une dans pour avec sur par aux est qui que son nos nous notre"
    " the and for with from that this our are per con del della dei degli delle gli nel nella"
    " los las para por sus der die das und mit ein eine von den dem zum zur auf het een van voor"
)
IDLE: Final = frozenset(_IDLE.split())
"""Words that say nothing of what is looked for; folded. Shorter ones are left out anyway."""

_WORD: Final = re.compile(r"[^\W_]+")
_MARKS: Final = re.compile("[\u0300-\u036f]+")


def folded(text: str) -> str:
    """Lower case and without accents, so that `cafe` finds `Café`; the same on every database."""
    if text.isascii():
        return text.lower()
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    if plain.isascii():
        return plain
    return "".join(char for char in plain if not unicodedata.combining(char))


def split(text: str) -> list[str]:
    """The words of a text, in lower case, with their accents."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def words(text: str) -> list[str]:
    """The words of a text, folded."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(folded(text))]


def telling(typed: Iterable[str]) -> list[str]:
    """Of the words that somebody typed, those that say what she looks for; all if none does."""
    given = list(typed)
    return [word for word in given if len(word) > 2 and folded(word) not in IDLE] or given


@lru_cache(maxsize=8192)
def keys(word: str, language: str) -> tuple[str, ...]:
    """What a word in a text of this language is found by: itself and its stem, both folded."""
    own = folded(word)[:LONGEST_WORD]
    found = stem(word, language)
    return (own,) if found in (own, "") else (own, found)


def stem(word: str, language: str) -> str:
    """The stem of a word (lower case, with its accents), folded; nothing where there is none."""
    stemmer = _stemmer(language.partition("-")[0].lower())
    found = folded(stemmer.stemWord(word[:LONGEST_WORD])) if stemmer else ""
    return found if len(found) >= SHORTEST_STEM else ""


@lru_cache(maxsize=1024)
def asked(word: str) -> tuple[str, ...]:
    """The stems that a word may have, whatever language it is."""
    stems = [stem(word, language) for language in ASKED_IN]
    return tuple(dict.fromkeys(one for one in [*stems, singular(word)] if one))


def singular(word: str) -> str:
    """A word without the -s that Snowball leaves after a vowel (`vélos`), folded."""
    own = folded(word)[:LONGEST_WORD]
    return own[:-1] if own.endswith("s") and len(own) > SHORTEST_START else own


def found_by(text: str, language: str) -> set[str]:
    """Everything that a text in this language is found by."""
    return {key for word in set(split(text)) for key in keys(word, language)}


def pattern(text: str) -> str:
    r"""A LIKE pattern that finds the text anywhere; `%`, `_` and `\` in it stand for themselves."""
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


@cache
def _stemmer(language: str) -> "Stemmer.Stemmer | None":
    algorithm = ALGORITHMS.get(language)
    return None if algorithm is None else Stemmer.Stemmer(algorithm, 0)
