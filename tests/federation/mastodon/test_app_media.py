"""Files of apps: what is taken, what is kept of it, what is refused, and what is left then."""

import io
import os
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from PIL import Image
from together.app import reader, stranger
from together.pictures import SECRET, a_bomb, a_document, a_picture, sends
from together.street import House, Street

from actors.rules.permissions import Office
from actors.rules.pictures import LARGEST_FILE
from federation.workers.running import WORKERS


async def asks(
    house: House, path: str, headers: dict[str, str] | None = None
) -> tuple[int, bytes, dict[str, str]]:
    """A browser asks for an address."""
    async with house.street.session.get(house.url(path), headers=headers or {}) as answer:
        return answer.status, await answer.read(), {**answer.headers}


def lying(house: House) -> list[Path]:
    """Every file in the room of an instance."""
    return [one for one in house.settings.media_directory.rglob("*") if one.is_file()]


async def test_a_picture_is_drawn_anew_described_posted_edited_and_deleted(street: Street) -> None:
    (alpha,) = await street.open("alpha")
    anna = await reader(alpha, "coop")
    status, media = await sends(anna, a_picture(), description="Un carré", focus="-0.5,0.25")
    assert status == 200
    assert (media["type"], media["description"]) == ("image", "Un carré")
    assert media["meta"]["original"] == {
        "width": 40,
        "height": 60,
        "size": "40x60",
        "aspect": 0.666667,
    }
    assert media["meta"]["focus"] == {"x": -0.5, "y": 0.25}
    assert len(media["blurhash"]) > 10
    path = media["url"].removeprefix(alpha.origin)
    found, body, headers = await asks(alpha, path)
    assert (found, headers["Content-Type"]) == (200, "image/jpeg")
    assert "immutable" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert SECRET in a_picture()
    assert SECRET not in body
    with Image.open(io.BytesIO(body)) as drawn:
        assert (drawn.size, dict(drawn.getexif())) == ((40, 60), {})
        corner = drawn.crop((30, 10, 31, 11)).tobytes()
        assert corner[2] > 200  # turned with the camera: blue is on the right
    assert (await asks(alpha, path + "/small"))[0] == 200
    for wrong in (
        path.replace(".jpg", ".png"),
        path.replace("/media/", "/media/0"),
        "/media/..jpg",
    ):
        assert (await asks(alpha, wrong))[0] == 404
    # An address of a file never answers as a document, whoever asks.
    accept = {"Accept": "application/activity+json"}
    assert (await asks(alpha, path, accept))[2]["Content-Type"] == "image/jpeg"

    assert (await anna.asks(f"/api/v1/media/{media['id']}"))[1]["url"] == media["url"]
    said = {"description": "Un carré orange et bleu"}
    assert (await anna.asks(f"/api/v1/media/{media['id']}", "PUT", said))[1]["description"] == (
        "Un carré orange et bleu"
    )
    posted = await anna.asks(
        "/api/v1/statuses", "POST", {"media_ids[]": media["id"], "sensitive": "true"}
    )
    assert posted[0] == 200, posted
    shown = posted[1]["media_attachments"]
    assert [one["description"] for one in shown] == ["Un carré orange et bleu"]
    assert posted[1]["sensitive"] is True
    note = posted[1]["id"]
    document = await asks(alpha, f"/remarks/{note}", accept)
    assert b'"focalPoint":[-0.5,0.25]' in document[1]
    assert b'"name":"Un carr\xc3\xa9 orange et bleu"' in document[1]
    # What is posted is changed by an edit, belongs to one post, and is not taken back alone.
    assert (await anna.asks(f"/api/v1/media/{media['id']}", "PUT", said))[0] == 404
    assert (await anna.asks(f"/api/v1/media/{media['id']}", "DELETE"))[0] == 422
    again = await anna.asks("/api/v1/statuses", "POST", {"media_ids[]": media["id"]})
    assert again[0] == 422
    assert "already attached" in again[1]["error"]
    edited = await anna.asks(
        f"/api/v1/statuses/{note}",
        "PUT",
        {
            "status": "Enfin",
            "media_ids[]": media["id"],
            "media_attributes[][id]": media["id"],
            "media_attributes[][description]": "Deux couleurs",
        },
    )
    assert edited[1]["media_attachments"][0]["description"] == "Deux couleurs"
    assert edited[1]["sensitive"] is True  # said once, and not taken back
    emptied = await anna.asks(
        f"/api/v1/statuses/{note}", "PUT", {"status": "Sans", "media_ids[]": ""}
    )
    assert emptied[1]["media_attachments"] == []
    status, pdf = await sends(anna, a_document(), name="../../statuts\u202e.pdf")
    assert (status, pdf["type"], pdf["preview_url"]) == (200, "unknown", None)
    kept = await asks(alpha, pdf["url"].removeprefix(alpha.origin))
    assert kept[1] == a_document()
    assert kept[2]["Content-Disposition"].startswith("attachment; ")
    second = await anna.asks(
        "/api/v1/statuses", "POST", {"status": "Statuts", "media_ids[]": pdf["id"]}
    )
    await anna.asks(f"/api/v1/statuses/{second[1]['id']}", "DELETE")
    assert (await asks(alpha, pdf["url"].removeprefix(alpha.origin)))[0] == 404


