"""Linking: the secrets of links that work once.

A secret is made from the number of a row and its `turn` with the secret that locks our keys, and
only its digest is kept. So a link can be shown again and repeated in a letter, while the database
alone opens nothing; a new turn ends the one before. After that secret has changed, links that were
given out still work, and whoever wants to see one again makes a new one.
"""

import base64

from actors.database import Session, safe_of
from actors.rules.secrets import digest
from actors.tables.invitation import Entry, Invitation


def secret(session: Session, kind: str, number: int, turn: int = 1) -> str:
    """The secret in a link: 256 bits that only this instance can make from a row."""
    made = safe_of(session).digest(f"link {kind} {number} {turn}")
    return base64.urlsafe_b64encode(bytes.fromhex(made)).rstrip(b"=").decode("ascii")


def shown_again(session: Session, row: Invitation | Entry) -> str | None:
    """The secret of a link that was given out; None where it cannot be made again."""
    made = secret(session, row.__tablename__, row.id, row.turn)
    return made if row.secret is not None and digest(made) == row.secret else None
