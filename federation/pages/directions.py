"""Directions: a text in Arabic or Hebrew runs from right to left, wherever it stands on a page.

Every fragment of a template says its language (`lang="{{ tag }}"`). When a template is compiled,
each of these is given its `dir` as well, so that nobody has to think of it twice. Fragments from
left to right get none: our own words run that way.
"""

import re
from typing import Final

from jinja2.ext import Extension
from markupsafe import Markup

from actors.rules.languages import is_right_to_left

_LANGUAGE: Final = re.compile(r'\blang="\{\{ ([^{}"]+) \}\}"')


class Directions(Extension):
    """Adds the direction behind every language of a template."""

    def preprocess(
        self,
        source: str,
        name: str | None,  # noqa: ARG002 - as Jinja calls it
        filename: str | None = None,  # noqa: ARG002
    ) -> str:
        """The source of a template with directions."""
        return _LANGUAGE.sub(r'lang="{{ \1 }}"{{ (\1)|direction }}', source)


def direction(tag: object) -> Markup:
    """The attribute of a fragment in this language; nothing where it runs from left to right."""
    return Markup(' dir="rtl"') if is_right_to_left(str(tag or "")) else Markup("")
