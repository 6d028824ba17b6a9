"""A mail server in the same process: takes letters and keeps them."""

import asyncio
import email
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.policy import default

_PLACES = "(?:open|invitation|claim|recover|settings)"


@dataclass
class Mailbox:
    """What arrived.

    Attributes:
        letters: address and letter, in their order.
        refusal: what is answered to every recipient instead of taking a letter; empty: none.
    """

    letters: list[tuple[str, Message]] = field(default_factory=list)
    refusal: str = ""
    port: int = 0

    def to(self, address: str) -> list[str]:
        """The texts that reached this address, the oldest first."""
        return [_plain(one) for whom, one in self.letters if whom == address]

    def link(self, address: str) -> str:
        """The path of the link in the newest letter to this address."""
        texts = "\n".join(self.to(address))
        found = re.findall(rf"https://[^/\s]+(/{_PLACES}/\S+)", texts)
        assert found, self.to(address)
        return str(found[-1])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak SMTP with one client (RFC 5321), as little of it as is needed."""
        whom: list[str] = []

        async def say(words: str) -> None:
            writer.write(f"{words}\r\n".encode())
            await writer.drain()

        await say("220 mailbox")
        while line := (await reader.readline()).decode().strip():
            verb = line.upper()
            if verb.startswith("RCPT TO"):
                whom.append(re.sub(r".*<(.*)>.*", r"\1", line))
                await say(self.refusal or "250 ok")
            elif verb == "DATA":
                await say("354 go on")
                data = await reader.readuntil(b"\r\n.\r\n")
                letter = email.message_from_bytes(data[:-3], policy=default)
                self.letters += [(one, letter) for one in whom]
                whom.clear()
                await say("250 taken")
            elif verb == "QUIT":
                await say("221 bye")
                break
            else:
                await say("250 ok")
        writer.close()
        await writer.wait_closed()


def _plain(letter: Message) -> str:
    body = letter.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mail server at a loopback port."""
    box = Mailbox()
    server = await asyncio.start_server(box.serve, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    async with server:
        yield box
