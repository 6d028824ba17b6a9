"""Network pages: what a network says of itself and of its house, as its stewards write it.

Six pages, each in several languages: who we are, how to reach us, the house rules, what becomes of
people's data, how we behave to each other, on what terms this may be used. A page that nobody has
written holds nothing; what is shown then is the program's own text, or no page at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Self

from actors.errors import Unwise
from actors.rules import naming
from actors.rules.languages import is_tag

LONGEST_TEXT: Final = 40_000
"""Characters of a page in one language: a privacy policy that lawyers wrote has some 30,000."""

MOST_LANGUAGES: Final = 24
"""Languages of one page: as many as the European Union has."""

MOST_RULES: Final = 30
"""House rules: nobody reads more, and apps show all of them on one screen."""

LONGEST_RULE: Final = 300
"""Characters of a rule, as on Mastodon, whose apps leave no room for more."""

LONGEST_HINT: Final = 1_000
"""Characters of what explains a rule."""

NOT_A_LANGUAGE: Final = "This is not a language tag such as fr, en or pt-BR."
TOO_MANY_LANGUAGES: Final = f"A page has at most {MOST_LANGUAGES} languages."
TOO_MANY_RULES: Final = f"There are at most {MOST_RULES} house rules."


class Kind(StrEnum):
    """Which page it is; also the last part of its address."""

    ABOUT = "about"
    CONTACT = "contact"
    RULES = "rules"
    PRIVACY = "privacy"
    CONDUCT = "conduct"
    TERMS = "terms"


@dataclass(frozen=True)
class HouseRule:
    """One rule.

    Attributes:
        number: by which apps know it; never given twice.
        texts: language → the rule, one sentence.
        hints: language → what explains it; may be empty.
    """

    number: int
    texts: Mapping[str, str]
    hints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A rule as it was typed in one language.

    Attributes:
        number: of the rule; 0 for a new one.
        place: where it shall stand, counted from 1; equal places stay in the order typed.
        text: the rule; empty where it is not told in this language.
        hint: what explains it.
        is_dropped: it holds no more, in any language.
    """

    number: int
    place: int
    text: str
    hint: str
    is_dropped: bool = False


@dataclass(frozen=True)
class Said:
    """What a page says.

    Attributes:
        texts: language → Markdown.
        rules: in their order; of the house rules only.
        last: the highest number ever given to a rule.
        email: to whom one may write; of the contact page only.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[HouseRule, ...] = ()
    last: int = 0
    email: str = ""

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """As it is kept."""
        rules = tuple(
            HouseRule(one["number"], one["texts"], one["hints"]) for one in kept.get("rules", ())
        )
        return cls(kept.get("texts", {}), rules, kept.get("last", 0), kept.get("email", ""))

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        rules = [
            {"number": one.number, "texts": dict(one.texts), "hints": dict(one.hints)}
            for one in self.rules
        ]
        return {"texts": dict(self.texts), "rules": rules, "last": self.last, "email": self.email}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said, so that the program speaks instead."""
        return not (self.texts or self.rules or self.email)

    @property
    def languages(self) -> tuple[str, ...]:
        """In which something is said."""
        return tuple(
            dict.fromkeys([*self.texts, *(tag for one in self.rules for tag in one.texts)])
        )


NOTHING: Final = Said()
"""A page that nobody has written."""


def best(texts: Mapping[str, str], *languages: str) -> tuple[str, str]:
    """A text in the first of these languages that it exists in, else in any; and which that is."""
    for tag in (*languages, *texts):
        if texts.get(tag):
            return texts[tag], tag
    return "", languages[0] if languages else ""


def with_text(said: Said, language: str, text: str) -> Said:
    """The same page with this text in one language; an empty text takes the language away.

    Raises:
        Unwise: it is too long, or the language is none, or one too many.
    """
    _must_be_language(said, language)
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        words = f"This is {len(text):,} characters long; at most {LONGEST_TEXT:,} are allowed."
        raise Unwise(words, fields={"text": words})
    return replace(said, texts=_told(said.texts, language, text))


def with_email(said: Said, email: str) -> Said:
    """The same page with another address to write to; empty for none.

    Raises:
        Unwise: it is no address.
    """
    return replace(said, email=naming.check_email(email) if email.strip() else "")


def with_rules(said: Said, language: str, rows: Sequence[Row]) -> Said:
    """The same rules as they were typed in one language; what other languages say stays.

    A rule without a text in any language is gone. A rule that no row names stays where it was, at
    the end: it was written by somebody else meanwhile.

    Raises:
        Unwise: there are too many, one is too long, or one is explained and not told.
    """
    _must_be_language(said, language)
    known = {one.number: one for one in said.rules}
    faults: dict[str, str] = {}
    made: list[tuple[int, HouseRule]] = []
    last = said.last
    for at, row in enumerate(rows):
        faults |= _faults(at, row)
        before = known.pop(row.number, None)
        if row.is_dropped or not (before or row.text.strip()):
            continue
        if before is None:
            last += 1
        rule = before or HouseRule(last, {})
        rule = replace(
            rule,
            texts=_told(rule.texts, language, row.text.strip()),
            hints=_told(rule.hints, language, row.hint.strip()),
        )
        if rule.texts:
            made.append((row.place, rule))
    if faults:
        raise Unwise(next(iter(faults.values())), fields=faults)
    made.sort(key=lambda one: one[0])
    rules = (*(rule for _, rule in made), *known.values())
    if len(rules) > MOST_RULES:
        raise Unwise(TOO_MANY_RULES)
    return replace(said, rules=rules, last=last)


def with_every_rule(said: Said, rules: Sequence[HouseRule]) -> Said:
    """These rules and no others, in this order; a rule whose number is not known gets a new one.

    Raises:
        Unwise: there are too many, or one is too long.
    """
    known, last, given = {one.number for one in said.rules}, said.last, list[HouseRule]()
    for rule in rules:
        if rule.number in known:
            known.discard(rule.number)
            given.append(rule)
        else:
            last += 1
            given.append(replace(rule, number=last))
    made = replace(said, rules=tuple(given), last=last)
    for language in made.languages:
        rows = [
            Row(one.number, at, one.texts.get(language, ""), one.hints.get(language, ""))
            for at, one in enumerate(given)
        ]
        made = with_rules(made, language, rows)  # what holds for one typed on the page
    return made


def _faults(at: int, row: Row) -> dict[str, str]:
    faults: dict[str, str] = {}
    if row.is_dropped:
        return faults
    if len(row.text.strip()) > LONGEST_RULE:
        faults[f"rule.{at}"] = f"A house rule has at most {LONGEST_RULE} characters."
    if len(row.hint.strip()) > LONGEST_HINT:
        faults[f"hint.{at}"] = f"What explains a rule has at most {LONGEST_HINT:,} characters."
    if row.hint.strip() and not row.text.strip():
        faults[f"rule.{at}"] = "Say the rule itself, not only what explains it."
    return faults


def _told(texts: Mapping[str, str], language: str, text: str) -> dict[str, str]:
    told = {**texts, language: text}
    return {tag: one for tag, one in told.items() if one}


def _must_be_language(said: Said, language: str) -> None:
    if not is_tag(language):
        raise Unwise(NOT_A_LANGUAGE, fields={"language": NOT_A_LANGUAGE})
    if len({*said.languages, language}) > MOST_LANGUAGES:
        raise Unwise(TOO_MANY_LANGUAGES, fields={"language": TOO_MANY_LANGUAGES})
