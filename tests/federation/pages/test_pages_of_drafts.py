"""Drafts: kept for colleagues, seen as strangers see them, published at a time that was said."""

from datetime import UTC, datetime

import pytest
from together.reader import Reader
from together.street import House, Street

from actors.errors import Unwise
from actors.rules.permissions import Office
from actors.views import drafts, history
from federation.pages import planning, translating

HALF = {"name__en": "Repair café", "s0__name__en": "Why", "s0__text__en": "Things are thrown away."}
SUMMARY = {"summary__en": "People mend things together.", "unfinished": "yes"}


async def left(alpha: House) -> int:
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        return len(await drafts.of(session, coop))


async def test_a_draft_goes_on_where_it_was_left_and_is_published(
    alpha: House, anna: Reader
) -> None:
    await anna.go("/write")
    await anna.press("Save as a draft", **HALF, territory="Castilla")
    assert anna.status == 422
    await anna.press("Save as a draft", territory__pick="ES41", note="First try")
    assert "The draft is saved. Only your organisation sees it." in anna.text
    address = anna.path
    assert "Things are thrown away." in anna.text
    assert len(anna.page.xpath("//input[@name='section']")) == 6

    await anna.go("/space")
    await anna.follow("Repair café")
    assert anna.path == address
    await anna.press("Save as a draft", s0__text__en="Too much is thrown away.", **SUMMARY)
    await anna.press("See it with those eyes", reader="it")
    assert "Nothing of it is in Italian: she reads English" in anna.text
    assert "Not yet in Italian: shown in English." in anna.text
    await anna.press_exactly("Publish", unfinished="yes")
    assert "Your model is published." in anna.text
    assert "Too much is thrown away." in anna.text
    assert await left(alpha) == 0
    await anna.go(address)
    assert anna.status == 404


async def test_a_draft_is_published_at_its_time_and_can_be_called_off(
    street: Street, alpha: House, anna: Reader
) -> None:
    await anna.go("/write")
    await anna.press("Save, and publish it then", **HALF, **SUMMARY, at="", zone="UTC")
    assert "Error: Please choose a day and a time." in anna.faults
    ahead = street.clock().replace(hour=23, minute=30, second=0, microsecond=0)
    at = planning.typed(ahead, "Europe/Paris")
    await anna.press("Save, and publish it then", at=at, zone="Europe/Paris")
    assert "will be published at the time you chose" in anna.text
    assert "(Europe/Paris), which is" in anna.text
    await anna.press("Do not publish it by itself")
    assert "It is not published by itself any more." in anna.text
    await anna.press("Save, and publish it then", at=at, zone="Europe/Paris", unfinished="yes")
    await anna.go("/space")
    assert "to be published on" in anna.text
    assert "(Europe/Paris)" in anna.text
    street.clock.turn(days=1)
    await street.settle()
    await anna.go("/notices")
    assert "has published what was planned." in anna.text
    await anna.go("/m/repair-cafe")
    assert anna.status == 200
    assert await left(alpha) == 0


async def test_a_planned_version_that_was_overtaken_is_told_and_kept(
    street: Street, alpha: House, anna: Reader
) -> None:
    model = await alpha.publish(await alpha.actor("coop"))
    await anna.go(f"/m/{model.slug}/edit")
    at = planning.typed(street.clock().replace(hour=23, minute=30), "UTC")
    await anna.press(
        "Save, and publish it then", s0__text__fr="On répare mieux.", at=at, zone="UTC"
    )
    address = anna.path
    await anna.go(f"/m/{model.slug}/edit")
    await anna.press("Publish the new version", s0__text__fr="Autrement.")
    street.clock.turn(days=1)
    await street.settle()
    await anna.go("/notices")
    assert "could not publish what was planned" in anna.text
    assert "Another version was published since this draft was begun." in anna.text
    await anna.follow("See the draft")
    assert anna.path == address
    assert "It could not be published:" in anna.text
    await anna.press("Publish the new version")
    assert "Somebody published another version" in anna.text
    await anna.press("Publish the new version")
    async with alpha.read() as session:
        now = await history.model_by_slug(session, str(model.slug))
        assert now is not None
        assert now.number == 3
    assert await left(alpha) == 0


async def test_nobody_else_sees_a_draft(street: Street, alpha: House, anna: Reader) -> None:
    await anna.go("/write")
    await anna.press("Save as a draft", **HALF)
    address, page, shown = anna.path, anna.html, anna.address
    other = await alpha.organisation("other", "Other")
    await alpha.member("olga@example.org", other)
    await alpha.member("reader@example.org", await alpha.actor("coop"), Office.READER)
    await anna.press("Sign out")
    anna.html, anna.address = page, shown
    await anna.press("Save as a draft", s0__text__en="Typed after the session ended.")
    assert "You are signed out, and nothing is lost." in anna.text
    assert "Typed after the session ended." in anna.text
    for email, status in (("olga@example.org", 404), ("reader@example.org", 403)):
        await anna.sign_in(email)
        await anna.go(address)
        assert anna.status == status
        await anna.go("/")
        await anna.press("Sign out")
    await anna.sign_in("anna@example.org")
    await anna.go(address)
    await anna.press("Throw the draft away")
    assert "The draft is thrown away." in anna.text
    assert await left(alpha) == 0


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2026-01-12T14:00", "Europe/Paris", datetime(2026, 1, 12, 13, tzinfo=UTC)),
        ("2026-07-12T14:00", "Europe/Paris", datetime(2026, 7, 12, 12, tzinfo=UTC)),
        ("2026-07-12T14:00:59", "UTC", datetime(2026, 7, 12, 14, tzinfo=UTC)),
        ("2026-10-25T02:30", "Europe/Paris", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_meant_in_its_zone(text: str, zone: str, moment: datetime) -> None:
    assert planning.moment(text, zone) == moment
    assert planning.typed(moment, zone) == text[:16]


@pytest.mark.parametrize(
    ("text", "zone", "field"),
    [
        ("", "UTC", "at"),
        ("soon", "UTC", "at"),
        ("2026-01-12", "UTC", "at"),
        ("2026-01-12T14:00+01:00", "UTC", "at"),
        ("0001-01-01T00:00", "Europe/Paris", "at"),
        ("2026-03-29T02:30", "Europe/Paris", "at"),
        ("2026-01-12T14:00", "Mars/Olympus", "zone"),
    ],
)
def test_what_is_no_time_is_refused_at_its_field(text: str, zone: str, field: str) -> None:
    with pytest.raises(Unwise) as refused:
        planning.moment(text, zone)
    assert set(refused.value.fields) == {field}


def test_a_time_is_told_with_its_zone() -> None:
    with translating.speaking("fr"):
        told = planning.told(datetime(2026, 1, 12, 13, tzinfo=UTC), "Europe/Paris")
    assert told == "12 janvier 2026, 14:00 (Europe/Paris)"
