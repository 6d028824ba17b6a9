"""Pictures and documents of a model: on its pages, on other sites, in the API, and taken away."""

from typing import Any

import orjson
from together.app import Reader as App
from together.app import reader as app_of
from together.pictures import a_document, a_form, a_picture
from together.reader import Reader
from together.street import House, Street, a_sheet

from actors.rules import illustrations
from actors.rules.permissions import Office
from actors.tables.model import Model
from actors.views import history

WORDS = "Trois vélos devant l'atelier"


async def document(house: House, path: str) -> dict[str, Any]:
    """What another server reads."""
    accept = {"Accept": "application/activity+json"}
    async with house.street.session.get(house.url(path), headers=accept) as answer:
        found: dict[str, Any] = orjson.loads(await answer.read())
        return found


async def status_of(house: House, url: str) -> int:
    """What an address answers."""
    async with house.street.session.get(url) as answer:
        return answer.status


async def test_a_picture_of_a_model_is_asked_for_words_shown_and_taken_away(
    alpha: House, anna: Reader
) -> None:
    model = await alpha.publish(await alpha.actor("coop"), a_sheet("Atelier"))
    await anna.go(f"/m/{model.slug}")
    await anna.follow("Add pictures or documents")
    assert "Each change is a new version" in anna.text
    await anna.attach("Add it", a_picture(), description="  ", credit="Léa, CC BY 4.0")
    assert (anna.status, anna.faults) == (
        422,
        ["Error: Say in words what the picture shows, for those who do not see it."],
    )
    assert "Léa, CC BY 4.0" in anna.html  # nothing that was typed is lost
    await anna.attach("Add it", b"<svg/>", description=WORDS)
    assert (anna.status, "Trois vélos" in anna.html) == (422, True)
    await anna.attach("Add it", a_picture(), description=WORDS, credit="Léa", token="wrong")
    assert anna.status == 403
    await anna.go(f"/m/{model.slug}/media")
    await anna.attach("Add it", a_picture(), description=WORDS, credit="Léa, CC BY 4.0")
    assert (anna.status, "The new version is published" in anna.text) == (200, True)
    await anna.attach("Add it", a_document(), description="Statuts types", main=None)
    await anna.attach("Add it", a_picture(colour="red"), description="Un établi", main=None)
    living = await document(alpha, f"/models/{model.slug}")
    image = living["image"]
    assert (image["type"], image["mediaType"], image["name"]) == ("Image", "image/jpeg", WORDS)
    assert (image["creditText"], image["width"], image["height"]) == ("Léa, CC BY 4.0", 40, 60)
    assert [(one["type"], one["name"]) for one in living["attachment"]] == [
        ("Document", "Statuts types"),
        ("Image", "Un établi"),
    ]
    assert living["versionNumber"] == "4"

    await anna.go(f"/m/{model.slug}")
    shown = anna.page.xpath("//figure//img")
    assert [one.get("alt") for one in shown] == [WORDS, "Un établi"]
    assert anna.page.xpath("//meta[@property='og:image']/@content") == [image["url"]]
    assert "Statuts types PDF" in anna.text
    await anna.go(f"/m/{model.slug}/versions")
    assert "Pictures and documents changed." in anna.text
    await anna.go(f"/m/{model.slug}/edit")  # an edit of the text leaves them where they are
    await anna.press("Publish", s0__text__fr="On répare tout.")
    assert (await document(alpha, f"/models/{model.slug}"))["image"] == image

    await anna.go(f"/m/{model.slug}/media")
    await anna.press("Save these words", description="Quatre vélos")
    assert (await document(alpha, f"/models/{model.slug}"))["image"]["name"] == "Quatre vélos"
    version = await document(alpha, f"/models/{model.slug}/versions/5")
    assert version["image"]["name"] == WORDS  # what was said stays as it was
    await anna.press("No longer the main picture")
    assert "image" not in await document(alpha, f"/models/{model.slug}")
    await anna.go(f"/m/{model.slug}/media")
    for words in ("Remove", "Remove"):
        await anna.press_exactly(words)
    now = await document(alpha, f"/models/{model.slug}")
    assert [one["name"] for one in now["attachment"]] == ["Quatre vélos"]
    assert await status_of(alpha, image["url"]) == 200
    await anna.press("Take it away everywhere")
    assert await status_of(alpha, image["url"]) == 404
    assert await status_of(alpha, living["attachment"][0]["url"]) == 200  # version 4 shows it
    await alpha.delete(model)
    assert await status_of(alpha, living["attachment"][0]["url"]) == 404


