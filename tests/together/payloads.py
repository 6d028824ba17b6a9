"""What somebody writes who wants it to run, or to lead away, where others read it."""

from collections.abc import Iterator

import lxml.html
from lxml import etree

HTML = "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>"
PAYLOADS = (
    f"\"'>{HTML}</title></textarea><a href=javascript:alert(4)>x</a>"
    "{{7*7}}<iframe srcdoc='<script>alert(5)</script>'></iframe><base href=//evil.test/>"
)

LEADING = ("href", "src", "action", "formaction", "data", "srcdoc", "content", "poster")


def runs(reader_html: str) -> Iterator[str]:
    """What would run, or lead away, on a page into which somebody wrote PAYLOADS."""
    for one in lxml.html.fromstring(reader_html).iter(etree.Element):
        is_data = one.get("type") == "application/ld+json"
        if one.tag in ("iframe", "base", "object", "embed"):
            yield one.tag
        if one.tag == "script" and (one.text or "").strip() and not is_data:
            yield f"script: {one.text}"
        for name, value in one.attrib.items():
            told = value.strip().lower()
            leads = name in LEADING and told.startswith(("javascript:", "//evil", "/\\evil"))
            if leads or name.startswith("on"):
                yield f"{one.tag} {name}={value}"
