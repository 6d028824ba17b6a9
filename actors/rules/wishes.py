"""Wishes: what somebody looks for, checked and made into expressions.

Looking goes from narrow to wide, and what is found earlier stands first:

1. every word stands in the name or the summary,
2. every word stands somewhere in the text,
3. every word, or anything that the concept is called which it names, in any language.

Each step finds all that the one before finds; facets narrow all of them alike.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Final

from actors.errors import Unwise
from actors.rules import concepts, labels, legal_forms, searching
from actors.rules.expressions import Expression, Token, both, either

LONGEST: Final = 200
"""Characters that are searched for: a sentence. A whole text is nobody's search."""

MOST_WORDS: Final = 12
"""Telling words of one search: each is one more list to be read, and nobody means thirteen."""

LONGEST_VALUE: Final = labels.LONGEST
"""Characters of a facet's value."""

LEAD: Final = "^"
"""Before the words of a name or summary, where they stand a second time."""

FACETS: Final = (
    "family",
    "theme",
    "territory",
    "language",
    "maturity",
    "evidence",
    "licence",
    "status",
    "by",
)
"""What a search is narrowed by, by its name in addresses."""

_LABEL: Final = {"territory": "in"}
"""A facet's label, where it is called differently."""

KINDS: Final = (labels.MODEL, labels.ORGANISATION, labels.COMMONS)
"""What can be looked for by facets; people are found by name alone, in apps."""

_VALUE: Final = re.compile(r"[^\s\x00-\x1f]+")


@dataclass(frozen=True)
class Wish:
    """What somebody looks for; empty means anything.

    Attributes:
        q: words.
        kind: model, organisation or commons.
        near: a territory: what lies in it or around it, or could be anywhere.
        evidence: a level that records of practice have reached at least, such as E2.
        form: a legal form, by code, address or kind: what takes such a form, or any.
    """

    q: str = ""
    kind: str = labels.MODEL
    family: str = ""
    theme: str = ""
    territory: str = ""
    language: str = ""
    maturity: str = ""
    evidence: str = ""
    licence: str = ""
    status: str = ""
    by: str = ""
    near: str = ""
    form: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing in particular is looked for."""
        return self == Wish(kind=self.kind)

    @property
    def said(self) -> dict[str, str]:
        """What is said, by its name in addresses; what is usual is left out."""
        usual = Wish()
        both_ = ((one.name, str(getattr(self, one.name))) for one in fields(self))
        return {name: value for name, value in both_ if value != getattr(usual, name)}

    def but(self, **changes: str) -> "Wish":
        """The same wish with something else."""
        return replace(self, **changes)

    @property
    def words(self) -> list[str]:
        """The telling words of `q`, in lower case, with their accents."""
        return searching.telling(searching.split(self.q))


NAMES: Final = tuple(one.name for one in fields(Wish))


def check(wish: Wish) -> None:
    """Whether this can be looked for.

    Raises:
        Unwise: with every fault at once.
    """
    if faults := dict(_faults(wish)):
        raise Unwise("This cannot be searched for.", fields=faults)


def narrowed(wish: Wish) -> Expression:
    """What everything found must be, whatever its words."""
    parts: list[Expression] = [Token(labels.token(f"kind={wish.kind}"))]
    parts += [
        Token(labels.token(_label(facet, value)))
        for facet in FACETS
        if (value := str(getattr(wish, facet)))
    ]
    if wish.near:
        parts.append(_around(labels.territory(wish.near)))
    if wish.form:
        parts.append(_alike(wish.form))
    return both(*parts)


def steps(wish: Wish) -> list[Expression]:
    """The words, from narrow to wide; empty where none are looked for."""
    typed = wish.words[:MOST_WORDS]
    if not typed:
        return []
    wide = widest(typed)
    plain = both(*(_word(one) for one in typed))
    found = [both(*(_word(one, LEAD) for one in typed)), plain]
    return found if wide == plain else [*found, wide]


def widest(typed: list[str]) -> Expression:
    """Every word, or anything that the concept which it names is called."""
    parts: list[Expression] = []
    start = 0
    while start < len(typed):
        length, named = concepts.in_words(typed, start)
        span = typed[start : start + max(length, 1)]
        literal = both(*(_word(one) for one in span))
        parts.append(either(literal, *(other for one in named for other in _called(one))))
        start += max(length, 1)
    return both(*parts)


def by_name(typed: str) -> Expression | None:
    """Somebody whose name or handle holds words that begin like these; None where there is none."""
    given = searching.words(typed[:LONGEST])[:MOST_WORDS]
    return both(*(Token(LEAD + one, is_start=True) for one in given)) if given else None


def _faults(wish: Wish) -> Iterator[tuple[str, str]]:
    if len(wish.q) > LONGEST:
        yield "q", f"Please search for at most {LONGEST} characters."
    elif len(wish.words) > MOST_WORDS:
        yield "q", f"Please search for at most {MOST_WORDS} words."
    if wish.kind not in KINDS:
        yield "kind", "What is looked for must be a model, an organisation or a commons."
    for name, value in wish.said.items():
        if name not in ("q", "kind") and not _fits(value):
            yield name, f"This must be one word of at most {LONGEST_VALUE} characters."


def _word(word: str, prefix: str = "") -> Expression:
    own = searching.folded(word)[: searching.LONGEST_WORD]
    is_start = len(own) >= searching.SHORTEST_START
    # What begins like the word is found with it: to ask twice costs a database twice.
    stems = (one for one in searching.asked(word) if not (is_start and one.startswith(own)))
    return either(Token(prefix + own, is_start=is_start), *(Token(prefix + one) for one in stems))


def _called(concept: concepts.Concept) -> list[Expression]:
    """Everything that a concept is found by: its label, and its names in every language."""
    found: list[Expression] = [Token(labels.token(concept.label))]
    for language, names in concept.names.items():
        for name in names:
            span = searching.telling(searching.split(name))
            found.append(both(*(Token(searching.keys(one, language)[-1]) for one in span)))
    return found


def _label(facet: str, value: str) -> str:
    match facet:
        case "territory":
            value = labels.territory(value)
        case "language":
            value = value.partition("-")[0]
        case "family" | "theme":
            value = labels.bare(value).removeprefix(f"{facet}-")
        case "maturity" | "status":
            value = labels.bare(value)
        case "evidence":
            value = labels.bare(value).upper()
        case _:
            pass
    return f"{_LABEL.get(facet, facet)}={value}"


def _around(code: str) -> Expression:
    """In it, or in a larger one that holds it, or anywhere."""
    above = (Token(labels.token(f"at={one}")) for one in labels.larger(code))
    return either(
        Token(labels.token(f"in={code}")), *above, Token(labels.token(f"at={labels.ANY}"))
    )


def _alike(form: str) -> Expression:
    """It takes this form, or one of the same kind, or says nothing of forms."""
    kind = form if form in legal_forms.KINDS else legal_forms.kind(form)
    parts = [
        Token(labels.token(f"form={legal_forms.code(form)}")),
        Token(labels.token(f"form={labels.ANY}")),
    ]
    return either(*parts, *([Token(labels.token(f"formkind={kind}"))] if kind else []))


def _fits(value: str) -> bool:
    return len(value) <= LONGEST_VALUE and _VALUE.fullmatch(value) is not None
