"""What is typed is kept while it is typed, beside what others type."""

import json
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect
from together.reader import Reader, reading
from together.street import House, Street
from together.tour import ANNA
from together.window import Watch

from actors.views import drafts

CARLA = "carla@example.org"
START = {"name__en": "Repair café", "s0__text__en": "Why.", "s1__text__en": "Whom."}


@pytest.fixture
async def carla(alpha: House, street: Street) -> AsyncIterator[Reader]:
    """A colleague of Anna, in a browser of her own."""
    await alpha.member(CARLA, await alpha.actor("coop"))
    async with reading(alpha, street) as browser:
        yield await browser.sign_in(CARLA)


def text_at(reader: Reader, place: int) -> str:
    """What the form says in a section."""
    return str(reader.page.xpath(f"//textarea[@name='s{place}.text.en']")[0].value).strip()


async def autosave(reader: Reader, path: str = "", **fields: str) -> dict[str, object]:
    """What the script of the form would send, and the answer; the page stays where it is."""
    (form,) = [one for one in reader.page.forms if one.get("id") == "form"]
    given = [(name, value) for name, value in form.form_values() if name not in fields]
    given += [(name.replace("__", "."), value) for name, value in fields.items()]
    given = [(name, value) for name, value in dict(given).items() if name != "section"] + [
        ("section", value) for name, value in form.form_values() if name == "section"
    ]
    address = reader.house.url(path or form.get("data-keep"))
    headers = {"Accept-Language": reader.language, "Accept": "application/json"}
    sent = [*given, ("model", "")]
    async with reader.session.post(address, data=sent, headers=headers) as answer:
        reader.status = answer.status
        found: dict[str, object] = json.loads(await answer.text())
    return found


async def test_two_members_who_write_at_once_lose_nothing(
    alpha: House, anna: Reader, carla: Reader
) -> None:
    await anna.go("/write")
    told = await autosave(anna, **START)
    again = await autosave(anna, **START)  # the first answer was lost
    assert again["address"] == told["address"]
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        assert len(await drafts.of(session, coop)) == 1

    address = str(told["address"])
    await anna.go(address)
    await carla.go(address)
    await carla.press("Save as a draft", s1__text__en="Carla's.")
    answer = await autosave(anna, s0__text__en="Anna's.")
    assert "Somebody else changed other parts meanwhile" in str(answer["said"])
    assert "Carla's." in str(answer["values"])

    await carla.press("Save as a draft", s1__text__en="Carla's again.")
    assert (text_at(carla, 0), text_at(carla, 1)) == ("Anna's.", "Carla's again.")
    answer = await autosave(anna, s1__text__en="Anna's too.")
    assert answer["collided"] is True
    await anna.press("Save as a draft", s1__text__en="Anna's too.")
    assert anna.status == 422
    assert "Somebody else changed this too, meanwhile." in " ".join(anna.faults)
    assert "Carla's again." in anna.text
    assert text_at(anna, 1) == "Anna's too."
    await anna.press("Save as a draft")
    assert (text_at(anna, 0), text_at(anna, 1)) == ("Anna's.", "Anna's too.")


async def test_what_is_not_theirs_or_not_drawn_for_them_is_not_saved(
    alpha: House, anna: Reader
) -> None:
    await anna.go("/write")
    answer = await autosave(anna, token="forged", **START)
    assert anna.status == 403
    assert "session" in str(answer["said"])
    await autosave(anna, f"/drafts/{2**62}/typed", **START)
    assert anna.status == 404
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        assert await drafts.of(session, coop) == []


@pytest.mark.browser
async def test_typing_is_kept_set_out_and_cleaned_in_a_browser(alpha: House, watch: Watch) -> None:
    async with watch(language="en") as window:
        await window.sign_in(ANNA)
        page = await window.open("/write")
        area = page.locator("[name='s0.text.en']")
        bar = page.locator(".toolbar").first
        await area.fill("people mend")
        await area.select_text()
        await area.press("Control+b")
        await expect(area).to_have_value("**people mend**")
        await bar.locator("button").first.focus()
        await page.keyboard.press("ArrowRight")
        await expect(bar.locator("button").nth(1)).to_be_focused()
        await area.fill("")
        await area.evaluate(
            """(area, html) => {
              const data = new DataTransfer();
              data.setData("text/html", html);
              area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true,
                cancelable: true }));
            }""",
            "<style>p{}</style><h1>Steps</h1><p class=MsoNormal>We <b>dig</b> *here*<o:p></o:p></p>"
            "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>"
            "<span style='mso-list:Ignore'>·</span>one</p>"
            "<ul><li>two<ol><li>three</li></ol></li></ul><a href='https://a.example/'>a</a>"
            "<img src=x>",
        )
        await expect(area).to_have_value(
            "### Steps\n\nWe **dig** \\*here\\*\n\n- one\n- two\n   1. three\n\n"
            "[a](https://a.example/)"
        )
        saved = re.compile(r"Saved \d\d:\d\d( [AP]M)?\. Only your organisation sees it\.")
        await expect(page.locator("[data-kept]")).to_have_text(saved, timeout=20_000)
        assert "/drafts/" in page.url
        await page.context.set_offline(True)
        await area.press_sequentially("more ")
        await expect(page.locator("[data-kept]")).to_contain_text("no connection", timeout=20_000)
        await page.context.set_offline(False)
        await expect(page.locator("[data-kept]")).to_contain_text("Saved", timeout=20_000)
        await page.reload()
        assert "more" in await area.input_value()
        window.complaints = [one for one in window.complaints if "ERR_INTERNET" not in one]
