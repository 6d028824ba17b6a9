"""Reading without account: every page, in both languages, as clean HTML."""

import re

import aiohttp
import html5lib
import lxml.html
import pytest
from together.raw import talk
from together.reader import Reader, reading
from together.street import House, Street, a_sheet
from together.tour import tour
from yarl import URL

from actors.verbs import forgetting, remarking
from actors.views import history
from federation import callers

OPEN_TO_ALL = ("/", "/about", "/directory", "/organisations", "/@coop", "/sign-in", "/nowhere")
FIRST_VISIT = 60 * 1024
"""Bytes of a first page with all that it loads: two seconds on a slow telephone line."""

OF_A_MODEL = ("", "/translations", "/versions", "/versions/1", "/compare?from=1&to=1")


async def publish(alpha: House) -> str:
    model = await alpha.publish(await alpha.actor("coop"))
    return str(model.slug)


def judge(page: lxml.html.HtmlElement, language: str) -> None:
    """What must hold of every page."""
    assert page.get("lang") == language
    assert len(page.findall(".//h1")) == 1
    assert page.find(".//main") is not None
    assert page.find(".//title").text.strip()
    for tag in ("style", "iframe", "object"):
        assert not page.findall(f".//{tag}"), tag
    for script in page.iter("script"):
        if script.get("src") is not None:  # ours, and nothing inline
            assert script.get("src").startswith("/static/")
            assert not script.text
        else:
            assert script.get("type") == "application/ld+json"  # words for programs, never run
    assert not page.xpath("//@style | //@onclick | //@onload | //@onsubmit")
    for picture in page.iter("img"):
        assert picture.get("alt") is not None
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1]
    for label in page.xpath("//label/@for"):
        assert label in ids, label
    for described in page.xpath("//@aria-describedby | //@aria-labelledby"):
        assert set(described.split()) <= set(ids), described
    for link in page.xpath("//a[starts-with(@href, '#')]/@href"):
        assert link[1:] in ids, link
    for loaded in page.xpath(
        "//img/@src | //link[@rel='stylesheet']/@href | //link[@rel='icon']/@href"
    ):
        assert loaded.startswith("/static/")
    for field in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        named = field.get("id") in page.xpath("//label/@for") or any(
            parent.tag == "label" for parent in field.iterancestors()
        )
        assert named, lxml.html.tostring(field)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_page_is_sound_in_both_languages(
    alpha: House, reader: Reader, language: str
) -> None:
    slug = await publish(alpha)
    reader.language = language
    for path in (*OPEN_TO_ALL, *(f"/m/{slug}{end}" for end in OF_A_MODEL)):
        await reader.go(path)
        assert reader.status == (404 if path == "/nowhere" else 200), path
        judge(reader.page, language)
        assert reader.headers["Content-Language"] == language
        assert "unsafe" not in reader.headers["Content-Security-Policy"]


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_page_of_a_member_is_sound_too(
    alpha: House, anna: Reader, language: str
) -> None:
    slug = await publish(alpha)
    anna.language = language
    paths = ["/", "/space", "/notices", "/acting", "/write", "/directory", "/@coop"]
    ends = ["", "/edit", "/fork", "/delete", "/translations", "/translations/it", "/glossary"]
    for path in (*paths, "/glossary", *(f"/m/{slug}{end}" for end in ends)):
        await anna.go(path)
        assert anna.status == 200, path
        judge(anna.page, language)
        assert "no-store" in anna.headers["Cache-Control"]


async def test_every_page_is_html_as_the_standard_has_it(street: Street, alpha: House) -> None:
    strict = html5lib.HTMLParser(strict=True)
    with pytest.raises(html5lib.html5parser.ParseError):
        strict.parse("<!DOCTYPE html><title>So</title><p>it would <b>find</p> this")
    for email, paths in (await tour(street, alpha)).whose.items():
        async with reading(alpha, street) as somebody:
            if email:
                await somebody.sign_in(email)
            for path in paths:
                await somebody.go(path)
                strict.parse(somebody.html)


async def test_what_a_first_visit_loads_is_light(
    street: Street, alpha: House, reader: Reader, anna: Reader
) -> None:
    slug = await publish(alpha)
    for path in ("/", "/directory", f"/m/{slug}"):
        loaded = [
            path,
            *(await reader.go(path)).page.xpath(
                "//link[@rel='stylesheet' or @rel='icon']/@href | //img/@src | //script/@src"
            ),
        ]
        assert sum([await _weight(street, alpha, one) for one in loaded]) < FIRST_VISIT, loaded
    await anna.go("/space")
    assert "Content-Encoding" not in anna.headers  # its length would tell of its secret


