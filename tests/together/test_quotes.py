"""Quotes: shown where the author of what is quoted agrees, and as long as that holds (FEP-044f)."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from together.stranger import AS2, Document, Stranger, moved_in
from together.street import House, Street

from activitypub.addressing import Visibility
from actors.errors import NotAllowed, Unwise
from actors.mail import explorations
from actors.rules.consent import Quotable
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import blocking, quoting, remarking
from actors.views import notices, quotes, timelines
from actors.views.paging import Page
from actors.views.quotes import Quoted

EVERYBODY = {"canQuote": {"automaticApproval": [f"{AS2}#Public"]}}


@pytest.fixture
async def alpha(street: Street) -> House:
    (house,) = await street.open("alpha")
    return house


@pytest.fixture
async def coop(alpha: House) -> Actor:
    return await alpha.organisation("coop")


@pytest.fixture
async def model(alpha: House, coop: Actor) -> Model:
    return await alpha.publish(coop)


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street) as stranger:
        yield stranger


@pytest.fixture
async def vera(street: Street) -> AsyncIterator[Stranger]:
    """Somebody else, on another host, who is quoted."""
    async with moved_in(street, "vera.test") as stranger:
        yield stranger


async def _say(house: House, who: Actor, text: str = "Bonjour", **more: Any) -> Remark:
    async with house.begin() as session:
        return await remarking.remark(session, house.site, who, text=text, **more)


async def _row(house: House, iri: str) -> Remark:
    async with house.read() as session:
        found = await session.scalar(select(Remark).where(Remark.iri == iri))
    assert found is not None
    return found


async def _revoke(house: House, who: Actor, iri: str) -> None:
    async with house.begin() as session:
        remark = await session.scalar(select(Remark).where(Remark.iri == iri))
        assert remark is not None
        await quoting.revoke(session, house.site, who, remark)


async def _quote_of(house: House, iri: str) -> Quoted:
    """What a remark is shown to quote."""
    row = await _row(house, iri)
    async with house.read() as session:
        return (await quotes.of(session, [row.id]))[row.id]


async def _read(house: House, url: str) -> tuple[int, Document]:
    headers = {"Accept": "application/activity+json"}
    async with house.street.session.get(url, headers=headers) as answer:
        return answer.status, orjson.loads(await answer.read())


async def _ask(
    street: Street, house: House, who: Stranger, subject: str, *, embedded: bool = True
) -> tuple[Document, Document]:
    """Somebody elsewhere writes a post that quotes ours, and asks for it."""
    note = who.note("/notes/q", quote=subject)
    request = who.activity("QuoteRequest", subject, instrument=note if embedded else note["id"])
    assert (await who.send(house, request)).status == 202
    await street.settle()
    return note, request


async def _kinds(house: House, owner: Actor) -> list[str]:
    async with house.read() as session:
        return [one.notice.kind for one in await notices.of(session, owner, Page())]


def _stamp(by: Stranger, note: Document, subject: str, **changes: Any) -> Document:
    stamp: Document = {
        "@context": AS2,
        "id": f"{by.origin}/stamps/1",
        "type": "QuoteAuthorization",
        "attributedTo": by.iri,
        "interactingObject": note["id"],
        "interactionTarget": subject,
    } | changes
    by.documents["/stamps/1"] = (200, stamp)
    return stamp


# Somebody quotes us


@pytest.mark.parametrize("embedded", [True, False])
async def test_who_asks_to_quote_a_model_is_given_a_stamp_that_everybody_can_read(
    street: Street, alpha: House, coop: Actor, model: Model, mallory: Stranger, embedded: bool
) -> None:
    note, request = await _ask(street, alpha, mallory, model.iri, embedded=embedded)
    assert street.refusals() == []
    [accept] = mallory.told
    assert (accept["type"], accept["actor"]) == ("Accept", coop.iri)
    assert accept["object"]["id"] == request["id"]
    assert accept["object"]["instrument"] == note["id"]
    status, stamp = await _read(alpha, accept["result"])
    assert status == 200
    assert {name: stamp[name] for name in stamp if name not in ("@context", "proof", "id")} == {
        "type": "QuoteAuthorization",
        "attributedTo": coop.iri,
        "interactingObject": note["id"],
        "interactionTarget": model.iri,
    }
    shown = await _quote_of(alpha, note["id"])
    assert (shown.state, shown.iri) == ("accepted", model.iri)
    assert isinstance(shown.subject, Model)
    assert await _kinds(alpha, coop) == ["quote"]


async def test_asking_twice_gives_the_same_stamp_and_tells_once(
    street: Street, alpha: House, coop: Actor, model: Model, mallory: Stranger
) -> None:
    note, _ = await _ask(street, alpha, mallory, model.iri)
    await mallory.send(alpha, mallory.activity("QuoteRequest", model.iri, instrument=note))
    await mallory.send(alpha, mallory.activity("Create", note))
    await street.settle()
    first, second = mallory.told
    assert first["result"] == second["result"]
    assert await _kinds(alpha, coop) == ["quote"]


async def test_a_quote_without_our_stamp_is_not_shown_and_a_claimed_one_does_not_help(
    street: Street, alpha: House, model: Model, mallory: Stranger
) -> None:
    for number, stamp in enumerate((None, alpha.url("/stamps/1"), f"{mallory.origin}/stamps/1")):
        note = mallory.note(
            f"/notes/{number}", quote=model.iri, inReplyTo=model.iri, quoteAuthorization=stamp
        )
        await mallory.send(alpha, mallory.activity("Create", note))
        await street.settle()
        assert (await _quote_of(alpha, note["id"])).subject is None
    assert "/stamps/1" not in mallory.asked


async def test_a_policy_that_names_nobody_is_answered_by_a_reject(
    street: Street, alpha: House, coop: Actor, mallory: Stranger
) -> None:
    remark = await _say(alpha, coop, quotable=Quotable.NOBODY)
    note, request = await _ask(street, alpha, mallory, remark.iri)
    [answer] = mallory.told
    assert (answer["type"], answer["object"]["id"]) == ("Reject", request["id"])
    assert "result" not in answer
    assert (await _quote_of(alpha, note["id"])).state == "rejected"
    assert await _kinds(alpha, coop) == []


async def test_followers_may_quote_what_is_for_followers_to_quote(
    street: Street, alpha: House, coop: Actor, mallory: Stranger
) -> None:
    remark = await _say(alpha, coop, quotable=Quotable.FOLLOWERS)
    await _ask(street, alpha, mallory, remark.iri)
    await mallory.send(alpha, mallory.activity("Follow", coop.iri))
    await _ask(street, alpha, mallory, remark.iri)
    kinds = [one["type"] for one in mallory.told if one["type"] in ("Accept", "Reject")]
    assert kinds == ["Reject", "Accept", "Accept"]


@pytest.mark.parametrize("visible", [Visibility.FOLLOWERS, Visibility.DIRECT])
async def test_a_request_for_what_is_not_public_has_no_answer_and_costs_nothing(
    street: Street, alpha: House, coop: Actor, mallory: Stranger, visible: Visibility
) -> None:
    secret = await _say(alpha, coop, "Entre nous", visible=visible)
    note, _ = await _ask(street, alpha, mallory, secret.iri, embedded=False)
    await _ask(street, alpha, mallory, f"{alpha.origin}/remarks/1", embedded=False)
    assert mallory.told == []
    assert "/notes/q" not in mallory.asked
    async with alpha.read() as session:
        assert await quotes.count(session, secret.iri) == 0
        assert await session.scalar(select(Remark).where(Remark.iri == note["id"])) is None


async def test_only_the_author_of_a_post_may_ask_for_it_and_it_must_quote_that(
    street: Street, alpha: House, model: Model, mallory: Stranger, vera: Stranger
) -> None:
    note = vera.note("/notes/1", quote=model.iri)
    await mallory.send(alpha, mallory.activity("QuoteRequest", model.iri, instrument=note))
    other = mallory.note("/notes/2", quote="https://alpha.test/models/other")
    await mallory.send(alpha, mallory.activity("QuoteRequest", model.iri, instrument=other))
    await street.settle()
    assert street.refusals() == ["attribution", "origin-object"]
    assert (mallory.told, vera.told) == ([], [])


async def test_who_gave_a_stamp_takes_it_back_and_the_quote_is_gone_for_ever(
    street: Street, alpha: House, coop: Actor, model: Model, mallory: Stranger
) -> None:
    note, _ = await _ask(street, alpha, mallory, model.iri)
    stamp = mallory.told[-1]["result"]
    other = await alpha.organisation("other")
    with pytest.raises(NotAllowed):
        await _revoke(alpha, other, note["id"])
    await _revoke(alpha, coop, note["id"])
    await street.settle()
    deleted = mallory.told[-1]
    assert (deleted["type"], deleted["object"]["id"]) == ("Delete", stamp)
    assert deleted["object"]["type"] == "Tombstone"
    status, stone = await _read(alpha, stamp)
    assert (status, stone["type"], stone["formerType"]) == (410, "Tombstone", "QuoteAuthorization")
    assert (await _quote_of(alpha, note["id"])).state == "revoked"
    await _ask(street, alpha, mallory, model.iri)
    assert mallory.told[-1]["type"] == "Reject"
    assert (await _quote_of(alpha, note["id"])).subject is None


async def test_a_post_whose_stamp_was_taken_back_gets_none_by_quoting_something_else_meanwhile(
    street: Street, alpha: House, coop: Actor, model: Model, mallory: Stranger
) -> None:
    note, _ = await _ask(street, alpha, mallory, model.iri)
    stamp = mallory.told[-1]["result"]
    await _revoke(alpha, coop, note["id"])
    for quoted in (f"{mallory.origin}/notes/other", None, model.iri):
        street.clock.turn(minutes=1)
        now = alpha.site.now().isoformat()
        newer = mallory.note("/notes/q", quote=quoted, updated=now)
        await mallory.send(alpha, mallory.activity("Update", newer))
        await street.settle()
    await _ask(street, alpha, mallory, model.iri)
    answer = mallory.told[-1]
    assert (answer["type"], answer["object"]["object"]) == ("Reject", model.iri)
    assert (await _read(alpha, stamp))[0] == 410
    assert (await _quote_of(alpha, note["id"])).subject is None
    another = await alpha.publish(await alpha.organisation("other"))
    await _ask(street, alpha, mallory, another.iri)
    answer = mallory.told[-1]
    assert (answer["type"], answer["object"]["object"]) == ("Reject", another.iri)


async def test_who_is_blocked_is_given_no_stamp(
    street: Street, alpha: House, coop: Actor, model: Model, mallory: Stranger
) -> None:
    them = await alpha.lookup.resolve(mallory.iri)
    assert isinstance(them, Actor)
    async with alpha.begin() as session:
        await blocking.block(session, alpha.site, coop, them)
    _, request = await _ask(street, alpha, mallory, model.iri)
    (answer,) = (one for one in mallory.told if one["type"] == "Reject")
    assert answer["object"]["id"] == request["id"]
    async with alpha.read() as session:
        assert (await session.scalars(select(Remark))).all() == []
        assert await quotes.count(session, model.iri) == 0


async def test_two_organisations_of_one_instance_quote_each_other_at_once(
    street: Street, alpha: House, coop: Actor, model: Model
) -> None:
    other = await alpha.organisation("other")
    remark = await _say(alpha, other, "À lire", quoted=model)
    await street.settle()
    document = orjson.loads(remark.document)
    assert (await _read(alpha, document["quoteAuthorization"]))[1][
        "interactingObject"
    ] == remark.iri
    assert (await _quote_of(alpha, remark.iri)).state == "accepted"
    assert await _kinds(alpha, coop) == ["quote"]
    await _revoke(alpha, coop, remark.iri)
    assert "quoteAuthorization" not in (await _read(alpha, remark.iri))[1]


async def test_everybody_quotes_herself_without_a_stamp(
    street: Street, alpha: House, coop: Actor, model: Model
) -> None:
    remark = await _say(alpha, coop, "À relire", quoted=model)
    assert (await _quote_of(alpha, remark.iri)).state == "accepted"
    assert "quoteAuthorization" not in orjson.loads(remark.document)
    assert await _kinds(alpha, coop) == []
    await alpha.delete(model)
    shown = await _quote_of(alpha, remark.iri)
    assert (shown.state, shown.subject) == ("deleted", None)


# We quote somebody


async def _quote_vera(
    street: Street, alpha: House, coop: Actor, vera: Stranger, **note: Any
) -> tuple[Remark, Document]:
    """Our remark about a note of vera's, and what we asked her."""
    theirs = vera.note("/notes/1", interactionPolicy=EVERYBODY, **note)
    found = await alpha.lookup.resolve(theirs["id"])
    assert isinstance(found, Remark)
    remark = await _say(alpha, coop, "Bien dit", quoted=found)
    await street.settle()
    return remark, vera.told[-1]


