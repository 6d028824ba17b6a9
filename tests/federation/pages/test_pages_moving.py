"""Moving with a browser."""

from together.reader import Reader
from together.stranger import moved_in
from together.street import House, Street

from actors.rules.permissions import Office


async def test_a_steward_moves_her_organisation_and_takes_it_back(
    street: Street, alpha: House, anna: Reader
) -> None:
    coop = await alpha.actor("coop")
    async with moved_in(street, "new.test") as new:
        await anna.go("/moving")
        await anna.press("Move away", handle=new.iri)
        assert "Please confirm" in anna.text
        await anna.press("Move away", handle=new.iri, understood="yes")
        assert "does not say that it is also known as the old one" in anna.text
        new.documents["/users/mallory"] = (200, new.actor(alsoKnownAs=[coop.iri]))
        await anna.press("Move away", handle=new.iri, understood="yes")
        assert "Your organisation has moved." in anna.text
        await anna.go("/@coop")
        assert f"It goes on here: {new.iri}" in anna.text
        await anna.go("/moving")
        await anna.press("Be at home here again")
        assert "at home here again" in anna.text


async def test_another_address_is_named_and_removed(
    street: Street, alpha: House, anna: Reader
) -> None:
    async with moved_in(street, "old.test") as old:
        await anna.go("/moving")
        await anna.press("This is us too", alias=old.iri)
        assert (await alpha.actor("coop")).aliases == [old.iri]
        await anna.press("Remove")
        assert (await alpha.actor("coop")).aliases == []
        await anna.press("This is us too", alias="@nobody@nowhere.test")
        assert "No site of this name can be found." in anna.text


async def test_only_stewards_move_an_organisation(alpha: House, reader: Reader) -> None:
    await alpha.member("eve@example.org", await alpha.actor("coop"), Office.EDITOR)
    await reader.sign_in("eve@example.org")
    await reader.go("/moving")
    assert reader.status == 403
