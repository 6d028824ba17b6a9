"""Held: Mastodon.py, every answer of which is held against what the library declares.

Calls go to the library as they come; what the server really wrote is taken from the session below
it and compared with the type that the call is declared to return (`clients.leaves`).
"""

import json
import typing
from collections.abc import Callable
from typing import Any

import pytest
import requests
from clients.leaves import faults
from mastodon import Mastodon, MastodonAPIError, return_types

MEANT: dict[str, Any] = {
    "featured_tag_suggestions": list[return_types.Tag],
    "filter_v2": return_types.FilterV2,
    "status_card": return_types.Status,  # where the library reads the card since 3.0
}
"""Calls whose answer the library declares otherwise than Mastodon documents it."""

SCALARS = (bool, int, str, type(None))
"""What some calls take out of an answer: the answer itself is of no declared type then."""


def public_calls() -> set[str]:
    """The name of everything that the library offers."""
    return {name for name in dir(Mastodon) if not name.startswith("_")}


class Held:
    """The library, signed in for somebody, and what was wrong with the answers.

    Attributes:
        app: the library.
        called: names of the calls that were made.
        faults: what was wrong → the call that met it first.
    """

    def __init__(self, app: Mastodon, session: requests.Session) -> None:
        self.app = app
        self.called: set[str] = set()
        self.faults: dict[str, str] = {}
        self._heard: list[Any] = []
        session.hooks["response"].append(self._hear)

    def _hear(self, response: requests.Response, **_: Any) -> None:
        if not response.is_redirect and "json" in response.headers.get("Content-Type", ""):
            self._heard.append(json.loads(response.text))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self.app, name)

        def held(*args: Any, **kwargs: Any) -> Any:
            self.called.add(name)
            self._heard.clear()
            answer = call(*args, **kwargs)
            declared = typing.get_type_hints(call, vars(return_types)).get("return")
            self._hold(name, MEANT.get(name, declared))
            return answer

        return held

    def _hold(self, name: str, hint: Any) -> None:
        if hint in (None, *SCALARS) or not self._heard:
            return
        for fault in faults(self._heard[-1], hint):
            self.faults.setdefault(fault, name)

    def refused(self, status: int, name: str, *args: Any, **kwargs: Any) -> None:
        """Call, and fail unless this is refused with this status, in the shape of Mastodon's."""
        self.called.add(name)
        self._heard.clear()
        with pytest.raises(MastodonAPIError) as refusal:
            getattr(self.app, name)(*args, **kwargs)
        assert refusal.value.args[1] == status, (name, refusal.value)
        assert set(self._heard[-1]) >= {"error"}, (name, self._heard)
