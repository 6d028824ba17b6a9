"""Language tags: is it one, and how is it spelt.

A small part of BCP 47 (RFC 5646) is enough for sheets: language, script, region and variants.
Extensions and private use are refused, because a text nobody else can name the language of cannot
be offered to a reader. Tags are kept in the case that RFC 5646, 2.1.1 recommends, since they are
keys of what is digested.
"""

import re

MAX_TAG = 35  # characters; what RFC 5646, 4.4.1 asks software to support

_TAG = re.compile(
    r"[a-z]{2,3}"  # language
    r"(-[A-Z][a-z]{3})?"  # script
    r"(-([A-Z]{2}|[0-9]{3}))?"  # region
    r"(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
)


def is_tag(text: str) -> bool:
    """Whether this is a language tag in its recommended spelling."""
    return len(text) <= MAX_TAG and _TAG.fullmatch(text) is not None


def canonical_tag(text: str) -> str:
    """The same tag in the recommended case, hyphens for underscores; no judgement on the rest."""
    parts = text.strip().replace("_", "-").split("-")
    spelt = [parts[0].lower()]
    for part in parts[1:]:
        if len(part) == 4 and part.isalpha():
            spelt.append(part.title())
        elif len(part) == 2:
            spelt.append(part.upper())
        else:
            spelt.append(part.lower())
    return "-".join(spelt)


_RIGHT_TO_LEFT_SCRIPTS = frozenset(
    {"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"}
)
_RIGHT_TO_LEFT = frozenset(
    {
        "ar",
        "arc",
        "ckb",
        "dv",
        "fa",
        "he",
        "khw",
        "ks",
        "lrc",
        "mzn",
        "nqo",
        "ps",
        "sd",
        "syr",
        "ug",
    }
    | {"ur", "yi"}
)


def is_right_to_left(tag: str) -> bool:
    """Whether a text in this language is written from right to left.

    A script that is named decides, else the script in which the language is mostly written
    (Unicode CLDR 46, `scriptMetadata` and likely subtags).
    """
    language, *rest = canonical_tag(tag).split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
    return script in _RIGHT_TO_LEFT_SCRIPTS if script else language in _RIGHT_TO_LEFT
