"""What the demo shows when everything runs: addresses, who signs in, and what to look at first."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich import box
from rich.table import Table
from rich.text import Text

from activitypub.canonical_json import Json
from federation.commands import demo_cast
from federation.commands.demo_directory import Demo, log_of
from federation.commands.demo_instances import PASSWORD
from federation.commands.demo_stage import Stage

_LABEL: Final = 33  # columns; the longest label, in either language, and some air
_APP: Final = "it"
"""The network whose timeline a Mastodon app is offered: it follows the French one."""


def show(stage: Stage, demo: Demo) -> None:
    """Show it at the terminal."""
    stage.console.print()
    stage.console.print(_networks(stage, demo))
    # Addresses are never broken over lines: a terminal that is too narrow does that by itself.
    for name, place in _places(stage, demo):
        label = Text(f"{name:<{_LABEL}}", style="bold")
        stage.console.print(label.append(place, style="not bold"), soft_wrap=True)
    stage.console.print()


def as_json(directory: Path, demo: Demo) -> dict[str, Json]:
    """The same for programs."""
    return {
        "directory": str(directory.resolve()),
        "networks": [
            {
                "key": key,
                "name": network.name,
                "origin": demo.origin(key),
                "email": network.steward.email,
                "password": PASSWORD,
                "log": str(log_of(directory, key).resolve()),
            }
            for key, network in demo_cast.networks().items()
        ],
        "pages": dict(demo.pages),
        "tokens": dict(demo.tokens),
        "app": {"server": demo.origin(_APP), "token": _app_token(demo)},
    }


def _networks(stage: Stage, demo: Demo) -> Table:
    words = stage.words
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column(words("Network"))
    table.add_column(words("Address"), no_wrap=True)
    table.add_column(words("Sign in with"), no_wrap=True)
    for key, network in demo_cast.networks().items():
        table.add_row(network.name, demo.origin(key), network.steward.email)
    return table


def _places(stage: Stage, demo: Demo) -> Iterator[tuple[str, str]]:
    words = stage.words
    yield words("Everybody's password"), PASSWORD
    yield words("The French model"), demo.pages["source"]
    yield words("Its Italian fork"), demo.pages["fork"]
    yield words("A Mastodon app: server"), demo.origin(_APP)
    yield words("A Mastodon app: token"), _app_token(demo)
    yield words("Logs"), str(stage.directory / "{fr,be,it}.log")
    yield words("Start over"), stage.command_to_reset


def _app_token(demo: Demo) -> str:
    return demo.tokens[f"{_APP}/{demo_cast.networks()[_APP].handle}"]
