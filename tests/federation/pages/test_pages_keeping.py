"""What is typed into any long form is kept, for her who types, beside what others type."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.async_api import Dialog, expect
from sqlalchemy import select
from together.reader import Reader, reading
from together.street import House, Street, a_sheet
from together.tour import ANNA
from together.window import Watch

from actors.tables.unsent import Unsent
from actors.verbs import pausing, remarking

BRUNO, BEA = "bruno@example.org", "bea@example.org"


@pytest.fixture
async def rete(alpha: House) -> None:
    """An organisation with two members, which adapts a model of the cooperative."""
    rete = await alpha.organisation("rete", "Rete")
    await alpha.member(BRUNO, rete)
    await alpha.member(BEA, rete)


@pytest.fixture
async def bruno(alpha: House, street: Street, rete: None) -> AsyncIterator[Reader]:
    """One of them."""
    async with reading(alpha, street) as browser:
        yield await browser.sign_in(BRUNO)


@pytest.fixture
async def bea(alpha: House, street: Street, rete: None) -> AsyncIterator[Reader]:
    """The other."""
    async with reading(alpha, street) as browser:
        yield await browser.sign_in(BEA)


class Typing:
    """A page that stays open: its script sends it, and puts what comes back into its fields."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.form, *_ = reader.page.xpath("//form[@data-keep]")
        # A browser drops the line break with which the text of a field begins.
        self.values = {name: text.removeprefix("\n") for name, text in self.form.form_values()}

    async def type(self, **fields: str) -> dict[str, Any]:
        """Type, wait a moment, and hear what is said."""
        self.values |= {name.replace("__", "."): value for name, value in fields.items()}
        parts = [pair for pair in self.form.form_values() if pair[0] == "section"]
        one_each = {name: text for name, text in self.values.items() if name != "section"}
        sent = [*parts, *(one_each | {"do": self.form.get("data-keep-do")}).items()]
        place = self.form.get("data-keep") or self.form.get("action") or self.reader.address
        headers = {"Accept": "application/json", "Accept-Language": "en"}
        address = urljoin(self.reader.address, place)
        async with self.reader.session.post(address, data=sent, headers=headers) as answer:
            told: dict[str, Any] = json.loads(await answer.text())
        for group in told.get("values", []):
            self.values |= group
        return told | {"status": answer.status}


async def adaptation(alpha: House, bruno: Reader) -> str:
    """An adaptation whose source has changed where it differs."""
    coop = await alpha.actor("coop")
    source = await alpha.publish(coop, a_sheet())
    await bruno.go(f"/m/{source.slug}/fork")
    await bruno.press("Start the adaptation", kind="variant", language="it")
    mine = bruno.path.split("/")[2]
    await bruno.follow("Open the whole form")
    own = {"s1__text__it": "Una sala.", "s1__kind__it": "own", "s1__reason": "Cost"}
    await bruno.press("Publish the new version", name__it="Officina", **own)
    assert bruno.status == 200, bruno.faults
    value, costs = a_sheet(text="On répare, et on apprend.").sections
    costs = replace(costs, texts={"fr": "Un local loué."})
    await alpha.revise(source, a_sheet().with_sections([value, costs]))
    await alpha.street.settle()
    return f"/m/{mine}"


async def test_two_who_choose_and_translate_at_once_lose_nothing(
    alpha: House, bruno: Reader, bea: Reader
) -> None:
    mine = await adaptation(alpha, bruno)
    one, other = [Typing(await who.go(f"{mine}/merge")) for who in (bruno, bea)]
    told = await one.type(choice__costs="own", own__costs__fr="Une salle.")
    assert (told["status"], told["collided"]) == (200, False)
    assert told["said"] == "Saved {time}. Only your organisation sees it."

    # She chooses elsewhere: both choices are kept, and she is shown his.
    told = await other.type(choice__value="ours", why__value="Nostro")
    assert "Somebody else changed other parts meanwhile" in told["said"]
    assert other.values["own.costs.fr"] == "Une salle."
    told = await one.type(why__costs="Locale")
    assert (one.values["choice.value"], told["collided"]) == ("ours", False)

    # Both at one section: told, and nothing written over before she has seen his.
    told = await other.type(own__costs__fr="Une cave.")
    assert told["collided"] is True
    await bruno.go(f"{mine}/merge")
    assert "Une salle." in bruno.html
    assert "Une cave." not in bruno.html
    await bea.press("Keep my choices for later", choice__costs="own", own__costs__fr="Une cave.")
    assert bea.status == 422
    assert "Somebody else chose otherwise here meanwhile." in bea.text
    assert {"Une salle.", "Une cave."} <= set(bea.html.replace("<", ">").split(">")) | {
        text.strip() for text in bea.page.xpath("//textarea/text()")
    }
    await bea.press("Keep my choices for later")
    assert bea.status == 200
    assert "Une cave." in (await bruno.go(f"{mine}/merge")).html

    one, other = [Typing(await who.go(f"{mine}/translations/es")) for who in (bruno, bea)]
    assert (await one.type(text__value="Se repara."))["said"].startswith("Saved {time}.")
    told = await other.type(text__costs="Un local.")
    assert "Somebody else changed other parts meanwhile" in told["said"]
    assert (other.values["text.value"], told["collided"]) == ("Se repara.", False)
    assert (await one.type(text__value="Se repara todo."))["collided"] is False
    told = await other.type(text__value="Reparamos.")
    assert told["collided"] is True
    assert "Se repara todo." in (await bruno.go(f"{mine}/translations/es?show=all")).html


