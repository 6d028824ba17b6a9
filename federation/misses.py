"""Misses: the keys that could not be had, remembered for a while.

Every forgery names a key. Without this memory each of them would cost a request, to us and to
somebody else's server (CVE-2026-34148: Fedify made 40 for 40). It is bounded, and it is only in
this process: what is forgotten costs one request.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from activitypub import iris
from activitypub.errors import NotAuthentic, NotAuthoritative, ProtocolError
from activitypub.iris import Iri
from federation.errors import NoSuchHost, Refused, TransportError, Unreachable, Unsafe

MISS: Final = timedelta(minutes=10)
"""How long a key that is not to be had is not asked for again."""

BUSY_MISS: Final = timedelta(minutes=1)
"""The same, where the other server had a temporary trouble, or its name has no address (names are
mended too): its next delivery should succeed.
"""

REFETCH: Final = timedelta(minutes=5)
"""A key is read again after a signature that does not fit, but not after each of them."""

MISSES: Final = 2000
"""Missing keys remembered, of all hosts together: some hundred bytes each."""

MISSES_OF_HOST: Final = 20
"""Missing keys of one host within MISS; further unknown keys of it are asked for later."""

TROUBLES_OF_HOST: Final = 4
"""Keys of one host that could not be read for the moment; until the first of these is asked for
again, no other unknown key of it is waited for: thirty forgeries that name a server which hangs
would hold thirty connections one after the other.
"""

GONE: Final = frozenset({404, 410})
"""Answers which say that a key, and with it its owner, is no longer there."""

_ADDRESS_CODES: Final = frozenset(
    {"scheme", "url", "own-host", "host-syntax", "port", "address", "mixed-answer", "dns"}
)

Value = TypeVar("Value")


class KeyGone(NotAuthentic):
    """The key's address says that there is none (any more)."""

    default_code = "key-fetch"


@dataclass(frozen=True, slots=True)
class _Miss:
    """A key that could not be had: what to say until then."""

    host: str
    reason: str
    code: str
    is_gone: bool
    is_temporary: bool
    until: datetime
    unsafe: Unsafe | None

    def error(self, now: datetime) -> ProtocolError | TransportError:
        if self.is_temporary:
            return Unreachable(self.reason, code=self.code, retry_after=self.until - now)
        kind = KeyGone if self.is_gone else NotAuthentic
        return kind(self.reason, code=self.code)


class Misses:
    """A bounded memory of keys that could not be had, and of keys that were read again lately."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._misses: OrderedDict[Iri, _Miss] = OrderedDict()
        self._refetched: OrderedDict[Iri, datetime] = OrderedDict()

    def check(self, key_id: Iri) -> None:
        """Raise what was found out a moment ago, or that this host has too many missing keys."""
        now = self._now()
        miss = self._misses.get(key_id)
        if miss is not None and miss.until > now:
            raise miss.error(now)
        host = iris.host(key_id)
        recent = [one for one in self._misses.values() if one.host == host and one.until > now]
        if sum(one.is_temporary for one in recent) >= TROUBLES_OF_HOST:
            raise Unreachable(
                "that server could not be reached a moment ago", code="rate", retry_after=BUSY_MISS
            )
        if len(recent) >= MISSES_OF_HOST:
            raise Unreachable(
                "too many keys of that server could not be read", code="rate", retry_after=MISS
            )

    def unsafe(self, key_id: Iri) -> Unsafe | None:
        """Why its address was not called a moment ago, if that was the reason."""
        miss = self._misses.get(key_id)
        return miss.unsafe if miss is not None and miss.until > self._now() else None

    def note(
        self, key_id: Iri, error: ProtocolError | TransportError
    ) -> ProtocolError | TransportError:
        """Remember why the key is not to be had; gives back what to raise."""
        now = self._now()
        is_nowhere = isinstance(error, NoSuchHost)
        is_temporary = isinstance(error, TransportError) and error.temporary and not is_nowhere
        miss = _Miss(
            host=iris.host(key_id),
            reason=f"the key cannot be read: {error.reason}",
            code=_code(error, is_temporary=is_temporary),
            is_gone=isinstance(error, Refused) and error.status in GONE,
            is_temporary=is_temporary,
            until=now + (BUSY_MISS if is_temporary or is_nowhere else MISS),
            unsafe=error if isinstance(error, Unsafe) else None,
        )
        _remember(self._misses, key_id, miss)
        return miss.error(now)

    def forget(self, key_id: Iri) -> None:
        """The key was found after all."""
        self._misses.pop(key_id, None)

    def may_refetch(self, key_id: Iri) -> bool:
        """Whether the key may be read once more; the first reading of it does not count."""
        now = self._now()
        last = self._refetched.get(key_id)
        if last is not None and now < last + REFETCH:
            return False
        _remember(self._refetched, key_id, now)
        return True


def _code(error: ProtocolError | TransportError, *, is_temporary: bool) -> str:
    """The reason's code for the journal: what the key's own fault is keeps its name."""
    if is_temporary:
        return error.code
    if isinstance(error, NotAuthentic | NotAuthoritative):
        return error.code
    is_address = isinstance(error, Unsafe) and error.code in _ADDRESS_CODES
    return "key-url" if is_address else "key-fetch"


def _remember(memory: OrderedDict[Iri, Value], key_id: Iri, value: Value) -> None:
    memory[key_id] = value
    memory.move_to_end(key_id)
    while len(memory) > MISSES:
        memory.popitem(last=False)
