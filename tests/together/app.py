"""An app in somebody's hands: asks the Mastodon API of an instance with a bearer token."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from together.street import House

from actors.rules.permissions import Office
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import remarking


@dataclass
class Reader:
    """An app in the hands of one organisation.

    Attributes:
        house: where it is at home.
        us: the organisation.
        token: with which it asks; empty for nobody.
    """

    house: House
    us: Actor
    token: str

    async def asks(
        self, path: str, method: str = "GET", data: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status and JSON."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        session, url = self.house.street.session, self.house.url(path)
        async with session.request(method, url, headers=headers, data=data) as response:
            return response.status, await response.json()

    async def gets(self, path: str) -> Any:
        """JSON of an answer that must be a good one."""
        status, body = await self.asks(path)
        assert status == 200, body
        return body


async def reader(house: House, handle: str, office: Office = Office.STEWARD) -> Reader:
    """A new organisation with an app."""
    us = await house.organisation(handle)
    member = await house.member(f"{handle}@{house.host}", us, office)
    token = await house.token(member, us, "read write follow push")
    return Reader(house, us, token)


def stranger(house: House) -> Reader:
    """An app with which nobody is signed in."""
    return Reader(house, house.network, "")


async def says(
    reader: Reader, text: str, answering: Model | Remark | None = None, **more: Any
) -> Remark:
    """Somebody writes a remark."""
    async with reader.house.begin() as session:
        return await remarking.remark(
            session, reader.house.site, reader.us, text=text, in_reply_to=answering, **more
        )
