"""The safe: private keys lie in the database only as it has locked them.

It is opened with secrets that are not in the database, so that a copy of the database alone signs
nothing in our name. Locking is Fernet (AES-128-CBC and HMAC-SHA-256; https://github.com/fernet/spec
as `cryptography` has it): whatever was changed does not open. The first secret locks, all of them
open, so that a new one can be brought in while what the former one locked is still there.
"""

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

CHECK = "essaim"
"""What is locked to know later whether a safe is the one: nothing secret."""


class WrongSafe(ValueError):
    """Something was locked with another secret, or has been changed since: an operator's matter."""


class Safe:
    """Locks and unlocks.

    Args:
        secrets: each 32 bytes in the base64 of addresses, newest first, at least one.

    Raises:
        ValueError: there is none, or one is something else.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(one) for one in secrets])
        self._newest = secrets[0].encode()

    def __repr__(self) -> str:
        return "Safe(…)"

    def lock(self, text: str) -> str:
        """A text that only this safe opens; another one each time."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def unlock(self, locked: str) -> str:
        """The text that was locked.

        Raises:
            WrongSafe: not by this safe, or not so.
        """
        try:
            return self._fernet.decrypt(locked.encode()).decode()
        except InvalidToken:
            raise WrongSafe("this was locked with another secret") from None

    def digest(self, text: str) -> str:
        """What a text can be told by again, and not be found out from, even if it is short."""
        return hmac.new(self._newest, text.encode(), hashlib.sha256).hexdigest()

    def check(self) -> str:
        """What to remember, to know this safe by later."""
        return self.lock(CHECK)

    def is_known_by(self, check: str) -> bool:
        """Whether this is the safe, or has its secret among others, that made the check."""
        try:
            return self.unlock(check) == CHECK
        except WrongSafe:
            return False


def new_secret() -> str:
    """A secret for a new safe."""
    return Fernet.generate_key().decode("ascii")
