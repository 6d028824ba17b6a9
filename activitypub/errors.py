"""What can be wrong with something a peer said, and whose fault it is.

Every kind carries four answers, so that no caller needs a table of its own: `reason` (words which a
stranger may read), `code` (one of a closed list, for logs and journals), `status_hint` (the HTTP
status that fits) and `temporary` (would the same bytes be welcome later?).

The codes are a closed list because operators count them and tests compare them.
"""

from typing import ClassVar

CODES = frozenset(
    {
        "framing",
        "method",
        "content-type",
        "content-coding",
        "too-large",
        "json",
        "context",
        "ld-keyword",
        "no-signature",
        "signature-syntax",
        "coverage",
        "digest",
        "time",
        "host",
        "algorithm",
        "key-url",
        "key-fetch",
        "key-strength",
        "key-owner",
        "signer-not-actor",
        "origin-activity",
        "origin-object",
        "attribution",
        "not-owner",
        "audience",
        "tombstone",
        "duplicate",
        "type",
        "blocked",
        "not-listed",
        "limited",
        "not-addressed",
        "rate",
        "budget",
    }
)
"""Every reason code there is. A refusal has exactly one."""


class ProtocolError(Exception):
    """The peer broke a rule of the protocol. Nothing has changed."""

    status_hint: ClassVar[int] = 400
    temporary: ClassVar[bool] = False
    default_code: ClassVar[str] = "json"

    def __init__(self, reason: str, *, code: str | None = None) -> None:
        """Say what is wrong.

        Args:
            reason: One plain sentence that is safe to tell a stranger: no secrets, no addresses.
            code: One of `CODES`; left out, the usual one of this kind.

        Raises:
            ValueError: The code is not one of `CODES`; that is a mistake in this program.
        """
        super().__init__(reason)
        self.reason = reason
        self.code = code or self.default_code
        if self.code not in CODES:
            raise ValueError(f"unknown reason code {self.code!r}")


class Malformed(ProtocolError):
    """The bytes or the document are not what the protocol says they should be."""


class TooLarge(ProtocolError):
    """More than a stranger may send: bytes, depth, entries."""

    status_hint = 413
    default_code = "too-large"


class NotAuthentic(ProtocolError):
    """Nobody can be shown to have said this: signature, digest, time or key do not hold."""

    status_hint = 401
    default_code = "signature-syntax"


class NotAuthoritative(ProtocolError):
    """The speaker is known, but has no right to say this."""

    status_hint = 403
    default_code = "not-owner"


class UnknownContext(ProtocolError):
    """A JSON-LD context would make others read this document differently from us."""

    default_code = "context"
