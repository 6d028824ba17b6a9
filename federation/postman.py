"""The postman: hands letters to the operator's mail server (SMTP, RFC 5321).

The server is the one that the settings name, reached over TLS unless they say otherwise; addresses
of people never choose where we dial. One letter at a time: a server that takes none is asked again
later (`actors.verbs.corresponding`).
"""

import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

import aiosmtplib
from aiosmtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from actors.database import in_transaction
from federation.settings import EmailSettings

SECONDS: Final = 30
"""For each step of the dialogue; a mail server on the same continent needs one."""

_PERMANENT: Final = 500  # RFC 5321 4.2.1: 5yz will not get better by itself


class Undelivered(Exception):
    """A letter was not taken.

    Attributes:
        reason: for stewards and operators; without the address.
        temporary: whether another try may help.
    """

    def __init__(self, reason: str, *, temporary: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.temporary = temporary


@dataclass(frozen=True)
class Written:
    """A letter in its words.

    Attributes:
        number: of its row: two tries of one letter have one Message-ID.
        sender_name: whom people read as its sender.
    """

    number: int
    address: str
    sender_name: str
    subject: str
    body: str


class Postman:
    """Sends letters.

    Args:
        settings: through which server.
        host: ours, for the Message-ID.
        trust: the certificates we trust; the system's when left out.
    """

    def __init__(
        self, settings: EmailSettings, host: str, trust: ssl.SSLContext | None = None
    ) -> None:
        self._settings = settings
        self._host = host
        self._trust = trust

    @property
    def is_ready(self) -> bool:
        """Whether the operator named a mail server."""
        return self._settings.is_ready

    async def send(self, letter: Written, at: datetime) -> None:
        """Hand a letter over; never inside a transaction.

        Raises:
            Undelivered: it was not taken.
        """
        if in_transaction():
            raise RuntimeError("no letter is sent inside a transaction")
        host, _, port = self._settings.server.rpartition(":")
        try:
            await aiosmtplib.send(
                self._message(letter, at),
                hostname=host.strip("[]"),
                port=int(port),
                username=self._settings.user or None,
                password=self._settings.password or None,
                use_tls=self._settings.security == "tls",
                start_tls=self._settings.security == "starttls",
                tls_context=self._trust,
                timeout=SECONDS,
            )
        except SMTPRecipientsRefused as refused:
            codes = [one.code for one in refused.recipients]
            told = "The mail server does not know this address."
            raise Undelivered(told, temporary=min(codes) < _PERMANENT) from refused
        except SMTPResponseException as refused:
            told = f"The mail server refused the letter ({refused.code})."
            raise Undelivered(told, temporary=refused.code < _PERMANENT) from refused
        except (SMTPException, OSError, TimeoutError) as fault:
            told = "The mail server cannot be reached."
            raise Undelivered(told, temporary=True) from fault

    def _message(self, letter: Written, at: datetime) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        local, _, domain = self._settings.sender.rpartition("@")
        message["From"] = Address(_flat(letter.sender_name), local, domain)
        message["To"] = letter.address
        message["Subject"] = _flat(letter.subject)
        message["Date"] = at
        message["Message-ID"] = f"<essaim.{letter.number}@{self._host.partition(':')[0]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers it
        message.set_content(letter.body)
        return message


def _flat(text: str) -> str:
    """A header is one line: no name adds another."""
    return " ".join(text.split())
