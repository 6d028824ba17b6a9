"""Signatures by somebody who can sign: everything that is left out, doubled, bent or borrowed.

Every forgery here is well signed over what it covers, unless it says otherwise: what must be found
is that it covers too little, says too much, or belongs to somebody else. Nothing may change because
of one, nothing may be a fault, and an honest request must be accepted after all of them.
"""

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import func, select
from together.by_hand import COMPONENTS, USUAL, Forgery, b64, by_hand, by_rfc9421, digest, post
from together.stranger import Stranger, moved_in
from together.street import House, Street

from activitypub.iris import Iri
from activitypub.signatures.keys import PrivateKey
from actors.tables.actor import Actor
from actors.tables.mail import Received

COOP = "https://alpha.test/actors/coop"
REFUSED = frozenset({400, 401, 403, 413, 415, 421})


@pytest.fixture
async def alpha(street: Street) -> House:
    (house,) = await street.open("alpha")
    await house.organisation("coop")
    return house


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street) as stranger:
        yield stranger


async def remembered(alpha: House) -> tuple[int, int]:
    """How much was accepted, and how many actors are known."""
    async with alpha.read() as session:
        received = await session.scalar(select(func.count()).select_from(Received))
        actors = await session.scalar(select(func.count()).select_from(Actor))
    return received or 0, actors or 0


def follow(mallory: Stranger) -> bytes:
    return orjson.dumps(mallory.activity("Follow", COOP))


async def try_all(
    alpha: House, mallory: Stranger, forgeries: Mapping[str, Forgery], key: PrivateKey | None = None
) -> None:
    """Send each; none is accepted, none is a fault, and an honest one is accepted afterwards."""
    assert (await mallory.send(alpha, mallory.activity("Like", COOP))).status == 202
    before = await remembered(alpha)
    answers = {}
    for name, forgery in forgeries.items():
        body = follow(mallory)
        headers = by_hand(forgery, mallory, body, key or mallory.key)
        answers[name] = (await post(alpha, forgery.path, headers, body)).status
    wrong = {name: status for name, status in answers.items() if status not in REFUSED}
    assert wrong == {}
    assert await remembered(alpha) == before
    assert not [one for one in alpha.street.events if one["event"] == "request.failed"]
    assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == 202


async def test_what_is_signed_by_hand_as_it_should_be_is_accepted(
    alpha: House, mallory: Stranger
) -> None:
    honest = {
        "hs2019 with date": Forgery(),
        "rsa-sha256 with date": Forgery(parameters={"algorithm": "rsa-sha256"}),
        "hs2019 with (created)": Forgery(
            covered=("(request-target)", "host", "(created)", "digest"), created=0
        ),
        "without an algorithm": Forgery(parameters={"algorithm": None}),
        "at a personal inbox": Forgery(path="/actors/coop/inbox"),
        "with a query": Forgery(path="/inbox?a=1"),
    }
    for name, request in honest.items():
        body = follow(mallory)
        headers = by_hand(request, mallory, body, mallory.key)
        assert (await post(alpha, request.path, headers, body)).status == 202, name


async def test_a_signature_that_covers_too_little_is_refused(
    alpha: House, mallory: Stranger
) -> None:
    gaps = {
        f"without {name}": Forgery(covered=[one for one in USUAL if one != name])
        for name in ("(request-target)", "host", "date", "digest")
    }
    other = digest(b"something else")
    odd = {
        "no list at all": Forgery(covered=None),
        "an empty list": Forgery(covered=[""]),
        "no digest": Forgery(headers={"digest": None}),
        "no digest, signed as empty": Forgery(headers={"digest": None}, lines={"digest": ""}),
        "a header that is not sent": Forgery(covered=[*USUAL, "x-nothing"]),
        "twice the same": Forgery(covered=[*USUAL, "date"]),
        "another path": Forgery(lines={"(request-target)": "post /actors/coop/inbox"}),
        "another method": Forgery(lines={"(request-target)": "get /inbox"}),
        "another host, signed": Forgery(lines={"host": "victim.test"}),
        "another host, sent": Forgery(headers={"host": "victim.test"}),
        "MD5": Forgery(headers={"digest": "MD5=" + b64(hashlib.md5(b"").digest())}),  # noqa: S324
        "the digest of another body": Forgery(headers={"digest": other}),
        "a wrong digest and an unknown one": Forgery(headers={"digest": f"{other},UNKNOWN=AAAA"}),
        "two digests": Forgery(headers={"digest": f"{other},{other}"}),
        "a digest without a name": Forgery(headers={"digest": other.partition("=")[2]}),
        "a digest in base64url": Forgery(headers={"digest": "SHA-256=__-_" + other[12:]}),
    }
    await try_all(alpha, mallory, gaps | odd)