async def test_we_ask_before_a_quote_is_shown_and_show_the_stamp_to_everybody_then(
    street: Street, alpha: House, coop: Actor, mallory: Stranger, vera: Stranger
) -> None:
    await mallory.send(alpha, mallory.activity("Follow", coop.iri))
    remark, request = await _quote_vera(street, alpha, coop, vera)
    assert request["type"] == "QuoteRequest"
    assert request["object"] == f"{vera.origin}/notes/1"
    assert request["instrument"]["id"] == remark.iri
    assert (await _quote_of(alpha, remark.iri)).state == "pending"
    [created] = [one["object"] for one in mallory.told if one["type"] == "Create"]
    for name in ("quote", "quoteUri", "_misskey_quote"):
        assert created[name] == f"{vera.origin}/notes/1"
    assert created["content"].startswith('<p class="quote-inline">RE: <a href="https://vera.test')
    assert created["tag"][-1]["rel"] == "https://misskey-hub.net/ns#_misskey_quote"
    stamp = _stamp(vera, request["instrument"], request["object"])
    await vera.send(alpha, vera.activity("Accept", request, result=stamp["id"]))
    await street.settle()
    assert street.refusals() == []
    shown = await _quote_of(alpha, remark.iri)
    assert (shown.state, shown.iri) == ("accepted", request["object"])
    updated = mallory.told[-1]
    assert (updated["type"], updated["object"]["id"]) == ("Update", remark.iri)
    assert updated["object"]["quoteAuthorization"] == stamp["id"]
    assert "updated" not in updated["object"]
    await vera.send(alpha, vera.activity("Delete", stamp["id"]))
    await street.settle()
    assert (await _quote_of(alpha, remark.iri)).state == "revoked"
    assert "quoteAuthorization" not in mallory.told[-1]["object"]


