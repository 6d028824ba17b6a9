"""A coordinator writes to somebody alone, reads the answer, and takes the talk off her list."""

import pytest
from together.peer import Peer
from together.reader import Reader, reading
from together.street import House, Street


async def test_two_organisations_write_to_each_other_and_nobody_else_sees_it(
    street: Street, alpha: House, anna: Reader
) -> None:
    (beta,) = await street.open("beta")
    await beta.member("berta@example.org", await beta.organisation("rete", "Rete"))
    await anna.go("/space")
    await anna.follow("Conversations")
    assert "Nobody has written to you alone yet." in anna.text
    await anna.press("Send it to them alone", handle="nobody", text="Hello?")
    assert anna.status == 422
    assert "Nobody here has that name." in anna.faults[0]
    await anna.press("Send it to them alone", handle="@rete@beta.test", text="")
    assert len(anna.faults) == 1, anna.faults
    await anna.press("Send it to them alone", text="Shall we meet?")
    assert "Nobody sees it but those you name in it." in anna.text, anna.faults
    await street.settle()
    async with reading(beta, street) as berta, reading(alpha, street) as anybody:
        await anybody.go(anna.path)
        assert anybody.status == 404
        await berta.sign_in("berta@example.org")
        await berta.go("/conversations")
        assert "New Coopérative Alpha" in berta.text
        await berta.press("Mark as read")
        assert "New Coopérative Alpha" not in berta.text
        await berta.follow("Read and answer")
        await berta.press("Send the reply", text="@coop@alpha.test Yes.")
        assert "Nobody else sees it." in berta.text
        await anna.go(anna.path)  # she goes on from her own message, and names nobody anew
        await anna.press(
            "Send the reply", text=f"{anna.page.get_element_by_id('f-text').value} Or?"
        )
        await street.settle()
        await berta.go("/conversations")
        assert "Or?" in berta.text
        await berta.follow("Read and answer")
        await berta.press("Send the reply", text="@coop@alpha.test Yes, please.")
    await street.settle()
    await anna.go("/conversations")
    assert "New Rete" in anna.text
    assert "Yes, please." in anna.text
    await anna.press("Take off the list")
    assert "Nobody has written to you alone yet." in anna.text
    await anna.go("/conversations?with=@rete@beta.test")
    assert anna.page.xpath("//input[@id='f-handle']/@value") == ["@rete@beta.test"]


async def test_a_conversation_that_begins_elsewhere_says_what_is_missing(
    alpha: House, anna: Reader
) -> None:
    peer = Peer(alpha.site)
    missing = peer.iri("notes/before")
    coop = await alpha.actor("coop")
    async with alpha.begin() as session:
        ada = await peer.known(session)
        note = peer.note(inReplyTo=missing, to=[coop.iri], cc=[])
        await peer.say(session, peer.activity("Create", note))
    assert ada is not None
    await anna.go("/notices")
    await anna.follow("Read and answer")
    assert "This goes on from something that is not here" in anna.text
    assert missing in anna.page.xpath("//p[@class='aside']/a/@href")


@pytest.mark.parametrize("do", ["read", "away"])
async def test_a_conversation_of_somebody_else_is_left_alone(anna: Reader, do: str) -> None:
    await anna.go("/conversations")
    token = anna.page.xpath("//input[@name='token']/@value")[0]
    data = {"token": token, "do": do, "conversation": "999"}
    async with anna.session.post(anna.house.url("/conversations"), data=data) as answer:
        assert answer.status == 200
        assert str(answer.url).endswith("/conversations")
