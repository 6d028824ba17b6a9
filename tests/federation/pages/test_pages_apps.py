"""Apps that act for an organisation: seen, looked at one by one, and ended, with a browser."""

from together.app import Reader as App
from together.app import reader as app_of
from together.app import says
from together.push_service import ClosedApp, opened
from together.reader import Reader
from together.street import House, Street

from actors.rules.permissions import Office
from actors.verbs import signing_in
from actors.views import access
from actors.views.access import Acting


async def allowed(alpha: House, email: str, name: str) -> str:
    """A token that somebody gave an app."""
    async with alpha.begin() as session:
        app, _ = await signing_in.register_app(
            session, alpha.site, name=name, redirect_uris=["app://back"], scopes="read write"
        )
        member = await access.member_by_email(session, email)
        assert member is not None
        acting = await access.acting(session, member, "coop")
        code = await signing_in.grant(
            *(session, alpha.site, app, member, acting.organisation),
            redirect_uri="app://back",
            scopes="read:statuses write:media",
            challenge=None,
        )
    async with alpha.begin() as session:
        secret, _ = await signing_in.redeem(
            session, alpha.site, app, code=code, redirect_uri="app://back", verifier=None
        )
    return secret


async def holds(alpha: House, secret: str) -> bool:
    async with alpha.read() as session:
        return isinstance(await access.by_token(session, secret), Acting)


async def test_apps_are_seen_and_ended_one_by_one(alpha: House, anna: Reader) -> None:
    await anna.go("/apps")
    assert "No app acts for you." in anna.text
    coop = await alpha.actor("coop")
    await alpha.member("bea@example.org", coop, Office.EDITOR)
    phare = await allowed(alpha, "anna@example.org", "Phare <b>")
    ancre = await allowed(alpha, "bea@example.org", "Ancre")
    await anna.go("/apps")
    assert "Phare <b>" in anna.text
    assert "Allowed by Bea" in anna.text, "a steward sees what her colleagues allowed"
    assert "read what your organisation can read (models and remarks)" in anna.text
    newest, oldest = (link.get("href") for link in anna.page.xpath("//main//ul//a"))
    await anna.go(oldest)
    assert anna.heading == "Phare <b>"
    await anna.press("End it")
    assert anna.path == "/apps"
    assert "That app may not act for you any more." in anna.text
    assert "Phare" not in anna.text
    assert (await holds(alpha, phare), await holds(alpha, ancre)) == (False, True)
    await anna.go(oldest)
    assert "There is no such app here." in anna.text

    await anna.press("Sign out")
    await anna.sign_in("bea@example.org")
    await allowed(alpha, "anna@example.org", "Voile")
    await anna.go("/apps")
    assert "Ancre" in anna.text
    assert "Voile" not in anna.text, "an editor sees her own"
    await anna.go(newest)
    await anna.press("End it")
    assert not await holds(alpha, ancre)


async def test_many_apps_stand_on_several_pages(alpha: House, anna: Reader) -> None:
    coop = await alpha.actor("coop")
    async with alpha.begin() as session:
        member = await access.member_by_email(session, "anna@example.org")
        assert member is not None
        for _ in range(41):
            await signing_in.create_token(session, alpha.site, member, coop, "read")
    await anna.go("/apps")
    assert anna.text.count("Allowed by") == 40
    await anna.follow("Older ones")
    assert anna.text.count("Allowed by") == 1


async def test_what_wakes_a_closed_app_is_told_stopped_and_taken_up_again(
    street: Street, alpha: House, anna: Reader
) -> None:
    coop = await alpha.actor("coop")
    neighbour = await app_of(alpha, "ruche")
    async with alpha.read() as session:
        member = await access.member_by_email(session, "anna@example.org")
    assert member is not None
    app = App(alpha, coop, await alpha.token(member, coop, "read push"))
    await anna.go("/apps")
    assert "gets messages" not in anna.text
    await anna.follow("More, and end it")
    assert "None: this app has not asked for any." in anna.text
    address = anna.path
    async with opened(street) as service:
        closed = ClosedApp()
        wanted = closed.arguments(f"{service.origin}/a", is_standard=True, mention=True)
        headers = {"Authorization": f"Bearer {app.token}"}
        url = alpha.url("/api/v1/push/subscription")

        async def asks(method: str) -> int:
            body = wanted if method == "POST" else None
            async with street.session.request(method, url, json=body, headers=headers) as answer:
                return answer.status

        assert await asks("POST") == 200
        await anna.go("/apps")
        assert "It gets messages while it is closed." in anna.text
        await anna.go(address)
        assert "a message leaves this site through push.test" in anna.text
        listed = [one.text for one in anna.page.xpath("//section[@aria-labelledby='messages']//li")]
        assert listed == ["Somebody speaks to you, adapts a model of yours, or proposes something"]

        service.status = 503
        await says(neighbour, "@coop un")
        await street.settle()
        await anna.go(address)
        assert "did not take the last message. It is tried again on" in anna.text
        await anna.press("Stop these messages")
        assert (anna.path, "You can take that back." in anna.text) == (address, True)
        assert "did not take" not in anna.text
        service.status = 201
        await says(neighbour, "@coop deux")
        street.clock.turn(minutes=5)
        await street.settle()
        assert len(service.came["/a"]) == 1, "neither what waited nor what is new"
        assert await asks("GET") == 404, "nor does the app believe that it is told"
        await anna.go("/apps")
        assert "Messages while it is closed are stopped." in anna.text
        await anna.go(address)
        await anna.press("Let it be told again")
        assert await asks("GET") == 200
        await says(neighbour, "@coop trois")
        await street.settle()
        assert [closed.reads(one)["body"] for one in service.came["/a"][1:]] == ["@coop trois"]

        await anna.press("Stop these messages")
        assert await asks("POST") == 200, "somebody switches them on in the app"
        await anna.go(address)
        assert await asks("DELETE") == 200
        await anna.press("Stop these messages")
        assert (anna.status, "This app has asked for no messages." in anna.text) == (404, True)