async def test_what_a_blocked_host_said_is_not_shown_inside_a_quote(
    street: Street, alpha: House, coop: Actor, vera: Stranger
) -> None:
    remark, request = await _quote_vera(street, alpha, coop, vera)
    stamp = _stamp(vera, request["instrument"], request["object"])
    await vera.send(alpha, vera.activity("Accept", request, result=stamp["id"]))
    await street.settle()
    assert (await _quote_of(alpha, remark.iri)).subject is not None
    async with alpha.begin() as session:
        await blocking.shut(session, alpha.site, "vera.test")
    shown = await _quote_of(alpha, remark.iri)
    assert (shown.state, shown.subject) == ("unauthorized", None)


async def test_a_no_is_a_no(street: Street, alpha: House, coop: Actor, vera: Stranger) -> None:
    remark, request = await _quote_vera(street, alpha, coop, vera)
    await vera.send(alpha, vera.activity("Reject", request["id"]))
    await street.settle()
    assert (await _quote_of(alpha, remark.iri)).state == "rejected"


async def test_who_does_not_want_to_be_quoted_is_not_asked(
    street: Street, alpha: House, coop: Actor, vera: Stranger
) -> None:
    found = await alpha.lookup.resolve(vera.note()["id"])
    assert isinstance(found, Remark)
    with pytest.raises(Unwise):
        await _say(alpha, coop, quoted=found)
    hidden = await _say(alpha, coop, visible=Visibility.FOLLOWERS)
    with pytest.raises(Unwise):
        await _say(alpha, coop, quoted=hidden)
    await street.settle()
    assert vera.told == []


