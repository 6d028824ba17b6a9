"""Measuring: how many requests are answered, how, and how long that takes.

It hangs where aiohttp has its access log, below every middleware: what a middleware refuses counts
too, and a stream counts when it ends. What is no HTTP is counted as `none`.
"""

from functools import cache
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from federation.telemetry import metrics

NONE: Final = "none"
"""The family of addresses that nobody answers."""

READY: Final = "ready"
"""The family of answers that were given from memory (`federation.ready`)."""

_OWN: Final = {"federation.peers.inbox": "inbox", "federation.negotiation": "shared"}
"""`shared` are the addresses of both a document and a page; `Accept` decides."""


class Measuring(AbstractAccessLogger):
    """Told by aiohttp of every answer."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Count one answer; `time` is in seconds."""
        try:
            family = family_of(request.match_info.handler.__module__)  # type: ignore[attr-defined]
        except (AttributeError, AssertionError):  # it has come to no route
            family = READY if response.status < 400 else NONE
        metrics.answered(family, response.status, time)


@cache
def family_of(module: str) -> str:
    """The edge that a module belongs to: `peers`, `mastodon`, `api`, `pages` ..."""
    if module in _OWN:
        return _OWN[module]
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] if package == "federation" else NONE
