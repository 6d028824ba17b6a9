"""Ceremonies: a device makes a passkey for us, or uses one; the checks of WebAuthn 7.1 and 7.2.

They are those of the library `webauthn`, which only this module knows; it is loaded when somebody
first needs it (`passkeys`).
"""

import base64
import hashlib
from collections.abc import Iterable
from typing import Final

import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from activitypub.iris import Iri
from actors.tables.credential import Passkey
from actors.verbs.identifying import Proven

_USER: Final = 32  # bytes by which a device tells our accounts apart

_WRONG: Final = (WebAuthnException, ValueError, TypeError, KeyError)
"""What the library raises for answers of all kinds."""


def to_create(
    origin: Iri, host: str, challenge: bytes, *, site_name: str, name: str, known: Iterable[bytes]
) -> str:
    """What a browser needs to make a passkey, as JSON; see `passkeys.to_create`."""
    options = webauthn.generate_registration_options(
        rp_id=host,
        rp_name=site_name,
        user_name=name,
        user_id=hashlib.sha256(f"{origin} {name}".encode()).digest()[:_USER],
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(one) for one in known],
    )
    return webauthn.options_to_json(options)


def made(origin: Iri, host: str, answer: str, challenge: bytes) -> Proven | None:
    """A passkey that a device has made for this host; None when the answer proves nothing."""
    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=host,
            expected_origin=origin,
            require_user_verification=True,
        )
    except _WRONG:
        return None
    name = base64.urlsafe_b64encode(found.credential_id).rstrip(b"=").decode("ascii")
    return Proven(name, found.credential_public_key, found.sign_count)


def used(origin: Iri, host: str, answer: str, challenge: bytes, passkey: Passkey) -> int | None:
    """The device's count after a passkey was used; None when the answer proves nothing."""
    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=host,
            expected_origin=origin,
            credential_public_key=passkey.public,
            credential_current_sign_count=passkey.uses,
            require_user_verification=True,
        )
    except _WRONG:
        return None
    return found.new_sign_count
