"""XML: what feed readers and search engines are given; nothing is ever read from it here."""

from xml.etree import ElementTree as ET  # only written, never read

from aiohttp import web


def answer(root: ET.Element, content_type: str, *, fresh_for: int) -> web.Response:
    """A document that readers and caches may keep for so many seconds."""
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    response = web.Response(body=body, content_type=content_type, charset="utf-8")
    response.headers["Cache-Control"] = f"public, max-age={fresh_for}"
    return response