async def test_a_form_that_was_left_is_found_again_by_her_alone_until_it_is_sent(
    alpha: House, anna: Reader, bruno: Reader, bea: Reader
) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    async with alpha.begin() as session:
        said = await remarking.remark(session, alpha.site, coop, text="Bravo", in_reply_to=model)
    page = f"/remarks/{said.id}"
    writing = Typing(await bruno.go(page))
    told = await writing.type(text="Grazie", language="it")
    assert told["said"] == "Saved {time}. Only you see it until you send it."
    await bea.go(page)
    await anna.go(page)
    assert "Grazie" not in bea.html + anna.html
    window = Typing(await bruno.go(page))
    assert (window.values["text"], window.values["language"]) == ("Grazie", "it")
    assert "You began this on" in bruno.text
    await window.type(text="Grazie!")
    told = await writing.type(text="Grazie mille")
    assert (told["status"], "another window" in told["said"]) == (409, True)
    await bruno.go("/space")
    assert "An answer" in bruno.text
    await bruno.go(page)
    await bruno.press("Send the reply", text="Grazie!")
    assert "Your reply is published." in bruno.text
    async with alpha.read() as session:
        assert (await session.scalars(select(Unsent))).all() == []

    # Without the script: a button; a proposal comes back as it was, also after the model moved on.
    propose = f"/m/{model.slug}/propose"
    await bruno.go(f"{propose}?section=value")
    await bruno.press("Save for later", text__value__fr="On répare mieux.", message="Ecco")
    assert (bruno.path, bruno.status) == (propose, 200)
    assert "Saved for later. Only you see it until you send it." in bruno.text
    assert "On répare mieux." in bruno.html
    await alpha.revise(model, a_sheet(text="Autre chose."))
    await bruno.go(propose)
    assert "The model changed while you were writing." in bruno.text
    await bruno.press("Throw it away")
    assert "On répare mieux." not in bruno.html
    for place in ("/space", "//evil.test/remarks/1", "/remarks/1?x", ""):
        (token,) = {one.get("value") for one in bruno.page.xpath("//input[@name='token']")}
        sent = {"token": token, "place": place, "text": "x"}
        async with bruno.session.post(alpha.url("/unsent"), data=sent) as answer:
            assert answer.status == 404, place
    await bruno.go(page)
    await bruno.press("Save for later", text="Später")
    alpha.street.clock.turn(days=91)
    async with alpha.begin() as session:
        await pausing.forget_old(session, alpha.site)
        assert (await session.scalars(select(Unsent))).all() == []


@pytest.mark.browser
async def test_whoever_leaves_with_unsaved_text_is_asked(alpha: House, watch: Watch) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    async with watch(language="fr") as window:
        await window.sign_in(ANNA)
        page = await window.open(f"/m/{model.slug}")
        asked: list[str] = []

        async def stay(dialog: Dialog) -> None:
            asked.append(dialog.type)
            await dialog.dismiss()

        page.on("dialog", stay)
        area = page.locator("#reply [name=text]")
        await page.context.set_offline(True)
        await area.press_sequentially("Merci")
        await page.locator(".brand").click(no_wait_after=True)
        await expect(page.locator("#reply [data-kept]")).to_contain_text("pas de", timeout=20_000)
        assert asked == ["beforeunload"]
        await page.context.set_offline(False)
        kept = page.locator("#reply [name=paused]")
        await expect(kept).not_to_have_value("", timeout=20_000)
        await page.reload()
        assert await area.input_value() == "Merci"
        await page.locator("#reply button:not(.first):not([name])").click()
        await expect(page.locator("[role=status]").first).to_be_visible()
        assert asked == ["beforeunload"]
        window.complaints = [one for one in window.complaints if "ERR_INTERNET" not in one]


async def test_who_answers_a_proposal_or_begins_a_conversation_finds_it_again(
    alpha: House, anna: Reader, bruno: Reader
) -> None:
    source = await alpha.publish(await alpha.actor("coop"), a_sheet())
    await bruno.go(f"/m/{source.slug}/propose")
    await bruno.press("Send the proposal", take__costs="1", text__costs__fr="Prêté.", message="Ici")
    assert bruno.status == 200, bruno.faults
    page = bruno.path
    await alpha.street.settle()
    writing = Typing(await anna.go(page))
    told = await writing.type(choice__costs="own", own__costs__fr="Prêté, ou loué.")
    assert told["said"] == "Saved {time}. Only you see it until you send it."
    assert "Prêté, ou loué." not in (await bruno.go(page)).html
    assert "Prêté, ou loué." in (await anna.go(page)).html
    (own,) = anna.page.xpath("//input[@name='choice.costs'][@value='own']")
    assert own.get("checked") is not None
    await anna.go("/space")
    assert "A decision about a proposal" in anna.text

    # The model changes meanwhile: what was begun is shown, beside what is there now.
    costs = replace(a_sheet().sections[1], texts={"fr": "Un local, et un vélo."})
    await alpha.revise(source, a_sheet().with_sections([a_sheet().sections[0], costs]))
    await anna.go(page)
    assert "changed while you were deciding" in anna.text
    assert "Prêté, ou loué." in anna.html
    await anna.press_exactly("Accept what is chosen")
    assert "Accepted" in anna.text, anna.faults
    async with alpha.read() as session:
        assert (await session.scalars(select(Unsent))).all() == []
