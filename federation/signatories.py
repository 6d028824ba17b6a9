"""Signatories: who signs a request of ours, with which key, and how its receiver wants it.

Keys are looked up for every request, because a command beside the running server may have changed
them; unlocking is what costs, and is done once (`keyring.unlocked`).
"""

from actors.database import Database, Session
from actors.mail import hosts, keyring
from actors.mail.keyring import HeldKey
from actors.site import Site
from actors.views import profiles
from federation.transport.signing import Signatory, Signing, Way


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
            former = await keyring.former_key(session, self._instance_actor, host=host)
            return await _signing(session, self._instance_actor, host, former)

    async def for_inbox(self, actor_id: int, inbox: str, host: str) -> Signing:
        """How an organisation signs to an inbox."""
        async with self._database.read() as session:
            former = await keyring.former_key(session, actor_id, inbox=inbox)
            return await _signing(session, actor_id, host, former)

    async def learned(self, host: str, way: Way) -> None:
        """The host took a request that was signed so, after it had refused another way."""
        async with self._database.begin() as session:
            await hosts.reads(
                session, self._site, host, way.scheme, is_by_ed25519=way.is_by_ed25519
            )


async def _signing(session: Session, actor_id: int, host: str, former: HeldKey | None) -> Signing:
    manner = await hosts.manner(session, host)
    return Signing(
        signatory=_signatory(await keyring.signing_key(session, actor_id)),
        former=None if former is None else _signatory(former),
        ed25519=_signatory(await keyring.proof_key(session, actor_id)),
        scheme=manner.scheme,
        reads_ed25519=manner.reads_ed25519,
    )


def _signatory(held: HeldKey) -> Signatory:
    return Signatory(held.iri, held.key)
