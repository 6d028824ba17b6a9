"""The system's look-up of names, without a name server."""

import socket

import pytest

from federation.transport.names import NoAddress, SystemResolver


async def test_every_address_of_a_name_is_found_as_text() -> None:
    resolver = SystemResolver()
    found = await resolver.resolve("localhost", 8001, socket.AF_INET)
    await resolver.close()
    assert {(each["host"], each["port"]) for each in found} == {("127.0.0.1", 8001)}
    assert {each["hostname"] for each in found} == {"localhost"}


async def test_what_is_no_name_has_no_address() -> None:
    resolver = SystemResolver()
    with pytest.raises(NoAddress):
        await resolver.resolve("a name with spaces", 8001)
    await resolver.close()
