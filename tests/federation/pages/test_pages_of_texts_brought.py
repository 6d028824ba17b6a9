"""A text that somebody has already becomes a draft, and nothing of it is dropped in silence."""

from together.documents import docx, odt, paragraph
from together.reader import Reader
from together.street import House, Street, a_sheet

from actors.views import drafts

WORD = docx(
    paragraph("Repair café", "Title"),
    paragraph("It began in Bologna."),
    paragraph("Le problème", "1"),
    paragraph("Too much is thrown away."),
    paragraph("Numbers", "2"),
    paragraph("A tonne a year."),
    paragraph("Quelque chose", "1"),
    paragraph("Anything."),
    footer="Version of May",
)


async def send(anna: Reader, name: str, file: bytes, **fields: str) -> Reader:
    """Choose a file on the page, and send it."""
    await anna.go("/bring")
    return await anna.attach("Bring it as a draft", file, called=name, **fields)


async def test_texts_become_drafts_with_what_was_understood_and_what_was_not(
    anna: Reader,
) -> None:
    await anna.go("/space")
    await anna.follow("Bring a text you already have")
    assert "a draft that only your organisation sees" in anna.text
    await send(anna, "atelier.docx", WORD, language="fr")
    assert anna.path.startswith("/drafts/")
    first = anna.path
    assert "The text is a draft now." in anna.text
    (told,) = anna.page.find_class("brought")
    words = " ".join(told.text_content().split())
    assert "what stands before the first heading" in words
    assert "Le problème → The problem" in words
    assert "Quelque chose → Activities (not told by its heading: please choose below)" in words
    assert "Foot of the pages: Version of May" in words
    assert anna.page.xpath("//input[@name='name.fr']")[0].value == "Repair café"
    texts = [area.value.strip() for area in anna.page.xpath("//textarea[contains(@name, '.text')]")]
    assert texts[:3] == [
        "It began in Bologna.",
        "Too much is thrown away.\n\n### Numbers\n\nA tonne a year.",
        "Anything.",
    ]
    assert anna.page.xpath("//select[@name='license']")[0].value == ""
    await anna.press_exactly("Publish", unfinished="yes")
    assert anna.status == 422  # rights are not assumed
    await anna.go(first)
    await anna.press("I have read this: put it away")
    assert not anna.page.find_class("brought")
    assert "Too much is thrown away." in anna.text

    await send(anna, "Atelier.ODT", odt((1, "Per chi"), (0, "Tutti."), (1, "Costi"), ["uno"]))
    assert "Per chi → Whom it serves" in " ".join(anna.text.split())
    assert "Everything was taken over." in anna.text

    page = "<title>Elsewhere</title><nav>Menu</nav><article><h1>A garden</h1><p>We <b>dig</b>."
    page += "<script>alert(1)</script><img src='/x/spade.png?1' alt='A spade'><h2>Costs</h2><p>10 €"
    await send(anna, "saved.html", page.encode())
    words = " ".join(anna.text.split())
    assert "Picture: A spade · spade.png" in words
    assert "Around the text: Menu" in words
    assert "We **dig**." in anna.text
    assert "alert(1)" not in anna.text
    assert anna.page.xpath("//input[@name='name.en']")[0].value == "A garden"


async def test_the_page_of_another_site_is_brought_through_the_guard(
    street: Street, alpha: House, anna: Reader
) -> None:
    (beta,) = await street.open("beta")
    coop = await beta.organisation("rete", "Rete")
    model = await beta.publish(coop, a_sheet())
    await send(anna, "", b"", address=f"{beta.origin}/m/{model.slug}")
    assert anna.path.startswith("/drafts/"), anna.text
    assert beta.origin in anna.text
    for address, words in (
        ("http://127.0.0.1/secret", "This address cannot be called from here."),
        ("not an address", "This is not the address of a page."),
        (f"{beta.origin}/static/icon.svg", "There is no page with a text at this address."),
        (f"{beta.origin}/nothing", "Their site knows nothing under this name or address."),
        ("", "Please choose a file, or give the address of a page."),
    ):
        await send(anna, "", b"", address=address)
        assert anna.status == 422
        assert words in anna.text, address


async def test_what_cannot_be_read_changes_nothing(alpha: House, anna: Reader) -> None:
    for name, file, words in (
        ("old.doc", b"\xd0\xcf", "Save it as DOCX, ODT, Markdown or HTML"),
        ("not.docx", b"PK\x03\x04 not a zip", "it is damaged, or something else"),
        ("empty.md", b" \n", "There is no text in this document."),
    ):
        await send(anna, name, file)
        assert anna.status == 422
        assert words in anna.text
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        assert await drafts.of(session, coop) == []