async def test_a_program_sends_files_and_says_which_of_them_a_model_shows(
    alpha: House, street: Street
) -> None:
    app = await app_of(alpha, "atelier")
    model = await alpha.publish(app.us, a_sheet("Atelier"))
    sent = await _sent(app, a_picture(), description=WORDS)
    silent = await _sent(app, a_picture(colour="green"))
    pdf = await _sent(app, a_document())
    root = "/api/essaim/v1"
    status, told = await _puts(
        app, f"{root}/models/{model.id}/media", {"image": pdf, "attachments": [silent, "17"]}
    )
    assert status == 422
    assert set(told["errors"]) == {"image", "attachments[0]", "attachments[1]"}
    status, told = await _puts(
        app,
        f"{root}/models/{model.id}/media",
        {"image": sent, "attachments": [pdf], "note": "Une photo"},
    )
    assert status == 200, told
    assert (told["image"]["description"], told["version"]["note"]) == (WORDS, "Une photo")
    assert [one["kind"] for one in told["attachments"]] == ["document"]
    kept = told["attachments"][0]["url"]
    status, told = await _puts(app, f"{root}/models/{model.id}/media", {"attachments": [kept]})
    assert (status, told["image"]) == (200, None)
    assert (await app.asks(f"{root}/media/{sent}", "DELETE"))[0] == 409
    files = await app.gets(f"{root}/media")
    assert [one["uses"] for one in files["items"]] == [1, 0, 1]
    assert files["room"]["files"] == 3
    other = await app_of(alpha, "ailleurs", Office.EDITOR)
    assert (await other.asks(f"{root}/media/{sent}"))[0] == 404
    assert (await _puts(other, f"{root}/models/{model.id}/media", {}))[0] == 403

    # In apps, a model has its picture, and so has its card.
    await _puts(app, f"{root}/models/{model.id}/media", {"image": sent})
    shown = await app.gets(f"/api/v1/statuses/{model.id}")
    assert [one["description"] for one in shown["media_attachments"]] == [WORDS]
    assert shown["card"]["image"] == shown["media_attachments"][0]["preview_url"]

    # Elsewhere the version is the same to the byte, and a fork takes the picture along.
    (beta,) = await street.open("beta")
    reader = await beta.organisation("lecteur")
    await beta.follow(reader, f"atelier@{alpha.host}")
    await street.settle()
    with_words = await _puts(app, f"{root}/models/{model.id}/media", {"image": sent})
    assert with_words[0] == 409  # it shows that already
    await _puts(app, f"{root}/models/{model.id}/media", {"image": sent, "attachments": [pdf]})
    await street.settle()
    mirror = await beta.lookup.resolve(model.iri)
    assert isinstance(mirror, Model)
    async with beta.read() as session:
        there = illustrations.of(history.sheet(await history.head(session, mirror)))
    assert next(one.get("name") for one in there.items) == WORDS
    async with street.session.get(beta.url(f"/m/{mirror.id}")) as answer:
        page = await answer.text()
    assert "alpha.test/media/" in page  # where it is from is told, beside the copy that is shown
    assert 'src="https://alpha' not in page  # who reads here is not told to anybody elsewhere


async def _sent(app: App, file: bytes, **words: str) -> str:
    headers = {"Authorization": f"Bearer {app.token}"}
    url = app.house.url("/api/essaim/v1/media")
    form = a_form(file, **words)
    async with app.house.street.session.post(url, data=form, headers=headers) as answer:
        made = await answer.json()
        assert answer.status == 201, made
        assert answer.headers["Location"].endswith(f"/media/{made['id']}")
        return str(made["id"])


async def _puts(app: App, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {app.token}"}
    url = app.house.url(path)
    async with app.house.street.session.put(url, json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_an_organisation_has_a_sign_and_a_picture_above_its_page(
    alpha: House, anna: Reader
) -> None:
    await anna.go("/space")
    await anna.follow("Our pictures")
    await anna.attach("Show it", a_picture(), description="")
    assert (anna.status, len(anna.faults)) == (422, 1)
    await anna.attach("Show it", a_document(), description="Statuts")
    assert (anna.status, anna.faults) == (422, ["Error: This has to be a picture."])
    await anna.attach("Show it", a_picture(), description="Une clé à molette")
    assert "This is how your organisation looks now" in anna.text
    await anna.attach("Show it", a_picture(colour="red"), description="L'atelier", part="header")
    said = await document(alpha, "/actors/coop")
    assert (said["icon"]["name"], said["image"]["name"]) == ("Une clé à molette", "L'atelier")
    assert (await alpha.actor("coop")).icon == said["icon"]["url"]
    await anna.go("/@coop")
    shown = [one.get("alt") for one in anna.page.xpath("//main//img")]
    assert shown == ["L'atelier", "Une clé à molette"]
    coop = await alpha.actor("coop")
    async with alpha.street.session.get(alpha.url(f"/api/v1/accounts/{coop.id}")) as answer:
        account = await answer.json()
    assert (account["avatar"], account["header"]) == (said["icon"]["url"], said["image"]["url"])
    await anna.go("/pictures")
    await anna.press("Show none")
    now = await document(alpha, "/actors/coop")
    assert ("icon" in now, now["image"]) == (False, said["image"])
    member = await alpha.member("bob@example.org", coop)
    app = App(alpha, coop, await alpha.token(member, coop))
    looks = await app.gets("/api/essaim/v1/pictures")
    assert (looks["icon"], looks["header"]["url"]) == (None, said["image"]["url"])
    status, looks = await _puts(app, "/api/essaim/v1/pictures", {"icon": looks["header"]["id"]})
    assert (status, looks["header"], looks["icon"]["url"]) == (200, None, said["image"]["url"])
    assert (await _puts(app, "/api/essaim/v1/pictures", {"icon": "17"}))[0] == 404
