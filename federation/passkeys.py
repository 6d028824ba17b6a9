"""Passkeys: what a browser is asked for, and whether what it answers is proof (WebAuthn).

A key belongs to our host and is shown to no other; whoever uses it has unlocked her device, so it
takes the place of a password. Nothing is asked about the make of a device (attestation "none").

The library that proves it, with the certificates of every maker of devices, is loaded when the
first passkey is made or used (`ceremonies`): it takes 6 MB, and most servers never need it.

Source: WebAuthn Level 3.
"""

import base64
import json
from collections.abc import Iterable
from typing import Final

import orjson

from activitypub import iris
from activitypub.iris import Iri
from actors.errors import NotAllowed
from actors.tables.credential import Passkey
from actors.verbs.identifying import Proven

LONGEST_ANSWER: Final = 20_000
"""Characters; an answer has a thousand, with a certificate some more."""

_SHORTEST_CHALLENGE: Final = 16  # bytes; WebAuthn 13.4.3
_PATIENCE: Final = 60_000  # milliseconds that a browser may wait for her
_REFUSED: Final = "This passkey did not work. Try again, or sign in with your password."


def to_create(
    origin: Iri, challenge: str, *, site_name: str, name: str, known: Iterable[Passkey] = ()
) -> str:
    """What a browser needs to make a passkey, as JSON.

    Args:
        origin: ours.
        challenge: in base64url.
        site_name: what the device shows as whose key it is.
        name: what it shows as whose account it is.
        known: her passkeys; a device that has one makes no second.
    """
    from federation import ceremonies  # noqa: PLC0415 - see above

    return ceremonies.to_create(
        origin,
        _host(origin),
        _bytes(challenge),
        site_name=site_name,
        name=name,
        known=[_bytes(one.credential) for one in known],
    )


def to_sign_in(origin: Iri, challenge: str) -> str:
    """What a browser needs to offer the passkeys it has for us, as JSON: nobody says her name.

    `PublicKeyCredentialRequestOptionsJSON` of WebAuthn 5.1.10; written here, because every page on
    which somebody signs in has it.
    """
    asked = {
        "challenge": challenge.rstrip("="),
        "timeout": _PATIENCE,
        "rpId": _host(origin),
        "allowCredentials": [],
        "userVerification": "required",
    }
    return json.dumps(asked)


def challenge_in(answer: str) -> str:
    """The challenge that an answer says it answers, in base64url; empty where it says none."""
    try:
        said = orjson.loads(answer)["response"]["clientDataJSON"]
        challenge = orjson.loads(_bytes(said))["challenge"]
    except (ValueError, TypeError, KeyError):
        return ""
    return challenge if isinstance(challenge, str) else ""


def credential_in(answer: str) -> str:
    """The name of the passkey in an answer; empty where there is none."""
    try:
        named = orjson.loads(answer)["id"]
    except (ValueError, TypeError, KeyError):
        return ""
    return named if isinstance(named, str) else ""


def made(origin: Iri, answer: str, challenge: bytes) -> Proven:
    """A passkey that a device has made for us.

    Raises:
        NotAllowed: the answer proves nothing.
    """
    from federation import ceremonies  # noqa: PLC0415 - see above

    _must_be_bearable(answer, challenge)
    found = ceremonies.made(origin, _host(origin), answer, challenge)
    if found is None:
        raise NotAllowed(_REFUSED)
    return found


def used(origin: Iri, answer: str, challenge: bytes, passkey: Passkey) -> int:
    """A passkey was used; the device's count after it.

    Raises:
        NotAllowed: the answer proves nothing.
    """
    from federation import ceremonies  # noqa: PLC0415 - see above

    _must_be_bearable(answer, challenge)
    uses = ceremonies.used(origin, _host(origin), answer, challenge, passkey)
    if uses is None:
        raise NotAllowed(_REFUSED)
    return uses


def refused() -> NotAllowed:
    """No passkey of ours was used."""
    return NotAllowed(_REFUSED)


def _must_be_bearable(answer: str, challenge: bytes) -> None:
    if len(answer) > LONGEST_ANSWER or len(challenge) < _SHORTEST_CHALLENGE:
        raise NotAllowed(_REFUSED)


def _host(origin: Iri) -> str:
    return iris.host(origin).partition(":")[0]


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
