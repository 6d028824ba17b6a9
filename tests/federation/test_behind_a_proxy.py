"""Behind a proxy: whose address it is, and who may say so."""

from dataclasses import replace
from ipaddress import ip_network

import pytest
from aiohttp import web
from together.street import House, Street

from federation import callers


async def who(request: web.Request) -> web.Response:
    return web.json_response({"remote": callers.place(request), "host": request.host})


@pytest.fixture
async def alpha(street: Street) -> House:
    (house,) = await street.open("alpha")
    await house.stop()
    return house


async def remote(house: House, *trusted: str, **headers: str) -> str:
    """Whom the instance sees, when these proxies are trusted."""
    instance = replace(
        house.settings.instance, trusted_proxies=tuple(ip_network(one) for one in trusted)
    )
    house.settings = replace(house.settings, instance=instance)
    await house.start(web.get("/api/who", who))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with house.street.session.get(house.url("/api/who"), headers=named) as answer:
        told = await answer.json()
    await house.stop()
    assert told["host"] == house.host
    return str(told["remote"])


async def test_nobody_else_is_believed(alpha: House) -> None:
    headers = {"X_Forwarded_For": "1.2.3.4", "Forwarded": "for=1.2.3.4", "Client_IP": "1.2.3.4"}
    assert await remote(alpha, "10.0.0.0/8", **headers) == "127.0.0.1"


async def test_a_trusted_proxy_names_the_one_before_it(alpha: House) -> None:
    trusted = ("127.0.0.1", "10.0.0.0/24")
    assert await remote(alpha, *trusted, X_Forwarded_For="1.2.3.4") == "1.2.3.4"
    assert await remote(alpha, *trusted, X_Forwarded_For="1.2.3.4, 10.0.0.7") == "1.2.3.4"
    assert await remote(alpha, *trusted, X_Forwarded_For="2001:db8::7") == "2001:db8::/64"


async def test_what_was_written_before_our_own_proxies_is_not_believed(alpha: House) -> None:
    spoofed = "9.9.9.9, 1.2.3.4"
    assert await remote(alpha, "127.0.0.1", X_Forwarded_For=spoofed) == "1.2.3.4"


@pytest.mark.parametrize("nonsense", ["unknown", "", "1.2.3.4:80", "<script>", "1.2.3.4;5"])
async def test_nonsense_is_passed_over(alpha: House, nonsense: str) -> None:
    assert await remote(alpha, "127.0.0.1", X_Forwarded_For=nonsense) == "127.0.0.1"


async def test_a_proxy_never_renames_us(street: Street, alpha: House) -> None:
    headers = {"X_Forwarded_Host": "evil.test", "X_Forwarded_Proto": "gopher"}
    assert await remote(alpha, "127.0.0.1", X_Forwarded_For="1.2.3.4", **headers) == "1.2.3.4"


@pytest.mark.parametrize(
    ("trusted", "number", "is_taken"),
    [
        ("127.0.0.1", "6f1c2d-01.Caddy_7", True),
        ("10.0.0.0/8", "6f1c2d-01.Caddy_7", False),
        ("127.0.0.1", "short", False),
        ("127.0.0.1", "with spaces in it", False),
        ("127.0.0.1", "x" * 65, False),
    ],
)
async def test_the_number_of_a_request_is_that_of_a_trusted_proxy(
    alpha: House, trusted: str, number: str, is_taken: bool
) -> None:
    instance = replace(alpha.settings.instance, trusted_proxies=(ip_network(trusted),))
    alpha.settings = replace(alpha.settings, instance=instance)
    await alpha.start()
    sent = {"X-Request-Id": number}
    async with alpha.street.session.get(alpha.url("/nowhere"), headers=sent) as answer:
        assert (answer.headers["X-Request-Id"] == number) is is_taken