async def test_our_own_kind_quotes_each_other(street: Street, alpha: House, model: Model) -> None:
    (beta,) = await street.open("beta")
    repair = await beta.organisation("repair")
    found = await beta.lookup.resolve(model.iri)
    assert isinstance(found, Model)
    remark = await _say(beta, repair, "À lire", quoted=found)
    await street.settle()
    assert street.refusals() == []
    for house in (alpha, beta):
        shown = await _quote_of(house, remark.iri)
        assert (shown.state, shown.iri) == ("accepted", model.iri)


# Stamps that lie


@pytest.mark.parametrize(
    "bent",
    [
        {"attributedTo": "https://vera.test/users/other"},
        {"interactingObject": "https://evil.test/notes/other"},
        {"interactionTarget": "https://vera.test/notes/other"},
        {"type": "Note", "content": "oui"},
        {"id": "https://vera.test/stamps/2"},
    ],
)
async def test_a_stamp_counts_only_for_the_quote_and_by_the_author_that_it_names(
    street: Street, alpha: House, model: Model, mallory: Stranger, vera: Stranger, bent: Document
) -> None:
    theirs = vera.note("/notes/1")
    note = mallory.note(
        "/notes/1",
        quoteUrl=theirs["id"],
        inReplyTo=model.iri,
        quoteAuthorization=f"{vera.origin}/stamps/1",
    )
    _stamp(vera, note, theirs["id"], **bent)
    await mallory.send(alpha, mallory.activity("Create", note))
    await street.settle()
    shown = await _quote_of(alpha, note["id"])
    assert (shown.state, shown.subject) == ("rejected", None)


