"""Documents of a word processor, as small as they can be."""

import io
import zipfile
from collections.abc import Mapping, Sequence

import odfdo

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_STYLES = {"Title": "Title", "1": "heading 1", "2": "heading 2"}
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKED = "http://schemas.openxmlformats.org/package/2006"


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Files in one."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def paragraph(text: str, style: str = "") -> str:
    """One paragraph of Word; its style is `Title`, `1` or `2`."""
    styled = f'<w:pPr><w:pStyle w:val="S{style}"/></w:pPr>' if style else ""
    return f"<w:p>{styled}<w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(*paragraphs: str, footer: str = "", start: str = "") -> bytes:
    """A document of Word; `start` is what stands before its root element."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="S{style}"><w:name w:val="{name}"/></w:style>'
        for style, name in _STYLES.items()
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKED}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKED}/relationships">'
            f'<Relationship Id="r" Type="{_RELATED}/officeDocument" Target="word/document.xml"/>'
            "</Relationships>",
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKED}/relationships">'
            f'<Relationship Id="s" Type="{_RELATED}/styles" Target="styles.xml"/></Relationships>',
            "word/styles.xml": f"<w:styles {_W}>{styles}</w:styles>",
            "word/footer1.xml": f"<w:ftr {_W}>{paragraph(footer)}</w:ftr>",
            "word/document.xml": f"{start}<w:document {_W}><w:body>"
            f"{''.join(paragraphs)}</w:body></w:document>",
        }
    )


def odt(*parts: tuple[int, str] | Sequence[str]) -> bytes:
    """A document of LibreOffice: headings are (level, text), lists are lists; (0, text) is text."""
    document = odfdo.Document("text")
    document.body.clear()
    for part in parts:
        match part:
            case (0, str(text)):
                document.body.append(odfdo.Paragraph(text))
            case (int(level), str(text)):
                document.body.append(odfdo.Header(level, text))
            case _:
                document.body.append(odfdo.List([str(one) for one in part]))
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()
