"""Passkeys: what a browser is asked for, and whether what it answers is proof (WebAuthn).

A key belongs to our host and is shown to no other; whoever uses it has unlocked her device, so it
takes the place of a password. Nothing is asked about the make of a device (attestation "none").

Source: WebAuthn Level 3; the checks of 7.1 and 7.2 are those of the library `webauthn`.
"""

import base64
import hashlib
from collections.abc import Iterable
from typing import Final

import orjson
import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from activitypub import iris
from activitypub.iris import Iri
from actors.errors import NotAllowed
from actors.tables.credential import Passkey
from actors.verbs.identifying import Proven

LONGEST_ANSWER: Final = 20_000
"""Characters; an answer has a thousand, with a certificate some more."""

_SHORTEST_CHALLENGE: Final = 16  # bytes; WebAuthn 13.4.3
_USER: Final = 32  # bytes by which a device tells our accounts apart
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
    options = webauthn.generate_registration_options(
        rp_id=_host(origin),
        rp_name=site_name,
        user_name=name,
        user_id=hashlib.sha256(f"{origin} {name}".encode()).digest()[:_USER],
        challenge=_bytes(challenge),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(_bytes(one.credential)) for one in known
        ],
    )
    return webauthn.options_to_json(options)


def to_sign_in(origin: Iri, challenge: str) -> str:
    """What a browser needs to offer the passkeys it has for us, as JSON: nobody says her name."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(origin),
        challenge=_bytes(challenge),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


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
    _must_be_bearable(answer, challenge)
    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as fault:
        raise NotAllowed(_REFUSED) from fault
    name = base64.urlsafe_b64encode(found.credential_id).rstrip(b"=").decode("ascii")
    return Proven(name, found.credential_public_key, found.sign_count)


def used(origin: Iri, answer: str, challenge: bytes, passkey: Passkey) -> int:
    """A passkey was used; the device's count after it.

    Raises:
        NotAllowed: the answer proves nothing.
    """
    _must_be_bearable(answer, challenge)
    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(origin),
            expected_origin=origin,
            credential_public_key=passkey.public,
            credential_current_sign_count=passkey.uses,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as fault:
        raise NotAllowed(_REFUSED) from fault
    return found.new_sign_count


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
