"""Filtered: does a text hold what somebody does not want to read?

As Mastodon does (4.5, custom_filter.rb): letters of either case; a whole word ends where a letter
or digit does, if it begins and ends with one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Word:
    """What is looked for; `is_whole`: not as a part of another word."""

    text: str
    is_whole: bool


def found(words: Iterable[Word], text: str) -> list[str]:
    """Those of the words that the text holds, as they were written.

    Args:
        words: what is looked for.
        text: plain, without markup.
    """
    folded = text.casefold()
    return [
        word.text
        for word in words
        if word.text.casefold() in folded and (not word.is_whole or _whole(word.text).search(text))
    ]


@lru_cache(maxsize=4096)
def _whole(text: str) -> re.Pattern[str]:
    before = r"(?<!\w)" if text[:1].isalnum() else ""
    after = r"(?!\w)" if text[-1:].isalnum() else ""
    return re.compile(f"{before}{re.escape(text)}{after}", re.IGNORECASE)
