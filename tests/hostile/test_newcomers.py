"""Floods of accounts and of hosts that nobody knows: put off, and nobody else notices."""

import itertools
from datetime import timedelta

import pytest
from together.clock import Clock
from together.stranger import Stranger, moved_in
from together.street import House, Street

from activitypub import reading
from activitypub.iris import Iri
from federation.errors import Unreachable
from federation.newcomers import ACCOUNTS, HOSTS, Newcomers, registrable


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("evil.example", "evil.example"),
        ("a.b.evil.example", "evil.example"),
        ("a.evil.example:8443", "evil.example"),
        ("shop.co.uk", "shop.co.uk"),
        ("a.shop.co.uk", "shop.co.uk"),
        ("a.b.asso.fr", "b.asso.fr"),
        ("co.uk", "co.uk"),
        ("localhost:8001", "localhost"),
        ("127.0.0.7:8001", "127.0.0.7"),
        ("127.0.0.8", "127.0.0.8"),
        ("[fd00::7]:443", "[fd00::7]"),
        ("[fd00::7]", "[fd00::7]"),
    ],
)
def test_hosts_of_one_owner_are_counted_by_what_he_owns(host: str, name: str) -> None:
    assert registrable(host) == name


def test_ten_new_hosts_below_one_name_in_five_minutes(clock: Clock) -> None:
    newcomers = Newcomers(clock)
    for number in range(HOSTS.most):
        for _ in range(3):  # three accounts of one host are one host
            newcomers.admit(f"s{number}.evil.example", is_known=False)
    with pytest.raises(Unreachable) as told:
        newcomers.admit("s11.evil.example", is_known=False)
    assert (told.value.code, told.value.temporary) == ("rate", True)
    assert told.value.retry_after is not None
    assert timedelta(0) < told.value.retry_after <= timedelta(minutes=5)
    newcomers.admit("s11.evil.example", is_known=True)
    newcomers.admit("s3.evil.example", is_known=False)
    newcomers.admit("good.example", is_known=False)
    clock.turn(minutes=5)
    newcomers.admit("s11.evil.example", is_known=False)


def test_four_hundred_new_accounts_of_one_host_in_an_hour(clock: Clock) -> None:
    newcomers = Newcomers(clock)
    for _ in range(ACCOUNTS.most):
        newcomers.admit("evil.example", is_known=True)
    with pytest.raises(Unreachable):
        newcomers.admit("evil.example", is_known=True)
    newcomers.admit("good.example", is_known=True)
    clock.turn(hours=1)
    newcomers.admit("evil.example", is_known=True)


async def test_who_is_one_too_many_is_not_even_asked_for(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    await alpha.organisation("coop")
    async with moved_in(street) as mallory, moved_in(street, "good.test") as vera:
        await alpha.lookup.resolve(mallory.iri)
        fill(alpha, mallory)
        for number in range(3):
            path = f"/users/m{number}"
            iri = Iri(mallory.origin + path)
            document = mallory.actor(id=iri, publicKey=None, preferredUsername=f"m{number}")
            mallory.documents[path] = (200, document)
            with pytest.raises(Unreachable):
                await alpha.lookup.actor(iri)
            assert path not in mallory.asked
            with pytest.raises(Unreachable):
                await alpha.lookup.mirror(reading.read_actor(document))
            with pytest.raises(Unreachable):
                await alpha.lookup.key(Iri(f"{iri}#main-key"))
            assert path not in mallory.asked

        coop = "https://alpha.test/actors/coop"
        put_off = mallory.activity("Follow", coop, actor=f"{mallory.origin}/users/m1")
        key_id = Iri(f"{mallory.origin}/users/m1#main-key")
        answer = await mallory.send(alpha, put_off, key_id=key_id)
        assert answer.status == 503
        assert 0 < int(answer.headers["Retry-After"]) <= 3600
        known = await mallory.send(alpha, mallory.activity("Follow", coop))
        assert known.status == 202
        assert (await vera.send(alpha, vera.activity("Follow", coop))).status == 202

        street.clock.turn(hours=1)
        assert (await alpha.lookup.actor(Iri(f"{mallory.origin}/users/m1"))).handle == "m1"


def fill(house: House, mallory: Stranger) -> None:
    """As many accounts as one host may bring in an hour."""
    newcomers = house.lookup._newcomers
    for _ in itertools.count():
        try:
            newcomers.admit(mallory.host, is_known=True)
        except Unreachable:
            return
