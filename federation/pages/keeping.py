"""Keeping: what is typed is kept while it is typed, by one small script for every form.

A form that can be kept says so (`data-keep`, see `keeping.js`); the script sends it, as its button
"for later" would, and asks for JSON. The answer has

- `said`: one sentence, in which `{time}` stands for the time of the reader;
- `values`: groups of field → what shall stand in it from now on; a group in which more was typed
  meanwhile is left as it is;
- `collided`: somebody else changed the same; not everything is kept;
- `address`: where the form lives from now on, if that is elsewhere.

Without the script the button does the same, and the answer is a page.
"""

from typing import Any, Final

import orjson
from aiohttp import web

from actors.errors import Refusal, Unwise
from federation.pages import forms, rendering, translating, words
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

SAVED_FOR_US: Final = N_("Saved {time}. Only your organisation sees it.")
COLLIDED: Final = N_(
    "Not everything is saved: somebody else changed the same part. Press the button that saves to"
    " see both."
)
JOINED: Final = N_("Saved {time}. Somebody else changed other parts meanwhile: both are kept.")


def is_script(request: web.Request) -> bool:
    """Whether the script asks, and no reader waits for a page."""
    return request.headers.get("Accept") == "application/json"


def answer(request: web.Request, status: int, said: str, **values: Any) -> web.Response:
    """What the script is told; `said` is a sentence of ours, in English."""
    with translating.speaking(rendering.language(request)):
        body = {"said": words.say(said) if said else "", **values}
    response = web.Response(
        status=status, body=orjson.dumps(body), content_type="application/json", charset="utf-8"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def signed_out(request: web.Request, here: Visitor) -> web.Response:
    """The form was not drawn for this reader, or her session has ended since."""
    said = forms.SIGNED_OUT if here.acting is None else forms.OTHER_SESSION
    return answer(request, 403, said)


def refused(request: web.Request, refusal: Refusal) -> web.Response:
    """It cannot be kept like this."""
    if isinstance(refusal, Unwise):
        return answer(request, 422, next(iter(refusal.fields.values()), refusal.reason))
    return answer(request, refusal.status_hint, refusal.reason)
