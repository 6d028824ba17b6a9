"""Pens and kept connections: what a thousand deliveries at once cost everybody else."""

import asyncio
from itertools import groupby

import pytest
from together.loopback import NOON, Peer

from activitypub import wire
from activitypub.iris import Iri
from activitypub.signatures.claims import claim
from activitypub.signatures.verifying import verify
from federation.transport import doors
from federation.transport.client import Client
from federation.transport.pens import A_ROUND, Pen
from federation.transport.signing import Knocking, Signatory, Signing


def knocking(signatory: Signatory) -> Knocking:
    request = wire.Request("POST", Iri("https://peer.test/inbox"), (), b"{}")
    return Knocking(request, Signing(signatory), lambda: NOON)


async def test_on_one_core_whatever_is_ready_comes_between_a_few_signatures(
    signatory: Signatory,
) -> None:
    done: list[str] = []
    pen = Pen(cores=1, signed=lambda: done.append("signed"))

    async def something_else() -> None:
        for _ in range(3):
            done.append("else")
            await asyncio.sleep(0)

    several = 3 * A_ROUND
    await asyncio.gather(*(pen.sign(knocking(signatory)) for _ in range(several)), something_else())
    assert done.count("signed") == several
    assert max(len(list(run)) for one, run in groupby(done) if one == "signed") <= A_ROUND + 1


async def test_who_is_broken_off_while_others_sign_holds_up_nobody(signatory: Signatory) -> None:
    pen = Pen(cores=1)
    signing = [asyncio.create_task(pen.sign(knocking(signatory))) for _ in range(2 * A_ROUND)]
    await asyncio.sleep(0)
    broken_off = signing.pop(A_ROUND)
    broken_off.cancel()
    async with asyncio.timeout(30):
        await asyncio.gather(*signing)
    with pytest.raises(asyncio.CancelledError):
        await broken_off


@pytest.mark.parametrize("cores", [1, 2])
async def test_a_pen_signs_the_same_whoever_holds_it(signatory: Signatory, cores: int) -> None:
    pen = Pen(cores=cores)
    for _ in range(2):
        signed = await pen.sign(knocking(signatory))
        verify(signed, claim(signed), signatory.key.public, now=NOON)
        pen.close()


async def test_connections_are_kept_to_so_many_hosts(
    client: Client, peer: Peer, other: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "KEPT", 1)
    for one in (peer, other, peer):
        one.says("/inbox", status=202)
        await client.request("POST", one.url("/inbox"), (), b"{}", purpose="delivery")
    asked_to_close = [
        [one.headers_named("connection") for one in server.requests] for server in (peer, other)
    ]
    assert asked_to_close == [[(), ()], [("close",)]]
