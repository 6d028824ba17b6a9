"""A profile, changed in an app; how posts begin; how one hears from those whom one follows."""

import json
from typing import Any

from aiohttp import FormData
from together import pictures
from together.app import Reader, reader, says
from together.street import Street, a_sheet

from actors.tables.actor import Actor

PATH = "/api/v1/accounts/update_credentials"


async def changes(who: Reader, data: Any, *, is_json: bool = False) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {who.token}"}
    body = {"json": data} if is_json else {"data": data}
    url = who.house.url(PATH)
    async with who.house.street.session.request("PATCH", url, headers=headers, **body) as response:
        return response.status, await response.json()


async def document(who: Reader) -> dict[str, Any]:
    async with who.house.read() as session:
        row = await session.get_one(Actor, who.us.id)
    found: dict[str, Any] = json.loads(row.document)
    return found


async def test_a_profile_is_changed_in_an_app(street: Street) -> None:
    alpha, beta = await street.open("alpha", "beta")
    coop = await reader(alpha, "coop")
    far = await beta.organisation("far")
    await beta.follow(far, "@coop@alpha.test")
    await street.settle()

    form = FormData()
    for name, value in {
        "display_name": "La Coop du Nord",
        "note": "Nous *réparons*.",
        "locked": "true",
        "bot": "false",
        "discoverable": "false",
        "source[privacy]": "unlisted",
        "source[language]": "oc",
        "source[quote_policy]": "followers",
        "fields_attributes[0][name]": "Site",
        "fields_attributes[0][value]": "https://coop.example/<b>",
        "fields_attributes[1][name]": "Depuis",
        "fields_attributes[1][value]": "1998 & avant",
    }.items():
        form.add_field(name, value)
    form.add_field("avatar", pictures.a_picture(), filename="a.jpg", content_type="image/jpeg")
    form.add_field(
        "header",
        pictures.a_picture(width=120, height=60),
        filename="h.jpg",
        content_type="image/jpeg",
    )
    status, told = await changes(coop, form)
    assert status == 200, told
    assert (told["display_name"], told["locked"], told["discoverable"]) == (
        "La Coop du Nord",
        True,
        False,
    )
    assert "<em>réparons</em>" in told["note"]
    assert told["avatar"].startswith("https://alpha.test/media/")
    assert told["header"].startswith("https://alpha.test/media/")
    assert [one["name"] for one in told["source"]["fields"]] == ["Site", "Depuis"]
    assert told["source"]["fields"][1]["value"] == "1998 & avant"
    assert "<b>" not in told["fields"][0]["value"]
    source = told["source"]
    assert (source["privacy"], source["language"], source["quote_policy"]) == (
        "unlisted",
        "oc",
        "followers",
    )
    assert await coop.gets("/api/v1/accounts/verify_credentials") == told
    began = await coop.gets("/api/v1/preferences")
    assert began["posting:default:visibility"] == "unlisted"
    assert began["posting:default:language"] == "oc"
    _, said = await coop.asks("/api/v1/statuses", "POST", {"status": "bonjorn"})
    assert (said["visibility"], said["language"]) == ("unlisted", "oc")
    assert said["quote_approval"]["automatic"] == ["followers"]
    _, said = await coop.asks("/api/v1/statuses", "POST", {"status": "a", "visibility": "public"})
    assert said["visibility"] == "public"

    # It goes out: whoever follows sees it.
    await street.settle()
    from_here = await beta.lookup.resolve("@coop@alpha.test")
    assert isinstance(from_here, Actor)
    theirs = json.loads(from_here.document)
    assert (theirs["name"], theirs["discoverable"]) == ("La Coop du Nord", False)
    assert theirs["manuallyApprovesFollowers"] is True
    shown = await coop.gets("/api/v1/directory?local=true")
    assert coop.us.handle not in {one["acct"] for one in shown}

    # As JSON; what is not named stays; pictures are taken away.
    status, told = await changes(
        coop,
        {"fields_attributes": [{"name": "Ville", "value": "Lille"}], "locked": False},
        is_json=True,
    )
    assert (status, told["display_name"], told["locked"]) == (200, "La Coop du Nord", False)
    assert [one["value"] for one in told["source"]["fields"]] == ["Lille"]
    assert (told["avatar_description"], told["header_description"]) == (coop.us.name,) * 2
    _, told = await coop.asks("/api/v1/profile", "PATCH", {"avatar_description": "Une roue"})
    assert (told["avatar_description"], told["avatar"]) == ("Une roue", told["avatar_static"])
    assert "/media/" in told["avatar"]
    assert (await document(coop))["icon"]["name"] == "Une roue"
    assert await coop.gets("/api/v1/profile") == told
    await street.settle()
    from_here = await beta.lookup.resolve("@coop@alpha.test")
    assert isinstance(from_here, Actor)
    assert json.loads(from_here.document)["icon"]["name"] == "Une roue"
    _, told = await coop.asks("/api/v1/profile/avatar", "DELETE")
    assert told["avatar"] == "https://alpha.test/mastodon/avatar.png"
    assert (await coop.gets("/api/v1/profile"))["avatar"] is None
    _, told = await coop.asks("/api/v1/profile/header", "DELETE")
    assert told["header"] == "https://alpha.test/mastodon/header.png"

    before = await document(coop)
    for bad in (
        {"bot": "true"},
        {"hide_collections": "true"},
        {"display_name": ""},
        {"display_name": "x" * 101},
        {"note": "x" * 5001},
        {"source[privacy]": "secret"},
        {"show_media": "false"},
        {"attribution_domains[]": "presse.example"},
        {"source[language]": "!!"},
        {"source[quote_policy]": "sometimes"},
        {f"fields_attributes[{n}][name]": "x" for n in range(9)},
        {"fields_attributes[0][name]": "x" * 256},
    ):
        assert (await changes(coop, bad))[0] == 422, bad
    form = FormData({"display_name": "Autre"})
    form.add_field("avatar", b"no picture at all", filename="a.jpg", content_type="image/jpeg")
    status, said = await changes(coop, form)
    assert (status, "invalid" in said["error"]) == (422, True)
    assert await document(coop) == before


