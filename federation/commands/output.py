"""What a command says: a sentence for people, JSON for programs; refusals in one sentence."""

import sys
from dataclasses import dataclass
from typing import Annotated, Final

import orjson
from cyclopts import Parameter

from activitypub.canonical_json import Json
from activitypub.errors import ProtocolError
from actors.database import Unusable
from actors.embedded import soundness
from actors.errors import Conflicting, Refusal, Unavailable, Unwise
from federation import application
from federation.application import CannotStart
from federation.errors import TransportError
from federation.newest import Outdated
from federation.safekeeping import Locked
from federation.settings import BadSettings


class Failed(Exception):
    """The command could not do what it was asked; the text is one plain sentence."""


@Parameter(name="*")
@dataclass(frozen=True)
class Output:
    """How a command speaks."""

    json: Annotated[bool, Parameter(negative=())] = False
    """Answer in JSON, for programs."""

    def say(self, sentence: str, value: dict[str, Json]) -> None:
        """Print what was done: the sentence, or the value on one line.

        Flushed at once: a program behind a pipe waits for it while the server runs on.
        """
        shown = orjson.dumps(value).decode() if self.json else sentence
        sys.stdout.write(shown + "\n")
        sys.stdout.flush()


PLAIN: Final = Output()
"""What a command is given when nobody asked for JSON."""

FORESEEN: Final = (
    Failed,
    Unusable,
    BadSettings,
    CannotStart,
    Locked,
    Outdated,
    Refusal,
    ProtocolError,
    TransportError,
    OSError,
)
"""What may end a command with exit code 1."""


def sentence(error: BaseException) -> str:
    """One plain sentence, on one line, about any of `FORESEEN`."""
    match error:
        case Unwise(fields=fields) if fields:
            faults = "; ".join(f"{path}: {words}" for path, words in fields.items())
            said = faults if error.reason in fields.values() else f"{error.reason} {faults}"
        case Conflicting(keys=keys) if keys:
            said = f"{error.reason}: {', '.join(keys)}"
        case BadSettings(faults=all_faults):
            said = "; ".join(all_faults)
        case Unavailable(__cause__=BaseException() as cause):  # an operator may know all of it
            return sentence(cause) if isinstance(cause, Unusable | OSError) else str(cause)
        case Refusal() | ProtocolError() | TransportError():
            said = error.reason
        case Unusable(orig=cause) if soundness.is_damage(error):
            said = application.damaged(str(cause))
        case Unusable(orig=cause):
            said = f"the database cannot be used: {cause}"
        case OSError(strerror=str(words), filename=str(name)):
            said = f"{name}: {words}"
        case _:
            said = str(error) or type(error).__name__
    return " ".join(said.split())
