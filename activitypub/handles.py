"""Handles: `@name@host`, how people write the name of an actor.

The pattern of the name is Mastodon's (`app/models/account.rb`, USERNAME_RE): ASCII letters, digits
and underscores, with dots and hyphens only inside. The host may carry a port, because test networks
do.
"""

import re
from dataclasses import dataclass

from activitypub import iris
from activitypub.errors import Malformed

LONGEST_NAME = 255
"""Characters. No server is known to give out longer names, and it fits a column of any database."""

# ASCII: without it, dotless i and the Kelvin sign would count as i and k.
_NAME = re.compile(r"[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Handle:
    """The name of an actor and the host that vouches for it. Equal handles mean the same actor."""

    name: str
    """As the actor writes it; servers compare it without regard to case."""

    host: str
    """Lower case, ASCII, with the port if it is not the default one of https."""

    def __str__(self) -> str:
        """`name@host`, the form of `acct:` addresses."""
        return f"{self.name}@{self.host}"

    def same_as(self, other: "Handle") -> bool:
        """Whether both name the same actor: upper and lower case do not matter."""
        return str(self).lower() == str(other).lower()


def parse(text: object) -> Handle:
    """Read `@name@host`, `name@host` or `acct:name@host`, each with an optional port.

    Raises:
        Malformed: It is none of these.
    """
    if not isinstance(text, str):
        raise Malformed("a handle must be a string")
    name, at, host = text.strip().removeprefix("acct:").removeprefix("@").rpartition("@")
    if not at or not is_name(name):
        raise Malformed("a handle must look like @name@host")
    return Handle(name, iris.canonical_host(host))


def is_name(text: object) -> bool:
    """Whether a peer may call an actor so: letters, digits, underscores, inner dots and hyphens."""
    return isinstance(text, str) and len(text) <= LONGEST_NAME and _NAME.fullmatch(text) is not None
