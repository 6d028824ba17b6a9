"""Witnessing: keep the key that a version was signed with, beside the version.

What somebody published is believed when it comes, by the keys that she has then. Years later her
site may be gone, her keys replaced or deleted with her account; the version and its proof are still
here. With the key that was hers on the day it came, the proof can be checked again by anybody.

Source: FEP-8b32 (a proof names its key by an id that has to be looked up).
"""

from activitypub.canonical_json import parse
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from activitypub.proofs import eddsa_jcs
from actors.database import Session, insert_once
from actors.mail import keyring
from actors.site import Site
from actors.tables.kin import Witness
from actors.tables.revision import Revision


async def witness(session: Session, site: Site, revision: Revision) -> None:
    """Keep the key of a version whose proof was found good just now; nothing without a proof."""
    try:
        method = eddsa_jcs.method(parse(revision.document))
    except ProtocolError:
        return
    found = await keyring.known(session, method) if method is not None else None
    if method is None or found is None:
        return
    key, owner = found
    values = {
        "id": site.new_id(),
        "revision_id": revision.id,
        "method": method,
        "owner_iri": Iri(owner.iri),
        "public": keyring.public_key(key).multikey(),
        "checked_at": site.now(),
    }
    await insert_once(session, Witness, values)
