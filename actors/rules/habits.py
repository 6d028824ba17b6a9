"""Habits: what the apps of an organisation begin a post with, unless she says otherwise in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from activitypub.addressing import Visibility
from actors.errors import Unwise
from actors.rules.consent import Quotable
from actors.rules.languages import canonical_tag, is_tag

NO_LANGUAGE: Final = "Validation failed: Default language is not included in the list"


@dataclass(frozen=True)
class Habits:
    """What a post begins with.

    Attributes:
        visible: who may see it.
        is_sensitive: its pictures are shown only to who asks for them.
        language: of the text; None for the organisation's.
        quotable: who may quote it.
    """

    visible: Visibility = Visibility.PUBLIC
    is_sensitive: bool = False
    language: str | None = None
    quotable: Quotable = Quotable.PUBLIC

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "visible": self.visible.name,
            "sensitive": self.is_sensitive,
            "language": self.language,
            "quotable": self.quotable.value,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Habits":
        """As it was kept; what was never said is as usual."""
        usual = cls()
        return cls(
            visible=Visibility[kept.get("visible", usual.visible.name)],
            is_sensitive=bool(kept.get("sensitive", usual.is_sensitive)),
            language=kept.get("language"),
            quotable=Quotable(kept.get("quotable", usual.quotable.value)),
        )


def language(text: str) -> str | None:
    """The language that somebody names; None for an empty name.

    Raises:
        Unwise: it is none.
    """
    if not text:
        return None
    tag = canonical_tag(text)
    if not is_tag(tag):
        raise Unwise(NO_LANGUAGE)
    return tag
