"""Documents of strangers: what swells is refused before it does, and nothing is opened."""

import base64
from typing import Any

import pytest
from together.documents import docx, packed, paragraph

from federation.files import rereading
from federation.files.rereading import Refused

BILLION = '<!DOCTYPE w [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {new} "{f"&{old};" * 20}">' for old, new in zip("abcdefg", "bcdefgh", strict=True)
)
OUTSIDE = '<!DOCTYPE w [<!ENTITY h SYSTEM "file:///etc/passwd">'


def read(kind: str, data: bytes) -> dict[str, Any]:
    """What the program answers."""
    order = {"data": base64.b64encode(data).decode(), "kind": kind, "charset": None}
    return rereading.reread(order)


@pytest.mark.parametrize(
    ("kind", "data", "fault"),
    [
        ("docx", docx(paragraph("&h;"), start=BILLION + "]>"), "unreadable"),
        ("docx", docx(paragraph("&h;"), start=OUTSIDE + "]>"), "unreadable"),
        ("odt", packed({"content.xml": bytes(rereading.LARGEST_UNPACKED + 1)}), "large"),
        ("markdown", b"a" * (rereading.LONGEST + 1), "large"),
    ],
)
def test_what_swells_or_reaches_out_is_refused(kind: str, data: bytes, fault: str) -> None:
    with pytest.raises(Refused, match=fault):
        read(kind, data)


def test_what_stands_around_the_text_of_a_page_is_told_and_what_runs_is_gone() -> None:
    made = read(
        "html",
        b"<title>Site</title><nav>Menu</nav><main><header><h1>A garden</h1></header>"
        b"<p>We <b>dig</b>.<script>alert(1)</script><form>Write to us</form>"
        b"<iframe title=Film></iframe><img src='data:image/png;base64,AA' alt=''>"
        b"<p><a href='/there'>there</a> <a href='https://a.example/'>us</a></p>"
        b"<table><tr><th>a</th></tr><tr><td>1</td></tr></table></main><footer>Legal</footer>",
    )
    assert made["title"] == "Site"
    assert made["markdown"].startswith("# A garden\n\nWe **dig**.")
    assert "| a |" in made["markdown"]
    assert "alert" not in made["markdown"]
    assert "[us](https://a.example/)" in made["markdown"]
    assert sorted(made["left"]) == [
        ("around", "Menu Legal"),
        ("around", "Write to us"),
        ("link", "there (/there)"),
        ("media", "Film"),
        ("picture", "?"),
    ]


def test_the_encoding_of_a_page_is_the_one_it_names_itself() -> None:
    assert "été" in read("html", "<meta charset=latin-1><p>été".encode("latin-1"))["markdown"]
