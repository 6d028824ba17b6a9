"""Elsewhere: what people are told when another site did not give us what they asked for.

The errors of the wire are written for those who run servers; here they become one of a few plain
sentences. Refusals of our own (nobody has that name, it was deleted …) say themselves.
"""

from typing import Final

from activitypub.errors import ProtocolError
from actors.errors import Refusal
from federation.errors import Refused, TransportError, Unreachable

FORESEEN: Final = (Refusal, ProtocolError, TransportError)
"""What asking another site can end in."""

GONE: Final = (404, 410)


def plainly(error: Refusal | ProtocolError | TransportError) -> str:
    """One plain sentence, a msgid of `refusals_known`."""
    if isinstance(error, Refusal):
        return error.reason
    if isinstance(error, Unreachable):
        if error.code == "dns":
            return "No site of this name can be found. Check how it is spelt, or try again later."
        return "Their site does not answer at the moment. Please try again later."
    if isinstance(error, Refused):
        if error.status in GONE:
            return "Their site knows nothing under this name or address."
        return "Their site refused to show it to us."
    if isinstance(error, TransportError):
        return "This address cannot be called from here."
    return "Their site answered something that we do not understand."
