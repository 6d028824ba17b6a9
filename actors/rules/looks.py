"""Looks: how the pages of an instance look, as far as its network decides it.

A look is a colour and a mark, each its own or that of the program. What was there before the last
change is kept beside it, so that the change can be undone; undoing twice changes nothing.
"""

from dataclasses import dataclass
from typing import Any, Final, Self

FORMER: Final = "former"


@dataclass(frozen=True)
class Mark:
    """The picture that stands for a network.

    Attributes:
        name: of the file, as in its address: `<digest>.png`.
        width: in pixels.
        height: in pixels.
    """

    name: str
    width: int
    height: int

    @property
    def media_type(self) -> str:
        """Of the file."""
        return "image/png" if self.name.endswith(".png") else "image/jpeg"


@dataclass(frozen=True)
class Look:
    """A colour and a mark.

    Attributes:
        colour: `#0f6b5e`; empty for what the settings say, or else the program.
        mark: None for that of the program.
    """

    colour: str = ""
    mark: Mark | None = None

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        """As it is kept."""
        mark = said.get("mark")
        return cls(said.get("colour", ""), Mark(**mark) if mark else None)

    def to_json(self) -> dict[str, Any]:
        """As it is kept; nothing for what it leaves to the program."""
        said: dict[str, Any] = {"colour": self.colour} if self.colour else {}
        if self.mark is not None:
            shown = self.mark
            said["mark"] = {"name": shown.name, "width": shown.width, "height": shown.height}
        return said


PLAIN: Final = Look()
"""That of the program."""


def former(said: dict[str, Any]) -> Look | None:
    """What was there before the last change; None where nothing has ever changed."""
    return Look.from_json(said[FORMER]) if FORMER in said else None


def changed(said: dict[str, Any], look: Look) -> dict[str, Any]:
    """What is kept after a change; the same where nothing changes."""
    now = Look.from_json(said)
    return said if now == look else look.to_json() | {FORMER: now.to_json()}
