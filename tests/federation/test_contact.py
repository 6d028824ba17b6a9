"""Whom to write to: everywhere where people and programs look, or nowhere."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from together.street import House, Street

from federation.settings import BadSettings, load

MAIL = "security@example.org"
PAGE = "https://example.org/security"


async def told(street: Street, contact: str) -> House:
    """An instance whose operator says so."""
    (house,) = await street.open("alpha")
    await house.stop()
    house.settings = replace(
        house.settings, instance=replace(house.settings.instance, contact=contact)
    )
    await house.start()
    return house


@pytest.mark.parametrize(("contact", "link"), [(MAIL, f"mailto:{MAIL}"), (PAGE, PAGE)])
async def test_who_is_named_is_named_in_every_place(
    street: Street, contact: str, link: str
) -> None:
    house = await told(street, contact)
    async with street.session.get(house.url("/.well-known/security.txt")) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        lines = dict(line.split(": ", 1) for line in (await answer.text()).splitlines())
    assert lines["Contact"] == link
    assert lines["Canonical"] == "https://alpha.test/.well-known/security.txt"
    left = datetime.fromisoformat(lines["Expires"]) - street.clock()
    assert timedelta(days=90) < left < timedelta(days=365)
    email = MAIL if contact == MAIL else ""
    async with street.session.get(house.url("/api/v2/instance")) as answer:
        assert (await answer.json())["contact"]["email"] == email
    async with street.session.get(house.url("/api/v1/instance")) as answer:
        assert (await answer.json())["email"] == email
    async with street.session.get(house.url("/nodeinfo/2.1")) as answer:
        assert (await answer.json(content_type=None))["metadata"]["contact"] == link
    async with street.session.get(house.url("/about")) as answer:
        assert f'href="{link}"' in await answer.text()


async def test_where_nobody_is_named_nothing_is_said(street: Street) -> None:
    house = await told(street, "")
    async with street.session.get(house.url("/.well-known/security.txt")) as answer:
        assert answer.status == 404
    async with street.session.get(house.url("/api/v2/instance")) as answer:
        assert (await answer.json())["contact"]["email"] == ""
    async with street.session.get(house.url("/nodeinfo/2.1")) as answer:
        assert "contact" not in (await answer.json(content_type=None))["metadata"]
    async with street.session.get(house.url("/about")) as answer:
        assert "mailto:" not in await answer.text()


@pytest.mark.parametrize(
    "contact", ["nobody", "http://example.org/", "javascript:alert(1)", "a@b\nExpires: never"]
)
def test_what_is_no_address_is_refused_at_the_start(tmp_path: Path, contact: str) -> None:
    with pytest.raises(BadSettings, match="contact"):
        load(
            tmp_path,
            {"ESSAIM_INSTANCE_ORIGIN": "https://a.example", "ESSAIM_INSTANCE_CONTACT": contact},
        )
