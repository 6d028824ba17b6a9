"""Signing an outgoing request as one of our actors."""

from dataclasses import dataclass, field
from datetime import datetime

from activitypub import wire
from activitypub.iris import Iri
from activitypub.signatures.claims import Scheme
from activitypub.signatures.keys import PrivateKey
from activitypub.signatures.signing import sign


@dataclass(frozen=True, slots=True)
class Signatory:
    """In whose name a request is made.

    Attributes:
        key_id: where the other server finds the public key, such as `<actor>#main-key`.
        key: never shown, not even in a traceback.
    """

    key_id: Iri
    key: PrivateKey = field(repr=False)


def signed(
    request: wire.Request,
    signatory: Signatory,
    now: datetime,
    scheme: Scheme = Scheme.CAVAGE,
) -> wire.Request:
    """The request with `Date`, `Host`, a digest and a signature; for one try only.

    A signature covers its date, so a request is signed anew for every try and every redirect.
    """
    return sign(request, key_id=signatory.key_id, key=signatory.key, now=now, scheme=scheme)