async def test_a_signature_of_another_time_is_refused(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    now = street.clock()

    def dated(**away: float) -> str:
        return format_datetime(now + timedelta(**away), usegmt=True)

    stale = {
        text: Forgery(headers={"date": text})
        for text in (
            dated(hours=-24),
            dated(minutes=-66),
            dated(minutes=6),
            dated(hours=5),
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "yesterday",
            "",
            "Mon, 99 Foo 20000 99:99:99 GMT",
            "9" * 400,
        )
    }
    created = ("(request-target)", "host", "(created)", "digest")
    expiring = (*created, "(expires)")
    moments = {
        "created ahead": Forgery(covered=created, created=3600),
        "created long ago": Forgery(covered=created, created=-86_400),
        "created never": Forgery(covered=created),
        "expired": Forgery(covered=expiring, created=-100, expires=-50),
        "expired before it was made": Forgery(covered=expiring, created=0, expires=-10),
        "with rsa-sha256": Forgery(
            covered=created, created=0, parameters={"algorithm": "rsa-sha256"}
        ),
    }
    numbers = {
        f"created={text[:20]}": Forgery(covered=created, created=0, parameters={"created": text})
        for text in ("soon", "9" * 400, "-5", "1e9", '"1"', "")
    }
    await try_all(alpha, mallory, stale | moments | numbers)


async def test_what_can_be_read_in_two_ways_is_refused(alpha: House, mallory: Stranger) -> None:
    parameters: Mapping[str, Mapping[str, str | None]] = {
        "no key": {"keyId": None},
        "no signature": {"signature": None},
        "no signature in it": {"signature": ""},
        "zeros": {"signature": b64(b"\0" * 256)},
        "not base64": {"signature": "%%%"},
        "sha-1": {"algorithm": "rsa-sha1"},
        "none": {"algorithm": "none"},
        "ed25519 for an RSA key": {"algorithm": "ed25519"},
        "hmac": {"algorithm": "hmac-sha256"},
        "an unknown parameter": {"digest": "x"},
    }
    bent = {name: Forgery(parameters=changed) for name, changed in parameters.items()}
    ours = format_datetime(mallory.street.clock(), usegmt=True)
    doubled = {
        "two dates": Forgery(more=[("date", ours)]),
        "two digests": Forgery(more=[("digest", digest(b""))]),
        "two signatures": Forgery(more=[("signature", 'keyId="https://evil.test/k"')]),
        "commas": Forgery(parameters={"signature": None, "keyId": '",' + "," * 5_000 + '"'}),
        "a quote that never ends": Forgery(parameters={"keyId": 'https://evil.test/k",x="'}),
        "a parameter twice": Forgery(parameters={"keyId": f'{mallory.key_id}",keyId="x'}),
        "an encoded line break": Forgery(
            path="/inbox?%0Ahost:%20victim.test",
            lines={"(request-target)": "post /inbox?\nhost: victim.test"},
        ),
    }
    await try_all(alpha, mallory, bent | doubled)


async def test_a_public_key_is_no_shared_secret(alpha: House, mallory: Stranger) -> None:
    body = follow(mallory)
    pem = mallory.key.public.pem().encode()

    class Confused:
        def sign(self, data: bytes) -> bytes:
            return hmac.digest(pem, data, "sha256")

    confused: Any = Confused()
    for algorithm in ("hmac-sha256", "hs2019", "rsa-sha256"):
        forgery = Forgery(parameters={"algorithm": algorithm})
        headers = by_hand(forgery, mallory, body, confused)
        assert (await post(alpha, "/inbox", headers, body)).status == 401
    assert (await remembered(alpha))[0] == 0


@pytest.mark.parametrize(
    "key_id",
    [
        "",
        "file:///etc/passwd",
        "data:application/json,{}",
        "acct:mallory@evil.test",
        "http://evil.test/users/mallory#main-key",
        "https://evil.test/" + "x" * 70_000,
        "https://evil.test/users/ mallory",
        "https://evil.test/users/\u202eyrollam",
        "https://evil.test:99999/users/mallory",
        "https://user:password@evil.test/users/mallory",
        "https://alpha.test/actors/coop#main-key",
        "https://ALPHA.test/actors/coop#main-key",
        "https://alpha.test:443/actors/coop#main-key",
        "//evil.test/users/mallory",
        "https://",
    ],
)
async def test_a_key_id_that_is_no_address_of_a_key_is_refused(
    street: Street, alpha: House, mallory: Stranger, key_id: str
) -> None:
    body = follow(mallory)
    forgery = Forgery(parameters={"keyId": key_id})
    headers = by_hand(forgery, mallory, body, mallory.key)
    headers = [(name, value.encode().decode("latin-1")) for name, value in headers]
    try:
        status = (await post(alpha, "/inbox", headers, body)).status
    except aiohttp.ClientError:
        status = 400  # the header is longer than any that is read: the line was cut
    assert status in (400, 401)
    assert mallory.asked == []
    assert not [one for one in street.events if one["event"] in ("egress.done", "request.failed")]


def pem_of(bits: int, exponent: int = 65537) -> str:
    if exponent == 65537:
        key = rsa.generate_private_key(public_exponent=exponent, key_size=bits).public_key()
    else:
        modulus = rsa.generate_private_key(public_exponent=3, key_size=bits).public_key()
        key = rsa.RSAPublicNumbers(exponent, modulus.public_numbers().n).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


async def test_a_key_that_is_too_weak_or_none_is_refused(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    good = mallory.key.public.pem()
    bad: list[Any] = [
        pem_of(1024),
        pem_of(2048, 3),
        "",
        mallory.key.pem(),
        good + "x" * 200_000,
        [good],
        {"pem": good},
        None,
        7,
        good.replace("PUBLIC", "PRIVATE"),
    ]
    for number, pem in enumerate(bad):
        name = f"m{number}"
        iri = Iri(f"{mallory.origin}/users/{name}")
        key_id = Iri(f"{iri}#main-key")
        key = {"id": key_id, "owner": iri, "publicKeyPem": pem}
        mallory.documents[f"/users/{name}"] = (
            200,
            mallory.actor(id=iri, preferredUsername=name, inbox=f"{iri}/inbox", publicKey=key),
        )
        activity = mallory.activity("Follow", COOP, actor=iri)
        assert (await mallory.send(alpha, activity, key_id=key_id)).status == 401, number
    assert (await remembered(alpha))[0] == 0
    assert not [one for one in street.events if one["event"] == "request.failed"]


async def test_nobody_signs_for_somebody_else(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    async with moved_in(street, "victim.test") as vera:
        for iri in (f"{vera.origin}/activities/1", f"{mallory.origin}/activities/x", None):
            activity = mallory.activity("Follow", COOP, actor=vera.iri, id=iri)
            if iri is None:
                del activity["id"]
            assert (await mallory.send(alpha, activity)).status == 401
        hers = {
            "id": f"{mallory.iri}#second",
            "owner": vera.iri,
            "publicKeyPem": mallory.key.public.pem(),
        }
        both = [mallory.actor()["publicKey"], hers]
        mallory.documents["/users/mallory"] = (200, mallory.actor(publicKey=both))
        street.clock.turn(minutes=11)
        activity = vera.activity("Follow", COOP)
        second = Iri(str(hers["id"]))
        assert (await mallory.send(alpha, activity, key_id=second)).status == 401
        as_vera = vera.actor() | {"id": mallory.iri}
        for lie in (vera.actor(), as_vera):
            street.clock.turn(minutes=11)
            mallory.documents["/users/mallory"] = (200, lie)
            assert (await mallory.send(alpha, activity)).status == 401
        assert (await remembered(alpha))[0] == 0
        assert (await vera.send(alpha, activity)).status == 202, "she is not the poorer for it"


async def test_a_forged_signature_by_rfc_9421_is_refused(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    body = follow(mallory)
    assert (await post(alpha, "/inbox", by_rfc9421(mallory, body), body)).status == 202
    before = await remembered(alpha)
    now = int(street.clock().timestamp())
    usual = by_rfc9421(mallory, body)
    other = f"sha-256=:{b64(hashlib.sha256(b'x').digest())}:"
    two = [("signature-input", f'{usual[-2][1]}, sig2=("@method");created={now}')]
    forged: dict[str, list[tuple[str, str]]] = {
        f"without {name}": by_rfc9421(mallory, body, covered=[n for n in COMPONENTS if n != name])
        for name in COMPONENTS[:3]
    }
    forged |= {
        "another target": by_rfc9421(
            mallory, body, values={"@target-uri": "https://victim.test/inbox"}
        ),
        "a wrong digest": by_rfc9421(mallory, body, values={"content-digest": other}),
        "a malformed digest": by_rfc9421(mallory, body, values={"content-digest": "sha-256=x"}),
        "no digest sent": [one for one in usual if one[0] != "content-digest"],
        "expired": by_rfc9421(mallory, body, parameters=f";created={now - 9};expires={now - 5}"),
        "from the future": by_rfc9421(mallory, body, parameters=f";created={now + 3600}"),
        "too old": by_rfc9421(mallory, body, parameters=f";created={now - 66 * 60}"),
        "without a time": by_rfc9421(mallory, body, parameters=""),
        "another label": by_rfc9421(mallory, body, label="sig2"),
        "hmac": by_rfc9421(mallory, body, parameters=f';created={now};alg="hmac-sha256"'),
        "nothing covered": by_rfc9421(mallory, body, covered=()),
        "zeros": by_rfc9421(mallory, body, signature=b64(b"\0" * 256)),
        "two labels": [*usual[:-2], *two, usual[-1]],
        "draft-cavage beside it": [*usual, ("authorization", 'Signature keyId="x"')],
        "two Signature headers": [*usual, ("signature", 'keyId="https://evil.test/k"')],
    }
    forged |= {
        f"a component with {flag}": by_rfc9421(
            mallory, body, inner=" ".join(f'"{name}";{flag}' for name in COMPONENTS)
        )
        for flag in ("sf", "bs", "req", "tr")
    }
    answers = {
        name: (await post(alpha, "/inbox", headers, body)).status
        for name, headers in forged.items()
    }
    assert {name: status for name, status in answers.items() if status not in REFUSED} == {}
    assert await remembered(alpha) == before
    assert not [one for one in street.events if one["event"] == "request.failed"]


async def test_what_was_captured_is_worth_nothing_elsewhere(
    alpha: House, mallory: Stranger
) -> None:
    body = follow(mallory)
    for headers in (
        by_hand(Forgery(), mallory, body, mallory.key),
        by_rfc9421(mallory, body),
    ):
        assert (await post(alpha, "/actors/coop/inbox", headers, body)).status == 401
        for _ in range(5):
            assert (await post(alpha, "/inbox", headers, body)).status == 202
    assert (await remembered(alpha))[0] == 1


async def test_an_actor_that_was_never_seen_leaves_no_trace_by_dying(
    alpha: House, mallory: Stranger
) -> None:
    before = await remembered(alpha)
    for kind in ("Delete", "Update"):
        body = orjson.dumps(mallory.activity(kind, mallory.iri))
        headers = [("host", "alpha.test"), ("content-type", "application/activity+json")]
        assert (await post(alpha, "/inbox", headers, body)).status in (202, 401)
    assert mallory.asked == []
    assert await remembered(alpha) == before