async def test_an_honest_stamp_of_somebody_else_is_believed_and_its_end_too(
    street: Street, alpha: House, model: Model, mallory: Stranger, vera: Stranger
) -> None:
    theirs = vera.note("/notes/1")
    stamp_iri = f"{vera.origin}/stamps/1"
    note = mallory.note(
        "/notes/1", _misskey_quote=theirs["id"], inReplyTo=model.iri, quoteAuthorization=stamp_iri
    )
    _stamp(vera, note, theirs["id"])
    await mallory.send(alpha, mallory.activity("Create", note))
    await street.settle()
    assert (await _quote_of(alpha, note["id"])).state == "accepted"
    await mallory.send(alpha, mallory.activity("Delete", f"{mallory.origin}/stamps/1"))
    await vera.send(alpha, vera.activity("Delete", stamp_iri))
    await street.settle()
    assert (await _quote_of(alpha, note["id"])).state == "revoked"


async def test_a_stamp_on_another_host_than_the_authors_is_not_even_read(
    street: Street, alpha: House, model: Model, mallory: Stranger, vera: Stranger
) -> None:
    theirs = vera.note("/notes/1")
    note = mallory.note(
        "/notes/1",
        quoteUri=theirs["id"],
        inReplyTo=model.iri,
        quoteAuthorization=f"{mallory.origin}/stamps/1",
    )
    _stamp(mallory, note, theirs["id"], attributedTo=vera.iri)
    await mallory.send(alpha, mallory.activity("Create", note))
    await street.settle()
    assert (await _quote_of(alpha, note["id"])).subject is None
    assert "/stamps/1" not in mallory.asked


async def test_an_embedded_stamp_an_announced_one_and_one_taken_back_before_are_no_stamps(
    street: Street, alpha: House, coop: Actor, model: Model, mallory: Stranger, vera: Stranger
) -> None:
    theirs = vera.note("/notes/1")
    note = mallory.note("/notes/1", quote=theirs["id"], inReplyTo=model.iri)
    stamp = _stamp(vera, note, theirs["id"])
    vera.documents["/stamps/1"] = (404, {})
    note["quoteAuthorization"] = stamp
    await mallory.send(alpha, mallory.activity("Create", note))
    await alpha.follow(coop, mallory.iri)
    await street.settle()
    await mallory.send(alpha, mallory.activity("Accept", mallory.told[-1]["id"]))
    await mallory.send(alpha, mallory.activity("Announce", stamp))
    await street.settle()
    assert (await _quote_of(alpha, note["id"])).subject is None
    # Taken back before it was heard of: what stands at its address does not count any more.
    await vera.send(alpha, vera.activity("Delete", f"{vera.origin}/stamps/1"))
    await street.settle()
    late = mallory.note(
        "/notes/2", quote=theirs["id"], inReplyTo=model.iri, quoteAuthorization=stamp["id"]
    )
    _stamp(vera, late, theirs["id"])
    await mallory.send(alpha, mallory.activity("Create", late))
    await street.settle()
    assert (await _quote_of(alpha, late["id"])).subject is None


async def test_a_stamp_that_is_gone_is_found_out_when_somebody_looks(
    street: Street, alpha: House, coop: Actor, vera: Stranger
) -> None:
    remark, request = await _quote_vera(street, alpha, coop, vera)
    stamp = _stamp(vera, request["instrument"], request["object"])
    await vera.send(alpha, vera.activity("Accept", request, result=stamp["id"]))
    await street.settle()
    vera.documents["/stamps/1"] = (410, {})
    street.clock.turn(days=2)
    async with alpha.begin() as session:
        await explorations.ask(session, alpha.site, explorations.AROUND, remark.iri)
    await street.settle()
    assert (await _quote_of(alpha, remark.iri)).state == "revoked"


async def test_only_who_was_asked_may_answer_and_only_with_a_stamp_of_her_own_host(
    street: Street, alpha: House, coop: Actor, mallory: Stranger, vera: Stranger
) -> None:
    remark, request = await _quote_vera(street, alpha, coop, vera)
    _stamp(mallory, request["instrument"], request["object"])
    for who in (mallory, vera):
        stamp = f"{mallory.origin}/stamps/1"
        await who.send(alpha, who.activity("Accept", request["id"], result=stamp))
    await mallory.send(alpha, mallory.activity("Reject", request["id"]))
    await street.settle()
    assert street.refusals() == ["not-owner"] * 3
    assert (await _quote_of(alpha, remark.iri)).state == "pending"


async def test_what_quotes_itself_quotes_nothing(
    street: Street, alpha: House, model: Model, mallory: Stranger
) -> None:
    note = mallory.note("/notes/1", inReplyTo=model.iri, quote=f"{mallory.origin}/notes/1")
    await mallory.send(alpha, mallory.activity("Create", note))
    await street.settle()
    row = await _row(alpha, note["id"])
    async with alpha.read() as session:
        assert await quotes.of(session, [row.id]) == {}
        assert await timelines.status(session, row.id, None) is not None
