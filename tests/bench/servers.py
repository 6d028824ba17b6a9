"""What the bench wants to know of a server under test."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Final

from bench.letters import Receiver
from bench.machine import cpu_seconds
from bench.processes import PATIENCE, Failed, Program, answers, until

QUIET_SECONDS: Final = 120.0
"""How long all that was accepted may take until it is worked off."""


class Server(ABC):
    """One server, with one person or organisation, `alice`, that neighbours write to and follow.

    Attributes:
        name: as it stands in the report.
        webfinger: where she is found.
        alice: how neighbours reach her.
        edda: somebody else whom only modern hosts follow; None where there is no such.
        program: the running process.
    """

    name: ClassVar[str]
    alice: Receiver
    edda: Receiver | None = None
    program: Program

    @property
    def pids(self) -> Sequence[int]:
        """Its processes, without those that they started."""
        return [self.program.pid]

    @property
    def webfinger(self) -> str:
        """The address at which others look for alice."""
        base = self.alice.actor.split("/", 3)
        return f"{base[0]}//{base[2]}/.well-known/webfinger?resource=acct:{self.alice.handle}"

    @abstractmethod
    def prepare(self) -> None:
        """Make everything that it needs, on disk, before it is started for the first time."""

    @abstractmethod
    def start(self) -> Program:
        """Start the process."""

    @abstractmethod
    def publish(self, text: str, *, to_modern: bool = False) -> None:
        """Say something public to alice's followers, or to edda's."""

    @abstractmethod
    def taken(self) -> int:
        """How many notes of others it has taken in, all work done."""

    def rest(self) -> None:
        """Wait until nothing is under way.

        Raises:
            Failed: something still is, after two minutes.
        """
        before = -1.0

        def is_calm() -> bool:
            nonlocal before
            before, last = cpu_seconds(self.pids), before
            return before == last

        until(is_calm, seconds=QUIET_SECONDS, what=f"{self.name} is quiet", every=0.5)

    def retry(self) -> None:
        """Let what could not be delivered be tried now; without such a thing, it waits."""
        return

    def up(self) -> None:
        """Start it and wait for its first answer.

        Raises:
            Failed: it does not start.
        """
        self.program = self.start()

        def is_up() -> bool:
            if self.program.has_ended:
                said = self.program.log.read_text(errors="replace")[-2000:]
                raise Failed(f"{self.name} has ended:\n{said}")
            return answers(self.alice.actor, "application/activity+json")

        until(is_up, seconds=PATIENCE, what=f"{self.name} answers")

    def down(self) -> None:
        """Stop it."""
        self.program.stop()
