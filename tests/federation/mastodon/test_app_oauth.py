"""OAuth: an app registers, trades a member's consent for a token, and gives it back."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import pytest
from together.street import House, Street

from actors.tables.actor import Actor
from actors.tables.member import Member
from actors.verbs import signing_in
from actors.views import access

ELK = "https://elk.example/api/alpha.test/oauth/http%3A%2F%2Felk.example?a=%7e"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)


@dataclass
class Desk:
    """An instance, a member, her organisation, and an app that was registered over HTTP."""

    house: House
    street: Street
    anna: Member
    coop: Actor
    client_id: str
    client_secret: str

    async def post(self, path: str, **kwargs: Any) -> tuple[int, Any]:
        """Status and JSON."""
        async with self.street.session.post(self.house.url(path), **kwargs) as response:
            return response.status, await response.json()

    async def get(self, path: str, token: str = "") -> tuple[int, Any]:
        """Status and JSON."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.street.session.get(self.house.url(path), headers=headers) as response:
            return response.status, await response.json()

    async def code(self, *, challenge: str | None = None, scopes: str = "read") -> str:
        """What the consent page gives when she agrees."""
        async with self.house.begin() as session:
            app = await access.app(session, self.client_id)
            assert app is not None
            return await signing_in.grant(
                session,
                self.house.site,
                app,
                self.anna,
                self.coop,
                redirect_uri=ELK,
                scopes=scopes,
                challenge=challenge,
            )

    def redeeming(self, code: str, **more: str) -> dict[str, str]:
        """The arguments that trade a code for a token."""
        return {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uri": ELK,
            "code": code,
        } | more


@pytest.fixture
async def desk(street: Street) -> Desk:
    """A house with a registered app."""
    (house,) = await street.open("alpha")
    coop = await house.organisation("coop")
    anna = await house.member("anna@alpha.test", coop)
    asked = {
        "client_name": "Phare",
        "redirect_uris": f"{ELK}\n{OUT_OF_BAND}",
        "scopes": "read write follow",
    }
    async with street.session.post(house.url("/api/v1/apps"), data=asked) as response:
        assert response.status == 200
        told = await response.json()
    return Desk(house, street, anna, coop, told["client_id"], told["client_secret"])


async def test_an_app_registers_with_a_form_or_with_json(desk: Desk) -> None:
    asked = {"client_name": "Phare", "scopes": "read", "website": "https://phare.example"}
    _, form = await desk.post("/api/v1/apps", data=asked | {"redirect_uris": f"{ELK}\nphare://x"})
    _, json = await desk.post("/api/v1/apps/", json=asked | {"redirect_uris": [ELK, "phare://x"]})
    for told in (form, json):
        assert told["redirect_uris"] == [ELK, "phare://x"]
        assert told["redirect_uri"] == f"{ELK}\nphare://x"
        assert told["name"] == "Phare"
        assert told["website"] == "https://phare.example"
        assert isinstance(told["id"], str)
    assert form["client_id"] != json["client_id"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"client_name": ""}, "client_name"),
        ({"client_name": "x" * 61}, "client_name"),
        ({"redirect_uris": ""}, "redirect_uris"),
        ({"redirect_uris": "/relative"}, "redirect_uris"),
        ({"redirect_uris": "javascript:alert(1)"}, "redirect_uris"),
        ({"redirect_uris": "https://app.example@evil.example/cb"}, "redirect_uris"),
        ({"redirect_uris": "https://app.example\\@evil.example/cb"}, "redirect_uris"),
        ({"redirect_uris": "https://app.example/#part"}, "redirect_uris"),
        ({"redirect_uris": "https:///path"}, "redirect_uris"),
        ({"redirect_uris": "https://*.example/back"}, "redirect_uris"),
        ({"redirect_uris": "https://[app"}, "redirect_uris"),
        ({"redirect_uris": "\n".join(f"app{n}://x" for n in range(21))}, "redirect_uris"),
        ({"scopes": "read everything"}, "scopes"),
        ({"website": "ftp://phare.example"}, "website"),
    ],
)
async def test_an_app_that_cannot_be_is_told_what_is_wrong(
    desk: Desk, wrong: dict[str, str], field: str
) -> None:
    right = {"client_name": "Phare", "redirect_uris": ELK, "scopes": "read"}
    status, told = await desk.post("/api/v1/apps", data=right | wrong)
    assert status == 422
    assert list(told["errors"]) == [field]
    assert field in told["error"]


