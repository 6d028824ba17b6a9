"""What a name, a title, a file or a cell may hold to deceive those who read it, in every place."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from aiohttp import FormData
from lxml import etree
from together.reader import Reader, reading
from together.stranger import AS2, Stranger, moved_in
from together.street import House, Street, a_sheet

from actors.rules import cells
from actors.rules.permissions import Office
from actors.tables.actor import Actor

TURNED = "gro\u202elive"
HIDDEN = "a\u200bb\u2066c\ufeffd"
SCRIPT = "<script>alert(1)</script>"
DECEIVING = re.compile("[\u202a-\u202e]")
OLGA = "olga@example.org"


@pytest.fixture
async def alpha(street: Street) -> House:
    """An instance with its steward."""
    (house,) = await street.open("alpha")
    await house.member(OLGA, house.network, Office.STEWARD)
    return house


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    """Somebody elsewhere."""
    async with moved_in(street) as stranger:
        yield stranger


@pytest.fixture
async def olga(alpha: House, street: Street) -> AsyncIterator[Reader]:
    """Signed in."""
    async with reading(alpha, street) as browser:
        yield await browser.sign_in(OLGA)


async def test_nobody_elsewhere_turns_or_hides_words_on_our_pages(
    street: Street, alpha: House, mallory: Stranger, olga: Reader
) -> None:
    coop = await alpha.organisation("coop")
    model = await alpha.publish(coop, a_sheet(f"Atelier {TURNED}"))
    said = mallory.actor(name=f"{TURNED} {HIDDEN}\x0b\u2028{SCRIPT}", summary=f"<p>{TURNED}</p>")
    mallory.documents["/users/mallory"] = (200, said)
    found = await alpha.lookup.resolve(mallory.iri)
    assert isinstance(found, Actor)
    assert found.name == f"grolive abcd {SCRIPT}"
    note = mallory.note(
        content=f"<p>{TURNED} <a href='https://evil.test/{TURNED}' title='{TURNED}'>x</a></p>",
        summary=TURNED,
        inReplyTo=model.iri,
        tag=[
            {"type": "Hashtag", "name": f"#{TURNED}", "href": "https://evil.test/t"},
            {"type": "Emoji", "name": f":{SCRIPT}:", "icon": {"type": "Image", "url": "x"}},
        ],
        attachment=[
            {"type": "Image", "url": "https://evil.test/x.png", "name": f"{TURNED}{SCRIPT}"}
        ],
        to=[f"{AS2}#Public", coop.iri],
    )
    assert (await mallory.send(alpha, mallory.activity("Create", note))).status == 202
    await street.settle()
    paths = [f"/m/{model.slug}", "/@mallory@evil.test", f"/directory?q={quote(TURNED)}", "/@coop"]
    for path in [*paths, "/", "/nowhere" + quote(TURNED), f"/m/{model.slug}/versions/1/cite"]:
        await olga.go(path)
        assert not DECEIVING.search(olga.html), path
        assert SCRIPT not in olga.html, path
    assert "grolive abcd &lt;script&gt;" in (await olga.go("/@mallory@evil.test")).html


async def test_a_feed_is_xml_whatever_a_title_holds(alpha: House, olga: Reader) -> None:
    coop = await alpha.organisation("coop")
    await alpha.publish(coop, a_sheet(f"Atelier {TURNED} ]]> & <b> \x0b\x1f\ufffe"))
    for path in ("/directory.atom?q=atelier", "/sitemaps/0.xml"):
        async with olga.session.get(alpha.url(path)) as answer:
            body = await answer.read()
        assert etree.fromstring(body) is not None, path
        assert not DECEIVING.search(body.decode()), path
        assert "atelier" in body.decode().lower(), path


@pytest.mark.parametrize(
    "name", ["../../etc/x.md", "a\u202efdp.md", 'x"; X-Y: z.md', f"{SCRIPT}.md"]
)
async def test_what_a_file_is_called_is_a_label_and_nothing_else(
    alpha: House, olga: Reader, name: str
) -> None:
    await olga.go("/bring")
    (token, *_) = (one.get("value") for one in olga.page.xpath("//input[@name='token']"))
    data = FormData({"token": token, "do": "bring"})
    text = f"# {TURNED}\n\n=cmd|' /C calc'!A0 {SCRIPT} [x](javascript:alert(1) '{TURNED}')\n"
    data.add_field("file", text.encode(), filename=name, content_type="text/markdown")
    async with olga.session.post(alpha.url("/bring"), data=data) as answer:
        html = await answer.text()
        assert answer.status in (200, 422)
        assert "X-Y" not in answer.headers
    assert not DECEIVING.search(html)
    assert SCRIPT not in html
    assert "../" not in html
    assert 'href="javascript' not in html


async def test_a_list_of_members_deceives_nobody(alpha: House, olga: Reader) -> None:
    await olga.go("/members/import")
    lines = f"Nom;Courriel;Site web\n{TURNED}{HIDDEN};a@b.example;javascript:alert(1)\n"
    lines += f"{SCRIPT};c@d.example;\n=HYPERLINK(1);e@f.example;\n"
    await olga.press("Look through it", list=lines)
    assert "groliveabcd" in olga.text
    assert not DECEIVING.search(olga.html)
    assert SCRIPT not in olga.html
    assert 'href="javascript' not in olga.html


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_of_ours_is_a_formula(sign: str) -> None:
    assert cells.plain(f"{sign}1+1") == f"'{sign}1+1"
    assert cells.typed(cells.plain(f"{sign}1+1")) == f"{sign}1+1"
    assert cells.plain(f"a{sign}") == f"a{sign}"
    assert cells.typed("'a") == "'a"
