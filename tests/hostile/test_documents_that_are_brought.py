"""Documents of strangers that somebody brings: their texts and names stay words, wherever shown."""

from html import escape

import pytest
from together.documents import docx, odt, paragraph
from together.payloads import HTML, PAYLOADS, runs
from together.reader import reading
from together.street import House, Street

ANNA = "anna@example.org"
LINK = '<w:hyperlink r:id="evil"><w:r><w:t>[x](javascript:alert(8))</w:t></w:r></w:hyperlink>'


def in_word() -> bytes:
    words = escape(PAYLOADS)
    return docx(
        paragraph(escape(HTML), "Title"),
        paragraph(f"![y](javascript:alert(9)) {words}"),
        paragraph(words, "1"),
        f"<w:p>{LINK}</w:p>".replace(' r:id="evil"', ""),
        footer=words,
    )


def in_libre_office() -> bytes:
    return odt((1, PAYLOADS), (0, PAYLOADS), [PAYLOADS, HTML], (2, HTML))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        (f"{HTML}.docx", in_word()),
        (f"\u202exslx{HTML}.odt", in_libre_office()),
        (f'"; filename="x.html"{HTML}.md', f"# {PAYLOADS}\n\n{PAYLOADS}".encode()),
        ("a.html", f"<title>{escape(HTML)}</title><h1>{PAYLOADS}</h1><p>{PAYLOADS}".encode()),
    ],
)
async def test_nothing_of_it_runs(street: Street, alpha: House, name: str, file: bytes) -> None:
    await alpha.member(ANNA, await alpha.organisation("coop", "Coop"))
    async with reading(alpha, street) as anna:
        await anna.sign_in(ANNA)
        await anna.go("/bring")
        await anna.attach("Bring it as a draft", file, called=name)
        assert anna.path.startswith("/drafts/"), anna.text
        assert list(runs(anna.html)) == []
        await anna.press("Preview")
        assert anna.status == 200
        assert list(runs(anna.html)) == []
        await anna.go("/space")
        assert list(runs(anna.html)) == []