async def test_an_app_that_asks_for_no_scope_may_read(desk: Desk) -> None:
    asked = {"client_name": "Phare", "redirect_uris": OUT_OF_BAND}
    _, told = await desk.post("/api/v1/apps", data=asked)
    assert told["scopes"] == ["read"]


async def test_a_code_becomes_a_token_that_acts_for_the_organisation(desk: Desk) -> None:
    status, token = await desk.post("/oauth/token", data=desk.redeeming(await desk.code()))
    assert status == 200
    assert (token["token_type"], token["scope"]) == ("Bearer", "read")
    assert isinstance(token["created_at"], int)
    assert "expires_in" not in token
    status, account = await desk.get("/api/v1/accounts/verify_credentials", token["access_token"])
    assert status == 200
    assert (account["id"], account["acct"]) == (str(desk.coop.id), "coop")


async def test_a_token_can_be_asked_for_in_json_and_with_basic_credentials(desk: Desk) -> None:
    status, _ = await desk.post("/oauth/token/", json=desk.redeeming(await desk.code()))
    assert status == 200
    asked = desk.redeeming(await desk.code())
    pair = f"{asked.pop('client_id')}:{asked.pop('client_secret')}".encode()
    headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    status, _ = await desk.post("/oauth/token", data=asked, headers=headers)
    assert status == 200


@pytest.mark.parametrize("basic", ["Basic !!!", "Basic /w==", "Basic YTpi"])
async def test_credentials_that_are_none_are_refused(desk: Desk, basic: str) -> None:
    asked = desk.redeeming("x")
    del asked["client_id"], asked["client_secret"]
    status, told = await desk.post("/oauth/token", data=asked, headers={"Authorization": basic})
    assert (status, told) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize(
    "wrong",
    [{}, {"code_verifier": VERIFIER[:-1] + "x"}, {"code_verifier": CHALLENGE}],
    ids=["none", "another", "challenge"],
)
async def test_a_code_is_shown_with_its_proof_or_spent(desk: Desk, wrong: dict[str, str]) -> None:
    code = await desk.code(challenge=CHALLENGE)
    refused = await desk.post("/oauth/token", data=desk.redeeming(code, **wrong))
    assert refused == (400, {"error": "invalid_grant"})
    late = await desk.post("/oauth/token", data=desk.redeeming(code, code_verifier=VERIFIER))
    assert late == (400, {"error": "invalid_grant"})


async def test_a_proof_key_that_was_announced_opens_the_code(desk: Desk) -> None:
    code = await desk.code(challenge=CHALLENGE)
    status, _ = await desk.post("/oauth/token", data=desk.redeeming(code, code_verifier=VERIFIER))
    assert status == 200


async def test_a_verifier_without_a_challenge_is_refused(desk: Desk) -> None:
    asked = desk.redeeming(await desk.code(), code_verifier=VERIFIER)
    assert await desk.post("/oauth/token", data=asked) == (400, {"error": "invalid_grant"})


async def test_a_spent_code_is_refused_and_ends_the_token_it_gave(desk: Desk) -> None:
    asked = desk.redeeming(await desk.code())
    _, token = await desk.post("/oauth/token", data=asked)
    assert await desk.post("/oauth/token", data=asked) == (400, {"error": "invalid_grant"})
    status, told = await desk.get("/api/v1/accounts/verify_credentials", token["access_token"])
    assert (status, told["error"]) == (401, "The access token is invalid")


@pytest.mark.parametrize(
    "other",
    [ELK.replace("%7e", "%7E"), ELK.replace("%7e", "~"), ELK.replace("%3A", "%3a"), ELK + "/", ""],
)
async def test_a_redirect_address_that_differs_in_one_byte_is_another(
    desk: Desk, other: str
) -> None:
    asked = desk.redeeming(await desk.code(), redirect_uri=other)
    assert await desk.post("/oauth/token", data=asked) == (400, {"error": "invalid_grant"})