@pytest.mark.filterwarnings("ignore::aiohttp.BadContentDispositionHeader")
async def test_what_is_no_picture_or_too_much_is_refused_in_mastodons_words(
    street: Street,
) -> None:
    (alpha,) = await street.open("alpha")
    anna = await reader(alpha, "coop")
    bob = await reader(alpha, "atelier")
    watcher = await reader(alpha, "lecteur", Office.READER)
    jpeg = a_picture()
    invalid = "Validation failed: File content type is invalid, File is invalid"
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for file, words in (
        (None, "Validation failed: File can't be blank"),
        (b"", "Validation failed: File can't be blank"),
        (svg, invalid),
        (b"<html><script>alert(1)</script>", invalid),
        (b'{"@context": "https://www.w3.org/ns/activitystreams", "type": "Person"}', invalid),
        (b"MZ" + b"\0" * 99, invalid),
        (jpeg[: len(jpeg) // 2], "The picture cannot be read: it is damaged, or something else."),
        (b"GIF89a<script>alert(1)</script>", "The picture cannot be read"),
        (b"\x89PNG\r\n\x1a\n" + svg, "The picture cannot be read"),
        (a_bomb(), "The picture has more than 33 million pixels."),
        (a_document() + b"<script>alert(1)</script>", "This PDF is cut off"),
        (jpeg + b"\0" * LARGEST_FILE, "Validation failed: File file size must be less than 16 MB"),
    ):
        status, told = await sends(anna, file)
        assert (status, told["error"].startswith(words)) == (422, True), ((file or b"")[:40], told)
    status, told = await sends(anna, jpeg, description="x" * 1501)
    assert (status, "1,501 characters" in told["error"]) == (422, True)
    assert lying(alpha) == []
    assert (await sends(watcher, jpeg))[0] == 403
    assert (await sends(stranger(alpha), jpeg))[0] == 401
    headers = {"Authorization": f"Bearer {anna.token}"}
    url = alpha.url("/api/v2/media")
    for kind, body in (
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name"),
        ("multipart/form-data; boundary=x", b"nothing of the kind"),
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x--"),
    ):
        typed = headers | {"Content-Type": kind}
        async with street.session.post(url, data=body, headers=typed) as answer:
            assert answer.status in (400, 422), (kind, body, await answer.text())
    # What is announced is refused before it is sent.
    huge = {"Content-Length": str(50 * 1024 * 1024), "Content-Type": "multipart/form-data"}
    async with street.session.post(url, data=jpeg, headers=headers | huge) as answer:
        assert (answer.status, "16 MB" in await answer.text()) == (422, True)

    # Behind a picture may stand what it likes: only the picture is kept, and what was never one.
    status, media = await sends(anna, jpeg + svg)
    assert status == 200
    body = (await asks(alpha, media["url"].removeprefix(alpha.origin)))[1]
    assert b"script" not in body
    # Another organisation neither sees it, nor shows it, nor takes it away.
    for method in ("GET", "PUT", "DELETE"):
        assert (await bob.asks(f"/api/v1/media/{media['id']}", method, {}))[0] == 404
    taken = await bob.asks("/api/v1/statuses", "POST", {"status": "!", "media_ids[]": media["id"]})
    assert taken[0] == 422
    five = [(await sends(anna, jpeg))[1]["id"] for _ in range(5)]
    form = aiohttp.FormData([("status", "!"), *(("media_ids[]", one) for one in five)])
    async with street.session.post(
        alpha.url("/api/v1/statuses"), data=form, headers=headers
    ) as answer:
        assert (answer.status, "more than 4" in await answer.text()) == (422, True)

    # What nothing shows is gone after a day, and its bytes with it.
    await alpha.app[WORKERS].housekeeping.work()
    street.clock.turn(days=2)
    for one in lying(alpha):
        os.utime(one, (0, 0))
    await alpha.app[WORKERS].housekeeping.work()  # the clock jumped: nothing is thrown away
    assert len(lying(alpha)) == 1
    street.clock.turn(hours=1)
    await alpha.app[WORKERS].housekeeping.work()
    assert lying(alpha) == []
    assert (await asks(alpha, media["url"].removeprefix(alpha.origin)))[0] == 404


async def test_an_organisation_has_so_much_room_and_a_disk_that_is_away_is_told(
    street: Street,
) -> None:
    (alpha,) = await street.open("alpha")
    anna = await reader(alpha, "coop")
    room = alpha.settings.media_directory
    room.write_text("a file where the directory should be")
    status, told = await sends(anna, a_picture())
    assert (status, told["error"]) == (503, "files cannot be written down just now")
    assert (await anna.asks("/api/v1/statuses", "POST", {"status": "Bonjour"}))[0] == 200
    room.unlink()
    media = (await sends(anna, a_picture()))[1]
    for one in lying(alpha):
        one.unlink()  # the disk is lost: nothing there, and no bug
    assert (await asks(alpha, media["url"].removeprefix(alpha.origin)))[0] == 404
    assert (await sends(anna, a_picture()))[0] == 200  # sent again, it is there again
    assert (await asks(alpha, media["url"].removeprefix(alpha.origin)))[0] == 200
    await alpha.stop()
    small = replace(alpha.settings.media, megabytes_per_organisation=1)
    alpha.settings = replace(alpha.settings, media=small)
    await alpha.start()
    status, told = await sends(anna, a_document("x" * 1_000_000))
    assert (status, "no room" in told["error"]) == (422, True)
    assert (await sends(anna, a_document()))[0] == 200
    # The picture, as small as its small one; the document, and the one that no row speaks of.
    assert len(lying(alpha)) == 3