async def _weight(street: Street, alpha: House, path: str) -> int:
    """Bytes of a body as they travel to a browser that reads gzip."""
    connector = aiohttp.TCPConnector(resolver=street.names, ssl=street.trust)
    asking = aiohttp.ClientSession(connector=connector, auto_decompress=False)
    headers = {"Accept": "text/html", "Accept-Encoding": "gzip"}
    async with asking as session, session.get(alpha.url(path), headers=headers) as answer:
        assert answer.headers["Content-Encoding"] == "gzip", path
        assert "Accept-Encoding" in answer.headers["Vary"]
        return len(await answer.read())


async def test_the_language_is_asked_for_then_remembered(reader: Reader) -> None:
    await reader.go("/how-it-works")
    assert reader.heading == "How it works"
    await reader.follow("Français")
    assert reader.heading == "Comment ça marche"
    await reader.go("/how-it-works")
    assert reader.heading == "Comment ça marche"


async def test_an_empty_instance_says_what_to_do(street: Street, reader: Reader) -> None:
    await reader.go("/")
    assert "No model has been published yet." in reader.text
    assert "What the networks we follow publish will appear here" in reader.text


async def test_a_model_shows_all_that_its_readers_need(alpha: House, reader: Reader) -> None:
    slug = await publish(alpha)
    await reader.go(f"/m/{slug}")
    assert reader.heading == "Atelier de réparation (en)"
    for words in (
        "Coopérative Alpha",
        "Version 1",
        "CC-BY-SA-4.0",
        "Core",
        "Adaptable",
        "The principle",
    ):
        assert words in reader.text
    assert "Not yet in English: shown in French." in reader.text
    page = reader.page
    [alternate] = page.xpath("//link[@type='application/activity+json']/@href")
    assert alternate == f"https://alpha.test/models/{slug}"
    assert page.xpath("//meta[@name='fediverse:creator']/@content") == ["@coop@alpha.test"]
    assert page.xpath("//meta[@property='og:title']/@content") == ["Atelier de réparation (en)"]
    await reader.follow("Français")
    assert reader.address.endswith("?text=fr") or "lang=fr" in reader.address


async def test_the_text_can_be_read_in_another_language_than_the_page(
    alpha: House, reader: Reader
) -> None:
    slug = await publish(alpha)
    await reader.go(f"/m/{slug}?text=fr")
    assert reader.page.find(".//h1").get("lang") == "fr"
    assert "Le principe" in reader.text
    assert "In this model" in reader.text


async def test_the_page_of_a_model_has_one_order_and_its_contents_lead_there(
    alpha: House, reader: Reader
) -> None:
    await reader.go(f"/m/{await publish(alpha)}")
    page = reader.page
    parts = ["practice", "adaptations", "versions", "conversation"]
    assert [one for one in page.xpath("//main//h2/@id") if one in parts] == parts
    ids = page.xpath("//@id")
    assert sorted(set(ids)) == sorted(ids)
    for contents in page.xpath("//*[contains(@class, 'contents')]"):
        ways = contents.xpath(".//a/@href")
        assert {way.removeprefix("#") for way in ways} <= set(ids)
        assert set(parts) <= {way.removeprefix("#") for way in ways}


async def test_the_address_on_the_wire_shows_the_page_to_people(
    alpha: House, reader: Reader
) -> None:
    slug = await publish(alpha)
    for path in (f"/models/{slug}", f"/models/{slug}/versions/1", "/actors/coop"):
        await reader.go(path)
        assert reader.status == 200
        assert reader.headers["Content-Type"].startswith("text/html")
        assert "Accept" in reader.headers["Vary"]


async def test_the_directory_finds_by_words_language_and_family(
    alpha: House, reader: Reader
) -> None:
    await publish(alpha)
    await reader.go("/directory")
    await reader.press("Search", q="reparation")
    assert "Atelier de réparation" in reader.text
    await reader.press("Search", q="hosting")
    assert "Nothing was found here." in reader.text
    await reader.press("Search", q="", language="it")
    assert "Nothing was found here." in reader.text
    await reader.press("Search", language="en")
    assert "Atelier de réparation" in reader.text


async def test_the_history_says_what_changed(alpha: House, anna: Reader) -> None:
    slug = await publish(alpha)
    await anna.go(f"/m/{slug}/edit")
    await anna.press(
        "Publish the new version", s0__text__fr="On répare et on apprend.", note="Mieux dit"
    )
    await anna.go(f"/m/{slug}/versions")
    assert "Version 2" in anna.text
    assert "Mieux dit" in anna.text
    assert "Changed: The principle Core (French)" in anna.text
    await anna.press("Compare")
    assert anna.heading == "From version 1 to version 2"
    assert "apprend" in "".join(one.text_content() for one in anna.page.iter("ins"))
    await anna.go(f"/m/{slug}/versions/1")
    assert "This version is kept as it was." in anna.text
    assert "On répare ensemble." in anna.text or "People mend" in anna.text


