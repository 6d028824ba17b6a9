"""What can go wrong on the network.

A `TransportError` is nobody's bug. `temporary` says whether another try, later, may succeed: that
is the only thing a worker looks at. `reason` is safe to show to a stranger, so it never holds an
address that only we could know; that one is in `Unsafe.address`, for the log.
"""

from datetime import timedelta
from typing import ClassVar

TEMPORARY_STATUSES = frozenset({408, 425, 429})
"""Answers below 500 that mean "later": request timeout, too early (RFC 8470), too many requests."""


class TransportError(Exception):
    """A call to another server did not give what it was made for.

    Attributes:
        reason: one plain sentence, safe to tell a stranger.
        code: a short word for logs and counters.
        temporary: whether another try, later, may succeed.
        retry_after: how long the other side asked us to wait, where it did.
    """

    status_hint: ClassVar[int] = 422
    code: str = "unreachable"
    temporary: bool = False

    def __init__(
        self, reason: str, *, code: str | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        if code is not None:
            self.code = code


class Unreachable(TransportError):
    """No usable answer this time: no address, no connection, too slow, or busy.

    Codes: `dns`, `connection`, `tls`, `deadline`, `status` (then `status` is set).
    """

    status_hint = 503
    code = "connection"
    temporary = True

    def __init__(
        self,
        reason: str,
        *,
        code: str | None = None,
        retry_after: timedelta | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(reason, code=code, retry_after=retry_after)
        self.status = status


class NoSuchHost(Unreachable):
    """The name has no address, and no name server was in trouble: nobody lives there.

    For mail that is a reason to wait like any other; a key there cannot be had.
    """

    code = "dns"


class Refused(TransportError):
    """The other server answered, and the answer was no.

    Attributes:
        status: the HTTP status of that answer. 410 means gone for ever.
    """

    code = "status"

    def __init__(
        self,
        reason: str,
        *,
        status: int,
        code: str | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(reason, code=code, retry_after=retry_after)
        self.status = status
        self.temporary = status >= 500 or status in TEMPORARY_STATUSES


class Unsafe(TransportError):
    """We will not make this call, or will not believe its answer.

    Codes, a closed list: `scheme url host-syntax own-host port address mixed-answer dns
    redirect-limit redirect-loop too-large deadline content-type id-mismatch content-coding
    blocked not-listed`.

    Attributes:
        address: the address that was judged, for the log only.
    """

    code = "address"

    def __init__(self, reason: str, *, code: str | None = None, address: str = "") -> None:
        super().__init__(reason, code=code)
        self.address = address


class TooMuch(TransportError):
    """One incoming activity wanted more fetches than its budget allows."""

    code = "budget"
