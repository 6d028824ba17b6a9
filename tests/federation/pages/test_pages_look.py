"""A network's own look: name, colour and mark, on a page, by a program, and after a restart."""

import io
import re

from PIL import Image
from together.program import Program, must_fit
from together.reader import Reader
from together.street import House
from together.tour import OLGA

from actors.rules.colours import READABLE, contrast, parse
from federation.pages import looks

DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def picture() -> bytes:
    """A mark: large, transparent, wider than high."""
    file = io.BytesIO()
    Image.new("RGBA", (800, 400), (200, 30, 90, 128)).save(file, "PNG")
    return file.getvalue()


def one(reader: Reader, path: str) -> str:
    """The one attribute that an expression finds."""
    [found] = reader.page.xpath(path)
    return str(found)


def stylesheet(reader: Reader) -> str:
    return one(reader, "//link[@rel='stylesheet']/@href")


async def test_a_steward_gives_the_pages_a_colour_a_mark_and_a_name(
    alpha: House, reader: Reader
) -> None:
    await alpha.member(OLGA, alpha.network)
    await reader.go("/")
    usual = stylesheet(reader)
    assert usual.startswith("/static/essaim.css?")
    assert one(reader, "//meta[@property='og:image']/@content").startswith(f"{alpha.origin}/static")
    await reader.sign_in(OLGA)

    await reader.go("/space")
    await reader.follow("Name, colour and mark of this site")
    await reader.press("Show me", chosen="", colour="#ffcc00")
    assert "Nothing is changed yet." in reader.text
    assert "too pale to be read (contrast 1.3 to 1" in reader.text
    assert stylesheet(reader).startswith("/look.css?ffcc00-")
    await reader.go("/")
    assert stylesheet(reader) == usual
    await reader.go("/look")
    await reader.press("Show me", chosen="", colour="#ffcc00")
    await reader.press("Keep this colour")
    assert "From now on, all pages look like this." in reader.text

    await reader.attach("Use this mark", picture(), "mark.png")
    mark = one(reader, "//header//img/@src")
    assert mark.startswith("/media/")
    assert one(reader, "//header//img/@width") == "68"  # twice as wide as high
    await reader.attach("Use this mark", DRAWING, "mark.svg")
    assert "This is no JPEG, PNG" in reader.faults[0]
    await reader.go("/look")
    await reader.press("Use this name", name=" Les Semeurs ")

    await alpha.stop()
    await alpha.start()
    await reader.go("/")
    assert one(reader, "//header//a[@class='brand']/span/text()") == "Les Semeurs"
    assert one(reader, "//link[@rel='icon']/@href") == mark
    assert one(reader, "//meta[@property='og:image']/@content") == alpha.origin + mark
    sheet = stylesheet(reader)
    await reader.go("/manifest.webmanifest")
    assert '"Les Semeurs"' in reader.html
    assert mark in reader.html
    await reader.go(sheet)
    assert reader.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert reader.headers["ETag"].startswith('"')
    used = re.findall(r"--accent: (#\w+);", reader.html)[2]
    assert contrast(parse(used), parse("#ffffff")) >= READABLE

    await reader.go("/look")
    await reader.press("Undo the last change")
    assert one(reader, "//header//img/@src").startswith("/look.svg?ffcc00-")
    await reader.press("Undo the last change")
    assert one(reader, "//header//img/@src") == mark
    await reader.press("Colour and mark as in the beginning")
    await reader.go("/")
    assert stylesheet(reader) == usual


async def test_only_stewards_of_the_network_dress_it_and_only_in_colours(
    alpha: House, anna: Reader
) -> None:
    await anna.go("/look")
    assert anna.status == 403
    await alpha.member(OLGA, alpha.network)
    await anna.go("/")
    await anna.press("Sign out")
    await anna.sign_in(OLGA)
    await anna.go("/look")
    await anna.press("Keep this colour", chosen="", colour="red;}")
    assert anna.status == 422
    assert anna.faults == ["Error: A colour is written as # and six digits, such as #0f6b5e."]
    await anna.press("Use this name", name="")
    assert anna.status == 422
    for asked in ("red-123456789abc", "ffcc00", "ffcc00-1", "", "plain-zzzzzzzzzzzz"):
        await anna.go(f"/look.css?{asked}")
        assert anna.status == 404, asked


async def test_a_program_of_a_steward_changes_the_look(alpha: House) -> None:
    olga = await alpha.member(OLGA, alpha.network)
    steward = Program(alpha, alpha.network, await alpha.token(olga, alpha.network))
    stranger = Program(alpha, alpha.network, None)
    assert (await stranger.get("/look")).told(200)["colour"] is None
    assert (await stranger.call("PUT", "/look", {"colour": "#123456"})).is_problem(401)
    wanted = {"colour": "#FFCC00", "name": "Semeurs"}
    changed = (await steward.call("PUT", "/look", wanted)).told(200)
    must_fit(changed, "Look")
    assert (changed["colour"], changed["name"]) == ("#ffcc00", "Semeurs")
    assert (await steward.call("PUT", "/look", {"colour": "yellow"})).is_problem(422)
    assert (await steward.call("PUT", "/look", {"mark": "17"})).is_problem(404)
    undone = (await steward.post("/look/undo", None)).told(200)
    assert (undone["colour"], undone["canBeUndone"]) == (None, True)
    assert (await steward.delete("/look")).status == 204


def test_the_colours_of_the_stylesheet_are_read_from_it() -> None:
    day, night = looks.tokens()
    assert day.keys() == night.keys()
    assert looks.used("") == (day["--accent"], night["--accent"])