async def test_a_page_that_has_not_changed_is_not_sent_again(alpha: House, reader: Reader) -> None:
    slug = await publish(alpha)
    await reader.go(f"/m/{slug}")
    assert reader.headers["Cache-Control"].startswith("public")
    headers = {
        "Accept": "text/html",
        "Accept-Language": "en",
        "If-None-Match": reader.headers["ETag"],
    }
    async with reader.session.get(alpha.url(f"/m/{slug}"), headers=headers) as again:
        assert again.status == 304
        assert await again.read() == b""


async def test_static_files_are_kept_for_a_year(alpha: House, reader: Reader) -> None:
    await reader.go("/")
    [sheet] = reader.page.xpath("//link[@rel='stylesheet']/@href")
    async with reader.session.get(alpha.url(sheet)) as answer:
        assert answer.content_type == "text/css"
        assert "immutable" in answer.headers["Cache-Control"]
        css = await answer.text()
    assert not re.search(r"url\(|@import", css)
    await reader.go("/static/../static.py")
    assert reader.status == 404


@pytest.mark.parametrize(
    "path", ["/m/nothing", "/m/12345", "/@nobody", "/@a@b.test", "/remarks/7", "/remarks/x"]
)
async def test_what_is_not_there_gets_a_page_that_helps(reader: Reader, path: str) -> None:
    await reader.go(path)
    assert reader.status == 404
    assert reader.heading == "There is nothing at this address"
    assert reader.page.xpath("//form[@role='search']")


async def test_a_deleted_model_says_so_in_french_too(alpha: House, reader: Reader) -> None:
    slug = await publish(alpha)
    async with alpha.begin() as session:
        model = await history.model_by_slug(session, slug)
        assert model is not None
        await forgetting.delete_model(session, alpha.site, model)
    reader.language = "fr"
    await reader.go(f"/m/{slug}")
    assert reader.status == 410
    assert reader.heading == "Ceci a été supprimé"
    assert "Ce modèle a été supprimé par son organisation." in reader.text


async def test_nothing_that_was_written_becomes_markup(alpha: House, reader: Reader) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))"
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop, a_sheet("<b>Titre</b>", text=evil))
    async with alpha.begin() as session:
        await remarking.remark(session, alpha.site, coop, text=evil, in_reply_to=model)
    for path in (f"/m/{model.slug}?text=fr", f"/m/{model.slug}/versions", "/", "/@coop"):
        await reader.go(path)
        judge(reader.page, "en")
        assert not reader.page.xpath("//a[starts-with(@href, 'javascript')]")
        assert not reader.page.xpath("//h1/b")


@pytest.mark.parametrize("path", ["/m/%00", "/@%00", "/@a@%00", "/directory?q=%00&language=%00"])
async def test_an_address_with_nul_is_refused(reader: Reader, path: str) -> None:
    await reader.go(str(URL(path, encoded=True)))
    assert reader.status == 400


@pytest.mark.parametrize("path", ["/m/%ED%A0%80", "/@%FF"])
async def test_characters_that_a_database_cannot_hold_are_nobodys_name(
    reader: Reader, path: str
) -> None:
    await reader.go(str(URL(path, encoded=True)))
    assert reader.status == 404


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"email=\xff&password=\x00"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"a=b"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("text/plain", b"hello"),
    ],
)
async def test_what_is_no_form_is_refused_and_breaks_nothing(
    alpha: House, reader: Reader, kind: str, body: bytes
) -> None:
    headers = {"Content-Type": kind, "Accept": "text/html"}
    async with reader.session.post(alpha.url("/sign-in"), data=body, headers=headers) as answer:
        assert 400 <= answer.status < 500


async def test_a_broken_page_number_is_refused(reader: Reader) -> None:
    await reader.go("/directory?page=1'--")
    assert reader.status == 404


async def test_who_sends_too_much_at_once_is_told_how_long_to_wait(
    alpha: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "BODIES_AT_ONCE", 0)
    head = f"POST /sign-in HTTP/1.1\r\nHost: {alpha.host}\r\nAccept: text/html\r\n"
    form = "Accept-Language: en\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    heard = await talk(alpha, f"{head}{form}Content-Length: 99\r\n\r\n".encode())
    assert heard.statuses == [429]
    assert "It can work again in 5 seconds." in heard.text.decode()
    assert "Please try again in a moment" in heard.text.decode()


async def test_a_page_that_is_not_there_says_so_once(reader: Reader) -> None:
    await reader.go("/nowhere")
    assert reader.text.count("There is nothing at this address") == 1


async def test_an_address_that_only_takes_a_form_says_so_in_plain_words(anna: Reader) -> None:
    await anna.go("/followers")
    assert anna.status == 405
    assert "has no page of its own" in anna.text
    assert "Not Allowed" not in anna.text