async def test_one_hears_as_one_asked_from_whom_one_follows(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    coop, ruche = await reader(alpha, "coop"), await reader(alpha, "ruche")
    follow = f"/api/v1/accounts/{ruche.us.id}/follow"
    _, stands = await coop.asks(follow, "POST", {"notify": "true", "languages[]": "fr"})
    await street.settle()
    _, stands = await coop.asks(follow, "POST", {})
    assert (stands["notifying"], stands["languages"], stands["showing_reblogs"]) == (
        True,
        ["fr"],
        True,
    )
    model = await alpha.publish(ruche.us, a_sheet("Atelier"))
    await says(ruche, "bonjour", language="fr")
    await says(ruche, "hello", language="en")
    await says(ruche, "réponse", answering=model)
    await street.settle()
    told = await coop.gets("/api/v1/notifications")
    assert [one["type"] for one in told] == ["status"] * 3
    assert told[-1]["status"]["id"] == str(model.id)
    home = await coop.gets("/api/v1/timelines/home")
    assert not any("hello" in one["content"] for one in home)
    assert any("bonjour" in one["content"] for one in home)
    _, stands = await coop.asks(follow, "POST", {"notify": "false", "languages[]": ""})
    assert (stands["notifying"], stands["languages"]) == (False, None)
    await says(ruche, "encore")
    await street.settle()
    assert len(await coop.gets("/api/v1/notifications")) == 3
    assert any("hello" in one["content"] for one in await coop.gets("/api/v1/timelines/home"))
    assert (await coop.asks(follow, "POST", {"languages[]": "!!"}))[0] == 422
