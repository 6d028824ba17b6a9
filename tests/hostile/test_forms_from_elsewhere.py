"""Forms that a page of another site sends, also when it has got hold of a valid token."""

from collections.abc import AsyncIterator

import pytest
from together.reader import Reader, reading
from together.street import House, Street

from actors.rules.permissions import Office


@pytest.fixture
async def anna(street: Street) -> AsyncIterator[Reader]:
    """A steward, signed in."""
    (alpha,) = await street.open("alpha")
    await _workshop(alpha)
    async with reading(alpha, street) as reader:
        yield await reader.sign_in("anna@alpha.test")


async def _workshop(alpha: House) -> None:
    organisation = await alpha.organisation("workshop")
    await alpha.member("anna@alpha.test", organisation, Office.STEWARD)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://alpha.test", "null", ""])
async def test_a_form_is_refused_when_the_browser_names_another_site(
    anna: Reader, origin: str
) -> None:
    await anna.go("/space")
    (token, *_) = anna.page.xpath("//form[@method='post']//input[@name='token']/@value")
    for path in ("/sign-out", "/acting", "/write", "/closing", "/blocks"):
        async with anna.session.post(
            anna.address.replace("/space", path),
            data={"token": token},
            headers={"Accept": "text/html", "Origin": origin},
            allow_redirects=False,
        ) as answer:
            assert answer.status == 403, path
    await anna.go("/space")
    assert anna.path == "/space", "still signed in"


async def test_a_form_is_read_when_the_browser_names_this_site(anna: Reader) -> None:
    await anna.go("/space")
    (token, *_) = anna.page.xpath("//form[@method='post']//input[@name='token']/@value")
    async with anna.session.post(
        anna.address.replace("/space", "/sign-out"),
        data={"token": token},
        headers={"Accept": "text/html", "Origin": "https://alpha.test"},
        allow_redirects=False,
    ) as answer:
        assert answer.status == 303
