"""Signatories: who signs a request of ours, with which key, and how its receiver wants it.

Keys are looked up for every request, or every bundle of mail, because a command beside the running
server may have changed them; unlocking is what costs, and is done once (`keyring.unlocked`).
"""

from collections.abc import Collection
from typing import Final

from actors.database import Database, Session
from actors.mail import hosts, keyring
from actors.mail.hosts import Manner
from actors.mail.keyring import HeldKey
from actors.mail.outbox import Parcel
from actors.site import Site
from actors.views import profiles
from federation.transport.signing import Signatory, Signing, Way

UNKNOWN: Final = Manner()
"""How a host is signed to of which nothing is known."""


class OurSignatories:
    """The instance's own actor signs what we read; organisations sign what they send.

    Args:
        database: where keys are, and what is known of hosts.
        site: our clock and ids.
    """

    def __init__(self, database: Database, site: Site) -> None:
        self._database = database
        self._site = site
        self._instance_actor: int | None = None

    async def for_host(self, host: str) -> Signing | None:
        """How the instance's actor signs to a host; None while there is no instance yet."""
        async with self._database.read() as session:
            if self._instance_actor is None:
                if await profiles.instance(session) is None:
                    return None
                self._instance_actor = (await profiles.instance_actor(session)).id
            return _signing(
                await keyring.signing_key(session, self._instance_actor),
                await keyring.former_key(session, self._instance_actor, host=host),
                await keyring.proof_key(session, self._instance_actor),
                await hosts.manner(session, host),
            )

    async def for_parcels(
        self, session: Session, parcels: Collection[Parcel]
    ) -> dict[int, Signing]:
        """How organisations sign their mail, by the parcel's id; without those who have no keys."""
        actors = {one.actor_id for one in parcels}
        keys = await keyring.keys_of(session, actors)
        changed = await keyring.with_former_keys(session, actors)
        manners = await hosts.manners(session, {one.host for one in parcels})
        signings: dict[int, Signing] = {}
        shared: dict[tuple[int, Manner], Signing] = {}
        for one in parcels:
            manner = manners.get(one.host, UNKNOWN)
            signing = shared.get((one.actor_id, manner))
            if signing is None:
                rsa = keys.get((one.actor_id, keyring.RSA))
                ed25519 = keys.get((one.actor_id, keyring.ED25519))
                if rsa is None or ed25519 is None:
                    continue
                former = None
                if one.actor_id in changed:
                    former = await keyring.former_key(session, one.actor_id, inbox=one.inbox)
                signing = _signing(rsa, former, ed25519, manner)
                if one.actor_id not in changed:  # else it hangs on the inbox
                    shared[one.actor_id, manner] = signing
            signings[one.id] = signing
        return signings

    async def learned(self, host: str, way: Way) -> None:
        """The host took a request that was signed so, after it had refused another way."""
        async with self._database.begin() as session:
            await hosts.reads(
                session, self._site, host, way.scheme, is_by_ed25519=way.is_by_ed25519
            )


def _signing(rsa: HeldKey, former: HeldKey | None, ed25519: HeldKey, manner: Manner) -> Signing:
    return Signing(
        signatory=_signatory(rsa),
        former=None if former is None else _signatory(former),
        ed25519=_signatory(ed25519),
        scheme=manner.scheme,
        reads_ed25519=manner.reads_ed25519,
    )


def _signatory(held: HeldKey) -> Signatory:
    return Signatory(held.iri, held.key)
