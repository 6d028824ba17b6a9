"""Rereading: one document of a stranger as Markdown, in a process of its own.

This file is a program. `reading_room` starts it for each document, by its path, with
nothing of ours around it: no database, no secret, no environment. A document that swells (a bomb of
zip or XML), or that a library cannot bear, ends with this process. It opens no address: what a
document refers to stays where it is.

It reads one JSON object on standard input (`source` a path, or `data` in base64; `kind`: docx, odt,
html or markdown; `charset`; `base`, the address of a page) and writes one on standard output:
`title`, `markdown`, and `left`: pairs of a word and what was left out. Or `fault`, one word:
unreadable, large.
"""

import base64
import io
import json
import re
import resource
import sys
import zipfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import mammoth
import markdownify
import nh3
from bs4 import BeautifulSoup, Tag
from bs4.dammit import UnicodeDammit
from lxml import etree
from odfdo import Document

CPU_SECONDS: Final = 20
"""A book of five hundred pages takes five, on a slow machine."""

MEMORY: Final = 1024 * 1024 * 1024
"""Bytes of addresses: the libraries take a fifth of it before anything is read."""

LARGEST_UNPACKED: Final = 128 * 1024 * 1024
"""Bytes that the parts of a packed document may have together, as they are announced; pictures are
most of it. What lies about its size is stopped by the memory.
"""

LONGEST: Final = 1_000_000
"""Characters of Markdown: four times what a sheet may hold."""

CHROME: Final = ("nav", "header", "footer", "aside", "form", "dialog")
"""What stands around the text of a page. Left out, and told."""

EMBEDDED: Final = ("iframe", "object", "embed", "audio", "video")
"""What plays in a page; told, as a picture is."""

RUNS: Final = {
    "script", "style", "noscript", "template", "svg", "canvas", "button", "select", "textarea",
    "math",
}  # fmt: skip
"""What runs, draws or is filled in. Gone with its content, like comments."""

KEPT: Final = nh3.ALLOWED_TAGS | {
    *CHROME, *EMBEDDED, "title", "body", "main", "article", "section", "figure",
    "figcaption", "img",
}  # fmt: skip
_ATTRIBUTES: Final = {"*": {"role"}, "a": {"href"}, "img": {"src", "alt"}} | {
    name: {"src", "title"} for name in EMBEDDED
}

PROLOG: Final = 4096
"""Bytes of a part that are searched for a document type; limits hold for what stands behind."""

MARGINS: Final = re.compile(r"word/(header|footer|comments)\d*\.xml")
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SAFE: Final[dict[str, Any]] = {"resolve_entities": False, "no_network": True, "huge_tree": False}

Left = list[tuple[str, str]]


class Refused(Exception):
    """The document is not read; the text is the word for it."""


def main() -> None:
    """Do what standard input says."""
    order = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        made = reread(order)
    except Refused as refused:
        made = {"fault": str(refused)}
    except MemoryError:
        made = {"fault": "large"}
    except Exception:  # noqa: BLE001 - whatever a library says of a document: it cannot be read
        made = {"fault": "unreadable"}
    json.dump(made, sys.stdout)


def reread(order: dict[str, Any]) -> dict[str, Any]:
    """The document as Markdown, and what was left out.

    Raises:
        Refused: it is too large.
    """
    data = base64.b64decode(order["data"]) if "data" in order else _read(order["source"])
    left: Left = []
    kind = order["kind"]
    if kind == "docx":
        title, markdown = _docx(data, left)
    elif kind == "odt":
        title, markdown = _odt(data, left)
    elif kind == "html":
        title, markdown = _html(_tree(data, order["charset"]), left, order.get("base", ""))
    else:
        title, markdown = "", data.decode(order["charset"] or "utf-8-sig")
    if len(markdown) > LONGEST:
        raise Refused("large")
    return {"title": title, "markdown": markdown, "left": left}


def _read(path: str) -> bytes:
    return Path(path).read_bytes()


def _unpacked(data: bytes) -> zipfile.ZipFile:
    packed = zipfile.ZipFile(io.BytesIO(data))
    if sum(entry.file_size for entry in packed.infolist()) > LARGEST_UNPACKED:
        raise Refused("large")
    for entry in packed.infolist():
        if entry.filename.endswith((".xml", ".rels")):
            with packed.open(entry) as part:
                if b"<!DOCTYPE" in part.read(PROLOG):
                    raise Refused("unreadable")  # no word processor writes one; bombs need it
    return packed


