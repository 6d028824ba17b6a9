"""Refusals: we will not, and may say so.

Every refusal carries a `reason` that is safe to tell a stranger; the cause, for the log, is
chained. `status_hint` is the HTTP status that fits: this floor does not know HTTP, the edges do.
"""

from collections.abc import Mapping
from typing import ClassVar


class Refusal(Exception):
    """We understood, and we will not.

    Attributes:
        reason: one plain sentence, safe to show to anybody.
    """

    status_hint: ClassVar[int] = 400
    temporary: ClassVar[bool] = False
    code: str = "refused"

    def __init__(self, reason: str, *, code: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        if code is not None:
            self.code = code


class NotFound(Refusal):
    """Nothing is remembered under that name."""

    status_hint = 404
    code = "not-found"


class Gone(Refusal):
    """It was there, it was deleted, and it never comes back."""

    status_hint = 410
    code = "tombstone"


class NotAllowed(Refusal):
    """The one who asks may not do this."""

    status_hint = 403
    code = "not-owner"


class Conflicting(Refusal):
    """It contradicts what is already there.

    Attributes:
        keys: what is in conflict (section keys, names), for the answer.
    """

    status_hint = 409
    code = "conflict"

    def __init__(self, reason: str, *, keys: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.keys = keys


class Unavailable(Refusal):
    """The database is away, full or busy: nobody's mistake, nothing was changed, try again."""

    status_hint = 503
    temporary = True
    code = "database"


class NotYet(Refusal):
    """What this builds on has not arrived: worth another try later."""

    status_hint = 503
    temporary = True
    code = "not-yet"


class Unwise(Refusal):
    """Well-formed, and against a rule that a person can understand.

    Attributes:
        fields: field path → what is wrong with it, all faults at once.
    """

    status_hint = 422
    code = "unwise"

    def __init__(self, reason: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.fields = dict(fields or {})
