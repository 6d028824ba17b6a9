"""Request and Response as plain values: what signatures are computed over.

Header names are lower case, headers stand in the order in which they were sent, and a header that
was sent twice stands there twice, because a signature that covers "the" Date must not be satisfied
by one of two.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from activitypub.iris import Iri

Headers = tuple[tuple[str, str], ...]


class _Message:
    """What requests and responses have in common: headers, found by their names.

    They are sorted once, because whoever checks a signature asks for a dozen of them.
    """

    __slots__ = ("_by_name",)

    headers: Headers
    _by_name: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        by_name: dict[str, tuple[str, ...]] = {}
        for name, value in self.headers:
            by_name[name] = (*by_name.get(name, ()), value)
        object.__setattr__(self, "_by_name", by_name)  # a message does not change

    def header(self, name: str) -> str | None:
        """The value of a header that was sent once; None if it was not sent, or more than once."""
        values = self._by_name.get(name.lower(), ())
        return values[0] if len(values) == 1 else None

    def headers_named(self, name: str) -> tuple[str, ...]:
        """All values of this header, in the order in which they were sent."""
        return self._by_name.get(name.lower(), ())


@dataclass(frozen=True, slots=True)
class Request(_Message):
    """An HTTP request, coming or going."""

    method: str
    """Upper case."""

    url: Iri
    """As the peer addressed us, scheme and query included; the path is the raw one."""

    headers: Headers
    """Names in lower case, in order, repeats kept."""

    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response(_Message):
    """The answer to a request."""

    status: int
    headers: Headers
    """Names in lower case, in order, repeats kept."""

    body: bytes = b""