def _docx(data: bytes, left: Left) -> tuple[str, str]:
    """A document of Word. The marks of a picture stay, without its bytes."""
    with _unpacked(data) as packed:
        for name in packed.namelist():
            place = MARGINS.fullmatch(name)
            if place:
                root = etree.fromstring(packed.read(name), etree.XMLParser(**_SAFE))
                _tell(left, place[1], " ".join(node.text or "" for node in root.iter(f"{_WORD}t")))
    done = mammoth.convert_to_html(
        io.BytesIO(data),
        style_map="p[style-name='Title'] => h1.title:fresh\np[style-name='Subtitle'] => p:fresh",
        convert_image=mammoth.images.img_element(lambda _: {"src": ""}),
    )
    for message in dict.fromkeys(one.message for one in done.messages):
        _tell(left, "form", message)
    soup = BeautifulSoup(done.value, "html.parser")
    named = soup.find("h1", class_="title")
    title = named.get_text(" ", strip=True) if named else ""
    if named and named.find_previous(string=True) is None:
        named.extract()
    return title, _html(soup, left, "")[1]


def _odt(data: bytes, left: Left) -> tuple[str, str]:
    """A document of LibreOffice and others."""
    with _unpacked(data) as packed:
        for name, place in (("styles.xml", "header"), ("styles.xml", "footer")):
            root = etree.fromstring(packed.read(name), etree.XMLParser(**_SAFE))
            for node in root.iter(f"{{urn:oasis:names:tc:opendocument:xmlns:style:1.0}}{place}"):
                _tell(left, place, " ".join(node.itertext()))
        root = etree.fromstring(packed.read("content.xml"), etree.XMLParser(**_SAFE))
    office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
    for note in root.iter(f"{office}annotation"):
        _tell(left, "comments", " ".join(note.itertext()))
    draw = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
    for image in root.iter(f"{draw}image"):
        frame = image.getparent()
        name = "" if frame is None else frame.get(f"{draw}name", "")
        left.append(("picture", name or "?"))
    document = Document(io.BytesIO(data))
    markdown = re.sub(r"!\[[^\]\n]*\]\([^)\n]*\)", "", str(document.to_markdown()))
    return str(document.meta.title or ""), markdown


def _tree(data: bytes, charset: str | None) -> BeautifulSoup:
    """A page as browsers build it, without what runs."""
    text = UnicodeDammit(data, [charset] if charset else [], is_html=True).unicode_markup or ""
    plain = nh3.clean(
        text,
        tags=KEPT - RUNS,
        clean_content_tags=RUNS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )
    return BeautifulSoup(plain, "html.parser")


def _html(soup: BeautifulSoup, left: Left, base: str) -> tuple[str, str]:
    """The text of a page: its article if it has one."""
    named = soup.find("title")
    title = named.extract().get_text(" ", strip=True) if named else ""
    for element in soup.find_all(list(EMBEDDED)):
        _tell(left, "media", str(element.get("title") or element.get("src") or element.name))
        element.extract()
    text = _article(soup)
    for element in text.find_all(list(CHROME)):
        if element.name != "header" or element.find(re.compile("^h[1-6]$")) is None:
            _tell(left, "around", element.get_text(" ", strip=True))
            element.extract()
    for image in text.find_all("img"):
        alt, file = str(image.get("alt") or "").strip(), str(image.get("src") or "")
        file = "" if file.startswith("data:") else file.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
        left.append(("picture", " · ".join(filter(None, (alt, file))) or "?"))
        image.extract()
    for link in text.find_all("a"):
        _settle(link, left, base)
    if text is not soup:
        text.extract()
        _tell(left, "around", soup.get_text(" ", strip=True))
    converter = markdownify.MarkdownConverter(heading_style="atx", bullets="-", autolinks=False)
    return title, re.sub(r"\n{3,}", "\n\n", converter.convert_soup(text)).strip()


def _settle(link: Tag, left: Left, base: str) -> None:
    """A link leads where it led in the page; where that is not known, its words stay."""
    said = str(link.get("href") or "")
    whole = urljoin(base, said)
    if whole.startswith(("http://", "https://", "mailto:")) and not said.startswith("#"):
        link["href"] = whole
        return
    if said and not said.startswith("#"):
        _tell(left, "link", f"{link.get_text(' ', strip=True)} ({said})")
    link.unwrap()


def _article(page: BeautifulSoup) -> Tag:
    """Where the text is: the one article, else the main part, else all of it."""
    articles = [one for one in page.find_all("article") if one.find_parent("article") is None]
    if len(articles) == 1:
        return articles[0]
    main = page.find("main") or page.select_one('[role="main"]')
    return main if isinstance(main, Tag) else page


def _tell(left: Left, kind: str, said: str) -> None:
    words = " ".join(said.split())
    if words:
        left.append((kind, words))


if __name__ == "__main__":
    main()
