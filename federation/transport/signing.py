"""Signing an outgoing request as one of our actors: the ways to do it, in the order they are tried.

There are two schemes, and no host need say which it reads. So one that answers 400 or 401 is
asked once more, signed in the other scheme (as Mastodon 4.7 and Fedify do). Where a host still
knows an actor by the key before (`actors.verbs.rotating`), that one signs first and then today's.
A host that says in `Accept-Signature` what it wants to see is given that, once (RFC 9421, 5.2).

A signature covers its time and its target, so a request is signed anew for every try and every
redirect, and no signature is ever shown to another host.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, NamedTuple

from activitypub import wire
from activitypub.errors import NotAuthentic
from activitypub.iris import Iri
from activitypub.signatures import accepting
from activitypub.signatures.accepting import Asked
from activitypub.signatures.claims import Scheme
from activitypub.signatures.keys import ED25519, PrivateKey
from activitypub.signatures.signing import sign

UNREAD_STATUSES: Final = frozenset({400, 401})
"""What a server answers that cannot read a signature: malformed, or none."""

OTHER: Final = {Scheme.CAVAGE: Scheme.RFC9421, Scheme.RFC9421: Scheme.CAVAGE}


@dataclass(frozen=True, slots=True)
class Signatory:
    """In whose name a request is made.

    Attributes:
        key_id: where the other server finds the public key, such as `<actor>#main-key`.
        key: never shown, not even in a traceback.
    """

    key_id: Iri
    key: PrivateKey = field(repr=False)


class Way(NamedTuple):
    """One way to sign a request."""

    signatory: Signatory
    scheme: Scheme = Scheme.CAVAGE
    asked: Asked | None = None

    @property
    def is_by_ed25519(self) -> bool:
        """Whether the Ed25519 key signs."""
        return self.signatory.key.algorithm == ED25519


@dataclass(frozen=True)
class Signing:
    """How requests to one host are signed.

    Attributes:
        signatory: the RSA key in use.
        former: the RSA key by which the host still knows the actor.
        ed25519: the Ed25519 key in use.
        scheme: what the host reads, as far as we know.
        reads_ed25519: it says that it reads Ed25519 by RFC 9421.
    """

    signatory: Signatory
    former: Signatory | None = None
    ed25519: Signatory | None = None
    scheme: Scheme = Scheme.CAVAGE
    reads_ed25519: bool = False

    @cached_property
    def ways(self) -> Sequence[Way]:
        """The ways to try, one after the other."""
        known = self.former or self.signatory
        first = known
        if self.reads_ed25519 and self.scheme is Scheme.RFC9421 and self.former is None:
            first = self.ed25519 or known
        today = [] if self.former is None else [Way(self.signatory, self.scheme)]
        return [Way(first, self.scheme), *today, Way(known, OTHER[self.scheme])]

    def asked(self, request: wire.Request, header: str) -> Way | None:
        """The way that answers a challenge; None if it cannot be answered.

        Args:
            request: what was asked with.
            header: the value of `Accept-Signature`.
        """
        wanted = accepting.read(header, request.method)
        if wanted is None:
            return None
        signatory = self.ed25519 if wanted.algorithm == ED25519 else self.former or self.signatory
        if signatory is None or wanted.key_id not in (None, signatory.key_id):
            return None
        return Way(signatory, Scheme.RFC9421, wanted)


class Knocking:
    """One request, signed in one way after the other until it is read.

    Args:
        unsigned: what is asked, to the very address that it will be sent to.
        signing: how.
        now: tells the time, aware and in UTC, whenever the request is signed.
    """

    def __init__(
        self, unsigned: wire.Request, signing: Signing, now: Callable[[], datetime]
    ) -> None:
        self._unsigned = unsigned
        self._signing = signing
        self._now = now
        self._ways = list(signing.ways)
        self._is_challenged = False
        self.first = self.way = self._ways.pop(0)
        """The way that was tried first, and the way that is tried now."""

    @property
    def is_news(self) -> bool:
        """Whether another scheme or kind of key is tried now than at first."""
        now, first = self.way, self.first
        return (now.scheme, now.is_by_ed25519) != (first.scheme, first.is_by_ed25519)

    def request(self) -> wire.Request:
        """The request, freshly signed in the way that is tried now."""
        return self._signed(self.way)

    def goes_on(self, response: wire.Response) -> bool:
        """Whether there is another way to try after this answer; it is the one tried next."""
        if response.status not in UNREAD_STATUSES:
            return False
        way = self._challenge(response) or (self._ways.pop(0) if self._ways else None)
        if way is None:
            return False
        self.way = way
        return True

    def _challenge(self, response: wire.Response) -> Way | None:
        header = response.header("accept-signature")
        if header is None or self._is_challenged:
            return None
        way = self._signing.asked(self._unsigned, header)
        if way is None or self._is_old(way):
            return None
        try:
            self._signed(way)
        except NotAuthentic:  # it asks for a header that this request does not have
            return None
        self._is_challenged = True
        self._ways = [one for one in self._ways if one.scheme is Scheme.CAVAGE]
        return way

    def _is_old(self, way: Way) -> bool:
        """Whether what was refused was signed like that."""
        is_same = self.way.scheme is way.scheme and self.way.signatory == way.signatory
        return is_same and way.asked is not None and way.asked.is_ordinary

    def _signed(self, way: Way) -> wire.Request:
        return sign(
            self._unsigned,
            key_id=way.signatory.key_id,
            key=way.signatory.key,
            now=self._now(),
            scheme=way.scheme,
            asked=way.asked,
        )
