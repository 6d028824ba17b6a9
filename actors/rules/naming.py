"""Naming: slugs for addresses, handles for accounts, e-mail addresses.

Handles must work in every peer's mention parser. Mastodon's is the narrowest that matters: letters,
digits and underscores, with dots and hyphens inside (app/models/account.rb, ``USERNAME_RE``), and
at most 30 characters for its own accounts. We write lower case only, since peers disagree on
whether case tells two accounts apart.
"""

import re
import unicodedata
from collections.abc import Collection

from actors.errors import Unwise

MAX_SLUG = 60  # characters; an address that can still be read aloud
MAX_HANDLE = 30  # characters; Mastodon's limit for its own accounts
MAX_EMAIL = 254  # characters; RFC 5321, 4.5.3.1.3 without the angle brackets
MAX_EMAIL_LOCAL = 64  # characters; RFC 5321, 4.5.3.1.1

# Words that stand in our own addresses or that strangers take for the operator's.
RESERVED = frozenset(
    {
        "abuse",
        "actor",
        "admin",
        "administrator",
        "api",
        "essaim",
        "hostmaster",
        "inbox",
        "info",
        "instance",
        "localhost",
        "me",
        "moderator",
        "nodeinfo",
        "outbox",
        "owner",
        "postmaster",
        "root",
        "security",
        "staff",
        "support",
        "system",
        "webmaster",
        "well-known",
        "www",
    }
)

_HANDLE = re.compile(r"[a-z0-9_]+([.-]+[a-z0-9_]+)*")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_EMAIL_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# Letters that NFKD does not take apart, and that European names use.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "þ": "th", "ð": "d", "ı": "i"}
)


def slug(text: str, taken: Collection[str] = ()) -> str:
    """A name as part of an address: ``[a-z0-9-]``, at most 60 characters, none of those taken.

    A text with no Latin letter or digit in it becomes ``untitled``.
    """
    flat = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    plain = flat.encode("ascii", "ignore").decode("ascii")
    hyphened = _NOT_SLUG.sub("-", plain.replace("'", "-")).strip("-")
    return free(hyphened[:MAX_SLUG].strip("-") or "untitled", taken, longest=MAX_SLUG)


def free(name: str, taken: Collection[str], *, longest: int) -> str:
    """This name, or the first of ``name-2``, ``name-3`` … that is not taken."""
    if name not in taken:
        return name
    number = 2
    while True:
        ending = f"-{number}"
        candidate = name[: longest - len(ending)].rstrip("-") + ending
        if candidate not in taken:
            return candidate
        number += 1


def check_handle(text: str) -> str:
    """The handle of a new account of ours, without ``@`` and surrounding blanks.

    Raises:
        Unwise: it is too long, reserved, or would not work in a mention.
    """
    handle = text.strip().removeprefix("@")
    if not handle or len(handle) > MAX_HANDLE:
        raise _fault("handle", f"A handle has 1 to {MAX_HANDLE} characters.")
    if not _HANDLE.fullmatch(handle):
        raise _fault(
            "handle",
            "A handle is made of a-z, 0-9 and _, with dots and hyphens only inside.",
        )
    if handle in RESERVED:
        raise _fault("handle", "This handle is reserved.")
    return handle


def check_email(text: str) -> str:
    """An e-mail address that mail can be sent to; its domain in lower case.

    The syntax of RFC 5321 without quoted local parts and address literals, which nobody types.

    Raises:
        Unwise: it is not such an address.
    """
    local, at, domain = text.strip().rpartition("@")
    address = f"{local}@{domain.lower()}"
    fits = len(address) <= MAX_EMAIL and len(local) <= MAX_EMAIL_LOCAL
    if not (at and fits and _EMAIL_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain.lower())):
        raise _fault("email", "This is not an e-mail address.")
    return address


def _fault(name: str, words: str) -> Unwise:
    return Unwise(words, fields={name: words})
