"""Request and Response as plain values: what signatures are computed over.

Header names are lower case, headers stand in the order in which they were sent, and a header that
was sent twice stands there twice, because a signature that covers "the" Date must not be satisfied
by one of two.
"""

from dataclasses import dataclass

from activitypub.iris import Iri


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request, coming or going."""

    method: str
    """Upper case."""

    url: Iri
    """As the peer addressed us, scheme and query included; the path is the raw one."""

    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in order, repeats kept."""

    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The value of a header that was sent once; None if it was not sent, or more than once."""
        return _only(self.headers_named(name))

    def headers_named(self, name: str) -> tuple[str, ...]:
        """All values of this header, in the order in which they were sent."""
        return _named(self.headers, name)


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a request."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in order, repeats kept."""

    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The value of a header that was sent once; None if it was not sent, or more than once."""
        return _only(self.headers_named(name))

    def headers_named(self, name: str) -> tuple[str, ...]:
        """All values of this header, in the order in which they were sent."""
        return _named(self.headers, name)


def _named(headers: tuple[tuple[str, str], ...], name: str) -> tuple[str, ...]:
    wanted = name.lower()
    return tuple(value for key, value in headers if key == wanted)


def _only(values: tuple[str, ...]) -> str | None:
    return values[0] if len(values) == 1 else None
