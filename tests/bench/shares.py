"""Shares: where the time of a work goes, from the profile that `--profile` wrote.

    python -m bench.shares profiles/essaim-inbox.speedscope.json

Each sample counts for the innermost frame that belongs to one of `PARTS`: what aiohttp asks of
asyncio counts for asyncio, what SQLAlchemy asks of the database for the database. Waiting for work
is left out.
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

import orjson

PARTS: Final = (
    ("RSA and Ed25519", ("activitypub/signatures/keys.py",)),
    ("signatures, digests, headers", ("activitypub/signatures/", "activitypub/wire.py")),
    ("JSON", ("activitypub/canonical_json.py", "/json/", "activitypub/jsonld/")),
    ("documents, who may say what", ("activitypub/",)),
    ("the database itself", ("actors/embedded/", "/sqlite3/", "/aiosqlite/", "/asyncpg/")),
    ("SQLAlchemy", ("/sqlalchemy/",)),
    ("verbs, mail, views", ("actors/",)),
    ("log", ("/structlog/", "/logging/", "federation/telemetry/logs.py")),
    ("edges, workers, transport", ("federation/",)),
    ("HTTP", ("/aiohttp/", "/multidict/", "/yarl/")),
    ("the loop", ("/asyncio/", "uvloop")),
)
"""What a frame belongs to, by its file; the first that fits."""

_REST: Final = "anything else"
_WAITING: Final = "_worker"  # a thread of a pool that has nothing to do


def shares(profile: dict[str, Any]) -> dict[str, float]:
    """The share of each part in the samples of all threads that worked, the largest first."""
    frames = profile["shared"]["frames"]
    parts = [_part(frame.get("file") or "") for frame in frames]
    weights: Counter[str] = Counter()
    for thread in profile["profiles"]:
        for sample, weight in zip(thread["samples"], thread["weights"], strict=True):
            if not sample or frames[sample[-1]]["name"] == _WAITING:
                continue
            named = (parts[one] for one in reversed(sample) if parts[one] is not None)
            weights[next(named, None) or _REST] += weight
    whole = sum(weights.values()) or 1
    return {name: weight / whole for name, weight in weights.most_common()}


def markdown(found: dict[str, float]) -> str:
    """The same as a table."""
    lines = ["| part | share |", "|---|---|"]
    lines += [f"| {name} | {share:.0%} |" for name, share in found.items()]
    return "\n".join(lines) + "\n"


def _part(file: str) -> str | None:
    return next((name for name, pieces in PARTS if any(one in file for one in pieces)), None)


def main() -> None:
    """Print the table of each profile that is named."""
    for name in sys.argv[1:]:
        print(f"{Path(name).name}\n\n{markdown(shares(orjson.loads(Path(name).read_bytes())))}")


if __name__ == "__main__":
    main()
