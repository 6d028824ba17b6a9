"""Quotes on pages: made, seen, and taken back."""

import pytest
from together.reader import Reader
from together.street import House

from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import remarking


@pytest.fixture
async def other(alpha: House) -> Actor:
    return await alpha.organisation("other", "Autre coopérative")


@pytest.fixture
async def model(alpha: House, other: Actor) -> Model:
    return await alpha.publish(other)


async def _quote(alpha: House, who: Actor, subject: Model) -> Remark:
    async with alpha.begin() as session:
        return await remarking.remark(session, alpha.site, who, text="À lire", quoted=subject)


async def test_a_member_quotes_a_model_and_everybody_sees_it(
    alpha: House, anna: Reader, model: Model
) -> None:
    await anna.go(f"/remarks/{model.id}")
    await anna.follow("Quote this, or see who does")
    assert "Nobody quotes this yet." in anna.text
    await anna.press("Publish the quote", text="  ")
    assert anna.status == 422
    await anna.press("Publish the quote", text="À lire")
    assert "Your quote is published." in anna.text
    [shown] = anna.page.find_class("quoted")
    assert "Atelier de réparation" in shown.text_content()
    await anna.go(f"/remarks/{model.id}/quotes")
    assert "À lire" in anna.text
    assert "Withdraw consent" not in anna.text


async def test_the_author_withdraws_consent_and_the_quote_is_not_shown_any_more(
    alpha: House, anna: Reader, other: Actor
) -> None:
    mine = await alpha.publish(await alpha.actor("coop"))
    quote = await _quote(alpha, other, mine)
    await anna.go("/notices")
    assert "has quoted you." in anna.text
    await anna.go(f"/remarks/{mine.id}/quotes")
    await anna.press("Withdraw consent to this quote")
    assert "You no longer agree to that quote." in anna.text
    assert "Nobody quotes this yet." in anna.text
    await anna.go(f"/remarks/{quote.id}")
    assert anna.page.find_class("quoted") == []
    assert "does not want to be quoted any more" in anna.text


async def test_who_is_not_signed_in_sees_quotes_and_makes_none(
    alpha: House, reader: Reader, other: Actor, model: Model
) -> None:
    await _quote(alpha, other, model)
    await reader.go(f"/remarks/{model.id}/quotes")
    assert "À lire" in reader.text
    assert "Publish the quote" not in reader.text
    async with reader.session.post(alpha.url(f"/remarks/{model.id}/quotes"), data={"text": "x"}):
        pass
    await reader.go(f"/remarks/{model.id}/quotes")
    assert len(reader.page.find_class("remark")) == 1
