"""Giving back, through forms alone, between two instances.

An Italian cooperative has adapted a French model, and gives one section back; the French ask,
change the section themselves meanwhile, and write a third text; a second proposal is declined, made
anew, and withdrawn.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from together.reader import Reader, reading
from together.street import House, Street, a_sheet

from actors.rules.sections import Sheet
from actors.tables.model import Model
from actors.verbs import forking
from actors.views import history

BRUNO = "bruno@example.org"


@pytest.fixture
async def beta(street: Street, alpha: House) -> House:
    """The Italian instance."""
    assert alpha.is_open
    (house,) = await street.open("beta")
    await house.member(BRUNO, await house.organisation("rete", "Rete Beta"))
    return house


@pytest.fixture
async def bruno(beta: House, street: Street) -> AsyncIterator[Reader]:
    """Signed in at the Italian instance."""
    async with reading(beta, street) as browser:
        yield await browser.sign_in(BRUNO)


def saying(sheet: Sheet, key: str, text: str) -> Sheet:
    return sheet.with_sections(
        replace(one, texts={**one.texts, "fr": text}) if one.key == key else one
        for one in sheet.sections
    )


async def adapted(beta: House, source: Model) -> Model:
    """The adaptation: other costs, and another principle."""
    copy = await beta.lookup.resolve(source.iri)
    assert isinstance(copy, Model)
    rete = await beta.actor("rete")
    async with beta.begin() as session:
        known = await history.model_by_iri(session, copy.iri)
        assert known is not None
        fork = await forking.fork(session, beta.site, rete, known, kind="variant", language="fr")
        sheet = history.sheet(await history.head(session, fork))
    sheet = saying(sheet, "costs", "Un local prêté par la ville.")
    await beta.revise(fork, saying(sheet, "value", "On répare et on apprend ensemble."))
    return fork


async def test_a_section_is_given_back_asked_about_and_written_anew_from_both(
    street: Street, alpha: House, beta: House, anna: Reader, bruno: Reader
) -> None:
    source = await alpha.publish(await alpha.actor("coop"))
    fork = await adapted(beta, source)
    await street.settle()

    # Bruno's own page says what differs; he is told what is missing, and nothing is lost.
    await bruno.go(f"/m/{fork.slug}")
    assert "Give back what would help everybody" in bruno.text
    await bruno.follow("Les coûts")
    await bruno.go(f"/m/{(await copy_of(beta, source)).id}/propose?from={fork.id}&section=costs")
    assert bruno.heading == "Give back what you improved"
    assert "Your proposal is sent to Coopérative Alpha on alpha.test." in bruno.text
    await bruno.press("Send the proposal", take__costs=None, message="")
    assert bruno.status == 422
    assert "Error: Please tick at least one section that you want to propose." in bruno.faults
    await bruno.press("Send the proposal", text__costs__fr="Un local prêté.", message="La ville.")
    assert bruno.faults == [
        "Error: You changed this section: tick it to propose it, or put its text back."
    ]
    assert "Un local prêté." in bruno.html
    await bruno.press(
        "Send the proposal",
        take__costs="1",
        message="La ville prête des locaux.",
        reason__costs="Partners",
        note__costs="Essayé à Bologne",
    )
    assert "Your proposal is sent." in bruno.text
    mine = bruno.path
    await street.settle()

    # Anna is told, and asks.
    await anna.go("/notices")
    assert "proposes a change of one of your models." in anna.text
    await anna.follow("See the proposal")
    theirs = anna.path
    assert "What is proposed" in anna.text
    assert "Essayé à Bologne" in anna.text
    await anna.press("Send the question", question=" ")
    assert anna.status == 422
    await anna.press("Send the question", question="Depuis quand ?")
    assert "Asked back." in anna.text
    await street.settle()
    await bruno.go(mine)
    assert "Depuis quand ?" in bruno.text
    await bruno.press("Send the reply", text="Depuis 2019.")
    await street.settle()

    # The model changes in the same place: she has to choose, and writes a third text.
    await alpha.revise(source, saying(a_sheet(), "costs", "Un local, des outils et un vélo."))
    await anna.go(theirs)
    assert "Depuis 2019." in anna.text
    assert "The model changed here too" in anna.text
    await anna.press_exactly("Accept what is chosen")
    assert anna.faults == ["Error: Please choose what becomes of this section."]
    await anna.press_exactly(
        "Accept what is chosen",
        choice__costs="own",
        own__costs__fr="Un local prêté par la ville, des outils et un vélo.",
        message="Merci !",
    )
    assert "Accepted." in anna.text, anna.text
    await anna.follow("It is part of version 3.")
    assert "prêté par la ville, des outils et un vélo" in anna.text
    await anna.go(f"/m/{source.slug}")
    assert "With contributions from Rete Beta" in anna.text
    await street.settle()
    await bruno.go("/notices")
    assert "has accepted the change that you proposed." in bruno.text
    await bruno.go(mine)
    assert "Merci !" in bruno.text
    assert "Take the new version over into your adaptation" in bruno.text


async def test_a_declined_proposal_is_made_anew_and_withdrawn(
    street: Street, alpha: House, beta: House, anna: Reader, bruno: Reader
) -> None:
    source = await alpha.publish(await alpha.actor("coop"))
    copy = await beta.lookup.resolve(source.iri)
    assert isinstance(copy, Model)

    # Without an adaptation: any section of the model can be written into.
    await bruno.go(f"/m/{copy.id}")
    await bruno.follow("Propose a change")
    await bruno.press(
        "Send the proposal", take__costs="1", text__costs__fr="Gratuit.", message="Moins cher."
    )
    first = bruno.path
    await street.settle()
    await anna.go("/proposals?state=open")
    await anna.follow("1 section")
    await anna.press("Decline the proposal", reason="Nous payons un loyer.")
    assert "Declined." in anna.text
    await anna.go("/proposals?state=answered")
    assert "Nous payons un loyer." in anna.text
    await street.settle()

    # It is made anew, from what was declined.
    await bruno.go(first)
    await bruno.follow("Propose it anew")
    assert "Gratuit." in bruno.html
    await bruno.press("Send the proposal", text__costs__fr="Un loyer, partagé.")
    second = bruno.path
    assert second != first
    await street.settle()
    await anna.go("/space")
    assert "Proposed to us 1 to be answered" in anna.text
    await anna.go("/proposals")
    await anna.follow("1 section")
    shown = anna.path

    # It is withdrawn: gone on both sides, with the remark.
    await bruno.go(second)
    await bruno.press("Withdraw the proposal")
    assert "The proposal is withdrawn." in bruno.text
    await street.settle()
    assert (await bruno.go(second)).status == 410
    assert (await anna.go(shown)).status in (404, 410)
    await anna.go("/notices")
    assert "1 section" not in anna.text

    # What is proposed for a model stands in a list for everybody.
    await bruno.go(f"/m/{copy.id}/proposals")
    assert "Declined" in bruno.text
    assert (await bruno.go("/proposals/7")).status == 404

    # Nobody may propose any more; who tries is told so, and the text is kept.
    await anna.go("/proposals")
    await anna.press("Save", whom="nobody")
    assert "It holds for proposals from now on." in anna.text
    await bruno.go(f"/m/{copy.id}/propose")
    await bruno.press(
        "Send the proposal", take__costs="1", text__costs__fr="Encore.", message="Encore."
    )
    last = bruno.path
    await street.settle()
    await bruno.go(last)
    assert "This organisation takes no proposals at present." in bruno.text
    own = await anna.go(f"/m/{source.slug}/propose")
    assert own.status == 403


async def copy_of(house: House, source: Model) -> Model:
    async with house.read() as session:
        found = await history.model_by_iri(session, source.iri)
    assert found is not None
    return found