async def test_a_code_is_good_for_ten_minutes(desk: Desk) -> None:
    code = await desk.code()
    desk.street.clock.turn(minutes=11)
    refused = await desk.post("/oauth/token", data=desk.redeeming(code))
    assert refused == (400, {"error": "invalid_grant"})


async def test_a_code_belongs_to_the_app_it_was_given_to(desk: Desk) -> None:
    asked = {"client_name": "Autre", "redirect_uris": ELK, "scopes": "read"}
    _, other = await desk.post("/api/v1/apps", data=asked)
    mine = {name: other[name] for name in ("client_id", "client_secret")}
    refused = await desk.post("/oauth/token", data=desk.redeeming(await desk.code(), **mine))
    assert refused == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"code": "nobody's"}, 400, "invalid_grant"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
    ],
)
async def test_a_wrong_request_is_answered_in_the_words_of_the_rfc(
    desk: Desk, wrong: dict[str, str], status: int, error: str
) -> None:
    asked = desk.redeeming(await desk.code()) | wrong
    assert await desk.post("/oauth/token", data=asked) == (status, {"error": error})


async def test_an_app_of_its_own_sees_what_everybody_sees_and_acts_for_nobody(desk: Desk) -> None:
    asked = desk.redeeming("") | {"grant_type": "client_credentials", "scope": "read"}
    _, token = await desk.post("/oauth/token", data=asked)
    secret = token["access_token"]
    status, app = await desk.get("/api/v1/apps/verify_credentials", secret)
    assert (status, app["name"]) == (200, "Phare")
    assert "client_secret" not in app
    status, _ = await desk.get("/api/v1/timelines/public", secret)
    assert status == 200
    status, told = await desk.get("/api/v1/timelines/home", secret)
    assert (status, told["error"]) == (422, "This method requires an authenticated user")


async def test_an_app_gets_no_scope_that_it_did_not_register(desk: Desk) -> None:
    asked = desk.redeeming("") | {"grant_type": "client_credentials", "scope": "read admin:read"}
    assert await desk.post("/oauth/token", data=asked) == (400, {"error": "invalid_scope"})


async def test_a_revoked_token_is_good_for_nothing_and_an_unknown_one_is_no_error(
    desk: Desk,
) -> None:
    _, token = await desk.post("/oauth/token", data=desk.redeeming(await desk.code()))
    asked = desk.redeeming("") | {"token": token["access_token"]}
    assert await desk.post("/oauth/revoke", data=asked) == (200, {})
    assert await desk.post("/oauth/revoke", json=asked | {"token": "nobody's"}) == (200, {})
    status, _ = await desk.get("/api/v1/apps/verify_credentials", token["access_token"])
    assert status == 401


async def test_a_token_made_on_the_command_line_has_no_app(desk: Desk) -> None:
    secret = await desk.house.token(desk.anna, desk.coop)
    status, _ = await desk.get("/api/v1/apps/verify_credentials", secret)
    assert status == 404
    status, _ = await desk.get("/api/v1/apps/verify_credentials")
    assert status == 401


async def test_apps_learn_from_the_metadata_where_to_go(desk: Desk) -> None:
    status, told = await desk.get("/.well-known/oauth-authorization-server")
    assert status == 200
    assert told["issuer"] == desk.house.origin
    assert told["authorization_endpoint"] == f"{desk.house.origin}/oauth/authorize"
    assert told["userinfo_endpoint"] == f"{desk.house.origin}/oauth/userinfo"
    assert told["token_endpoint"] == f"{desk.house.origin}/oauth/token"
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert "read:statuses" in told["scopes_supported"]


async def test_an_app_that_only_wants_somebody_to_sign_in_learns_who_it_is(desk: Desk) -> None:
    secret = await desk.house.token(desk.anna, desk.coop, "profile")
    status, told = await desk.get("/oauth/userinfo", secret)
    assert (status, told["sub"], told["preferred_username"]) == (200, desk.coop.iri, "coop")
    assert told["iss"] == f"{desk.house.origin}/"
    assert told["profile"].startswith(desk.house.origin)
    assert told["picture"].startswith("https://")
    reading = await desk.house.token(desk.anna, desk.coop, "read")
    assert (await desk.get("/oauth/userinfo", reading))[0] == 403
    assert (await desk.get("/oauth/userinfo"))[0] == 401
