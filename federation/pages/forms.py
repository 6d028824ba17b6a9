"""Forms: what somebody typed, as values or as friendly faults.

Every form that changes something carries a token computed from a cookie that other sites cannot
read: a session's, or, before signing in, one made for the form (a double-submit cookie). Nothing
about tokens is stored.

Faults are English sentences (msgids) beside the field they belong to; the template translates them.
What was typed is shown again with the faults: nothing is ever lost.
"""

import hashlib
import hmac
from typing import Final, TypeVar

import wtforms
from aiohttp import web
from multidict import MultiDict, MultiDictProxy
from wtforms.validators import InputRequired, Length

from actors.errors import NotAllowed, Unwise
from federation.app_keys import SETTINGS
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

TOKEN: Final = "token"  # noqa: S105 - the name of a field
MAX_FIELDS: Final = 4000
"""Fields of one form: a sheet of a hundred sections in six languages stays below."""

MISSING: Final = N_("Please fill this in.")
TOO_LONG: Final = N_("This is too long.")
EXPIRED: Final = N_(
    "This form is out of date, or your session has ended. Go back, reload the page and try again."
)

SIGNED_OUT: Final = N_(
    "You are signed out, and nothing is lost. Sign in in another tab, then send this form again."
)
OTHER_SESSION: Final = N_(
    "Your session has changed since this page was opened. Nothing is lost: check, and send again."
)
UNREADABLE: Final = N_("This form cannot be read. Go back, reload the page and try again.")

Fields = MultiDictProxy[str]


class Form(wtforms.Form):  # type: ignore[misc]
    """A form of ours. Faults are msgids of our own, so the library's translations stay off."""

    class Meta:
        """No translations by the library."""

        locales = False
        cache_translations = True


FormOfSort = TypeVar("FormOfSort", bound=Form)


def token(secret: str) -> str:
    """The token of every form drawn for the reader with this cookie."""
    return hmac.new(secret.encode(), b"essaim form", hashlib.sha256).hexdigest()


def token_fits(here: Visitor, fields: Fields) -> bool:
    """Whether this form was drawn by us for this very reader."""
    given = fields.get(TOKEN, "")
    return bool(here.secret) and hmac.compare_digest(token(here.secret).encode(), given.encode())


async def fields(request: web.Request) -> Fields:
    """What a form holds; fields beyond reason are left out.

    Our pages send nothing but `application/x-www-form-urlencoded`.

    Raises:
        Unwise: it is something else, or in a broken encoding.
        NotAllowed: a browser says that a page of another site sent it.
    """
    must_come_from_us(request)
    if request.content_type != "application/x-www-form-urlencoded":
        raise Unwise(UNREADABLE)
    try:
        posted = await request.post()
    except (UnicodeDecodeError, LookupError) as broken:
        raise Unwise(UNREADABLE) from broken
    read: MultiDict[str] = MultiDict()
    for name, value in posted.items():
        if isinstance(value, str) and len(read) < MAX_FIELDS:
            read.add(name, without_nul(value))
    return MultiDictProxy(read)


def must_come_from_us(request: web.Request) -> None:
    """Refuse a form that a page of another site sends, also with a token that it has got hold of.

    Whatever browsers say of it counts: `Origin` (Fetch Standard), and `Sec-Fetch-Site` (Fetch
    Metadata), which they also send where a referrer policy makes the origin null.

    Raises:
        NotAllowed: a browser says that another site sent it.
    """
    ours = request.app[SETTINGS].instance.origin
    if request.headers.get("Origin", ours) != ours:
        raise NotAllowed(EXPIRED)
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise NotAllowed(EXPIRED)


def without_nul(text: str) -> str:
    """The text without NUL characters: PostgreSQL cannot hold them, and nobody types them."""
    return text.replace("\x00", "")


async def read(request: web.Request, here: Visitor, kind: type[FormOfSort]) -> FormOfSort:
    """A form as it was sent, not yet validated.

    Raises:
        NotAllowed: it was not drawn for this reader, or her session has ended since.
    """
    given = await fields(request)
    require_token(here, given)
    return kind(given)


def require_token(here: Visitor, given: Fields) -> None:
    """Refuse a form that was not drawn for this reader.

    Raises:
        NotAllowed: another site sent it, or the session has ended since.
    """
    if not token_fits(here, given):
        raise NotAllowed(EXPIRED)


def required(longest: int) -> list[object]:
    """The validators of a text that must be there."""
    return [InputRequired(MISSING), Length(max=longest, message=TOO_LONG)]


def optional(longest: int) -> list[object]:
    """The validators of a text that may be there."""
    return [Length(max=longest, message=TOO_LONG)]


def faults(form: Form) -> dict[str, str]:
    """Field → what is wrong with it: the first fault of each."""
    return {name: str(found[0]) for name, found in form.errors.items() if name and found}
